//! The keypair root fields: queries, privileges and changes.

use crate::support::{Ask, data, error};
use backendai_testing::{Account, Manager};
use serde_json::{Value, json};

async fn manager() -> Manager {
    Manager::start().await.unwrap()
}

const CREATE: &str = "mutation($user: String!, $props: KeyPairInput!) { create_keypair(user_id: \
    $user, props: $props) { ok msg keypair { access_key secret_key user_id is_active is_admin \
    is_default resource_policy rate_limit concurrency_limit projects } } }";
const MODIFY: &str = "mutation($key: String!, $props: ModifyKeyPairInput!) { \
    modify_keypair(access_key: $key, props: $props) { ok msg } }";

async fn create(manager: &Manager, props: Value) -> Value {
    let variables = json!({ "user": manager.user().email, "props": props });
    Ask::with(manager.superadmin(), CREATE, variables).send(manager).await.json()
}

async fn modify(manager: &Manager, key: &str, props: Value) -> (bool, String) {
    let variables = json!({ "key": key, "props": props });
    let reply = Ask::with(manager.superadmin(), MODIFY, variables).send(manager).await.json();
    let answer = &reply["data"]["modify_keypair"];
    (answer["ok"].as_bool().unwrap(), answer["msg"].as_str().unwrap().to_owned())
}

async fn delete(manager: &Manager, account: &Account, key: &str) -> Value {
    let query = format!("mutation {{ delete_keypair(access_key: \"{key}\") {{ ok msg }} }}");
    data(manager, account, &query).await["delete_keypair"].clone()
}

#[tokio::test]
async fn a_keypair_has_all_fields() {
    let manager = manager().await;
    let query = "{ keypair { id user_id full_name access_key secret_key is_active is_admin \
        is_default resource_policy last_used rate_limit num_queries rolling_count user projects \
        ssh_public_key concurrency_used concurrency_limit user_info { email full_name } } }";
    let keypair = data(&manager, manager.user(), query).await["keypair"].clone();
    assert_eq!(keypair["access_key"], manager.user().access_key);
    assert_eq!(keypair["secret_key"], manager.user().secret_key);
    assert_eq!(keypair["user_info"]["email"], manager.user().email);
    assert_eq!(keypair["projects"], json!(["default"]));
    assert_eq!(keypair["num_queries"], 1);
    assert!(keypair["last_used"].as_str().unwrap().ends_with("+00:00"));
    let again = data(&manager, manager.user(), query).await["keypair"].clone();
    assert_eq!((&again["num_queries"], &again["rolling_count"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn roles_restrict_the_visible_keypairs() {
    let manager = manager().await;
    let list = "{ keypair_list(limit: 100, offset: 0) { total_count } }";
    for (account, expected) in [
        (manager.superadmin(), 7),
        (manager.domain_admin(), 6),
        (manager.user(), 2),
        (manager.other_admin(), 1),
    ] {
        let seen = data(&manager, account, list).await;
        assert_eq!(seen["keypair_list"]["total_count"], expected, "{account:?}");
    }
    let forbidden = "backendai_generic_forbidden";
    let other = "{ keypair_list(limit: 1, offset: 0, domain_name: \"other\") { total_count } }";
    assert_eq!(error(&manager, manager.domain_admin(), other).await.0, forbidden);
    let other_user = format!("{{ keypairs(email: \"{}\") {{ id }} }}", manager.superadmin().email);
    assert_eq!(error(&manager, manager.user(), &other_user).await.0, forbidden);
    let key = &manager.superadmin().access_key;
    let key = format!("{{ keypair(access_key: \"{key}\") {{ secret_key }} }}");
    assert_eq!(error(&manager, manager.user(), &key).await.0, forbidden);
}

#[tokio::test]
async fn a_keypair_without_a_project_is_only_in_the_list() {
    let manager = manager().await;
    let account = manager.inactive_user();
    let one = format!("{{ keypair(access_key: \"{}\") {{ id }} }}", account.access_key);
    assert_eq!(data(&manager, manager.superadmin(), &one).await, json!({ "keypair": null }));
    let list = format!(
        "{{ keypair_list(limit: 9, offset: 0, email: \"{}\") {{ items {{ projects }} }} }}",
        account.email
    );
    let items = data(&manager, manager.superadmin(), &list).await;
    assert_eq!(items["keypair_list"]["items"], json!([{ "projects": [null] }]));
}

#[tokio::test]
async fn the_plain_list_ends_at_a_hundred() {
    let manager = Manager::builder().keypairs(150).start().await.unwrap();
    let keypairs = data(&manager, manager.superadmin(), "{ keypairs { id projects } }").await;
    let keypairs = keypairs["keypairs"].as_array().unwrap();
    assert_eq!(keypairs.len(), 100);
    assert_eq!(keypairs[0]["projects"], json!([]));
}

#[tokio::test]
async fn a_new_keypair_works_until_it_is_deactivated() {
    let manager = manager().await;
    let answer = create(&manager, json!({ "resource_policy": "small", "rate_limit": 7 })).await;
    let made = &answer["data"]["create_keypair"]["keypair"];
    assert_eq!(made["is_active"], true, "the default of the schema");
    assert_eq!(made["user_id"], manager.user().email);
    assert_eq!(made["concurrency_limit"], json!(null));
    let key = made["access_key"].as_str().unwrap().to_owned();
    let account = |manager: &Manager| {
        let mut account = manager.user().clone();
        account.access_key.clone_from(&key);
        account.secret_key = made["secret_key"].as_str().unwrap().to_owned();
        account
    };
    let own = "{ keypair { access_key rate_limit resource_policy } }";
    let seen = data(&manager, &account(&manager), own).await;
    assert_eq!(seen["keypair"]["access_key"], key);

    assert_eq!(modify(&manager, &key, json!({ "is_active": false })).await.1, "success");
    let reply = Ask::new(&account(&manager), own).send(&manager).await;
    assert_eq!(reply.problem(), (401, "Access key not found in HMAC".into()));
    assert_eq!(delete(&manager, manager.superadmin(), &key).await["ok"], true);
    assert!(!manager.access_keys().contains(&key));
}

#[tokio::test]
async fn a_keypair_needs_an_owner_and_a_policy() {
    let manager = manager().await;
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    let answer = create(&manager, json!({ "resource_policy": "nope", "rate_limit": 7 })).await;
    assert_eq!(code(&answer), "keypair-resource-policy_read_not-found");
    let variables =
        json!({ "user": "nobody", "props": { "resource_policy": "default", "rate_limit": 7 } });
    let reply = Ask::with(manager.superadmin(), CREATE, variables).send(&manager).await;
    assert_eq!(code(&reply.json()), "user_read_not-found");
    assert_eq!(reply.json()["data"], json!({ "create_keypair": null }));
}

#[tokio::test]
async fn changes_are_tri_state() {
    let manager = manager().await;
    let key = &manager.inactive_key().access_key;
    let success = (true, "success".to_owned());
    assert_eq!(modify(&manager, key, json!({})).await, success);
    assert_eq!(modify(&manager, key, json!({ "rate_limit": 9 })).await, success);
    assert_eq!(modify(&manager, key, json!({ "concurrency_limit": null })).await, success);
    let (ok, msg) = modify(&manager, key, json!({ "rate_limit": null })).await;
    assert!(!ok && msg.starts_with("integrity error: "), "{msg}");
    let (ok, msg) = modify(&manager, key, json!({ "resource_policy": "nowhere" })).await;
    assert!(!ok && msg.starts_with("integrity error: "), "{msg}");
    let seen = format!("{{ keypair(access_key: \"{key}\") {{ rate_limit resource_policy }} }}");
    let seen = data(&manager, manager.superadmin(), &seen).await;
    assert_eq!(seen["keypair"], json!({ "rate_limit": 9, "resource_policy": "small" }));
}

#[tokio::test]
async fn refusals_of_the_older_kind_are_no_errors() {
    let manager = manager().await;
    let none = (false, "no matching modifykeypair".to_owned());
    assert_eq!(modify(&manager, "NOSUCHKEY", json!({ "rate_limit": 1 })).await, none);
    let default = &manager.low_rate().access_key;
    assert_eq!(modify(&manager, default, json!({ "is_active": false })).await, none);
    let msg = |answer: Value| answer["msg"].as_str().unwrap().to_owned();
    let deleted = delete(&manager, manager.superadmin(), "NOSUCHKEY").await;
    assert_eq!(msg(deleted), "no matching deletekeypair");
    let deleted = delete(&manager, manager.superadmin(), default).await;
    assert_eq!(msg(deleted), "the keypair is used as the default access key by a user");
    for account in [manager.user(), manager.domain_admin()] {
        let deleted = delete(&manager, account, "NOSUCHKEY").await;
        assert_eq!(msg(deleted), "no permission to execute delete_keypair");
    }
    let aliased = "mutation { mine: delete_keypair(access_key: \"x\") { msg } }";
    let aliased = data(&manager, manager.user(), aliased).await;
    assert_eq!(aliased["mine"]["msg"], "no permission to execute mine");
}

#[tokio::test]
async fn two_managers_generate_the_same_keys() {
    let (one, two) = (manager().await, manager().await);
    let props = json!({ "resource_policy": "default", "rate_limit": 7 });
    let key = |answer: Value| answer["data"]["create_keypair"]["keypair"]["secret_key"].clone();
    assert_eq!(key(create(&one, props.clone()).await), key(create(&two, props.clone()).await));
    assert_ne!(key(create(&one, props.clone()).await), key(create(&one, props).await));
}
