//! `session-login`: what is asked of the v2 API, and what its answers become.

use backendai_testing::{Fault, Manager};
use serde_json::{Value, json};

use crate::common::{Home, Ran};

const ONE: &str = "3b4b4f2c-7c55-4ba0-9f0c-0d5d0d0f9f6e";
const TWO: &str = "8d1b0a52-2f3c-4a38-8f5e-6a3f1f1d2c3b";

/// The global id of a login session, as the manager makes it: the base64 of its type and id.
fn global(id: &str) -> String {
    let name = if id == ONE {
        "M2I0YjRmMmMtN2M1NS00YmEwLTlmMGMtMGQ1ZDBkMGY5ZjZl"
    } else {
        "OGQxYjBhNTItMmYzYy00YTM4LThmNWUtNmEzZjFmMWQyYzNi"
    };
    format!("TG9naW5TZXNzaW9uVjI6{name}")
}

fn node(id: &str, status: &str) -> Value {
    json!({
        "cursor": global(id),
        "node": {
            "id": global(id),
            "userId": "f38dea23-50fa-42a0-b5ae-338f5f4693f4",
            "accessKey": "EMBEDDEDSUPERADMIN01",
            "status": status,
            "createdAt": "2026-11-28T08:00:00+00:00",
            "lastAccessedAt": null,
            "invalidatedAt": null,
        },
    })
}

/// Answers the next requests to the v2 API.
fn answers(manager: &Manager, answers: &[Value]) {
    for data in answers {
        let body = json!({ "data": data }).to_string();
        let of_v2 = |request: &backendai_testing::Recorded| request.path().ends_with("/strawberry");
        manager.faults().push_when(of_v2, Fault::json(200, body));
    }
}

fn page(root: &str, edges: &[Value]) -> Value {
    let info = json!({ "hasNextPage": false, "endCursor": null });
    json!({ root: { "count": edges.len(), "edges": edges, "pageInfo": info } })
}

/// The answers to a list and to the end of one session.
pub(crate) fn answers_for_docs(manager: &Manager, id: &str) {
    let ended = json!({ "myRevokeLoginSession": { "success": true } });
    answers(manager, &[page("myLoginSessionsV2", &[node(id, "ACTIVE")]), ended]);
}

/// The variables of the last request to the v2 API.
fn variables(manager: &Manager) -> Value {
    let requests = manager.requests();
    let last = requests.iter().rev().find(|it| it.path().ends_with("/strawberry")).unwrap();
    let body: Value = serde_json::from_slice(last.body()).unwrap();
    body["variables"].clone()
}

#[track_caller]
fn fails(ran: &Ran, code: i32, part: &str) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert!(ran.stderr.contains(part), "{part} is not in {ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    answers(&manager, &[page("myLoginSessionsV2", &[node(ONE, "ACTIVE"), node(TWO, "REVOKED")])]);
    let ran = home.run(&["session-login", "list"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert!(lines[0].contains("Access Key") && !lines[0].contains("User"), "{ran:?}");
    assert!(lines[2].contains(ONE) && lines[3].contains("REVOKED"), "{ran:?}");
    assert_eq!(
        variables(&manager)["orderBy"],
        json!([{ "field": "CREATED_AT", "direction": "DESC" }])
    );

    let email = &manager.user().email;
    answers(&manager, &[page("adminLoginSessionsV2", &[node(ONE, "ACTIVE")])]);
    let ran = home.run(&["session-login", "ls", "--user", email, "--status=active", "-o", "json"]);
    let list: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(list["items"][0]["id"], ONE);
    let filter = &variables(&manager)["filter"];
    assert_eq!(filter["status"]["equals"], "ACTIVE");
    let user = home.run(&["user", "info", email, "--field", "uuid", "-o", "json"]);
    let user: Value = serde_json::from_str(&user.stdout).unwrap();
    assert_eq!(filter["userId"]["equals"], user["items"][0]["uuid"]);
    let ran = home.run(&["session-login", "list", "--user", "nobody@example.com"]);
    fails(&ran, 1, "there is no user");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_ended_each_with_a_result() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let end = |more: &[&str]| home.run(&[&["session-login", "end"], more].concat());
    let ended = |root: &str, success: bool| json!({ root: { "success": success } });
    fails(&end(&[]), 2, "required");
    fails(&end(&[ONE]), 2, "give --yes");
    fails(&end(&["no-id", "-y"]), 4, "session-login list");
    let mine = "myRevokeLoginSession";
    answers(&manager, &[ended(mine, true)]);
    assert_eq!(end(&[&global(ONE), "-y"]).stdout, format!("{ONE} was ended\n"));
    assert_eq!(variables(&manager), json!({ "sessionId": ONE }));
    answers(&manager, &[ended(mine, true), ended(mine, false)]);
    let ran = end(&[ONE, TWO, "--yes", "--output", "json"]);
    fails(&ran, 1, "1 of 2 was not ended");
    let result: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&result["ok"], &result["items"][0]["ok"]), (&json!(false), &json!(true)));

    let list = page("adminLoginSessionsV2", &[node(ONE, "ACTIVE"), node(TWO, "ACTIVE")]);
    let theirs = "adminRevokeLoginSession";
    answers(&manager, &[list, ended(theirs, true), ended(theirs, true)]);
    let ran = end(&["--all", "--user", &manager.user().email, "-y"]);
    assert_eq!(ran.stdout, format!("{ONE} was ended\n{TWO} was ended\n"), "{ran:?}");
    answers(&manager, &[page("myLoginSessionsV2", &[])]);
    assert_eq!(end(&["--all"]).stdout, "There is no active login session\n");
}
