//! Compiles the documents in `graphql` to Rust. Errors in a document are reported with file, line and
//! column.

use std::error::Error;

use backendai_schema::{V2, V2_DESCRIPTIONS};

/// Name of the schema in messages: its place in the repository.
const SCHEMA: &str = "schema/v2/schema.graphql";

/// The same of the table of descriptions.
const DESCRIPTIONS: &str = "schema/v2/descriptions.txt";

/// Fields whose version the schema does not document, as they took the place of others, or documents
/// wrongly: the type, the line, and the line with the first manager that has the field. Older managers show
/// it: `cargo test --test v2_live older::`.
const CORRECTIONS: [(&str, &str, &str); 3] = [
    ("BinarySizeInfo", "  expr: String!", "  expr: String! @since(version: \"26.8.0\")"),
    (
        "RolePermissionPreset",
        "  permission: PermissionBit!",
        "  permission: PermissionBit! @since(version: \"26.9.0\")",
    ),
    (
        "NotificationRule",
        "  channelId: UUID! @since(version: \"26.8.0\")",
        "  channelId: UUID! @since(version: \"26.9.0\")",
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    backendai_codegen::configure()
        .path("/admin/gql/strawberry")
        .schema(SCHEMA)
        .text(SCHEMA, schema()?)
        .descriptions(DESCRIPTIONS)
        .text(DESCRIPTIONS, V2_DESCRIPTIONS)
        .operations("graphql/*.graphql")
        .absent_nulls()
        .one_of(is_condition)
        .scalar("ID", "::backendai_v2::GlobalId")
        .scalar("GlobalId", "::backendai_v2::GlobalId")
        .input_type("ID", "::backendai_v2::Id")
        .input_type("DateTimeFilter", "::backendai_v2::filter::DateTimeFilter")
        .input_type("NullableDateTimeFilter", "::backendai_v2::filter::NullableDateTimeFilter")
        .testing(cfg!(feature = "testing"))
        .compile("v2")?;
    Ok(())
}

/// The schema with the right versions.
fn schema() -> Result<String, String> {
    let mut schema = V2.to_owned();
    for (ty, line, corrected) in CORRECTIONS {
        let missing =
            || format!("{SCHEMA}: {ty} has no line {line:?}: change CORRECTIONS in build.rs");
        let (before, rest) = schema.split_once(&format!("\ntype {ty} ")).ok_or_else(missing)?;
        let (between, after) = rest.split_once(&format!("\n{line}\n")).ok_or_else(missing)?;
        schema = format!("{before}\ntype {ty} {between}\n{corrected}\n{after}");
    }
    Ok(schema)
}

/// Whether an input object is a condition on one value, of which the manager applies one operator and
/// ignores the others.
fn is_condition(name: &str, fields: &[&str]) -> bool {
    name.ends_with("Filter") && ["equals", "containsAny"].iter().any(|key| fields.contains(key))
}
