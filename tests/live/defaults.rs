//! The KeyPair functions have the defaults of the official client's.

use backendai::{
    Client,
    admin::{
        keypair::{ListKeyPairsWithSecrets, PagedKeyPairs, PagedKeyPairsWithSecrets},
        types::{KeyPairInput, ModifyKeyPairInput},
    },
    config::{ApiVersion, DEFAULT_VERSION, MIN_VERSION},
    transport::HttpResponse,
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    support::{Manager, SUPERADMIN},
    transport::Fake,
};

/// Default of a parameter; null when it has none.
#[track_caller]
fn default(facts: &Value, function: &str, parameter: &str) -> Value {
    let parameters = facts["functions"][function].as_array().unwrap();
    let found = parameters.iter().find(|entry| entry["name"] == parameter);
    found.unwrap_or_else(|| panic!("{function} has no {parameter}"))["default"].clone()
}

fn version(fact: &Value) -> ApiVersion {
    format!("v{}.{}", fact[0], fact[1].as_str().unwrap()).parse().unwrap()
}

#[tokio::test]
async fn defaults_are_the_official_clients() {
    let Some(manager) = Manager::turn().await else { return };
    let facts = manager.official("facts.py", SUPERADMIN);
    let refusing = Fake::new(|_, _| Ok(HttpResponse::new(StatusCode::FORBIDDEN, "{}")));
    let config = manager.config().access_key("A").secret_key("S").build().unwrap();
    let client = Client::builder(config).transport(refusing.clone()).build().unwrap();
    let keypairs = client.keypairs();
    let variables = || refusing.take_bodies().remove(0)["variables"].take();

    keypairs.create("user", KeyPairInput::new("policy", 7)).await.unwrap_err();
    let create = variables();
    for parameter in ["is_active", "is_admin"] {
        let theirs = default(&facts, "create", parameter);
        assert_eq!(create["props"][parameter], theirs, "create, {parameter}");
    }

    keypairs.update("key", ModifyKeyPairInput::new()).await.unwrap_err();
    assert_eq!(variables()["props"], json!({}));
    for parameter in ["is_active", "is_admin", "resource_policy", "rate_limit"] {
        assert_eq!(default(&facts, "update", parameter), "undefined", "update, {parameter}");
    }

    keypairs.activate("key").await.unwrap_err();
    assert_eq!(variables()["props"], json!({"is_active": true}));
    keypairs.deactivate("key").await.unwrap_err();
    assert_eq!(variables()["props"], json!({"is_active": false}));

    keypairs.list(ListKeyPairsWithSecrets::new()).await.unwrap_err();
    assert_eq!(variables(), json!({}));

    keypairs.paginated_list(PagedKeyPairsWithSecrets::new()).next().await.unwrap().unwrap_err();
    let page = variables();
    assert_eq!(page["limit"], default(&facts, "paginated_list", "page_size"));
    assert_eq!(page["offset"], default(&facts, "paginated_list", "page_offset"));
    for parameter in ["is_active", "domain_name", "user_id", "filter"] {
        assert_eq!(default(&facts, "paginated_list", parameter), Value::Null, "{parameter}");
        assert_eq!(page.get(parameter), None, "{parameter}");
    }

    let new = KeyPairInput::new("policy", 7);
    keypairs.create("user", new).await.unwrap_err();
    keypairs.list(ListKeyPairsWithSecrets::new()).await.unwrap_err();
    let list = PagedKeyPairsWithSecrets::new();
    keypairs.paginated_list(list).next().await.unwrap().unwrap_err();
    keypairs.info("key").await.unwrap_err();
    let (functions, bodies) =
        (["create", "list", "paginated_list", "info"], refusing.take_bodies());
    assert_eq!(bodies.len(), functions.len());
    for (function, body) in functions.iter().zip(bodies) {
        let document = body["query"].as_str().unwrap();
        let words: Vec<_> = document.split(|c: char| c != '_' && !c.is_alphanumeric()).collect();
        let fields = default(&facts, function, "fields");
        for field in fields.as_array().unwrap() {
            assert!(words.contains(&field.as_str().unwrap()), "{function}, {field}: {document}");
        }
    }

    for (bound, beyond) in [("min", -1), ("max", 1)] {
        let rows = facts["page_size"][bound].as_i64().unwrap() + beyond;
        let mut pages = client.pages(PagedKeyPairs::new()).page_size(rows.try_into().unwrap());
        let error = pages.next().await.unwrap().unwrap_err();
        assert!(error.is_config(), "{rows} rows: {error:?}");
    }

    assert_eq!(DEFAULT_VERSION, version(&facts["api_version"]));
    assert_eq!(MIN_VERSION, version(&facts["min_api_version"]));
}
