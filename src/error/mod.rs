//! One error for everything that can go wrong.

mod body;
mod classify;
mod constructors;
mod display;
mod help;
mod message;
mod predicates;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

pub use self::body::{GraphqlError, Location, Problem};
pub(crate) use self::classify::Document;
pub(crate) use self::message::{head, undecodable};
use crate::{
    config::ApiVersion,
    http::RateLimit,
    version::{ManagerVersion, Requirement},
};

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sources are kept as.
pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed.
///
/// `Display` says what failed, where, and what to do about it; the causes are behind
/// [`source`](std::error::Error::source). The predicates (`is_…`) answer what a program asks; more
/// than one can hold.
///
/// # Secrets
///
/// The manager's messages can quote rows of its database and variables of the request. `Display`
/// and `Debug` show a message only up to such a quotation. [`server_message_full`],
/// [`body_excerpt`] and [`partial_data`] show everything: do not log what they return.
///
/// [`server_message_full`]: Self::server_message_full
/// [`body_excerpt`]: Self::body_excerpt
/// [`partial_data`]: Self::partial_data
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    operation: Option<Cow<'static, str>>,
    endpoint: Option<Arc<str>>,
    outcome_unknown: bool,
    rate_limit: Option<RateLimit>,
    /// What `Retry-After` says.
    retry_after: Option<Duration>,
    /// Failures of requests that were sent before the one that this error is about.
    earlier: Vec<Error>,
    source: Option<Source>,
}

enum Kind {
    /// A setting is missing or wrong.
    Config(Cow<'static, str>),
    /// A value cannot be sent as it is.
    Argument(Cow<'static, str>),
    /// What was named is not there.
    Absent(Cow<'static, str>),
    /// The session of a login is needed and there is none.
    NoLogin,
    /// The webserver understood a login and did not let the user in.
    Login(Box<Refused>),
    /// The variables cannot be written as JSON.
    Encode,
    Transport(Sent),
    Http(Box<Http>),
    Graphql(Box<Graphql>),
    Refused {
        field: String,
        message: Option<String>,
    },
    Decode(Box<Decode>),
    TooOld {
        server: ApiVersion,
        minimum: ApiVersion,
    },
    /// Not sent, because it needs a newer manager.
    ManagerTooOld {
        manager: ManagerVersion,
        missing: Vec<Requirement>,
    },
    /// A list that contradicts itself.
    Walk(String),
    /// A list that does not end as it says.
    Stuck {
        offset: u64,
        total: u64,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    No {
        timeout: bool,
    },
    Maybe {
        timeout: bool,
    },
    /// The answer came and was larger than allowed.
    TooLarge,
}

/// A status that is not 2xx.
pub(crate) struct Http {
    pub(crate) status: StatusCode,
    pub(crate) problem: Option<Problem>,
    pub(crate) content_type: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) excerpt: String,
    /// Size of the request's body.
    pub(crate) sent: usize,
    pub(crate) document: Document,
}

/// A login that was answered with a status of success and without a session.
struct Refused {
    status: StatusCode,
    problem: Problem,
    /// To register a one-time password with.
    token: Option<secrecy::SecretString>,
}

pub(crate) struct Graphql {
    pub(crate) status: StatusCode,
    pub(crate) errors: Vec<GraphqlError>,
    pub(crate) data: Option<Box<RawValue>>,
}

/// An answer that is not what was asked for.
pub(crate) struct Decode {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    pub(crate) reason: String,
    /// Where in the answer; empty when it is not JSON at all.
    pub(crate) json_path: Option<String>,
    pub(crate) excerpt: String,
    pub(crate) data: Option<Box<RawValue>>,
}

/// What is known of it.
impl Error {
    /// Name of the operation.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The endpoint that it happened at; of several, the last that was tried.
    pub fn endpoint(&self) -> Option<&str> {
        self.0.endpoint.as_deref()
    }

    /// What happened to the requests of the same call that were sent before, in order.
    pub fn previous_attempts(&self) -> &[Self] {
        &self.0.earlier
    }

    /// Status of the answer, when there was one. GraphQL errors mostly come with 200.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Kind::Http(http) => Some(http.status),
            Kind::Graphql(graphql) => Some(graphql.status),
            Kind::Decode(decode) => Some(decode.status),
            Kind::Refused { .. } => Some(StatusCode::OK),
            Kind::Login(refused) => Some(refused.status),
            _ => None,
        }
    }

    /// The manager's code, such as `user_auth_unauthorized`; of several GraphQL errors, the first
    /// that has one.
    pub fn error_code(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Http(http) => http.problem.as_ref()?.error_code(),
            Kind::Graphql(graphql) => graphql.errors.iter().find_map(GraphqlError::code),
            _ => None,
        }
    }

    /// The problem body of a status that is not 2xx, or of a refused login.
    pub fn problem(&self) -> Option<&Problem> {
        match &self.0.kind {
            Kind::Http(http) => http.problem.as_ref(),
            Kind::Login(refused) => Some(&refused.problem),
            _ => None,
        }
    }

    /// The GraphQL errors of the answer; empty for every other error.
    pub fn graphql_errors(&self) -> &[GraphqlError] {
        match &self.0.kind {
            Kind::Graphql(graphql) => &graphql.errors,
            _ => &[],
        }
    }

    /// Why a mutation answered `ok: false`, as far as it is safe to show.
    pub fn refusal_message(&self) -> Option<Cow<'_, str>> {
        match &self.0.kind {
            Kind::Refused { message, .. } => message.as_deref().map(message::shown),
            _ => None,
        }
    }

    /// Everything that the manager said: of a refusal, a problem, or all GraphQL errors, one per
    /// line. It may hold secrets; `Display` shows the part that does not.
    pub fn server_message_full(&self) -> Option<Cow<'_, str>> {
        match &self.0.kind {
            Kind::Refused { message, .. } => message.as_deref().map(Cow::Borrowed),
            Kind::Http(_) => self.problem()?.full_message().map(Cow::Borrowed),
            Kind::Login(_) => self.problem()?.full_message().map(Cow::Borrowed),
            Kind::Graphql(graphql) => {
                let all = graphql.errors.iter().map(GraphqlError::full_message);
                Some(Cow::Owned(all.collect::<Vec<_>>().join("\n")))
            }
            _ => None,
        }
    }

    /// What the answer has in spite of its GraphQL errors, as JSON. It may hold secrets.
    pub fn partial_data_json(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Graphql(graphql) => graphql.data.as_deref().map(RawValue::get),
            Kind::Decode(decode) => decode.data.as_deref().map(RawValue::get),
            _ => None,
        }
    }

    /// The same, decoded. A type whose fields are optional where the errors are fits.
    ///
    /// # Errors
    ///
    /// When the data is not of that shape.
    pub fn partial_data<T: DeserializeOwned>(&self) -> Option<Result<T, serde_json::Error>> {
        self.partial_data_json().map(serde_json::from_str)
    }

    /// The token with which the user registers a one-time password, when
    /// [`is_otp_registration_required`](Self::is_otp_registration_required). It is a secret.
    pub fn otp_registration_token(&self) -> Option<&secrecy::SecretString> {
        match &self.0.kind {
            Kind::Login(refused) => refused.token.as_ref(),
            _ => None,
        }
    }

    /// Where in the answer the decoding failed, such as `data.keypair_list.items[0].user_id`.
    pub fn json_path(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Decode(decode) => decode.json_path.as_deref(),
            _ => None,
        }
    }

    /// How the body began that was not understood. It may hold secrets.
    pub fn body_excerpt(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Http(http) => Some(&http.excerpt),
            Kind::Decode(decode) => Some(&decode.excerpt),
            _ => None,
        }
    }

    /// What the operation needs and the manager does not have, newest first; empty for every other
    /// error than [`is_manager_too_old`](Self::is_manager_too_old).
    pub fn missing(&self) -> &[Requirement] {
        match &self.0.kind {
            Kind::ManagerTooOld { missing, .. } => missing,
            _ => &[],
        }
    }

    /// How many requests the caller has left, when the answer said so: of the keypair, or of all
    /// who are nobody.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.0.rate_limit
    }

    /// How long the server wants not to be asked again, when it says so: by `Retry-After`, or, as
    /// the manager does when there were too many requests, by the end of the rate-limit window.
    pub fn retry_after(&self) -> Option<Duration> {
        let window = self.rate_limit().filter(|_| self.is_rate_limited());
        self.0.retry_after.or(window.and_then(|window| window.reset))
    }

    /// Few words for whoever counts failures; `error.type` of OpenTelemetry.
    pub(crate) fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match &self.0.kind {
            Kind::Config(_) => "config",
            Kind::Argument(_) => "argument",
            Kind::Absent(_) => "absent",
            Kind::NoLogin => "no_login",
            Kind::Login(_) => "login",
            Kind::Encode => "encode",
            Kind::Transport(Sent::No { timeout: false }) => "connect",
            Kind::Transport(Sent::No { timeout: true }) => "connect_timeout",
            Kind::Transport(Sent::Maybe { timeout: false }) => "transport",
            Kind::Transport(Sent::Maybe { timeout: true }) => "timeout",
            Kind::Transport(Sent::TooLarge) => "too_large",
            Kind::Http(http) => return Cow::Owned(http.status.as_str().to_owned()),
            Kind::Graphql(_) => "graphql",
            Kind::Refused { .. } => "refused",
            Kind::Decode(_) => "decode",
            Kind::TooOld { .. } => "too_old",
            Kind::ManagerTooOld { .. } => "manager_too_old",
            Kind::Walk(_) | Kind::Stuck { .. } => "stuck",
        })
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("message", &self.to_string());
        if let Some(status) = self.status() {
            debug.field("status", &status);
        }
        if let Some(code) = self.error_code() {
            debug.field("error_code", &code);
        }
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}
