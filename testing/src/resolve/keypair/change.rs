//! `create_keypair`, `modify_keypair` and `delete_keypair`.

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;

use super::bare;
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context, done, refused};
use crate::resolve::failure::Failure;
use crate::state::KeyPair;

pub(in crate::resolve) fn create(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let email = args.text("user_id").unwrap_or_default();
    let user = context.state.user_by_email(email).map(|user| user.id).ok_or_else(|| {
        let message = "Entity not found. (No UserRow matches the given key)";
        Failure::new("user_read_not-found", message)
    })?;
    let props = args.object("props").unwrap_or(*args);
    let policy = props.text("resource_policy").unwrap_or_default();
    if !context.state.keypair_policies.contains_key(policy) {
        let message = format!("No keypair resource policy goes by that name. ({policy})");
        return Err(Failure::new("keypair-resource-policy_read_not-found", message));
    }
    for column in ["is_active", "is_admin"] {
        if props.is_null(column) {
            let message = format!("Not-null constraint violated. (column \"{column}\")");
            return Err(Failure::new("database_generic_bad-request", message));
        }
    }
    let keypair = KeyPair {
        is_active: props.bool("is_active").unwrap_or(true),
        is_admin: props.bool("is_admin").unwrap_or(false),
        resource_policy: policy.to_owned(),
        rate_limit: rate_limit(&props).unwrap_or_default(),
        ..context.state.generate_keypair(user, context.now)
    };
    let mut record = bare(context, &keypair);
    if let JsonValue::Object(fields) = &mut record {
        fields.insert("user_id", email.into());
    }
    context.state.insert_keypair(keypair);
    Ok(json!({ "ok": true, "msg": "success", "keypair": record }))
}

pub(in crate::resolve) fn modify(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let props = args.object("props").unwrap_or(*args);
    let access_key = args.text("access_key").unwrap_or_default();
    // Deactivating a default keypair would lock its user out, so it does not match.
    let locks_out = props.bool("is_active") == Some(false);
    let keypair = context
        .state
        .keypairs
        .get_mut(access_key)
        .filter(|keypair| !(locks_out && keypair.is_default));
    let Some(keypair) = keypair else { return Ok(refused("no matching modifykeypair")) };
    for column in ["is_active", "is_admin", "resource_policy", "rate_limit"] {
        if props.is_null(column) {
            return Ok(refused(format!(
                "integrity error: null value in column \"{column}\" of relation \"keypairs\" \
                 violates not-null constraint"
            )));
        }
    }
    let policy = props.text("resource_policy");
    let known = &context.state.keypair_policies;
    if let Some(policy) = policy.filter(|policy| !known.contains_key(*policy)) {
        return Ok(refused(format!(
            "integrity error: insert or update on table \"keypairs\" violates foreign key \
             constraint \"fk_keypairs_resource_policy_keypair_resource_policies\"\nDETAIL:  Key \
             (resource_policy)=({policy}) is not present in table \"keypair_resource_policies\"."
        )));
    }
    if let Some(is_active) = props.bool("is_active") {
        keypair.is_active = is_active;
    }
    if let Some(is_admin) = props.bool("is_admin") {
        keypair.is_admin = is_admin;
    }
    if let Some(policy) = policy {
        policy.clone_into(&mut keypair.resource_policy);
    }
    if let Some(rate_limit) = rate_limit(&props) {
        keypair.rate_limit = rate_limit;
    }
    Ok(done())
}

pub(in crate::resolve) fn delete(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let access_key = args.text("access_key").unwrap_or_default();
    match context.state.keypairs.get(access_key) {
        None => Ok(refused("no matching deletekeypair")),
        Some(keypair) if keypair.is_default => {
            Ok(refused("the keypair is used as the default access key by a user"))
        }
        Some(_) => {
            context.state.remove_keypair(access_key);
            Ok(done())
        }
    }
}

/// Returns the rate limit. GraphQL's Int has 32 bits, so the conversion is lossless.
fn rate_limit(props: &Args<'_>) -> Option<i32> {
    props.int("rate_limit").and_then(|limit| i32::try_from(limit).ok())
}
