//! `gql`: documents of the caller's own.

use std::fs;

use backendai_testing::{Fault, Manager};
use serde_json::{Value, json};

use super::{Home, fails, fine, json, superadmin};

const COUNT: &str = "query Count { keypair_list(limit: 1, offset: 0) { total_count } }";
const UPDATE: &str = "mutation Limit($key: String! $limit: Int) {
  modify_keypair(access_key: $key, props: { rate_limit: $limit }) { ok msg }
}";
const PAGES: &str = "query Keys($limit: Int! $offset: Int! $order: String) {
  all: keypair_list(limit: $limit, offset: $offset, order: $order) { total_count items { access_key } }
}";

#[tokio::test(flavor = "multi_thread")]
async fn a_document_comes_from_anywhere() {
    let (manager, home) = superadmin().await;
    fs::write(home.path().join("count.graphql"), COUNT).unwrap();
    let total = manager.access_keys().len();
    let lines = format!("{{\n  \"keypair_list\": {{\n    \"total_count\": {total}\n  }}\n}}\n");
    for ran in [
        home.run(&["gql", "count.graphql"]),
        home.run(&["gql", "-e", COUNT]),
        home.run(&["gql", "-e", "{ keypair_list(limit: 1, offset: 0) { total_count } }"]),
        home.run_with(&["gql", "-"], COUNT),
        home.run(&["gql", "-e", COUNT, "--output=json"]),
    ] {
        assert_eq!(fine(&ran), lines);
    }
    let ran = home.run(&["gql", "-e", COUNT, "--output=jsonl"]);
    assert_eq!(fine(&ran), format!("{{\"keypair_list\":{{\"total_count\":{total}}}}}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_json_or_a_file() {
    let (manager, home) = superadmin().await;
    let document = "query One($key: String) { keypair(access_key: $key) { access_key } }
        query Two { keypair { access_key } }";
    let key = &manager.user().access_key;
    let variables = json!({ "key": key }).to_string();
    fs::write(home.path().join("v.json"), &variables).unwrap();
    for variables in [&*variables, "@v.json"] {
        let ran =
            home.run(&["gql", "-e", document, "--operation", "One", "--variables", variables]);
        assert_eq!(json(fine(&ran)), json!({ "keypair": { "access_key": key } }));
    }
    manager.forget_requests();
    for (arguments, code, says) in [
        (&["--variables", "{}"][..], 2, "name the operation to run: One, Two"),
        (&["--operation", "on"], 2, "there is no operation `on`, only One, Two"),
        (&["--operation", "One", "--variables", "[1]"], 4, "--variables is not a JSON object"),
        (&["--operation", "One", "--variables", "@gone.json"], 4, "cannot read gone.json"),
        (
            &["--operation", "One", "--variables", "{\"kye\": 1}"],
            4,
            "no variable `$kye`\n  fix: did you mean `$key`?",
        ),
    ] {
        fails(&home.run(&[&["gql", "-e", document], arguments].concat()), code, says);
    }
    let needs = "query Q($limit: Int!) { keypair_list(limit: $limit, offset: 0) { total_count } }";
    fails(&home.run(&["gql", "-e", needs]), 4, "`$limit` is not given");
    assert!(manager.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_proven_before_it_is_sent() {
    let (manager, home) = superadmin().await;
    let wrong = "{ keypair { last_usd } }";
    let ran = home.run(&["gql", "-e", wrong]);
    fails(
        &ran,
        1,
        "error: the document was not sent\n  why: --execute:1:13: type `KeyPair` does not have a field `last_usd`",
    );
    assert!(ran.stderr.contains("did you mean `last_used`?"), "{ran:?}");
    fails(&home.run(&["gql", "-e", "query {"]), 1, "--execute:1:");
    fails(&home.run(&["gql", "-e", ""]), 1, "the document was not sent");
    fails(&home.run(&["gql", "gone.graphql"]), 4, "cannot read gone.graphql");
    fails(&home.run(&["gql"]), 2, "Usage: backendai gql");
    fails(&home.run(&["gql", "a", "-e", "b"]), 2, "cannot be used with");
    fails(
        &home.run(&["gql", "-e", COUNT, "--path", "/other"]),
        2,
        "the schema at /other is not known",
    );
    fails(&home.run(&["gql", "-e", COUNT, "--output=csv"]), 2, "cannot print tables");
    fails(&home.run(&["gql", "-e", "subscription { a }", "--no-validate"]), 2, "is a subscription");
    assert!(manager.requests().is_empty());

    fails(&home.run(&["gql", "-e", wrong, "--no-validate"]), 1, "last_usd");
    assert_eq!(manager.requests().len(), 1);
    // By another schema it is right, and the manager has the last word.
    fs::write(home.path().join("s.graphql"), "type Query { keypair: K } type K { last_usd: Int }")
        .unwrap();
    fails(&home.run(&["gql", "-e", wrong, "--schema", "s.graphql"]), 1, "last_usd");
    let v2 = "query { myKeypairs(first: 1) { count } }";
    fails(&home.run(&["gql", "-e", v2]), 1, "the document was not sent");
    let ran = home.run(&["gql", "-e", v2, "--path", "v2"]);
    assert!(!ran.stderr.contains("was not sent"), "{ran:?}");
    // What speaks to the generator is not sent.
    let marked = "query Count { keypair_list(limit: 1, offset: 0) @required { total_count @title(text: \"N\") } }";
    fine(&home.run(&["gql", "-e", marked]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_is_not_sent_by_accident() {
    let (manager, home) = superadmin().await;
    let key = &manager.user().access_key;
    let variables = json!({ "key": key, "limit": 3 }).to_string();
    let line = ["gql", "-e", UPDATE, "--variables", &variables];
    fails(
        &home.run(&line),
        2,
        "error: nothing was sent: Limit is a mutation\n  fix: give --allow-mutation",
    );
    assert!(manager.requests().is_empty());
    let allowed = [&line[..], &["--allow-mutation"]].concat();
    let ran = home.run(&allowed);
    assert_eq!(json(fine(&ran))["modify_keypair"]["ok"], true);
    let now = home.run(&["keypair", "info", key, "--field", "rate_limit", "--output=json"]);
    assert_eq!(json(fine(&now))["items"][0]["rate_limit"], 3);
    let none = json!({ "key": "NOPE", "limit": 3 }).to_string();
    let ran = home.run(&["gql", "-e", UPDATE, "--variables", &none, "--allow-mutation"]);
    fails(&ran, 1, "error: the manager refused `modify_keypair`");
    assert_eq!(json(&ran.stdout)["modify_keypair"]["ok"], false);
    // A mutation whose answer is lost is sent once.
    manager.forget_requests();
    manager.faults().push(Fault::Lose);
    fails(&home.run(&allowed), 1, "look before sending it again");
    assert_eq!(manager.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_and_errors_are_both_shown() {
    let (manager, home) = superadmin().await;
    let body = r#"{"data":{"keypair_list":{"total_count":12345678901234567890123,"x":1.10}},"errors":[{"message":"not all of it","path":["keypair_list"]}]}"#;
    manager.faults().push(Fault::json(200, body));
    let ran = home.run(&["gql", "-e", COUNT]);
    fails(&ran, 1, "not all of it");
    assert!(ran.stderr.contains("the data is incomplete"), "{ran:?}");
    assert!(ran.stdout.contains("\"total_count\": 12345678901234567890123"), "{}", ran.stdout);
    assert!(ran.stdout.contains("\"x\": 1.10\n"), "{}", ran.stdout);
    // A query may be sent again.
    manager.faults().push(Fault::Reset);
    assert_eq!(home.run(&["gql", "-e", COUNT]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_become_one_answer_or_rows() {
    let manager = Manager::builder().keypairs(23).start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let line = [
        "gql",
        "-e",
        PAGES,
        "--all",
        "--page-size",
        "7",
        "--variables",
        r#"{"order":"access_key"}"#,
    ];
    let ran = home.run(&line);
    let data = json(fine(&ran));
    let keys = |items: &[Value]| -> Vec<String> {
        items.iter().map(|item| item["access_key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(data["all"]["items"].as_array().unwrap()), manager.access_keys());
    assert_eq!(data["all"]["total_count"], manager.access_keys().len());
    // What the document asks for first stands first.
    assert!(ran.stdout.find("total_count") < ran.stdout.find("items"));
    let rows = home.run(&[&line[..], &["--output=jsonl"]].concat());
    let rows: Vec<_> = fine(&rows).lines().map(json).collect();
    assert_eq!(keys(&rows), manager.access_keys());

    let nodes = "query Nodes($n: Int, $c: String) { user_nodes(first: $n, after: $c) {
        count edges { node { email } } pageInfo { hasNextPage endCursor } } }";
    let ran = home.run(&["gql", "-e", nodes, "--all", "--page-size", "4"]);
    let data = json(fine(&ran));
    let count = data["user_nodes"]["count"].as_u64().unwrap();
    assert!(count > 23);
    assert_eq!(data["user_nodes"]["edges"].as_array().unwrap().len() as u64, count);
    let rows = home.run(&["gql", "-e", nodes, "--all", "--page-size", "4", "--output=jsonl"]);
    assert_eq!(fine(&rows).lines().count() as u64, count);
    assert!(rows.stdout.starts_with("{\"email\":"), "{}", rows.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_pages_is_told() {
    let (manager, home) = superadmin().await;
    let unselected =
        "query Q($l: Int! $o: Int!) { keypair_list(limit: $l, offset: $o) { total_count } }";
    fails(&home.run(&["gql", "-e", unselected, "--all"]), 2, "select `items` and `total_count`");
    manager.forget_requests();
    fails(&home.run(&["gql", "-e", COUNT, "--all"]), 2, "cannot be read page by page");
    fails(&home.run(&["gql", "-e", UPDATE, "--all", "--allow-mutation"]), 2, "only queries");
    fails(&home.run(&["gql", "-e", PAGES, "--all", "--page-size", "0"]), 2, "--page-size");
    fails(&home.run(&["gql", "-e", PAGES]), 4, "`$limit` is not given");
    assert!(manager.requests().is_empty());
}
