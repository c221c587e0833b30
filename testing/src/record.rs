//! The log of received requests.

use std::fmt;

use apollo_compiler::ast;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

/// A received request, whether or not it was carried out.
#[derive(Clone)]
pub struct Recorded {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Recorded {
    /// Copies a request: the values of its headers are parts of the connection's read buffer, and would
    /// keep all of it in memory.
    pub(crate) fn new(method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Self {
        let copied = |value: &HeaderValue| HeaderValue::from_bytes(value.as_bytes()).ok();
        let headers =
            headers.iter().filter_map(|(name, value)| Some((name.clone(), copied(value)?)));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: headers.collect(),
            body: Bytes::copy_from_slice(body),
        }
    }

    /// Returns the name of the GraphQL operation: what `operationName` selects, or else the name in the
    /// document. `None` for an operation without a name, and for any other request.
    #[must_use]
    pub fn operation(&self) -> Option<String> {
        let body = self.json()?;
        let selected = body.get("operationName").or_else(|| body.get("operation_name"));
        if let Some(name) = selected.and_then(serde_json::Value::as_str) {
            return Some(name.to_owned());
        }
        let document = ast::Document::parse(body.get("query")?.as_str()?, "document").ok()?;
        let mut operations =
            document.definitions.iter().filter_map(|it| it.as_operation_definition());
        operations.next()?.name.as_ref().map(ToString::to_string)
    }

    /// Returns the variables of the GraphQL operation; null without any.
    #[must_use]
    pub fn variables(&self) -> serde_json::Value {
        self.json().and_then(|mut body| Some(body.get_mut("variables")?.take())).unwrap_or_default()
    }

    /// Returns the method, such as `POST`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the path with the query, as sent.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the first value of a header, by its name in any case; `None` if it is not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as JSON; `None` if it is not valid JSON.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut headers = self.headers.clone();
        for name in ["authorization", "cookie", "x-backendai-sessionid", "x-backendai-token"] {
            if let Some(value) = headers.get_mut(name) {
                *value = HeaderValue::from_static("[redacted]");
            }
        }
        f.debug_struct("Recorded")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &headers)
            .field("body", &String::from_utf8_lossy(&self.body))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_authorization() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("BackendAI hush"));
        let recorded = Recorded::new("POST", "/admin/gql", &headers, b"{}");
        assert!(!format!("{recorded:?}").contains("hush"));
        assert_eq!(recorded.header("Authorization"), Some("BackendAI hush"));
    }

    #[test]
    fn the_read_buffer_is_not_kept() {
        let buffer = Bytes::from(b"x-id: 7 {}".to_vec());
        let mut headers = HeaderMap::new();
        headers.insert("x-id", HeaderValue::from_maybe_shared(buffer.slice(6..7)).unwrap());
        let body = buffer.slice(8..);
        let recorded = Recorded::new("POST", "/", &headers, &body);
        drop((headers, body));
        assert!(buffer.is_unique());
        assert_eq!((recorded.header("x-id"), recorded.body()), (Some("7"), &b"{}"[..]));
    }

    #[test]
    fn the_operation_is_named_by_the_request_or_the_document() {
        let named = |body: &str| {
            Recorded::new("POST", "/admin/gql", &HeaderMap::new(), body.as_bytes()).operation()
        };
        let both = r#""query": "query A { a } mutation B { b }""#;
        assert_eq!(named(&format!(r#"{{{both}, "operationName": "B"}}"#)).as_deref(), Some("B"));
        assert_eq!(named(&format!(r#"{{{both}, "operationName": null}}"#)).as_deref(), Some("A"));
        assert_eq!(named(&format!("{{{both}}}")).as_deref(), Some("A"));
        for none in ["", "[]", r#"{"query": "{ a }"}"#, r#"{"query": "query {"}"#] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
