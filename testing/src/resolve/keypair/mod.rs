//! `keypair`, `keypairs` and `keypair_list`.

use std::borrow::Cow;

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;

use super::args::Args;
use super::context::{Answer, Context};
use super::scope::scope;
use super::slice::Slice;
use crate::date::iso;
use crate::filter::{Cell, Columns, Kind};
use crate::state::{KeyPair, State, User};

pub(super) mod change;

/// The number of rows after which `keypairs` and `users` end without notice.
pub(super) const PLAIN_LIST: usize = 100;

const COLUMNS: Columns = Columns {
    filter: Cow::Borrowed(&[
        ("access_key", Kind::Text),
        ("user_id", Kind::Uuid),
        ("email", Kind::Text),
        ("full_name", Kind::Text),
        ("is_active", Kind::Bool),
        ("is_admin", Kind::Bool),
        ("resource_policy", Kind::Text),
        ("created_at", Kind::Time),
        ("last_used", Kind::Time),
        ("rate_limit", Kind::Int),
        ("num_queries", Kind::Int),
        ("ssh_public_key", Kind::Text),
        ("projects", Kind::Text),
    ]),
    order: Cow::Borrowed(&[
        "access_key",
        "email",
        "full_name",
        "is_active",
        "is_admin",
        "resource_policy",
        "created_at",
        "last_used",
        "rate_limit",
        "num_queries",
        "projects",
    ]),
};

pub(super) fn one(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let caller = context.caller;
    let scope = scope(caller, args, "access_key", &caller.access_key, true)?;
    let row = scope
        .owner
        .and_then(|access_key| context.state.keypairs.get(access_key))
        .and_then(|keypair| Row::new(context.state, keypair))
        .filter(|row| scope.domain.is_none_or(|domain| row.user.domain == domain))
        // Observed: a keypair is found only if its owner is in a project.
        .filter(|row| row.projects != [None]);
    Ok(row.map_or(JsonValue::Null, |row| row.record(context)))
}

pub(super) fn some(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let caller = context.caller;
    let scope = scope(caller, args, "email", &caller.email, false)?;
    let is_active = args.bool("is_active");
    let fits = |row: &Row<'_>| {
        scope.domain.is_none_or(|domain| row.user.domain == domain)
            && is_active.is_none_or(|is_active| row.keypair.is_active == is_active)
    };
    let state = &*context.state;
    let records = if let Some(email) = scope.owner {
        let owner = state.user_by_email(email);
        let keypairs = owner.into_iter().flat_map(|user| state.keypairs_of(user.id));
        keypairs
            .filter_map(|keypair| Row::new(state, keypair))
            .filter(|row| fits(row) && row.projects != [None])
            .map(|row| row.record(context))
            .collect()
    } else {
        let mut keypairs: Vec<_> = state.keypairs.values().collect();
        keypairs.sort_by_key(|keypair| keypair.serial);
        keypairs
            .into_iter()
            .filter_map(|keypair| Row::new(state, keypair))
            .filter(fits)
            .take(PLAIN_LIST)
            // Observed: without an email address the projects are not looked up.
            .map(|row| Row { projects: Vec::new(), ..row }.record(context))
            .collect()
    };
    Ok(JsonValue::Array(records))
}

pub(super) fn list(context: &mut Context<'_>, args: &Args<'_>) -> Answer {
    let caller = context.caller;
    let scope = scope(caller, args, "email", &caller.email, false)?;
    let slice = Slice::read(args, &COLUMNS)?;
    let is_active = args.bool("is_active");
    let state = &*context.state;
    let mut rows: Vec<_> = state
        .keypairs
        .values()
        .filter(|keypair| is_active.is_none_or(|is_active| keypair.is_active == is_active))
        .filter_map(|keypair| Row::new(state, keypair))
        .filter(|row| scope.domain.is_none_or(|domain| row.user.domain == domain))
        .filter(|row| scope.owner.is_none_or(|email| row.user.email == email))
        .collect();
    // The filter applies to a keypair once per project of its owner, and so narrows the projects too.
    rows.retain_mut(|row| {
        let projects = std::mem::take(&mut row.projects);
        row.projects = projects
            .into_iter()
            .filter(|project| slice.selects(&|column| row.cell(column, *project)))
            .collect();
        !row.projects.is_empty()
    });
    let total_count = rows.len();
    let page = slice.cut(rows, |row| &row.keypair.access_key, Row::order_cell);
    let items: Vec<_> = page.iter().map(|row| row.record(context)).collect();
    Ok(json!({ "items": items, "total_count": total_count }))
}

/// A keypair with its owner and the owner's projects; `None` is a row without a project.
struct Row<'a> {
    keypair: &'a KeyPair,
    user: &'a User,
    projects: Vec<Option<&'a str>>,
}

impl<'a> Row<'a> {
    fn new(state: &'a State, keypair: &'a KeyPair) -> Option<Self> {
        let user = state.users.get(&keypair.user)?;
        let groups = user.groups.iter().filter_map(|id| state.groups.get(id));
        let mut projects: Vec<_> = groups.map(|group| Some(group.name.as_str())).collect();
        projects.sort_unstable();
        if projects.is_empty() {
            projects.push(None);
        }
        Some(Self { keypair, user, projects })
    }

    fn cell(&self, column: &str, project: Option<&'a str>) -> Cell<'a> {
        let Self { keypair, user, .. } = self;
        match column {
            "access_key" => Cell::Text(&keypair.access_key),
            "user_id" => Cell::Uuid(user.id),
            "email" => Cell::Text(&user.email),
            "full_name" => Cell::text(user.full_name.as_deref()),
            "is_active" => Cell::Bool(keypair.is_active),
            "is_admin" => Cell::Bool(keypair.is_admin),
            "resource_policy" => Cell::Text(&keypair.resource_policy),
            "created_at" => Cell::Time(keypair.created_at),
            "rate_limit" => Cell::Int(keypair.rate_limit.into()),
            "ssh_public_key" => Cell::text(keypair.ssh_public_key.as_deref()),
            "projects" => Cell::text(project),
            // The manager counts elsewhere: this column of its table keeps its initial value.
            "num_queries" => Cell::Int(0),
            _ => Cell::Null,
        }
    }

    /// Returns the cell to order by; of several projects it is the first.
    fn order_cell(&self, column: &str) -> Cell<'a> {
        self.cell(column, self.projects.first().copied().flatten())
    }

    fn record(&self, context: &Context<'_>) -> JsonValue {
        let mut record = bare(context, self.keypair);
        if let JsonValue::Object(fields) = &mut record {
            fields.insert("id", self.keypair.access_key.as_str().into());
            fields.insert("user_id", self.user.email.as_str().into());
            fields.insert("full_name", json!(self.user.full_name));
            fields.insert("projects", json!(self.projects));
            fields.insert("concurrency_limit", 0.into());
        }
        record
    }
}

fn broken(kind: &str) -> JsonValue {
    let message = format!("type object '{kind}' has no attribute 'batch_load'");
    json!({ "$error": { "code": "backendai_generic_internal-error", "message": message } })
}

/// Returns a keypair without the data of its owner, as in the payload of a mutation.
pub(super) fn bare(context: &Context<'_>, keypair: &KeyPair) -> JsonValue {
    let user = context.state.users.get(&keypair.user);
    json!({
        "id": null,
        "user_id": null,
        "full_name": null,
        "access_key": keypair.access_key,
        "secret_key": keypair.secret_key,
        "is_active": keypair.is_active,
        "is_admin": keypair.is_admin,
        "is_default": keypair.is_default,
        "resource_policy": keypair.resource_policy,
        "created_at": iso(keypair.created_at),
        "last_used": keypair.last_used.map(iso),
        "rate_limit": keypair.rate_limit,
        "num_queries": keypair.num_queries,
        "rolling_count": context.limits.count(keypair.user, context.now),
        "user": keypair.user.to_string(),
        "projects": null,
        "ssh_public_key": keypair.ssh_public_key,
        "concurrency_used": 0,
        "user_info": user.map(|user| json!({
            "email": user.email,
            "full_name": user.full_name,
        })),
        "concurrency_limit": null,
        // Observed: the manager always fails on these.
        "vfolders": broken("VirtualFolder"),
        "compute_sessions": broken("ComputeSession"),
    })
}
