//! Resource groups ("scaling groups" in the schema) and what they serve.

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use uuid::Uuid;

use super::args::Args;
use super::context::{Answer, Context};
use super::failure::Failure;
use crate::state::{Role, ScalingGroup, State};

pub(super) mod change;

/// Resolves `scaling_group`, `scaling_groups` and the associated ones, by the name of the root field.
pub(super) fn query(context: &Context<'_>, root: &str, args: &Args<'_>) -> Answer {
    if context.caller.role != Role::Superadmin && root != "accessible_scaling_groups" {
        let message = "Forbidden operation. (superadmin privilege required)";
        return Err(Failure::new("backendai_generic_forbidden", message));
    }
    let project = |argument| args.text(argument).and_then(|id| Uuid::try_parse(id).ok());
    let serves = |group: &ScalingGroup| match root {
        "scaling_groups_for_domain" => {
            args.text("domain").is_some_and(|domain| group.domains.contains(domain))
        }
        "scaling_groups_for_user_group" => {
            project("user_group").is_some_and(|project| group.groups.contains(&project))
        }
        "scaling_groups_for_keypair" => {
            args.text("access_key").is_some_and(|key| group.keypairs.contains(key))
        }
        // Observed: the project is ignored.
        "accessible_scaling_groups" => group.record.get("is_active") == Some(&true.into()),
        _ => args.text("name").is_none_or(|name| group.name() == name),
    };
    let active = |group: &ScalingGroup| {
        args.bool("is_active")
            .is_none_or(|active| group.record.get("is_active") == Some(&active.into()))
    };
    let groups = context.state.scaling_groups.values();
    let mut found = groups
        .filter(|group| serves(group) && active(group))
        .map(|group| JsonValue::Object(group.record.clone()));
    if root == "scaling_group" {
        let named = args.text("name").is_some();
        return Ok(found.next().filter(|_| named).unwrap_or_default());
    }
    Ok(JsonValue::Array(found.collect()))
}

/// Returns all resource groups.
pub(super) fn records(state: &State) -> Vec<JsonValue> {
    let groups = state.scaling_groups.values();
    groups.map(|group| JsonValue::Object(group.record.clone())).collect()
}

/// Returns the names of the resource groups of a domain.
pub(super) fn of_domain(state: &State, domain: &str) -> Vec<String> {
    let groups = state.scaling_groups.values();
    groups.filter(|g| g.domains.contains(domain)).map(|g| g.name().to_owned()).collect()
}

/// Returns the names of the resource groups of a project.
pub(super) fn of_group(state: &State, group: Uuid) -> Vec<String> {
    let groups = state.scaling_groups.values();
    groups.filter(|g| g.groups.contains(&group)).map(|g| g.name().to_owned()).collect()
}

/// Fails when one of the names does not exist.
pub(super) fn known(state: &State, names: &[&str]) -> Result<(), Failure> {
    if names.iter().all(|name| state.scaling_groups.contains_key(*name)) {
        return Ok(());
    }
    let message = "Entity not found. (No ResourceGroupRow matches the given key)";
    Err(Failure::new("resource-group_read_not-found", message))
}

/// Adds groups to a domain, or removes them.
pub(super) fn link_domain(state: &mut State, domain: &str, names: &[&str], serve: bool) {
    for name in names {
        if let Some(group) = state.scaling_groups.get_mut(*name) {
            if serve {
                group.domains.insert(domain.to_owned());
            } else {
                group.domains.remove(domain);
            }
        }
    }
}

/// The defaults of a new resource group.
fn blank(scheduler_opts: JsonValue) -> JsonMap {
    let blank = json!({
        "description": "",
        "is_active": true,
        "is_public": true,
        "wsproxy_addr": "",
        "wsproxy_api_token": "",
        "driver_opts": "{}",
        "scheduler_opts": scheduler_opts,
        "use_host_network": false,
        "accelerator_quantum_size": null,
        "agent_count_by_status": 0,
        "agent_total_resource_slots_by_status": "{\"occupied_slots\": {}, \"available_slots\": {}}",
        "resource_allocation_limit_for_sessions": "{}",
        "own_session_occupied_resource_slots": "{}",
    });
    blank.as_object().cloned().unwrap_or_default()
}
