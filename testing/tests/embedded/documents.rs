//! Paths, bodies and documents: what is executed, and how the rest is refused.

use crate::support::{Ask, data, error};
use backendai_testing::Manager;
use serde_json::json;

async fn manager() -> Manager {
    Manager::start().await.unwrap()
}

fn get(manager: &Manager, path: &str) -> Ask {
    Ask::raw(manager.user(), "").set(|ask| {
        ask.method = "GET".into();
        ask.path = path.into();
        ask.anonymous = true;
    })
}

#[tokio::test]
async fn the_version_is_counted_and_health_is_not() {
    let manager = Manager::builder().manager_version("26.1.0").start().await.unwrap();
    let reply = get(&manager, "/").send(&manager).await;
    assert_eq!(reply.json(), json!({ "version": "v9.20250722", "manager": "26.1.0" }));
    assert_eq!(reply.header("x-ratelimit-remaining"), "999");
    let reply = get(&manager, "/health").send(&manager).await;
    assert_eq!(reply.json(), json!({ "status": "ok", "version": "26.1.0" }));
    assert_eq!(reply.header("x-ratelimit-remaining"), "");
    let reply = get(&manager, "/").send(&manager).await;
    assert_eq!(reply.header("x-ratelimit-remaining"), "998");
    assert_eq!(reply.header("server"), "BackendAI");
}

#[tokio::test]
async fn other_paths_and_methods_are_problems() {
    let manager = manager().await;
    let reply = get(&manager, "/v9/admin/gql").send(&manager).await;
    assert_eq!(reply.problem(), (404, "Unknown URL path.".into()));
    assert_eq!(reply.json()["data"], "/v9/admin/gql");
    let reply = get(&manager, "/admin/gql").send(&manager).await;
    assert_eq!(reply.problem(), (405, "HTTP Method Not Allowed.".into()));
    assert_eq!(reply.header("allow"), "OPTIONS,POST");
}

#[tokio::test]
async fn bodies_that_are_no_request_are_problems() {
    let manager = manager().await;
    let large = format!(r#"{{"query": "{}"}}"#, "x".repeat(1024 * 1024));
    let cases = [
        (r#"{"query": "{ __typename }""#, "api_parsing_bad-request"),
        ("hello", "api_parsing_bad-request"),
        ("", "api_parsing_bad-request"),
        (r#"[{"query": "{ __typename }"}]"#, "api_parsing_invalid-parameters"),
        (r#"{"variables": {}}"#, "api_parsing_invalid-parameters"),
        (r#"{"query": 1}"#, "api_parsing_invalid-parameters"),
        (r#"{"query": "{ __typename }", "variables": "{}"}"#, "api_parsing_invalid-parameters"),
        (&large, "backendai_generic_bad-request"),
    ];
    for (body, code) in cases {
        let reply = Ask::raw(manager.user(), body).send(&manager).await;
        assert_eq!((reply.status, reply.json()["error_code"].as_str()), (400, Some(code)));
        assert_eq!(reply.header("x-ratelimit-limit"), "1000000", "it is counted all the same");
    }
    for body in [
        r#"{"query": "{ __typename }", "variables": null}"#,
        r#"{"query": "{ __typename }", "extra": 1}"#,
    ] {
        assert_eq!(Ask::raw(manager.user(), body).send(&manager).await.status, 200, "{body}");
    }
}

#[tokio::test]
async fn a_syntax_error_is_an_internal_one() {
    let manager = manager().await;
    for query in ["{ keypair(", "", "# nothing"] {
        let reply = Ask::new(manager.user(), query).send(&manager).await;
        assert_eq!(reply.problem(), (500, "Internal server error.".into()), "{query}");
    }
}

#[tokio::test]
async fn invalid_documents_are_graphql_errors() {
    let manager = manager().await;
    for query in [
        "{ nope }",
        "{ keypair_list(offset: 0) { total_count } }",
        "{ keypair_list(limit: 2147483648, offset: 0) { total_count } }",
        "{ group(id: \"nope\") { name } }",
        "{ __schema { queryType { name } } }",
    ] {
        let reply = Ask::new(manager.user(), query).send(&manager).await;
        let body = reply.json();
        assert_eq!((reply.status, &body["data"]), (200, &json!(null)), "{query}");
        assert!(body["errors"][0]["locations"][0]["line"].is_number(), "{query}");
        assert!(body["errors"][0]["path"].is_null(), "{query}");
    }
}

#[tokio::test]
async fn variables_are_checked() {
    let manager = manager().await;
    let query = "query($n: Int!) { keypair_list(limit: $n, offset: 0) { total_count } }";
    for (variables, fine) in [
        (json!({ "n": 1 }), true),
        (json!({ "n": 1.0 }), true),
        (json!({ "n": "two" }), false),
        (json!({ "n": null }), false),
        (json!({}), false),
    ] {
        let reply = Ask::with(manager.user(), query, variables.clone()).send(&manager).await;
        let errors = &reply.json()["errors"];
        assert_eq!(errors.is_null(), fine, "{variables}");
        if !fine {
            assert_eq!(errors[0]["locations"], json!([{ "line": 1, "column": 7 }]));
        }
    }
}

#[tokio::test]
async fn operations_are_chosen_by_either_name() {
    let manager = manager().await;
    let ask = |member: &str, name: &str| {
        let query = "query A { a: __typename } query B { b: __typename }";
        Ask::raw(manager.user(), json!({ "query": query, member: name }).to_string())
    };
    let reply = ask("operationName", "B").send(&manager).await;
    assert_eq!(reply.json()["data"], json!({ "b": "Query" }));
    let reply = ask("operation_name", "A").send(&manager).await;
    assert_eq!(reply.json()["data"], json!({ "a": "Query" }));
    let reply = ask("other", "").send(&manager).await;
    assert_eq!(
        reply.json()["errors"][0]["message"],
        "Must provide operation name if query contains multiple operations."
    );
}

#[tokio::test]
async fn a_failed_root_leaves_the_others_alone() {
    let manager = manager().await;
    let query = "{ ok: keypair_list(limit: 1, offset: 0) { total_count } \
                 bad: keypair_list(limit: 1, offset: -1) { total_count } }";
    let reply = Ask::new(manager.superadmin(), query).send(&manager).await;
    assert_eq!(
        reply.json(),
        json!({
            "data": { "ok": { "total_count": 7 }, "bad": null },
            "errors": [{
                "message": "OFFSET must not be negative",
                "locations": [{ "line": 1, "column": 57 }],
                "path": ["bad"],
                "extensions": { "code": "backendai_generic_internal-error" },
            }],
        })
    );
}

#[tokio::test]
async fn the_older_path_makes_problems_of_errors() {
    let manager = manager().await;
    let older =
        |query: &str| Ask::new(manager.user(), query).set(|ask| ask.path = "/admin/graphql".into());
    let reply = older("{ __typename }").send(&manager).await;
    assert_eq!(reply.json(), json!({ "data": { "__typename": "Query" }, "errors": null }));
    let reply = older("{ user_list(limit: 1, offset: 0) { total_count } }").send(&manager).await;
    assert_eq!(reply.problem(), (400, "GraphQL-generated error.".into()));
    assert_eq!(reply.json()["data"][0]["extensions"]["code"], "user_auth_forbidden");
}

#[tokio::test]
async fn the_sdl_is_served_and_fields_that_always_fail_fail() {
    let manager = manager().await;
    let sdl = data(&manager, manager.user(), "{ _service { sdl } }").await;
    assert!(sdl["_service"]["sdl"].as_str().unwrap().contains("type KeyPair "));
    // A bug of the manager: the field always fails.
    let (code, message) = error(&manager, manager.user(), "{ keypair { vfolders { id } } }").await;
    assert_eq!(code, "backendai_generic_internal-error");
    assert_eq!(message, "type object 'VirtualFolder' has no attribute 'batch_load'");
}
