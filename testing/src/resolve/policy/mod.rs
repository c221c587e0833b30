//! The resource policies of keypairs, users and projects.

use std::collections::BTreeMap;

use apollo_compiler::response::{JsonMap, JsonValue};

use super::args::Args;
use super::context::{Answer, Context};
use super::failure::Failure;
use crate::state::{Role, State, User};

pub(super) mod change;

pub(super) fn keypair_one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let state = &*context.state;
    let Some(name) = args.text("name") else {
        let keypair = state.keypairs.get(&context.caller.access_key);
        let policy = keypair.and_then(|k| state.keypair_policies.get(&k.resource_policy));
        return Ok(policy.map_or(JsonValue::Null, record));
    };
    let visible = |policy: &&JsonMap| own_keypair_policies(context).any(|own| own == named(policy));
    let policy = readable(context, state.keypair_policies.get(name), visible);
    policy.map(record).ok_or_else(|| missing(context, "keypair"))
}

pub(super) fn keypair_all(context: &mut Context<'_>) -> Answer {
    let policies = context.state.keypair_policies.values();
    match context.caller.role {
        Role::Superadmin | Role::Admin => Ok(JsonValue::Array(policies.map(record).collect())),
        Role::User => {
            let own: Vec<_> = own_keypair_policies(context).collect();
            let policies = policies.filter(|policy| own.contains(&named(policy)));
            Ok(JsonValue::Array(policies.map(record).collect()))
        }
        Role::Monitor => Err(Failure::role()),
    }
}

pub(super) fn user_one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let state = &*context.state;
    let own = caller(context).map(|user| user.resource_policy.as_str());
    let Some(name) = args.text("name") else {
        let policy = own.and_then(|own| state.user_policies.get(own));
        return Ok(policy.map_or(JsonValue::Null, record));
    };
    let visible = |policy: &&JsonMap| own == Some(named(policy));
    let policy = readable(context, state.user_policies.get(name), visible);
    policy.map(record).ok_or_else(|| missing(context, "user"))
}

pub(super) fn user_all(context: &mut Context<'_>) -> Answer {
    match context.caller.role {
        Role::Superadmin | Role::Admin => Ok(records(&context.state.user_policies)),
        Role::User => {
            let policies = &context.state.user_policies;
            let own = caller(context).and_then(|user| policies.get(&user.resource_policy));
            Ok(JsonValue::Array(own.into_iter().map(record).collect()))
        }
        Role::Monitor => Err(Failure::role()),
    }
}

pub(super) fn project_one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let state = &*context.state;
    let groups = caller(context).map_or(&[][..], |user| &user.groups);
    let visible = |policy: &&JsonMap| {
        let mut own = groups.iter().filter_map(|id| state.groups.get(id));
        own.any(|group| group.resource_policy == named(policy))
    };
    let policy = state.project_policies.get(args.text("name").unwrap_or_default());
    let policy = readable(context, policy, visible);
    policy.map(record).ok_or_else(|| missing(context, "project"))
}

pub(super) fn project_all(context: &mut Context<'_>) -> Answer {
    match context.caller.role {
        Role::Superadmin | Role::Admin => Ok(records(&context.state.project_policies)),
        Role::User | Role::Monitor => Err(Failure::role()),
    }
}

fn caller<'a>(context: &'a Context<'_>) -> Option<&'a User> {
    let state: &State = context.state;
    state.users.get(&context.caller.user)
}

/// Returns the policies of the caller's keypairs.
fn own_keypair_policies<'a>(context: &'a Context<'_>) -> impl Iterator<Item = &'a str> {
    let keypairs = context.state.keypairs_of(context.caller.user);
    keypairs.map(|keypair| keypair.resource_policy.as_str())
}

/// Returns the policy if the caller may read it by name: a superadmin any, others their own.
fn readable<'a, P>(
    context: &Context<'_>,
    policy: Option<&'a P>,
    own: impl FnOnce(&&'a P) -> bool,
) -> Option<&'a P> {
    policy.filter(|policy| context.caller.role == Role::Superadmin || own(policy))
}

/// The error for a policy that does not exist or that the caller may not read.
fn missing(context: &Context<'_>, kind: &str) -> Failure {
    if context.caller.role != Role::Superadmin {
        let message = format!("Bad request. (Cannot resolve the given {kind}_resource_policy key)");
        return Failure::new("backendai_generic_bad-request", message);
    }
    let (row, code) = match kind {
        "keypair" => ("KeyPair", "keypair-resource-policy_read_not-found"),
        "user" => ("User", "user-resource-policy_read_not-found"),
        _ => ("Project", "project-resource-policy_read_not-found"),
    };
    Failure::new(
        code,
        format!("Entity not found. (No {row}ResourcePolicyRow matches the given key)"),
    )
}

fn records(policies: &BTreeMap<String, JsonMap>) -> JsonValue {
    JsonValue::Array(policies.values().map(record).collect())
}

fn record(policy: &JsonMap) -> JsonValue {
    JsonValue::Object(policy.clone())
}

fn named(policy: &JsonMap) -> &str {
    policy.get("name").and_then(JsonValue::as_str).unwrap_or_default()
}
