//! Container registries, and the quotas in them.

use backendai::admin::container_registry::*;
use serde_json::json;

use super::{DONE_OR_DENIED, NO_PERMISSION, PROJECT, text};
use crate::coverage::Run;

const NONE: &str = "No such container_registry";
const PLACE: &str = "/container_registry_node/username";

pub(super) async fn all(run: &mut Run) {
    newest(run).await;
    nodes(run).await;
    by_host(run).await;
    quotas(run).await;
}

async fn newest(run: &mut Run) {
    let denied = DONE_OR_DENIED;
    let made = json!({ "props": {
        "registry_name": "fill.new", "type": "docker", "url": "http://127.0.0.1:9",
        "username": "made",
    } });
    let root = "create_container_registry_node_v2";
    let made = run.change::<CreateContainerRegistryNodeV2>(root, made, denied).await;
    let node = text(&made, "/create_container_registry_node_v2/container_registry/id");
    let read = json!({ "id": node });
    run.reads::<GetContainerRegistryNode>(root, read.clone(), PLACE, json!("made")).await;
    let changed = json!({ "id": node, "props": { "username": "changed" } });
    let root = "modify_container_registry_node_v2";
    run.change::<ModifyContainerRegistryNodeV2>(root, changed, denied).await;
    run.reads::<GetContainerRegistryNode>(root, read.clone(), PLACE, json!("changed")).await;
    let root = "delete_container_registry_node_v2";
    run.change::<DeleteContainerRegistryNodeV2>(root, read.clone(), denied).await;
    run.lacks::<GetContainerRegistryNode>(root, read, "Container registry not found").await;
}

async fn nodes(run: &mut Run) {
    let denied = DONE_OR_DENIED;
    let made = json!({
        "registry_name": "fill.new", "type": "docker", "url": "http://127.0.0.1:9",
        "username": "made",
    });
    let root = "create_container_registry_node";
    let made = run.change::<CreateContainerRegistryNode>(root, made, denied).await;
    let node = text(&made, "/create_container_registry_node/container_registry/id");
    let read = json!({ "id": node });
    run.reads::<GetContainerRegistryNode>(root, read.clone(), PLACE, json!("made")).await;
    let changed = json!({ "id": node, "username": "changed" });
    let root = "modify_container_registry_node";
    run.change::<ModifyContainerRegistryNode>(root, changed, denied).await;
    run.reads::<GetContainerRegistryNode>(root, read.clone(), PLACE, json!("changed")).await;
    let root = "delete_container_registry_node";
    run.change::<DeleteContainerRegistryNode>(root, read.clone(), denied).await;
    run.lacks::<GetContainerRegistryNode>(root, read, "Container registry not found").await;
}

async fn by_host(run: &mut Run) {
    let denied = DONE_OR_DENIED;
    let host = json!({ "hostname": "fill.old" });
    let place = "/container_registry/config/username";
    let made = json!({ "hostname": "fill.old", "props": {
        "url": "http://127.0.0.1:9", "type": "docker", "username": "made",
    } });
    let root = "create_container_registry";
    run.change::<CreateContainerRegistry>(root, made, denied).await;
    run.reads::<GetContainerRegistry>(root, host.clone(), place, json!("made")).await;
    let changed = json!({ "hostname": "fill.old", "props": { "username": "changed" } });
    let root = "modify_container_registry";
    run.change::<ModifyContainerRegistry>(root, changed, denied).await;
    run.reads::<GetContainerRegistry>(root, host.clone(), place, json!("changed")).await;
    let root = "delete_container_registry";
    run.change::<DeleteContainerRegistry>(root, host.clone(), denied).await;
    // Observed: the error says no more than that.
    run.lacks::<GetContainerRegistry>(root, host, "container_registry: ()").await;
}

/// The project has no registry that knows quotas.
async fn quotas(run: &mut Run) {
    let none = [NONE, NONE, NO_PERMISSION];
    let scope = json!({ "scope_id": format!("project:{PROJECT}"), "quota": 5 });
    let root = "create_container_registry_quota";
    run.change::<CreateContainerRegistryQuota>(root, scope.clone(), none).await;
    let root = "update_container_registry_quota";
    run.change::<UpdateContainerRegistryQuota>(root, scope.clone(), none).await;
    let scope = json!({ "scope_id": scope["scope_id"] });
    let root = "delete_container_registry_quota";
    run.change::<DeleteContainerRegistryQuota>(root, scope, none).await;
}
