//! Compiles the documents of this crate against the schema that `backendai` carries.

fn main() -> Result<(), backendai_codegen::Failure> {
    backendai_codegen::configure().operations("graphql/*.graphql").compile("queries")
}
