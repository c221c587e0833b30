//! Subscriptions, against servers that do right and wrong.

mod connections;
mod events;
mod faults;
mod server;

use backendai::{
    Client, ClientBuilder, Config, ConfigBuilder, OperationInfo, Retry, Subscribe, Subscription,
    VersionPolicy, operation::info::RootFieldInfo,
};
use serde::{Deserialize, Serialize};

use crate::support::server::HANGS;

const SESSION: &str = "f0000006-0000-4000-8000-000000000001";

/// A subscription with its variables.
#[derive(Serialize)]
struct SchedulingEvents {
    session_id: &'static str,
}

static INFO: OperationInfo = OperationInfo {
    root_fields: &[RootFieldInfo::new("schedulingEventsBySession")],
    ..OperationInfo::subscription(
        "SchedulingEvents",
        "subscription SchedulingEvents($session_id:ID!){schedulingEventsBySession(sessionId:$session_id)\
         {sessionId statusTransition reason}}",
    )
};

impl Subscribe for SchedulingEvents {
    type Data = Data;

    fn info(&self) -> &'static OperationInfo {
        &INFO
    }
}

#[derive(Debug, Deserialize)]
struct Data {
    #[serde(rename = "schedulingEventsBySession")]
    event: Event,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    session_id: String,
    status_transition: String,
    reason: String,
}

/// A client that sends everything once.
fn client(endpoints: &[&str]) -> Client {
    let config = Config::builder()
        .endpoints(endpoints)
        .access_key("AKIAIOSFODNN7EXAMPLE")
        .secret_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    once(config).build().unwrap()
}

/// A builder of a client that sends everything once.
fn once(config: ConfigBuilder) -> ClientBuilder {
    Client::builder(config.build().unwrap())
        .shuffle(false)
        .retry(Retry::disabled())
        .version_policy(VersionPolicy::Ignore)
}

fn subscribe(client: &Client) -> Subscription<Data> {
    client.subscribe(SchedulingEvents { session_id: SESSION })
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
