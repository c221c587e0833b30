//! Mutations of keypairs.

use apollo_compiler::response::serde_json_bytes::json;
use uuid::Uuid;

use super::node;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context};
use crate::resolve::failure::Failure;
use crate::state::KeyPair;

pub(super) fn create(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let user = Uuid::try_parse(input.text("userId").unwrap_or_default()).ok();
    let user = user.filter(|id| context.state.users.contains_key(id)).ok_or_else(|| {
        let message = "The user does not exist. (The keypair's owner does not exist.)";
        Failure::new("user_read_not-found", message)
    })?;
    let policy = policy(context, input)?.unwrap_or_default();
    let keypair = KeyPair {
        is_active: input.bool("isActive").unwrap_or(true),
        is_admin: input.bool("isAdmin").unwrap_or(false),
        resource_policy: policy,
        rate_limit: rate_limit(input).unwrap_or(30_000),
        ..context.state.generate_keypair(user, context.now)
    };
    Ok(issued(context, keypair))
}

/// Creates a keypair of the caller, like the caller's default one.
pub(super) fn issue(context: &mut Context<'_>) -> Answer {
    let user = context.caller.user;
    let like = context.state.default_keypair(user).cloned();
    let mut keypair = context.state.generate_keypair(user, context.now);
    if let Some(like) = like {
        keypair.rate_limit = like.rate_limit;
        keypair.resource_policy = like.resource_policy;
        keypair.is_admin = like.is_admin;
    }
    Ok(issued(context, keypair))
}

fn issued(context: &mut Context<'_>, keypair: KeyPair) -> apollo_compiler::response::JsonValue {
    let answer = json!({ "keypair": node::keypair(&keypair), "secretKey": keypair.secret_key });
    context.state.insert_keypair(keypair);
    answer
}

pub(super) fn update(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let access_key = input.text("accessKey").unwrap_or_default();
    let policy = match find(context, access_key) {
        Ok(_) => policy(context, input)?,
        Err(failure) => return Err(failure),
    };
    let is_active = input.bool("isActive");
    let keypair = find(context, access_key)?;
    if is_active == Some(false) && keypair.is_default {
        return Err(forbidden(
            "Cannot deactivate the default access key. Switch the default access key first.",
        ));
    }
    keypair.is_active = is_active.unwrap_or(keypair.is_active);
    keypair.is_admin = input.bool("isAdmin").unwrap_or(keypair.is_admin);
    keypair.rate_limit = rate_limit(input).unwrap_or(keypair.rate_limit);
    if let Some(policy) = policy {
        keypair.resource_policy = policy;
    }
    Ok(json!({ "keypair": node::keypair(keypair) }))
}

pub(super) fn update_own(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    own(context, input)?;
    update(context, input)
}

pub(super) fn delete(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let access_key = args.text("accessKey").unwrap_or_default();
    remove(context, access_key)?;
    Ok(json!({ "accessKey": access_key }))
}

pub(super) fn revoke(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    own(context, input)?;
    remove(context, input.text("accessKey").unwrap_or_default())?;
    Ok(json!({ "success": true }))
}

fn remove(context: &mut Context<'_>, access_key: &str) -> Result<(), Failure> {
    if find(context, access_key)?.is_default {
        return Err(forbidden(
            "Cannot delete the default access key. Switch the default access key first.",
        ));
    }
    context.state.remove_keypair(access_key);
    Ok(())
}

/// Makes one of the caller's keypairs the default one.
pub(super) fn switch(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    own(context, input)?;
    let access_key = input.text("accessKey").unwrap_or_default();
    if !find(context, access_key)?.is_active {
        return Err(forbidden("Cannot set an inactive keypair as the default access key."));
    }
    let user = context.caller.user;
    for keypair in context.state.keypairs.values_mut().filter(|keypair| keypair.user == user) {
        keypair.is_default = keypair.access_key == access_key;
    }
    Ok(json!({ "success": true }))
}

pub(super) fn register_ssh(context: &mut Context<'_>, input: &Args<'_>) -> Answer {
    let access_key = input.text("accessKey").unwrap_or_default();
    find(context, access_key)?.ssh_public_key = input.text("sshPublicKey").map(str::to_owned);
    Ok(json!({ "accessKey": access_key }))
}

pub(super) fn delete_ssh(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let access_key = args.text("accessKey").unwrap_or_default();
    find(context, access_key)?.ssh_public_key = None;
    Ok(json!({ "accessKey": access_key }))
}

fn find<'s>(context: &'s mut Context<'_>, access_key: &str) -> Result<&'s mut KeyPair, Failure> {
    context.state.keypairs.get_mut(access_key).ok_or_else(|| {
        let message = "Field row not found. (No field row matches the given key)";
        Failure::new("user-keypair_read_not-found", message)
    })
}

/// Refuses keypairs of other users, and unknown ones to users.
fn own(context: &mut Context<'_>, input: &Args<'_>) -> Result<(), Failure> {
    let me = context.caller.user;
    let access_key = input.text("accessKey").unwrap_or_default();
    let mine = context.state.keypairs.get(access_key).is_some_and(|keypair| keypair.user == me);
    let message = "Bad request. (Cannot resolve the given user key)";
    if mine { Ok(()) } else { Err(Failure::new("backendai_generic_bad-request", message)) }
}

fn forbidden(problem: &str) -> Failure {
    let message = format!("The key pair is not allowed to be used. ({problem})");
    Failure::new("user-keypair_read_forbidden", message)
}

/// Returns the given resource policy, which must exist.
fn policy(context: &Context<'_>, input: &Args<'_>) -> Result<Option<String>, Failure> {
    let Some(policy) = input.text("resourcePolicy") else { return Ok(None) };
    if context.state.keypair_policies.contains_key(policy) {
        return Ok(Some(policy.to_owned()));
    }
    let message = format!("No keypair resource policy goes by that name. ({policy})");
    Err(Failure::new("keypair-resource-policy_read_not-found", message))
}

/// Returns the rate limit. GraphQL's Int has 32 bits, so the conversion is lossless.
fn rate_limit(input: &Args<'_>) -> Option<i32> {
    input.int("rateLimit").and_then(|limit| i32::try_from(limit).ok())
}
