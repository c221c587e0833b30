//! Warnings about lists that cannot be paginated, or by offset only.

use std::{fs, path::Path};

use backendai_codegen::configure;

/// The warning about a document, in one line, and whether its list can be paginated.
fn look(name: &str, document: &str) -> (String, bool) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.graphql"));
    fs::write(&file, document).unwrap();
    let generated = configure()
        .schema("tests/golden/schema.graphql")
        .operations(file.display().to_string())
        .generate()
        .unwrap();
    let warnings: Vec<_> = generated
        .warnings
        .iter()
        .map(|warning| {
            let (line, column) = warning.position().unwrap();
            format!("{line}:{column}: {}", warning.message())
        })
        .collect();
    (warnings.join("\n"), generated.code.contains("Paginated"))
}

#[test]
fn missing_parts_are_named() {
    let connection = "count edges { cursor node { name } } pageInfo { hasNextPage endCursor }";
    for (name, document, expected) in [
        (
            "nothing",
            "query Q { log(limit: 1, offset: 2) { items { name } } }".to_owned(),
            "1:11: `log` cannot be paginated here: pass a variable as `limit`, pass a variable as `offset`, select `total_count`",
        ),
        (
            "no_items",
            "query Q($a: Int!, $b: Int!) { log(limit: $a, offset: $b) { total_count } }".to_owned(),
            "1:31: `log` cannot be paginated here: select `items`",
        ),
        (
            // A fixed number of rows is no page.
            "no_variables",
            format!("query Q {{ robots(first: 3) {{ {connection} }} }}"),
            "",
        ),
        (
            "nothing_selected",
            "query Q($a: Int, $b: String) { robots(first: $a, after: $b) { edges { node { name } } } }"
                .to_owned(),
            "1:32: `robots` cannot be paginated here: select `edges { node cursor }`, select `pageInfo { hasNextPage endCursor }`, select `count`",
        ),
        (
            "after_with_default",
            format!("query Q($a: Int, $b: String = \"x\") {{ robots(first: $a, after: $b) {{ {connection} }} }}"),
            "1:38: `robots` cannot be paginated here: let the variable of `after` be unset: `String` without a default",
        ),
        (
            "fixed_offset",
            format!("query Q($a: Int, $b: String) {{ robots(first: $a, after: $b, offset: 0) {{ {connection} }} }}"),
            "1:32: `robots` cannot be paginated here: leave out `offset`, or pass a variable that can be unset",
        ),
        (
            "both_at_once",
            format!("query Q($a: Int! = 9, $b: String, $l: Int, $o: Int) {{ robotsV2(first: $a, after: $b, limit: $l, offset: $o) {{ {connection} }} }}"),
            "1:55: `robotsV2` cannot be paginated here: leave out `first`, or pass a variable that can be unset",
        ),
        (
            "neither",
            format!("query Q {{ robotsV2 {{ {connection} }} }}"),
            "1:11: `robotsV2` cannot be paginated here: pass a variable as `limit`, pass a variable as `offset`",
        ),
    ] {
        assert_eq!(look(name, &document), (expected.to_owned(), false), "{name}");
    }
}

#[test]
fn an_unpaged_list_has_no_warning() {
    let document =
        "query Q($a: Int) { robots(first: $a) @unpaged { count edges { node { name } } } }";
    assert_eq!(look("unpaged", document), (String::new(), false));
}

#[test]
fn a_list_without_a_total_is_paged_where_the_document_says_so() {
    let list = |instruction: &str| {
        format!(
            "query Q($l: Int!, $o: Int!) {{ user_list(limit: $l, offset: $o) {instruction} {{ items {{ uuid }} }} }}"
        )
    };
    assert_eq!(look("counted", &list("@uncounted")), (String::new(), true));
    let expected = "1:31: `user_list` cannot be paginated here: select `total_count`";
    assert_eq!(look("not_counted", &list("")), (expected.to_owned(), false));
}

#[test]
fn obstacles_to_keyset_pagination_are_named() {
    let list = |arguments: &str, unique: &str, rows: &str| {
        format!(
            "query Q($l: Int!, $o: Int!, $f: String, $s: String) {{\n  a: user_list(limit: $l, offset: $o, {arguments}) @unique({unique}) {{ {rows} total_count }}\n  }}"
        )
    };
    for (name, document, expected) in [
        (
            "forwarded",
            list("filter: \"x\", order: \"y\"", "by: \"id\"", "items @required { id }")
                .replace(", $f: String, $s: String", ""),
            "pass a variable `String` as `order`, pass a variable `String` as `filter`",
        ),
        (
            "optional_rows",
            list("filter: $f, order: $s", "by: \"uuid\"", "items { uuid }"),
            "mark `items` with `@required`, mark `uuid` with `@required`",
        ),
        (
            "not_selected",
            list("filter: $f, order: $s", "by: \"id\"", "items @required { name }"),
            "select `id`, which identifies rows",
        ),
        (
            "not_a_string",
            list("filter: $f, order: $s", "by: \"_id\"", "items @required { _id }"),
            "`_id` is neither a string nor a UUID: `@unique` cannot use it",
        ),
    ] {
        let expected = format!(
            "2:3: `user_list` can be paginated by offset only, which may miss rows while others are created or deleted: {expected}"
        );
        assert_eq!(look(name, &document), (expected, true), "{name}");
    }
    // Nothing is wrong with a column that cannot be filtered.
    let unfiltered =
        list("order: $s, filter: $f", "by: \"id\", filter: false", "items @required { id }");
    assert_eq!(look("unfiltered", &unfiltered), (String::new(), true));
}

#[test]
fn a_connection_that_takes_both_may_be_given_one() {
    let connection = "count edges { cursor node { name } } pageInfo { hasNextPage endCursor }";
    for (name, arguments, passed) in [
        ("window", "$a: Int! = 9, $b: Int! = 0", "limit: $a, offset: $b"),
        ("cursor", "$a: Int! = 9, $b: String", "first: $a, after: $b"),
    ] {
        let document = format!("query Q({arguments}) {{ robotsV2({passed}) {{ {connection} }} }}");
        assert_eq!(look(name, &document), (String::new(), true), "{name}");
    }
}
