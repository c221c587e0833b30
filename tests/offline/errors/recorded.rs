//! Every failing answer that a manager and a webserver 26.9.6 were seen to give, and what the
//! client makes of it. The bodies are verbatim; those of `proxies.json` are what nginx says.
//!
//! `never_shown` of a case lists what its body has and neither `Display` nor `Debug` may repeat.

use std::collections::BTreeMap;

use backendai::{
    Error,
    admin::{
        keypair::{GetKeyPair, ModifyKeyPair, PagedKeyPairs},
        types::ModifyKeyPairInput,
    },
    transport::HttpResponse,
};
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::support::transport::{Fake, client};

/// How many answers of the manager failed when it was asked everything.
const OF_THE_MANAGER: usize = 114;

/// Those of the webserver that no manager gave; the same answer is kept once.
const OF_THE_WEBSERVER: usize = 26;

const MANAGER: [(&str, &str); 10] = [
    ("paths", include_str!("../../answers/paths.json")),
    ("documents", include_str!("../../answers/documents.json")),
    ("bodies", include_str!("../../answers/bodies.json")),
    ("authentication", include_str!("../../answers/authentication.json")),
    ("signature", include_str!("../../answers/signature.json")),
    ("privileges", include_str!("../../answers/privileges.json")),
    ("paging", include_str!("../../answers/paging.json")),
    ("mutations", include_str!("../../answers/mutations.json")),
    ("v2", include_str!("../../answers/v2.json")),
    ("rate_limit", include_str!("../../answers/rate_limit.json")),
];
const WEBSERVER: (&str, &str) = ("session", include_str!("../../answers/session.json"));
const PROXIES: (&str, &str) = ("proxies", include_str!("../../answers/proxies.json"));

type Predicate = fn(&Error) -> bool;

/// All there are.
const PREDICATES: [(&str, Predicate); 31] = [
    ("is_auth", Error::is_auth),
    ("is_bad_argument", Error::is_bad_argument),
    ("is_bad_document", Error::is_bad_document),
    ("is_bad_request", Error::is_bad_request),
    ("is_clock_skew", Error::is_clock_skew),
    ("is_config", Error::is_config),
    ("is_conflict", Error::is_conflict),
    ("is_connect", Error::is_connect),
    ("is_decode", Error::is_decode),
    ("is_graphql", Error::is_graphql),
    ("is_http", Error::is_http),
    ("is_login_required", Error::is_login_required),
    ("is_not_found", Error::is_not_found),
    ("is_from_webserver", Error::is_from_webserver),
    ("is_otp_registration_required", Error::is_otp_registration_required),
    ("is_otp_required", Error::is_otp_required),
    ("is_outcome_unknown", Error::is_outcome_unknown),
    ("is_partial", Error::is_partial),
    ("is_password_expired", Error::is_password_expired),
    ("is_permission_denied", Error::is_permission_denied),
    ("is_rate_limited", Error::is_rate_limited),
    ("is_refused", Error::is_refused),
    ("is_server_bug", Error::is_server_bug),
    ("is_session_limit", Error::is_session_limit),
    ("is_timeout", Error::is_timeout),
    ("is_too_large", Error::is_too_large),
    ("is_transport", Error::is_transport),
    ("is_unavailable", Error::is_unavailable),
    ("is_unsupported_version", Error::is_unsupported_version),
    ("is_manager_too_old", Error::is_manager_too_old),
    ("is_wrong_address", Error::is_wrong_address),
];

/// The classes that a program handles differently, with the kind of each. Exactly one holds for every
/// error, including a refused mutation.
const CLASSES: [(&str, Predicate, &str); 13] = [
    ("credentials", |e| e.is_auth() && !e.is_clock_skew(), "auth"),
    ("clock", Error::is_clock_skew, "auth"),
    ("role", Error::is_permission_denied, "permission"),
    ("unknown name", |e| e.is_not_found() && !e.is_wrong_address(), "not_found"),
    ("exists already, or its state forbids it", Error::is_conflict, "conflict"),
    ("rate limit", Error::is_rate_limited, "rate_limit"),
    ("bad argument", Error::is_bad_argument, "argument"),
    ("bad document", Error::is_bad_document, "document"),
    ("bad body", |e| e.is_bad_request() && !e.is_bad_document() && !e.is_bad_argument(), "request"),
    ("server bug", Error::is_server_bug, "server"),
    ("unavailable", Error::is_unavailable, "unavailable"),
    ("wrong address", Error::is_wrong_address, "address"),
    ("API version", Error::is_unsupported_version, "version"),
];

/// What no message may repeat, whichever answer it is from.
const DUMPS: [&str; 9] = [
    "SELECT ",
    "UPDATE ",
    "[SQL",
    "[parameters",
    "DETAIL",
    "Failing row",
    "-----BEGIN",
    "input_value",
    "got invalid value",
];

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    kind: Kind,
    /// Text of the document, where that decides what the answer means.
    document: Option<String>,
    /// Least size of the request, where that decides.
    sent: Option<usize>,
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
    expect: Expect,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Query,
    Mutation,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    class: String,
    predicates: Vec<String>,
    error_code: Option<String>,
    problem_title: Option<String>,
    /// Of the first GraphQL error.
    path: Option<String>,
    #[serde(default)]
    partial_data: bool,
    /// Limit, remaining, and the seconds of reset and window.
    rate_limit: Option<[u64; 4]>,
    advice: String,
    #[serde(default)]
    never_shown: Vec<String>,
}

impl Case {
    async fn error(&self) -> Error {
        let status = StatusCode::from_u16(self.status).unwrap();
        let mut answer = HttpResponse::new(status, self.body.clone());
        answer.headers =
            HeaderMap::from_iter(self.headers.iter().map(|(name, value)| {
                (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())
            }));
        let client = client(&Fake::new(move |_, _| Ok(answer.clone())));
        match (self.kind, &self.document, self.sent) {
            (_, Some(document), _) => client.send_document(document, ()).await.unwrap_err(),
            (_, _, Some(size)) => {
                let filter = "x".repeat(size);
                client.send(PagedKeyPairs::new().filter(filter)).await.unwrap_err()
            }
            (Kind::Query, ..) => client.send(GetKeyPair::new()).await.unwrap_err(),
            (Kind::Mutation, ..) => {
                let modify = ModifyKeyPair::new("AKIA", ModifyKeyPairInput::new());
                client.send(modify).await.unwrap_err()
            }
        }
    }
}

fn cases((file, text): (&str, &str)) -> Vec<Case> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn all() -> Vec<(String, Case)> {
    MANAGER
        .into_iter()
        .chain([WEBSERVER, PROXIES])
        .flat_map(|(file, text)| {
            cases((file, text))
                .into_iter()
                .map(move |case| (format!("{file}: {}", case.title), case))
        })
        .collect()
}

fn names(table: &[(&'static str, Predicate)], error: &Error) -> Vec<&'static str> {
    table.iter().filter(|(_, holds)| holds(error)).map(|(name, _)| *name).collect()
}

/// The class, from predicates alone.
fn class(error: &Error) -> String {
    let found: Vec<_> = CLASSES.iter().filter(|(_, holds, _)| holds(error)).collect();
    let classes = found.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" and ");
    if error.is_refused() { format!("refused: {classes}") } else { classes }
}

fn seconds(duration: Option<std::time::Duration>) -> u64 {
    duration.unwrap().as_secs()
}

#[tokio::test]
async fn every_answer_is_understood() {
    let mut wrong = Vec::new();
    for (place, case) in all() {
        let error = case.error().await;
        let expect = &case.expect;
        let data = serde_json::from_str::<Value>(&case.body)
            .ok()
            .map(|body| body["data"].clone())
            .filter(|_| expect.partial_data);
        let limit = error.rate_limit();
        let limit = limit.map(|l| [l.limit, l.remaining, seconds(l.reset), seconds(l.window)]);
        let mut check = |what: &str, found: String, expected: String| {
            if found != expected {
                wrong
                    .push(format!("{place}\n  {what}: {found}\n  expected: {expected}\n  {error}"));
            }
        };
        check("class", class(&error), expect.class.clone());
        let kind = CLASSES.iter().find(|(_, holds, _)| holds(&error)).map(|(.., kind)| *kind);
        // Some refusals have a reason of no class.
        check("kind", error.kind().to_string(), kind.unwrap_or("refused").to_owned());
        check("predicates", names(&PREDICATES, &error).join(" "), expect.predicates.join(" "));
        check("status", format!("{:?}", error.status()), format!("Some({})", case.status));
        check(
            "code",
            format!("{:?}", error.error_code()),
            format!("{:?}", expect.error_code.as_deref()),
        );
        check(
            "title",
            format!("{:?}", error.problem().and_then(|problem| problem.title())),
            format!("{:?}", expect.problem_title.as_deref()),
        );
        check(
            "path",
            format!("{:?}", error.graphql_errors().first().and_then(|first| first.path())),
            format!("{:?}", expect.path),
        );
        check(
            "partial data",
            format!("{:?}", error.partial_data::<Value>().map(Result::unwrap)),
            format!("{data:?}"),
        );
        check("rate limit", format!("{limit:?}"), format!("{:?}", expect.rate_limit));
        if !error.to_string().contains(&expect.advice) {
            wrong.push(format!("{place}\n  no advice {:?}\n  {error}", expect.advice));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn no_answer_shows_a_secret() {
    let all = all();
    let mut never: Vec<_> = DUMPS.map(str::to_owned).into();
    for (place, case) in &all {
        for text in &case.expect.never_shown {
            assert!(case.body.contains(text), "{place} does not have {text}");
            never.push(text.clone());
        }
    }
    assert!(never.len() > DUMPS.len() + 10, "the fixtures lost their secrets: {never:?}");
    for (place, case) in &all {
        let error = case.error().await;
        let parts = (error.problem(), error.graphql_errors(), error.refusal_message());
        let mut shown = format!("{error}\n{error:?}\n{error:#?}\n{parts:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            shown.push_str(&format!("\n{cause}\n{cause:?}"));
            source = cause.source();
        }
        for text in &never {
            assert!(!shown.contains(text.as_str()), "{place} shows {text}: {shown}");
        }
        assert!(error.to_string().len() < 1500, "{place} goes on and on: {error}");
        assert!(!error.to_string().contains('\n'), "{place} needs one line: {error}");
    }
}

#[test]
fn none_is_left_out() {
    let manager: usize = MANAGER.into_iter().map(|file| cases(file).len()).sum();
    assert!(manager >= OF_THE_MANAGER, "{manager}");
    assert!(cases(WEBSERVER).len() >= OF_THE_WEBSERVER);
    for (class, ..) in CLASSES {
        let of = |case: &Case| case.expect.class.trim_start_matches("refused: ") == class;
        assert!(all().iter().any(|(_, case)| of(case)), "no answer is of class {class}");
    }
}

#[test]
fn every_predicate_is_covered() {
    let source = include_str!("../../../src/error/predicates.rs");
    let found: Vec<_> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub fn ")?.split('(').next())
        .collect();
    for (name, _) in PREDICATES {
        assert!(found.contains(&name), "{name} is gone");
    }
    assert_eq!(found.len(), PREDICATES.len());
}
