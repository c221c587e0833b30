//! Inputs that users of other schemas met, each with what is right.

use std::{collections::BTreeMap, fs, path::Path};

use backendai_codegen::{Failure, Generated, Options, configure};

fn generate(schema: &str, documents: &[(&str, &str)]) -> Result<Generated, Failure> {
    let mut options = Options::new().runtime("::other").schema("s").text("s", schema);
    for (file, text) in documents {
        options = options.files([file]).text(file, *text);
    }
    options.generate()
}

fn compiled(schema: &str, document: &str) -> Generated {
    generate(schema, &[("q.graphql", document)]).unwrap_or_else(|failure| panic!("{failure}"))
}

fn refused(schema: &str, document: &str) -> String {
    generate(schema, &[("q.graphql", document)]).unwrap_err().to_string()
}

fn warnings(generated: &Generated) -> Vec<&str> {
    generated.warnings.iter().map(|warning| warning.message()).collect()
}

#[test]
fn a_repeated_field_is_a_warning_with_both_places() {
    let schema = "type Query {\n a: Int\n a: Int\n}";
    let generated = compiled(schema, "query A { a }");
    assert_eq!(warnings(&generated), ["`Query.a` is defined twice, and the first counts (s:2:2)"]);
    assert_eq!(generated.warnings[0].position(), Some((3, 2)));
    let differing = refused("type Query {\n a: Int\n a: ID\n}", "query A { a }");
    assert!(
        differing.starts_with("s:3:2: `Query.a` is defined differently (s:2:2)"),
        "{differing}"
    );
}

#[test]
fn an_introspected_directive_can_be_used() {
    let folder = Path::new("tests/foreign");
    let options = Options::new().runtime("::other").schema(folder.join("introspected.schema.json"));
    let code = options.files([folder.join("introspected.graphql")]).generate().unwrap().code;
    assert!(code.contains("query Price($code:String)@inRegion(code:$code){price}"), "{code}");
}

#[test]
fn json_that_is_no_introspection_is_one_sentence() {
    for text in ["{", "[]", "{\"data\": null}", "{\"__schema\": {\"types\": ["] {
        let error = refused(text, "query A { a }");
        assert!(error.starts_with("s: this JSON is not an introspection answer"), "{error}");
        assert!(error.contains("a schema is SDL") && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn an_answer_in_parts_is_refused() {
    let schema =
        "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(initialCount: Int = 0) on FIELD
        type Query { order: Order list: [Int!] } type Order { id: ID! total: Float! }";
    for (document, name) in [
        ("query A { order { id ... @defer { total } } }", "defer"),
        ("query A { order { ...F @defer } } fragment F on Order { id }", "defer"),
        ("query A { list @stream(initialCount: 1) }", "stream"),
    ] {
        let error = refused(schema, document);
        assert!(error.contains(&format!("`@{name}` is not supported")), "{error}");
    }
}

#[test]
fn what_a_schema_defines_has_precedence_over_instructions() {
    let schema = "enum FieldFormat { SHORT LONG } directive @required(by: Int) on FIELD
        type Query { shown: FieldFormat thing: Thing } type Thing { size: Int }";
    let code =
        compiled(schema, "query A { shown @required(by: 1) thing { ...T } } fragment T on Thing { size @format(as: MI_BYTES) }").code;
    assert!(code.contains("shown@required(by:1)thing{...T}}"), "{code}");
    assert!(code.contains("pub shown: Option<super::super::types::FieldFormat>"), "{code}");
    assert!(code.contains("Format::MiBytes") && code.contains("Short = \"SHORT\""), "{code}");
}

#[test]
fn an_instruction_takes_no_variable() {
    let error = refused("type Query { a: Int }", "query A($t: String!) { a @title(text: $t) }");
    assert!(error.contains("`@title` is an instruction to the generator: give it no"), "{error}");
}

#[test]
fn a_variable_is_taken_in_an_object_of_a_custom_scalar_and_not_in_a_list() {
    let schema = "scalar Geo type Query { near(at: Geo, radius: Float): Int }";
    let error = refused(schema, "query Near($x: Float) { near(at: [$x, 2]) }");
    assert!(error.contains("1:35: expected value of type Geo, found a variable"), "{error}");
    assert!(generate(schema, &[("q", "query Near($x: Float) { near(at: { x: $x }) }")]).is_ok());
}

#[test]
fn a_name_in_two_files_is_named_with_both() {
    let schema = "type Query { order: Order } type Order { id: ID! total: Int }";
    let fragments = [
        ("a.graphql", "query A { order { ...Row } }\nfragment Row on Order { id }"),
        ("b.graphql", "query B { order { ...Row } }\nfragment Row on Order { total }"),
    ];
    let error = generate(schema, &fragments).unwrap_err().to_string();
    assert!(error.contains("b.graphql:2:10: the fragment `Row` is defined"), "{error}");
    assert!(error.contains("(a.graphql:2:10)"), "{error}");
    let operations =
        [("a.graphql", "query A { order { id } }"), ("b.graphql", "\nquery A { order { id } }")];
    let error = generate(schema, &operations).unwrap_err().to_string();
    assert!(error.contains("b.graphql:2:7:") && error.contains("(a.graphql:1:7)"), "{error}");
}

#[test]
fn scalars_without_a_type_are_a_warning_each_once() {
    let schema = "scalar Money scalar Bytes scalar JSON scalar Unused
        type Query { a: Money b(m: Money): Money c: Bytes d: JSON }";
    let document = "query A($m: Money) { a b(m: $m) c d } query B { a }";
    let generated = compiled(schema, document);
    let text = warnings(&generated).join("\n");
    assert_eq!(text.matches("the scalar `Money` is any JSON value").count(), 1, "{text}");
    assert_eq!(text.matches("the scalar `Bytes` is any JSON value").count(), 1, "{text}");
    assert_eq!(generated.warnings.len(), 2, "{text}");
    let options =
        Options::new().runtime("::other").schema("s").text("s", schema).json_scalar("Money");
    let options = options.scalar("Bytes", "::std::string::String");
    let generated = options.files(["q"]).text("q", document).generate().unwrap();
    assert_eq!(warnings(&generated), Vec::<&str>::new());
}

#[test]
fn a_file_without_definitions_is_named_by_a_sentence() {
    for text in ["", "# Nothing.\n\n", "\u{feff}", " \n,"] {
        let error = refused("type Query { a: Int }", text);
        assert!(error.contains("the file has no definitions, only blanks or comments"), "{error}");
        assert!(error.starts_with("q.graphql:"), "{error}");
    }
    assert!(refused("# Nothing.", "query A { a }").starts_with("s:1:"));
}

/// The names of the fields and types in generated code, by their keys.
fn names(code: &str) -> BTreeMap<String, String> {
    let lines: Vec<_> = code.lines().map(str::trim).collect();
    let keyed = lines.windows(2).filter_map(|pair| match pair {
        [rename, field] => {
            let key = rename.strip_prefix("#[serde(rename = \"")?.split_once('"')?.0;
            let name = field.strip_prefix("pub ")?.split_once(':')?;
            Some((format!("{key} {}", name.1), name.0.to_owned()))
        }
        _ => None,
    });
    keyed.collect()
}

#[test]
fn names_do_not_depend_on_the_order_in_a_document() {
    let schema = "type Query { fooBar: Int foo_bar: Int FOO_BAR(aB: Int, a_b: Int): T ab: U }
        type T { b: T x: Int } type U { x: Int } enum E { A_B aB }";
    let orders = [
        "query Q($aB: Int, $a_b: Int) { fooBar foo_bar FOO_BAR(aB: $aB, a_b: $a_b) { x b { x } } ab { x } a: FOO_BAR { b { x } } }",
        "query Q($a_b: Int, $aB: Int) { a: FOO_BAR { b { x } } ab { x } FOO_BAR(a_b: $a_b, aB: $aB) { b { x } x } foo_bar fooBar }",
    ];
    let [one, other] = orders.map(|document| names(&compiled(schema, document).code));
    assert!(one.len() >= 3, "{one:?}");
    assert_eq!(one, other);
    let files = ["query user { ab { x } }", "query User { ab { x } }"];
    let code = |a: usize, b: usize| {
        let code = compiled(schema, &format!("{}\n{}", files[a], files[b])).code;
        let mut structs: Vec<_> = code
            .lines()
            .filter(|line| line.contains("__operation!"))
            .map(|line| line.trim()[..60].to_owned())
            .collect();
        structs.sort();
        structs
    };
    assert_eq!(code(0, 1), code(1, 0));
}

#[test]
fn connections_by_nodes_and_below_objects_are_paginated() {
    for (set, operation, strategy) in [
        ("github", "Repos", "Cursor"),
        ("github", "Search", "Cursor"),
        ("github", "Issues", "Cursor"),
        ("github", "OwnerRepositories", "Cursor"),
        ("nodes", "Search", "Cursor"),
        ("nodes", "Repos", "Cursor"),
        ("relay", "Ships", "Cursor"),
        ("shopify", "Variants", "Cursor"),
        ("shopify", "Products", "Cursor"),
    ] {
        let code = fs::read_to_string(format!("tests/foreign/{set}.rs")).unwrap();
        assert!(code.contains(&format!("Paginated for {operation} ")), "{set} {operation}");
        assert!(code.contains(&format!("Pagination::{strategy}")), "{set} {operation}");
    }
    let github = fs::read_to_string("tests/foreign/github.rs").unwrap();
    assert!(!github.contains("Paginated for Newest") && !github.contains("cannot be paginated"));
}

#[test]
fn a_list_that_cannot_be_paginated_is_named_with_the_reason() {
    let schema = "type Query { a(first: Int, after: String): C b(first: Int, after: String): C owner: Owner }
        type Owner { c(first: Int, after: String): C }
        type C { nodes: [Row!] pageInfo: P! } type P { hasNextPage: Boolean! endCursor: String }
        type Row { id: ID! inner(first: Int, after: String): C }";
    let page = "nodes { id } pageInfo { hasNextPage endCursor }";
    for (document, expected) in [
        (
            format!(
                "query A($f: Int, $a: String) {{ a(first: $f, after: $a) {{ {page} }} b(first: $f, after: $a) {{ {page} }} }}"
            ),
            vec!["the operation has several such lists"; 2],
        ),
        (
            format!(
                "query A($f: Int, $a: String) {{ a(first: 5) {{ nodes {{ inner(first: $f, after: $a) {{ {page} }} }} }} }}"
            ),
            vec!["it is in the rows of a list"],
        ),
        (
            "query A($f: Int, $a: String) { owner { c(first: $f, after: $a) { nodes { id } } } }"
                .into(),
            vec!["`c` cannot be paginated here: select `pageInfo { hasNextPage endCursor }`"],
        ),
        (
            format!(
                "query A($f: Int, $a: String) {{ a(first: $f, after: $a) @unpaged {{ {page} }} owner {{ c(first: $f, after: $a) @unpaged {{ {page} }} }} }}"
            ),
            vec![],
        ),
        (format!("query A {{ a(first: 5) {{ {page} }} }}"), vec![]),
    ] {
        let generated = compiled(schema, &document);
        let found = warnings(&generated);
        assert_eq!(found.len(), expected.len(), "{document}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{document}: {found}");
        }
    }
}

/// Of a connection that is not paginated the rows are those of the connection, also behind a fragment.
#[test]
fn an_unpaged_connection_has_rows() {
    let schema = "type Query { a(first: Int, after: String): C }
        type C { edges: [E!] pageInfo: P! } type E { cursor: String! node: Row! }
        type P { hasNextPage: Boolean! endCursor: String } type Row { id: ID! name: String }";
    let page = "edges { cursor node { ...R } } pageInfo { hasNextPage endCursor }";
    for document in [
        format!("fragment R on Row {{ id name }} query A {{ a @unpaged {{ {page} }} }}"),
        format!(
            "fragment R on Row {{ id name }} fragment F on C {{ {page} }} query A {{ a @unpaged {{ ...F }} }}"
        ),
    ] {
        let code = compiled(schema, &document).code;
        let rows = code.split("RowsInfo::new(").nth(1).unwrap_or_default();
        let rows = rows.split(')').next().unwrap_or_default();
        assert_eq!(rows, "\"Row\", R::FIELDS, &[\"a\", \"edges\"]", "{document}");
        assert!(!code.contains("Paginated for"), "{document}");
    }
}

#[test]
fn a_schema_of_this_manager_has_its_scalars() {
    let schema = "scalar Bytes scalar BigInt type Query { a: Bytes b: BigInt }";
    let ours = configure().schema("s").text("s", schema).files(["q"]).text("q", "query A { a b }");
    let ours = ours.generate().unwrap().code;
    assert!(ours.contains("HexBytes") && ours.contains("::backendai::BigInt"), "{ours}");
    let theirs = compiled(schema, "query A { a b }").code;
    assert!(!theirs.contains("HexBytes") && !theirs.contains("BigInt>"), "{theirs}");
}

#[test]
fn a_schema_without_a_query_root_is_named() {
    let error = refused("type A { a: Int }", "query A { a }");
    assert_eq!(error, "s: missing query root operation type in schema definition");
}

#[test]
fn long_lines_are_cut_around_the_fault() {
    let fields = "match ".repeat(2000);
    let error =
        refused("type Query { match: Int }", &format!("query A {{ {fields} nope {fields} }}"));
    let shown = error.lines().nth(1).unwrap();
    assert!(shown.contains("nope") && shown.chars().count() < 500, "{error}");
    assert_eq!(shown.matches('…').count(), 2, "{error}");
}
