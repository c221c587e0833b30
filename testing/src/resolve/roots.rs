//! The root fields, by domain.

use apollo_compiler::resolvers::ResolveInfo;
use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;
use backendai_schema::ADMIN;

use super::args::Args;
use super::context::{Answer, Context, refused};
use super::failure::Failure;
use super::{domain, fixture, group, keypair, node, policy, scaling_group, user};
use crate::state::Role;

/// Resolves a field of `Query`.
pub(super) fn query(
    context: &mut Context<'_>,
    name: &str,
    args: &Args<'_>,
    info: &ResolveInfo<'_>,
) -> Answer {
    match name {
        "_service" => Ok(json!({ "sdl": ADMIN })),
        "keypair" => keypair::one(context, args),
        "keypairs" => keypair::some(context, args),
        "keypair_list" => keypair::list(context, args),
        "user" => user::by_email(context, args),
        "user_from_uuid" => user::by_id(context, args),
        "users" => user::some(context, args),
        "user_list" => user::list(context, args),
        "domain" => domain::one(context, args),
        "domains" => domain::all(context, args),
        "group" => group::one(context, args),
        "groups" => group::some(context, args),
        "groups_by_name" => group::by_name(context, args),
        "keypair_resource_policy" => policy::keypair_one(context, args),
        "keypair_resource_policies" => policy::keypair_all(context),
        "user_resource_policy" => policy::user_one(context, args),
        "user_resource_policies" => policy::user_all(context),
        "project_resource_policy" => policy::project_one(context, args),
        "project_resource_policies" => policy::project_all(context),
        "node" => node::any(context, args),
        "viewer" => node::viewer(context),
        "scaling_group"
        | "scaling_groups"
        | "accessible_scaling_groups"
        | "scaling_groups_for_domain"
        | "scaling_groups_for_user_group"
        | "scaling_groups_for_keypair" => scaling_group::query(context, name, args),
        _ => match context.contract.roots.queries.get(name) {
            Some(root) => fixture::query(context, root, args, &info.field_definition().ty),
            None => Err(Failure::unserved_root(name)),
        },
    }
}

/// Resolves a field of `Mutation`.
pub(super) fn mutate(
    context: &mut Context<'_>,
    name: &str,
    args: &Args<'_>,
    info: &ResolveInfo<'_>,
) -> Answer {
    payload(context, name, args, info).map(|payload| complete(payload, info))
}

fn payload(
    context: &mut Context<'_>,
    name: &str,
    args: &Args<'_>,
    info: &ResolveInfo<'_>,
) -> Answer {
    // Observed: the name in messages is the response key, which may be an alias.
    let key = info.field_selections().first().map_or(name, |field| field.response_key());
    if let Some(root) = context.contract.roots.mutations.get(name) {
        return fixture::change(context, root, args, &info.field_definition().ty, key);
    }
    // Domain admins pass this check for some operations, whose resolvers may still refuse them.
    let admins =
        ["modify_domain_node", "create_group", "modify_group", "delete_group", "purge_group"];
    let role = context.caller.role;
    if role != Role::Superadmin && !(role == Role::Admin && admins.contains(&name)) {
        if name == "modify_domain_node" {
            return Err(Failure::new("api_auth_forbidden", "Permission Denied."));
        }
        return Ok(refused(format!("no permission to execute {key}")));
    }
    let run: fn(&mut Context<'_>, &Args<'_>) -> Answer = match name {
        "create_domain" => domain::change::create,
        "create_domain_node" => domain::change::create_node,
        "modify_domain" => domain::change::modify,
        "modify_domain_node" => domain::change::modify_node,
        "delete_domain" => domain::change::delete,
        "purge_domain" => domain::change::purge,
        "create_group" => group::change::create,
        "modify_group" => group::change::modify,
        "delete_group" => group::change::delete,
        "purge_group" => group::change::purge,
        "create_scaling_group" => scaling_group::change::create,
        "modify_scaling_group" => scaling_group::change::modify,
        "delete_scaling_group" => scaling_group::change::delete,
        "create_user" => user::change::create,
        "modify_user" => user::change::modify,
        "delete_user" => user::change::delete,
        "purge_user" => user::change::purge,
        "create_keypair" => keypair::change::create,
        "modify_keypair" => keypair::change::modify,
        "delete_keypair" => keypair::change::delete,
        _ if name.ends_with("_resource_policy") => {
            return policy::change::change(context, name, args);
        }
        _ if name.contains("associate_") => {
            return scaling_group::change::link(context, name, args);
        }
        _ => return Err(Failure::unserved_root(name)),
    };
    run(context, args)
}

/// Fills in null for every field that the payload lacks.
fn complete(mut payload: JsonValue, info: &ResolveInfo<'_>) -> JsonValue {
    let kind = info.field_definition().ty.inner_named_type();
    let fields = info.schema().get_object(kind).map(|object| object.fields.keys());
    if let Some(given) = payload.as_object_mut() {
        for name in fields.into_iter().flatten() {
            given.entry(name.as_str()).or_insert(JsonValue::Null);
        }
    }
    payload
}
