//! Compiles the documents in `graphql/admin` to Rust, and passes the schema on to the build scripts of
//! dependents. Errors in a document are reported with file, line and column.

use std::{error::Error, fs};

use backendai_schema::{ADMIN, ADMIN_NULLS};
use build_helper::{metadata, out_dir};

fn main() -> Result<(), Box<dyn Error>> {
    // Dependents find the paths in DEP_BACKENDAI_SCHEMA and DEP_BACKENDAI_NULLS.
    for (name, file, text) in
        [("schema", "schema.graphql", ADMIN), ("nulls", "nulls.txt", ADMIN_NULLS)]
    {
        let file = out_dir().join(file);
        // Dependents are rebuilt when the file is newer, so it is written only when it changes.
        if fs::read(&file).ok().as_deref() != Some(text.as_bytes()) {
            fs::write(&file, text)?;
        }
        metadata::emit_raw(name, &file.display().to_string());
    }
    #[cfg(feature = "admin")]
    operations()?;
    Ok(())
}

/// Writes the operations, and for dependents a list of the enums and input objects to reuse.
#[cfg(feature = "admin")]
fn operations() -> Result<(), backendai_codegen::Failure> {
    /// Names of the texts in messages: their places in the repository.
    const SCHEMA: &str = "schema/admin/schema.graphql";
    const NULLS: &str = "schema/admin/nulls.txt";
    const DESCRIPTIONS: &str = "schema/admin/descriptions.txt";
    metadata::emit_raw("types", &out_dir().join("admin.types").display().to_string());
    backendai_codegen::configure()
        .schema(SCHEMA)
        .text(SCHEMA, ADMIN)
        .nulls(NULLS)
        .text(NULLS, ADMIN_NULLS)
        .descriptions(DESCRIPTIONS)
        .text(DESCRIPTIONS, backendai_schema::ADMIN_DESCRIPTIONS)
        .operations("graphql/admin/*.graphql")
        .runtime("crate")
        .testing(cfg!(feature = "testing"))
        .compile("admin")
}
