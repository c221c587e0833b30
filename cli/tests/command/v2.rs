//! `backendai v2`, and the tools with `--schema v2`.

mod input;
mod reading;

use std::fs;

use backendai_testing::{Fault, Manager, Step};
use serde_json::{Value, json};

use crate::{
    common::{Home, golden, subcommands},
    verbs::{fails, fine, json as parsed, superadmin},
};

/// The variables of the last request of an operation.
#[track_caller]
fn variables(manager: &Manager, operation: &str) -> Value {
    let requests = manager.requests_of(operation);
    let last = requests.last().unwrap_or_else(|| panic!("{operation} was not sent"));
    assert_eq!(last.path(), "/admin/gql/strawberry");
    last.json().unwrap()["variables"].clone()
}

/// Answers the next request of an operation with this data.
fn answer(manager: &Manager, operation: &str, data: &Value) {
    let body = json!({ "data": data, "errors": null }).to_string();
    manager.fail_operation(operation, Fault::json(200, body));
}

const KEY: &str = "f38dea23-50fa-42a0-b5ae-338f5f4693f4";
/// `UserV2:` and the key, in base64.
const ID: &str = "VXNlclYyOmYzOGRlYTIzLTUwZmEtNDJhMC1iNWFlLTMzOGY1ZjQ2OTNmNA==";

fn user(name: &str) -> Value {
    json!({
        "id": ID,
        "basicInfo": {
            "username": name, "email": format!("{name}@example.com"), "fullName": null,
            "description": null, "integrationName": null,
        },
        "status": { "status": "ACTIVE", "statusInfo": null, "needPasswordChange": false },
        "organization": {
            "domainName": "default", "domainId": null, "role": "USER", "resourcePolicy": "default",
        },
        "security": {
            "allowedClientIp": null, "totpActivated": false, "totpActivatedAt": null,
            "sudoSessionEnabled": false,
        },
        "container": { "containerUid": null, "containerMainGid": null, "containerGids": null },
        "timestamps": { "createdAt": "2026-01-01T00:00:00Z", "modifiedAt": null },
    })
}

/// The same in a list.
fn listed(name: &str) -> Value {
    json!({
        "id": ID,
        "basicInfo": {
            "username": name, "email": format!("{name}@example.com"), "fullName": null,
        },
        "status": { "status": "ACTIVE" },
        "organization": { "domainName": "default", "role": "USER" },
        "timestamps": { "createdAt": "2026-01-01T00:00:00Z" },
    })
}

fn users(names: &[&str], count: usize, more: bool) -> Value {
    let edges: Vec<_> =
        names.iter().map(|name| json!({ "cursor": name, "node": listed(name) })).collect();
    json!({ "adminUsersV2": {
        "count": count,
        "edges": edges,
        "pageInfo": { "hasNextPage": more, "endCursor": names.last() },
    } })
}

/// The nouns and the verbs, and the options of some verbs.
#[test]
fn the_tree_is_as_kept() {
    let home = Home::new();
    let mut text = String::new();
    let mut show = |path: &[&str]| {
        let ran = home.run(&[path, &["-h"]].concat());
        let own = fine(&ran).split("\nOptions of every command:\n").next().unwrap().trim();
        text.push_str(&format!("=== backendai {}\n{own}\n\n", path.join(" ")));
    };
    show(&["v2"]);
    let nouns = subcommands(&home, &["v2"]);
    assert!(nouns.len() > 60, "{nouns:?}");
    for noun in &nouns {
        show(&["v2", noun]);
    }
    for (noun, verb) in [
        ("deployment", "info"),
        ("role", "bulk-assign"),
        ("session", "terminate"),
        ("user", "create"),
        ("user", "list"),
        ("user", "list-of-project"),
        ("user", "update"),
    ] {
        show(&["v2", noun, verb]);
    }
    golden("tests/tree-v2.txt", &text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_members_of_objects_and_raw_ids() {
    let (manager, home) = superadmin().await;
    answer(&manager, "AdminUsers", &users(&["ann", "ben"], 2, false));
    let ran = home.run(&["v2", "user", "list", "--field", "id,email,status.status"]);
    let lines: Vec<_> = fine(&ran).lines().collect();
    assert_eq!(lines.len(), 4, "{ran:?}");
    assert!(lines[0].starts_with("ID") && lines[0].contains("Email"), "{lines:?}");
    assert!(lines[2].starts_with(KEY) && lines[2].contains("ann@example.com"), "{lines:?}");
    assert!(lines[2].ends_with("ACTIVE"), "{lines:?}");

    answer(&manager, "AdminUsers", &users(&["ann"], 1, false));
    let ran = home.run(&["v2", "user", "list", "--output=jsonl"]);
    assert_eq!(parsed(fine(&ran)), listed("ann"));

    answer(&manager, "AdminUsers", &users(&["ann"], 1, false));
    assert_eq!(fine(&home.run(&["v2", "user", "list", "-o", "name"])), format!("{KEY}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_and_orders_are_input_objects() {
    let (manager, home) = superadmin().await;
    answer(&manager, "AdminUsers", &users(&["ann"], 1, false));
    let ran = home.run(&[
        "v2",
        "user",
        "list",
        "--filter",
        "status=ACTIVE",
        "--filter",
        "email~example",
        "--order",
        "-created_at,email",
        "-o",
        "name",
    ]);
    fine(&ran);
    let sent = variables(&manager, "AdminUsers");
    let conditions =
        json!([{ "status": { "equals": "ACTIVE" } }, { "email": { "contains": "example" } }]);
    assert_eq!(sent["filter"], json!({ "AND": conditions }));
    let order = json!([
        { "field": "CREATED_AT", "direction": "DESC" },
        { "field": "EMAIL", "direction": "ASC" },
    ]);
    assert_eq!(sent["orderBy"], order);
    // An order is kept by the window, and not by a cursor.
    assert_eq!((&sent["offset"], &sent["first"]), (&json!(0), &Value::Null));

    manager.forget_requests();
    for (filter, says) in [
        ("stats=ACTIVE", "did you mean `status`?"),
        ("email>x", "`email` cannot be compared by `>`"),
        ("{", "not valid JSON"),
    ] {
        fails(&home.run(&["v2", "user", "list", "--filter", filter]), 4, says);
    }
    fails(&home.run(&["v2", "user", "list", "--order", "nothing"]), 4, "created_at");
    assert!(manager.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_of_a_connection_are_read() {
    let (manager, home) = superadmin().await;
    answer(&manager, "AdminUsers", &users(&["ann", "ben"], 3, true));
    answer(&manager, "AdminUsers", &users(&["cat"], 3, false));
    let ran = home.run(&[
        "v2",
        "user",
        "list",
        "--all",
        "--page-size",
        "2",
        "--field",
        "username",
        "-o",
        "jsonl",
    ]);
    let names: Vec<_> = fine(&ran).lines().map(parsed).collect();
    let expected = ["ann", "ben", "cat"].map(|name| json!({ "basicInfo.username": name }));
    assert_eq!(names, expected);
    assert_eq!(variables(&manager, "AdminUsers")["after"], "ben");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_taken_in_both_forms() {
    let (manager, home) = superadmin().await;
    for id in [KEY, ID] {
        answer(&manager, "AdminUser", &json!({ "adminUserV2": user("ann") }));
        let ran = home.run(&["v2", "user", "info", id, "-o", "json"]);
        assert_eq!(parsed(fine(&ran))["items"][0], user("ann"), "{ran:?}");
        assert_eq!(variables(&manager, "AdminUser"), json!({ "userId": KEY }));
    }
    // A deployment is queried by its global id.
    let body = Fault::graphql("deployment_read_not-found", "no such deployment");
    manager.fail_operation("Deployment", body);
    let ran = home.run(&["v2", "deployment", "info", KEY]);
    fails(&ran, 1, &format!("there is no deployment `{KEY}`"));
    let sent = variables(&manager, "Deployment")["id"].as_str().unwrap().to_owned();
    assert!(sent.starts_with("TW9kZWxEZXBsb3ltZW50"), "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_users_and_projects_are_looked_up() {
    let (manager, home) = superadmin().await;
    answer(&manager, "AdminUser", &json!({ "adminUserV2": user("ann") }));
    let email = "user@embedded.invalid";
    fine(&home.run(&["v2", "user", "info", email, "-o", "json"]));
    let id = variables(&manager, "AdminUser")["userId"].as_str().unwrap().to_owned();
    let listed = home.run(&["user", "info", email, "--field", "uuid", "-o", "json"]);
    assert_eq!(parsed(fine(&listed))["items"][0]["uuid"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_is_a_verb_with_flags() {
    let (manager, home) = superadmin().await;
    let create = [
        "v2",
        "user",
        "create",
        "ann@example.com",
        "--username",
        "ann",
        "--domain-name",
        "default",
        "--status",
        "ACTIVE",
        "--role",
        "USER",
        "--password",
        "-",
    ];
    let ran = home.run_with(&[&create[..], &["--dry-run", "-o", "json"]].concat(), "secret word\n");
    let request = parsed(fine(&ran));
    assert_eq!(request["operationName"], "AdminCreateUser");
    let input = json!({
        "email": "ann@example.com", "username": "ann", "domainName": "default", "status": "ACTIVE",
        "role": "USER", "password": "***", "needPasswordChange": false,
    });
    assert_eq!(request["variables"], json!({ "input": input }));
    assert!(manager.requests().is_empty());

    let made = json!({ "adminCreateUserV2": {
        "user": { "id": ID, "basicInfo": { "username": "ann", "email": "ann@example.com" } },
        "keypair": {
            "keypair": { "id": "a", "accessKey": "AKIANEW", "isActive": true, "lastUsed": null },
            "secretKey": "shown once",
        },
    } });
    answer(&manager, "AdminCreateUser", &made);
    let whole = home.run_with(&[&create[..], &["-o", "json"]].concat(), "secret word\n");
    let whole = parsed(fine(&whole));
    assert_eq!(whole["keypair"], made["adminCreateUserV2"]["keypair"]);
    assert_eq!(whole["user"], made["adminCreateUserV2"]["user"]);
    answer(&manager, "AdminCreateUser", &made);
    let ran = home.run_with(&create, "secret word\n");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        ran.stdout,
        format!(
            "ann@example.com was created (id {KEY})\n\
             Email       ann@example.com\n\
             Access Key  AKIANEW\n\
             Active?     True\n\
             Secret Key  shown once\n"
        )
    );
    assert_eq!(ran.stderr, "store the secret key\n");
    let sent = variables(&manager, "AdminCreateUser");
    assert_eq!(sent["input"]["password"], "secret word");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_destroys_is_confirmed_and_several_have_a_result_each() {
    let (manager, home) = superadmin().await;
    let role = "0b7a6a1c-3c40-4ad5-bd4e-5d7ae81b2a1b";
    fails(&home.run(&["v2", "user", "delete", KEY]), 2, "nothing was deleted");
    assert!(manager.requests().is_empty());
    answer(&manager, "AdminDeleteUser", &json!({ "adminDeleteUserV2": { "success": true } }));
    let gone = Fault::graphql("user_read_not-found", "User not found");
    manager.fail_operation("AdminDeleteUser", gone);
    let ran = home.run(&["v2", "user", "delete", "--yes", KEY, role]);
    fails(&ran, 1, "1 of 2 was not deleted");
    assert_eq!(ran.stdout, format!("{KEY} was deleted\n"));
    assert!(ran.stderr.contains(&format!("there is no user `{role}`")), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_failed_are_listed() {
    let (manager, home) = superadmin().await;
    let data = json!({ "adminBulkUpdateUsersV2": {
        "updatedUsers": [],
        "failed": [{ "userId": KEY, "message": "no such user" }],
    } });
    answer(&manager, "AdminBulkUpdateUsers", &data);
    let items = json!([{ "userId": KEY, "input": { "fullName": "Ann" } }]).to_string();
    let line = ["v2", "user", "bulk-update", "--users", &items];
    let ran = home.run(&line);
    fails(&ran, 1, "no such user");
    assert!(ran.stderr.contains(KEY), "{ran:?}");
    answer(&manager, "AdminBulkUpdateUsers", &data);
    let ran = home.run(&[&line[..], &["-o", "json"]].concat());
    assert_eq!(ran.code, Some(1));
    assert_eq!(parsed(&ran.stdout)["error"]["failed"][0]["userId"], KEY);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_beside_errors_is_printed_with_a_warning() {
    let (manager, home) = superadmin().await;
    let mut data = users(&["ann"], 1, false);
    data["adminUsersV2"]["edges"][0]["node"]["timestamps"] = Value::Null;
    let error = json!({
        "message": "broken", "path": ["adminUsersV2", "edges", 0, "node", "timestamps"],
        "extensions": { "code": "backendai_generic_internal-error" },
    });
    let body = json!({ "data": data, "errors": [error] }).to_string();
    manager.fail_operation("AdminUsers", Fault::json(200, body));
    let ran = home.run(&["v2", "user", "list", "--field", "username", "-o", "jsonl"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stdout, "{\"basicInfo.username\":\"ann\"}\n");
    assert!(ran.stderr.contains("warning: the data is incomplete"), "{ran:?}");
    assert!(ran.stderr.contains("broken"), "{ran:?}");
}

const EVENTS: &str = "subscription Events($id: ID!) {
  schedulingEventsBySession(sessionId: $id) { sessionId reason }
}";

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_a_subscription_are_lines() {
    let (manager, home) = superadmin().await;
    let event = |name: &str| Step::Event(json!({ "sessionId": KEY, "reason": name }));
    let root = "schedulingEventsBySession";
    let variables = json!({ "id": KEY }).to_string();
    let line = ["gql", "--schema", "v2", "-e", EVENTS, "--variables", &variables];
    manager.subscriptions().script(root, [event("A"), event("B"), Step::Complete]);
    let ran = home.run(&line);
    let names: Vec<_> =
        fine(&ran).lines().map(|line| parsed(line)[root]["reason"].clone()).collect();
    assert_eq!(names, ["A", "B"]);

    manager.subscriptions().script(root, [event("A"), event("B")]);
    let ran = home.run(&[&line[..], &["--limit", "1"]].concat());
    assert_eq!(fine(&ran).lines().count(), 1);

    manager.subscriptions().script(root, [event("A")]);
    let ran = home.run(&[&line[..], &["--timeout", "1"]].concat());
    assert_eq!(fine(&ran).lines().count(), 1);
    manager.subscriptions().script(root, [event("A")]);
    let ran = home.run(&[&line[..], &["--timeout", "1", "--limit", "2"]].concat());
    fails(&ran, 3, "there were fewer events");
    fails(&home.run(&["gql", "-e", "{ domain { name } }", "--limit", "1"]), 2, "no subscription");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_read_page_by_page() {
    let manager = Manager::builder().keypairs(23).start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let rows = "count edges { cursor node { accessKey } } pageInfo { hasNextPage endCursor }";
    let by_cursor = format!(
        "query Keys($n: Int, $c: String) {{ all: adminKeypairsV2(first: $n, after: $c) {{ {rows} }} }}"
    );
    let by_offset = format!(
        "query Keys($l: Int, $o: Int) {{ all: adminKeypairsV2(limit: $l, offset: $o, orderBy: \
         [{{ field: ACCESS_KEY, direction: ASC }}]) {{ {rows} }} }}"
    );
    let keys = |rows: &[Value]| {
        let keys = rows.iter().map(|row| row["accessKey"].as_str().unwrap().to_owned());
        let mut keys: Vec<_> = keys.collect();
        keys.sort();
        keys
    };
    for document in [by_cursor, by_offset] {
        let line = ["gql", "--schema", "v2", "--all", "--page-size", "7", "-e", &document];
        manager.forget_requests();
        let ran = home.run(&line);
        let list = &parsed(fine(&ran))["all"];
        let edges = list["edges"].as_array().unwrap();
        let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
        assert_eq!(keys(&nodes), manager.access_keys());
        assert_eq!(list["count"], edges.len());
        assert_eq!(manager.requests_of("Keys").len(), 5, "{document}");
        assert_eq!(ran.stderr, "");
        let ran = home.run(&[&line[..], &["-o", "jsonl"]].concat());
        let nodes: Vec<_> = fine(&ran).lines().map(parsed).collect();
        assert_eq!(keys(&nodes), manager.access_keys());
    }
}

/// The count of this list is that of the page.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_counted_is_read_until_an_empty_page() {
    let (manager, home) = superadmin().await;
    for names in [&["a"][..], &["b"], &[]] {
        let edges: Vec<_> = names.iter().map(|name| json!({ "node": { "name": name } })).collect();
        let list = json!({ "huggingfaceRegistries": { "count": edges.len(), "edges": edges } });
        answer(&manager, "Registries", &list);
    }
    let document = "query Registries($l: Int, $o: Int) {
        huggingfaceRegistries(limit: $l, offset: $o) { count edges { node { name } } } }";
    let line =
        ["gql", "--schema", "v2", "--all", "--page-size", "1", "-o", "jsonl", "-e", document];
    let ran = home.run(&line);
    assert_eq!(fine(&ran), "{\"name\":\"a\"}\n{\"name\":\"b\"}\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_know_the_schema_by_its_name() {
    let (manager, home) = superadmin().await;
    let document = "query Mine { myClientIp { clientIp } }";
    fs::write(home.path().join("mine.graphql"), document).unwrap();
    for schema in ["v2", "/admin/gql/strawberry"] {
        fine(&home.run(&["check", "--schema", schema, "mine.graphql"]));
        let generated = home.run(&["generate", "--schema", schema, "mine.graphql"]);
        assert!(fine(&generated).contains("\"/admin/gql/strawberry\""), "{generated:?}");
        let scaffold = home.run(&["schema", "scaffold", "adminUsersV2", "--schema", schema]);
        assert!(fine(&scaffold).contains("adminUsersV2("), "{scaffold:?}");
        answer(&manager, "Mine", &json!({ "myClientIp": { "clientIp": "::1" } }));
        let ran = home.run(&["gql", "--schema", schema, "mine.graphql", "-o", "jsonl"]);
        assert_eq!(fine(&ran), "{\"myClientIp\":{\"clientIp\":\"::1\"}}\n");
        assert_eq!(variables(&manager, "Mine"), json!({}));
    }
    assert_eq!(fine(&home.run(&["schema", "diff", "v2", "/admin/gql/strawberry"])), "no changes\n");
    fails(&home.run(&["check", "mine.graphql"]), 1, "myClientIp");
}
