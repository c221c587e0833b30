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
