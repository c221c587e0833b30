//! Rows by their type: those of the fixture, and the nodes that stand for what the state keeps.

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Answer, Args, Context, domain, group, scaling_group, user};
use crate::state::{Role, State};

/// Relay's name for a row: `Type:id` in base64.
pub(super) fn global_id(kind: &str, id: &str) -> String {
    STANDARD.encode(format!("{kind}:{id}"))
}

/// Type and id of a global id.
fn parts(id: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
    let (kind, id) = text.split_once(':')?;
    kind.chars().all(char::is_alphanumeric).then(|| (kind.to_owned(), id.to_owned()))
}

/// The id in a global id; any other text is itself.
pub(super) fn plain_id(id: &str) -> String {
    parts(id).map_or_else(|| id.to_owned(), |(_, id)| id)
}

/// All rows of a type.
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

/// The row of a type that has this id, in the one form or the other.
pub(super) fn find(context: &Context<'_>, kind: &str, id: &str) -> Option<JsonMap> {
    let wanted = plain_id(id);
    let named = |row: &JsonMap| {
        row.get("id").and_then(JsonValue::as_str).is_some_and(|id| plain_id(id) == wanted)
    };
    rows(context, kind).into_iter().find(named)
}

/// Whether a folder is lent to a user.
pub(super) fn lent(context: &Context<'_>, folder: &str, user: &str) -> bool {
    let lent = context.state.rows.get("VirtualFolderPermission");
    let text = |row: &JsonMap, column: &str, wanted: &str| {
        row.get(column).and_then(JsonValue::as_str) == Some(wanted)
    };
    lent.into_iter().flatten().any(|row| text(row, "vfolder", folder) && text(row, "user", user))
}

/// `node`.
pub(super) fn any(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let found = args.text("id").and_then(parts).and_then(|(kind, id)| {
        let mut row = find(context, &kind, &id)?;
        row.insert("__typename", kind.into());
        Some(row)
    });
    Ok(found.map_or(JsonValue::Null, JsonValue::Object))
}

/// `viewer`.
pub(super) fn viewer(context: &mut Context<'_>) -> Answer {
    let caller = context.caller;
    let user = find(context, "UserNode", &caller.user.to_string());
    let role = match caller.role {
        Role::Superadmin => "superadmin",
        Role::Admin => "admin",
        Role::User => "user",
        Role::Monitor => "monitor",
    };
    Ok(json!({
        "user": user,
        "user_id": caller.user.to_string(),
        "encoded_user_role": STANDARD.encode(role),
    }))
}

/// A connection inside a row: all of it on one page, each node by its id alone.
pub(super) fn inner(kind: &str, ids: impl Iterator<Item = String>) -> JsonValue {
    let ids: Vec<_> = ids.map(|id| global_id(kind, &id)).collect();
    let edges: Vec<_> =
        ids.iter().map(|id| json!({ "cursor": id, "node": { "id": id } })).collect();
    json!({
        "pageInfo": {
            "hasNextPage": false,
            "hasPreviousPage": false,
            "startCursor": ids.first(),
            "endCursor": ids.last(),
        },
        "count": ids.len(),
        "edges": edges,
    })
}

/// The users in a project.
pub(super) fn members(state: &State, group: uuid::Uuid) -> JsonValue {
    let members = state.users.values().filter(|user| user.groups.contains(&group));
    inner("UserNode", members.map(|user| user.id.to_string()))
}
