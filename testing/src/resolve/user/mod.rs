//! `user`, `user_from_uuid`, `users` and `user_list`.

use std::borrow::Cow;

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;
use uuid::Uuid;

use super::args::Args;
use super::context::{Answer, Context};
use super::failure::Failure;
use super::keypair::PLAIN_LIST;
use super::relay::{global_id, inner_connection};
use super::scope::{admin_domain, scope};
use super::slice::Slice;
use crate::date::iso;
use crate::filter::{Cell, Columns, Kind};
use crate::state::{Role, State, Status, User};

pub(super) mod change;

/// The manager documents `is_active` too, but its table no longer has this column.
const COLUMNS: Columns = Columns {
    filter: Cow::Borrowed(&[
        ("uuid", Kind::Uuid),
        ("username", Kind::Text),
        ("email", Kind::Text),
        ("need_password_change", Kind::Bool),
        ("full_name", Kind::Text),
        ("description", Kind::Text),
        ("status", Kind::Word(|word| Status::parse(word).map(Status::as_str))),
        ("status_info", Kind::Text),
        ("created_at", Kind::Time),
        ("modified_at", Kind::Time),
        ("domain_name", Kind::Text),
        ("role", Kind::Word(|word| Role::parse(word).map(Role::as_str))),
        ("resource_policy", Kind::Text),
        ("allowed_client_ip", Kind::Texts),
        ("totp_activated", Kind::Bool),
        ("totp_activated_at", Kind::Time),
        ("sudo_session_enabled", Kind::Bool),
        ("main_access_key", Kind::Text),
    ]),
    order: Cow::Borrowed(&[
        "uuid",
        "username",
        "email",
        "need_password_change",
        "full_name",
        "status",
        "status_info",
        "created_at",
        "modified_at",
        "domain_name",
        "role",
        "resource_policy",
        "totp_activated",
        "totp_activated_at",
        "sudo_session_enabled",
        "main_access_key",
    ]),
};

pub(super) fn by_email(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let caller = context.caller;
    let scope = scope(caller, args, "email", &caller.email, true)?;
    let user = scope.owner.and_then(|email| context.state.user_by_email(email));
    let user = user.filter(|user| scope.domain.is_none_or(|domain| user.domain == domain));
    Ok(user.map_or(JsonValue::Null, |user| record(context.state, user)))
}

pub(super) fn by_id(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let me = context.caller.user.to_string();
    // Observed: the manager compares the string with a UUID object, so a user is refused even with the
    // own id.
    if context.caller.role == Role::User && args.text("user_id").is_some() {
        return Err(Failure::forbidden());
    }
    let scope = scope(context.caller, args, "user_id", &me, true)?;
    let id = scope.owner.and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(Failure::bad_uuid)?;
    let user = context.state.users.get(&id);
    let user = user.filter(|user| scope.domain.is_none_or(|domain| user.domain == domain));
    Ok(user.map_or(JsonValue::Null, |user| record(context.state, user)))
}

pub(super) fn some(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let users = selected(context, args)?.into_iter().take(PLAIN_LIST);
    Ok(JsonValue::Array(users.map(|user| record(context.state, user)).collect()))
}

pub(super) fn list(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let users = selected(context, args)?;
    let slice = Slice::read(args, &COLUMNS)?;
    let state = &*context.state;
    let rows: Vec<Row<'_>> = users
        .into_iter()
        .map(|user| Row { state, user, key: user.id.to_string() })
        .filter(|row| slice.selects(&|column| row.cell(column)))
        .collect();
    let total_count = rows.len();
    let page = slice.cut(rows, |row| &row.key, Row::cell);
    let items: Vec<_> = page.iter().map(|row| record(state, row.user)).collect();
    Ok(json!({ "items": items, "total_count": total_count }))
}

/// Returns the users selected by the arguments other than filter and order, oldest first.
fn selected<'a>(context: &'a Context<'_>, args: &Args<'_>) -> Result<Vec<&'a User>, Failure> {
    let domain = admin_domain(context.caller, args)?;
    let group = args.text("group_id").map(Uuid::try_parse).transpose();
    let group = group.map_err(|_| Failure::bad_uuid())?;
    let status = args.text("status").map(status).transpose()?;
    let is_active = args.bool("is_active").filter(|_| status.is_none());
    let users = context.state.users_by_age().into_iter();
    Ok(users
        .filter(|user| domain.is_none_or(|domain| user.domain == domain))
        .filter(|user| group.is_none_or(|group| user.groups.contains(&group)))
        .filter(|user| status.is_none_or(|status| user.status == status))
        .filter(|user| is_active.is_none_or(|active| (user.status == Status::Active) == active))
        .collect())
}

fn status(word: &str) -> Result<Status, Failure> {
    let unknown = || Failure::unexpected(format!("'{word}' is not a valid UserStatus"));
    Status::parse(word).ok_or_else(unknown)
}

fn role(word: &str) -> Result<Role, Failure> {
    let unknown = || Failure::unexpected(format!("'{word}' is not a valid UserRole"));
    Role::parse(word).ok_or_else(unknown)
}

struct Row<'a> {
    state: &'a State,
    user: &'a User,
    key: String,
}

impl<'a> Row<'a> {
    fn cell(&self, column: &str) -> Cell<'a> {
        let user = self.user;
        match column {
            "uuid" => Cell::Uuid(user.id),
            "username" => Cell::Text(&user.username),
            "email" => Cell::Text(&user.email),
            "need_password_change" => Cell::Bool(user.need_password_change),
            "full_name" => Cell::text(user.full_name.as_deref()),
            "description" => Cell::text(user.description.as_deref()),
            "status" => Cell::Text(user.status.as_str()),
            "status_info" => Cell::text(user.status_info.as_deref()),
            "created_at" => Cell::Time(user.created_at),
            "modified_at" => Cell::Time(user.modified_at),
            "domain_name" => Cell::Text(&user.domain),
            "role" => Cell::Text(user.role.as_str()),
            "resource_policy" => Cell::Text(&user.resource_policy),
            "totp_activated" => Cell::Bool(user.totp_activated),
            "sudo_session_enabled" => Cell::Bool(user.sudo_session_enabled),
            "main_access_key" => {
                Cell::text(self.state.default_keypair(user.id).map(|k| k.access_key.as_str()))
            }
            _ => Cell::Null,
        }
    }
}

fn record(state: &State, user: &User) -> JsonValue {
    let groups = user.groups.iter().filter_map(|id| state.groups.get(id));
    let groups: Vec<_> =
        groups.map(|group| json!({ "id": group.id.to_string(), "name": group.name })).collect();
    json!({
        "id": user.id.to_string(),
        "uuid": user.id.to_string(),
        "username": user.username,
        "email": user.email,
        "need_password_change": user.need_password_change,
        "full_name": user.full_name,
        "description": user.description,
        "is_active": user.status == Status::Active,
        "status": user.status.as_str(),
        "status_info": user.status_info,
        "created_at": iso(user.created_at),
        "modified_at": iso(user.modified_at),
        "domain_name": user.domain,
        "role": user.role.as_str(),
        "resource_policy": user.resource_policy,
        "allowed_client_ip": user.allowed_client_ip,
        "totp_activated": user.totp_activated,
        "totp_activated_at": null,
        "sudo_session_enabled": user.sudo_session_enabled,
        "main_access_key": state.default_keypair(user.id).map(|keypair| &keypair.access_key),
        "container_uid": user.container_uid,
        "container_main_gid": user.container_main_gid,
        "container_gids": user.container_gids,
        "groups": groups,
    })
}

/// Returns the user as a Relay node.
pub(super) fn node(state: &State, user: &User) -> JsonValue {
    let mut node = record(state, user);
    if let Some(fields) = node.as_object_mut() {
        fields.insert("id", global_id("UserNode", &user.id.to_string()).into());
        let projects = user.groups.iter().map(ToString::to_string);
        fields.insert("project_nodes", inner_connection("GroupNode", projects));
    }
    node
}
