//! One constructor for each kind of failure.

use std::{borrow::Cow, sync::Arc, time::Duration};

use http::StatusCode;
use serde_json::value::RawValue;

use super::{
    Caller, Decode, Error, Graphql, Http, Inner, Partial, Repr, Sent, Source, classify::Class,
};
use crate::{
    config::ApiVersion,
    http::{HttpResponse, RateLimit},
    response::RequestInfo,
    transport::TransportError,
    version::{InvalidManagerVersion, ManagerVersion, Requirement},
};

impl Error {
    fn new(kind: Repr) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            endpoint: None,
            outcome_unknown: false,
            rate_limit: None,
            retry_after: None,
            caller: None,
            proxy: None,
            earlier: Vec::new(),
            source: None,
        }))
    }

    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Repr::Config(message.into()))
    }

    /// A value cannot be sent as it is.
    pub(crate) fn argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Repr::Argument(message.into()))
    }

    /// What was named does not exist, which the manager reports as null.
    pub(crate) fn absent(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Repr::Absent(message.into()))
    }

    pub(crate) fn no_login() -> Self {
        Self::new(Repr::NoLogin)
    }

    /// The answer to a login without a session. Its problem is in `data`.
    #[cfg_attr(not(feature = "session"), expect(dead_code, reason = "only a session is logged in"))]
    pub(crate) fn login_refused(response: &HttpResponse) -> Self {
        #[derive(serde::Deserialize)]
        struct Body {
            data: Token,
        }
        #[derive(serde::Deserialize)]
        struct Token {
            two_factor_registration_token: Option<String>,
        }
        let token = serde_json::from_slice(&response.body).ok();
        Self::new(Repr::Login(Box::new(super::Refused {
            status: response.status,
            problem: super::Problem::of(&response.body).unwrap_or_default(),
            token: token
                .and_then(|body: Body| body.data.two_factor_registration_token)
                .map(Into::into),
        })))
    }

    pub(crate) fn encode(source: serde_json::Error) -> Self {
        if source.is_io() {
            // A number is refused; bytes in memory fail in no other way.
            return Self::argument(source.to_string());
        }
        Self::new(Repr::Encode).with_source(source)
    }

    /// `writes` is whether the call may have changed something.
    pub(crate) fn transport(source: TransportError, writes: bool) -> Self {
        let timeout = source.is_timeout();
        let sent = match (source.is_not_sent(), source.is_too_large()) {
            (true, _) => Sent::No { timeout },
            (_, true) => Sent::TooLarge,
            _ => Sent::Maybe { timeout },
        };
        let blame = source.blame();
        let mut error = Self::new(Repr::Transport(sent, blame)).with_source(source);
        error.0.outcome_unknown = writes && !matches!(sent, Sent::No { .. });
        error
    }

    /// The rate limit allows no request before the call times out.
    pub(crate) fn rate_limit_exhausted(ends: Duration) -> Self {
        let source = format!("the rate limit is exhausted for {} s more", ends.as_secs());
        let source = TransportError::not_sent(source).timed_out();
        Self::transport(source, false).with_retry_after(Some(ends))
    }

    pub(crate) fn http(http: Http, writes: bool) -> Self {
        // A gateway answers for a manager that may be at work; a manager that failed may have
        // written before.
        let failed = http.status.is_server_error();
        let mut error = Self::new(Repr::Http(Box::new(http)));
        error.0.outcome_unknown = writes && failed;
        error
    }

    pub(crate) fn graphql(graphql: Graphql, request: RequestInfo) -> Self {
        // What fails inside may have written before, as with a status of 500. And what fails below
        // the root of the answer fails after the mutation was done.
        let unknown = graphql.errors.iter().any(|error| {
            request.writes && error.class() == Class::Bug
                || request.mutation && error.is_below_root()
        });
        let mut error = Self::new(Repr::Graphql(Box::new(graphql)));
        error.0.outcome_unknown = unknown;
        error
    }

    pub(crate) fn refused(field: &str, message: Option<&str>) -> Self {
        let (field, message) = (field.to_owned(), message.map(str::to_owned));
        Self::new(Repr::Refused { field, message })
    }

    /// A mutation of several objects was done in part: some failed, for these reasons.
    pub(crate) fn partial(field: &str, messages: Vec<Option<String>>, data: Box<RawValue>) -> Self {
        let field = field.to_owned();
        Self::new(Repr::Partial(Box::new(Partial { field, messages, data })))
    }

    pub(crate) fn decode(decode: Decode, writes: bool) -> Self {
        let mut error = Self::new(Repr::Decode(Box::new(decode)));
        error.0.outcome_unknown = writes;
        error
    }

    /// The manager closed the connection of a subscription.
    #[cfg(feature = "subscription")]
    pub(crate) fn closed(code: Option<u16>, reason: String) -> Self {
        Self::new(Repr::Closed(super::Closed { code, reason }))
    }

    /// Adds the path to GraphQL errors that came with an event of this root field, and therefore
    /// from its execution. The manager leaves it out.
    #[cfg(feature = "subscription")]
    pub(crate) fn with_path(mut self, root: &str) -> Self {
        if let Repr::Graphql(graphql) = &mut self.0.kind {
            for error in &mut graphql.errors {
                error.add_path(root);
            }
        }
        self
    }

    /// Null where the schema promises a value, without a reason. `writes` is whether it was the
    /// response to a mutation.
    pub(crate) fn null(path: &str, writes: bool) -> Self {
        let decode = Decode {
            status: StatusCode::OK,
            content_type: None,
            reason: "the manager answered null".to_owned(),
            json_path: Some(path.to_owned()),
            excerpt: String::new(),
            data: None,
        };
        Self::decode(decode, writes)
    }

    /// A call succeeded and its response was not read, which cannot happen.
    pub(crate) fn unread() -> Self {
        Self::absent("the response was not read")
    }

    pub(crate) fn too_old(server: ApiVersion, minimum: ApiVersion) -> Self {
        Self::new(Repr::TooOld { server, minimum })
    }

    pub(crate) fn manager_too_old(manager: ManagerVersion, missing: Vec<Requirement>) -> Self {
        Self::new(Repr::ManagerTooOld { manager, missing })
    }

    /// A list that cannot be read to its end.
    pub(crate) fn pagination(message: String) -> Self {
        Self::new(Repr::Pagination(message))
    }

    pub(crate) fn stuck(offset: u64, total: u64) -> Self {
        Self::new(Repr::Stuck { offset, total })
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

    /// `proxy` is the one of the endpoint and its variable.
    pub(crate) fn with_caller(mut self, caller: Caller, proxy: Option<Arc<str>>) -> Self {
        self.0.caller = Some(caller);
        self.0.proxy = proxy;
        self
    }

    /// The login ends the oldest sessions.
    #[cfg(feature = "session")]
    pub(crate) fn with_forced_login(mut self) -> Self {
        self.0.caller = Some(Caller::ForcedLogin);
        self
    }

    pub(crate) fn with_rate_limit(mut self, rate_limit: Option<RateLimit>) -> Self {
        self.0.rate_limit = rate_limit;
        self
    }

    pub(crate) fn with_retry_after(mut self, after: Option<Duration>) -> Self {
        self.0.retry_after = after;
        self
    }

    /// The outcome stays unknown if that of an earlier request is.
    pub(crate) fn with_previous_attempts(mut self, earlier: Vec<Self>) -> Self {
        self.0.outcome_unknown |= earlier.iter().any(Self::is_outcome_unknown);
        self.0.earlier = earlier;
        self
    }
}

impl From<InvalidManagerVersion> for Error {
    fn from(error: InvalidManagerVersion) -> Self {
        Self::config(error.to_string())
    }
}

impl From<crate::config::ConfigError> for Error {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::config(error.to_string()).with_source(error)
    }
}
