//! Mutations of roles, their permissions and their assignments.

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use uuid::Uuid;

use super::change::{rows, write};
use super::node::recorded;
use super::row::{is, key};
use crate::date::iso;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::failure::Failure;
use crate::resolve::relay::global_id;

const ROLE: &str = "Role";
const PERMISSION: &str = "Permission";
const ASSIGNMENT: &str = "RoleAssignment";

pub(super) fn create(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let scopes = input.given("scopes").and_then(JsonValue::as_array);
    let scope = scopes.and_then(|scopes| scopes.first()?.as_object()).map(Args::new);
    let scope = input.object("scope").or(scope).ok_or_else(|| invalid("scope is required", &[]))?;
    let (id, now) = (context.state.generate_id().to_string(), iso(context.now));
    let role = json!({
        "id": global_id(ROLE, &id),
        "entityId": id,
        "name": input.text("name"),
        "description": input.text("description"),
        "source": "CUSTOM",
        "status": "ACTIVE",
        "createdAt": now,
        "updatedAt": now,
        "deletedAt": null,
        "autoAssign": input.bool("autoAssign").unwrap_or(false),
        "scopeType": scope.text("scopeType"),
        "scopeId": scope.text("scopeId"),
        "rolePresetId": null,
        "rolePreset": null,
        "scope": null,
        "scopes": [],
    });
    Ok(insert(context, ROLE, &role))
}

pub(super) fn update(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let id = input.text("id").unwrap_or_default();
    let now = iso(context.now);
    let role = find(context, id, "update")?;
    for (name, value) in input.iter() {
        // Observed: the status changes with a deletion alone.
        let cleared = value.is_null() && name != "description";
        if !cleared && name != "id" && name != "status" {
            role.insert(name, value.clone());
        }
    }
    role.insert("updatedAt", now.into());
    Ok(JsonValue::Object(role.clone()))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let id = input.text("id").unwrap_or_default();
    let now = iso(context.now);
    let role = find(context, id, "update")?;
    role.insert("status", "DELETED".into());
    role.insert("deletedAt", now.into());
    Ok(json!({ "id": id }))
}

pub(super) fn purge(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let id = input.text("id").unwrap_or_default();
    find(context, id, "purge")?;
    rows(context, ROLE).retain(|row| !is(row, id));
    for kind in [PERMISSION, ASSIGNMENT] {
        rows(context, kind).retain(|row| text(row, "roleId") != id);
    }
    Ok(json!({ "id": id }))
}

pub(super) fn assign(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let (user, role) =
        (input.text("userId").unwrap_or_default(), input.text("roleId").unwrap_or_default());
    if assignment(context, user, role).is_some() {
        return Err(Failure::new(
            "role_create_already-exists",
            format!(
                "The role is already assigned to the user. (Role {role} is already assigned to user {user}.)"
            ),
        ));
    }
    find(context, role, "read")?;
    add_assignment(context, user, role)
}

fn add_assignment(context: &mut Context<'_>, user: &str, role: &str) -> Answer {
    let known = Uuid::try_parse(user).is_ok_and(|id| context.state.users.contains_key(&id));
    if !known {
        let message = format!("The user does not exist. (User with UUID {user} not found.)");
        return Err(Failure::new("user_read_not-found", message));
    }
    let id = context.state.generate_id().to_string();
    let row = json!({
        "id": global_id(ASSIGNMENT, &id),
        "userId": user,
        "roleId": role,
        "grantedBy": null,
        "grantedByUser": null,
        "grantedAt": iso(context.now),
        "role": { "__typename": ROLE, "id": global_id(ROLE, role) },
        "user": { "__typename": "UserV2", "id": global_id("UserV2", user) },
    });
    Ok(insert(context, ASSIGNMENT, &row))
}

pub(super) fn revoke(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let (user, role) =
        (input.text("userId").unwrap_or_default(), input.text("roleId").unwrap_or_default());
    remove_assignment(context, user, role)
}

fn remove_assignment(context: &mut Context<'_>, user: &str, role: &str) -> Answer {
    let Some(row) = assignment(context, user, role) else {
        return Err(Failure::new(
            "role_purge_not-found",
            format!(
                "The role is not assigned to the user. (Role {role} is not assigned to user {user}.)"
            ),
        ));
    };
    rows(context, ASSIGNMENT).retain(|other| other != &row);
    Ok(JsonValue::Object(row))
}

/// Assigns a role to several users. Observed: an assignment that exists is no failure.
pub(super) fn assign_many(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let role = input.text("roleId").unwrap_or_default();
    find(context, role, "read")?;
    let answer = many(input, |user| match assignment(context, user, role) {
        Some(row) => Ok(JsonValue::Object(row)),
        None => add_assignment(context, user, role),
    });
    Ok(json!({ "assigned": answer.0, "failed": answer.1 }))
}

pub(super) fn revoke_many(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let role = input.text("roleId").unwrap_or_default();
    let answer = many(input, |user| remove_assignment(context, user, role));
    Ok(json!({ "revoked": answer.0, "failed": answer.1 }))
}

/// Returns what was done for each user, and what failed.
fn many(
    input: &Args<'_>,
    mut each: impl FnMut(&str) -> Answer,
) -> (Vec<JsonValue>, Vec<JsonValue>) {
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for user in input.texts("userIds").unwrap_or_default() {
        match each(user) {
            Ok(row) => done.push(row),
            Err(failure) => failed.push(json!({ "userId": user, "message": failure.message() })),
        }
    }
    (done, failed)
}

pub(super) fn permit(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let role = input.text("roleId").unwrap_or_default();
    let (entity, permission) = (
        input.text("entityType").unwrap_or_default(),
        input.text("permission").unwrap_or_default(),
    );
    check_type(context, entity)?;
    find(context, role, "read")?;
    let there = recorded(context.state, PERMISSION).iter().any(|row| {
        text(row, "roleId") == role
            && text(row, "entityType") == entity
            && text(row, "permission") == permission
    });
    if there {
        let message = format!(
            "The role already holds the permission. (Duplicate permission entry ({entity}, {permission}).)"
        );
        return Err(Failure::new("role-permission_create_already-exists", message));
    }
    let id = context.state.generate_id().to_string();
    let row = json!({
        "id": global_id(PERMISSION, &id),
        "fieldId": id,
        "roleId": role,
        "entityType": entity,
        "permission": permission,
        "createdAt": iso(context.now),
        "role": { "__typename": ROLE, "id": global_id(ROLE, role) },
        "scopeType": null,
        "scopeId": null,
        "operation": null,
        "scope": null,
    });
    Ok(insert(context, PERMISSION, &row))
}

pub(super) fn update_permission(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let id = input.text("id").unwrap_or_default();
    if let Some(entity) = input.text("entityType") {
        check_type(context, entity)?;
    }
    let row = rows(context, PERMISSION).iter_mut().find(|row| is(row, id));
    let row = row.ok_or_else(no_permission)?;
    write(row, input);
    Ok(JsonValue::Object(row.clone()))
}

pub(super) fn forbid(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let id = input.text("id").unwrap_or_default();
    if !recorded(context.state, PERMISSION).iter().any(|row| is(row, id)) {
        return Err(no_permission());
    }
    rows(context, PERMISSION).retain(|row| !is(row, id));
    Ok(json!({ "id": id }))
}

pub(super) fn permit_many(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let permissions = permissions(input);
    for permission in &permissions {
        check_type(context, permission.text("entityType").unwrap_or_default())?;
    }
    let (mut items, mut failed) = (Vec::new(), Vec::new());
    for permission in permissions {
        match permit(context, &permission) {
            Ok(row) => items.push(row),
            Err(failure) => failed.push(json!({
                "roleId": permission.text("roleId"),
                "entityType": permission.text("entityType"),
                "permission": permission.text("permission"),
                "message": failure.message(),
            })),
        }
    }
    Ok(json!({ "items": items, "failed": failed }))
}

pub(super) fn forbid_many(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let ids = input.texts("permissionIds").unwrap_or_default();
    let all = recorded(context.state, PERMISSION).iter();
    let items: Vec<_> = all.filter(|row| ids.iter().any(|id| is(row, id))).cloned().collect();
    rows(context, PERMISSION).retain(|row| !items.contains(row));
    Ok(json!({ "items": items, "failed": [] }))
}

pub(super) fn replace_permissions(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let role = input.text("roleId").unwrap_or_default();
    find(context, role, "read")?;
    rows(context, PERMISSION).retain(|row| text(row, "roleId") != role);
    permit_many(context, input)
}

fn permissions<'a>(input: &Args<'a>) -> Vec<Args<'a>> {
    let permissions = input.given("permissions").and_then(JsonValue::as_array);
    permissions.into_iter().flatten().filter_map(JsonValue::as_object).map(Args::new).collect()
}

fn insert(context: &mut Context<'_>, kind: &str, row: &JsonValue) -> JsonValue {
    if let Some(fields) = row.as_object() {
        rows(context, kind).insert(0, fields.clone());
    }
    row.clone()
}

fn find<'s>(
    context: &'s mut Context<'_>,
    id: &str,
    what: &str,
) -> Result<&'s mut JsonMap, Failure> {
    rows(context, ROLE).iter_mut().find(|row| is(row, id)).ok_or_else(|| {
        let message = format!("Entity not found. (RoleRow {id} not found)");
        Failure::new(format!("role_{what}_not-found"), message)
    })
}

fn assignment(context: &Context<'_>, user: &str, role: &str) -> Option<JsonMap> {
    let mut rows = recorded(context.state, ASSIGNMENT).iter();
    rows.find(|row| text(row, "userId") == user && text(row, "roleId") == role).cloned()
}

/// Refuses types of entities that the manager does not know.
fn check_type(context: &Context<'_>, entity: &str) -> Result<(), Failure> {
    let known =
        recorded(context.state, PERMISSION).iter().any(|row| text(row, "entityType") == entity)
            || recorded(context.state, "EntityType").iter().any(|row| key(row) == entity);
    if known {
        return Ok(());
    }
    Err(invalid(&format!("Unknown entity type: '{entity}'"), &["entity_type"]))
}

fn invalid(problem: &str, place: &[&str]) -> Failure {
    let message = format!("Value error, {problem}");
    let details = json!([{
        "type": "value_error",
        "loc": place,
        "msg": message,
        "url": "https://errors.pydantic.dev/2.13/v/value_error",
    }]);
    Failure::new(
        "backendai_parsing_invalid-parameters",
        format!("Schema validation failed. ({message})"),
    )
    .details(details)
}

fn no_permission() -> Failure {
    let message = "Field row not found. (No field row matches the given id)";
    Failure::new("role-permission_read_not-found", message)
}

fn text<'r>(row: &'r JsonMap, column: &str) -> &'r str {
    row.get(column).and_then(JsonValue::as_str).unwrap_or_default()
}
