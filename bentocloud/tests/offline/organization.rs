//! Bentos, models, secrets and API tokens of an organisation, against `golden/api/`.

use backendai_testing::bentocloud::BentoCloud;
use bentocloud::{CreateApiToken, SecretContent, SecretItem, SecretKind};
use serde_json::json;

use crate::support::{client, server};

/// The last request is that of the golden case, but for the page that is asked for.
#[track_caller]
fn same_request(server: &BentoCloud, case: &str) {
    let golden = crate::support::json("api/rest_client.json");
    let expected = &golden[case]["requests"][0];
    let sent = server.requests().pop().unwrap();
    let path = |target: &str| target.split('?').next().unwrap().to_owned();
    assert_eq!(expected["method"], sent.method, "{case}");
    assert_eq!(path(expected["target"].as_str().unwrap()), path(&sent.target), "{case}");
    assert_eq!(expected["body"], json!(sent.body), "{case}");
    server.forget();
}

#[tokio::test]
async fn all_pages_of_bentos_are_listed() {
    let mut builder = server();
    for number in 0..250 {
        builder = builder.bento("many", &format!("v{number}"), &["Svc"]);
    }
    let server = builder.start().await.unwrap();
    let client = client(&server);
    assert_eq!(client.bentos(None).await.unwrap().len(), 252);
    assert_eq!(server.calls().len(), 3);
    let found = client.bentos(Some("svc:")).await.unwrap();
    assert_eq!(found.iter().filter_map(|b| b.tag()).collect::<Vec<_>>(), ["svc:v2", "svc:v1"]);
    let newest = client.latest_bento("many").await.unwrap().unwrap();
    assert_eq!(newest.tag().as_deref(), Some("many:v249"));
    assert_eq!(client.latest_bento("nope").await.unwrap(), None);
    assert_eq!(client.models(None).await.unwrap().len(), 0);
    assert_eq!(client.model("m", "v1").await.unwrap(), None);
    assert_eq!(client.latest_model("m").await.unwrap(), None);
}

#[tokio::test]
async fn secrets_are_kept_and_never_shown() {
    let server = server().start().await.unwrap();
    let client = client(&server);
    let secrets = client.secrets();
    let content = SecretContent {
        kind: SecretKind::Env,
        items: vec![SecretItem::new("K", "V")],
        path: None,
        stage: Some("runtime".to_owned()),
    };
    let made = secrets.create("s1", &content, None, None).await.unwrap();
    same_request(&server, "v1.create_secret");
    assert_eq!(made.content.items[0].value.expose(), "V");
    assert!(!format!("{made:?}").contains("\"V\""), "{made:?}");
    secrets.create("s2", &content, Some("desc"), Some("c 1&x")).await.unwrap();
    let target = server.requests().pop().unwrap().target;
    assert!(target.ends_with("?cluster=c+1%26x"), "{target}");
    secrets.get("s1", None).await.unwrap();
    same_request(&server, "v1.get_secret");
    secrets.update("s1", &content, Some("d"), None).await.unwrap();
    same_request(&server, "v1.update_secret");
    assert_eq!(secrets.list(None).await.unwrap().len(), 2);
    same_request(&server, "v1.list_secrets");
    assert_eq!(secrets.list(Some("2")).await.unwrap()[0].name, "s2");
    secrets.delete("s1", None).await.unwrap();
    same_request(&server, "v1.delete_secret");
    for result in [
        secrets.delete("s1", None).await.unwrap_err(),
        secrets.get("s1", None).await.unwrap_err(),
        secrets.update("s1", &content, None, None).await.unwrap_err(),
    ] {
        assert!(result.is_not_found() && result.to_string().contains("Secret s1"), "{result}");
    }
}

#[tokio::test]
async fn a_token_is_shown_once() {
    let server = server().start().await.unwrap();
    let client = client(&server);
    let tokens = client.api_tokens();
    let wanted = CreateApiToken { name: "t".to_owned(), ..CreateApiToken::default() };
    let made = tokens.create(&wanted).await.unwrap();
    same_request(&server, "v1.create_api_token");
    let value = made.token.clone().unwrap();
    assert!(!format!("{made:?}").contains(value.expose()), "{made:?}");
    let full = CreateApiToken {
        description: Some("d".to_owned()),
        scopes: Some(vec!["api".to_owned(), "read_cluster".to_owned()]),
        expired_at: Some("2024-05-06T07:08:09.123456Z".parse().unwrap()),
        ..wanted
    };
    tokens.create(&full).await.unwrap();
    same_request(&server, "v1.create_api_token[all]");
    let all = tokens.list(None).await.unwrap();
    same_request(&server, "v1.list_api_tokens");
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|token| token.token.is_none()));
    assert_eq!(tokens.get(&made.uid).await.unwrap().name, "t");
    tokens.delete(&made.uid).await.unwrap();
    let error = tokens.get(&made.uid).await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().starts_with("API token with UID"), "{error}");
    assert!(tokens.delete(&made.uid).await.unwrap_err().is_not_found());
}
