//! Coarse kinds of errors.

use std::fmt;

use super::Error;

/// Coarse kind of an [`Error`], for logs, metrics and matching. The predicates (`is_…`) are finer,
/// and several of them can hold; of the kinds, the first that applies in the order below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is missing or wrong; nothing was sent.
    Config,
    /// The manager or the configured version of the API is too old.
    Version,
    /// The caller is not accepted: keys, session, login or date.
    Auth,
    /// Too many requests.
    RateLimit,
    /// The caller's role does not allow it.
    Permission,
    /// The endpoint is not a manager.
    Address,
    /// What was named does not exist.
    NotFound,
    /// It exists already, or its state forbids the change.
    Conflict,
    /// A filter, order, window, variable or argument is wrong.
    Argument,
    /// The document does not fit the manager's schema.
    Document,
    /// The request is wrong in another way.
    Request,
    /// A mutation answered `ok: false` for another reason.
    Refused,
    /// A mutation of several objects was done in part.
    Partial,
    /// A timeout.
    Timeout,
    /// No connection, a broken connection, or a response that is too large.
    Transport,
    /// The manager is down behind a proxy or webserver.
    Unavailable,
    /// The manager failed.
    Server,
    /// The response does not have the expected shape.
    Response,
    /// A list contradicts itself while it is read.
    Pagination,
    /// Anything else.
    Other,
}

/// A kind with its name and condition.
type Row = (ErrorKind, &'static str, fn(&Error) -> bool);

/// All kinds; the first whose condition holds counts.
const KINDS: &[Row] = &[
    (ErrorKind::Config, "config", Error::is_config),
    (ErrorKind::Version, "version", |e| e.is_unsupported_version() || e.is_manager_too_old()),
    (ErrorKind::Auth, "auth", Error::is_auth),
    (ErrorKind::RateLimit, "rate_limit", Error::is_rate_limited),
    (ErrorKind::Permission, "permission", Error::is_permission_denied),
    (ErrorKind::Address, "address", Error::is_wrong_address),
    (ErrorKind::NotFound, "not_found", Error::is_not_found),
    (ErrorKind::Conflict, "conflict", Error::is_conflict),
    (ErrorKind::Argument, "argument", |e| e.is_bad_argument() || e.is_encode()),
    (ErrorKind::Document, "document", Error::is_bad_document),
    (ErrorKind::Request, "request", Error::is_bad_request),
    (ErrorKind::Refused, "refused", Error::is_refused),
    (ErrorKind::Partial, "partial", Error::is_partial),
    (ErrorKind::Timeout, "timeout", Error::is_timeout),
    (ErrorKind::Transport, "transport", Error::is_transport),
    (ErrorKind::Unavailable, "unavailable", Error::is_unavailable),
    (ErrorKind::Server, "server", Error::is_server_bug),
    (ErrorKind::Response, "response", Error::is_decode),
    (ErrorKind::Pagination, "pagination", Error::is_pagination),
    (ErrorKind::Other, "other", |_| true),
];

impl Error {
    /// Returns the coarse kind.
    pub fn kind(&self) -> ErrorKind {
        let found = KINDS.iter().find(|(_, _, holds)| holds(self));
        found.map_or(ErrorKind::Other, |(kind, ..)| *kind)
    }
}

impl ErrorKind {
    /// Returns the name, such as `not_found`.
    pub fn as_str(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("other", |(_, name, _)| name)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::TransportError;

    #[test]
    fn errors_of_the_client_have_a_kind() {
        let encode = serde_json::from_str::<u8>("x").unwrap_err();
        for (error, kind) in [
            (Error::config("setting"), "config"),
            (Error::argument("value"), "argument"),
            (Error::encode(encode), "argument"),
            (Error::absent("name"), "not_found"),
            (Error::no_login(), "auth"),
            (Error::transport(TransportError::not_sent("x"), true), "transport"),
            (Error::transport(TransportError::maybe_sent("x").timed_out(), true), "timeout"),
            (Error::transport(TransportError::too_large(1), true), "transport"),
            (Error::null("data", false), "response"),
            (Error::pagination("list".to_owned()), "pagination"),
            (Error::stuck(1, 2), "pagination"),
        ] {
            assert_eq!(error.kind().to_string(), kind, "{error}");
        }
    }

    #[test]
    fn a_configuration_error_keeps_its_problems() {
        let config = crate::Config::builder().build().unwrap_err();
        let error = Error::from(config.clone());
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Config, config.to_string()));
        let source = std::error::Error::source(&error).unwrap();
        assert_eq!(source.downcast_ref::<crate::ConfigError>().unwrap(), &config);
    }
}
