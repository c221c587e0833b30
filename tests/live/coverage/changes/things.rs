//! Images, registries, endpoints, agents, sessions, networks, configuration and quotas.

use backendai::{
    agent::*, compute_session::*, container_registry::*, endpoint::*, image::*, network::*,
    service_config::*, storage::*,
};
use serde_json::{Value, json};

use super::{DONE, DONE_OR_DENIED, LACKING, NOBODY, PROJECT, text};
use crate::coverage::{Run, global, id};

pub(super) async fn all(run: &mut Run) {
    images(run).await;
    registries(run).await;
    endpoints(run).await;
    others(run).await;
}

async fn images(run: &mut Run) {
    let no_image = ["No such environment image", LACKING];
    let python = "fill.registry/stable/python:3.13-ubuntu24.04";
    let image = json!({ "reference": python, "architecture": "x86_64" });
    let alias = json!({ "alias": "fill-alias", "target": python, "architecture": "x86_64" });
    run.change::<AliasImage>("alias_image", alias, DONE).await;
    run.reads::<GetImage>("image", image.clone(), "/image/aliases/1", json!("fill-alias")).await;
    run.change::<DealiasImage>("dealias_image", json!({ "alias": "fill-alias" }), DONE).await;
    run.reads::<GetImage>("image", image, "/image/aliases/1", Value::Null).await;
    let changed =
        json!({ "target": python, "architecture": "x86_64", "props": { "is_local": false } });
    run.change::<ModifyImage>("modify_image", changed, DONE).await;
    let key = json!({ "key": { "image_canonical": python, "architecture": "x86_64" } });
    run.change::<ClearImageCustomResourceLimit>(
        "clear_image_custom_resource_limit",
        key,
        DONE_OR_DENIED,
    )
    .await;
    let bare = json!({ "image_id": id(3, 3) });
    run.change::<ForgetImageById>("forget_image_by_id", bare.clone(), ["", LACKING]).await;
    run.change::<PurgeImageById>("purge_image_by_id", bare, ["", LACKING]).await;
    let nothing = json!({ "image_id": NOBODY });
    run.change::<UntagImageFromRegistry>("untag_image_from_registry", nothing, no_image).await;
    let forget = json!({ "reference": "nope/none:1", "architecture": "x86_64" });
    run.change::<ForgetImage>("forget_image", forget, no_image).await;
    // No agent and no registry: there is nothing to do, and the manager says that it is done.
    run.change::<ClearImages>("clear_images", json!({ "registry": "nope" }), DONE).await;
    run.change::<RescanImages>("rescan_images", json!({ "registry": "nope" }), DONE).await;
    let keys = json!({ "keys": [{ "agent_id": "i-none", "images": [{ "name": "nope/none:1" }] }] });
    run.change::<PurgeImages>("purge_images", keys, DONE_OR_DENIED).await;
    let there = json!({ "references": ["nope/none:1"], "target_agents": ["i-none"] });
    let never = ["Not implemented", "no permission to execute"];
    run.change::<PreloadImage>("preload_image", there.clone(), never).await;
    run.change::<UnloadImage>("unload_image", there, never).await;
}

async fn registries(run: &mut Run) {
    let denied = DONE_OR_DENIED;
    let read = |id: &str| json!({ "id": id });
    let place = "/container_registry_node/username";
    let root = "container_registry_node";

    let props =
        json!({ "registry_name": "fill.new", "type": "docker", "url": "http://127.0.0.1:9" });
    let made = json!({ "props": props });
    let made = run
        .change::<CreateContainerRegistryNodeV2>("create_container_registry_node_v2", made, denied)
        .await;
    let node = text(&made, "/create_container_registry_node_v2/container_registry/id");
    let changed = json!({ "id": node, "props": { "username": "changed" } });
    run.change::<ModifyContainerRegistryNodeV2>(
        "modify_container_registry_node_v2",
        changed,
        denied,
    )
    .await;
    run.reads::<GetContainerRegistryNode>(root, read(&node), place, json!("changed")).await;
    run.change::<DeleteContainerRegistryNodeV2>(
        "delete_container_registry_node_v2",
        read(&node),
        denied,
    )
    .await;

    let made = run
        .change::<CreateContainerRegistryNode>("create_container_registry_node", props, denied)
        .await;
    let node = text(&made, "/create_container_registry_node/container_registry/id");
    let changed = json!({ "id": node, "username": "changed" });
    run.change::<ModifyContainerRegistryNode>("modify_container_registry_node", changed, denied)
        .await;
    run.reads::<GetContainerRegistryNode>(root, read(&node), place, json!("changed")).await;
    run.change::<DeleteContainerRegistryNode>(
        "delete_container_registry_node",
        read(&node),
        denied,
    )
    .await;

    let made = json!({ "hostname": "fill.old", "props": {
        "url": "http://127.0.0.1:9", "type": "docker",
    } });
    run.change::<CreateContainerRegistry>("create_container_registry", made, denied).await;
    let changed = json!({ "hostname": "fill.old", "props": { "username": "changed" } });
    run.change::<ModifyContainerRegistry>("modify_container_registry", changed, denied).await;
    let host = json!({ "hostname": "fill.old" });
    let place = "/container_registry/config/username";
    run.reads::<GetContainerRegistry>("container_registry", host.clone(), place, json!("changed"))
        .await;
    run.change::<DeleteContainerRegistry>("delete_container_registry", host, denied).await;

    // The project has no registry that knows quotas.
    let none = ["No such container_registry", "no permission to execute"];
    let scope = json!({ "scope_id": format!("project:{PROJECT}"), "quota": 5 });
    run.change::<CreateContainerRegistryQuota>(
        "create_container_registry_quota",
        scope.clone(),
        none,
    )
    .await;
    run.change::<UpdateContainerRegistryQuota>(
        "update_container_registry_quota",
        scope.clone(),
        none,
    )
    .await;
    let scope = json!({ "scope_id": scope["scope_id"] });
    run.change::<DeleteContainerRegistryQuota>("delete_container_registry_quota", scope, none)
        .await;
}

async fn endpoints(run: &mut Run) {
    // The user owns the endpoint, so nobody is refused; only the superadmin tries.
    let own = ["", ""];
    let made = json!({ "endpoint": id(10, 1), "props": {
        "metric_source": "KERNEL", "metric_name": "fill_none", "threshold": "99999",
        "comparator": "GREATER_THAN", "step_size": 1, "cooldown_seconds": 60,
    } });
    let made = run
        .change::<CreateAutoScalingRule>("create_endpoint_auto_scaling_rule_node", made, own)
        .await;
    let rule = json!({ "id": made.pointer("/create_endpoint_auto_scaling_rule_node/rule/id") });
    let changed = json!({ "id": rule["id"], "props": { "step_size": 2 } });
    run.change::<ModifyAutoScalingRule>("modify_endpoint_auto_scaling_rule_node", changed, own)
        .await;
    let root = "endpoint_auto_scaling_rule_node";
    let place = "/endpoint_auto_scaling_rule_node/step_size";
    run.reads::<GetAutoScalingRule>(root, rule.clone(), place, json!(2)).await;
    run.change::<DeleteAutoScalingRule>("delete_endpoint_auto_scaling_rule_node", rule, own).await;
    let nothing = json!({ "endpoint_id": NOBODY, "props": { "name": "fill-changed" } });
    run.change::<ModifyEndpoint>("modify_endpoint", nothing, ["No such endpoint", LACKING]).await;
}

async fn others(run: &mut Run) {
    let agent = json!({ "id": "i-fill-bare", "props": { "schedulable": true } });
    run.change::<ModifyAgent>("modify_agent", agent, DONE).await;
    let bare = json!({ "agent_id": "i-fill-bare" });
    run.reads::<GetAgent>("agent", bare, "/agent/schedulable", json!(true)).await;
    let none = json!({ "agent_id": "i-none" });
    run.change::<RescanGpuAllocMaps>("rescan_gpu_alloc_maps", none, DONE_OR_DENIED).await;

    let session = json!({ "input": {
        "id": global("ComputeSessionNode", &id(6, 3)), "name": "fill-renamed",
    } });
    // A fault of the manager itself.
    let greenlet = ["greenlet_spawn has not been called", "Permission Denied"];
    run.change::<ModifySession>("modify_compute_session", session, greenlet).await;
    let ids = json!({ "input": { "ids": [id(6, 3)] } });
    let gone = ["no longer supported"; 2];
    run.change::<CheckAndTransitSessionStatus>("check_and_transit_session_status", ids, gone).await;

    // There is no plugin for networks: making one is refused, the row that is there is renamed.
    let made = json!({ "name": "fill-new", "project_id": PROJECT, "driver": "fill" });
    let refused = ["Inter-container networking disabled", "no permission to execute"];
    run.change::<CreateNetwork>("create_network", made, refused).await;
    let network = global("NetworkNode", &id(18, 2));
    let changed = json!({ "network": network, "props": { "name": "fill-renamed" } });
    run.change::<ModifyNetwork>("modify_network", changed, DONE).await;
    let place = "/network/name";
    run.reads::<GetNetwork>("network", json!({ "id": network }), place, json!("fill-renamed"))
        .await;
    let nothing = json!({ "network": global("NetworkNode", NOBODY) });
    let missing = ["The network does not exist", "no permission to execute"];
    run.change::<DeleteNetwork>("delete_network", nothing, missing).await;

    let config = json!({ "input": { "service": "fill", "configuration": "{}" } });
    run.change::<ModifyServiceConfig>("modify_service_config", config, DONE_OR_DENIED).await;

    // Without a storage proxy there are no quotas.
    let none = ["Missing or invalid API parameters", "Permission Denied"];
    let scope = json!({
        "storage_host_name": "local:volume1", "quota_scope_id": format!("user:{NOBODY}"),
        "props": { "hard_limit_bytes": 1 },
    });
    run.change::<SetQuotaScope>("set_quota_scope", scope.clone(), none).await;
    let scope = json!({
        "storage_host_name": scope["storage_host_name"], "quota_scope_id": scope["quota_scope_id"],
    });
    run.change::<UnsetQuotaScope>("unset_quota_scope", scope, none).await;
}
