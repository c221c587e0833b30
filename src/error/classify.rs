//! Classifies failures where the manager's codes do not.
//!
//! One code, `backendai_generic_internal-error`, stands for a filter with a typing error and for a
//! bug alike, and a document that cannot be parsed is a 500. The messages are those of 26.9.

use super::GraphqlError;

/// Class of one GraphQL error or refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The caller is not accepted.
    Auth,
    Role,
    Missing,
    Conflict,
    /// A conflict with rows that refer to it.
    InUse,
    Argument(Argument),
    Document(Fault),
    Bug,
    /// The schema has it, and the manager does not.
    Unimplemented,
    /// An agent or a service that the manager needs is missing.
    Unavailable,
    /// Any other code or message.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Filter,
    Order,
    Window,
    Null,
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Several operations without a name.
    Unnamed,
    Introspection,
    Schema,
}

impl GraphqlError {
    pub(super) fn class(&self) -> Class {
        let text = self.full_message();
        // Below the root it is a value of the manager's own that its schema does not allow.
        let of_answer = self.is_below_root() && text.contains(" cannot represent ");
        if let Some(argument) = argument(text).filter(|_| !of_answer) {
            return Class::Argument(argument);
        }
        // These have the code of a bug.
        if text.starts_with("Only superadmin can") {
            return Class::Role;
        }
        if let Some(class) = database(text) {
            return class;
        }
        let Some(code) = self.code() else {
            // A failure during execution has a path; a refusal before it has none.
            return match self.path() {
                Some(_) => event(text),
                None => Class::Document(fault(text)),
            };
        };
        match code.rsplit('_').next() {
            // About the keypair, not the caller's role: it is a default keypair.
            _ if code == "user-keypair_read_forbidden" => Class::InUse,
            Some("unauthorized") => Class::Auth,
            Some("forbidden") => Class::Role,
            Some("not-found") => Class::Missing,
            Some("conflict" | "already-exists") => Class::Conflict,
            // The name of a domain or a project that is taken.
            Some("invalid-parameters") if text.contains(" already exists") => Class::Conflict,
            Some("invalid-parameters" | "bad-request") => Class::Argument(Argument::Value),
            Some("unavailable" | "unreachable") => Class::Unavailable,
            Some("internal-error") => Class::Bug,
            _ => Class::Other,
        }
    }
}

/// Classifies the message of `ok: false`.
pub(super) fn refusal(message: Option<&str>) -> Class {
    let text = message.unwrap_or_default();
    if text.starts_with("no permission") {
        Class::Role
    } else if text.starts_with("no matching") {
        Class::Missing
    } else if text.contains("used as the default access key") {
        Class::InUse
    } else if let Some(class) = database(text) {
        class
    } else if is_no_member(text) {
        Class::Argument(Argument::Value)
    } else {
        Class::Other
    }
}

/// Values that the manager fails to read, and reports as a bug of its own.
const UNREADABLE: [&str; 4] = [
    "badly formed hexadecimal UUID string",
    "decimal.ConversionSyntax",
    "('Unconvertible value'",
    "'utf-8' codec can't decode byte",
];

/// Classifies what the database refused: it changed nothing.
fn database(text: &str) -> Option<Class> {
    const VALUES: [&str; 10] = [
        "StringDataRightTruncationError",
        "NumericValueOutOfRangeError",
        "InvalidTextRepresentationError",
        "CharacterNotInRepertoireError",
        "UntranslatableCharacterError",
        "InvalidDatetimeFormatError",
        "DatetimeFieldOverflowError",
        "CheckViolationError",
        "asyncpg.exceptions.DataError",
        "invalid input for query argument",
    ];
    if text.contains("ForeignKeyViolationError") {
        // The other way round, rows that exist refer to it.
        let missing = text.contains("insert or update on table");
        Some(if missing { Class::Missing } else { Class::InUse })
    } else if text.contains("UniqueViolationError") {
        Some(Class::Conflict)
    } else if text.contains("NotNullViolationError") {
        Some(Class::Argument(Argument::Null))
    } else {
        let value = VALUES.iter().any(|name| text.contains(name));
        value.then_some(Class::Argument(Argument::Value))
    }
}

/// Returns whether a value is not one of an enum's: `'x' is not a valid UserRole`, or the name alone.
fn is_no_member(text: &str) -> bool {
    let Some((name, rest)) = text.strip_prefix('\'').and_then(|rest| rest.rsplit_once('\'')) else {
        return false;
    };
    let kind = rest.strip_prefix(" is not a valid ");
    let named = kind.is_some_and(|kind| kind.chars().all(|c| c.is_ascii_alphanumeric()));
    // An error about a key of the server's own is in lower case.
    let alone = rest.is_empty() && !name.is_empty() && !name.contains(char::is_lowercase);
    named || alone && name.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '-'))
}

fn argument(text: &str) -> Option<Argument> {
    // A value in a filter reached the database with the wrong type.
    let types = ["builtins.ValueError", "UndefinedFunctionError", "InvalidTextRepresentationError"];
    if text.starts_with("Query filter parsing error:")
        || text.starts_with('(')
            && text.contains("[SQL: SELECT")
            && types.iter().any(|of| text.contains(of))
    {
        Some(Argument::Filter)
    } else if text.starts_with("Query ordering parsing error:") {
        Some(Argument::Order)
    } else if text.ends_with("LIMIT must not be negative")
        || text.ends_with("OFFSET must not be negative")
    {
        Some(Argument::Window)
    } else if text.starts_with("Variable '$")
        || text.contains(" cannot represent ")
        || UNREADABLE.iter().any(|of| text.contains(of))
        || is_no_member(text)
    {
        Some(Argument::Value)
    } else {
        None
    }
}

/// Classifies the failure of a subscription, which has no code.
fn event(text: &str) -> Class {
    if text.starts_with("Insufficient permission") || text.starts_with("Insufficient privilege") {
        Class::Role
    } else if text.starts_with("No such session") {
        Class::Missing
    } else if text.starts_with("Invalid session ID format") {
        Class::Argument(Argument::Value)
    } else if text == "Subscription not implemented" {
        Class::Unimplemented
    } else {
        Class::Bug
    }
}

fn fault(text: &str) -> Fault {
    if text.starts_with("Must provide operation name")
        || text.starts_with("Unknown operation named")
    {
        Fault::Unnamed
    } else if text.contains("introspection is disabled") {
        Fault::Introspection
    } else {
        Fault::Schema
    }
}

/// The document that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    /// Validated when it was compiled, or there is none.
    Validated,
    /// The caller's own.
    Own,
    /// None yet: the connection of a subscription is upgraded first.
    Upgrade,
    /// None, but a login with an encrypted body.
    #[cfg_attr(not(feature = "session"), expect(dead_code, reason = "only logins are encrypted"))]
    EncryptedLogin,
}
