//! Options for any server, and those for Backend.AI.

use backendai_codegen::{Options, configure};

const SCHEMA: &str =
    "type Query { thing: Thing } type Thing { id: ID! at: DateTime extra: Money token: String }
    scalar DateTime scalar Money";
const DOCUMENT: &str = "query GetThing { thing { id at extra token } }";

fn options(options: Options) -> Options {
    options
        .schema("schema")
        .text("schema", SCHEMA)
        .files(["thing.graphql"])
        .text("thing.graphql", DOCUMENT)
}

#[test]
fn the_schema_of_another_server_is_compiled() {
    let neutral = || options(Options::new());
    let code = neutral().runtime("::other").generate().unwrap().code;
    for expected in [
        "pub at: Option<::other::__private::serde_json::Value>,",
        "pub extra: Option<::other::__private::serde_json::Value>,",
        "path: \"/graphql\",",
    ] {
        assert!(code.contains(expected), "{expected} is not in\n{code}");
    }
    assert!(!code.contains("backendai::") && !code.contains("Redacted"), "{code}");
    let code = neutral()
        .runtime("::other")
        .path("/api")
        .scalar("Money", "::money::Money")
        .secret(|field| field == "token")
        .generate()
        .unwrap()
        .code;
    for expected in
        ["pub extra: Option<::money::Money>,", "\"/api\"", "&::other::__private::Redacted"]
    {
        assert!(code.contains(expected), "{expected} is not in\n{code}");
    }
}

#[test]
fn configure_starts_from_backendai() {
    let code = options(configure()).generate().unwrap().code;
    for expected in [
        "pub at: Option<::backendai::DateTime>,",
        "pub extra: Option<::backendai::__private::serde_json::Value>,",
        "path: \"/admin/gql\",",
        "&::backendai::__private::Redacted",
    ] {
        assert!(code.contains(expected), "{expected} is not in\n{code}");
    }
}

#[test]
fn an_option_that_is_missing_is_named() {
    let runtime = options(Options::new()).generate().unwrap_err().to_string();
    assert!(runtime.contains(".runtime("), "{runtime}");
    let schema = Options::new().operations("x").prove().err().unwrap().to_string();
    assert!(schema.contains(".schema(") && !schema.contains("backendai"), "{schema}");
}

#[test]
fn one_operation_may_be_anonymous_if_it_is_only_proven() {
    let options =
        || Options::new().schema("s").text("s", SCHEMA).files(["q"]).text("q", "{ thing { id } }");
    assert!(options().allow_anonymous().prove().is_ok());
    let proven = options().prove().err().unwrap().to_string();
    assert!(proven.contains("has no name"), "{proven}");
    let generated = options().allow_anonymous().runtime("crate").generate().unwrap_err();
    assert!(generated.to_string().contains("has no name"), "{generated}");
}

fn compiled(schema: &str, document: &str) -> String {
    let options = Options::new().runtime("::other").schema("s").text("s", schema);
    options.files(["q.graphql"]).text("q.graphql", document).generate().unwrap().code
}

#[test]
fn descriptions_are_never_code() {
    for text in [
        "Sum:\n\n    sum()",
        "- a\n\n      sum()",
        "-     sum()",
        "```\nsum()\n```",
        "~~~\nsum()\n~~~",
    ] {
        let schema = format!("type Query {{ \"\"\"\n{text}\n\"\"\" sum: Int }}");
        let code = compiled(&schema, "query Sum { sum }");
        let docs: Vec<_> =
            code.lines().filter_map(|line| line.trim().strip_prefix("///")).collect();
        assert!(docs.iter().any(|line| line.ends_with("sum()")), "{code}");
        for line in docs {
            assert!(
                !line.contains("   ") && !line.contains("```") && !line.contains("~~~"),
                "{line}"
            );
        }
    }
}

#[test]
fn generated_modules_allow_the_naming_lints() {
    let code = compiled("type Query { width__gte: Int }", "query Width { width__gte }");
    assert!(code.contains("non_snake_case"), "{code}");
}

/// Inputs of a server whose schema says where null has a meaning, and that applies one of several
/// conditions.
const INPUTS: &str = r#"
type Query { things(filter: ThingFilter, order: [ThingOrder!]): [Thing!] thing(id: ID!): Thing }
type Mutation { change(input: Change!): Changed }
type Thing { id: ID! new: Int! @since(version: "2.0.0") }
type Changed { done: [ID!]! failed: [Failure!]! }
type Failure { message: String! }
input Change { id: ID! name: String note: String = null count: Int = 1 }
input ThingFilter { name: Condition = null AND: [ThingFilter!] = null OR: [ThingFilter!] = null NOT: [ThingFilter!] = null }
input Condition { equals: String = null contains: String = null }
input ThingOrder { field: Field! direction: Direction! = ASC }
enum Field { NAME }
enum Direction { ASC DESC }
directive @since(version: String!) repeatable on FIELD_DEFINITION
"#;

fn inputs(document: &str) -> Options {
    Options::new()
        .runtime("::other")
        .schema("schema")
        .text("schema", INPUTS)
        .files(["thing.graphql"])
        .text("thing.graphql", document)
        .absent_nulls()
        .one_of(|name, fields| name == "Condition" && fields.contains(&"equals"))
        .scalar("ID", "::other::GlobalId")
        .input_type("ID", "::other::Id")
}

#[test]
fn the_schema_shows_where_null_has_a_meaning() {
    let code =
        inputs("mutation M($input: Change!) { change(input: $input) { done failed { message } } }")
            .generate()
            .unwrap()
            .code;
    for expected in [
        "pub id: ::other::Id,",
        "pub name: ::other::MaybeUndefined<String>,",
        "pub note: Option<String>,",
        "pub count: ::other::MaybeUndefined<i32>,",
        "pub done: Vec<::other::GlobalId>,",
        "failed: Some(\"failed\")",
    ] {
        assert!(code.contains(expected), "{expected} is not in\n{code}");
    }
}

#[test]
fn filters_have_operators_and_orders_have_directions() {
    let document = "query Q($filter: ThingFilter, $order: [ThingOrder!]) {
      things(filter: $filter, order: $order) { id }
    }";
    let code = inputs(document).generate().unwrap().code;
    for expected in [
        "::other::__filter!(ThingFilter);",
        "pub enum Condition {",
        "Equals(String),",
        "pub fn ascending(field: Field) -> Self {",
        "Self::new(field).direction(<Direction>::from(\"DESC\"))",
    ] {
        assert!(code.contains(expected), "{expected} is not in\n{code}");
    }
}

#[test]
fn directives_change_the_types_of_variables_and_new_fields() {
    let document = "query Q($id: ID! @as(scalar: \"ID\")) { thing(id: $id) { new @optional } }";
    let code = inputs(document).generate().unwrap().code;
    for expected in ["pub id: ::other::GlobalId,", "pub new: Option<i32>,"] {
        assert!(code.contains(expected), "{expected} is not in\n{code}");
    }
    // The field is left out for an older server, and the operation does not need the newer one.
    assert!(code.contains("Thing.new") && !code.contains("requires: &[\"Thing.new\""), "{code}");
}

#[test]
fn failures_that_are_not_selected_are_a_warning() {
    let document = "mutation M($input: Change!) { change(input: $input) { done } }";
    let warnings = inputs(document).generate().unwrap().warnings;
    assert!(
        warnings.iter().any(|warning| warning.to_string().contains("`change` lists what failed")),
        "{warnings:?}"
    );
}

#[test]
fn rows_can_be_built_where_tests_ask_for_it() {
    let schema = "type Query { pet: Pet } union Pet = Cat | Dog type Cat { mood: Mood! } \
                  type Dog { name: String } enum Mood { HAPPY }";
    let document = "query GetPet { pet { ... on Cat { mood } ... on Dog { name } } }";
    let options = |enabled| {
        let options = Options::new().runtime("::other").schema("s").text("s", schema);
        let options = options.files(["q.graphql"]).text("q.graphql", document);
        options.testing(enabled).generate().unwrap().code
    };
    let (plain, testing) = (options(false), options(true));
    assert!(!plain.contains("PartialEq, Default"), "{plain}");
    for expected in [
        "Clone, Debug, PartialEq, Default, ",
        "impl ::core::default::Default for Mood {",
        "impl ::core::default::Default for Pet {",
        "Self::UnknownType(::core::default::Default::default())",
    ] {
        assert!(testing.contains(expected), "{expected} is not in\n{testing}");
    }
    assert!(
        testing.matches("#[non_exhaustive]").count() < plain.matches("#[non_exhaustive]").count()
    );
}

#[test]
fn a_variable_is_described_as_what_it_is_passed_as() {
    let schema = "type Query { pets(\"How many.\" first: Int, filter: In): Int } \
                  input In { \"Part of the name.\" name: String }";
    let code = compiled(
        schema,
        "query Pets($first: Int, $name: String, $own: Int\n# Here.\n$other: Int) {
            pets(first: $first, filter: { name: $name }) a: pets(first: $own) b: pets(first: $other) }",
    );
    for (text, field) in [
        ("How many.", "first"),
        ("Part of the name.", "name"),
        ("How many.", "own"),
        ("Here.", "other"),
    ] {
        let skip = "#[serde(skip_serializing_if = \"::other::MaybeUndefined::is_undefined\")]";
        let expected = format!("/// {text}\n        {skip}\n        pub {field}: ");
        assert!(code.contains(&expected), "{expected} is not in\n{code}");
    }
    assert!(code.contains("/// Result of `pets`."), "{code}");
}
