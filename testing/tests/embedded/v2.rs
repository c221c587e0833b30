//! The v2 API over raw HTTP: paths, checks, refusals, pages, and the state that it shares with the admin API.

use backendai_testing::{Account, Manager};
use serde_json::{Value, json};

use crate::support::Ask;

const PATH: &str = "/admin/gql/strawberry";

async fn manager() -> Manager {
    Manager::start().await.unwrap()
}

fn v2(account: &Account, query: &str, variables: Value) -> Ask {
    Ask::with(account, query, variables).set(|ask| ask.path = PATH.into())
}

async fn data(manager: &Manager, account: &Account, query: &str) -> Value {
    let reply = v2(account, query, json!({})).send(manager).await;
    assert_eq!(reply.json()["errors"], Value::Null, "{query}: {}", reply.text);
    reply.json()["data"].clone()
}

async fn error(manager: &Manager, account: &Account, query: &str) -> (String, String) {
    let reply = v2(account, query, json!({})).send(manager).await;
    let message = reply.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert_ne!(message, "", "no error: {}", reply.text);
    (reply.code(), message)
}

#[tokio::test]
async fn the_public_part_needs_no_credentials() {
    let manager = manager().await;
    let public = |ask: &mut Ask| {
        ask.path = format!("{PATH}/public");
        ask.anonymous = true;
    };
    let reply = Ask::new(manager.user(), "{ ping }").set(public).send(&manager).await;
    assert_eq!(reply.json()["data"]["ping"], "pong");
    let whole = v2(manager.user(), "{ __typename }", json!({})).set(|ask| ask.anonymous = true);
    assert_eq!(whole.send(&manager).await.status, 401);
    let sdl = data(&manager, manager.user(), "{ _service { sdl } }").await;
    assert!(sdl["_service"]["sdl"].as_str().unwrap().contains("type UserV2 "));
}

#[tokio::test]
async fn a_refusal_names_what_was_asked_for() {
    let manager = manager().await;
    let none = "0b7a6a1c-3c40-4ad5-bd4e-5d7ae81b2a1b";
    for (query, says) in [
        (format!("adminUserV2(userId: \"{none}\") {{ id }}"), none),
        (format!("sessionV2(id: \"{none}\") {{ id }}"), none),
        ("adminResourceGroupV2(name: \"gone\") { id }".to_owned(), "'gone'"),
    ] {
        let (code, message) =
            error(&manager, manager.superadmin(), &format!("{{ {query} }}")).await;
        assert!(code.ends_with("_not-found") && message.contains(says), "{code} {message}");
    }
    let query = format!("{{ sessionV2(id: \"{none}\") {{ id }} }}");
    let (_, message) = error(&manager, manager.user(), &query).await;
    let ids = message.matches("-4000-8000-").count();
    assert!(ids == 1 && message.contains(&format!("session {none}")), "{message}");
    let delete = format!("mutation {{ adminDeleteModelCardV2(id: \"{none}\") {{ id }} }}");
    let (code, _) = error(&manager, manager.superadmin(), &delete).await;
    assert_eq!(code, "model-card_read_not-found");
}

#[tokio::test]
async fn documents_are_checked_as_by_the_manager() {
    let manager = manager().await;
    let me = manager.superadmin();
    for (query, message) in [
        (
            "{ adminUserV2(userId: \"nope\") { id } }",
            "Value cannot represent a UUID: \"nope\". badly formed hexadecimal UUID string",
        ),
        (
            "{ __schema { queryType { name } } }",
            "Cannot query '__schema': introspection is disabled.",
        ),
        (
            "{ adminUsersV2(nope: 1) { count } }",
            "Unknown argument 'nope' on field 'Query.adminUsersV2'.",
        ),
        (
            "{ adminUsersV2(limit: 0) { count } }",
            "Invalid GraphQL parameters. (limit must be positive, got 0)",
        ),
    ] {
        assert_eq!(error(&manager, me, query).await.1, message);
    }
    let aliases: String = (0..51).map(|n| format!("a{n}: myClientIp {{ clientIp }} ")).collect();
    let (code, message) = error(&manager, me, &format!("{{ {aliases} }}")).await;
    assert_eq!((&*code, &*message), ("", "51 aliases found. Allowed: 50"));
    let deep = (0..20).fold("id".to_owned(), |inner, _| {
        format!("domain {{ users {{ edges {{ node {{ {inner} }} }} }} }}")
    });
    let message =
        error(&manager, me, &format!("{{ adminUsersV2 {{ edges {{ node {{ {deep} }} }} }} }}"))
            .await
            .1;
    assert_eq!(message, "'anonymous' exceeds maximum operation depth of 50");

    let two = "query A { __typename } query B { x: __typename }";
    assert_eq!(data(&manager, me, two).await, json!({ "__typename": "Query" }));
    let body = json!({ "query": two, "operationName": "C" }).to_string();
    let unknown = Ask::raw(me, body).set(|ask| ask.path = PATH.into()).send(&manager).await;
    assert_eq!(unknown.status, 500);

    let query = "query($n: Int!) { adminUsersV2(limit: $n) { count } }";
    let reply = v2(me, query, json!({ "n": "x" })).send(&manager).await.json();
    assert_eq!(
        reply["errors"][0]["message"],
        "Variable '$n' got invalid value 'x'; Int cannot represent non-integer value: 'x'"
    );
}

#[tokio::test]
async fn roles_are_refused_with_the_managers_code() {
    let manager = manager().await;
    for account in [manager.user(), manager.domain_admin()] {
        let (code, message) = error(&manager, account, "{ adminUsersV2 { count } }").await;
        assert_eq!(code, "user_auth_forbidden");
        assert_eq!(message, "Insufficient privilege. (Admin exclusive access)");
    }
    let me = data(&manager, manager.user(), "{ myUserV2 { basicInfo { email } } }").await;
    assert_eq!(me["myUserV2"]["basicInfo"]["email"], manager.user().email.as_str());
}

/// Reads all pages in one direction and returns the access keys.
async fn pages(manager: &Manager, first: &str, cursor: &str, next: [&str; 2]) -> Vec<String> {
    let (mut keys, mut from) = (Vec::new(), Value::Null);
    loop {
        let query = format!(
            "query($from: String) {{ adminKeypairsV2({first}: 3, {cursor}: $from) {{ count pageInfo \
             {{ hasNextPage hasPreviousPage startCursor endCursor }} edges {{ node {{ accessKey }} }} }} }}"
        );
        let reply = v2(manager.superadmin(), &query, json!({ "from": from })).send(manager).await;
        let page = &reply.json()["data"]["adminKeypairsV2"];
        let edges = page["edges"].as_array().unwrap_or_else(|| panic!("{}", reply.text));
        assert!(edges.len() <= 3);
        keys.extend(
            edges.iter().map(|edge| edge["node"]["accessKey"].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"][next[0]] == false {
            return keys;
        }
        from = page["pageInfo"][next[1]].clone();
    }
}

#[tokio::test]
async fn both_directions_reach_every_row_once() {
    let manager = Manager::builder().keypairs(10).start().await.unwrap();
    let mut forward = pages(&manager, "first", "after", ["hasNextPage", "endCursor"]).await;
    let mut backward = pages(&manager, "last", "before", ["hasPreviousPage", "startCursor"]).await;
    assert_eq!(forward.len(), 17);
    forward.sort();
    backward.sort();
    assert_eq!(forward, manager.access_keys());
    assert_eq!(backward, forward);
}

#[tokio::test]
async fn both_apis_have_the_same_keypairs() {
    let manager = manager().await;
    let me = manager.superadmin();
    let input = format!("{{userId: \"{}\", resourcePolicy: \"default\"}}", manager.user().user_id);
    let created = data(
        &manager,
        me,
        &format!(
            "mutation {{ adminCreateKeypairV2(input: {input}) {{ keypair {{ accessKey }} }} }}"
        ),
    )
    .await;
    let key = created["adminCreateKeypairV2"]["keypair"]["accessKey"].as_str().unwrap().to_owned();
    let seen = crate::support::data(
        &manager,
        me,
        &format!("{{ keypair(access_key: \"{key}\") {{ rate_limit }} }}"),
    )
    .await;
    assert_eq!(seen["keypair"]["rate_limit"], 30_000);
    let deleted = format!("mutation {{ delete_keypair(access_key: \"{key}\") {{ ok }} }}");
    crate::support::data(&manager, me, &deleted).await;
    let (code, _) =
        error(&manager, me, &format!("{{ adminKeypairV2(accessKey: \"{key}\") {{ id }} }}")).await;
    assert_eq!(code, "user-keypair_read_not-found");
}

#[tokio::test]
async fn a_user_lives_from_creation_to_purge() {
    let manager = manager().await;
    let me = manager.superadmin();
    let input = "{email: \"new@test.invalid\", username: \"new\", password: \"made-for-a-test\", domainName: \
        \"default\", needPasswordChange: false, status: ACTIVE, role: USER, fullName: \"New\"}";
    let made = data(
        &manager,
        me,
        &format!("mutation {{ adminCreateUserV2(input: {input}) {{ user {{ entityId }} }} }}"),
    )
    .await;
    let id = made["adminCreateUserV2"]["user"]["entityId"].as_str().unwrap().to_owned();
    let update = |input: &str| {
        format!(
            "mutation {{ adminUpdateUserV2(userId: \"{id}\", input: {{{input}}}) {{ user {{ basicInfo {{ username fullName }} }} }} }}"
        )
    };
    // Absent leaves, null clears where it may.
    for (input, expected) in
        [("", json!("New")), ("fullName: null", json!(null)), ("username: null", json!(null))]
    {
        let updated =
            data(&manager, me, &update(input)).await["adminUpdateUserV2"]["user"]["basicInfo"]
                .clone();
        assert_eq!(updated["fullName"], expected, "{input}");
        assert_eq!(updated["username"], "new", "{input}");
    }
    let status = format!("{{ adminUserV2(userId: \"{id}\") {{ status {{ status }} }} }}");
    for (change, expected) in [("Delete", "DELETED"), ("Restore", "ACTIVE")] {
        data(
            &manager,
            me,
            &format!("mutation {{ admin{change}UserV2(userId: \"{id}\") {{ success }} }}"),
        )
        .await;
        assert_eq!(data(&manager, me, &status).await["adminUserV2"]["status"]["status"], expected);
    }
    data(
        &manager,
        me,
        &format!("mutation {{ adminPurgeUserV2(input: {{userId: \"{id}\"}}) {{ success }} }}"),
    )
    .await;
    assert_eq!(error(&manager, me, &status).await.0, "user_read_not-found");
}

#[tokio::test]
async fn a_role_is_assigned_and_purged() {
    let manager = manager().await;
    let me = manager.superadmin();
    let scope = "{scopeType: \"project\", scopeId: \"06000000-0000-4000-8000-000000000001\"}";
    let made = data(
        &manager,
        me,
        &format!(
            "mutation {{ adminCreateRole(input: {{name: \"r\", scope: {scope}}}) {{ entityId }} }}"
        ),
    )
    .await;
    let id = made["adminCreateRole"]["entityId"].as_str().unwrap().to_owned();
    let input = format!("{{roleId: \"{id}\", userId: \"{}\"}}", manager.user().user_id);
    let assign = format!(
        "mutation {{ adminAssignRole(input: {input}) {{ user {{ basicInfo {{ email }} }} }} }}"
    );
    let assigned = data(&manager, me, &assign).await;
    assert_eq!(
        assigned["adminAssignRole"]["user"]["basicInfo"]["email"],
        manager.user().email.as_str()
    );
    assert_eq!(error(&manager, me, &assign).await.0, "role_create_already-exists");
    let users =
        data(&manager, me, &format!("{{ adminRole(id: \"{id}\") {{ users {{ count }} }} }}")).await;
    assert_eq!(users["adminRole"]["users"]["count"], 1);
    data(&manager, me, &format!("mutation {{ adminPurgeRole(input: {{id: \"{id}\"}}) {{ id }} }}"))
        .await;
    assert_eq!(
        error(&manager, me, &format!("{{ adminRole(id: \"{id}\") {{ id }} }}")).await.0,
        "role_read_not-found"
    );
}

#[tokio::test]
async fn recorded_rows_are_served_with_their_nested_rows() {
    let manager = manager().await;
    let query = "{ adminSessionsV2(limit: 1) { count edges { node { metadata { name } user { basicInfo { email } } \
        kernels { edges { node { id } } } } } } }";
    let sessions = &data(&manager, manager.superadmin(), query).await["adminSessionsV2"];
    assert_eq!(sessions["count"], 3);
    assert!(sessions["edges"][0]["node"]["user"]["basicInfo"]["email"].is_string(), "{sessions}");
}

#[tokio::test]
async fn an_older_release_has_no_such_path() {
    let manager = Manager::builder().release("25.6.17").start().await.unwrap();
    assert_eq!(
        v2(manager.superadmin(), "{ __typename }", json!({})).send(&manager).await.status,
        404
    );
}
