//! The resource policies of keypairs, users and projects.

use std::collections::BTreeMap;

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;

use super::{Answer, Args, Context, Failure};
use crate::date::iso;
use crate::state::{KeyPairPolicy, Policy, Role, State, User};

pub(super) fn keypair_one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let state = &*context.state;
    let Some(name) = args.text("name") else {
        let keypair = state.keypairs.get(&context.caller.access_key);
        let policy = keypair.and_then(|k| state.keypair_policies.get(&k.resource_policy));
        return Ok(policy.map_or(JsonValue::Null, keypair_record));
    };
    let policy = state.keypair_policies.get(name).ok_or_else(|| {
        missing("KeyPairResourcePolicyRow", "keypair-resource-policy_read_not-found")
    })?;
    Ok(keypair_record(policy))
}

pub(super) fn keypair_all(context: &mut Context<'_>) -> Answer {
    let state = &*context.state;
    let caller = context.caller;
    let own = state.keypairs.get(&caller.access_key).map(|keypair| &keypair.resource_policy);
    let policies = state.keypair_policies.values();
    let visible = policies.filter(|policy| match caller.role {
        Role::Superadmin | Role::Admin => true,
        _ => Some(&policy.name) == own,
    });
    match caller.role {
        Role::Monitor => Err(Failure::role()),
        _ => Ok(JsonValue::Array(visible.map(keypair_record).collect())),
    }
}

pub(super) fn user_one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let state = &*context.state;
    let Some(name) = args.text("name") else {
        let policy =
            caller(context).and_then(|user| state.user_policies.get(&user.resource_policy));
        return Ok(policy.map_or(JsonValue::Null, user_record));
    };
    let policy = state.user_policies.get(name);
    let missing = || missing("UserResourcePolicyRow", "user-resource-policy_read_not-found");
    policy.map(user_record).ok_or_else(missing)
}

pub(super) fn user_all(context: &mut Context<'_>) -> Answer {
    match context.caller.role {
        Role::Superadmin | Role::Admin => Ok(records(&context.state.user_policies, user_record)),
        Role::User => {
            let policies = &context.state.user_policies;
            let own = caller(context).and_then(|user| policies.get(&user.resource_policy));
            Ok(JsonValue::Array(own.into_iter().map(user_record).collect()))
        }
        Role::Monitor => Err(Failure::role()),
    }
}

pub(super) fn project_one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let policy = context.state.project_policies.get(args.text("name").unwrap_or_default());
    let missing = || missing("ProjectResourcePolicyRow", "project-resource-policy_read_not-found");
    policy.map(project_record).ok_or_else(missing)
}

pub(super) fn project_all(context: &mut Context<'_>) -> Answer {
    match context.caller.role {
        Role::Superadmin | Role::Admin => {
            Ok(records(&context.state.project_policies, project_record))
        }
        Role::User | Role::Monitor => Err(Failure::role()),
    }
}

fn caller<'a>(context: &'a Context<'_>) -> Option<&'a User> {
    let state: &State = context.state;
    state.users.get(&context.caller.user)
}

fn missing(row: &str, code: &'static str) -> Failure {
    Failure::new(code, format!("Entity not found. (No {row} matches the given key)"))
}

fn records(policies: &BTreeMap<String, Policy>, record: fn(&Policy) -> JsonValue) -> JsonValue {
    JsonValue::Array(policies.values().map(record).collect())
}

fn keypair_record(policy: &KeyPairPolicy) -> JsonValue {
    json!({
        "name": policy.name,
        "created_at": iso(policy.created_at),
        "default_for_unspecified": policy.default_for_unspecified,
        "total_resource_slots": policy.total_resource_slots,
        "max_session_lifetime": policy.max_session_lifetime,
        "max_concurrent_sessions": policy.max_concurrent_sessions,
        "max_containers_per_session": 1,
        "idle_timeout": policy.idle_timeout,
        "allowed_vfolder_hosts": "{}",
        "max_vfolder_count": null,
        "max_vfolder_size": null,
        "max_quota_scope_size": null,
        "max_concurrent_sftp_sessions": 1,
        "max_pending_session_count": null,
        "max_pending_session_resource_slots": null,
    })
}

fn user_record(policy: &Policy) -> JsonValue {
    json!({
        "id": format!("UserResourcePolicy:{}", policy.name),
        "name": policy.name,
        "created_at": iso(policy.created_at),
        "max_vfolder_count": 0,
        "max_quota_scope_size": -1,
        "max_session_count_per_model_session": 10,
        "max_customized_image_count": 3,
    })
}

fn project_record(policy: &Policy) -> JsonValue {
    json!({
        "id": format!("ProjectResourcePolicy:{}", policy.name),
        "name": policy.name,
        "created_at": iso(policy.created_at),
        "max_vfolder_count": 0,
        "max_quota_scope_size": -1,
        "max_network_count": 3,
    })
}
