//! Rows by type: those of the fixture, and the nodes made from the state. `node` and `viewer`.

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::args::Args;
use super::context::{Answer, Context};
use super::relay::{parts, plain_id};
use super::{domain, group, scaling_group, user};

/// Returns all rows of a type.
pub(super) fn rows(context: &Context<'_>, kind: &str) -> Vec<JsonMap> {
    let state = &*context.state;
    let rows: Vec<JsonValue> = match kind {
        "UserNode" => state.users_by_age().into_iter().map(|u| user::node(state, u)).collect(),
        "GroupNode" => state.groups.values().map(|g| group::node(state, g)).collect(),
        "DomainNode" => state.domains.values().map(|d| domain::node(state, d)).collect(),
        "ScalingGroup" => scaling_group::records(state),
        _ => return state.rows.get(kind).cloned().unwrap_or_default(),
    };
    rows.into_iter().filter_map(|row| row.as_object().cloned()).collect()
}

/// Returns the row of a type with this id, global or plain.
pub(super) fn find(context: &Context<'_>, kind: &str, id: &str) -> Option<JsonMap> {
    let wanted = plain_id(id);
    let named = |row: &JsonMap| {
        row.get("id").and_then(JsonValue::as_str).is_some_and(|id| plain_id(id) == wanted)
    };
    rows(context, kind).into_iter().find(named)
}

/// Returns whether a folder is shared with a user.
pub(super) fn is_shared(context: &Context<'_>, folder: &str, user: &str) -> bool {
    let permissions = context.state.rows.get("VirtualFolderPermission");
    let text = |row: &JsonMap, column: &str, wanted: &str| {
        row.get(column).and_then(JsonValue::as_str) == Some(wanted)
    };
    permissions
        .into_iter()
        .flatten()
        .any(|row| text(row, "vfolder", folder) && text(row, "user", user))
}

/// Resolves `node`.
pub(super) fn any(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let found = args.text("id").and_then(parts).and_then(|(kind, id)| {
        let mut row = find(context, &kind, &id)?;
        row.insert("__typename", kind.into());
        Some(row)
    });
    Ok(found.map_or(JsonValue::Null, JsonValue::Object))
}

/// Resolves `viewer`.
pub(super) fn viewer(context: &mut Context<'_>) -> Answer {
    let caller = context.caller;
    let user = find(context, "UserNode", &caller.user.to_string());
    Ok(json!({
        "user": user,
        "user_id": caller.user.to_string(),
        "encoded_user_role": STANDARD.encode(caller.role.as_str()),
    }))
}
