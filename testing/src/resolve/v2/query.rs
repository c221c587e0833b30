//! The fields of `Query`.

use apollo_compiler::ast::Type;
use apollo_compiler::resolvers::ResolveInfo;
use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use backendai_schema::V2;
use uuid::Uuid;

use super::row::{column, id, is};
use super::{node, page};
use crate::fixture::v2::{self as fixture, Refusal};
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::failure::Failure;
use crate::resolve::relay::{parts, plain_id};
use crate::schema::{Contract, PUBLIC};
use crate::state::State;

/// Arguments that narrow a list to a page.
pub(super) const PAGE: [&str; 9] =
    ["after", "before", "filter", "first", "last", "limit", "offset", "orderBy", "usage"];

/// Resolves a field of `Query`.
pub(in crate::resolve) fn answer(
    context: &mut Context<'_>,
    args: &Args<'_>,
    info: &ResolveInfo<'_>,
) -> Answer {
    let name = info.field_name();
    let public = context.contract.schema.get_object("Mutation").is_none();
    match name {
        "_service" => return Ok(json!({ "sdl": if public { PUBLIC } else { V2 } })),
        "_entities" => return Ok(json!([])),
        "ping" => return Ok("pong".into()),
        "publicAppConfigs" => {
            let names = args.texts("configNames").unwrap_or_default().into_iter();
            return Ok(names.map(|name| json!({ "configName": name, "config": {} })).collect());
        }
        "myClientIp" => return Ok(json!({ "clientIp": "127.0.0.1" })),
        "myUserV2" => {
            let user = node::find(context.state, "UserV2", &context.caller.user.to_string());
            return Ok(user.map_or(JsonValue::Null, JsonValue::Object));
        }
        _ => {}
    }
    let roots = fixture::roots().map_err(Failure::unexpected)?;
    let root = roots.queries.get(name).ok_or_else(|| Failure::unserved_root(name))?;
    let role = context.caller.role;
    let own: Vec<_> =
        args.iter().filter(|(name, value)| !PAGE.contains(name) && !value.is_null()).collect();
    let there = own.iter().all(|(name, value)| known(context.state, name, value));
    let missing = root.missing.of(role);
    // A role is checked before an object is looked up.
    let of_role = missing.filter(|refusal| refusal.as_ref().is_some_and(is_of_role));
    let refusal = if there { root.refused.of(role).or(of_role) } else { missing };
    if let Some(refusal) = refusal {
        return match refusal {
            Some(refusal) => Err(refuse(context.state, args, refusal)),
            None => Ok(JsonValue::Null),
        };
    }
    if let Some(answer) = root.answer.of(role) {
        return Ok(answer.clone());
    }
    let ty = &info.field_definition().ty;
    // One entry for each name; nothing is recorded of them.
    if name.ends_with("ByNames") {
        let names = args.texts("configNames").unwrap_or_default();
        return Ok(names.iter().map(|_| JsonValue::Null).collect());
    }
    if name == "node" {
        return Ok(any(context.state, args.text("id").unwrap_or_default()));
    }
    let kind = row_type(context.contract, ty);
    let mut rows = node::all(context.state, kind);
    if let Some(ids) = root.sees.of(role) {
        rows.retain(|row| ids.iter().any(|known| known == id(row)));
    } else if name.starts_with("my") {
        let me = context.caller.user.to_string();
        rows.retain(|row| {
            column(row, "userId")
                .or_else(|| column(row, "ownerId"))
                .is_none_or(|owner| *owner == *me)
        });
    }
    rows.retain(|row| own.iter().all(|(name, value)| fits(context.state, kind, row, name, value)));
    if ty.is_list() {
        return page::list(context, args, root, rows);
    }
    if ty.inner_named_type().ends_with("Connection") {
        return Ok(rows.into_iter().map(JsonValue::Object).collect());
    }
    Ok(rows.into_iter().next().map_or(JsonValue::Null, JsonValue::Object))
}

/// Returns whether the role of the caller is refused, whatever the arguments.
fn is_of_role(refusal: &Refusal) -> bool {
    refusal.code.as_deref() == Some("user_auth_forbidden")
        || refusal.message.starts_with("Only superadmin")
}

/// Returns a recorded refusal as an error, which names what the arguments name.
pub(super) fn refuse(state: &State, args: &Args<'_>, refusal: &Refusal) -> Failure {
    let given = |wanted: &dyn Fn(&str, &str) -> bool| {
        args.iter().find_map(|(name, value)| named(name, value, wanted))
    };
    let id = given(&|_, text| is_id(text) && !node::exists(state, text))
        .or_else(|| given(&|_, text| is_id(text)));
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut message = refusal.message.clone();
    for word in refusal.message.split(|c| !is_part(c)) {
        let asked = match (word.strip_prefix(ABSENT), Uuid::try_parse(word)) {
            (Some(argument), _) => given(&|name, _| name == argument),
            // Other ids are those of accounts.
            (None, Ok(recorded)) if !state.users.contains_key(&recorded) => id.clone(),
            _ => None,
        };
        if let Some(asked) = asked {
            message = message.replace(word, &asked);
        }
    }
    let failure = Failure::recorded(&json!({ "code": refusal.code, "message": message }));
    match &refusal.errors {
        Some(errors) => failure.details(errors.clone()),
        None => failure,
    }
}

/// The beginning of the values of recorded requests for what does not exist, before the argument's name.
const ABSENT: &str = "nope-";

/// Returns the first wanted text in the value of an argument; of a global id, the id alone.
fn named(name: &str, value: &JsonValue, wanted: &dyn Fn(&str, &str) -> bool) -> Option<String> {
    match value {
        JsonValue::Array(items) => items.iter().find_map(|item| named(name, item, wanted)),
        JsonValue::Object(members) => {
            members.iter().find_map(|(name, member)| named(name.as_str(), member, wanted))
        }
        JsonValue::String(text) => wanted(name, text.as_str()).then(|| plain_id(text.as_str())),
        _ => None,
    }
}

/// Returns whether a text is an id, raw or global.
fn is_id(text: &str) -> bool {
    Uuid::try_parse(&plain_id(text)).is_ok() || parts(text).is_some()
}

/// Returns the row with a global id.
fn any(state: &State, id: &str) -> JsonValue {
    let found = parts(id).and_then(|(kind, _)| {
        let mut row = node::find(state, &kind, id)?;
        row.insert("__typename", kind.into());
        Some(row)
    });
    found.map_or(JsonValue::Null, JsonValue::Object)
}

/// Returns the type of the rows that a field returns.
pub(super) fn row_type<'c>(contract: &'c Contract, ty: &'c Type) -> &'c str {
    let named = ty.inner_named_type().as_str();
    let inner = |kind: &str, field: &str| {
        let object = contract.schema.get_object(kind)?;
        Some(object.fields.get(field)?.ty.inner_named_type().as_str())
    };
    let edge = inner(named, "edges").filter(|_| named.ends_with("Connection"));
    edge.and_then(|edge| inner(edge, "node")).unwrap_or(named)
}

/// Returns whether all that an argument names exists.
pub(super) fn known(state: &State, name: &str, value: &JsonValue) -> bool {
    match value {
        JsonValue::Array(items) => items.iter().all(|item| known(state, name, item)),
        JsonValue::Object(members) => {
            members.iter().all(|(name, member)| known(state, name.as_str(), member))
        }
        JsonValue::String(text) => {
            let text = text.as_str();
            let names = ["accessKey", "domainName", "name", "resourceGroupName", "slotName"];
            !(names.contains(&name) || is_id(text)) || node::exists(state, text)
        }
        _ => true,
    }
}

/// Returns whether a row fits an argument. An argument without a column fits every row.
fn fits(state: &State, kind: &str, row: &JsonMap, name: &str, value: &JsonValue) -> bool {
    let text = match value {
        JsonValue::Object(members) => {
            return members.iter().filter(|(_, member)| !member.is_null()).all(
                |(member, value)| {
                    let name = if member.as_str() == "value" { name } else { member.as_str() };
                    fits(state, kind, row, name, value)
                },
            );
        }
        JsonValue::Array(items) => {
            return items.iter().any(|item| fits(state, kind, row, name, item));
        }
        JsonValue::String(text) => text.as_str(),
        _ => return true,
    };
    let stem = ["Id", "Uuid", "Name"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    match (kind, stem) {
        (_, "id") => return is(row, text),
        ("UserV2", "project") => {
            let ids = Uuid::try_parse(&super::row::key(row)).ok().zip(Uuid::try_parse(text).ok());
            return ids.is_some_and(|(user, project)| {
                state.users.get(&user).is_some_and(|user| user.groups.contains(&project))
            });
        }
        ("UserV2", "user") | ("ProjectV2", "project") => return is(row, text),
        ("DomainV2", "domain") => {
            return is(row, text) || column(row, "name").and_then(JsonValue::as_str) == Some(text);
        }
        ("DomainV2", "project") => {
            let group = Uuid::try_parse(text).ok().and_then(|id| state.groups.get(&id));
            return group.is_none_or(|group| is(row, &node::domain_id(&group.domain)));
        }
        _ => {}
    }
    let candidates = [
        name.to_owned(),
        format!("{stem}Id"),
        format!("{stem}Uuid"),
        stem.to_owned(),
        format!("{stem}Name"),
    ];
    let found = candidates.iter().find_map(|candidate| column(row, candidate));
    match found {
        Some(JsonValue::String(found)) => {
            plain_id(found.as_str()).eq_ignore_ascii_case(&plain_id(text))
        }
        Some(JsonValue::Object(found)) => plain_id(id(found)).eq_ignore_ascii_case(&plain_id(text)),
        _ => true,
    }
}
