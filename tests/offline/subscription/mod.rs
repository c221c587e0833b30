//! Subscriptions, against servers that do right and wrong.

mod connections;
mod embedded;
mod events;
mod faults;
mod server;

use std::{env, fs};

use backendai::{Client, Config, Retry, Subscription, VersionPolicy};

use crate::{
    support::server::HANGS,
    v2_events::events::{SchedulingEvents, scheduling_events::Data},
};

const SESSION: &str = "f0000006-0000-4000-8000-000000000001";

/// A client that sends everything once.
fn client(endpoints: &[&str]) -> Client {
    let config = Config::builder()
        .endpoints(endpoints)
        .access_key("AKIAIOSFODNN7EXAMPLE")
        .secret_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    Client::builder(config.build().unwrap())
        .shuffle(false)
        .retry(Retry::disabled())
        .version_policy(VersionPolicy::Ignore)
        .build()
        .unwrap()
}

fn subscribe(client: &Client) -> Subscription<Data> {
    client.subscribe(SchedulingEvents::new(SESSION))
}

/// The next item; whatever takes long hangs.
async fn next(events: &mut Subscription<Data>) -> Option<backendai::Result<Data>> {
    tokio::time::timeout(HANGS, events.next()).await.unwrap()
}

/// The error that ends the stream.
async fn last_error(events: &mut Subscription<Data>) -> backendai::Error {
    let error = next(events).await.unwrap().unwrap_err();
    assert!(next(events).await.is_none(), "{error}");
    assert_eq!(error.operation(), Some("SchedulingEvents"), "{error}");
    error
}

/// The documents fit the v2 schema, and the generated code is that of the documents.
/// `UPDATE_GOLDEN=1` rewrites it.
#[test]
fn the_documents_are_compiled() {
    let generated = backendai_codegen::Options::backendai()
        .schema("schema/v2/schema.graphql")
        .path("/admin/gql/strawberry")
        .operations("tests/subscriptions/*.graphql")
        .generate()
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(generated.warnings, []);
    const FILE: &str = "tests/subscriptions/generated.rs";
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(FILE, &generated.code).unwrap();
    }
    assert!(generated.code == fs::read_to_string(FILE).unwrap(), "UPDATE_GOLDEN=1 writes {FILE}");
}
