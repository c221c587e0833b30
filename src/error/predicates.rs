//! What a program asks an error.

use http::StatusCode;

use super::{Error, Graphql, Kind, Sent};

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

impl Graphql {
    /// Whether an error's code ends so: codes are domain, operation and detail.
    fn has_detail(&self, detail: &str) -> bool {
        self.errors
            .iter()
            .filter_map(|error| error.code()?.rsplit('_').next())
            .any(|found| found == detail)
    }
}
