//! Mutations of domains.

use apollo_compiler::response::serde_json_bytes::json;

use super::{node, record};
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::failure::Failure;
use crate::resolve::relay::plain_id;
use crate::resolve::scaling_group;
use crate::state::{Domain, Group, State};

const PRIMARY_KEY: &str = "pk_domains";

pub(in crate::resolve) fn create(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let props = args.object("props").unwrap_or(*args);
    let domain = add(context, args.text("name").unwrap_or_default(), &props)?;
    let domain = record(context.state, &domain);
    Ok(json!({ "ok": true, "msg": "domain creation succeed", "domain": domain }))
}

pub(in crate::resolve) fn create_node(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let input = args.object("input").unwrap_or(*args);
    let groups = input.texts("scaling_groups").unwrap_or_default();
    scaling_group::known(context.state, &groups)?;
    let domain = add(context, input.text("name").unwrap_or_default(), &input)?;
    scaling_group::link_domain(context.state, &domain.name, &groups, true);
    Ok(json!({ "ok": true, "msg": "", "item": node(context.state, &domain) }))
}

pub(in crate::resolve) fn modify(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let name = args.text("name").unwrap_or_default();
    let domain = change(context, name, &args.object("props").unwrap_or(*args))?;
    let domain = record(context.state, &domain);
    Ok(json!({ "ok": true, "msg": "domain modification succeed", "domain": domain }))
}

pub(in crate::resolve) fn modify_node(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let input = args.object("input").unwrap_or(*args);
    let name = plain_id(input.text("id").unwrap_or_default());
    let (add, remove) = (input.texts("sgroups_to_add"), input.texts("sgroups_to_remove"));
    for groups in [&add, &remove].into_iter().flatten() {
        scaling_group::known(context.state, groups)?;
    }
    let domain = change(context, &name, &input)?;
    scaling_group::link_domain(context.state, &name, &add.unwrap_or_default(), true);
    scaling_group::link_domain(context.state, &name, &remove.unwrap_or_default(), false);
    Ok(json!({
        "item": node(context.state, &domain),
        "client_mutation_id": input.text("client_mutation_id"),
    }))
}

/// Deactivates the domain.
pub(in crate::resolve) fn delete(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let domain = find(context.state, args.text("name").unwrap_or_default())?;
    domain.is_active = false;
    let msg = format!("domain {} deleted successfully", domain.name);
    Ok(json!({ "ok": true, "msg": msg }))
}

pub(in crate::resolve) fn purge(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let name = find(context.state, args.text("name").unwrap_or_default())?.name.clone();
    let state = &mut *context.state;
    let users = state.users.values().any(|user| user.domain == name).then_some("users");
    let groups = state.groups.values().any(|group| group.domain == name).then_some("groups");
    if let Some(what) = users.or(groups) {
        let message = format!(
            "Domain has associated {what}. (There are {what} bound to the domain. Remove {what} \
             first.)"
        );
        return Err(Failure::new("domain_purge_conflict", message));
    }
    let linked: Vec<_> = state.scaling_groups.keys().cloned().collect();
    let linked: Vec<_> = linked.iter().map(String::as_str).collect();
    scaling_group::link_domain(state, &name, &linked, false);
    state.domains.remove(&name);
    Ok(json!({ "ok": true, "msg": format!("domain {name} purged successfully") }))
}

fn find<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Domain, Failure> {
    state.domains.get_mut(name).ok_or_else(Failure::no_such_domain)
}

fn invalid(problem: &str) -> Failure {
    let message = format!("Invalid or Missing API Parameters. ({problem})");
    Failure::new("api_parsing_invalid-parameters", message)
}

/// Creates a domain, and with it a project for models.
fn add(context: &mut Context<'_>, name: &str, props: &Args<'_>) -> Result<Domain, Failure> {
    if name.is_empty() || name.len() > 64 {
        return Err(invalid("Domain name cannot be empty or exceed 64 characters."));
    }
    if context.state.domains.contains_key(name) {
        return Err(invalid(&format!("Domain with name '{name}' already exists")));
    }
    // Observed: the manager fails to write slots that are not empty.
    if props.text("total_resource_slots").is_some_and(|slots| slots.trim() != "{}") {
        return Err(Failure::unexpected(
            "(builtins.AttributeError) 'dict' object has no attribute 'to_json'",
        ));
    }
    let mut domain = Domain {
        is_active: props.bool("is_active").unwrap_or(true),
        ..Domain::new(name, context.now)
    };
    set(&mut domain, props);
    context.state.domains.insert(name.to_owned(), domain.clone());
    let id = context.state.generate_id();
    let mut store = Group::new(id, "model-store", name, "MODEL_STORE", context.now);
    store.description = Some("Model Store".to_owned());
    context.state.groups.insert(id, store);
    Ok(domain)
}

fn change(context: &mut Context<'_>, name: &str, props: &Args<'_>) -> Result<Domain, Failure> {
    let now = context.now;
    find(context.state, name)?;
    for member in ["name", "is_active", "total_resource_slots", "allowed_vfolder_hosts"] {
        if props.is_null(member) {
            return Err(Failure::unexpected("OptionalState cannot be NULLIFY"));
        }
    }
    let renamed = props.text("name").filter(|new| *new != name);
    if let Some(new) = renamed.filter(|new| context.state.domains.contains_key(*new)) {
        return Err(Failure::taken(PRIMARY_KEY, &format!("Key (name)=({new})")));
    }
    let domain = find(context.state, name)?;
    domain.is_active = props.bool("is_active").unwrap_or(domain.is_active);
    domain.modified_at = now;
    set(domain, props);
    let mut domain = domain.clone();
    if let Some(new) = renamed {
        new.clone_into(&mut domain.name);
        rename(context.state, name, &domain);
    }
    Ok(domain)
}

/// Renames the domain in everything that belongs to it.
fn rename(state: &mut State, old: &str, domain: &Domain) {
    state.domains.remove(old);
    state.domains.insert(domain.name.clone(), domain.clone());
    for group in state.groups.values_mut().filter(|group| group.domain == old) {
        group.domain.clone_from(&domain.name);
    }
    for user in state.users.values_mut().filter(|user| user.domain == old) {
        user.domain.clone_from(&domain.name);
    }
    for linked in state.scaling_groups.values_mut() {
        if linked.domains.remove(old) {
            linked.domains.insert(domain.name.clone());
        }
    }
}

/// Writes the given members; null clears a nullable one.
fn set(domain: &mut Domain, props: &Args<'_>) {
    if props.given("description").is_some() {
        domain.description = props.text("description").map(str::to_owned);
    }
    if props.given("integration_id").is_some() {
        domain.integration_id = props.text("integration_id").map(str::to_owned);
    }
    if let Some(slots) = props.text("total_resource_slots") {
        slots.clone_into(&mut domain.total_resource_slots);
    }
    if let Some(hosts) = props.text("allowed_vfolder_hosts") {
        hosts.clone_into(&mut domain.allowed_vfolder_hosts);
    }
    if let Some(registries) = props.texts("allowed_docker_registries") {
        domain.allowed_docker_registries = registries.into_iter().map(str::to_owned).collect();
    }
}
