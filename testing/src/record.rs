//! The log of received requests.

use std::fmt;

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
        let recorded = Recorded {
            method: "POST".to_owned(),
            path: "/admin/gql".to_owned(),
            headers,
            body: Bytes::from_static(b"{}"),
        };
        assert!(!format!("{recorded:?}").contains("hush"));
        assert_eq!(recorded.header("Authorization"), Some("BackendAI hush"));
    }
}
