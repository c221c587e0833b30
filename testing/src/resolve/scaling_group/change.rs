//! Mutations of resource groups.

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use uuid::Uuid;

use super::{blank, known, link_domain};
use crate::date::iso;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context, done};
use crate::resolve::failure::Failure;
use crate::state::ScalingGroup;

const SCHEDULERS: [&str; 4] = ["fifo", "lifo", "drf", "fair-share"];

pub(in crate::resolve) fn create(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let name = args.text("name").unwrap_or_default();
    let props = args.object("props").unwrap_or(*args);
    check_scheduler(&props)?;
    if context.state.scaling_groups.contains_key(name) {
        let message = format!("Duplicate Scaling Group (Duplicate resource group name: {name})");
        return Err(Failure::new("scaling-group_generic_conflict", message));
    }
    let some = context.state.scaling_groups.values().next();
    let options = some.and_then(|group| group.record.get("scheduler_opts")).cloned();
    let mut record = blank(options.unwrap_or_default());
    record.insert("name", name.into());
    record.insert("created_at", iso(context.now).into());
    write(&mut record, &props);
    let answer = JsonValue::Object(record.clone());
    let group = ScalingGroup { record, ..ScalingGroup::default() };
    context.state.scaling_groups.insert(name.to_owned(), group);
    Ok(json!({ "ok": true, "msg": "success", "scaling_group": answer }))
}

pub(in crate::resolve) fn modify(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let name = args.text("name").unwrap_or_default();
    let props = args.object("props").unwrap_or(*args);
    check_scheduler(&props)?;
    known(context.state, &[name])?;
    if let Some(group) = context.state.scaling_groups.get_mut(name) {
        write(&mut group.record, &props);
    }
    Ok(done())
}

pub(in crate::resolve) fn delete(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let name = args.text("name").unwrap_or_default();
    known(context.state, &[name])?;
    context.state.scaling_groups.remove(name);
    Ok(done())
}

/// Resolves `associate_…` and `disassociate_…`: one, several or all groups of a domain, a project or a
/// keypair.
pub(in crate::resolve) fn link(context: &mut Context<'_>, root: &str, args: &Args<'_>) -> Answer {
    let serve = root.starts_with("associate_");
    let domain = args.text("domain");
    if domain.is_some_and(|domain| !context.state.domains.contains_key(domain)) {
        return Err(Failure::no_such_domain());
    }
    let every: Vec<_> = context.state.scaling_groups.keys().cloned().collect();
    let names = match (args.text("scaling_group"), args.texts("scaling_groups")) {
        (Some(name), _) => vec![name],
        (None, Some(names)) => names,
        (None, None) => every.iter().map(String::as_str).collect(),
    };
    known(context.state, &names)?;
    if let Some(domain) = domain {
        link_domain(context.state, domain, &names, serve);
    }
    let project = args.text("user_group").and_then(|id| Uuid::try_parse(id).ok());
    let keypair = args.text("access_key");
    for name in names {
        let Some(group) = context.state.scaling_groups.get_mut(name) else { continue };
        match (project, keypair) {
            (Some(project), _) if serve => {
                group.groups.insert(project);
            }
            (Some(project), _) => {
                group.groups.remove(&project);
            }
            (None, Some(key)) if serve => {
                group.keypairs.insert(key.to_owned());
            }
            (None, Some(key)) => {
                group.keypairs.remove(key);
            }
            (None, None) => {}
        }
    }
    Ok(done())
}

fn check_scheduler(props: &Args<'_>) -> Result<(), Failure> {
    match props.text("scheduler").filter(|scheduler| !SCHEDULERS.contains(scheduler)) {
        Some(wrong) => Err(Failure::unexpected(format!("'{wrong}' is not a valid SchedulerType"))),
        None => Ok(()),
    }
}

/// The members that null clears, as recorded in the table of nulls beside the schema.
const CLEARED: [&str; 3] = ["description", "wsproxy_addr", "wsproxy_api_token"];

/// Writes the given members; null clears a nullable one, and leaves the others.
fn write(record: &mut JsonMap, props: &Args<'_>) {
    let given = props.iter().filter(|(name, value)| !value.is_null() || CLEARED.contains(name));
    record.extend(given.map(|(name, value)| (name.into(), value.clone())));
}
