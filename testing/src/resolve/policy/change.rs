//! Mutations of resource policies.

use std::collections::BTreeMap;

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};

use super::missing;
use crate::date::iso;
use crate::resolve::{Answer, Args, Context, Failure};
use crate::state::State;

/// Whose policy it is, by the words in the name of the root.
fn whose(root: &str) -> &'static str {
    ["keypair", "user"].into_iter().find(|whose| root.contains(whose)).unwrap_or("project")
}

fn policies<'a>(state: &'a mut State, whose: &str) -> &'a mut BTreeMap<String, JsonMap> {
    match whose {
        "keypair" => &mut state.keypair_policies,
        "user" => &mut state.user_policies,
        _ => &mut state.project_policies,
    }
}

/// The nine roots, by their names.
pub(in crate::resolve) fn change(context: &mut Context<'_>, root: &str, args: &Args<'_>) -> Answer {
    let whose = whose(root);
    let name = args.text("name").unwrap_or_default();
    let props = args.object("props").unwrap_or(*args);
    let word = props.text("default_for_unspecified");
    if let Some(word) = word.filter(|word| !["LIMITED", "UNLIMITED"].contains(word)) {
        return Err(Failure::unexpected(format!("'{word}'")));
    }
    let there = policies(context.state, whose).contains_key(name);
    if root.starts_with("create_") {
        if there {
            let constraint = format!("pk_{whose}_resource_policies");
            return Err(Failure::taken(&constraint, &format!("Key (name)=({name})")));
        }
        let mut policy = blank(whose);
        policy.insert("created_at", iso(context.now).into());
        policy.insert("name", name.into());
        if whose != "keypair" {
            let kind = if whose == "user" { "User" } else { "Project" };
            policy.insert("id", format!("{kind}ResourcePolicy:{name}").into());
        }
        write(&mut policy, &props);
        policies(context.state, whose).insert(name.to_owned(), policy);
        // Observed: the policy itself is not in the answer.
        return Ok(json!({ "ok": true, "msg": "", "resource_policy": null }));
    }
    if !there {
        return Err(missing(context, whose));
    }
    if root.starts_with("delete_") {
        check_unused(context.state, whose, name)?;
        policies(context.state, whose).remove(name);
    } else {
        let mut given = props.iter();
        // Few may be cleared; the manager refuses to clear the others.
        let clearable = ["max_pending_session_count", "max_pending_session_resource_slots"];
        if given.any(|(member, value)| value.is_null() && !clearable.contains(&member)) {
            return Err(Failure::unexpected("OptionalState cannot be NULLIFY"));
        }
        if let Some(policy) = policies(context.state, whose).get_mut(name) {
            write(policy, &props);
        }
    }
    Ok(json!({ "ok": true, "msg": "" }))
}

fn check_unused(state: &State, whose: &str, name: &str) -> Result<(), Failure> {
    let (users, used) = match whose {
        "keypair" => ("keypairs", state.keypairs.values().any(|k| k.resource_policy == name)),
        "user" => ("users", state.users.values().any(|user| user.resource_policy == name)),
        _ => ("groups", state.groups.values().any(|group| group.resource_policy == name)),
    };
    if !used {
        return Ok(());
    }
    let message = format!(
        "Foreign key constraint violated. (Key (name)=({name}) is still referenced from table \
         \"{users}\".)"
    );
    Err(Failure::new("database_generic_not-found", message))
}

fn write(policy: &mut JsonMap, props: &Args<'_>) {
    policy.extend(props.iter().map(|(name, value)| (name.into(), value.clone())));
}

/// What a new policy has where nothing was given.
fn blank(whose: &str) -> JsonMap {
    let blank = match whose {
        "keypair" => json!({
            "total_resource_slots": "{}",
            "allowed_vfolder_hosts": "{}",
            "max_vfolder_count": null,
            "max_vfolder_size": null,
            "max_quota_scope_size": null,
            "max_concurrent_sftp_sessions": 1,
            "max_pending_session_count": null,
            "max_pending_session_resource_slots": null,
        }),
        "user" => json!({
            "max_vfolder_count": 0,
            "max_vfolder_size": null,
            "max_quota_scope_size": 0,
            "max_session_count_per_model_session": 0,
            "max_customized_image_count": 3,
        }),
        _ => json!({
            "max_vfolder_count": 0,
            "max_vfolder_size": null,
            "max_quota_scope_size": 0,
            "max_network_count": 0,
        }),
    };
    match blank {
        JsonValue::Object(policy) => policy,
        _ => JsonMap::new(),
    }
}
