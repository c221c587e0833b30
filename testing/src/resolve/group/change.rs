//! Mutations of projects.

use apollo_compiler::response::serde_json_bytes::json;
use uuid::Uuid;

use super::record;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context, done, refused};
use crate::resolve::failure::Failure;
use crate::state::{Group, Role};

pub(in crate::resolve) fn create(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let props = args.object("props").unwrap_or(*args);
    let name = args.text("name").unwrap_or_default();
    let domain = props.text("domain_name").unwrap_or_default();
    if !context.state.domains.contains_key(domain) {
        return Err(Failure::no_such_domain());
    }
    // The number is the manager's permission bit.
    let lacks = "lacks permission <Permission.CREATE: 4> on project at scopes of the domain";
    superadmin(context, lacks)?;
    let word = props.text("type").unwrap_or("GENERAL");
    let kind = super::kind(word).map_err(|_| Failure::unexpected(format!("'{word}'")))?;
    let invalid = |problem: String| {
        let message = format!("Invalid or Missing API Parameters. ({problem})");
        Err(Failure::new("api_parsing_invalid-parameters", message))
    };
    let policy = props.text("resource_policy").unwrap_or("default");
    if !context.state.project_policies.contains_key(policy) {
        return invalid(format!("Cannot create group: Resource policy '{policy}' does not exist"));
    }
    let taken = |group: &Group| group.domain == domain && group.name == name;
    if context.state.groups.values().any(taken) {
        return invalid(format!("Group with name '{name}' already exists in domain '{domain}'"));
    }
    let id = context.state.generate_id();
    let mut group = Group::new(id, name, domain, kind, context.now);
    policy.clone_into(&mut group.resource_policy);
    group.description = Some(String::new());
    group.integration_id = Some(String::new());
    group.container_registry = None;
    group.is_active = props.bool("is_active").unwrap_or(true);
    set(&mut group, &props);
    context.state.groups.insert(id, group.clone());
    let group = record(context.state, &group);
    Ok(json!({ "ok": true, "msg": "success", "group": group }))
}

pub(in crate::resolve) fn modify(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let id = id(args)?;
    let now = context.now;
    let Some(mut group) = context.state.groups.get(&id).cloned() else {
        // Observed: modifying a project that does not exist succeeds.
        return Ok(match context.caller.role {
            Role::Superadmin => json!({ "ok": true, "msg": "success", "group": null }),
            _ => refused("no permission to execute None"),
        });
    };
    let lacks = format!("lacks permission <Permission.UPDATE: 2> on project {id}");
    superadmin(context, &lacks)?;
    let props = args.object("props").unwrap_or(*args);
    if let Some(mode) = props.text("user_update_mode") {
        let users = props.texts("user_uuids").unwrap_or_default();
        enlist(context, id, mode, &users)?;
    }
    for member in ["name", "is_active", "domain_name", "resource_policy"] {
        if props.is_null(member) {
            return Err(Failure::unexpected("OptionalState cannot be NULLIFY"));
        }
    }
    if let Some(policy) = props.text("resource_policy") {
        if !context.state.project_policies.contains_key(policy) {
            return Err(Failure::new(
                "database_generic_not-found",
                format!(
                    "Foreign key constraint violated. (Key (resource_policy)=({policy}) is not \
                     present in table \"project_resource_policies\".)"
                ),
            ));
        }
        policy.clone_into(&mut group.resource_policy);
    }
    if let Some(name) = props.text("name") {
        let taken =
            |other: &Group| other.id != id && other.name == name && other.domain == group.domain;
        if context.state.groups.values().any(taken) {
            let key = format!("Key (name, domain_name)=({name}, {})", group.domain);
            return Err(Failure::taken("uq_groups_name_domain_name", &key));
        }
        name.clone_into(&mut group.name);
    }
    group.is_active = props.bool("is_active").unwrap_or(group.is_active);
    group.modified_at = now;
    set(&mut group, &props);
    context.state.groups.insert(id, group.clone());
    let group = record(context.state, &group);
    Ok(json!({ "ok": true, "msg": "success", "group": group }))
}

/// Deactivates the project.
pub(in crate::resolve) fn delete(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let id = id(args)?;
    if !context.state.groups.contains_key(&id) {
        let message = format!("Entity not found. (ProjectRow {id} not found)");
        return gone(context, Failure::new("project_update_not-found", message));
    }
    let lacks = format!("lacks permission <Permission.SOFT_DELETE: 8> on project {id}");
    superadmin(context, &lacks)?;
    if let Some(group) = context.state.groups.get_mut(&id) {
        group.is_active = false;
    }
    Ok(done())
}

pub(in crate::resolve) fn purge(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let id = id(args)?;
    if !context.state.groups.contains_key(&id) {
        let message = "Project not found. (project not found)";
        return gone(context, Failure::new("project_read_not-found", message));
    }
    let lacks = format!("lacks permission <Permission.HARD_DELETE: 16> on project {id}");
    superadmin(context, &lacks)?;
    context.state.groups.remove(&id);
    for user in context.state.users.values_mut() {
        user.groups.retain(|group| *group != id);
    }
    for linked in context.state.scaling_groups.values_mut() {
        linked.groups.remove(&id);
    }
    Ok(done())
}

/// The answer for a project that does not exist: only the superadmin receives an error.
fn gone(context: &Context<'_>, failure: Failure) -> Answer {
    match context.caller.role {
        Role::Superadmin => Err(failure),
        // Observed: the manager names no operation.
        _ => Ok(refused("no permission to execute None")),
    }
}

fn id(args: &Args<'_>) -> Result<Uuid, Failure> {
    args.text("gid").and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(Failure::bad_uuid)
}

/// Refuses domain admins, who lack the permission.
fn superadmin(context: &Context<'_>, lacks: &str) -> Result<(), Failure> {
    if context.caller.role == Role::Superadmin {
        return Ok(());
    }
    let message = format!(
        "Insufficient permission to perform this operation. (User {} {lacks})",
        context.caller.user
    );
    Err(Failure::new("permission_access_forbidden", message))
}

fn enlist(
    context: &mut Context<'_>,
    group: Uuid,
    mode: &str,
    users: &[&str],
) -> Result<(), Failure> {
    let add = match mode {
        "add" => true,
        "remove" => false,
        _ => {
            let message = "Invalid user update mode. (invalid user_update_mode)";
            return Err(Failure::new("group_update_invalid-parameters", message));
        }
    };
    for user in users {
        let user = Uuid::try_parse(user).map_err(|_| Failure::bad_uuid())?;
        if let Some(user) = context.state.users.get_mut(&user) {
            user.groups.retain(|joined| *joined != group);
            if add {
                user.groups.push(group);
            }
        }
    }
    Ok(())
}

/// Writes the given members; null clears a nullable one.
fn set(group: &mut Group, props: &Args<'_>) {
    let clearable = [
        ("description", &mut group.description),
        ("integration_id", &mut group.integration_id),
        ("container_registry", &mut group.container_registry),
    ];
    for (member, column) in clearable {
        // An empty registry, the default of the schema, counts as not given.
        if props.given(member).is_some_and(|value| value.as_str() != Some("{}")) {
            *column = props.text(member).map(str::to_owned);
        }
    }
    if let Some(slots) = props.text("total_resource_slots") {
        slots.clone_into(&mut group.total_resource_slots);
    }
    if let Some(hosts) = props.text("allowed_vfolder_hosts") {
        hosts.clone_into(&mut group.allowed_vfolder_hosts);
    }
}
