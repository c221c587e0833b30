//! `create_user`, `modify_user`, `delete_user` and `purge_user`.

use apollo_compiler::response::serde_json_bytes::json;
use uuid::Uuid;

use super::{record, role, status};
use crate::resolve::args::Args;
use crate::resolve::context::{Answer, Context, done};
use crate::resolve::failure::Failure;
use crate::resolve::keypair::bare;
use crate::state::{Group, KeyPair, Role, State, Status, User};

pub(in crate::resolve) fn create(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let email = args.text("email").unwrap_or_default();
    let props = args.object("props").unwrap_or(*args);
    check_ids(&props)?;
    let domain = props.text("domain_name").unwrap_or_default();
    if !context.state.domains.contains_key(domain) {
        return Err(Failure::no_such_domain());
    }
    // Both have defaults, so they are missing only if they are null.
    let status = match props.text("status") {
        Some(word) => status(word)?,
        None => {
            let message = "Failed to transform data. (UserStatus value must be a string)";
            return Err(Failure::new("database_read_internal-error", message));
        }
    };
    let role = role(props.text("role").unwrap_or("None"))?;
    let username = props.text("username").unwrap_or_default();
    let taken = |user: &User| user.email == email || user.username == username;
    if context.state.users.values().any(taken) {
        return Err(Failure::new(
            "user_create_conflict",
            format!(
                "The user already exists. (User with email {email} or username {username} \
                 already exists.)"
            ),
        ));
    }
    let policy = props.text("resource_policy").unwrap_or("default");
    if !context.state.user_policies.contains_key(policy) {
        return Err(Failure::new(
            "database_generic_not-found",
            format!(
                "Foreign key constraint violated. (Key (resource_policy)=({policy}) is not \
                 present in table \"user_resource_policies\".)"
            ),
        ));
    }
    let joined = groups(context.state, domain, &props.texts("group_ids").unwrap_or_default())?;
    let allowed_client_ip = networks(&props)?;

    let id = context.state.generate_id();
    let personal = personal_group(context, username, domain);
    let text = |name| props.text(name).map(str::to_owned);
    let user = User {
        id,
        username: username.to_owned(),
        email: email.to_owned(),
        need_password_change: props.bool("need_password_change").unwrap_or_default(),
        full_name: text("full_name"),
        description: text("description"),
        status,
        status_info: None,
        created_at: context.now,
        modified_at: context.now,
        domain: domain.to_owned(),
        role,
        resource_policy: policy.to_owned(),
        allowed_client_ip,
        totp_activated: props.bool("totp_activated").unwrap_or_default(),
        sudo_session_enabled: props.bool("sudo_session_enabled").unwrap_or_default(),
        container_uid: props.int("container_uid"),
        container_main_gid: props.int("container_main_gid"),
        container_gids: props.ints("container_gids"),
        groups: std::iter::once(personal).chain(joined).collect(),
    };
    let keypair = KeyPair {
        is_admin: matches!(role, Role::Superadmin | Role::Admin),
        is_default: true,
        ..context.state.generate_keypair(id, context.now)
    };
    context.state.insert_user(user.clone());
    context.state.insert_keypair(keypair.clone());
    Ok(json!({
        "ok": true,
        "msg": "success",
        "user": record(context.state, &user),
        "keypair": bare(context, &keypair),
    }))
}

pub(in crate::resolve) fn modify(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let email = args.text("email").unwrap_or_default();
    let props = args.object("props").unwrap_or(*args);
    check_ids(&props)?;
    let current = find(context.state, email)?.clone();
    let mut user = current.clone();
    check_nulls(&props)?;
    if let Some(word) = props.text("status") {
        let status = status(word)?;
        if status != user.status {
            user.status_info = Some("admin-requested".to_owned());
        }
        user.status = status;
    }
    if let Some(word) = props.text("role") {
        user.role = role(word)?;
    }
    check_references(context.state, &current, &props)?;
    // Observed: the update fails, because the table no longer has this column.
    if props.given("is_active").is_some() {
        return Err(Failure::unexpected("Unconsumed column names: is_active"));
    }
    set(&mut user, &props)?;
    if let Some(ids) = props.texts("group_ids") {
        let joined = groups(context.state, &user.domain, &ids)?;
        let personal =
            |id: &Uuid| context.state.groups.get(id).is_some_and(|group| group.kind == "PERSONAL");
        user.groups.retain(personal);
        user.groups.extend(joined);
    }
    user.modified_at = context.now;
    if user.role != current.role {
        follow_role(context.state, &user);
    }
    context.state.insert_user(user.clone());
    if let Some(access_key) = props.text("main_access_key") {
        switch_default(context.state, &user, access_key)?;
    }
    Ok(json!({ "ok": true, "msg": "success", "user": record(context.state, &user) }))
}

/// Sets the status to deleted; the account and its keypairs stay.
pub(in crate::resolve) fn delete(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let email = args.text("email").unwrap_or_default();
    let now = context.now;
    find(context.state, email)?;
    if let Some(user) = context.state.user_by_email_mut(email) {
        user.status = Status::Deleted;
        user.status_info = Some("admin-requested".to_owned());
        user.modified_at = now;
    }
    Ok(done())
}

pub(in crate::resolve) fn purge(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let id = find(context.state, args.text("email").unwrap_or_default())?.id;
    let props = args.object("props").unwrap_or(*args);
    for name in ["purge_shared_vfolders", "delegate_endpoint_ownership"] {
        not_null(&props, name)?;
    }
    context.state.remove_user(id);
    Ok(done())
}

fn find<'a>(state: &'a State, email: &str) -> Result<&'a User, Failure> {
    state.user_by_email(email).ok_or_else(|| {
        let message = format!("The user does not exist. (User with email {email} not found.)");
        Failure::new("user_read_not-found", message)
    })
}

fn check_ids(props: &Args<'_>) -> Result<(), Failure> {
    let single = ["container_uid", "container_main_gid"].map(|name| props.int(name));
    let gids = props.ints("container_gids").unwrap_or_default();
    if single.into_iter().flatten().chain(gids).any(|id| id < 0) {
        return Err(Failure::unexpected("UID and GID must be non-negative integers."));
    }
    Ok(())
}

fn not_null(props: &Args<'_>, name: &str) -> Result<(), Failure> {
    if props.is_null(name) {
        return Err(Failure::unexpected("OptionalState cannot be NULLIFY"));
    }
    Ok(())
}

/// Refuses null for the members that are not nullable. A null password or main access key counts as not
/// given.
fn check_nulls(props: &Args<'_>) -> Result<(), Failure> {
    let members = [
        "username",
        "need_password_change",
        "is_active",
        "status",
        "domain_name",
        "role",
        "totp_activated",
        "resource_policy",
        "sudo_session_enabled",
        "group_ids",
    ];
    members.into_iter().try_for_each(|name| not_null(props, name))
}

fn check_references(state: &State, user: &User, props: &Args<'_>) -> Result<(), Failure> {
    let bad = |problem: String| {
        let message = format!("Failed to modify user due to bad request. ({problem})");
        Err(Failure::new("user_update_bad-request", message))
    };
    if let Some(username) = props.text("username") {
        let taken = |other: &User| other.id != user.id && other.username == username;
        if state.users.values().any(taken) {
            return bad(format!("Username '{username}' is already taken by another user."));
        }
    }
    if let Some(domain) = props.text("domain_name").filter(|d| !state.domains.contains_key(*d)) {
        return bad(format!("Domain '{domain}' does not exist."));
    }
    let policy = props.text("resource_policy");
    if let Some(policy) = policy.filter(|p| !state.user_policies.contains_key(*p)) {
        return bad(format!("Resource policy '{policy}' does not exist."));
    }
    Ok(())
}

/// Writes the given members; null clears a nullable one.
fn set(user: &mut User, props: &Args<'_>) -> Result<(), Failure> {
    let text = |name, to: &mut String| {
        if let Some(value) = props.text(name) {
            value.clone_into(to);
        }
    };
    text("username", &mut user.username);
    text("domain_name", &mut user.domain);
    text("resource_policy", &mut user.resource_policy);
    let flag = |name, to: &mut bool| *to = props.bool(name).unwrap_or(*to);
    flag("need_password_change", &mut user.need_password_change);
    flag("totp_activated", &mut user.totp_activated);
    flag("sudo_session_enabled", &mut user.sudo_session_enabled);
    if props.given("full_name").is_some() {
        user.full_name = props.text("full_name").map(str::to_owned);
    }
    if props.given("description").is_some() {
        user.description = props.text("description").map(str::to_owned);
    }
    if props.given("allowed_client_ip").is_some() {
        user.allowed_client_ip = networks(props)?;
    }
    if props.given("container_uid").is_some() {
        user.container_uid = props.int("container_uid");
    }
    if props.given("container_main_gid").is_some() {
        user.container_main_gid = props.int("container_main_gid");
    }
    if props.given("container_gids").is_some() {
        user.container_gids = props.ints("container_gids");
    }
    Ok(())
}

/// Returns the allowed client addresses, in CIDR notation.
fn networks(props: &Args<'_>) -> Result<Option<Vec<String>>, Failure> {
    let Some(raw) = props.texts("allowed_client_ip") else { return Ok(None) };
    let network = |text: &str| {
        let bad = || Failure::unexpected(format!("{text} is invalid IP address value"));
        crate::address::network(text).ok_or_else(bad)
    };
    raw.into_iter().map(network).collect::<Result<_, _>>().map(Some)
}

/// Returns the projects with these ids; ids that do not exist in the domain are ignored.
fn groups(state: &State, domain: &str, ids: &[&str]) -> Result<Vec<Uuid>, Failure> {
    let ids = ids.iter().map(|id| Uuid::try_parse(id).map_err(|_| Failure::bad_uuid()));
    let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
    let exists = |id: &Uuid| state.groups.get(id).is_some_and(|group| group.domain == domain);
    Ok(ids.into_iter().filter(exists).collect())
}

fn personal_group(context: &mut Context<'_>, username: &str, domain: &str) -> Uuid {
    let id = context.state.generate_id();
    let group = Group::new(id, username, domain, "PERSONAL", context.now);
    context.state.groups.insert(id, group);
    id
}

/// Adapts the keypairs to a changed role. Those of a new admin become active admin keypairs. Of a former
/// admin, the first loses the admin flag, and the other admin keypairs are deactivated.
fn follow_role(state: &mut State, user: &User) {
    let mut order: Vec<_> = state.keypairs_of(user.id).collect();
    order.sort_by_key(|keypair| (!keypair.is_admin, !keypair.is_active));
    let keys: Vec<String> = order.iter().map(|keypair| keypair.access_key.clone()).collect();
    let admin = matches!(user.role, Role::Superadmin | Role::Admin);
    let first = order.first().map(|keypair| (keypair.is_admin, keypair.is_active));
    for (place, key) in keys.iter().enumerate() {
        let Some(keypair) = state.keypairs.get_mut(key) else { continue };
        if admin {
            // The manager checks the first one and then writes all of them.
            keypair.is_admin |= first.is_some_and(|(is_admin, _)| !is_admin);
            keypair.is_active |= first.is_some_and(|(_, is_active)| !is_active);
        } else if place == 0 {
            keypair.is_admin = false;
        } else if keypair.is_admin {
            keypair.is_active = false;
        }
    }
}

fn switch_default(state: &mut State, user: &User, access_key: &str) -> Result<(), Failure> {
    let forbidden = |problem: &str| {
        let message = format!("The key pair is not allowed to be used. ({problem})");
        Err(Failure::new("user-keypair_read_forbidden", message))
    };
    match state.keypairs.get(access_key) {
        None => {
            return Err(Failure::new(
                "user-keypair_read_not-found",
                "The key pair does not exist. (Cannot set a non-existing access key as the \
                 default access key.)",
            ));
        }
        Some(keypair) if keypair.user != user.id => {
            return forbidden("Cannot set another user's access key as the default access key.");
        }
        Some(keypair) if !keypair.is_active => {
            return forbidden("Cannot set an inactive keypair as the default access key.");
        }
        Some(_) => {}
    }
    for keypair in state.keypairs.values_mut().filter(|keypair| keypair.user == user.id) {
        keypair.is_default = keypair.access_key == access_key;
    }
    Ok(())
}
