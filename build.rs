//! Compiles the documents under `graphql/` to Rust. What is wrong with one is printed with its
//! file, line and column.

use build_helper::{cargo::manifest, metadata, out_dir};

fn main() -> Result<(), backendai_codegen::Failure> {
    let admin = manifest::dir().join("graphql").join("admin");
    let schema = admin.join("schema.graphql");
    // A dependent's build script finds them in DEP_BACKENDAI_SCHEMA and so on: the snapshot, where
    // it takes null, and the enums and input objects that `types` has already.
    let types = out_dir().join("admin.types");
    for (name, file) in [("schema", schema), ("nulls", admin.join("nulls.txt")), ("types", types)] {
        metadata::emit_raw(name, &file.display().to_string());
    }
    backendai_codegen::configure()
        .schema("graphql/admin/schema.graphql")
        .nulls("graphql/admin/nulls.txt")
        .operations("graphql/admin/*.graphql")
        .runtime("crate")
        .compile("admin")
}
