//! One error type for everything that can fail.

mod body;
mod caller;
mod classify;
mod conflict;
mod constructors;
mod display;
mod help;
mod kind;
mod message;
mod predicates;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

pub(crate) use self::caller::Caller;
pub(crate) use self::classify::Document;
pub(crate) use self::message::{head, undecodable};
pub use self::{
    body::{GraphqlError, Location, Problem},
    kind::ErrorKind,
};
use crate::{
    config::ApiVersion,
    http::RateLimit,
    version::{ManagerVersion, Requirement},
};

/// The result of a fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The type of sources.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed.
///
/// `Display` names what failed, where, and what to do about it; [`source`](std::error::Error::source)
/// has the cause. [`kind`](Self::kind) is the coarse kind; of the predicates (`is_…`), more than one
/// can hold.
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
    kind: Repr,
    operation: Option<Cow<'static, str>>,
    endpoint: Option<Arc<str>>,
    outcome_unknown: bool,
    rate_limit: Option<RateLimit>,
    /// The delay in `Retry-After`.
    retry_after: Option<Duration>,
    /// How the caller of the request was identified.
    caller: Option<Caller>,
    /// The proxy of the endpoint and its variable, as in `http://proxy:3128 of http_proxy`.
    proxy: Option<Arc<str>>,
    /// Failures of earlier requests of the same call.
    earlier: Vec<Error>,
    source: Option<Source>,
}

enum Repr {
    /// A setting is missing or wrong.
    Config(Cow<'static, str>),
    /// A value cannot be sent as it is.
    Argument(Cow<'static, str>),
    /// What was named does not exist.
    Absent(Cow<'static, str>),
    /// A session is required and there is none.
    NoLogin,
    /// The webserver refused a login.
    Login(Box<Refused>),
    /// The variables cannot be written as JSON.
    Encode,
    Transport(Sent, Option<Blame>),
    Http(Box<Http>),
    Graphql(Box<Graphql>),
    Refused {
        field: String,
        message: Option<String>,
    },
    /// A mutation of several objects was done in part.
    Partial(Box<Partial>),
    Decode(Box<Decode>),
    /// The manager closed the connection of a subscription.
    #[cfg_attr(
        not(feature = "subscription"),
        expect(dead_code, reason = "only subscriptions are closed")
    )]
    Closed(Closed),
    TooOld {
        server: ApiVersion,
        minimum: ApiVersion,
    },
    /// Not sent, because it requires a newer manager.
    ManagerTooOld {
        manager: ManagerVersion,
        missing: Vec<Requirement>,
    },
    /// A list that contradicts itself.
    Pagination(String),
    /// A list that ends before its total.
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
    /// The response was larger than allowed.
    TooLarge,
}

/// How a WebSocket was closed.
struct Closed {
    code: Option<u16>,
    reason: String,
}

/// What a failure without a response is due to, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// No connection to the proxy.
    Proxy,
    /// The proxy requires a user name and a password.
    ProxyLogin,
    /// What answers does not speak TLS, or hangs up, and the address is `https://`.
    NotTls,
    /// What answers does not speak HTTP, and the address is `http://`: it may speak TLS.
    NotHttp,
    /// The connection was closed before an answer began.
    NoAnswer,
    /// The certificate is of an authority that is not trusted.
    Authority,
    /// The certificate is not valid for another reason.
    Certificate,
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

/// The answer to a refused login, with a status of success and without a session.
struct Refused {
    status: StatusCode,
    problem: Problem,
    /// Registers a one-time password.
    token: Option<secrecy::SecretString>,
}

/// The answer to a mutation of several objects, some of which failed.
struct Partial {
    field: String,
    /// The reason of each failure.
    messages: Vec<Option<String>>,
    data: Box<RawValue>,
}

pub(crate) struct Graphql {
    pub(crate) status: StatusCode,
    pub(crate) errors: Vec<GraphqlError>,
    pub(crate) data: Option<Box<RawValue>>,
}

/// A response that is not what was expected.
pub(crate) struct Decode {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    pub(crate) reason: String,
    /// Where in the response; `None` when it is not JSON at all.
    pub(crate) json_path: Option<String>,
    pub(crate) excerpt: String,
    pub(crate) data: Option<Box<RawValue>>,
}

/// Accessors.
impl Error {
    /// Returns the name of the operation.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Returns the endpoint; of several, the last that was tried.
    pub fn endpoint(&self) -> Option<&str> {
        self.0.endpoint.as_deref()
    }

    /// Returns the failures of earlier requests of the same call, in order.
    pub fn previous_attempts(&self) -> &[Self] {
        &self.0.earlier
    }

    /// Returns the status of the response, if there was one. GraphQL errors mostly come with 200.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Repr::Http(http) => Some(http.status),
            Repr::Graphql(graphql) => Some(graphql.status),
            Repr::Decode(decode) => Some(decode.status),
            Repr::Refused { .. } | Repr::Partial(_) => Some(StatusCode::OK),
            Repr::Login(refused) => Some(refused.status),
            _ => None,
        }
    }

    /// Returns the manager's code, such as `user_auth_unauthorized`; of several GraphQL errors, the
    /// first code.
    pub fn error_code(&self) -> Option<&str> {
        match &self.0.kind {
            Repr::Http(http) => http.problem.as_ref()?.error_code(),
            Repr::Graphql(graphql) => graphql.errors.iter().find_map(GraphqlError::code),
            _ => None,
        }
    }

    /// Returns the problem body of a status that is not 2xx, or of a refused login.
    pub fn problem(&self) -> Option<&Problem> {
        match &self.0.kind {
            Repr::Http(http) => http.problem.as_ref(),
            Repr::Login(refused) => Some(&refused.problem),
            _ => None,
        }
    }

    /// Returns the GraphQL errors of the response; empty for every other error.
    pub fn graphql_errors(&self) -> &[GraphqlError] {
        match &self.0.kind {
            Repr::Graphql(graphql) => &graphql.errors,
            _ => &[],
        }
    }

    /// Returns why a mutation answered `ok: false`, as far as it is safe to show.
    pub fn refusal_message(&self) -> Option<Cow<'_, str>> {
        match &self.0.kind {
            Repr::Refused { message, .. } => message.as_deref().map(message::shown),
            _ => None,
        }
    }

    /// Returns the whole message of the manager: of a refusal, a problem, or all GraphQL errors, one
    /// per line. It may contain secrets; `Display` shows the part that does not.
    pub fn server_message_full(&self) -> Option<Cow<'_, str>> {
        match &self.0.kind {
            Repr::Refused { message, .. } => message.as_deref().map(Cow::Borrowed),
            Repr::Http(_) => self.problem()?.full_message().map(Cow::Borrowed),
            Repr::Login(_) => self.problem()?.full_message().map(Cow::Borrowed),
            Repr::Graphql(graphql) => {
                let all = graphql.errors.iter().map(GraphqlError::full_message);
                Some(Cow::Owned(all.collect::<Vec<_>>().join("\n")))
            }
            Repr::Partial(partial) => {
                let all = partial.messages.iter().flatten().map(String::as_str);
                Some(Cow::Owned(all.collect::<Vec<_>>().join("\n")))
            }
            _ => None,
        }
    }

    /// Returns the data of a response with GraphQL errors, or with objects that failed, as JSON. It
    /// may contain secrets.
    pub fn partial_data_json(&self) -> Option<&str> {
        match &self.0.kind {
            Repr::Partial(partial) => Some(partial.data.get()),
            Repr::Graphql(graphql) => graphql.data.as_deref().map(RawValue::get),
            Repr::Decode(decode) => decode.data.as_deref().map(RawValue::get),
            _ => None,
        }
    }

    /// Decodes the same. Fields at the paths of the errors must be optional.
    ///
    /// # Errors
    ///
    /// When the data is not of that shape.
    pub fn partial_data<T: DeserializeOwned>(&self) -> Option<Result<T, serde_json::Error>> {
        self.partial_data_json().map(serde_json::from_str)
    }

    /// Returns the token with which the user registers a one-time password, when
    /// [`is_otp_registration_required`](Self::is_otp_registration_required). It is a secret.
    pub fn otp_registration_token(&self) -> Option<&secrecy::SecretString> {
        match &self.0.kind {
            Repr::Login(refused) => refused.token.as_ref(),
            _ => None,
        }
    }

    /// Returns where in the response decoding failed, such as `data.keypair_list.items[0].user_id`.
    pub fn json_path(&self) -> Option<&str> {
        match &self.0.kind {
            Repr::Decode(decode) => decode.json_path.as_deref(),
            _ => None,
        }
    }

    /// Returns the beginning of a body that was not understood. It may contain secrets.
    pub fn body_excerpt(&self) -> Option<&str> {
        match &self.0.kind {
            Repr::Http(http) => Some(&http.excerpt),
            Repr::Decode(decode) => Some(&decode.excerpt),
            _ => None,
        }
    }

    /// Returns the code with which the manager closed the connection of a subscription, such as 1012
    /// for a restart; `None` for any other error, and where it gave none.
    pub const fn close_code(&self) -> Option<u16> {
        match &self.0.kind {
            Repr::Closed(closed) => closed.code,
            _ => None,
        }
    }

    /// Returns what the operation requires and the manager lacks, newest first; empty unless
    /// [`is_manager_too_old`](Self::is_manager_too_old).
    pub fn missing(&self) -> &[Requirement] {
        match &self.0.kind {
            Repr::ManagerTooOld { missing, .. } => missing,
            _ => &[],
        }
    }

    /// Returns the rate limit that the response reports: of the keypair, or of all anonymous callers
    /// together.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.0.rate_limit
    }

    /// Returns how long the server asks to wait: by `Retry-After`, or, as the manager does after too
    /// many requests, by the end of the rate-limit window.
    pub fn retry_after(&self) -> Option<Duration> {
        let window = self.rate_limit().filter(|_| self.is_rate_limited());
        self.0.retry_after.or(window.and_then(|window| window.reset))
    }

    /// Returns how the caller of the request was identified; by keys unless it is known.
    fn caller(&self) -> Caller {
        self.0.caller.unwrap_or(Caller::Keys)
    }

    /// Returns the `error.type` of OpenTelemetry.
    pub(crate) fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match &self.0.kind {
            Repr::Config(_) => "config",
            Repr::Argument(_) => "argument",
            Repr::Absent(_) => "absent",
            Repr::NoLogin => "no_login",
            Repr::Login(_) => "login",
            Repr::Encode => "encode",
            Repr::Transport(Sent::No { timeout: false }, _) => "connect",
            Repr::Transport(Sent::No { timeout: true }, _) => "connect_timeout",
            Repr::Transport(Sent::Maybe { timeout: false }, _) => "transport",
            Repr::Transport(Sent::Maybe { timeout: true }, _) => "timeout",
            Repr::Transport(Sent::TooLarge, _) => "too_large",
            Repr::Http(http) => return Cow::Owned(http.status.as_str().to_owned()),
            Repr::Graphql(_) => "graphql",
            Repr::Refused { .. } => "refused",
            Repr::Partial(_) => "partial",
            Repr::Decode(_) => "decode",
            Repr::Closed(_) => "closed",
            Repr::TooOld { .. } => "too_old",
            Repr::ManagerTooOld { .. } => "manager_too_old",
            Repr::Pagination(_) | Repr::Stuck { .. } => "stuck",
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
