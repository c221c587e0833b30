//! The messages of the protocol `graphql-transport-ws`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Name of the protocol in the handshake.
pub(super) const NAME: &str = "graphql-transport-ws";
pub(super) const INIT: &str = r#"{"type":"connection_init"}"#;
pub(super) const PING: &str = r#"{"type":"ping"}"#;
pub(super) const PONG: &str = r#"{"type":"pong"}"#;
pub(super) const COMPLETE: &str = r#"{"id":"1","type":"complete"}"#;
/// The id of the only subscription of a connection.
const ID: &str = "1";

/// Returns the message that begins the subscription. The body is that of a request by POST.
pub(super) fn subscribe(body: &[u8]) -> String {
    format!(r#"{{"id":"{ID}","type":"subscribe","payload":{}}}"#, String::from_utf8_lossy(body))
}

/// A message of the server.
#[derive(Debug)]
pub(super) enum Message {
    Ack,
    /// An event: data, errors or both.
    Next(Box<RawValue>),
    /// The document is refused, with these errors.
    Error(Box<RawValue>),
    Complete,
    Ping,
    /// Nothing to react to: a pong, or a message for another subscription, which a server may send
    /// until it has read that the subscription ended.
    Ignored,
}

/// Reads a message, or returns what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Message, String> {
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(rename = "type", borrow)]
        kind: Cow<'a, str>,
        #[serde(borrow, default)]
        id: Option<Cow<'a, str>>,
        #[serde(borrow, default)]
        payload: Option<&'a RawValue>,
    }
    let raw: Raw<'_> =
        serde_json::from_str(text).map_err(|error| crate::error::undecodable(&error))?;
    let payload = || raw.payload.map(ToOwned::to_owned).ok_or_else(|| "it has no payload".into());
    match &*raw.kind {
        "connection_ack" => Ok(Message::Ack),
        "ping" => Ok(Message::Ping),
        "pong" => Ok(Message::Ignored),
        "next" | "error" | "complete" if raw.id.as_deref() != Some(ID) => Ok(Message::Ignored),
        "next" => payload().map(Message::Next),
        "error" => payload().map(Message::Error),
        "complete" => Ok(Message::Complete),
        _ => Err("it is of a type that the protocol does not have".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_by_type_and_id() {
        for (text, expected) in [
            (r#"{"type":"connection_ack","payload":null}"#, "Ack"),
            (r#"{"id":"1","type":"next","payload":{"data":{}}}"#, r#"Next(RawValue({"data":{}}))"#),
            (r#"{"id":"2","type":"next","payload":{"data":{}}}"#, "Ignored"),
            (r#"{"type":"next","payload":{"data":{}}}"#, "Ignored"),
            (r#"{"id":"1","type":"error","payload":[]}"#, "Error(RawValue([]))"),
            (r#"{"id":"1","type":"complete"}"#, "Complete"),
            (r#"{"type":"ping","payload":{"a":1}}"#, "Ping"),
            (r#"{"type":"pong"}"#, "Ignored"),
            (r#"{"type":"p\u006fng"}"#, "Ignored"),
        ] {
            assert_eq!(format!("{:?}", parse(text).unwrap()), expected, "{text}");
        }
        for text in
            ["", "[]", r#"{"id":"1"}"#, r#"{"id":"1","type":"next"}"#, r#"{"type":"nonsense"}"#]
        {
            assert!(!parse(text).unwrap_err().is_empty(), "{text}");
        }
    }

    #[test]
    fn a_subscription_begins_with_the_body_of_a_request() {
        let message = subscribe(br#"{"query":"subscription{a}"}"#);
        let value: serde_json::Value = serde_json::from_str(&message).unwrap();
        assert_eq!(value["payload"]["query"], "subscription{a}");
        assert_eq!((&value["id"], &value["type"]), (&"1".into(), &"subscribe".into()));
    }
}
