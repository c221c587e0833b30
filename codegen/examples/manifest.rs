//! Prints the operations of `backendai`, what they name in the schema and which manager has it:
//!
//! ```text
//! cargo run -p backendai-codegen --features manifest --example manifest > graphql/admin/operations.json
//! ```

#[expect(clippy::print_stdout, reason = "it is printed")]
fn main() -> Result<(), backendai_codegen::Failure> {
    let manifest = backendai_codegen::configure()
        .schema("schema/admin/schema.graphql")
        .operations("graphql/admin/*.graphql")
        .manifest()?;
    print!("{manifest}");
    Ok(())
}
