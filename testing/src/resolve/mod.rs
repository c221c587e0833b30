//! Execution of a document: every root field that the embedded manager serves, by domain.

use std::cell::RefCell;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{Field, Operation};
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, Type};
use apollo_compiler::validation::Valid;
use jiff::Timestamp;

use crate::auth::Caller;
use crate::limit::Limits;
use crate::schema::{self, Contract};
use crate::state::{Role, State};

mod args;
mod domain;
mod failure;
mod group;
mod keypair;
mod policy;
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
    let root = Root {
        mutation: operation.operation_type == OperationType::Mutation,
        context: RefCell::new(context),
        failures: RefCell::default(),
    };
    let executed = Execution::new(&contract.schema, document)
        .operation(operation)
        .implementers_map(&contract.implementers)
        .coerced_variable_values(&variables)
        .execute_sync(&root);
    match executed {
        Ok(response) => {
            let failures = root.failures.into_inner();
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

/// `Query` or `Mutation`.
struct Root<'a> {
    mutation: bool,
    context: RefCell<Context<'a>>,
    failures: RefCell<Vec<Failure>>,
}

impl ObjectValue for Root<'_> {
    fn type_name(&self) -> &str {
        if self.mutation { "Mutation" } else { "Query" }
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let mut context = self.context.borrow_mut();
        let args = Args::new(info.arguments());
        let name = info.field_name();
        let answer = if self.mutation {
            mutate(&mut context, name, &args, info)
        } else {
            query(&mut context, name, &args)
        };
        match answer {
            Ok(value) => Ok(resolved(info, &info.field_definition().ty, value, &self.failures)),
            Err(failure) => Err(failure.raise(info, &self.failures)),
        }
    }
}

fn query(context: &mut Context<'_>, name: &str, args: &Args<'_>) -> Answer {
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
        _ => Err(Failure::unserved_root(name)),
    }
}

fn mutate(
    context: &mut Context<'_>,
    name: &str,
    args: &Args<'_>,
    info: &ResolveInfo<'_>,
) -> Answer {
    let run: fn(&mut Context<'_>, &Args<'_>) -> Answer = match name {
        "create_user" => user::change::create,
        "modify_user" => user::change::modify,
        "delete_user" => user::change::delete,
        "purge_user" => user::change::purge,
        "create_keypair" => keypair::change::create,
        "modify_keypair" => keypair::change::modify,
        "delete_keypair" => keypair::change::delete,
        _ => return Err(Failure::unserved_root(name)),
    };
    if context.caller.role != Role::Superadmin {
        // The name is the key in the answer, an alias if there is one: observed.
        let key = info.field_selections().first().map_or(name, |field| field.response_key());
        return Ok(refused(format!("no permission to execute {key}")));
    }
    run(context, args)
}

/// What a mutation of the older kind answers; members that the type lacks are not asked for.
fn refused(msg: impl Into<String>) -> JsonValue {
    json!({ "ok": false, "msg": msg.into(), "user": null, "keypair": null })
}

fn done() -> JsonValue {
    json!({ "ok": true, "msg": "success" })
}

/// A part of an answer that is an object of the schema.
struct Object<'a> {
    kind: String,
    fields: JsonMap,
    failures: &'a RefCell<Vec<Failure>>,
}

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        &self.kind
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let name = info.field_name();
        match self.fields.get(name) {
            Some(value) => {
                let ty = &info.field_definition().ty;
                Ok(resolved(info, ty, value.clone(), self.failures))
            }
            None => Err(Failure::unserved_field(&self.kind, name).raise(info, self.failures)),
        }
    }
}

/// Fits a value to the type that the schema gives its field.
fn resolved<'a>(
    info: &ResolveInfo<'a>,
    ty: &Type,
    value: JsonValue,
    failures: &'a RefCell<Vec<Failure>>,
) -> ResolvedValue<'a> {
    let kind = ty.inner_named_type();
    let composite = matches!(
        info.schema().types.get(kind),
        Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
    );
    fit(kind.as_str(), composite, value, failures)
}

fn fit<'a>(
    kind: &str,
    composite: bool,
    value: JsonValue,
    failures: &'a RefCell<Vec<Failure>>,
) -> ResolvedValue<'a> {
    match value {
        JsonValue::Array(items) => {
            let kind = kind.to_owned();
            let items = items.into_iter();
            ResolvedValue::list(items.map(move |item| fit(&kind, composite, item, failures)))
        }
        JsonValue::Object(fields) if composite => {
            // An abstract type does not say which object it is; the value must.
            let concrete = fields.get("__typename").and_then(JsonValue::as_str).unwrap_or(kind);
            ResolvedValue::object(Object { kind: concrete.to_owned(), fields, failures })
        }
        leaf => ResolvedValue::Leaf(leaf),
    }
}

/// Where the manager says that a field is: at its alias, when it has one.
fn place(field: &Field) -> Option<apollo_compiler::parser::SourceSpan> {
    field.alias.as_ref().unwrap_or(&field.name).location()
}
