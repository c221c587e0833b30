//! Compiles the documents in `graphql/admin` to Rust, and hands the schema on to the build scripts of
//! dependents. Faults in a document are reported with file, line and column.

use std::{error::Error, fs};

use backendai_schema::{ADMIN, ADMIN_NULLS};
use build_helper::{metadata, out_dir};

/// Names of the texts in messages: their places in the repository.
const SCHEMA: &str = "schema/admin/schema.graphql";
const NULLS: &str = "schema/admin/nulls.txt";

fn main() -> Result<(), Box<dyn Error>> {
    // Dependents find the paths in DEP_BACKENDAI_SCHEMA, _NULLS and _TYPES: the snapshot, its null
    // table, and the list of the enums and input objects that `types` has.
    let out = out_dir();
    for (name, file, text) in
        [("schema", "schema.graphql", ADMIN), ("nulls", "nulls.txt", ADMIN_NULLS)]
    {
        let file = out.join(file);
        // Dependents are rebuilt when the file is newer, so it is written only when it changes.
        if fs::read(&file).ok().as_deref() != Some(text.as_bytes()) {
            fs::write(&file, text)?;
        }
        metadata::emit_raw(name, &file.display().to_string());
    }
    metadata::emit_raw("types", &out.join("admin.types").display().to_string());

    backendai_codegen::configure()
        .schema(SCHEMA)
        .text(SCHEMA, ADMIN)
        .nulls(NULLS)
        .text(NULLS, ADMIN_NULLS)
        .operations("graphql/admin/*.graphql")
        .runtime("crate")
        .compile("admin")?;
    Ok(())
}
