//! Every fault of the wire, and what becomes of a query and of a mutation. For each: what the
//! error is, that a mutation was carried out at most once, that nothing is lost in silence, that
//! memory stays bounded by what an answer may have, and that no secret is in an error or in the log.
//!
//! The table of `docs/reliability.md` is made here; `UPDATE_GOLDEN=1` writes it anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail so"
)]

mod cases;
mod log;
mod more;
#[path = "../../support/mod.rs"]
mod support;

use std::{fs, sync::Arc, time::Duration};

use backendai::{
    Client, Config, Error, Retry,
    admin::keypair::{DeleteKeyPair, GetKeyPair},
};

use crate::{
    cases::Case,
    support::{
        golden,
        server::{Act, Raw, ok},
    },
};

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const LIMIT: usize = 1 << 20;
/// How much more memory this process may have for it, with the server that is in it too.
const MOST: u64 = 16 << 20;

/// Three attempts, and pauses that take no time.
pub(crate) fn client(endpoints: &[&str], endless: bool) -> Client {
    let config = Config::builder()
        .endpoints(endpoints)
        .access_key("AKIAIOSFODNN7EXAMPLE")
        .secret_key(SECRET)
        .read_timeout(Duration::from_millis(if endless { 60_000 } else { 600 }))
        .build()
        .unwrap();
    let mut builder = Client::builder(config)
        .shuffle(false)
        .retry(Retry::new().jitter(false))
        .sleep(|_| std::future::ready(()))
        .max_response_size(LIMIT);
    if endless {
        builder = builder.timeout(Duration::from_millis(600));
    }
    builder.build().unwrap()
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Query,
    Mutation,
}

/// What came of one call.
pub(crate) struct Outcome {
    requests: usize,
    error: Option<Error>,
}

impl Outcome {
    fn cell(&self) -> String {
        let Self { requests, error } = self;
        match error {
            None => format!("{requests}: answered"),
            Some(error) => {
                let unknown = if error.is_outcome_unknown() { ", unknown" } else { "" };
                format!("{requests}: `{}`{unknown}", class(error))
            }
        }
    }
}

/// The predicate that says most.
fn class(error: &Error) -> &'static str {
    type Holds = fn(&Error) -> bool;
    let predicates: [(&str, Holds); 14] = [
        ("is_too_large", Error::is_too_large),
        ("is_timeout", Error::is_timeout),
        ("is_connect", Error::is_connect),
        ("is_transport", Error::is_transport),
        ("is_rate_limited", Error::is_rate_limited),
        ("is_clock_skew", Error::is_clock_skew),
        ("is_auth", Error::is_auth),
        ("is_unavailable", Error::is_unavailable),
        ("is_bad_request", Error::is_bad_request),
        ("is_server_bug", Error::is_server_bug),
        ("is_graphql", Error::is_graphql),
        ("is_refused", Error::is_refused),
        ("is_decode", Error::is_decode),
        ("is_wrong_address", Error::is_wrong_address),
    ];
    predicates.iter().find(|(_, holds)| holds(error)).map_or("other", |(name, _)| name)
}

/// Sends it; the identifier is as secret as a password might be.
pub(crate) async fn call(client: &Client, what: What) -> Option<Error> {
    match what {
        What::Query => client.send(GetKeyPair::new().access_key("s3cret-variable")).await.err(),
        What::Mutation => client.send(DeleteKeyPair::new("s3cret-variable")).await.err(),
    }
}

/// What a manager would say.
pub(crate) fn good(body: &str) -> Act {
    Act::Say(ok(match body.contains("mutation") {
        true => r#"{"data":{"delete_keypair":{"ok":true,"msg":"success"}},"errors":null}"#,
        false => r#"{"data":{"keypair":null},"errors":null}"#,
    }))
}

async fn run(case: &Case, what: What, always: bool) -> Outcome {
    let act = case.act.clone();
    let script = move |turn, body: &str| if always || turn == 0 { act.clone() } else { good(body) };
    let server = Raw::start(Arc::new(script)).await;
    let client = client(&[&server.endpoint()], case.endless);
    let error = call(&client, what).await;
    let requests = server.arrived().len();
    let name = case.name;
    if let Some(error) = &error {
        check(name, what, error, requests);
    }
    if what == What::Mutation && !case.refused_before {
        assert!(requests <= 1, "{name}: a mutation was sent {requests} times");
    }
    // What happened once does not stick: the same client works after it.
    if !always && !case.endless {
        assert!(call(&client, what).await.is_none(), "{name}: the next call failed");
    }
    Outcome { requests, error }
}

pub(crate) fn check(name: &str, what: What, error: &Error, requests: usize) {
    let lost = error.is_transport() && !error.is_connect()
        || error.is_decode()
        || error.is_unavailable()
        || error.is_server_bug() && !error.is_graphql();
    let unknown = what == What::Mutation && lost;
    assert_eq!(error.is_outcome_unknown(), unknown, "{name}: {error}");
    assert!(!error.is_connect() || requests == 0, "{name}: {error}");
    let mut shown = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        shown.push_str(&format!(" {next} {next:?}"));
        cause = next.source();
    }
    assert!(shown.len() < 8_000, "{name}: an error of {} bytes", shown.len());
    log::no_secret(name, &shown);
}

#[tokio::test]
async fn every_fault() {
    let (log, _guard) = log::capture().await;
    let mut table = String::from(
        "| fault | query, once | query, always | mutation, once | mutation, always |\n\
         |---|---|---|---|---|\n",
    );
    for case in &cases::all() {
        let mut cells = vec![case.name.to_owned()];
        for what in [What::Query, What::Mutation] {
            for always in [false, true] {
                let before = memory();
                cells.push(run(case, what, always).await.cell());
                let more = peak().zip(before).map(|(peak, before)| peak.saturating_sub(before));
                let name = case.name;
                assert!(more.is_none_or(|more| more < MOST), "{name}: {} KiB", more.unwrap() >> 10);
            }
        }
        table.push_str(&format!("| {} |\n", cells.join(" | ")));
        log::no_secret(case.name, &log.take());
    }
    let marks = ["<!-- tests/isolated/faults writes this -->\n", "<!-- up to here -->\n"];
    golden::check_between("docs/reliability.md", marks, &table);
}

/// The memory that this process has, in bytes, where the system tells. The most that it had is
/// counted from here on.
fn memory() -> Option<u64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    status("VmRSS:")
}

/// The most that it had since then.
fn peak() -> Option<u64> {
    status("VmHWM:")
}

fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? << 10)
}
