//! Images, endpoints, agents, sessions, networks, configuration and quotas.

use backendai::admin::{
    agent::*, compute_session::*, endpoint::*, image::*, network::*, service_config::*, storage::*,
};
use serde_json::{Value, json};

use super::{DENIED, DONE, DONE_OR_DENIED, FOR_ADMINS, LACKING, NO_PERMISSION, NOBODY, PROJECT};
use crate::coverage::{Run, global, id};

pub(super) async fn all(run: &mut Run) {
    aliases(run).await;
    image(run).await;
    images(run).await;
    rules(run).await;
    networks(run).await;
    others(run).await;
    configuration(run).await;
    quotas(run).await;
}

const PYTHON: &str = "fill.registry/stable/python:3.13-ubuntu24.04";

async fn aliases(run: &mut Run) {
    let image = json!({ "reference": PYTHON, "architecture": "x86_64" });
    let read = || (image.clone(), "/image/aliases");
    let mine = json!("fill-alias");
    let alias = json!({ "alias": mine, "target": PYTHON, "architecture": "x86_64" });
    run.change::<AliasImage>("alias_image", alias, DONE).await;
    run.lists::<GetImage>("alias_image", read(), mine.clone(), true).await;
    run.change::<DealiasImage>("dealias_image", json!({ "alias": mine }), DONE).await;
    run.lists::<GetImage>("dealias_image", read(), mine, false).await;
}

async fn image(run: &mut Run) {
    let image = json!({ "reference": PYTHON, "architecture": "x86_64" });
    let limits = || (image.clone(), "/image/resource_limits");
    let cpu = |min: &str| json!({ "key": "cpu", "min": min, "max": "Infinity" });
    let changed = json!({ "target": PYTHON, "architecture": "x86_64", "props": {
        "size_bytes": 4711, "resource_limits": [{ "key": "cpu", "min": "3" }],
    } });
    run.change::<ModifyImage>("modify_image", changed, DONE).await;
    let size = "/image/size_bytes";
    run.reads::<GetImage>("modify_image", image.clone(), size, json!(4711)).await;
    run.lists::<GetImage>("modify_image", limits(), cpu("3"), true).await;
    let key = json!({ "key": { "image_canonical": PYTHON, "architecture": "x86_64" } });
    let root = "clear_image_custom_resource_limit";
    run.change::<ClearImageCustomResourceLimit>(root, key, DONE_OR_DENIED).await;
    // What the image's labels say.
    run.lists::<GetImage>(root, limits(), cpu("1"), true).await;
}

async fn images(run: &mut Run) {
    let no_image = ["No such environment image", LACKING, LACKING];
    let lacking = ["", LACKING, LACKING];
    let node = |number| json!({ "id": global("ImageNode", &id(3, number)), "scope_id": "system" });
    let status = "/image_node/status";
    let customized = json!({ "image_id": id(3, 3) });
    run.change::<ForgetImageById>("forget_image_by_id", customized.clone(), lacking).await;
    // It is the user's own: nobody else sees it.
    let seen = run.ask::<GetImageNode>(2, node(3)).await.unwrap_or_else(Value::from);
    let deleted = seen.pointer(status) == Some(&json!("DELETED"));
    run.compare::<GetImageNode>("forget_image_by_id", &seen, deleted, "it is deleted");
    run.change::<PurgeImageById>("purge_image_by_id", customized, lacking).await;
    let seen = run.ask::<GetImageNode>(2, node(3)).await.unwrap_or_else(Value::from);
    let gone = seen.pointer("/image_node") == Some(&Value::Null);
    run.compare::<GetImageNode>("purge_image_by_id", &seen, gone, "it is gone");
    let tool = json!({ "reference": "fill.bare/tool", "architecture": "aarch64" });
    run.change::<ForgetImage>("forget_image", tool, lacking).await;
    run.reads::<GetImageNode>("forget_image", node(2), status, json!("DELETED")).await;
    // Of a registry that cannot be reached.
    let nothing = json!({ "image_id": NOBODY });
    run.change::<UntagImageFromRegistry>("untag_image_from_registry", nothing, no_image).await;
    let never = ["Not implemented", NO_PERMISSION, NO_PERMISSION];
    let there = json!({ "references": ["nope/none:1"], "target_agents": ["i-none"] });
    run.change::<PreloadImage>("preload_image", there.clone(), never).await;
    run.change::<UnloadImage>("unload_image", there, never).await;
    let all = json!({ "registry": "fill.registry" });
    run.change::<ClearImages>("clear_images", all, DONE).await;
    run.reads::<GetImageNode>("clear_images", node(1), status, json!("DELETED")).await;

    // No agent and no registry: there is nothing to do, and the manager says that it is done.
    let none = json!({ "registry": "nope" });
    run.send::<RescanImages>("rescan_images", 1, &none, "").await;
    run.change::<RescanImages>("rescan_images", none, FOR_ADMINS).await;
    let keys = json!({ "keys": [{ "agent_id": "i-none", "images": [{ "name": "nope/none:1" }] }] });
    run.send::<PurgeImages>("purge_images", 1, &keys, "").await;
    run.change::<PurgeImages>("purge_images", keys, ["", "", DENIED]).await;
}

/// Observed: the endpoint of a rule that the caller may not see is not found.
const UNRESOLVED: &str = "Cannot resolve the given deployment key";

/// The endpoint is the user's.
async fn rules(run: &mut Run) {
    for role in [2, 0] {
        let made = json!({ "endpoint": id(10, 1), "props": {
            "metric_source": "KERNEL", "metric_name": "fill_none", "threshold": "99999",
            "comparator": "GREATER_THAN", "step_size": 1, "cooldown_seconds": 60,
        } });
        let root = "create_endpoint_auto_scaling_rule_node";
        let place = "/endpoint_auto_scaling_rule_node/step_size";
        run.send::<CreateAutoScalingRule>(root, 1, &made, LACKING).await;
        let made = run.send::<CreateAutoScalingRule>(root, role, &made, "").await;
        let rule = json!({ "id": made.pointer("/create_endpoint_auto_scaling_rule_node/rule/id") });
        run.reads::<GetAutoScalingRule>(root, rule.clone(), place, json!(1)).await;
        let changed = json!({ "id": rule["id"], "props": { "step_size": 2 } });
        let root = "modify_endpoint_auto_scaling_rule_node";
        run.send::<ModifyAutoScalingRule>(root, 1, &changed, UNRESOLVED).await;
        run.send::<ModifyAutoScalingRule>(root, role, &changed, "").await;
        run.reads::<GetAutoScalingRule>(root, rule.clone(), place, json!(2)).await;
        let root = "delete_endpoint_auto_scaling_rule_node";
        run.send::<DeleteAutoScalingRule>(root, 1, &rule, UNRESOLVED).await;
        run.send::<DeleteAutoScalingRule>(root, role, &rule, "").await;
        run.lacks::<GetAutoScalingRule>(root, rule, "No such auto_scaling_rule").await;
    }
    for (role, replicas, told) in [(1, 9, LACKING), (2, 2, ""), (0, 1, "")] {
        let changed = json!({ "endpoint_id": id(10, 2), "props": { "replicas": replicas } });
        run.send::<ModifyEndpoint>("modify_endpoint", role, &changed, told).await;
        let seen = if told.is_empty() { replicas } else { 0 };
        let endpoint = json!({ "endpoint_id": id(10, 2) });
        let place = "/endpoint/replicas";
        run.reads::<GetEndpoint>("modify_endpoint", endpoint, place, json!(seen)).await;
    }
}

/// There is no plugin for networks: making one is refused, the rows that are there are renamed.
async fn networks(run: &mut Run) {
    let made = json!({ "name": "fill-new", "project_id": PROJECT, "driver": "fill" });
    let disabled = "Inter-container networking disabled";
    run.change::<CreateNetwork>("create_network", made, [disabled, disabled, NO_PERMISSION]).await;
    let network = json!({ "id": global("NetworkNode", &id(18, 2)) });
    for (role, name) in [(2, "fill-never"), (1, "fill-renamed"), (0, "fill-again")] {
        let changed = json!({ "network": network["id"], "props": { "name": name } });
        let told = if role == 2 { NO_PERMISSION } else { "" };
        run.send::<ModifyNetwork>("modify_network", role, &changed, told).await;
        let seen = if role == 2 { "fill-network-2" } else { name };
        let place = "/network/name";
        run.reads::<GetNetwork>("modify_network", network.clone(), place, json!(seen)).await;
    }
    let nothing = json!({ "network": global("NetworkNode", NOBODY) });
    let missing = "The network does not exist";
    run.change::<DeleteNetwork>("delete_network", nothing, [missing, missing, NO_PERMISSION]).await;
}

async fn others(run: &mut Run) {
    let agent = json!({ "id": "i-fill-bare", "props": { "schedulable": true } });
    run.change::<ModifyAgent>("modify_agent", agent, DONE).await;
    let bare = json!({ "agent_id": "i-fill-bare" });
    run.reads::<GetAgent>("modify_agent", bare, "/agent/schedulable", json!(true)).await;
    let none = json!({ "agent_id": "i-none" });
    run.change::<RescanGpuAllocMaps>("rescan_gpu_alloc_maps", none, DONE_OR_DENIED).await;

    let node = json!({ "id": global("ComputeSessionNode", &id(6, 3)), "scope_id": "system" });
    let session = json!({ "input": { "id": node["id"], "name": "fill-renamed" } });
    // A fault of the manager itself, and nothing is changed.
    let told = ["greenlet_spawn has not been called", LACKING, DENIED];
    run.change::<ModifySession>("modify_compute_session", session, told).await;
    let place = "/compute_session_node/name";
    run.reads::<GetSessionNode>("modify_compute_session", node, place, json!("fill-running")).await;
    let ids = json!({ "input": { "ids": [id(6, 3)] } });
    let gone = ["no longer supported"; 3];
    run.change::<CheckAndTransitSessionStatus>("check_and_transit_session_status", ids, gone).await;
}

/// It is in force at once, so it is put back. Of a service that the manager does not read itself, the
/// change would be gone again as soon as it hears of it from etcd.
async fn configuration(run: &mut Run) {
    let before = size(run).await;
    for (wanted, told) in [(before + 1, DONE_OR_DENIED), (before, DONE_OR_DENIED)] {
        let text = json!({ "manager": { "max-wsmsg-size": wanted } }).to_string();
        let config = json!({ "input": { "service": "manager", "configuration": text } });
        run.change::<ModifyServiceConfig>("modify_service_config", config, told).await;
        let now = size(run).await;
        let (read, says) = (Value::from(now), format!("max-wsmsg-size is {wanted}"));
        run.compare::<GetServiceConfig>("modify_service_config", &read, now == wanted, &says);
    }
}

/// One harmless number of it, in bytes.
async fn size(run: &mut Run) -> i64 {
    let service = json!({ "service": "manager" });
    let read = run.ask::<GetServiceConfig>(0, service).await.unwrap_or_default();
    let text = read.pointer("/service_config/configuration").and_then(Value::as_str);
    let all: Value = serde_json::from_str(text.unwrap_or_default()).unwrap_or_default();
    all.pointer("/manager/max-wsmsg-size").and_then(Value::as_i64).unwrap_or_default()
}

/// Without a storage proxy there are none.
async fn quotas(run: &mut Run) {
    let invalid = "Missing or invalid API parameters";
    let none = [invalid, invalid, DENIED];
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
