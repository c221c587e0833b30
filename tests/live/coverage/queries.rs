//! Every query.

use backendai::admin::{
    acl::*, agent::*, audit_log::*, compute_session::*, container::*, container_registry::*,
    domain::*, endpoint::*, group::*, image::*, keypair::*, metric::*, model_card::*, network::*,
    node::*, resource_policy::*, resource_preset::*, scaling_group::*, service_config::*,
    storage::*, user::*, vfolder::*,
};
use serde_json::json;

use super::{Run, Told, global, id};
use crate::support::{SUPERADMIN, USER};

const PROJECT: &str = "06000000-0000-4000-8000-000000000001";
const EVERYBODY: [Told; 3] = ["", "", ""];
const SUPERADMINS: [Told; 3] = ["", PRIVILEGE, PRIVILEGE];
const PRIVILEGE: Told = "superadmin privilege required";
const NO_AGENT: [Told; 3] = ["", "No such agent", "No such agent"];
const NO_IMAGE: [Told; 3] = ["", "No such environment image", "No such environment image"];
const NO_PROMETHEUS: Told = "Failed to connect to Prometheus";
// Faults of the manager itself: with rows there, these roots never answer.
const CLOSED: [Told; 3] = ["This Connection is closed"; 3];
const GREENLET: [Told; 3] = ["greenlet_spawn has not been called"; 3];

pub(super) async fn all(run: &mut Run) {
    agents(run).await;
    sessions(run).await;
    people(run).await;
    policies(run).await;
    images(run).await;
    folders(run).await;
    services(run).await;
    others(run).await;
}

async fn agents(run: &mut Run) {
    let agent = json!({ "agent_id": "i-fill-gpu" });
    run.query::<PagedAgents>("agent_list", json!({ "limit": 100, "offset": 0 }), SUPERADMINS).await;
    run.query::<ListAgents>("agents", json!({}), SUPERADMINS).await;
    run.query::<GetAgent>("agent", agent.clone(), SUPERADMINS).await;
    run.query::<GetAgent>("agent", json!({ "agent_id": "i-fill-bare" }), SUPERADMINS).await;
    run.query::<GetAgentContainers>("agent", agent.clone(), SUPERADMINS).await;
    let page = json!({ "limit": 100, "offset": 0 });
    run.query::<PagedVisibleAgents>("agent_summary_list", page, NO_AGENT).await;
    run.query::<GetVisibleAgent>("agent_summary", agent, NO_AGENT).await;
    run.query::<PagedAgentNodes>("agent_nodes", json!({ "scope": "system" }), EVERYBODY).await;
    let node = json!({ "id": global("AgentNode", "i-fill-gpu") });
    run.query::<GetAgentNode>("node", node.clone(), EVERYBODY).await;
    run.query::<GetNode>("node", node, EVERYBODY).await;
}

async fn sessions(run: &mut Run) {
    let page = json!({ "limit": 100, "offset": 0 });
    let scope = json!({ "scope_id": "system" });
    run.query::<PagedSessions>("compute_session_list", page.clone(), EVERYBODY).await;
    run.query::<PagedSessionNodes>("compute_session_nodes", scope, EVERYBODY).await;
    for number in 1..=3 {
        let session = id(6, number);
        let node = json!({ "id": global("ComputeSessionNode", &session), "scope_id": "system" });
        run.query::<GetSessionNode>("compute_session_node", node, EVERYBODY).await;
        run.query::<GetSession>("compute_session", json!({ "id": session }), EVERYBODY).await;
        let of = json!({ "session_id": session, "limit": 100, "offset": 0 });
        run.query::<PagedComputeContainers>("compute_container_list", of, EVERYBODY).await;
        // Observed: the legacy root finds nothing that has ended.
        let old = json!({ "sess_id": session });
        run.query::<GetLegacySession>("legacy_compute_session", old, EVERYBODY).await;
    }
    for number in 1..=4 {
        let kernel = json!({ "id": id(7, number) });
        // Observed: an admin of the domain may see the kernel, but not what it measures.
        let told = ["", "compute_container.live_stat", ""];
        run.query::<GetComputeContainer>("compute_container", kernel, told).await;
    }
    let group = json!({ "resource_group_id": "fill-gpu" });
    run.query::<ListPendingSessions>("session_pending_queue", group, SUPERADMINS).await;
    run.query::<GetTotalResourceSlots>("total_resource_slot", json!({}), SUPERADMINS).await;
    run.query::<PagedLegacySessions>("legacy_compute_session_list", page, EVERYBODY).await;
}

async fn people(run: &mut Run) {
    let page = json!({ "limit": 3, "offset": 0 });
    let user = run.clients[2].send(GetUser::new()).await.unwrap().user.unwrap().uuid;
    let user = serde_json::to_value(user).unwrap().as_str().unwrap().to_owned();
    let node = json!({ "id": global("UserNode", &user) });
    run.query::<GetViewer>("viewer", json!({}), EVERYBODY).await;
    run.query::<GetUser>("user", json!({}), EVERYBODY).await;
    run.query::<GetUserById>("user_from_uuid", json!({}), EVERYBODY).await;
    let insufficient = ["", "", "Insufficient privilege"];
    run.query::<ListUsers>("users", json!({ "status": "active" }), insufficient).await;
    run.query::<PagedUsers>("user_list", page.clone(), insufficient).await;
    run.query::<PagedUserNames>("user_list", page.clone(), insufficient).await;
    run.query::<GetUserNode>("user_node", node.clone(), EVERYBODY).await;
    run.query::<GetUserNodeProjects>("user_node", node, EVERYBODY).await;
    run.query::<PagedUserNodes>("user_nodes", json!({ "first": 3 }), SUPERADMINS).await;

    run.query::<PagedKeyPairs>("keypair_list", page.clone(), EVERYBODY).await;
    run.query::<PagedKeyPairsWithSecrets>("keypair_list", page.clone(), EVERYBODY).await;
    run.query::<PagedKeyPairNames>("keypair_list", page, EVERYBODY).await;
    let mine = json!({ "email": USER.email() });
    run.query::<ListKeyPairs>("keypairs", mine.clone(), EVERYBODY).await;
    run.query::<ListKeyPairsWithSecrets>("keypairs", mine, EVERYBODY).await;
    run.query::<GetKeyPair>("keypair", json!({}), EVERYBODY).await;
    run.query::<GetKeyPairWithSecret>("keypair", json!({}), EVERYBODY).await;
    run.query::<GetKeyPairOwner>("keypair", json!({}), EVERYBODY).await;
    let broken = ["has no attribute 'batch_load'"; 3];
    run.query::<GetKeyPairBelongings>("keypair", json!({}), broken).await;

    let default = json!({ "id": global("DomainNode", "default") });
    run.query::<ListDomains>("domains", json!({}), SUPERADMINS).await;
    run.query::<ListDomainNames>("domains", json!({}), SUPERADMINS).await;
    run.query::<GetDomain>("domain", json!({ "name": "default" }), EVERYBODY).await;
    run.query::<GetDomainNode>("domain_node", default.clone(), EVERYBODY).await;
    let broken = ["not JSON serializable", "not JSON serializable", ""];
    run.query::<GetDomainNodeSlots>("domain_node", default.clone(), broken).await;
    let broken = ["'fill-gpu'"; 3];
    run.query::<GetDomainNodeScalingGroups>("domain_node", default, broken).await;
    run.query::<PagedDomainNodes>("domain_nodes", json!({ "first": 10 }), EVERYBODY).await;
    run.query::<PagedDomainNodeNames>("domain_nodes", json!({ "first": 10 }), EVERYBODY).await;

    let project = json!({ "id": PROJECT });
    let node = json!({ "id": global("GroupNode", PROJECT) });
    run.query::<ListGroups>("groups", json!({}), EVERYBODY).await;
    run.query::<ListGroupNames>("groups", json!({}), EVERYBODY).await;
    run.query::<GetGroup>("group", project.clone(), EVERYBODY).await;
    run.query::<GetGroupRegistry>("group", project, EVERYBODY).await;
    run.query::<GroupsByName>("groups_by_name", json!({ "name": "default" }), EVERYBODY).await;
    run.query::<GetGroupNode>("group_node", node.clone(), EVERYBODY).await;
    run.query::<GetGroupRegistryQuota>(
        "group_node",
        node.clone(),
        ["No such container_registry"; 3],
    )
    .await;
    run.query::<GetGroupNodeUsers>("group_node", node, EVERYBODY).await;
    run.query::<PagedGroupNodes>("group_nodes", json!({ "first": 2 }), EVERYBODY).await;
}

async fn policies(run: &mut Run) {
    let default = json!({ "name": "default" });
    run.query::<GetKeyPairResourcePolicy>("keypair_resource_policy", json!({}), EVERYBODY).await;
    run.query::<ListKeyPairResourcePolicies>("keypair_resource_policies", json!({}), EVERYBODY)
        .await;
    run.query::<ListKeyPairResourcePolicyNames>("keypair_resource_policies", json!({}), EVERYBODY)
        .await;
    run.query::<GetUserResourcePolicy>("user_resource_policy", json!({}), EVERYBODY).await;
    run.query::<ListUserResourcePolicies>("user_resource_policies", json!({}), EVERYBODY).await;
    run.query::<ListUserResourcePolicyNames>("user_resource_policies", json!({}), EVERYBODY).await;
    let unresolved = "Cannot resolve the given project_resource_policy key";
    run.query::<GetProjectResourcePolicy>(
        "project_resource_policy",
        default.clone(),
        ["", unresolved, unresolved],
    )
    .await;
    let unknown = ["", "", "Unknown client role"];
    run.query::<ListProjectResourcePolicies>("project_resource_policies", json!({}), unknown).await;
    run.query::<ListProjectResourcePolicyNames>("project_resource_policies", json!({}), unknown)
        .await;

    let preset = json!({ "name": "fill-large" });
    run.query::<GetResourcePresetByName>("resource_preset", preset, EVERYBODY).await;
    let preset = json!({ "id": id(17, 2) });
    run.query::<GetResourcePreset>("resource_preset_by_id", preset, EVERYBODY).await;
    run.query::<ListResourcePresets>("resource_presets", json!({}), EVERYBODY).await;
    run.query::<ListResourcePresetNames>("resource_presets", json!({}), EVERYBODY).await;

    for name in ["fill-gpu", "fill-bare"] {
        let group = json!({ "name": name });
        run.query::<GetScalingGroup>("scaling_group", group.clone(), SUPERADMINS).await;
        run.query::<GetScalingGroupResources>("scaling_group", group.clone(), SUPERADMINS).await;
        run.query::<GetScalingGroupAgents>("scaling_group", group, SUPERADMINS).await;
    }
    run.query::<ListScalingGroups>("scaling_groups", json!({}), SUPERADMINS).await;
    let project = json!({ "project_id": PROJECT });
    run.query::<AccessibleScalingGroups>("accessible_scaling_groups", project, EVERYBODY).await;
    let domain = json!({ "domain": "default" });
    run.query::<ScalingGroupsForDomain>("scaling_groups_for_domain", domain, SUPERADMINS).await;
    let project = json!({ "user_group": PROJECT });
    run.query::<ScalingGroupsForUserGroup>("scaling_groups_for_user_group", project, SUPERADMINS)
        .await;
    let key = json!({ "access_key": USER.access_key() });
    run.query::<ScalingGroupsForKeyPair>("scaling_groups_for_keypair", key, SUPERADMINS).await;
}

async fn images(run: &mut Run) {
    let python = "fill.registry/stable/python:3.13-ubuntu24.04";
    let image = json!({ "reference": python, "architecture": "x86_64" });
    run.query::<GetImage>("image", image, NO_IMAGE).await;
    run.query::<ListImages>("images", json!({}), EVERYBODY).await;
    run.query::<ListImageDetails>("images", json!({}), EVERYBODY).await;
    run.query::<ListCustomizedImages>("customized_images", json!({}), EVERYBODY).await;
    for number in 1..=2 {
        let node = json!({ "id": global("ImageNode", &id(3, number)), "scope_id": "system" });
        run.query::<GetImageNode>("image_node", node, EVERYBODY).await;
    }
    let scope = json!({ "scope_id": "system" });
    run.query::<PagedImageNodes>("image_nodes", scope, EVERYBODY).await;

    let page = json!({ "first": 10 });
    for number in 1..=2 {
        let node = json!({ "id": global("ContainerRegistryNode", &id(2, number)) });
        run.query::<GetContainerRegistryNode>("container_registry_node", node.clone(), SUPERADMINS)
            .await;
        run.query::<GetContainerRegistryAllowedGroups>(
            "container_registry_node",
            node,
            SUPERADMINS,
        )
        .await;
    }
    run.query::<PagedContainerRegistryNodes>("container_registry_nodes", page.clone(), SUPERADMINS)
        .await;
    run.query::<PagedContainerRegistryNodeNames>("container_registry_nodes", page, SUPERADMINS)
        .await;
    let host = json!({ "hostname": "fill.registry" });
    run.query::<GetContainerRegistry>("container_registry", host, SUPERADMINS).await;
    run.query::<ListContainerRegistries>("container_registries", json!({}), SUPERADMINS).await;
}

async fn folders(run: &mut Run) {
    let page = json!({ "limit": 100, "offset": 0 });
    run.query::<PagedVfolders>("vfolder_list", page.clone(), EVERYBODY).await;
    run.query::<PagedOwnVfolders>("vfolder_own_list", page.clone(), EVERYBODY).await;
    run.query::<PagedInvitedVfolders>("vfolder_invited_list", page.clone(), EVERYBODY).await;
    run.query::<PagedProjectVfolders>("vfolder_project_list", page.clone(), EVERYBODY).await;
    run.query::<PagedVfolderPermissions>("vfolder_permission_list", page.clone(), SUPERADMINS)
        .await;
    // Observed: it has no resolver.
    run.query::<ListVfolders>("vfolders", json!({}), EVERYBODY).await;
    for number in 1..=3 {
        let folder = json!({ "id": id(8, number) });
        run.query::<GetVfolder>("vfolder", folder, SUPERADMINS).await;
        let node = json!({ "id": global("VirtualFolderNode", &id(8, number)) });
        run.query::<GetVfolderNode>("vfolder_node", node, EVERYBODY).await;
    }
    run.query::<PagedVfolderNodes>("vfolder_nodes", json!({}), EVERYBODY).await;
    run.query::<PagedModelCards>("model_cards", json!({}), EVERYBODY).await;
    let card = json!({ "id": global("ModelCard", &id(8, 4)) });
    run.query::<GetModelCard>("model_card", card, EVERYBODY).await;
    run.query::<PagedStorageVolumes>("storage_volume_list", page, SUPERADMINS).await;
    let volume = json!({ "id": "local:volume1" });
    let none = ["no such storage proxy", PRIVILEGE, PRIVILEGE];
    run.query::<GetStorageVolume>("storage_volume", volume, none).await;
    let scope = json!({ "storage_host_name": "local:volume1", "quota_scope_id": "user:00000000-0000-4000-8000-00000000dead" });
    run.query::<GetQuotaScope>("quota_scope", scope, ["does not exist"; 3]).await;
}

async fn services(run: &mut Run) {
    let page = json!({ "limit": 100, "offset": 0 });
    run.query::<PagedEndpoints>("endpoint_list", page.clone(), EVERYBODY).await;
    for number in 1..=2 {
        let endpoint = json!({ "endpoint_id": id(10, number) });
        run.query::<GetEndpoint>("endpoint", endpoint, EVERYBODY).await;
        let routing = json!({ "routing_id": id(14, number) });
        run.query::<GetRouting>("routing", routing, CLOSED).await;
        let token = json!({ "token": format!("fill-token-{number}") });
        run.query::<GetEndpointToken>("endpoint_token", token, EVERYBODY).await;
        let rule = json!({ "id": global("EndpointAutoScalingRuleNode", &id(16, number)) });
        run.query::<GetAutoScalingRule>("endpoint_auto_scaling_rule_node", rule, EVERYBODY).await;
    }
    run.query::<PagedRoutings>("routing_list", page.clone(), GREENLET).await;
    run.query::<PagedEndpointTokens>("endpoint_token_list", page, EVERYBODY).await;
    let rules = json!({ "endpoint": id(10, 1) });
    run.query::<PagedAutoScalingRules>("endpoint_auto_scaling_rule_nodes", rules, EVERYBODY).await;
}

async fn others(run: &mut Run) {
    run.query::<ListVfolderHostPermissions>("vfolder_host_permissions", json!({}), EVERYBODY).await;
    run.query::<GetAuditLogSchema>("audit_log_schema", json!({}), SUPERADMINS).await;
    let filled = json!({ "filter": "created_at < \"2025-01-01\"" });
    run.query::<PagedAuditLogNodes>("audit_log_nodes", filled, SUPERADMINS).await;
    run.query::<PagedNetworks>("networks", json!({}), EVERYBODY).await;
    let network = json!({ "id": global("NetworkNode", &id(18, 1)) });
    run.query::<GetNetwork>("network", network, EVERYBODY).await;
    run.query::<GetAvailableService>("available_service", json!({}), SUPERADMINS).await;
    run.query::<ListAvailableServices>("available_services", json!({}), SUPERADMINS).await;
    run.query::<GetServiceConfig>("service_config", json!({ "service": "manager" }), SUPERADMINS)
        .await;
    let services = json!({ "services": ["manager"] });
    run.query::<ListServiceConfigs>("service_configs", services, SUPERADMINS).await;
    run.query::<ListMetricNames>(
        "container_utilization_metric_metadata",
        json!({}),
        [NO_PROMETHEUS; 3],
    )
    .await;
    let user = run.clients[0].send(GetUser::new().email(SUPERADMIN.email())).await.unwrap();
    let user = serde_json::to_value(user.user.unwrap().uuid).unwrap();
    let metric = json!({ "user_id": user, "props": {
        "metric_name": "cpu_util", "value_type": "current", "step": "60s",
        "start": "2024-01-01T00:00:00Z", "end": "2024-01-02T00:00:00Z",
    } });
    let told = [NO_PROMETHEUS, "lacks permission", "lacks permission"];
    run.query::<GetUserUtilization>("user_utilization_metric", metric, told).await;
}
