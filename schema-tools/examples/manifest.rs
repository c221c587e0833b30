//! Prints the operations of `backendai`, the parts of the schema that they use and the managers that
//! have them:
//!
//! ```text
//! cargo run -p backendai-schema-tools --example manifest > graphql/admin/operations.json
//! ```

#[expect(clippy::print_stdout, reason = "the output is the manifest")]
fn main() -> Result<(), backendai_codegen::Failure> {
    let set = backendai_codegen::configure()
        .schema("schema/admin/schema.graphql")
        .operations("graphql/admin/*.graphql")
        .prove()?;
    print!("{}", backendai_schema_tools::manifest::manifest(&set));
    Ok(())
}
