//! Global ids and inner connections, as Relay defines them.

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Returns the global id of a row: `Type:id` in base64.
pub(super) fn global_id(kind: &str, id: &str) -> String {
    STANDARD.encode(format!("{kind}:{id}"))
}

/// Returns the type and the id of a global id.
pub(super) fn parts(id: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
    let (kind, id) = text.split_once(':')?;
    kind.chars().all(char::is_alphanumeric).then(|| (kind.to_owned(), id.to_owned()))
}

/// Returns the id in a global id; any other string is returned unchanged.
pub(super) fn plain_id(id: &str) -> String {
    parts(id).map_or_else(|| id.to_owned(), |(_, id)| id)
}

/// Returns a connection inside a row: one page with all nodes, each with its id alone.
pub(super) fn inner_connection(kind: &str, ids: impl Iterator<Item = String>) -> JsonValue {
    let ids: Vec<_> = ids.map(|id| global_id(kind, &id)).collect();
    let edges: Vec<_> =
        ids.iter().map(|id| json!({ "cursor": id, "node": { "id": id } })).collect();
    json!({
        "pageInfo": {
            "hasNextPage": false,
            "hasPreviousPage": false,
            "startCursor": ids.first(),
            "endCursor": ids.last(),
        },
        "count": ids.len(),
        "edges": edges,
    })
}
