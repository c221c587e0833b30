//! A schema, as a manager serves it or as a person writes it, and the result of an introspection.

#![no_main]

use std::path::Path;

use backendai_codegen::{Schema, introspection};
use backendai_schema_tools::{
    diff, scaffold,
    snapshot::{Prose, Source, normalise},
};
use libfuzzer_sys::fuzz_target;

const SOURCE: Source<'_> = Source { manager: "26.9.6", path: "/admin/gql", date: "2026-11-21" };

fuzz_target!(|text: &str| {
    let _ = introspection::sdl(text).map(|sdl| Schema::parse(Path::new("introspection"), &sdl));
    let schema = match Schema::parse(Path::new("fuzz.graphql"), text) {
        Ok(schema) => schema,
        Err(failure) => return assert!(!failure.to_string().is_empty()),
    };
    let _ = scaffold::roots(&schema).count();
    assert!(diff::diff(&schema, &schema).is_empty(), "a schema differs from itself");
    for prose in [Prose::Drop, Prose::Keep] {
        let Ok(snapshot) = normalise(text, &SOURCE, prose) else { continue };
        let again = Schema::parse(Path::new("snapshot"), &snapshot);
        assert!(again.is_ok(), "what was written is not a schema");
        assert_eq!(normalise(text, &SOURCE, prose).ok(), Some(snapshot));
    }
});
