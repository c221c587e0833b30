//! What to do about an error, as the end of its message.

use http::StatusCode;

use super::{
    Document, Error, Http, Problem, Sent,
    classify::{Argument, Class, Fault},
};

/// The manager answers `Bad request.` without a reason to larger bodies.
const LARGEST_BODY: usize = 1 << 20;

pub(super) const NO_LOGIN: &str = if cfg!(feature = "session") {
    ": log in first"
} else {
    ": use the type `api` with an access key and a secret key"
};

pub(super) const MANAGER_TOO_OLD: &str = "; update it, leave out what is newer, or have it sent \
                                          all the same with VersionPolicy::Warn";

/// Help for a request without a response.
pub(super) const fn transport(sent: Sent) -> &'static str {
    match sent {
        Sent::No { timeout: false } => ": check the address, the network and its certificate",
        Sent::No { timeout: true } => {
            ": check the address and the network, or raise the connect timeout"
        }
        Sent::Maybe { timeout: false } => "",
        Sent::Maybe { timeout: true } => ": raise the timeout or ask for less",
        Sent::TooLarge => ": ask for fewer rows, or raise the largest response size of the client",
    }
}

/// Help for a status that is not 2xx.
pub(super) fn http(http: &Http, error: &Error) -> &'static str {
    if http.status.is_redirection() {
        return ": configure the address that it redirects to";
    }
    if error.is_clock_skew() {
        return ": set this machine's clock, which may be at most 15 minutes off; where it is \
                right, check that no proxy changes the Date header";
    }
    let message = http.problem.as_ref().and_then(Problem::full_message).unwrap_or_default();
    if error.is_auth() {
        return auth(http, message);
    }
    if error.is_unsupported_version() {
        return ": configure an API version that the manager knows, or negotiate one";
    }
    let slug = http.problem.as_ref().map(Problem::slug).unwrap_or_default();
    match http.status {
        StatusCode::TOO_MANY_REQUESTS if slug == "too-many-requests" => {
            ": wait until logins are taken again, usually 20 minutes, and check the password"
        }
        StatusCode::TOO_MANY_REQUESTS => {
            ": wait until the window ends, or have the keypair's rate limit raised"
        }
        StatusCode::FORBIDDEN => ": use the keys of a user whose role allows it",
        StatusCode::METHOD_NOT_ALLOWED => {
            ": check the endpoint's address and its path; where it is a webserver, say that its \
             type is `session`"
        }
        StatusCode::NOT_FOUND if error.is_wrong_address() => {
            ": check the endpoint's address and its path"
        }
        StatusCode::NOT_FOUND => ": check the names and ids of the request",
        StatusCode::CONFLICT if slug == "active-login-session-exists" => {
            ": log out elsewhere, or log in with force, which ends the oldest session"
        }
        StatusCode::CONFLICT => ": read what is there before you change it",
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE if http.sent > LARGEST_BODY => {
            ": the request is larger than the 1 MiB that the manager takes"
        }
        StatusCode::BAD_REQUEST if title(http).starts_with("You have already logged in") => {
            ": log out first, or log in with a client that has no session"
        }
        _ if slug == "rejected-by-hook" => {
            ": a plugin of the manager refused it for the reason in brackets"
        }
        _ if http.document == Document::Upgrade
            && matches!(http.status.as_u16(), 400 | 426 | 501) =>
        {
            ": check that no proxy on the way keeps WebSockets from the manager"
        }
        _ if error.is_bad_request() => {
            ": correct the request; where it is right, check that no proxy changes its body"
        }
        StatusCode::INTERNAL_SERVER_ERROR => match http.document {
            Document::EncryptedLogin => {
                ": the webserver seems not to have read the encrypted login: use https, or check \
                 that no proxy changes the Host header"
            }
            Document::Own => {
                ": the manager's log has the reason; a document with a syntax error also ends so"
            }
            _ => {
                ": the manager's log has the reason: tell its administrator the time and the \
                  operation"
            }
        },
        _ if error.is_unavailable() => ": the manager behind it seems to be down: try again later",
        _ => "",
    }
}

fn title(http: &Http) -> &str {
    http.problem.as_ref().and_then(Problem::title).unwrap_or_default()
}

/// Help for a login that was refused with a status of success.
pub(super) fn login(problem: &Problem) -> &'static str {
    match problem.slug() {
        "require-totp-authentication" => ": log in with the one-time password as well",
        "require-totp-registration" => {
            ": have the user register one, with the token that this error carries"
        }
        _ if problem.asks_for_otp() => ": log in with the one-time password as well",
        "rejected-by-hook" => {
            ": check the token, and that the manager has the plugin which it is for"
        }
        _ => ": check who logs in, and that the user is active",
    }
}

/// Help for a response that no manager sends.
pub(super) fn not_ours(content_type: Option<&str>) -> &'static str {
    match content_type {
        Some("text/html") => {
            ": a page for people is there: check that it is the manager's address, and where it is a \
             webserver, that its type is `session`"
        }
        _ => ": check that it is the manager's address",
    }
}

fn auth(http: &Http, message: &str) -> &'static str {
    let title = title(http);
    if message.starts_with("Access key not found") {
        ": check the access key, and that its keypair is active"
    } else if message.starts_with("User account is inactive") {
        ": have an administrator activate the user of the keypair"
    } else if title.starts_with("Unauthorized access") {
        ": log in again, or give the address of the manager itself: this is its webserver, which \
         takes the session of a login and no keys"
    } else if message.starts_with("Unauthorized access") {
        ": no signature arrived: check that no proxy takes the Authorization header away"
    } else if message.starts_with("User credential mismatch") {
        ": check the e-mail address, the password and the domain, and that the user is active"
    } else if http.status == StatusCode::BAD_REQUEST {
        ": check that no proxy takes away or changes the Authorization, Date and \
         X-BackendAI-Version headers"
    } else {
        ": check the access key and its secret key, that the keypair and its user are active, and \
         that no proxy changes the Host header or the path"
    }
}

/// Help for GraphQL errors and refusals.
pub(super) const fn class(class: Class) -> &'static str {
    match class {
        Class::Role => "; use the keys of a user whose role allows it",
        Class::Missing => "; check the names and ids of the request",
        Class::Conflict => "; read what is there before you change it",
        Class::Argument(Argument::Filter) => {
            "; correct the filter: the list's own names of columns, texts in double quotes, and \
             values of the column's type"
        }
        Class::Argument(Argument::Order) => {
            "; correct the order: the list's own names of columns, with commas between them and at \
             most one `-` before each"
        }
        Class::Argument(Argument::Window) => "; ask for rows from 0 on, and for 0 or more of them",
        Class::Argument(Argument::Null) => {
            "; leave the property out where it is to stay, in place of giving null"
        }
        Class::Argument(Argument::Value) => "; correct the value of the argument or variable",
        Class::Document(Fault::Unnamed) => "; say which operation of the document is to run",
        Class::Document(Fault::Introspection) => {
            "; have an administrator allow introspection, or use a schema that was saved"
        }
        Class::Document(Fault::Schema) => {
            "; correct the document, or compile it against the schema of this manager's version"
        }
        Class::Bug => {
            "; the manager's log has the reason: tell its administrator the time and the operation"
        }
        Class::Unimplemented => {
            "; this release of the manager does not implement it: read the state with a query"
        }
        Class::Other => "",
    }
}
