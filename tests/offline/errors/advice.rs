//! What every kind of error advises: a golden file with what failed, why, and what to do.
//!
//! Each answer is given to an operation and to a list, with keys, without them and with a session, and
//! to a login; directly and through a proxy. Calls with the same outcome are listed together.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use backendai::{
    Client, Config, EndpointType, Error, ErrorKind, Retry, Session,
    admin::keypair::{GetKeyPair, PagedKeyPairs},
    config::Env,
    transport::{HttpResponse, TransportError},
};
use http::{StatusCode, header};

use crate::support::{
    golden,
    transport::{Answer, Fake},
};

/// A name, and what the transport gives.
type Case = (&'static str, fn() -> Answer);

fn answer(status: u16, content_type: &'static str, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    let mut answer = HttpResponse::new(status, body.to_owned());
    answer.headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    Ok(answer)
}

fn page(status: u16) -> Answer {
    answer(status, "text/html", "<html></html>")
}

/// A problem of the manager, with a code.
fn problem(status: u16, slug: &str, title: &str, msg: &str) -> Answer {
    let body = serde_json::json!({
        "type": format!("https://api.backend.ai/probs/{slug}"),
        "title": title,
        "error_code": "api_generic_code",
        "msg": msg,
    });
    answer(status, "application/problem+json", &body.to_string())
}

/// A login that is refused.
fn refused(status: u16, slug: &str, title: &str, details: &str) -> Answer {
    let body = serde_json::json!({
        "authenticated": false,
        "data": {
            "type": format!("https://api.backend.ai/probs/{slug}"),
            "title": title,
            "details": details,
        },
    });
    answer(status, "application/json", &body.to_string())
}

fn graphql(message: &str, code: Option<&str>) -> Answer {
    let mut error = serde_json::json!({ "message": message, "path": ["keypair"] });
    match code {
        Some("none") => drop(error.as_object_mut().unwrap().remove("path")),
        Some(code) => error["extensions"] = serde_json::json!({ "code": code }),
        None => {}
    }
    let body = serde_json::json!({ "data": null, "errors": [error] });
    answer(200, "application/json", &body.to_string())
}

const INTERNAL: Option<&str> = Some("backendai_generic_internal-error");

const CASES: &[Case] = &[
    ("no connection", || Err(TransportError::not_sent("connection refused"))),
    ("no connection in time", || Err(TransportError::not_sent("timeout").timed_out())),
    ("no connection to the proxy", || Err(TransportError::not_sent("refused").of_proxy())),
    ("a connection that breaks", || Err(TransportError::maybe_sent("reset"))),
    ("no answer in time", || Err(TransportError::maybe_sent("timeout").timed_out())),
    ("an answer that is too large", || Err(TransportError::too_large(10))),
    ("a web page", || page(200)),
    ("a redirect", || {
        let mut answer = page(302)?;
        answer.headers.insert(header::LOCATION, "https://other.example/".parse().unwrap());
        Ok(answer)
    }),
    ("a proxy that requires a login", || page(407)),
    ("a page of 401", || page(401)),
    ("a page of 403", || page(403)),
    ("a page of 404", || page(404)),
    ("a page of 405", || page(405)),
    ("a page of 413", || page(413)),
    ("a page of 429", || page(429)),
    ("a page of 502", || page(502)),
    ("a page of 500", || page(500)),
    ("an unknown access key", || {
        problem(401, "auth-failed", "Credential/signature mismatch.", "Access key not found")
    }),
    ("a wrong signature", || {
        problem(401, "auth-failed", "Credential/signature mismatch.", "HMAC signature mismatch")
    }),
    ("no signature", || {
        problem(401, "auth-failed", "Credential/signature mismatch.", "Unauthorized access")
    }),
    ("a user that is deleted", || {
        let text = "User account is deleted";
        problem(401, "auth-failed", "Credential/signature mismatch.", text)
    }),
    ("a user that is inactive", || {
        let text = "User account is inactive";
        problem(401, "auth-failed", "Credential/signature mismatch.", text)
    }),
    ("a session that has ended", || {
        let body =
            r#"{"type":"https://api.backend.ai/probs/auth-failed","title":"Unauthorized access"}"#;
        answer(401, "application/problem+json", body)
    }),
    ("a session that has ended, with 200", || {
        graphql("Unauthorized access", Some("user_auth_unauthorized"))
    }),
    ("a wrong clock", || {
        let title = "Missing or invalid authorization parameters.";
        problem(400, "invalid-auth-params", title, "Date/time sync error")
    }),
    ("missing headers", || {
        let title = "Missing or invalid authorization parameters.";
        problem(400, "invalid-auth-params", title, "API version missing in request headers")
    }),
    ("an API version that is too new", || {
        problem(400, "generic-bad-request", "Bad request.", "Unsupported API version.")
    }),
    ("a role that is too low", || {
        problem(403, "insufficient-privilege", "Insufficient privilege.", "")
    }),
    ("a role that is too low, with 200", || {
        graphql("Forbidden operation.", Some("backendai_generic_forbidden"))
    }),
    ("an unknown path", || problem(404, "url-not-found", "Unknown URL path.", "")),
    ("too many requests", || {
        let title = "You have reached your API query rate limit.";
        problem(429, "rate-limit-exceeded", title, "")
    }),
    ("too many failed logins", || {
        problem(429, "too-many-requests", "Too many failed login attempts", "")
    }),
    ("a body that is wrong", || problem(400, "generic-bad-request", "Bad request.", "")),
    ("a plugin that refuses", || {
        problem(400, "rejected-by-hook", "Operation rejected by a hook plugin.", "not today")
    }),
    ("a failure of the manager", || problem(500, "internal-server-error", "Internal error.", "")),
    ("a manager that is down", || problem(502, "webserver/bad-gateway", "Bad gateway", "")),
    ("an unknown name", || graphql("Entity not found.", Some("user_read_not-found"))),
    ("a name that is taken", || graphql("The user exists.", Some("user_create_conflict"))),
    ("a wrong filter", || graphql("Query filter parsing error: x", INTERNAL)),
    ("a wrong order", || graphql("Query ordering parsing error: x", INTERNAL)),
    ("a wrong window", || graphql("(E) LIMIT must not be negative", INTERNAL)),
    ("a value that is none of its enum", || graphql("'king' is not a valid UserRole", INTERNAL)),
    ("a name that is none of its enum", || graphql("'RUNING'", INTERNAL)),
    ("a value that is too long", || {
        graphql(
            "(E) <class 'asyncpg.exceptions.StringDataRightTruncationError'>: value too long for \
             type character varying(64)",
            None,
        )
    }),
    ("a value out of range", || {
        graphql(
            "(E) <class 'asyncpg.exceptions.DataError'>: invalid input for query argument $1: \
             99999999999 (value out of int32 range)",
            INTERNAL,
        )
    }),
    ("null where a value is required", || {
        graphql("(E) <class 'asyncpg.exceptions.NotNullViolationError'>: null value", INTERNAL)
    }),
    ("a row that others refer to", || {
        graphql(
            "(E) <class 'asyncpg.exceptions.ForeignKeyViolationError'>: update or delete on table",
            INTERNAL,
        )
    }),
    ("a variable of another type", || {
        graphql(
            "Variable '$p' got invalid value 9007199254740993 at 'p.idle_timeout'; Expected type \
             'BigInt'. Cannot serialize integer out of the safe range.",
            Some("none"),
        )
    }),
    ("an unknown field", || graphql("Cannot query field 'x' on type 'Y'.", Some("none"))),
    ("an operation that is not in the document", || {
        graphql("Unknown operation named 'C'.", Some("none"))
    }),
    ("introspection that is disabled", || {
        graphql("GraphQL introspection is disabled, but it was requested", Some("none"))
    }),
    ("a bug of the manager", || graphql("'NoneType' object has no attribute 'x'", INTERNAL)),
    ("JSON of another shape", || answer(200, "application/json", r#"{"data":{"keypair":7}}"#)),
    ("JSON of something else", || answer(200, "application/json", r#"{"hello":"world"}"#)),
];

const LOGINS: &[Case] = &[
    ("a wrong password", || {
        let title = "Credential/signature mismatch.";
        refused(401, "auth-failed", title, "User credential mismatch.")
    }),
    ("an address that is not verified", || {
        let title = "Credential/signature mismatch.";
        refused(401, "auth-failed", title, "This account needs email verification.")
    }),
    ("a password that has expired", || {
        answer(401, "application/json", include_str!("../../answers/bodies/password-expired.json"))
    }),
    ("too many sessions", || {
        let title = "Active login session already exists.";
        let details = "Too many concurrent login sessions";
        refused(409, "active-login-session-exists", title, details)
    }),
    ("a one-time password is missing", || {
        let title = "Two-Factor Authentication needed.";
        refused(200, "require-totp-authentication", title, "You must authenticate.")
    }),
    ("a one-time password is not registered", || {
        let title = "Two-Factor Authentication registration required.";
        refused(200, "require-totp-registration", title, "You must register.")
    }),
    ("a wrong one-time password", || {
        let title = "Operation rejected by a hook plugin.";
        refused(400, "rejected-by-hook", title, "Invalid TOTP code provided")
    }),
    ("a session already", || {
        refused(400, "generic-bad-request", "You have already logged in.", "")
    }),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Caller {
    Keys,
    NoKeys,
    Session,
}

fn client(caller: Caller, proxied: bool, answer: fn() -> Answer) -> Client {
    let variables: &[(&str, &str)] = match proxied {
        true => &[("https_proxy", "http://user:secretpw@proxy.example:3128")],
        false => &[],
    };
    let config = Config::builder()
        .environment(Env::from_pairs(variables.iter().copied()))
        .endpoint("https://m.example");
    let config = match caller {
        Caller::Keys => config.access_key("AKIAEXAMPLE").secret_key("sk"),
        Caller::NoKeys => config.access_key(""),
        Caller::Session => config.endpoint_type(EndpointType::Session).session_file(""),
    };
    let fake: Arc<Fake> = Fake::new(move |_, _| answer());
    let builder = Client::builder(config.build().unwrap()).transport(fake);
    let builder = match caller {
        Caller::Session => {
            builder.session(Session::new("https://m.example".parse().unwrap(), "id").unwrap())
        }
        _ => builder,
    };
    builder.retry(Retry::disabled()).build().unwrap()
}

/// The errors of each call, with its name.
async fn errors(answer: fn() -> Answer, login: bool) -> Vec<(String, Error)> {
    let mut all = Vec::new();
    for proxied in [false, true] {
        let through = if proxied { " through a proxy" } else { "" };
        for (caller, name) in
            [(Caller::Keys, "keys"), (Caller::NoKeys, "no keys"), (Caller::Session, "session")]
        {
            let client = client(caller, proxied, answer);
            if !login {
                let error = client.send(GetKeyPair::new()).await.unwrap_err();
                all.push((format!("operation, {name}{through}"), error));
                let page = client.pages(PagedKeyPairs::new()).next().await;
                all.push((format!("list, {name}{through}"), page.unwrap().unwrap_err()));
            }
            // A login has no GraphQL errors.
            let graphql = matches!(answer(), Ok(answer) if answer.body.starts_with(b"{\"data\""));
            if caller == Caller::Session && !graphql {
                for (force, option) in [(false, ""), (true, " with force")] {
                    let error = client.login("me@example.com", "pw").force(force).await;
                    all.push((format!("login{option}{through}"), error.unwrap_err()));
                }
            }
        }
    }
    all
}

/// Rules for what an error advises, whatever it is.
fn check(case: &str, call: &str, error: &Error) {
    let (why, help) = (error.summary(), error.help().unwrap_or_default());
    let shown = format!("{case}, {call}: {why}: {help}");
    assert!(!shown.contains("secretpw"), "{shown}");
    if call.contains("session") || call.contains("login") {
        for word in ["access key", "secret key", "keypair", " keys"] {
            assert!(!help.contains(word), "{shown}");
        }
    }
    if case.contains("the proxy") || case.contains("a proxy") {
        assert!(!why.contains("manager") && !help.contains("manager"), "{shown}");
        assert!(why.contains("the proxy"), "{shown}");
        let named = why.contains("http://proxy.example:3128 of https_proxy");
        assert_eq!(named, call.contains("through a proxy"), "{shown}");
    }
    let kind = error.kind();
    if matches!(kind, ErrorKind::Argument | ErrorKind::NotFound | ErrorKind::Conflict) {
        assert!(!help.contains("administrator"), "{shown}");
    }
    if kind == ErrorKind::Auth && call.contains("no keys") && case.contains("signature") {
        assert!(help.contains("the access key is empty"), "{shown}");
    }
}

/// The calls, with those named once that have the outcome directly and through a proxy, and for an
/// operation and a list.
fn shortened(calls: &[String]) -> String {
    const PROXY: &str = " through a proxy";
    let mut short: Vec<String> = Vec::new();
    for call in calls {
        let (direct, proxied) = match call.strip_suffix(PROXY) {
            Some(direct) => (direct.to_owned(), call.clone()),
            None => (call.clone(), format!("{call}{PROXY}")),
        };
        let name = match (calls.contains(&direct), calls.contains(&proxied)) {
            (true, true) => direct,
            (true, false) => format!("{direct} directly"),
            _ => proxied,
        };
        let (list, operation) = ("list, ", "operation, ");
        let both = [(list, operation), (operation, list)].iter().any(|(one, other)| {
            call.strip_prefix(one).is_some_and(|rest| calls.contains(&format!("{other}{rest}")))
        });
        let name = if both { name.replacen(list, "", 1).replacen(operation, "", 1) } else { name };
        if !short.contains(&name) {
            short.push(name);
        }
    }
    short.join("; ")
}

#[tokio::test]
async fn every_error_advises_what_fits() {
    let mut text = String::new();
    let all = CASES.iter().map(|case| (case, false)).chain(LOGINS.iter().map(|case| (case, true)));
    for ((case, answer), login) in all {
        let mut outcomes: BTreeMap<usize, (String, Vec<String>)> = BTreeMap::new();
        for (call, error) in errors(*answer, login).await {
            check(case, &call, &error);
            let help = error.help().unwrap_or_else(|| "-".to_owned());
            let lines = format!("  {}: {}\n  do: {help}\n", error.kind(), error.summary());
            let known = outcomes.iter().find(|(_, (other, _))| *other == lines);
            let place = known.map_or(outcomes.len(), |(place, _)| *place);
            outcomes.entry(place).or_insert((lines, Vec::new())).1.push(call);
        }
        writeln!(text, "{case}").unwrap();
        for (lines, calls) in outcomes.values() {
            let calls = if outcomes.len() == 1 { "always".to_owned() } else { shortened(calls) };
            writeln!(text, "{lines}  for: {calls}").unwrap();
        }
        text.push('\n');
    }
    golden::check("tests/offline/errors/advice.txt", &text);
}
