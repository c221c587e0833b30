//! Subscriptions: the events as lines of JSON.

use std::time::Duration;

use backendai::{OperationInfo, Subscribe, operation::info::SourceText};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Document, Members, text};
use crate::{
    connect,
    global::Global,
    output::{self, Code, Failure, err},
};

/// When a subscription ends, besides at its end and at Ctrl-C.
pub(super) struct End {
    /// After this number of events.
    pub(super) events: Option<u64>,
    /// After this time.
    pub(super) time: Option<Duration>,
}

struct Events {
    info: &'static OperationInfo,
    variables: Members,
}

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.variables.serialize(serializer)
    }
}

impl Subscribe for Events {
    type Data = Box<RawValue>;

    fn info(&self) -> &'static OperationInfo {
        self.info
    }
}

impl Events {
    fn new(document: Document) -> Self {
        // One document per process: what describes it is kept for its whole life.
        let keep = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let Document { text, operation, variables, path } = document;
        let info = OperationInfo {
            path: keep(path),
            document: SourceText::new(keep(text)),
            ..OperationInfo::subscription(keep(operation.name.unwrap_or_default()), "")
        };
        Self { info: Box::leak(Box::new(info)), variables }
    }
}

/// Prints events until the end. An event that is an error is reported, and the next one is awaited.
pub(super) async fn follow(global: &Global, document: Document, end: &End) -> Result<(), Failure> {
    let client = connect::client(global)?;
    let mut events = client.subscribe(Events::new(document));
    let print = async {
        let (mut count, mut failed) = (0, 0_u64);
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => output::data(text::compact(event.get()))?,
                Err(error) => {
                    failed += 1;
                    Failure::from(error).report(None);
                }
            }
            count += 1;
            if end.events.is_some_and(|events| count >= events) {
                break;
            }
        }
        match failed {
            0 => Ok(()),
            1 => Err(Failure::silent_exit("1 event was an error")),
            _ => Err(Failure::silent_exit(format!("{failed} events were errors"))),
        }
    };
    let Some(time) = end.time else { return print.await };
    match tokio::time::timeout(time, print).await {
        Ok(result) => result,
        Err(_) if end.events.is_none() => Ok(()),
        Err(_) => {
            err(format!("the time of {} s is over", time.as_secs()));
            Err(Failure::silent_exit("there were fewer events").code(Code::Timeout))
        }
    }
}
