//! Mutations of resource policies.

use std::collections::BTreeMap;

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};

use super::missing;
use crate::date::iso;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::failure::Failure;
use crate::state::State;

/// Returns the kind of policy, by the name of the root field.
fn kind_of(root: &str) -> &'static str {
    ["keypair", "user"].into_iter().find(|kind| root.contains(kind)).unwrap_or("project")
}

fn policies<'a>(state: &'a mut State, kind: &str) -> &'a mut BTreeMap<String, JsonMap> {
    match kind {
        "keypair" => &mut state.keypair_policies,
        "user" => &mut state.user_policies,
        _ => &mut state.project_policies,
    }
}

/// Resolves the nine root fields, by name.
pub(in crate::resolve) fn change(context: &mut Context<'_>, root: &str, args: &Args<'_>) -> Answer {
    let kind = kind_of(root);
    let name = args.text("name").unwrap_or_default();
    let props = args.object("props").unwrap_or(*args);
    let word = props.text("default_for_unspecified");
    if let Some(word) = word.filter(|word| !["LIMITED", "UNLIMITED"].contains(word)) {
        return Err(Failure::unexpected(format!("'{word}'")));
    }
    let there = policies(context.state, kind).contains_key(name);
    if root.starts_with("create_") {
        if there {
            let constraint = format!("pk_{kind}_resource_policies");
            return Err(Failure::taken(&constraint, &format!("Key (name)=({name})")));
        }
        let mut policy = blank(kind);
        policy.insert("created_at", iso(context.now).into());
        policy.insert("name", name.into());
        if kind != "keypair" {
            let prefix = if kind == "user" { "User" } else { "Project" };
            policy.insert("id", format!("{prefix}ResourcePolicy:{name}").into());
        }
        write(&mut policy, &props);
        policies(context.state, kind).insert(name.to_owned(), policy);
        // Observed: the answer does not contain the policy.
        return Ok(json!({ "ok": true, "msg": "", "resource_policy": null }));
    }
    if !there {
        return Err(missing(context, kind));
    }
    if root.starts_with("delete_") {
        check_unused(context.state, kind, name)?;
        policies(context.state, kind).remove(name);
    } else {
        let mut given = props.iter();
        // Only these are nullable.
        let clearable = ["max_pending_session_count", "max_pending_session_resource_slots"];
        if given.any(|(member, value)| value.is_null() && !clearable.contains(&member)) {
            return Err(Failure::unexpected("OptionalState cannot be NULLIFY"));
        }
        if let Some(policy) = policies(context.state, kind).get_mut(name) {
            write(policy, &props);
        }
    }
    Ok(json!({ "ok": true, "msg": "" }))
}

fn check_unused(state: &State, kind: &str, name: &str) -> Result<(), Failure> {
    let (users, used) = match kind {
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

/// The defaults of a new policy.
fn blank(kind: &str) -> JsonMap {
    let blank = match kind {
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
