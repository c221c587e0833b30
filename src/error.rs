//! One error for everything that can go wrong.

mod answer;
mod display;
mod message;

use std::{borrow::Cow, fmt, sync::Arc};

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

pub use self::answer::{GraphqlError, Location, Problem};
pub(crate) use self::message::{head, undecodable};
use crate::{
    config::ApiVersion, operation::Refusal, response::RateLimit, transport::TransportError,
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
    /// Failures at other endpoints, tried before the one that this error is about.
    earlier: Vec<Error>,
    source: Option<Source>,
}

enum Kind {
    /// A setting is missing or wrong.
    Config(Cow<'static, str>),
    /// The session of a login is needed and there is none.
    NoLogin,
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
    pub(crate) rate_limit: Option<RateLimit>,
    /// Size of the request's body.
    pub(crate) sent: usize,
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

impl Error {
    fn new(kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            endpoint: None,
            outcome_unknown: false,
            earlier: Vec::new(),
            source: None,
        }))
    }

    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Config(message.into()))
    }

    pub(crate) fn no_login() -> Self {
        Self::new(Kind::NoLogin)
    }

    pub(crate) fn encode(source: serde_json::Error) -> Self {
        Self::new(Kind::Encode).with_source(source)
    }

    /// `writes` says whether the call may have changed something.
    pub(crate) fn transport(source: TransportError, writes: bool) -> Self {
        let timeout = source.is_timeout();
        let sent = match (source.is_not_sent(), source.is_too_large()) {
            (true, _) => Sent::No { timeout },
            (_, true) => Sent::TooLarge,
            _ => Sent::Maybe { timeout },
        };
        let mut error = Self::new(Kind::Transport(sent)).with_source(source);
        error.0.outcome_unknown = writes && !matches!(sent, Sent::No { .. });
        error
    }

    pub(crate) fn http(http: Http, writes: bool) -> Self {
        // A gateway answers for a manager that may be at work; a manager that failed may have
        // written before.
        let unknown = writes && http.status.is_server_error();
        let mut error = Self::new(Kind::Http(Box::new(http)));
        error.0.outcome_unknown = unknown;
        error
    }

    pub(crate) fn graphql(graphql: Graphql) -> Self {
        Self::new(Kind::Graphql(Box::new(graphql)))
    }

    pub(crate) fn refused(refusal: Refusal<'_>) -> Self {
        Self::new(Kind::Refused {
            field: refusal.field.to_owned(),
            message: refusal.message.map(str::to_owned),
        })
    }

    pub(crate) fn decode(decode: Decode, writes: bool) -> Self {
        let mut error = Self::new(Kind::Decode(Box::new(decode)));
        error.0.outcome_unknown = writes;
        error
    }

    pub(crate) fn too_old(server: ApiVersion, minimum: ApiVersion) -> Self {
        Self::new(Kind::TooOld { server, minimum })
    }

    pub(crate) fn stuck(offset: u64, total: u64) -> Self {
        Self::new(Kind::Stuck { offset, total })
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_operation(mut self, name: Cow<'static, str>) -> Self {
        self.0.operation = Some(name);
        self
    }

    pub(crate) fn with_endpoint(mut self, endpoint: Arc<str>) -> Self {
        self.0.endpoint = Some(endpoint);
        self
    }

    pub(crate) fn with_earlier(mut self, earlier: Vec<Self>) -> Self {
        self.0.earlier = earlier;
        self
    }
}

/// What a program asks.
impl Error {
    /// A setting is missing or wrong, and nothing was sent. The message names the setting.
    pub fn is_config(&self) -> bool {
        matches!(self.0.kind, Kind::Config(_))
    }

    /// No answer came: no connection, a timeout, a connection that broke, an answer too large.
    pub fn is_transport(&self) -> bool {
        matches!(self.0.kind, Kind::Transport(_))
    }

    /// No connection was made, so nothing was sent and the call is safe to repeat. Usually the
    /// address is wrong, the manager is down, or its certificate is not trusted.
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Transport(Sent::No { .. }))
    }

    /// It took too long. Raise the connect or read timeout of the configuration or the timeout
    /// of the call, or ask for less.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.0.kind,
            Kind::Transport(Sent::No { timeout: true } | Sent::Maybe { timeout: true })
        )
    }

    /// The answer had a status that is not 2xx; see [`status`](Self::status) and
    /// [`problem`](Self::problem).
    pub fn is_http(&self) -> bool {
        matches!(self.0.kind, Kind::Http(_))
    }

    /// The manager does not accept who is calling: wrong or inactive keys, or a signature that is
    /// not over what arrived. Check the keys; where a proxy stands between, check that it
    /// keeps the `Host` header and the path, which are signed.
    pub fn is_auth(&self) -> bool {
        matches!(self.0.kind, Kind::NoLogin)
            || self.status() == Some(StatusCode::UNAUTHORIZED)
            || self.problem().is_some_and(|problem| {
                matches!(problem.slug(), "auth-failed" | "invalid-auth-params")
            })
    }

    /// The clocks of the two machines are more than 15 minutes apart. Set the clock of this one.
    pub fn is_clock_skew(&self) -> bool {
        self.problem().is_some_and(|problem| {
            problem.slug() == "invalid-auth-params"
                && problem.full_message().is_some_and(|text| text.contains("Date/time sync"))
        })
    }

    /// The keypair used up its requests. [`rate_limit`](Self::rate_limit) says when it gets new
    /// ones; its `rate_limit` can be raised by an administrator.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The caller may not do this. Most of the Admin API wants a domain's administrator or a
    /// superadmin.
    pub fn is_permission_denied(&self) -> bool {
        match &self.0.kind {
            Kind::Http(http) => http.status == StatusCode::FORBIDDEN,
            Kind::Graphql(graphql) => graphql.has_detail("forbidden"),
            Kind::Refused { message, .. } => {
                message.as_deref().is_some_and(|text| text.starts_with("no permission"))
            }
            _ => false,
        }
    }

    /// What was named does not exist, or no row matched. The manager also says "no matching" for
    /// rows that a rule of its own excludes, such as a user's default keypair. Also a path that
    /// the manager does not serve: see whether the endpoint is right.
    pub fn is_not_found(&self) -> bool {
        match &self.0.kind {
            Kind::Http(http) => http.status == StatusCode::NOT_FOUND,
            Kind::Graphql(graphql) => graphql.has_detail("not-found"),
            Kind::Refused { message, .. } => {
                message.as_deref().is_some_and(|text| text.starts_with("no matching"))
            }
            _ => false,
        }
    }

    /// What was to be made exists already, or is in a state that does not allow the change.
    pub fn is_conflict(&self) -> bool {
        match &self.0.kind {
            Kind::Http(http) => http.status == StatusCode::CONFLICT,
            Kind::Graphql(graphql) => graphql.has_detail("conflict"),
            _ => false,
        }
    }

    /// The answer has GraphQL errors, see [`graphql_errors`](Self::graphql_errors). What it has
    /// beside them is kept as [`partial_data`](Self::partial_data).
    pub fn is_graphql(&self) -> bool {
        matches!(self.0.kind, Kind::Graphql(_))
    }

    /// A mutation was understood and answered with `ok: false`: it did nothing. Its reason is
    /// [`refusal_message`](Self::refusal_message).
    pub fn is_refused(&self) -> bool {
        matches!(self.0.kind, Kind::Refused { .. })
    }

    /// The answer is not JSON, or not of the shape that was asked for; see
    /// [`json_path`](Self::json_path). Usually the endpoint is not a manager, or the manager is of
    /// another version than the schema that the operation was compiled against.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Decode(_))
    }

    /// The manager speaks only versions that this crate does not. Update the manager.
    pub fn is_unsupported_version(&self) -> bool {
        matches!(self.0.kind, Kind::TooOld { .. })
    }

    /// A mutation, or a document of unknown kind, may or may not have taken effect. Look before
    /// sending it again.
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// The answer has more bytes than the client takes. Ask for fewer rows, or raise
    /// [`ClientBuilder::max_response_size`](crate::client::ClientBuilder::max_response_size).
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::Transport(Sent::TooLarge))
    }
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

    /// What happened at other endpoints before, in order.
    pub fn earlier(&self) -> &[Self] {
        &self.0.earlier
    }

    /// Status of the answer, when there was one. GraphQL errors mostly come with 200.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Kind::Http(http) => Some(http.status),
            Kind::Graphql(graphql) => Some(graphql.status),
            Kind::Decode(decode) => Some(decode.status),
            Kind::Refused { .. } => Some(StatusCode::OK),
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

    /// The problem body of a status that is not 2xx.
    pub fn problem(&self) -> Option<&Problem> {
        match &self.0.kind {
            Kind::Http(http) => http.problem.as_ref(),
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
            Kind::Http(http) => http.problem.as_ref()?.full_message().map(Cow::Borrowed),
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

    /// How many requests the keypair has left, when the answer said so.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        match &self.0.kind {
            Kind::Http(http) => http.rate_limit,
            _ => None,
        }
    }
}

impl Graphql {
    /// Whether an error's code ends so: codes are domain, operation and detail.
    fn has_detail(&self, detail: &str) -> bool {
        self.errors
            .iter()
            .filter_map(|error| error.code()?.rsplit('_').next())
            .any(|found| found == detail)
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

impl From<crate::config::ConfigError> for Error {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::config(error.to_string())
    }
}
