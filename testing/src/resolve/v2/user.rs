//! Mutations of users, carried out by those of the admin API.

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;
use uuid::Uuid;

use super::change::snake;
use super::node;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::failure::Failure;
use crate::resolve::user::change as admin;
use crate::state::{Status, User};

/// Members for which null counts as absent.
const NOT_NULL: [&str; 9] = [
    "domainName",
    "groupIds",
    "mainAccessKey",
    "needPasswordChange",
    "password",
    "resourcePolicy",
    "role",
    "status",
    "username",
];

pub(super) fn create(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let mut members = snake(input, &[]);
    members.insert("props", JsonValue::Object(members.clone()));
    admin::create(context, &Args::new(&members))?;
    let state = &*context.state;
    let user = state.user_by_email(input.text("email").unwrap_or_default());
    let user = user.ok_or_else(|| missing("the new user"))?;
    let keypair = state.default_keypair(user.id).map(
        |keypair| json!({ "keypair": node::keypair(keypair), "secretKey": keypair.secret_key }),
    );
    Ok(json!({ "user": node::user(state, user), "keypair": keypair }))
}

pub(super) fn create_many(context: &mut Context<'_>, input: &Args<'_>, keypairs: bool) -> Answer {
    let (mut created, mut failed) = (Vec::new(), Vec::new());
    let users = input.given("users").and_then(JsonValue::as_array);
    for (index, user) in users.into_iter().flatten().filter_map(JsonValue::as_object).enumerate() {
        let user = Args::new(user);
        match create(context, &user) {
            Ok(answer) => created.push(answer),
            Err(failure) => failed.push(json!({
                "index": index,
                "username": user.text("username"),
                "email": user.text("email"),
                "message": failure.message(),
            })),
        }
    }
    if keypairs {
        return Ok(json!({ "created": created, "failed": failed }));
    }
    let users: Vec<_> = created.iter().filter_map(|answer| answer.get("user").cloned()).collect();
    Ok(json!({ "createdUsers": users, "failed": failed }))
}

pub(super) fn update(context: &mut Context<'_>, id: &str, input: &Args<'_>) -> Answer {
    let (id, email) = find(context, id).map(|user| (user.id, user.email.clone()))?;
    let mut members = snake(input, &NOT_NULL);
    members.insert("props", JsonValue::Object(members.clone()));
    members.insert("email", email.into());
    admin::modify(context, &Args::new(&members))?;
    let user = context.state.users.get(&id).map(|user| node::user(context.state, user));
    Ok(json!({ "user": user }))
}

/// Changes the caller, except the columns that only an administrator may change.
pub(super) fn update_own(context: &mut Context<'_>, id: &str, input: &Args<'_>) -> Answer {
    let closed = ["domainName", "groupIds", "resourcePolicy", "role", "status"];
    let given = |name: &&str| input.given(name).is_some_and(|value| !value.is_null());
    let wrong: Vec<_> = closed.into_iter().filter(given).collect();
    if !wrong.is_empty() {
        return Err(Failure::new(
            "backendai_generic_forbidden",
            format!(
                "Forbidden operation. (Cannot update these fields on your own account: {})",
                wrong.join(", ")
            ),
        ));
    }
    update(context, id, input)
}

pub(super) fn update_many(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let (mut updated, mut failed) = (Vec::new(), Vec::new());
    let users = input.given("users").and_then(JsonValue::as_array);
    for item in users.into_iter().flatten().filter_map(JsonValue::as_object) {
        let item = Args::new(item);
        let id = item.text("userId").unwrap_or_default();
        match update(context, id, &item.object("input").unwrap_or(item)) {
            Ok(answer) => updated.extend(answer.get("user").cloned()),
            Err(failure) => failed.push(json!({ "userId": id, "message": failure.message() })),
        }
    }
    Ok(json!({ "updatedUsers": updated, "failed": failed }))
}

pub(super) fn delete(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    mark(context, args.text("userId").unwrap_or_default(), Status::Deleted)?;
    Ok(json!({ "success": true }))
}

pub(super) fn delete_many(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let ids = input.texts("userIds").unwrap_or_default();
    for id in &ids {
        mark(context, id, Status::Deleted)?;
    }
    Ok(json!({ "deletedCount": ids.len() }))
}

pub(super) fn restore(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    mark(context, args.text("userId").unwrap_or_default(), Status::Active)?;
    Ok(json!({ "success": true }))
}

fn mark(context: &mut Context<'_>, id: &str, status: Status) -> Result<(), Failure> {
    let id = find(context, id)?.id;
    let now = context.now;
    if let Some(user) = context.state.users.get_mut(&id) {
        user.status = status;
        user.status_info = Some("admin-requested".to_owned());
        user.modified_at = now;
    }
    Ok(())
}

pub(super) fn purge(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    remove(context, input.text("userId").unwrap_or_default())?;
    Ok(json!({ "success": true }))
}

pub(super) fn purge_many(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let (mut successes, mut failed) = (Vec::new(), Vec::new());
    for id in input.texts("userIds").unwrap_or_default() {
        match remove(context, id) {
            Ok(()) => successes.push(id),
            Err(failure) => failed.push(json!({ "userId": id, "message": failure.message() })),
        }
    }
    Ok(json!({ "purgedCount": successes.len(), "successes": successes, "failed": failed }))
}

fn remove(context: &mut Context<'_>, id: &str) -> Result<(), Failure> {
    let id = find(context, id)?.id;
    context.state.remove_user(id);
    Ok(())
}

fn find<'s>(context: &'s Context<'_>, id: &str) -> Result<&'s User, Failure> {
    let found = Uuid::try_parse(id).ok().and_then(|id| context.state.users.get(&id));
    found.ok_or_else(|| missing(&format!("User with UUID {id} not found.")))
}

fn missing(what: &str) -> Failure {
    Failure::new("user_read_not-found", format!("The user does not exist. ({what})"))
}
