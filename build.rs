//! Compiles the documents under `graphql/` to Rust. Errors are printed with file, line and column.

use build_helper::{cargo::manifest, metadata};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The build script of a dependent finds them in DEP_BACKENDAI_SCHEMA and so on.
    let admin = manifest::dir().join("graphql").join("admin");
    for (name, file) in [("schema", "schema.graphql"), ("nulls", "nulls.txt")] {
        metadata::emit_raw(name, &admin.join(file).display().to_string());
    }
    #[cfg(feature = "admin")]
    operations()?;
    Ok(())
}

/// Writes the operations, and a list of the enums and input objects that dependents reuse.
#[cfg(feature = "admin")]
fn operations() -> Result<(), backendai_codegen::Failure> {
    let types = build_helper::out_dir().join("admin.types");
    metadata::emit_raw("types", &types.display().to_string());
    backendai_codegen::configure()
        .schema("graphql/admin/schema.graphql")
        .nulls("graphql/admin/nulls.txt")
        .operations("graphql/admin/*.graphql")
        .runtime("crate")
        .compile("admin")
}
