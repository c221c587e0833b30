//! What to do about an error, as the end of its message.

use std::borrow::Cow;

use http::StatusCode;

use super::{
    Blame, Caller, Document, Error, Http, Problem, Sent,
    classify::{Argument, Class, Fault},
};

/// Larger bodies are answered with `Bad request.` and without a reason.
const LARGEST_BODY: usize = 1 << 20;

pub(super) const NO_LOGIN: &str = if cfg!(feature = "session") {
    ": log in first"
} else {
    ": use the type `api` with an access key and a secret key"
};

pub(super) const MANAGER_TOO_OLD: &str = "; update it, leave out what is newer, or send it anyway \
                                          with VersionPolicy::Warn";

/// Returns the help for a request without a response. `proxy` is the proxy of the endpoint and its
/// variable.
pub(super) fn transport(
    sent: Sent,
    blame: Option<Blame>,
    proxy: Option<&str>,
) -> Cow<'static, str> {
    let variable = proxy.and_then(|proxy| proxy.rsplit(' ').next()).unwrap_or("the variable");
    Cow::Borrowed(match (blame, sent) {
        (Some(Blame::Proxy), _) => {
            return Cow::Owned(format!(
                ": check that the proxy runs and that {variable} has its address, or list the host \
                 of the endpoint in no_proxy"
            ));
        }
        (Some(Blame::ProxyLogin), _) => return proxy_login(variable),
        (Some(Blame::NotTls), _) => {
            ": check the host and the port of the address; if the port speaks plain HTTP, write http://"
        }
        (Some(Blame::NotHttp), _) => {
            ": check the host and the port of the address; if the port speaks TLS, write https://"
        }
        (Some(Blame::NoAnswer), _) => {
            ": if this repeats, check that an HTTP server answers there: the host and the port of the \
             address, and whether it begins with https:// or http://"
        }
        (Some(Blame::Authority), _) => {
            ": check the address; if it is right, name the certificate of the authority in the \
             setting `ca_file`"
        }
        (Some(Blame::Certificate), _) => {
            ": check the address and its certificate: its names, its dates, and this machine's clock"
        }
        (None, Sent::No { timeout: false }) => {
            ": check the host and the port of the address, and that the manager runs there"
        }
        (None, Sent::No { timeout: true }) => {
            ": check the address and the network, or raise the connect timeout"
        }
        (None, Sent::Maybe { timeout: false }) => "",
        (None, Sent::Maybe { timeout: true }) => ": raise the timeout, or request less",
        (None, Sent::TooLarge) => {
            ": request fewer rows, or raise the largest response size of the client"
        }
    })
}

fn proxy_login(variable: &str) -> Cow<'static, str> {
    Cow::Owned(format!(
        ": write the proxy's user name and password into {variable}, as in \
         http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded"
    ))
}

/// Returns the help for a status that is not 2xx.
pub(super) fn http(http: &Http, error: &Error) -> Cow<'static, str> {
    let caller = error.caller();
    let proxy = error.0.proxy.as_deref();
    if http.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        let variable = proxy.and_then(|proxy| proxy.rsplit(' ').next());
        return match variable {
            Some(variable) => proxy_login(variable),
            None => ": give the proxy in front of it the user name and the password that it wants"
                .into(),
        };
    }
    if http.status.is_redirection() {
        return ": configure the address that it redirects to".into();
    }
    if error.is_clock_skew() {
        return match caller {
            Caller::Keys | Caller::Anonymous => {
                ": set this machine's clock, which may be at most 15 minutes off; where it is right, \
                 check that no proxy changes the Date header"
            }
            Caller::Session | Caller::Login | Caller::ForcedLogin => {
                ": the clocks of the webserver and the manager are more than 15 minutes apart: have \
                 them set"
            }
        }
        .into();
    }
    if http.problem.is_none() && http.content_type.as_deref() == Some("text/html") {
        // A page instead of a problem: something in front of the manager answered.
        let help = match http.status {
            StatusCode::UNAUTHORIZED => {
                ": the page is not the manager's: something in front of it requires a login of its \
                 own; check the address, or have the API let through"
            }
            StatusCode::FORBIDDEN => {
                ": the page is not the manager's: something in front of it, such as a firewall, \
                 refuses the request; check the address, or have the API let through"
            }
            StatusCode::TOO_MANY_REQUESTS => {
                ": the page is not the manager's: something in front of it limits requests; wait"
            }
            StatusCode::PAYLOAD_TOO_LARGE if http.sent <= LARGEST_BODY => {
                ": the page is not the manager's: something in front of it takes no request of this \
                 size; have its limit raised, or send less"
            }
            StatusCode::INTERNAL_SERVER_ERROR => {
                ": the page is not the manager's: something in front of it failed, or passed on its \
                 failure; the logs of both have the reason: report the time and the operation to \
                 their administrator"
            }
            _ => "",
        };
        if !help.is_empty() {
            return help.into();
        }
    }
    if error.is_auth() {
        return auth(http, caller).into();
    }
    if error.is_unsupported_version() {
        return ": configure an API version that the manager knows, or negotiate one".into();
    }
    let slug = http.problem.as_ref().map(Problem::slug).unwrap_or_default();
    Cow::Borrowed(match http.status {
        StatusCode::TOO_MANY_REQUESTS if slug == "too-many-requests" => {
            ": wait until logins are taken again, usually 20 minutes, and check the password"
        }
        StatusCode::TOO_MANY_REQUESTS => match caller {
            Caller::Keys => ": wait until the window ends, or have the keypair's rate limit raised",
            Caller::Anonymous => {
                ": wait until the window ends; all callers without keys have one limit together"
            }
            _ => ": wait until the window ends, or have the user's rate limit raised",
        },
        StatusCode::FORBIDDEN => role(caller),
        StatusCode::METHOD_NOT_ALLOWED if caller == Caller::Keys || caller == Caller::Anonymous => {
            ": check the endpoint's address and its path; if it is a webserver, set the endpoint \
             type `session`"
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            ": check the endpoint's address and its path; if it is a manager, set the endpoint type \
             `api`"
        }
        StatusCode::NOT_FOUND if error.is_wrong_address() => match caller {
            Caller::Keys | Caller::Anonymous => ": check the endpoint's address and its path",
            // A manager has no logins.
            _ if http.problem.is_some() => {
                ": check the endpoint's address and its path; if it is a manager, set the endpoint \
                 type `api`"
            }
            _ => ": check the endpoint's address and its path",
        },
        StatusCode::NOT_FOUND => ": check the names and ids of the request",
        StatusCode::CONFLICT if error.is_session_limit() => match caller {
            Caller::ForcedLogin => {
                ": log out elsewhere, or have the user's limit of sessions raised"
            }
            _ => ": log out elsewhere, or log in with force, which ends the oldest session",
        },
        StatusCode::CONFLICT => ": read what exists, then change it or choose another name",
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE if http.sent > LARGEST_BODY => {
            ": the request is larger than the 1 MiB that the manager takes"
        }
        StatusCode::BAD_REQUEST if title(http).starts_with("You have already logged in") => {
            ": log out first, or log in with a client that has no session"
        }
        _ if slug == "rejected-by-hook" && message(http).contains("TOTP code") => {
            ": log in with the one-time password that is shown now; if it is, check the clock of the \
             device that shows it"
        }
        _ if slug == "rejected-by-hook" => {
            ": a plugin of the manager refused it: correct what the reason in brackets names, or ask its \
             administrator about the plugin"
        }
        _ if http.document == Document::Upgrade
            && matches!(http.status.as_u16(), 400 | 426 | 501) =>
        {
            ": check that no proxy on the way keeps WebSockets from the manager"
        }
        _ if error.is_bad_request() => {
            ": correct the request; if it is right, check that no proxy changes its body"
        }
        StatusCode::INTERNAL_SERVER_ERROR => match http.document {
            Document::EncryptedLogin => {
                ": the webserver seems not to have read the encrypted login: use https, or check \
                 that no proxy changes the Host header"
            }
            Document::Own => {
                ": the manager's log has the reason; a document with a syntax error also ends so"
            }
            Document::Validated | Document::Upgrade => {
                ": the manager's log has the reason: report the time and the operation to its \
                 administrator"
            }
        },
        _ if error.is_unavailable() => match proxy {
            // The proxy answers so as well when it does not reach the server.
            Some(proxy) if http.problem.is_none() => {
                return Cow::Owned(format!(
                    ": the proxy {proxy} does not reach it, or what is behind it is down: check that \
                     the address is one that the proxy reaches, and try again later"
                ));
            }
            _ => ": the manager behind it seems to be down: try again later",
        },
        _ => "",
    })
}

fn message(http: &Http) -> &str {
    http.problem.as_ref().and_then(Problem::full_message).unwrap_or_default()
}

fn title(http: &Http) -> &str {
    http.problem.as_ref().and_then(Problem::title).unwrap_or_default()
}

/// Returns the help for a login that was refused with a status of success.
pub(super) fn login(problem: &Problem) -> &'static str {
    match problem.slug() {
        "require-totp-authentication" => ": log in with the one-time password as well",
        "require-totp-registration" => {
            ": register a one-time password in the web interface, or by `Client::register_otp`; then log \
             in with it"
        }
        "password-expired" => PASSWORD_EXPIRED,
        _ if problem.asks_for_otp() => ": log in with the one-time password as well",
        "rejected-by-hook" => {
            ": check the token, and that the manager has the plugin which it is for"
        }
        _ => ": check who logs in, and that the user is active",
    }
}

const PASSWORD_EXPIRED: &str = ": change the password in the web interface or by `Client::change_expired_password`, or have it \
     reset; then log in with the new one";

/// Returns the help for a response that no manager sends.
pub(super) fn not_ours(content_type: Option<&str>, caller: Caller) -> &'static str {
    match (content_type, caller) {
        (Some("text/html"), Caller::Keys | Caller::Anonymous) => {
            ": it is a web page: check that it is the manager's address; if it is a webserver's, set the \
             endpoint type `session`"
        }
        (Some("text/html"), _) => {
            ": it is a web page: check that it is the webserver's address, and that no proxy answers in \
             its place"
        }
        (_, Caller::Keys | Caller::Anonymous) => ": check that it is the manager's address",
        _ => ": check that it is the webserver's address",
    }
}

/// Returns the help for a caller that is not accepted.
fn auth(http: &Http, caller: Caller) -> &'static str {
    let problem = http.problem.as_ref();
    let message = problem.and_then(Problem::full_message).unwrap_or_default();
    let slug = problem.map(Problem::slug).unwrap_or_default();
    // About the account, from the manager or the webserver.
    if slug == "password-expired" {
        return PASSWORD_EXPIRED;
    } else if message.contains("email verification") {
        return ": follow the link in the e-mail that verifies the address; then log in";
    } else if message.starts_with("User credential mismatch") {
        return ": check the e-mail address, the password and the domain, and that the user is active";
    } else if message.starts_with("User account is deleted") {
        return match caller {
            Caller::Keys | Caller::Anonymous => {
                ": the account is gone: use the keys of another user"
            }
            _ => ": the account is gone: log out, and log in as another user",
        };
    } else if message.starts_with("User account is inactive") {
        return match caller {
            Caller::Keys | Caller::Anonymous => {
                ": have an administrator activate the user of the keypair"
            }
            _ => ": have an administrator activate the user, or log in as another one",
        };
    }
    match caller {
        Caller::Session if title(http).starts_with("Unauthorized access") => ": log in again",
        Caller::Session => ": log in again; if that does not help, check that the user is active",
        Caller::Login | Caller::ForcedLogin => {
            ": check the e-mail address, the password and the domain, and that the user is active"
        }
        Caller::Anonymous => ANONYMOUS,
        Caller::Keys => keys(http, message),
    }
}

const ANONYMOUS: &str = ": the access key is empty, so that requests are not signed: set the access \
                         key and the secret key";

/// Returns the help for keys that are not accepted.
fn keys(http: &Http, message: &str) -> &'static str {
    if message.starts_with("Access key not found") {
        ": check the access key, and that its keypair is active"
    } else if title(http).starts_with("Unauthorized access") {
        ": log in again, or give the address of the manager itself: this is its webserver, which \
         takes the session of a login and no keys"
    } else if message.starts_with("Unauthorized access") {
        ": no signature arrived: check that no proxy takes the Authorization header away"
    } else if http.status == StatusCode::BAD_REQUEST {
        ": check that no proxy takes away or changes the Authorization, Date and \
         X-BackendAI-Version headers"
    } else {
        ": check the access key and its secret key, that the keypair and its user are active, and \
         that no proxy changes the Host header or the path"
    }
}

/// Returns the help for a role that does not allow it, with the punctuation before it.
const fn role(caller: Caller) -> &'static str {
    match caller {
        Caller::Keys => ": use the keys of a user whose role allows it",
        Caller::Anonymous => {
            ": the access key is empty, so that requests are not signed: set the keys of a user whose \
             role allows it"
        }
        _ => ": log in as a user whose role allows it",
    }
}

/// Returns the help for GraphQL errors and refusals.
pub(super) const fn class(class: Class, caller: Caller) -> &'static str {
    match class {
        Class::Auth => match caller {
            Caller::Keys => {
                "; check the access key and its secret key, and that the keypair and its user are \
                 active"
            }
            Caller::Anonymous => {
                "; the access key is empty, so that requests are not signed: set the access key and \
                 the secret key"
            }
            _ => "; log in again",
        },
        Class::Role => match caller {
            Caller::Keys => "; use the keys of a user whose role allows it",
            Caller::Anonymous => {
                "; the access key is empty, so that requests are not signed: set the keys of a user \
                 whose role allows it"
            }
            _ => "; log in as a user whose role allows it",
        },
        Class::Missing => "; check the names and ids of the request",
        Class::Conflict => "; read what exists, then change it or choose another name",
        Class::InUse => {
            "; other objects refer to it: remove them first, or make them refer to another"
        }
        Class::Argument(Argument::Filter) => {
            "; correct the filter: the list's own names of columns, texts in double quotes, and \
             values of the column's type"
        }
        Class::Argument(Argument::Order) => {
            "; correct the order: the list's own names of columns, with commas between them and at \
             most one `-` before each"
        }
        Class::Argument(Argument::Window) => "; request rows from 0 on, and 0 or more of them",
        Class::Argument(Argument::Null) => {
            "; null is not accepted here: leave the field out to keep its value"
        }
        Class::Argument(Argument::Value) => "; correct the value of the argument or variable",
        Class::Document(Fault::Unnamed) => "; name the operation of the document that is to run",
        Class::Document(Fault::Introspection) => {
            "; have an administrator allow introspection, or use a schema that was saved"
        }
        Class::Document(Fault::Schema) => {
            "; correct the document, or compile it against the schema of this manager's version"
        }
        Class::Bug => {
            "; the manager's log has the reason: report the time and the operation to its \
             administrator"
        }
        Class::Unimplemented => {
            "; this release of the manager does not implement it: read the state with a query"
        }
        Class::Unavailable => "; try again when what the manager needs is there",
        Class::Other => "",
    }
}
