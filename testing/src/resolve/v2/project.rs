//! Mutations of projects, carried out by those of the admin API.

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use uuid::Uuid;

use super::change::snake;
use super::node;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::failure::Failure;
use crate::resolve::group::change as admin;

pub(super) fn create(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let mut members = snake(input, &["integrationName"]);
    let domain = input.text("domainName").unwrap_or_default();
    if context.state.domains.contains_key(domain) && input.text("resourcePolicy").is_none() {
        let message = "Not-null constraint violated. (null value in column \"resource_policy\")";
        return Err(Failure::new("database_generic_bad-request", message));
    }
    members.insert("props", JsonValue::Object(members.clone()));
    let created = admin::create(context, &Args::new(&members))?;
    let id = created.get("group").and_then(|group| group.get("id")).and_then(JsonValue::as_str);
    let id = id.and_then(|id| Uuid::try_parse(id).ok());
    // The admin API has empty texts where this one has null.
    if let Some(group) = id.and_then(|id| context.state.groups.get_mut(&id)) {
        group.description = input.text("description").map(str::to_owned);
        group.integration_id = input.text("integrationName").map(str::to_owned);
    }
    Ok(shown(context, id))
}

pub(super) fn update(context: &mut Context<'_>, args: &Args<'_>, input: &Args<'_>) -> Answer {
    let id = find(context, args)?;
    let mut members = snake(input, &["isActive", "name", "resourcePolicy"]);
    members.insert("props", JsonValue::Object(members.clone()));
    members.insert("gid", id.to_string().into());
    admin::modify(context, &Args::new(&members))?;
    Ok(shown(context, Some(id)))
}

fn shown(context: &Context<'_>, id: Option<Uuid>) -> JsonValue {
    let group = id.and_then(|id| context.state.groups.get(&id));
    json!({ "project": group.map(node::project) })
}

pub(super) fn delete(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    activate(context, args, false)?;
    Ok(json!({ "deleted": true }))
}

pub(super) fn restore(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    activate(context, args, true)?;
    Ok(json!({ "restored": true }))
}

fn activate(context: &mut Context<'_>, args: &Args<'_>, is_active: bool) -> Result<(), Failure> {
    let id = find(context, args)?;
    let now = context.now;
    if let Some(group) = context.state.groups.get_mut(&id) {
        group.is_active = is_active;
        group.modified_at = now;
    }
    Ok(())
}

pub(super) fn purge(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let id = args.text("projectId").unwrap_or_default();
    let members = JsonMap::from_iter([("gid".into(), id.into())]);
    admin::purge(context, &Args::new(&members))?;
    Ok(json!({ "purged": true }))
}

pub(super) fn unassign(context: &mut Context<'_>, args: &Args<'_>, input: &Args<'_>) -> Answer {
    let id = find(context, args)?;
    let (mut unassigned, mut failed) = (Vec::new(), Vec::new());
    for text in input.texts("userIds").unwrap_or_default() {
        let user = Uuid::try_parse(text).ok().and_then(|id| context.state.users.get_mut(&id));
        match user.filter(|user| user.groups.contains(&id)) {
            Some(user) => {
                user.groups.retain(|joined| *joined != id);
                let user = user.id;
                unassigned.extend(
                    context.state.users.get(&user).map(|user| node::user(context.state, user)),
                );
            }
            None => failed.push(json!({
                "userId": text,
                "message": format!("User {text} is not a member of the project."),
            })),
        }
    }
    Ok(json!({ "unassignedUsers": unassigned, "failed": failed }))
}

fn find(context: &Context<'_>, args: &Args<'_>) -> Result<Uuid, Failure> {
    let text = args.text("projectId").unwrap_or_default();
    let id = Uuid::try_parse(text).ok().filter(|id| context.state.groups.contains_key(id));
    id.ok_or_else(|| {
        let message = format!("Entity not found. (ProjectRow {text} not found)");
        Failure::new("project_update_not-found", message)
    })
}
