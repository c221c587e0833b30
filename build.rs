//! Compiles the documents under `graphql/` to Rust. What is wrong with one is printed with its
//! file, line and column.

use build_helper::{cargo::manifest, metadata};

fn main() -> Result<(), backendai_codegen::Failure> {
    let admin = manifest::dir().join("graphql").join("admin");
    let schema = admin.join("schema.graphql");
    // A dependent's build script finds them in DEP_BACKENDAI_SCHEMA and DEP_BACKENDAI_NULLS.
    metadata::emit_raw("schema", &schema.display().to_string());
    metadata::emit_raw("nulls", &admin.join("nulls.txt").display().to_string());
    backendai_codegen::configure()
        .schema("graphql/admin/schema.graphql")
        .nulls("graphql/admin/nulls.txt")
        .operations("graphql/admin/*.graphql")
        .runtime("crate")
        .compile("admin")
}
