//! What the resolvers of all root fields share: the context and the form of their results.

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;
use jiff::Timestamp;

use super::failure::Failure;
use crate::limit::Limits;
use crate::schema::Contract;
use crate::state::{Caller, State};

/// The value of a root field.
pub(super) type Answer = Result<JsonValue, Failure>;

/// The context of one request.
pub(crate) struct Context<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) state: &'a mut State,
    pub(crate) limits: &'a Limits,
    pub(crate) caller: &'a Caller,
    pub(crate) now: Timestamp,
}

/// The payload of a refused mutation.
pub(super) fn refused(msg: impl Into<String>) -> JsonValue {
    json!({ "ok": false, "msg": msg.into() })
}

/// The payload of a successful mutation.
pub(super) fn done() -> JsonValue {
    json!({ "ok": true, "msg": "success" })
}
