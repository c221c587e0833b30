//! `domain` and `domains`.

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;

use super::{Answer, Args, Context, Failure};
use crate::date::iso;
use crate::state::{Domain, Role};

pub(super) fn one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let caller = context.caller;
    let name = args.text("name").unwrap_or(&caller.domain);
    if caller.role != Role::Superadmin && name != caller.domain {
        return Err(Failure::new("domain_read_not-found", "No such domain."));
    }
    Ok(context.state.domains.get(name).map_or(JsonValue::Null, record))
}

pub(super) fn all(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    if context.caller.role != Role::Superadmin {
        let message = "Forbidden operation. (superadmin privilege required)";
        return Err(Failure::new("backendai_generic_forbidden", message));
    }
    let is_active = args.bool("is_active");
    let domains = context.state.domains.values();
    let fits = |domain: &&Domain| is_active.is_none_or(|active| domain.is_active == active);
    Ok(JsonValue::Array(domains.filter(fits).map(record).collect()))
}

fn record(domain: &Domain) -> JsonValue {
    json!({
        "name": domain.name,
        "description": domain.description,
        "is_active": domain.is_active,
        "created_at": iso(domain.created_at),
        "modified_at": iso(domain.modified_at),
        "total_resource_slots": "{}",
        "allowed_vfolder_hosts": "{}",
        "allowed_docker_registries": [],
        "integration_id": null,
        "scaling_groups": domain.scaling_groups,
    })
}
