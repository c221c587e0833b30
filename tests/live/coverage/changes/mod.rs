//! Every mutation. What needs no agent is made, read, changed, read and removed; what does is sent in
//! a form that the manager takes and refuses without harm.

use backendai::{domain::*, group::*, keypair::*, resource_policy::*, resource_preset::*, user::*};
use serde_json::{Value, json};

use super::{Run, Told};

mod links;
mod things;

const PROJECT: &str = "06000000-0000-4000-8000-000000000001";
const NOBODY: &str = "00000000-0000-4000-8000-00000000dead";
/// Carried out for the superadmin, refused to a user.
const DONE: [Told; 2] = ["", "no permission to execute"];
/// The same where the payload cannot say no.
const DONE_OR_DENIED: [Told; 2] = ["", "Permission Denied"];
/// Nobody else may try.
const LACKING: Told = "lacks permission";

pub(super) async fn all(run: &mut Run) {
    domains(run).await;
    groups(run).await;
    people(run).await;
    policies(run).await;
    links::all(run).await;
    things::all(run).await;
}

/// A text of an answer.
fn text(answer: &Value, place: &str) -> String {
    answer.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn domains(run: &mut Run) {
    let name = json!({ "name": "fill-domain" });
    let made = json!({ "name": "fill-domain", "props": { "description": "made" } });
    run.change::<CreateDomain>("create_domain", made, DONE).await;
    run.reads::<GetDomain>("domain", name.clone(), "/domain/description", json!("made")).await;
    let changed = json!({ "name": "fill-domain", "props": { "description": "changed" } });
    run.change::<ModifyDomain>("modify_domain", changed, DONE).await;
    run.reads::<GetDomain>("domain", name.clone(), "/domain/description", json!("changed")).await;
    let node = json!({ "input": { "id": "fill-domain", "description": "again" } });
    run.change::<ModifyDomainNode>("modify_domain_node", node, DONE_OR_DENIED).await;
    run.reads::<GetDomain>("domain", name.clone(), "/domain/description", json!("again")).await;
    run.change::<DeleteDomain>("delete_domain", name.clone(), DONE).await;
    run.reads::<GetDomain>("domain", name.clone(), "/domain/is_active", json!(false)).await;
    empty(run, "fill-domain").await;
    run.change::<PurgeDomain>("purge_domain", name.clone(), DONE).await;
    run.reads::<GetDomain>("domain", name, "/domain", Value::Null).await;

    let node = json!({ "input": { "name": "fill-domain-2", "scaling_groups": ["fill-gpu"] } });
    run.change::<CreateDomainNode>("create_domain_node", node, DONE).await;
    let name = json!({ "name": "fill-domain-2" });
    run.reads::<GetDomain>("domain", name.clone(), "/domain/name", json!("fill-domain-2")).await;
    empty(run, "fill-domain-2").await;
    run.change::<PurgeDomain>("purge_domain", name, ["", ""]).await;
}

/// A new domain gets a project for models, which has to go before it.
async fn empty(run: &mut Run, domain: &str) {
    let all = json!({ "domain_name": domain, "type": ["GENERAL", "MODEL_STORE"] });
    let all = serde_json::from_value::<ListGroups>(all).unwrap();
    let groups = serde_json::to_value(run.clients[0].send(all).await.unwrap()).unwrap();
    for group in groups["groups"].as_array().unwrap() {
        run.change::<PurgeGroup>("purge_group", json!({ "gid": group["id"] }), ["", ""]).await;
    }
}

async fn groups(run: &mut Run) {
    let made = json!({ "name": "fill-group", "props": { "domain_name": "default" } });
    let made = run.change::<CreateGroup>("create_group", made, DONE).await;
    let gid = text(&made, "/create_group/group/id");
    let group = json!({ "id": gid });
    run.reads::<GetGroup>("group", group.clone(), "/group/name", json!("fill-group")).await;
    let changed = json!({
        "gid": gid, "props": { "description": "changed", "container_registry": "{}" },
    });
    run.change::<ModifyGroup>("modify_group", changed, DONE).await;
    run.reads::<GetGroup>("group", group.clone(), "/group/description", json!("changed")).await;
    let gid = json!({ "gid": gid });
    run.change::<DeleteGroup>("delete_group", gid.clone(), DONE).await;
    run.reads::<GetGroup>("group", group.clone(), "/group/is_active", json!(false)).await;
    run.change::<PurgeGroup>("purge_group", gid, DONE).await;
    run.reads::<GetGroup>("group", group, "/group", Value::Null).await;
}

async fn people(run: &mut Run) {
    let email = "fill-user@tests.invalid";
    let made = json!({ "email": email, "props": {
        "username": "fill-user", "password": "fill-Password-1", "need_password_change": false,
        "domain_name": "default",
    } });
    run.change::<CreateUser>("create_user", made, DONE).await;
    let user = json!({ "email": email });
    run.reads::<GetUser>("user", user.clone(), "/user/username", json!("fill-user")).await;
    let changed = json!({ "email": email, "props": { "full_name": "Changed" } });
    run.change::<ModifyUser>("modify_user", changed, DONE).await;
    run.reads::<GetUser>("user", user.clone(), "/user/full_name", json!("Changed")).await;

    let made =
        json!({ "user_id": email, "props": { "resource_policy": "default", "rate_limit": 7 } });
    let made = run.change::<CreateKeyPair>("create_keypair", made, DONE).await;
    let key = json!({ "access_key": text(&made, "/create_keypair/keypair/access_key") });
    let changed = json!({ "access_key": key["access_key"], "props": { "rate_limit": 8 } });
    run.change::<ModifyKeyPair>("modify_keypair", changed, DONE).await;
    run.reads::<GetKeyPair>("keypair", key.clone(), "/keypair/rate_limit", json!(8)).await;
    run.change::<DeleteKeyPair>("delete_keypair", key.clone(), DONE).await;
    run.reads::<GetKeyPair>("keypair", key, "/keypair", Value::Null).await;

    run.change::<DeleteUser>("delete_user", user.clone(), DONE).await;
    run.reads::<GetUser>("user", user.clone(), "/user/status", json!("deleted")).await;
    let gone = json!({ "email": email, "props": {} });
    run.change::<PurgeUser>("purge_user", gone, DONE).await;
    run.reads::<GetUser>("user", user, "/user", Value::Null).await;
}

async fn policies(run: &mut Run) {
    let name = json!({ "name": "fill-policy" });
    let props = |props: Value| json!({ "name": "fill-policy", "props": props });
    let made = json!({
        "default_for_unspecified": "LIMITED", "max_session_lifetime": 1, "max_concurrent_sessions": 2,
        "max_containers_per_session": 3, "idle_timeout": 4,
    });
    run.change::<CreateKeyPairResourcePolicy>("create_keypair_resource_policy", props(made), DONE)
        .await;
    let place = "/keypair_resource_policy/max_concurrent_sessions";
    let root = "keypair_resource_policy";
    run.reads::<GetKeyPairResourcePolicy>(root, name.clone(), place, json!(2)).await;
    let changed = props(json!({ "max_concurrent_sessions": 5 }));
    run.change::<ModifyKeyPairResourcePolicy>("modify_keypair_resource_policy", changed, DONE)
        .await;
    run.reads::<GetKeyPairResourcePolicy>(root, name.clone(), place, json!(5)).await;
    run.change::<DeleteKeyPairResourcePolicy>("delete_keypair_resource_policy", name.clone(), DONE)
        .await;

    let made = props(json!({
        "max_vfolder_count": 1, "max_quota_scope_size": 2, "max_session_count_per_model_session": 3,
        "max_customized_image_count": 4,
    }));
    run.change::<CreateUserResourcePolicy>("create_user_resource_policy", made, DONE).await;
    let place = "/user_resource_policy/max_vfolder_count";
    let root = "user_resource_policy";
    run.reads::<GetUserResourcePolicy>(root, name.clone(), place, json!(1)).await;
    let changed = props(json!({ "max_vfolder_count": 5 }));
    run.change::<ModifyUserResourcePolicy>("modify_user_resource_policy", changed.clone(), DONE)
        .await;
    run.reads::<GetUserResourcePolicy>(root, name.clone(), place, json!(5)).await;
    run.change::<DeleteUserResourcePolicy>("delete_user_resource_policy", name.clone(), DONE).await;

    let made = props(json!({ "max_vfolder_count": 1 }));
    run.change::<CreateProjectResourcePolicy>("create_project_resource_policy", made, DONE).await;
    let place = "/project_resource_policy/max_vfolder_count";
    let root = "project_resource_policy";
    run.reads::<GetProjectResourcePolicy>(root, name.clone(), place, json!(1)).await;
    run.change::<ModifyProjectResourcePolicy>("modify_project_resource_policy", changed, DONE)
        .await;
    run.reads::<GetProjectResourcePolicy>(root, name.clone(), place, json!(5)).await;
    run.change::<DeleteProjectResourcePolicy>("delete_project_resource_policy", name, DONE).await;

    let made = json!({ "name": "fill-preset", "props": {
        "resource_slots": "{\"cpu\": \"1\", \"mem\": \"1073741824\"}",
    } });
    let made = run.change::<CreateResourcePreset>("create_resource_preset", made, DONE).await;
    let preset = json!({ "id": made.pointer("/create_resource_preset/resource_preset/id") });
    let name = json!({ "name": "fill-preset" });
    let place = "/resource_preset/shared_memory";
    let root = "resource_preset";
    run.reads::<GetResourcePresetByName>(root, name.clone(), place, Value::Null).await;
    let changed = json!({ "id": preset["id"], "props": { "shared_memory": "1g" } });
    run.change::<ModifyResourcePreset>("modify_resource_preset", changed, DONE).await;
    run.reads::<GetResourcePresetByName>(root, name.clone(), place, json!(1 << 30)).await;
    run.change::<DeleteResourcePreset>("delete_resource_preset", preset, DONE).await;
    run.reads::<GetResourcePresetByName>(root, name, "/resource_preset", Value::Null).await;
}
