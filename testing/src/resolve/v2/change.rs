//! The fields of `Mutation`: those of the five stateful domains, and simple changes of all other rows.

use apollo_compiler::ast::Type;
use apollo_compiler::resolvers::ResolveInfo;
use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;

use super::query::{known, refuse};
use super::row::{column_mut, is};
use super::{domain, keypair, node, project, role, user};
use crate::date::iso;
use crate::fixture::v2 as fixture;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::failure::Failure;
use crate::resolve::relay::global_id;
use crate::schema::Contract;
use crate::state::Role;

/// Resolves a field of `Mutation`.
pub(in crate::resolve) fn answer(
    context: &mut Context<'_>,
    args: &Args<'_>,
    info: &ResolveInfo<'_>,
) -> Answer {
    let name = info.field_name();
    let recorded = fixture::roots().map_err(Failure::unexpected)?.mutations.get(name);
    let refusal = recorded.and_then(|refusals| refusals.of(context.caller.role));
    let there = args.iter().all(|(name, value)| known(context.state, name, value));
    if let Some(refusal) = refusal.filter(|_| context.caller.role != Role::Superadmin) {
        let failure = refuse(context.state, args, refusal);
        let of_role = failure.code().is_some_and(|code| code.ends_with("_forbidden"))
            || refusal.message.starts_with("Only superadmin");
        if of_role || !there {
            return Err(failure);
        }
    }
    let input = args.object("input").unwrap_or(*args);
    if let Some(answer) = stateful(context, name, args, &input) {
        return answer;
    }
    if let Some(refusal) = refusal.filter(|_| !there) {
        return Err(refuse(context.state, args, refusal));
    }
    let contract = context.contract;
    simple(context, contract, name, &info.field_definition().ty, &input, args)
}

/// Resolves the mutations of users, keypairs, domains, projects and roles.
fn stateful(
    context: &mut Context<'_>,
    name: &str,
    args: &Args<'_>,
    input: &Args<'_>,
) -> Option<Answer> {
    Some(match name {
        "adminCreateUserV2" => user::create(context, input),
        "adminBulkCreateUsersV2" => user::create_many(context, input, false),
        "adminBulkCreateUsersWithKeypairV2" => user::create_many(context, input, true),
        "adminUpdateUserV2" => {
            user::update(context, args.text("userId").unwrap_or_default(), input)
        }
        "updateUserV2" => {
            let me = context.caller.user.to_string();
            user::update_own(context, &me, input)
        }
        "adminBulkUpdateUsersV2" => user::update_many(context, input),
        "adminDeleteUserV2" => user::delete(context, args),
        "adminDeleteUsersV2" => user::delete_many(context, input),
        "adminRestoreUserV2" => user::restore(context, args),
        "adminPurgeUserV2" => user::purge(context, input),
        "adminBulkPurgeUsersV2" => user::purge_many(context, input),
        "adminCreateKeypairV2" => keypair::create(context, input),
        "adminUpdateKeypairV2" => keypair::update(context, input),
        "adminDeleteKeypairV2" => keypair::delete(context, args),
        "issueMyKeypair" => keypair::issue(context),
        "updateMyKeypair" => keypair::update_own(context, input),
        "revokeMyKeypair" => keypair::revoke(context, input),
        "switchMyMainAccessKey" => keypair::switch(context, input),
        "adminRegisterSshKeypairV2" => keypair::register_ssh(context, input),
        "adminDeleteSshKeypairV2" => keypair::delete_ssh(context, args),
        "adminCreateProjectV2" => project::create(context, input),
        "adminUpdateProjectV2" => project::update(context, args, input),
        "adminDeleteProjectV2" => project::delete(context, args),
        "adminRestoreProjectV2" => project::restore(context, args),
        "adminPurgeProjectV2" => project::purge(context, args),
        "unassignUsersFromProjectV2" => project::unassign(context, args, input),
        "adminCreateDomainV2" => domain::create(context, input),
        "adminUpdateDomainV2" => domain::update(context, args, input),
        "adminDeleteDomainV2" => domain::activate(context, args, false),
        "adminRestoreDomainV2" => domain::activate(context, args, true),
        "adminPurgeDomainV2" => domain::purge(context, args),
        "adminCreateRole" => role::create(context, input),
        "adminUpdateRole" => role::update(context, input),
        "adminDeleteRole" => role::delete(context, input),
        "adminPurgeRole" => role::purge(context, input),
        "adminAssignRole" => role::assign(context, input),
        "adminRevokeRole" => role::revoke(context, input),
        "adminBulkAssignRole" => role::assign_many(context, input),
        "adminBulkRevokeRole" => role::revoke_many(context, input),
        "adminCreatePermission" => role::permit(context, input),
        "adminUpdatePermission" => role::update_permission(context, input),
        "adminDeletePermission" => role::forbid(context, input),
        "adminBulkAddRolePermissions" => role::permit_many(context, input),
        "adminBulkRemoveRolePermissions" => role::forbid_many(context, input),
        "adminReplaceRolePermissions" => role::replace_permissions(context, input),
        _ => return None,
    })
}

/// Returns the members of an input with the names that the admin API has for them, without the given
/// ones if they are null.
pub(super) fn snake(input: &Args<'_>, not_null: &[&str]) -> JsonMap {
    let kept = input.iter().filter(|(name, value)| !(value.is_null() && not_null.contains(name)));
    let members = kept.map(|(name, value)| {
        let name: String = name
            .chars()
            .flat_map(|letter| {
                letter
                    .is_ascii_uppercase()
                    .then_some('_')
                    .into_iter()
                    .chain([letter.to_ascii_lowercase()])
            })
            .collect();
        let value = match (&*name, value.as_str()) {
            ("role" | "status", Some(word)) => word.to_lowercase().replace('_', "-").into(),
            _ => value.clone(),
        };
        let name = if name == "integration_name" { "integration_id".to_owned() } else { name };
        (name.into(), value)
    });
    members.collect()
}

/// Returns the recorded rows of a type to change.
pub(super) fn rows<'s>(context: &'s mut Context<'_>, kind: &str) -> &'s mut Vec<JsonMap> {
    context.state.v2.get_or_insert_default().entry(kind.to_owned()).or_default()
}

/// Writes the members of an input into the columns with their names. Null clears a column only where
/// the input has no default.
pub(super) fn write(row: &mut JsonMap, input: &Args<'_>) {
    for (name, value) in input.iter().filter(|(name, _)| *name != "id") {
        if let Some(cell) = column_mut(row, name) {
            // A column that refers to another row, or an object, keeps its form.
            if !cell.is_object() && !value.is_object() {
                *cell = value.clone();
            }
        }
    }
}

/// What a mutation does, by its name.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    Create,
    Update,
    Delete,
}

impl Does {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if has(&["delete", "purge", "unregister", "revoke", "remove", "unset"]) {
            Self::Delete
        } else if has(&["create", "register", "upsert", "issue"]) {
            Self::Create
        } else {
            Self::Update
        }
    }
}

/// Changes recorded rows in the way that the name of the mutation and its payload suggest.
fn simple(
    context: &mut Context<'_>,
    contract: &Contract,
    name: &str,
    ty: &Type,
    input: &Args<'_>,
    args: &Args<'_>,
) -> Answer {
    let payload = ty.inner_named_type().as_str();
    if is_node(contract, payload) {
        let row = changed(context, contract, name, payload, input, args);
        return Ok(row.map_or(JsonValue::Null, JsonValue::Object));
    }
    let Some(object) = contract.schema.get_object(payload) else { return Ok(true.into()) };
    let ids: Vec<_> = ids(input).into_iter().chain(ids(args)).map(str::to_owned).collect();
    let mut answer = JsonMap::new();
    for (field, definition) in &object.fields {
        let kind = definition.ty.inner_named_type().as_str();
        let given =
            input.given(field).or_else(|| args.given(field)).filter(|value| !value.is_null());
        let value = match kind {
            _ if field == "failed" => json!([]),
            _ if is_node(contract, kind) => {
                let row =
                    changed(context, contract, name, kind, input, args).map(JsonValue::Object);
                if definition.ty.is_list() { row.into_iter().collect() } else { row.into() }
            }
            _ if given.is_some() => given.cloned().unwrap_or_default(),
            "Boolean" => true.into(),
            "Int" => ids.len().max(1).into(),
            "UUID" | "ID" | "String" if definition.ty.is_list() => {
                ids.iter().map(|id| json!(id)).collect()
            }
            "UUID" | "ID" | "String" => ids.first().map_or(JsonValue::Null, |id| json!(id)),
            _ if definition.ty.is_list() => json!([]),
            _ => JsonValue::Null,
        };
        answer.insert(field.as_str(), value);
    }
    // What is deleted may be named by its id alone.
    if Does::of(name) == Does::Delete {
        for rows in context.state.v2.iter_mut().flat_map(|rows| rows.values_mut()) {
            rows.retain(|row| !ids.iter().any(|id| is(row, id)));
        }
    }
    Ok(JsonValue::Object(answer))
}

fn is_node(contract: &Contract, kind: &str) -> bool {
    match contract.schema.types.get(kind) {
        Some(ExtendedType::Object(object)) => object.implements_interfaces.contains("Node"),
        _ => false,
    }
}

/// Returns the ids in an input.
fn ids<'a>(input: &Args<'a>) -> Vec<&'a str> {
    let members = input.iter().filter(|(name, _)| {
        *name == "id" || *name == "ids" || name.ends_with("Id") || name.ends_with("Ids")
    });
    members
        .flat_map(|(_, value)| match value {
            JsonValue::Array(items) => items.iter().filter_map(JsonValue::as_str).collect(),
            other => other.as_str().into_iter().collect::<Vec<_>>(),
        })
        .collect()
}

/// Returns the row of a type that the mutation concerns, created or changed.
fn changed(
    context: &mut Context<'_>,
    contract: &Contract,
    name: &str,
    kind: &str,
    input: &Args<'_>,
    args: &Args<'_>,
) -> Option<JsonMap> {
    let wanted: Vec<_> = ids(input).into_iter().chain(ids(args)).collect();
    let wanted: Vec<_> = wanted.into_iter().chain(args.text("name")).collect();
    let found = wanted.iter().find_map(|id| node::find(context.state, kind, id));
    if Does::of(name) != Does::Create || found.is_some() {
        let id = super::row::id(found.as_ref()?).to_owned();
        let row = rows(context, kind).iter_mut().find(|row| is(row, &id))?;
        if Does::of(name) == Does::Update || Does::of(name) == Does::Create {
            write(row, input);
        }
        return Some(row.clone());
    }
    let mut row = blank(context, contract, kind);
    write(&mut row, input);
    rows(context, kind).insert(0, row.clone());
    Some(row)
}

/// Returns a new row: like the first of its type, or with an empty value in every column.
pub(super) fn blank(context: &mut Context<'_>, contract: &Contract, kind: &str) -> JsonMap {
    let id = context.state.generate_id().to_string();
    let now = iso(context.now);
    let first = node::recorded(context.state, kind)
        .first()
        .filter(|row| !row.contains_key("$error"))
        .cloned();
    let mut row = first.unwrap_or_else(|| empty(contract, kind, 0));
    for (column, value) in row.iter_mut() {
        match column.as_str() {
            "id" => *value = global_id(kind, &id).into(),
            "entityId" | "fieldId" => *value = id.as_str().into(),
            "createdAt" | "updatedAt" | "grantedAt" => *value = now.as_str().into(),
            _ => {}
        }
    }
    row
}

fn empty(contract: &Contract, kind: &str, depth: usize) -> JsonMap {
    let mut row = JsonMap::new();
    let Some(object) = contract.schema.get_object(kind) else { return row };
    for (name, field) in &object.fields {
        let of = field.ty.inner_named_type().as_str();
        let value = match (of, contract.schema.types.get(of)) {
            (_, _) if field.ty.is_list() || of.ends_with("Connection") => json!([]),
            (_, Some(ExtendedType::Enum(words))) if field.ty.is_non_null() => {
                words.values.keys().next().map_or(JsonValue::Null, |word| word.as_str().into())
            }
            (_, Some(ExtendedType::Object(_))) if field.ty.is_non_null() && depth < 3 => {
                JsonValue::Object(empty(contract, of, depth + 1))
            }
            _ if !field.ty.is_non_null() => JsonValue::Null,
            ("Boolean", _) => true.into(),
            ("Int", _) => 0.into(),
            ("Float", _) => 0.0.into(),
            ("Decimal", _) => "0".into(),
            ("JSON", _) => json!({}),
            ("UUID", _) => uuid::Uuid::nil().to_string().into(),
            ("DateTime", _) => "2024-01-01T00:00:00+00:00".into(),
            ("Date", _) => "2024-01-01".into(),
            _ => "".into(),
        };
        row.insert(name.as_str(), value);
    }
    row
}
