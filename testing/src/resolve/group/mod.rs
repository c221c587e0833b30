//! `group`, `groups` and `groups_by_name`: projects, also as nodes.

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;
use uuid::Uuid;

use super::args::Args;
use super::context::{Answer, Context};
use super::failure::Failure;
use super::relay::{global_id, inner_connection};
use super::scaling_group;
use crate::date::iso;
use crate::state::{Caller, Group, Role, State};

pub(super) mod change;

/// The kinds of projects: name of the enum value, and value.
const KINDS: [(&str, &str); 3] =
    [("GENERAL", "general"), ("MODEL_STORE", "model-store"), ("PERSONAL", "personal")];

pub(super) fn one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let domain = pinned_domain(context.caller, args)?;
    let id = args.text("id").and_then(|id| Uuid::try_parse(id).ok());
    let id = id.ok_or_else(Failure::bad_uuid)?;
    if context.caller.role == Role::User && !memberships(context).contains(&id) {
        return Err(Failure::privilege());
    }
    let group = context.state.groups.get(&id);
    let group = group.filter(|group| domain.is_none_or(|domain| group.domain == domain));
    Ok(group.map_or(JsonValue::Null, |group| record(context.state, group)))
}

pub(super) fn some(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let is_active = args.bool("is_active");
    let active = |group: &&Group| is_active.is_none_or(|active| group.is_active == active);
    if context.caller.role == Role::User {
        // A user receives the own projects, whatever the arguments are.
        let own = memberships(context).iter().filter_map(|id| context.state.groups.get(id));
        return Ok(JsonValue::Array(
            own.filter(active).map(|group| record(context.state, group)).collect(),
        ));
    }
    let domain = pinned_domain(context.caller, args)?;
    let kinds = args.texts("type").unwrap_or_else(|| vec!["GENERAL"]);
    let kinds: Vec<_> = kinds.into_iter().map(kind).collect::<Result<_, _>>()?;
    let groups = context.state.groups.values();
    let records = groups
        .filter(active)
        .filter(|group| domain.is_none_or(|domain| group.domain == domain))
        .filter(|group| kinds.contains(&group.kind))
        .map(|group| record(context.state, group));
    Ok(JsonValue::Array(records.collect()))
}

pub(super) fn by_name(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let domain = pinned_domain(context.caller, args)?;
    let name = args.text("name").unwrap_or_default();
    let own = (context.caller.role == Role::User).then(|| memberships(context));
    let records = context
        .state
        .groups
        .values()
        .filter(|group| group.name == name)
        .filter(|group| domain.is_none_or(|domain| group.domain == domain))
        .filter(|group| own.is_none_or(|own| own.contains(&group.id)))
        .map(|group| record(context.state, group));
    Ok(JsonValue::Array(records.collect()))
}

pub(super) fn kind(word: &str) -> Result<&'static str, Failure> {
    let folded = word.to_lowercase();
    KINDS
        .iter()
        .find(|(name, value)| *value == folded || name.to_lowercase() == folded)
        .map(|(name, _)| *name)
        .ok_or_else(|| Failure::unexpected(format!("'{word}' is not a valid ProjectType")))
}

fn pinned_domain<'a>(caller: &'a Caller, args: &Args<'a>) -> Result<Option<&'a str>, Failure> {
    let domain = args.text("domain_name");
    match caller.role {
        Role::Superadmin => Ok(domain),
        Role::Monitor => Err(Failure::role()),
        _ if domain.is_some_and(|domain| domain != caller.domain) => Err(Failure::privilege()),
        _ => Ok(Some(&caller.domain)),
    }
}

fn memberships<'a>(context: &'a Context<'_>) -> &'a [Uuid] {
    context.state.users.get(&context.caller.user).map_or(&[], |user| &user.groups)
}

pub(super) fn record(state: &State, group: &Group) -> JsonValue {
    json!({
        "id": group.id.to_string(),
        "name": group.name,
        "description": group.description,
        "is_active": group.is_active,
        "created_at": iso(group.created_at),
        "modified_at": iso(group.modified_at),
        "domain_name": group.domain,
        "total_resource_slots": group.total_resource_slots,
        "allowed_vfolder_hosts": group.allowed_vfolder_hosts,
        "integration_id": group.integration_id,
        "resource_policy": group.resource_policy,
        "type": group.kind,
        "container_registry": group.container_registry,
        "scaling_groups": scaling_group::of_group(state, group.id),
    })
}

/// Returns the project as a Relay node.
pub(super) fn node(state: &State, group: &Group) -> JsonValue {
    let mut node = record(state, group);
    if let Some(fields) = node.as_object_mut() {
        let id = group.id.to_string();
        fields.insert("id", global_id("GroupNode", &id).into());
        let message = format!(
            "No such container_registry. (Container registry info does not exist or is invalid in \
             the project. (project: {id}))"
        );
        let error = json!({ "code": "container-registry_read_not-found", "message": message });
        fields.insert("registry_quota", json!({ "$error": error }));
        fields.insert("row_id", id.into());
        fields.insert("user_nodes", members(state, group.id));
    }
    node
}

/// Returns the users in a project, as a connection.
fn members(state: &State, group: Uuid) -> JsonValue {
    let members = state.users.values().filter(|user| user.groups.contains(&group));
    inner_connection("UserNode", members.map(|user| user.id.to_string()))
}
