//! Introspection through the proxy, and everything beside it.

use backendai_testing::Manager;
use serde_json::{Value, json};

use super::support::Running;

/// As `graphql-js` asks, and with it GraphiQL, Insomnia and Altair.
const INTROSPECTION: &str = include_str!("introspection.graphql");

async fn ask(proxy: &Running, path: &str, body: &Value) -> Value {
    let answer = proxy.post(path, "", &body.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn tools_get_the_whole_schema_without_a_request_to_the_manager() {
    let manager = Manager::start().await.unwrap();
    let proxy = Running::before(&manager).await;
    let body = json!({ "query": INTROSPECTION, "operationName": "IntrospectionQuery" });
    for (path, root) in [
        ("/admin/gql", "keypair_list"),
        ("/v8/admin/gql", "keypair_list"),
        ("/admin/graphql", "keypair_list"),
        ("/admin/gql/strawberry", "adminKeypairsV2"),
    ] {
        let answer = ask(&proxy, path, &body).await;
        let types = answer["data"]["__schema"]["types"].as_array().unwrap();
        let query = types.iter().find(|of| of["name"] == "Query").unwrap();
        let fields = query["fields"].as_array().unwrap();
        assert!(fields.iter().any(|field| field["name"] == root), "{path}");
        assert_eq!(answer.get("errors"), None);
    }
    assert!(manager.requests().is_empty());
}

#[tokio::test]
async fn a_request_for_data_is_forwarded_unchanged() {
    let manager = Manager::start().await.unwrap();
    let proxy = Running::before(&manager).await;
    let data = json!({ "query": "{ keypair { user_id } }" }).to_string();
    let answer = proxy.post("/admin/gql", "X-Odd: 1\r\n", &data).await;
    assert_eq!(answer.json()["data"]["keypair"]["user_id"], manager.superadmin().email.as_str());
    // The manager refuses one that asks for both, and says why.
    let mixed = json!({ "query": "{ keypair { user_id } __schema { queryType { name } } }" });
    let answer = ask(&proxy, "/admin/gql", &mixed).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("introspection is disabled"), "{message}");
    // Neither batches nor what is no document are taken for more than they are.
    let batch = json!([{ "query": "{ __schema { queryType { name } } }" }]).to_string();
    assert_eq!(proxy.post("/admin/gql", "", &batch).await.status, 400);
    let broken = "{\"query\": \"{ __schema {\"";
    assert_eq!(proxy.post("/admin/gql", "", broken).await.status, 400);
    let get = "/admin/gql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D";
    assert_eq!(proxy.get(get, "").await.status, 405);

    let requests = manager.requests();
    let sent: Vec<_> = requests.iter().map(|request| request.body()).collect();
    let expected = [data, mixed.to_string(), batch, broken.to_owned(), String::new()];
    assert_eq!(sent, expected.each_ref().map(String::as_bytes));
}

#[tokio::test]
async fn the_v2_api_is_forwarded_to_its_own_path() {
    let manager = Manager::start().await.unwrap();
    let proxy = Running::before(&manager).await;
    let query =
        json!({ "query": "{ myKeypairs(limit: 5) { count edges { node { accessKey } } } }" });
    let answer = ask(&proxy, "/admin/gql/strawberry", &query).await;
    let edges = &answer["data"]["myKeypairs"]["edges"];
    assert_eq!(edges[0]["node"]["accessKey"], manager.superadmin().access_key.as_str(), "{answer}");
    let mixed = json!({ "query": "{ myKeypairs { count } __schema { queryType { name } } }" });
    let answer = ask(&proxy, "/admin/gql/strawberry", &mixed).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("introspection is disabled"), "{message}");
    let requests = manager.requests();
    let sent: Vec<_> = requests.iter().map(|request| (request.path(), request.body())).collect();
    let expected = [query, mixed].map(|body| body.to_string());
    let expected = expected.each_ref().map(|body| ("/admin/gql/strawberry", body.as_bytes()));
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_body_too_large_to_inspect_is_forwarded_whole() {
    let manager = Manager::start().await.unwrap();
    let proxy = Running::before(&manager).await;
    let spaces = " ".repeat((1 << 20) + 70_000);
    let body = json!({ "query": format!("{{ __schema {{ queryType {{ name }} }} }}{spaces}") });
    let body = body.to_string();
    // By its length, and in chunks that do not tell it before.
    let by_length = proxy.post("/admin/gql", "", &body).await;
    let chunked = format!(
        "POST /admin/gql HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let in_chunks = proxy.ask(&chunked).await;
    for answer in [by_length, in_chunks] {
        assert_eq!(answer.status, 400, "the manager refuses it: {answer:?}");
    }
    for request in manager.requests() {
        assert_eq!(request.body(), body.as_bytes());
    }
    assert_eq!(manager.requests().len(), 2);
}
