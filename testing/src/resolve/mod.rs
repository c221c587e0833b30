//! Execution of a document: every root field that the embedded manager serves, by domain.

use std::cell::RefCell;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{Field, Operation};
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use jiff::Timestamp;

use crate::auth::Caller;
use crate::limit::Limits;
use crate::schema::{self, Contract};
use crate::state::{Role, State};

mod args;
mod domain;
mod failure;
mod fixture;
mod group;
mod keypair;
mod node;
mod policy;
mod scaling_group;
mod scope;
mod slice;
mod user;
mod variables;

use args::Args;
use failure::Failure;

/// What a root field comes to.
type Answer = Result<JsonValue, Failure>;

/// One request on its way through the roots.
pub(crate) struct Context<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) state: &'a mut State,
    pub(crate) limits: &'a Limits,
    pub(crate) caller: &'a Caller,
    pub(crate) now: Timestamp,
}

/// What a document comes to: `data` and `errors` of the answer.
pub(crate) struct Outcome {
    pub(crate) data: Option<JsonMap>,
    pub(crate) errors: Vec<GraphQLError>,
}

/// Executes a valid document.
pub(crate) fn execute(
    contract: &Contract,
    document: &Valid<ExecutableDocument>,
    operation: Option<&str>,
    variables: &JsonMap,
    context: Context<'_>,
) -> Outcome {
    let refused = |error: GraphQLError| Outcome { data: None, errors: vec![error] };
    let operation = match select(document, operation) {
        Ok(operation) => operation,
        Err(message) => return refused(GraphQLError::new(message, None, &document.sources)),
    };
    let variables = match variables::coerce(contract, document, operation, variables) {
        Ok(variables) => variables,
        Err(errors) => return Outcome { data: None, errors },
    };
    let run = Run { context: RefCell::new(context), failures: RefCell::default() };
    let mutation = operation.operation_type == OperationType::Mutation;
    let root = Root { mutation, run: &run };
    let executed = Execution::new(&contract.schema, document)
        .operation(operation)
        .implementers_map(&contract.implementers)
        .coerced_variable_values(&variables)
        .execute_sync(&root);
    match executed {
        Ok(response) => {
            let failures = run.failures.borrow();
            let told = |error| failure::tell(error, &failures);
            let errors = response.errors.into_iter().map(told).collect();
            Outcome { data: response.data, errors }
        }
        Err(error) => refused(error.to_graphql_error(&document.sources)),
    }
}

fn select<'d>(
    document: &'d Valid<ExecutableDocument>,
    name: Option<&str>,
) -> Result<&'d Operation, String> {
    document.operations.get(name).map(AsRef::as_ref).map_err(|_unknown| match name {
        Some(name) => format!("Unknown operation named '{name}'."),
        None if document.operations.is_empty() => "Must provide an operation.".to_owned(),
        None => "Must provide operation name if query contains multiple operations.".to_owned(),
    })
}

/// What all parts of one execution share.
struct Run<'c> {
    context: RefCell<Context<'c>>,
    failures: RefCell<Vec<Failure>>,
}

/// `Query` or `Mutation`.
struct Root<'r, 'c> {
    mutation: bool,
    run: &'r Run<'c>,
}

impl ObjectValue for Root<'_, '_> {
    fn type_name(&self) -> &str {
        if self.mutation { "Mutation" } else { "Query" }
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let mut context = self.run.context.borrow_mut();
        let args = Args::new(info.arguments());
        let name = info.field_name();
        let answer = if self.mutation {
            mutate(&mut context, name, &args, info).map(|payload| complete(payload, info))
        } else {
            query(&mut context, name, &args, info)
        };
        match answer {
            Ok(value) => Ok(resolved(info, value, self.run)),
            Err(failure) => Err(failure.raise(info, &self.run.failures)),
        }
    }
}

fn query(context: &mut Context<'_>, name: &str, args: &Args<'_>, info: &ResolveInfo<'_>) -> Answer {
    match name {
        "_service" => Ok(json!({ "sdl": schema::sdl() })),
        "keypair" => keypair::one(context, args),
        "keypairs" => keypair::some(context, args),
        "keypair_list" => keypair::list(context, args),
        "user" => user::by_email(context, args),
        "user_from_uuid" => user::by_id(context, args),
        "users" => user::some(context, args),
        "user_list" => user::list(context, args),
        "domain" => domain::one(context, args),
        "domains" => domain::all(context, args),
        "group" => group::one(context, args),
        "groups" => group::some(context, args),
        "groups_by_name" => group::by_name(context, args),
        "keypair_resource_policy" => policy::keypair_one(context, args),
        "keypair_resource_policies" => policy::keypair_all(context),
        "user_resource_policy" => policy::user_one(context, args),
        "user_resource_policies" => policy::user_all(context),
        "project_resource_policy" => policy::project_one(context, args),
        "project_resource_policies" => policy::project_all(context),
        "node" => node::any(context, args),
        "viewer" => node::viewer(context),
        "scaling_group"
        | "scaling_groups"
        | "accessible_scaling_groups"
        | "scaling_groups_for_domain"
        | "scaling_groups_for_user_group"
        | "scaling_groups_for_keypair" => scaling_group::query(context, name, args),
        _ => match context.contract.roots.queries.get(name) {
            Some(root) => fixture::query(context, root, args, &info.field_definition().ty),
            None => Err(Failure::unserved_root(name)),
        },
    }
}

fn mutate(
    context: &mut Context<'_>,
    name: &str,
    args: &Args<'_>,
    info: &ResolveInfo<'_>,
) -> Answer {
    // The name is the key in the answer, an alias if there is one: observed.
    let key = info.field_selections().first().map_or(name, |field| field.response_key());
    if let Some(root) = context.contract.roots.mutations.get(name) {
        return fixture::change(context, root, args, &info.field_definition().ty, key);
    }
    // Admins of domains are let in here, and come less far inside.
    let admins =
        ["modify_domain_node", "create_group", "modify_group", "delete_group", "purge_group"];
    let role = context.caller.role;
    if role != Role::Superadmin && !(role == Role::Admin && admins.contains(&name)) {
        if name == "modify_domain_node" {
            return Err(Failure::new("api_auth_forbidden", "Permission Denied."));
        }
        return Ok(refused(format!("no permission to execute {key}")));
    }
    let run: fn(&mut Context<'_>, &Args<'_>) -> Answer = match name {
        "create_domain" => domain::change::create,
        "create_domain_node" => domain::change::create_node,
        "modify_domain" => domain::change::modify,
        "modify_domain_node" => domain::change::modify_node,
        "delete_domain" => domain::change::delete,
        "purge_domain" => domain::change::purge,
        "create_group" => group::change::create,
        "modify_group" => group::change::modify,
        "delete_group" => group::change::delete,
        "purge_group" => group::change::purge,
        "create_scaling_group" => scaling_group::change::create,
        "modify_scaling_group" => scaling_group::change::modify,
        "delete_scaling_group" => scaling_group::change::delete,
        "create_user" => user::change::create,
        "modify_user" => user::change::modify,
        "delete_user" => user::change::delete,
        "purge_user" => user::change::purge,
        "create_keypair" => keypair::change::create,
        "modify_keypair" => keypair::change::modify,
        "delete_keypair" => keypair::change::delete,
        _ if name.ends_with("_resource_policy") => {
            return policy::change::change(context, name, args);
        }
        _ if name.contains("associate_") => {
            return scaling_group::change::link(context, name, args);
        }
        _ => return Err(Failure::unserved_root(name)),
    };
    run(context, args)
}

/// What a payload does not say is null.
fn complete(mut payload: JsonValue, info: &ResolveInfo<'_>) -> JsonValue {
    let kind = info.field_definition().ty.inner_named_type();
    let fields = info.schema().get_object(kind).map(|object| object.fields.keys());
    if let Some(given) = payload.as_object_mut() {
        for name in fields.into_iter().flatten() {
            given.entry(name.as_str()).or_insert(JsonValue::Null);
        }
    }
    payload
}

/// What a mutation of the older kind answers.
fn refused(msg: impl Into<String>) -> JsonValue {
    json!({ "ok": false, "msg": msg.into() })
}

fn done() -> JsonValue {
    json!({ "ok": true, "msg": "success" })
}

/// A part of an answer that is an object of the schema.
struct Object<'r, 'c> {
    kind: String,
    fields: JsonMap,
    run: &'r Run<'c>,
}

impl Object<'_, '_> {
    /// A field of the row that this names by its id alone.
    fn elsewhere(&self, name: &str) -> Option<JsonValue> {
        let id = self.fields.get("id")?.as_str()?;
        node::find(&self.run.context.borrow(), &self.kind, id)?.remove(name)
    }
}

impl ObjectValue for Object<'_, '_> {
    fn type_name(&self) -> &str {
        &self.kind
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let name = info.field_name();
        let there = self.fields.get(name).cloned();
        let failure = match there.or_else(|| self.elsewhere(name)) {
            Some(JsonValue::Object(recorded)) if recorded.contains_key("$error") => {
                Failure::recorded(recorded.get("$error").unwrap_or(&JsonValue::Null))
            }
            Some(value) => return Ok(resolved(info, value, self.run)),
            None => Failure::unserved_field(&self.kind, name),
        };
        Err(failure.raise(info, &self.run.failures))
    }
}

/// Fits a value to the type that the schema gives its field.
fn resolved<'r>(info: &ResolveInfo<'r>, value: JsonValue, run: &'r Run<'_>) -> ResolvedValue<'r> {
    let kind = info.field_definition().ty.inner_named_type();
    let composite = matches!(
        info.schema().types.get(kind),
        Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
    );
    fit(kind.as_str(), composite, value, run)
}

fn fit<'r>(kind: &str, composite: bool, value: JsonValue, run: &'r Run<'_>) -> ResolvedValue<'r> {
    match value {
        JsonValue::Array(items) => {
            let kind = kind.to_owned();
            let items = items.into_iter();
            ResolvedValue::list(items.map(move |item| fit(&kind, composite, item, run)))
        }
        JsonValue::Object(fields) if composite => {
            // An abstract type does not say which object it is; the value must.
            let concrete = fields.get("__typename").and_then(JsonValue::as_str).unwrap_or(kind);
            ResolvedValue::object(Object { kind: concrete.to_owned(), fields, run })
        }
        leaf => ResolvedValue::Leaf(leaf),
    }
}

/// Where the manager says that a field is: at its alias, when it has one.
fn place(field: &Field) -> Option<apollo_compiler::parser::SourceSpan> {
    field.alias.as_ref().unwrap_or(&field.name).location()
}
