//! Field errors with their codes, which the errors of the executor cannot carry.

use std::borrow::Cow;
use std::cell::RefCell;

use apollo_compiler::executable::Field;
use apollo_compiler::parser::{LineColumn, SourceSpan};
use apollo_compiler::resolvers::{FieldError, ResolveInfo};
use apollo_compiler::response::{GraphQLError, JsonValue};

/// The code of an unexpected error.
pub(super) const DEFAULT: &str = "backendai_generic_internal-error";

/// The error of a field.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    message: String,
    code: Option<Cow<'static, str>>,
    /// The faults of an input, beside the code.
    details: Option<Box<JsonValue>>,
    places: Vec<LineColumn>,
}

impl Failure {
    pub(super) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { message: message.into(), code: Some(code.into()), details: None, places: Vec::new() }
    }

    /// Adds the faults of an input.
    pub(super) fn details(mut self, details: JsonValue) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// An unexpected exception in the manager.
    pub(super) fn unexpected(message: impl Into<String>) -> Self {
        Self::new(DEFAULT, message)
    }

    pub(super) fn forbidden() -> Self {
        Self::new("backendai_generic_forbidden", "Forbidden operation.")
    }

    pub(super) fn privilege() -> Self {
        Self::new("user_auth_forbidden", "Insufficient privilege.")
    }

    /// A domain that does not exist.
    pub(super) fn no_such_domain() -> Self {
        let message = "Entity not found. (No DomainRow matches the given key)";
        Self::new("domain_read_not-found", message)
    }

    pub(super) fn bad_uuid() -> Self {
        Self::unexpected("badly formed hexadecimal UUID string")
    }

    /// A violated unique constraint, in the words of the database.
    pub(super) fn taken(constraint: &str, key: &str) -> Self {
        let message = format!(
            "Unique constraint violated. (<class 'asyncpg.exceptions.UniqueViolationError'>: \
             duplicate key value violates unique constraint \"{constraint}\"\nDETAIL:  {key} \
             already exists.)"
        );
        Self::new("database_generic_already-exists", message)
    }

    /// A role that may sign requests, but that no root field supports.
    pub(super) fn role() -> Self {
        let message = "Missing or invalid API parameters. (Unknown client role)";
        Self::new("api_generic_invalid-parameters", message)
    }

    /// An error recorded in place of a value; that of a scalar has no code.
    pub(super) fn recorded(error: &JsonValue) -> Self {
        let text = |name| error.get(name).and_then(JsonValue::as_str).map(str::to_owned);
        let code = text("code").map(Cow::Owned);
        Self {
            message: text("message").unwrap_or_default(),
            code,
            details: None,
            places: Vec::new(),
        }
    }

    pub(super) fn unserved_root(name: &str) -> Self {
        let message = format!("The embedded manager does not serve the root field `{name}`.");
        Self::new("embedded_generic_not-implemented", message)
    }

    pub(super) fn unserved_field(kind: &str, name: &str) -> Self {
        let message = format!("The embedded manager does not serve the field `{kind}.{name}`.");
        Self::new("embedded_generic_not-implemented", message)
    }

    /// Stores the failure and returns an error with its number, for [`to_graphql_error`].
    pub(super) fn raise(
        mut self,
        info: &ResolveInfo<'_>,
        failures: &RefCell<Vec<Self>>,
    ) -> FieldError {
        let place = info.field_selections().first().and_then(|field| place(field));
        let sources = &info.document().sources;
        self.places.extend(place.and_then(|place| place.line_column(sources)));
        let mut failures = failures.borrow_mut();
        failures.push(self);
        FieldError { message: format!("failure {}", failures.len() - 1) }
    }
}

/// Converts an error of the executor to one of the manager: message, location and code. Errors of the
/// executor itself have the code `default`.
pub(super) fn to_graphql_error(
    mut error: GraphQLError,
    failures: &[Failure],
    default: Option<&'static str>,
) -> GraphQLError {
    let failure = error
        .message
        .rsplit_once("failure ")
        .and_then(|(_, number)| number.parse::<usize>().ok())
        .and_then(|number| failures.get(number));
    let code = failure.map_or(default.map(Cow::Borrowed), |failure| failure.code.clone());
    if let Some(failure) = failure {
        error.message.clone_from(&failure.message);
        error.locations.clone_from(&failure.places);
        error.extensions.extend(failure.details.clone().map(|details| ("errors".into(), *details)));
    }
    if let Some(code) = code {
        error.extensions.insert("code", JsonValue::from(code.into_owned()));
    }
    error
}

/// Returns the location of a field: that of the alias, if there is one.
fn place(field: &Field) -> Option<SourceSpan> {
    field.alias.as_ref().unwrap_or(&field.name).location()
}
