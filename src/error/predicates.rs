//! Predicates of an error.

use http::StatusCode;

use super::{
    Caller, Error, Problem, Repr, Sent,
    classify::{self, Class},
};

impl Error {
    /// A setting is missing or wrong, and nothing was sent. The message names the setting.
    pub fn is_config(&self) -> bool {
        matches!(self.0.kind, Repr::Config(_))
    }

    /// There is no response: no connection, a timeout, a connection that broke, a response that is
    /// too large. Also a subscription whose connection was closed.
    pub fn is_transport(&self) -> bool {
        matches!(self.0.kind, Repr::Transport(..) | Repr::Closed(_))
    }

    /// No connection was made, so nothing was sent and the call is safe to repeat. Usually the
    /// address is wrong, the manager is down, or its certificate is not trusted.
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Repr::Transport(Sent::No { .. }, _)) && !self.is_outcome_unknown()
    }

    /// It took too long. Raise the connect or read timeout of the configuration or the timeout
    /// of the call, or request less.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.0.kind,
            Repr::Transport(Sent::No { timeout: true } | Sent::Maybe { timeout: true }, _)
        )
    }

    /// The response has a status that is not 2xx; see [`status`](Self::status) and
    /// [`problem`](Self::problem).
    pub fn is_http(&self) -> bool {
        matches!(self.0.kind, Repr::Http(_))
    }

    /// The manager does not accept the caller: wrong or inactive keys, a session that ended, or a
    /// signature that does not match the request. Check the keys; with a proxy in between, check that
    /// it keeps the `Host` header and the path, which are signed.
    pub fn is_auth(&self) -> bool {
        matches!(self.0.kind, Repr::NoLogin | Repr::Login(_))
            || self.status() == Some(StatusCode::UNAUTHORIZED)
            || self.problem().is_some_and(|problem| {
                matches!(problem.slug(), "auth-failed" | "invalid-auth-params" | "password-expired")
            })
            || self.has(|class| class == Class::Auth)
    }

    /// A session is required and there is none, or it has ended. Log in, see
    /// [`session`](crate::session), and repeat the request, which did nothing.
    pub fn is_login_required(&self) -> bool {
        let webserver =
            |problem: &Problem| problem.slug() == "auth-failed" && problem.is_from_webserver();
        matches!(self.0.kind, Repr::NoLogin)
            || self.caller() == Caller::Session && self.has(|class| class == Class::Auth)
            || self.http_status() == Some(StatusCode::UNAUTHORIZED)
                && self.problem().is_some_and(|problem| {
                    webserver(problem)
                        && problem.title().is_some_and(|t| t.starts_with("Unauthorized access"))
                })
    }

    /// The password of a login has expired: change it, and log in with the new one.
    pub fn is_password_expired(&self) -> bool {
        self.problem().is_some_and(|problem| problem.slug() == "password-expired")
    }

    /// The user has as many sessions as the manager allows. Log out elsewhere, or log in with `force`,
    /// which ends the oldest session.
    pub fn is_session_limit(&self) -> bool {
        self.problem().is_some_and(|problem| problem.slug() == "active-login-session-exists")
    }

    /// The login lacks the one-time password: log in with it,
    /// `Login::otp`.
    pub fn is_otp_required(&self) -> bool {
        self.problem().is_some_and(Problem::asks_for_otp)
    }

    /// Users must have a one-time password here and this one has none: register one, with
    /// [`otp_registration_token`](Self::otp_registration_token).
    pub fn is_otp_registration_required(&self) -> bool {
        self.problem().is_some_and(|problem| problem.slug() == "require-totp-registration")
    }

    /// The error comes from the webserver, not the manager behind it. It does not hold for a few
    /// responses that are the same from both.
    pub fn is_from_webserver(&self) -> bool {
        self.problem().is_some_and(Problem::is_from_webserver)
    }

    /// The clocks of the two machines are more than 15 minutes apart, or a proxy takes the `Date`
    /// header away. Set the clock of this machine.
    pub fn is_clock_skew(&self) -> bool {
        self.problem().is_some_and(|problem| {
            problem.slug() == "invalid-auth-params"
                && problem.full_message().is_some_and(|text| text.contains("Date/time sync"))
        })
    }

    /// Too many requests of the keypair, or too many failed logins. Wait:
    /// [`rate_limit`](Self::rate_limit) says until when. An administrator can raise the keypair's
    /// `rate_limit`.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The caller may not do this. Most of the Admin API requires a domain's administrator or a
    /// superadmin: use the keys of one.
    pub fn is_permission_denied(&self) -> bool {
        self.http_status() == Some(StatusCode::FORBIDDEN) || self.has(|class| class == Class::Role)
    }

    /// What was named does not exist, or no row matched. Check the names and ids of the request.
    /// The manager also says "no matching" for rows that a rule of its own excludes, such as a
    /// user's default keypair. Also a path that the manager does not serve, see
    /// [`is_wrong_address`](Self::is_wrong_address).
    pub fn is_not_found(&self) -> bool {
        matches!(self.0.kind, Repr::Absent(_))
            || self.http_status() == Some(StatusCode::NOT_FOUND)
            || self.has(|class| class == Class::Missing)
    }

    /// What is created exists already, or its state does not allow the change, such as deleting a
    /// default keypair. Read it before the next change.
    pub fn is_conflict(&self) -> bool {
        self.http_status() == Some(StatusCode::CONFLICT)
            || self.has(|class| matches!(class, Class::Conflict | Class::InUse))
    }

    /// The request itself is wrong and fails again when it is repeated: its document
    /// ([`is_bad_document`](Self::is_bad_document)), a value in it
    /// ([`is_bad_argument`](Self::is_bad_argument)), or, when neither holds, its body. Usually a
    /// body is larger than 1 MiB or something on the way changes it.
    pub fn is_bad_request(&self) -> bool {
        let body = matches!(
            self.http_status(),
            Some(
                StatusCode::BAD_REQUEST
                    | StatusCode::PAYLOAD_TOO_LARGE
                    | StatusCode::UNSUPPORTED_MEDIA_TYPE
                    | StatusCode::UNPROCESSABLE_ENTITY
            )
        );
        body && !self.is_auth() && !self.is_unsupported_version()
            || self.is_bad_document()
            || self.is_bad_argument()
    }

    /// The document cannot be parsed or does not fit the manager's schema. A document that was
    /// compiled here fits another version of the schema than the manager's; correct one of your
    /// own. The legacy schema answers a document that cannot be parsed with 500, as it does a bug of its
    /// own: then [`is_server_bug`](Self::is_server_bug) holds.
    pub fn is_bad_document(&self) -> bool {
        self.has(|class| matches!(class, Class::Document(_)))
    }

    /// A value is refused: a filter, an order, a window of rows, a variable or an
    /// argument of another type. Correct the value; the message names it or its place.
    pub fn is_bad_argument(&self) -> bool {
        matches!(self.0.kind, Repr::Argument(_))
            || self.has(|class| matches!(class, Class::Argument(_)))
    }

    /// The manager failed, and its message does not blame the caller.
    /// Usually a bug or a broken database: the manager's log has the reason. An `Authorization`
    /// header that a proxy changed, and a document of your own with a syntax error, can have the same
    /// response.
    pub fn is_server_bug(&self) -> bool {
        self.http_status() == Some(StatusCode::INTERNAL_SERVER_ERROR)
            || self.has(|class| matches!(class, Class::Bug | Class::Unimplemented))
    }

    /// A proxy or the webserver answered because the manager behind it does not (502, 503, 504), or
    /// the manager needs an agent or a service that it does not have or reach. Usually something is
    /// being restarted: try again later, a mutation only after a look.
    pub fn is_unavailable(&self) -> bool {
        let gateway = matches!(
            self.http_status(),
            Some(
                StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            )
        );
        gateway || self.has(|class| class == Class::Unavailable)
    }

    /// What answered is no manager, or the manager does not serve this path: a redirect, 404, 405,
    /// or an answer that is not JSON. Check the endpoint's address.
    pub fn is_wrong_address(&self) -> bool {
        match &self.0.kind {
            Repr::Http(http) => {
                http.status.is_redirection()
                    || http.status == StatusCode::METHOD_NOT_ALLOWED
                    || http.status == StatusCode::NOT_FOUND
                        && http.problem.as_ref().is_none_or(|found| found.slug() == "url-not-found")
            }
            Repr::Decode(decode) => decode.json_path.is_none(),
            _ => false,
        }
    }

    /// The response has GraphQL errors, see [`graphql_errors`](Self::graphql_errors). Its data is
    /// kept as [`partial_data`](Self::partial_data).
    pub fn is_graphql(&self) -> bool {
        matches!(self.0.kind, Repr::Graphql(_))
    }

    /// A mutation was understood and answered with `ok: false`: it did nothing. Its reason is
    /// [`refusal_message`](Self::refusal_message).
    pub fn is_refused(&self) -> bool {
        matches!(self.0.kind, Repr::Refused { .. })
    }

    /// A mutation of several objects was done in part, and the manager reports which of them failed.
    /// [`partial_data`](Self::partial_data) is the whole answer. Correct what failed and repeat only that.
    pub fn is_partial(&self) -> bool {
        matches!(self.0.kind, Repr::Partial(_))
    }

    /// The response is not JSON, or not of the expected shape; see
    /// [`json_path`](Self::json_path). Usually the endpoint is not a manager, or the manager is of
    /// another version than the schema that the operation was compiled against.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Repr::Decode(_))
    }

    /// The manager and this client have no version of the API in common: the manager is too old,
    /// or it does not know the configured version. Update the manager, or configure a version that
    /// it knows; [`Client::negotiate`](crate::Client::negotiate) finds one.
    pub fn is_unsupported_version(&self) -> bool {
        matches!(self.0.kind, Repr::TooOld { .. })
            || self
                .problem()
                .and_then(Problem::full_message)
                .is_some_and(|text| text.starts_with("Unsupported API version"))
    }

    /// The manager is older than the operation, or a supplied value, requires; nothing was sent.
    /// [`missing`](Self::missing) lists what it lacks. Update the manager or leave that out; where
    /// the schema's version is wrong, set a [`VersionPolicy`](crate::VersionPolicy).
    pub fn is_manager_too_old(&self) -> bool {
        matches!(self.0.kind, Repr::ManagerTooOld { .. })
    }

    /// A mutation, or a document of unknown kind, may or may not have taken effect: it may have
    /// reached the manager, and there is no response. Look before sending it again.
    /// Never holds for a query. `docs/reliability.md` of the repository has the recipe, and
    /// `examples/read_back.rs` is a program that follows it.
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// The response has more bytes than the client allows. Ask for fewer rows, or raise
    /// [`ClientBuilder::max_response_size`](crate::client::ClientBuilder::max_response_size).
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.kind, Repr::Transport(Sent::TooLarge, _))
    }

    /// The manager's rate limit is exhausted, which it checks before it reads the request: nothing
    /// was done. Any other 429 leaves that open.
    pub(crate) fn is_rate_limit_exceeded(&self) -> bool {
        self.is_rate_limited()
            && self.problem().is_some_and(|problem| problem.slug() == "rate-limit-exceeded")
    }

    /// The response is not a manager's, or there is none.
    pub(crate) fn is_no_manager(&self) -> bool {
        self.is_transport() && !self.is_too_large()
            || self.is_unavailable()
            || self.is_wrong_address() && self.problem().is_none()
    }

    /// Returns the status of a response that is neither data nor GraphQL errors.
    fn http_status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Repr::Http(http) => Some(http.status),
            _ => None,
        }
    }

    /// The variables cannot be written as JSON.
    pub(super) fn is_encode(&self) -> bool {
        matches!(self.0.kind, Repr::Encode)
    }

    /// A list contradicts itself.
    pub(super) fn is_pagination(&self) -> bool {
        matches!(self.0.kind, Repr::Pagination(_) | Repr::Stuck { .. })
    }

    /// Returns whether a GraphQL error or the refusal is of such a class.
    fn has(&self, wanted: impl Fn(Class) -> bool) -> bool {
        match &self.0.kind {
            Repr::Graphql(graphql) => graphql.errors.iter().any(|error| wanted(error.class())),
            Repr::Refused { message, .. } => wanted(classify::refusal(message.as_deref())),
            _ => false,
        }
    }
}
