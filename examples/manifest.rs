//! Prints the operations of this crate, what they name in the schema and which manager has it:
//!
//! ```text
//! cargo run --example manifest > graphql/admin/operations.json
//! ```

#[expect(clippy::print_stdout, reason = "it is printed")]
fn main() -> Result<(), backendai_codegen::Failure> {
    let manifest = backendai_codegen::configure()
        .schema("graphql/admin/schema.graphql")
        .operations("graphql/admin/*.graphql")
        .manifest()?;
    print!("{manifest}");
    Ok(())
}
