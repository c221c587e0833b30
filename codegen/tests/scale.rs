//! Every root field of both schemas has a document that is valid and becomes Rust.

#![cfg(feature = "tools")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "this is test code")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use backendai_codegen::{Generated, Scaffold, Schema, configure};

/// Generates from a document for each root field: all plain fields three objects deep, and every
/// argument a variable.
fn generate(folder: &str, expected: usize) -> Generated {
    let graphql = Path::new(env!("CARGO_MANIFEST_DIR")).join("../graphql");
    let file = graphql.join(folder).join("schema.graphql");
    let schema = Schema::parse(&file, &fs::read_to_string(&file).unwrap()).unwrap();
    let documents = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("scale").join(folder);
    let _ = fs::remove_dir_all(&documents);
    fs::create_dir_all(&documents).unwrap();
    let mut roots = 0;
    for root in schema.roots().filter(|root| !root.starts_with('_')) {
        let document = Scaffold { depth: 3, all: true }.document(&schema, root).unwrap();
        fs::write(documents.join(format!("{root}.graphql")), document).unwrap();
        roots += 1;
    }
    assert_eq!(roots, expected);
    configure()
        .schema(file)
        .operations(documents.join("*.graphql").to_str().unwrap())
        .generate()
        .unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn every_root_of_the_admin_schema() {
    let generated = generate("admin", 93 + 85);
    eprintln!("{} lines", generated.code.lines().count());
}

#[test]
fn every_root_of_the_second_schema() {
    let generated = generate("v2", 214 + 233);
    eprintln!("{} lines", generated.code.lines().count());
}
