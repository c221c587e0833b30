//! The user root fields, domains, projects and policies.

use crate::support::{Ask, data, error};
use backendai_testing::Manager;
use serde_json::{Value, json};

async fn manager() -> Manager {
    Manager::start().await.unwrap()
}

const CREATE: &str = "mutation($email: String!, $props: UserInput!) { create_user(email: $email, \
    props: $props) { ok msg user { uuid email status role full_name groups { name } } keypair { \
    access_key secret_key is_admin is_default rate_limit user_id } } }";
const MODIFY: &str = "mutation($email: String!, $props: ModifyUserInput!) { modify_user(email: \
    $email, props: $props) { ok msg user { username full_name status status_info role \
    allowed_client_ip main_access_key groups { name } } } }";

async fn create(manager: &Manager, email: &str, mut more: Value) -> Value {
    let mut props = json!({ "username": email, "password": "x", "need_password_change": false });
    props.as_object_mut().unwrap().append(more.as_object_mut().unwrap());
    let variables = json!({ "email": email, "props": props });
    Ask::with(manager.superadmin(), CREATE, variables).send(manager).await.json()
}

async fn modify(manager: &Manager, email: &str, props: Value) -> Value {
    let variables = json!({ "email": email, "props": props });
    Ask::with(manager.superadmin(), MODIFY, variables).send(manager).await.json()
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_user_is_made_with_a_project_and_a_keypair() {
    let manager = manager().await;
    let answer = create(&manager, "new@x", json!({ "role": "admin" })).await;
    let made = &answer["data"]["create_user"];
    assert_eq!(made["msg"], "success");
    assert_eq!(made["user"]["status"], "active", "the default of the schema");
    assert_eq!(made["user"]["groups"], json!([{ "name": "new@x" }]));
    assert_eq!(made["keypair"]["is_admin"], true);
    assert_eq!(made["keypair"]["rate_limit"], 10_000);
    assert_eq!(made["keypair"]["user_id"], json!(null));
    let mut account = manager.user().clone();
    account.access_key = made["keypair"]["access_key"].as_str().unwrap().to_owned();
    account.secret_key = made["keypair"]["secret_key"].as_str().unwrap().to_owned();
    let own = data(&manager, &account, "{ user { email role } }").await;
    assert_eq!(own["user"], json!({ "email": "new@x", "role": "admin" }));
}

#[tokio::test]
async fn a_user_that_cannot_be_made_is_an_error() {
    let manager = manager().await;
    create(&manager, "new@x", json!({})).await;
    for (email, more, expected) in [
        ("new@x", json!({}), "user_create_conflict"),
        ("d@x", json!({ "domain_name": "nope" }), "domain_read_not-found"),
        ("p@x", json!({ "resource_policy": "nope" }), "database_generic_not-found"),
        ("s@x", json!({ "status": "nope" }), "backendai_generic_internal-error"),
        ("s@x", json!({ "status": null }), "database_read_internal-error"),
        ("g@x", json!({ "group_ids": ["nope"] }), "backendai_generic_internal-error"),
        ("i@x", json!({ "container_uid": -1 }), "backendai_generic_internal-error"),
        ("a@x", json!({ "allowed_client_ip": ["zz"] }), "backendai_generic_internal-error"),
    ] {
        let answer = create(&manager, email, more.clone()).await;
        assert_eq!(code(&answer), expected, "{more}");
        assert_eq!(answer["data"], json!({ "create_user": null }));
    }
    let groups = "{ groups(type: [\"PERSONAL\"]) { name } }";
    let groups = data(&manager, manager.superadmin(), groups).await;
    assert_eq!(groups["groups"], json!([{ "name": "new@x" }]), "a failure leaves nothing behind");
}

#[tokio::test]
async fn null_clears_or_is_refused() {
    let manager = manager().await;
    let email = &manager.user().email;
    let user = |answer: &Value| answer["data"]["modify_user"]["user"].clone();
    let answer = modify(&manager, email, json!({ "full_name": null })).await;
    assert_eq!(user(&answer)["full_name"], json!(null));
    assert_eq!(user(&answer)["username"], "user", "what is left out stays");
    for member in ["username", "status", "role", "group_ids", "resource_policy"] {
        let answer = modify(&manager, email, json!({ member: null })).await;
        assert_eq!(answer["errors"][0]["message"], "OptionalState cannot be NULLIFY", "{member}");
    }
    let answer = modify(&manager, email, json!({ "password": null })).await;
    assert_eq!(answer["data"]["modify_user"]["ok"], true);
    let answer = modify(&manager, email, json!({ "is_active": true })).await;
    assert_eq!(answer["errors"][0]["message"], "Unconsumed column names: is_active");
}

#[tokio::test]
async fn the_status_and_the_address_of_a_user_are_checked() {
    let manager = manager().await;
    let email = &manager.user().email;
    let answer = modify(&manager, email, json!({ "status": "inactive" })).await;
    assert_eq!(answer["data"]["modify_user"]["user"]["status_info"], "admin-requested");
    let ask = || Ask::new(manager.user(), "{ __typename }");
    assert_eq!(ask().send(&manager).await.problem(), (401, "User account is inactive".into()));
    modify(&manager, email, json!({ "status": "active" })).await;
    assert_eq!(ask().send(&manager).await.status, 200);

    let answer = modify(&manager, email, json!({ "allowed_client_ip": ["10.0.*.*"] })).await;
    let networks = &answer["data"]["modify_user"]["user"]["allowed_client_ip"];
    assert_eq!(networks, &json!(["10.0.0.0/16"]));
    let refused = (401, "'127.0.0.1' is not allowed IP address".to_owned());
    assert_eq!(ask().send(&manager).await.problem(), refused);
    modify(&manager, email, json!({ "allowed_client_ip": ["127.0.0.1"] })).await;
    assert_eq!(ask().send(&manager).await.status, 200);

    let delete = format!("mutation {{ delete_user(email: \"{email}\") {{ ok }} }}");
    data(&manager, manager.superadmin(), &delete).await;
    assert_eq!(ask().send(&manager).await.problem(), (401, "User account is deleted".into()));
    let purge = format!("mutation {{ purge_user(email: \"{email}\", props: {{}}) {{ ok }} }}");
    data(&manager, manager.superadmin(), &purge).await;
    assert_eq!(ask().send(&manager).await.problem(), (401, "Access key not found in HMAC".into()));
    let (gone, _) = error(&manager, manager.superadmin(), &purge).await;
    assert_eq!(gone, "user_read_not-found");
}

#[tokio::test]
async fn the_default_keypair_can_be_another() {
    let manager = manager().await;
    let email = &manager.user().email;
    let other = &manager.inactive_key().access_key;
    for (key, expected) in [
        ("NOPE", "user-keypair_read_not-found"),
        (&manager.superadmin().access_key, "user-keypair_read_forbidden"),
        (other, "user-keypair_read_forbidden"),
    ] {
        let answer = modify(&manager, email, json!({ "main_access_key": key })).await;
        assert_eq!(code(&answer), expected, "{key}");
    }
    let activate = format!(
        "mutation {{ modify_keypair(access_key: \"{other}\", props: {{ is_active: true }}) {{ ok }} }}"
    );
    data(&manager, manager.superadmin(), &activate).await;
    let answer = modify(&manager, email, json!({ "main_access_key": other })).await;
    assert_eq!(&answer["data"]["modify_user"]["user"]["main_access_key"], other);
}

#[tokio::test]
async fn keypairs_follow_a_changed_role() {
    let manager = manager().await;
    let email = &manager.user().email;
    let flags = format!("{{ keypairs(email: \"{email}\") {{ is_active is_admin }} }}");
    modify(&manager, email, json!({ "role": "admin" })).await;
    let seen = data(&manager, manager.superadmin(), &flags).await;
    assert_eq!(seen["keypairs"][0], json!({ "is_active": true, "is_admin": true }));
    modify(&manager, email, json!({ "role": "user" })).await;
    let seen = data(&manager, manager.superadmin(), &flags).await;
    assert_eq!(seen["keypairs"][0], json!({ "is_active": true, "is_admin": false }));
}

#[tokio::test]
async fn users_are_listed_to_admins() {
    let manager = manager().await;
    let list = "{ user_list(limit: 9, offset: 0, order: \"email\") { total_count } }";
    for (account, expected) in
        [(manager.superadmin(), 6), (manager.domain_admin(), 5), (manager.other_admin(), 1)]
    {
        let seen = data(&manager, account, list).await;
        assert_eq!(seen["user_list"]["total_count"], expected, "{account:?}");
    }
    assert_eq!(error(&manager, manager.user(), list).await.0, "user_auth_forbidden");
    let inactive =
        data(&manager, manager.superadmin(), "{ users(is_active: false) { email } }").await;
    assert_eq!(inactive["users"], json!([{ "email": manager.inactive_user().email }]));
    let filter = "{ user_list(limit: 9, offset: 0, filter: \"role == \\\"SUPERADMIN\\\"\") { \
        items { email } } }";
    let seen = data(&manager, manager.superadmin(), filter).await;
    assert_eq!(seen["user_list"]["items"], json!([{ "email": manager.superadmin().email }]));
}

#[tokio::test]
async fn domains_projects_and_policies_are_there() {
    let manager = manager().await;
    let query = "{ domain { name scaling_groups } groups { name type } \
        keypair_resource_policy { name } keypair_resource_policies { name } \
        user_resource_policy { name } project_resource_policy(name: \"default\") { name } }";
    assert_eq!(
        data(&manager, manager.other_admin(), query).await,
        json!({
            "domain": { "name": "other", "scaling_groups": ["default"] },
            "groups": [{ "name": "other", "type": "GENERAL" }],
            "keypair_resource_policy": { "name": "default" },
            "keypair_resource_policies": [{ "name": "default" }, { "name": "small" }],
            "user_resource_policy": { "name": "default" },
            "project_resource_policy": { "name": "default" },
        })
    );
    let (code, _) = error(&manager, manager.user(), "{ domains { name } }").await;
    assert_eq!(code, "backendai_generic_forbidden");
    let (code, _) = error(&manager, manager.user(), "{ domain(name: \"other\") { name } }").await;
    assert_eq!(code, "domain_read_not-found");
}
