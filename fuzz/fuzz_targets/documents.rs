//! Documents, and after a line `---` a table of nulls. Compiled against a small schema with every
//! kind of definition, and, when the input begins with `#admin`, against the admin snapshot.

#![no_main]

use std::{fs, path::Path, sync::LazyLock};

use backendai_codegen::configure;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fuzz_target!(|text: &str| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let schema = match text.starts_with("#admin") {
        true => root.join("schema/admin/schema.graphql"),
        false => root.join("codegen/tests/golden/schema.graphql"),
    };
    let (document, nulls) = text.split_once("\n---\n").unwrap_or((text, ""));
    let file = FOLDER.path().join("fuzz.graphql");
    fs::write(&file, document).unwrap();
    let mut options = configure().schema(schema).files([file]);
    if !nulls.is_empty() {
        let table = FOLDER.path().join("nulls.txt");
        fs::write(&table, nulls).unwrap();
        options = options.nulls(table);
    }
    match options.generate() {
        Ok(generated) => assert!(!generated.code.is_empty()),
        Err(failure) => assert!(!failure.to_string().is_empty()),
    }
});
