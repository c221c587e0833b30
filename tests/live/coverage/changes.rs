//! Every mutation. What needs no agent is made, read, changed, read and removed; what does is sent in
//! a form that the manager takes and refuses without harm.

use backendai::{
    agent::*, compute_session::*, container_registry::*, domain::*, endpoint::*, group::*,
    image::*, keypair::*, network::*, resource_policy::*, resource_preset::*, scaling_group::*,
    service_config::*, storage::*, user::*,
};
use serde_json::{Value, json};

use super::{Run, Told, global, id};
use crate::support::USER;

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
    scaling_groups(run).await;
    links(run).await;
    images(run).await;
    registries(run).await;
    endpoints(run).await;
    others(run).await;
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
    let changed = json!({ "gid": gid, "props": { "description": "changed" } });
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
    // The project that was made for the user stays behind.
    let left = json!({ "type": ["PERSONAL"] });
    let left = run.clients[0].send(serde_json::from_value::<ListGroups>(left).unwrap()).await;
    for group in serde_json::to_value(left.unwrap()).unwrap()["groups"].as_array().unwrap() {
        if group["name"] == "fill-user" {
            run.change::<PurgeGroup>("purge_group", json!({ "gid": group["id"] }), ["", ""]).await;
        }
    }
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

async fn scaling_groups(run: &mut Run) {
    let name = json!({ "name": "fill-group" });
    let made =
        json!({ "name": "fill-group", "props": { "driver": "static", "scheduler": "fifo" } });
    run.change::<CreateScalingGroup>("create_scaling_group", made, DONE).await;
    let changed = json!({ "name": "fill-group", "props": { "description": "changed" } });
    run.change::<ModifyScalingGroup>("modify_scaling_group", changed, DONE).await;
    let place = "/scaling_group/description";
    run.reads::<GetScalingGroup>("scaling_group", name.clone(), place, json!("changed")).await;
    run.change::<DeleteScalingGroup>("delete_scaling_group", name.clone(), DONE).await;
    run.reads::<GetScalingGroup>("scaling_group", name, "/scaling_group", Value::Null).await;
}

/// Every link is tied, and loosened again.
async fn links(run: &mut Run) {
    let (one, some) = ("fill-bare", json!(["fill-bare"]));
    let owner = json!({ "domain": "other", "scaling_group": one });
    let owners = json!({ "domain": "other", "scaling_groups": some });
    let served = |names: Value| (json!({ "domain": "other" }), "/scaling_groups_for_domain", names);
    run.change::<AssociateScalingGroupWithDomain>(
        "associate_scaling_group_with_domain",
        owner.clone(),
        DONE,
    )
    .await;
    let (domain, place, _) = served(json!(null));
    let second = format!("{place}/1/name");
    run.reads::<ScalingGroupsForDomain>("scaling_groups_for_domain", domain, &second, json!(one))
        .await;
    run.change::<DisassociateScalingGroupWithDomain>(
        "disassociate_scaling_group_with_domain",
        owner,
        DONE,
    )
    .await;
    run.change::<AssociateScalingGroupsWithDomain>(
        "associate_scaling_groups_with_domain",
        owners.clone(),
        DONE,
    )
    .await;
    run.change::<DisassociateScalingGroupsWithDomain>(
        "disassociate_scaling_groups_with_domain",
        owners,
        DONE,
    )
    .await;

    let owner = json!({ "user_group": id(22, 2), "scaling_group": one });
    let owners = json!({ "user_group": id(22, 2), "scaling_groups": some });
    run.change::<AssociateScalingGroupWithUserGroup>(
        "associate_scaling_group_with_user_group",
        owner.clone(),
        DONE,
    )
    .await;
    run.change::<DisassociateScalingGroupWithUserGroup>(
        "disassociate_scaling_group_with_user_group",
        owner,
        DONE,
    )
    .await;
    run.change::<AssociateScalingGroupsWithUserGroup>(
        "associate_scaling_groups_with_user_group",
        owners.clone(),
        DONE,
    )
    .await;
    let project = json!({ "user_group": id(22, 2) });
    let place = "/scaling_groups_for_user_group/0/name";
    let root = "scaling_groups_for_user_group";
    run.reads::<ScalingGroupsForUserGroup>(root, project.clone(), place, json!(one)).await;
    run.change::<DisassociateScalingGroupsWithUserGroup>(
        "disassociate_scaling_groups_with_user_group",
        owners,
        DONE,
    )
    .await;
    run.change::<DisassociateAllScalingGroupsWithGroup>(
        "disassociate_all_scaling_groups_with_group",
        project.clone(),
        DONE,
    )
    .await;
    run.reads::<ScalingGroupsForUserGroup>(root, project, place, Value::Null).await;

    let owner = json!({ "access_key": USER.access_key(), "scaling_group": one });
    let owners = json!({ "access_key": USER.access_key(), "scaling_groups": some });
    run.change::<AssociateScalingGroupWithKeyPair>(
        "associate_scaling_group_with_keypair",
        owner.clone(),
        DONE,
    )
    .await;
    run.change::<DisassociateScalingGroupWithKeyPair>(
        "disassociate_scaling_group_with_keypair",
        owner,
        DONE,
    )
    .await;
    run.change::<AssociateScalingGroupsWithKeyPair>(
        "associate_scaling_groups_with_keypair",
        owners.clone(),
        DONE,
    )
    .await;
    run.change::<DisassociateScalingGroupsWithKeyPair>(
        "disassociate_scaling_groups_with_keypair",
        owners,
        DONE,
    )
    .await;

    // All of a domain: of one that nobody needs.
    let node = json!({ "input": { "name": "fill-domain-3", "scaling_groups": [one] } });
    run.change::<CreateDomainNode>("create_domain_node", node, ["", ""]).await;
    let domain = json!({ "domain": "fill-domain-3" });
    run.change::<DisassociateAllScalingGroupsWithDomain>(
        "disassociate_all_scaling_groups_with_domain",
        domain.clone(),
        DONE,
    )
    .await;
    let root = "scaling_groups_for_domain";
    run.reads::<ScalingGroupsForDomain>(root, domain, "/scaling_groups_for_domain/0", Value::Null)
        .await;
    empty(run, "fill-domain-3").await;
    run.change::<PurgeDomain>("purge_domain", json!({ "name": "fill-domain-3" }), ["", ""]).await;
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
    run.change::<ModifySession>("modify_compute_session", session, DONE_OR_DENIED).await;
    let read = json!({ "id": id(6, 3) });
    let place = "/compute_session/name";
    run.reads::<GetSession>("compute_session", read, place, json!("fill-renamed")).await;
    let ids = json!({ "input": { "ids": [id(6, 3)] } });
    let gone = ["no longer supported"; 2];
    run.change::<CheckAndTransitSessionStatus>("check_and_transit_session_status", ids, gone).await;

    // There is no plugin for networks: making one is refused, the row that is there is renamed.
    let made = json!({ "name": "fill-new", "project_id": PROJECT, "driver": "fill" });
    let refused = ["Unsupported network driver", "no permission to execute"];
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
