//! Mutations of domains, carried out by those of the admin API.

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};

use super::change::snake;
use super::node;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::domain::change as admin;
use crate::resolve::failure::Failure;

pub(super) fn create(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let mut members = snake(input, &["allowedDockerRegistries"]);
    members.insert("props", JsonValue::Object(members.clone()));
    admin::create(context, &Args::new(&members))?;
    Ok(shown(context, input.text("name").unwrap_or_default()))
}

pub(super) fn update(context: &mut Context<'_>, args: &Args<'_>, input: &Args<'_>) -> Answer {
    let name = args.text("domainName").unwrap_or_default();
    let mut members = snake(input, &["allowedDockerRegistries", "isActive"]);
    // Observed: the manager ignores a new name.
    members.remove("name");
    members.insert("props", JsonValue::Object(members.clone()));
    members.insert("name", name.into());
    admin::modify(context, &Args::new(&members))?;
    Ok(shown(context, name))
}

fn shown(context: &Context<'_>, name: &str) -> JsonValue {
    json!({ "domain": context.state.domains.get(name).map(node::domain) })
}

/// Deletes or restores a domain.
pub(super) fn activate(context: &mut Context<'_>, args: &Args<'_>, is_active: bool) -> Answer {
    let domain = context.state.domains.get_mut(args.text("domainName").unwrap_or_default());
    domain.ok_or_else(Failure::no_such_domain)?.is_active = is_active;
    Ok(if is_active { json!({ "restored": true }) } else { json!({ "deleted": true }) })
}

pub(super) fn purge(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let name = args.text("domainName").unwrap_or_default();
    let members = JsonMap::from_iter([("name".into(), name.into())]);
    admin::purge(context, &Args::new(&members))?;
    Ok(json!({ "purged": true }))
}
