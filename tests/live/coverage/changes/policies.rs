//! Resource policies and presets.

use backendai::admin::{resource_policy::*, resource_preset::*};
use serde_json::{Value, json};

use super::DONE;
use crate::coverage::Run;

const GONE: &str = "Entity not found";

pub(super) async fn all(run: &mut Run) {
    keypairs(run).await;
    users(run).await;
    projects(run).await;
    presets(run).await;
}

fn props(props: Value) -> Value {
    json!({ "name": "fill-policy", "props": props })
}

async fn keypairs(run: &mut Run) {
    let name = json!({ "name": "fill-policy" });
    let made = props(json!({
        "default_for_unspecified": "LIMITED", "max_session_lifetime": 1, "max_concurrent_sessions": 2,
        "max_containers_per_session": 3, "idle_timeout": 4,
    }));
    let place = "/keypair_resource_policy/max_concurrent_sessions";
    let root = "create_keypair_resource_policy";
    run.change::<CreateKeyPairResourcePolicy>(root, made, DONE).await;
    run.reads::<GetKeyPairResourcePolicy>(root, name.clone(), place, json!(2)).await;
    let changed = props(json!({ "max_concurrent_sessions": 5 }));
    let root = "modify_keypair_resource_policy";
    run.change::<ModifyKeyPairResourcePolicy>(root, changed, DONE).await;
    run.reads::<GetKeyPairResourcePolicy>(root, name.clone(), place, json!(5)).await;
    let root = "delete_keypair_resource_policy";
    run.change::<DeleteKeyPairResourcePolicy>(root, name.clone(), DONE).await;
    run.lacks::<GetKeyPairResourcePolicy>(root, name, GONE).await;
}

async fn users(run: &mut Run) {
    let name = json!({ "name": "fill-policy" });
    let made = props(json!({
        "max_vfolder_count": 1, "max_quota_scope_size": 2, "max_session_count_per_model_session": 3,
        "max_customized_image_count": 4,
    }));
    let place = "/user_resource_policy/max_vfolder_count";
    let root = "create_user_resource_policy";
    run.change::<CreateUserResourcePolicy>(root, made, DONE).await;
    run.reads::<GetUserResourcePolicy>(root, name.clone(), place, json!(1)).await;
    let changed = props(json!({ "max_vfolder_count": 5 }));
    let root = "modify_user_resource_policy";
    run.change::<ModifyUserResourcePolicy>(root, changed, DONE).await;
    run.reads::<GetUserResourcePolicy>(root, name.clone(), place, json!(5)).await;
    let root = "delete_user_resource_policy";
    run.change::<DeleteUserResourcePolicy>(root, name.clone(), DONE).await;
    run.lacks::<GetUserResourcePolicy>(root, name, GONE).await;
}

async fn projects(run: &mut Run) {
    let name = json!({ "name": "fill-policy" });
    let made = props(json!({ "max_vfolder_count": 1 }));
    let place = "/project_resource_policy/max_vfolder_count";
    let root = "create_project_resource_policy";
    run.change::<CreateProjectResourcePolicy>(root, made, DONE).await;
    run.reads::<GetProjectResourcePolicy>(root, name.clone(), place, json!(1)).await;
    let changed = props(json!({ "max_vfolder_count": 5 }));
    let root = "modify_project_resource_policy";
    run.change::<ModifyProjectResourcePolicy>(root, changed, DONE).await;
    run.reads::<GetProjectResourcePolicy>(root, name.clone(), place, json!(5)).await;
    let root = "delete_project_resource_policy";
    run.change::<DeleteProjectResourcePolicy>(root, name.clone(), DONE).await;
    run.lacks::<GetProjectResourcePolicy>(root, name, GONE).await;
}

async fn presets(run: &mut Run) {
    let name = json!({ "name": "fill-preset" });
    let made = json!({ "name": "fill-preset", "props": {
        "resource_slots": "{\"cpu\": \"1\", \"mem\": \"1073741824\"}",
    } });
    let place = "/resource_preset/shared_memory";
    let root = "create_resource_preset";
    let made = run.change::<CreateResourcePreset>(root, made, DONE).await;
    let preset = json!({ "id": made.pointer("/create_resource_preset/resource_preset/id") });
    run.reads::<GetResourcePresetByName>(root, name.clone(), place, Value::Null).await;
    let changed = json!({ "id": preset["id"], "props": { "shared_memory": "1g" } });
    let root = "modify_resource_preset";
    run.change::<ModifyResourcePreset>(root, changed, DONE).await;
    run.reads::<GetResourcePresetByName>(root, name.clone(), place, json!(1 << 30)).await;
    let root = "delete_resource_preset";
    run.change::<DeleteResourcePreset>(root, preset, DONE).await;
    run.reads::<GetResourcePresetByName>(root, name, "/resource_preset", Value::Null).await;
}
