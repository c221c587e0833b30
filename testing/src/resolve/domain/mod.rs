//! `domain` and `domains`: domains, also as nodes.

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;

use super::args::Args;
use super::context::{Answer, Context};
use super::failure::Failure;
use super::relay::global_id;
use super::scaling_group;
use crate::date::iso;
use crate::state::{Domain, Role, State};

pub(super) mod change;

pub(super) fn one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let caller = context.caller;
    let name = args.text("name").unwrap_or(&caller.domain);
    if caller.role != Role::Superadmin && name != caller.domain {
        return Err(Failure::new("domain_read_not-found", "No such domain."));
    }
    Ok(context
        .state
        .domains
        .get(name)
        .map_or(JsonValue::Null, |domain| record(context.state, domain)))
}

pub(super) fn all(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    if context.caller.role != Role::Superadmin {
        let message = "Forbidden operation. (superadmin privilege required)";
        return Err(Failure::new("backendai_generic_forbidden", message));
    }
    let is_active = args.bool("is_active");
    let domains = context.state.domains.values();
    let fits = |domain: &&Domain| is_active.is_none_or(|active| domain.is_active == active);
    Ok(JsonValue::Array(domains.filter(fits).map(|domain| record(context.state, domain)).collect()))
}

pub(super) fn record(state: &State, domain: &Domain) -> JsonValue {
    json!({
        "name": domain.name,
        "description": domain.description,
        "is_active": domain.is_active,
        "created_at": iso(domain.created_at),
        "modified_at": iso(domain.modified_at),
        "total_resource_slots": domain.total_resource_slots,
        "allowed_vfolder_hosts": domain.allowed_vfolder_hosts,
        "allowed_docker_registries": domain.allowed_docker_registries,
        "integration_id": domain.integration_id,
        "scaling_groups": scaling_group::of_domain(state, &domain.name),
    })
}

/// Returns the domain as a Relay node.
pub(super) fn node(state: &State, domain: &Domain) -> JsonValue {
    let mut node = record(state, domain);
    if let Some(fields) = node.as_object_mut() {
        fields.insert("id", global_id("DomainNode", &domain.name).into());
        // An empty list in MessagePack.
        fields.insert("dotfiles", "90".into());
        let mut broken = |field, message| {
            let error = json!({ "code": "backendai_generic_internal-error", "message": message });
            fields.insert(field, json!({ "$error": error }));
        };
        // Observed: the manager always fails on these.
        broken("total_resource_slots", "Object of type ResourceSlot is not JSON serializable");
        if let Some(first) = scaling_group::of_domain(state, &domain.name).first() {
            broken("scaling_groups", &format!("'{first}'"));
        }
    }
    node
}
