//! Compiles the documents in `graphql` to Rust. Errors in a document are reported with file, line and
//! column.

use backendai_schema::V2;

/// Name of the schema in messages: its place in the repository.
const SCHEMA: &str = "schema/v2/schema.graphql";

fn main() -> Result<(), backendai_codegen::Failure> {
    backendai_codegen::configure()
        .path("/admin/gql/strawberry")
        .schema(SCHEMA)
        .text(SCHEMA, V2)
        .operations("graphql/*.graphql")
        .absent_nulls()
        .one_of(is_condition)
        .scalar("ID", "::backendai_v2::GlobalId")
        .scalar("GlobalId", "::backendai_v2::GlobalId")
        .input_type("ID", "::backendai_v2::Id")
        .input_type("DateTimeFilter", "::backendai_v2::filter::DateTimeFilter")
        .input_type("NullableDateTimeFilter", "::backendai_v2::filter::NullableDateTimeFilter")
        .compile("v2")
}

/// Whether an input object is a condition on one value, of which the manager applies one operator and
/// ignores the others.
fn is_condition(name: &str, fields: &[&str]) -> bool {
    name.ends_with("Filter") && ["equals", "containsAny"].iter().any(|key| fields.contains(key))
}
