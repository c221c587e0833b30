//! The two forms in which the manager reports a failure.

use std::{borrow::Cow, fmt};

use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Deserializer};

use super::message::shown;
use crate::http::HttpResponse;

/// A problem body (RFC 7807, `application/problem+json`), which comes with a status that is not
/// 2xx.
#[derive(Clone, Default, Deserialize)]
pub struct Problem {
    #[serde(rename = "type", default, deserialize_with = "text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    title: Option<String>,
    #[serde(default, deserialize_with = "text")]
    error_code: Option<String>,
    #[serde(default, deserialize_with = "text")]
    msg: Option<String>,
    /// The webserver's name for `msg`.
    #[serde(default, deserialize_with = "text")]
    details: Option<String>,
    #[serde(default)]
    data: Option<serde_json::Value>,
}

/// Reads a string, or any other value as its JSON: an invalid member must not hide the others.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

impl Problem {
    /// Returns the kind of the problem, a URI such as `https://api.backend.ai/probs/auth-failed`.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Returns the title of the kind.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Returns the manager's code, such as `user_auth_unauthorized`: domain, operation and detail.
    pub fn error_code(&self) -> Option<&str> {
        self.error_code.as_deref()
    }

    /// Returns the message, as far as it is safe to show.
    pub fn message(&self) -> Option<Cow<'_, str>> {
        self.full_message().map(shown)
    }

    /// Returns the whole message. It may contain secrets.
    pub fn full_message(&self) -> Option<&str> {
        self.msg.as_deref().or(self.details.as_deref())
    }

    /// Reads the problem of a body, if it has one. The webserver puts that of a login into `data`.
    pub(crate) fn of(body: &[u8]) -> Option<Self> {
        let problem: Self = serde_json::from_slice(body).ok()?;
        if !problem.is_empty() {
            return Some(problem);
        }
        let inner: Self = serde_json::from_value(problem.data?).ok()?;
        (!inner.is_empty()).then_some(inner)
    }

    /// Returns whether no member of a problem is present.
    const fn is_empty(&self) -> bool {
        self.kind.is_none() && self.title.is_none() && self.error_code.is_none()
    }

    /// Returns `auth-failed` of `https://api.backend.ai/probs/auth-failed`.
    pub(crate) fn slug(&self) -> &str {
        self.kind.as_deref().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default()
    }

    /// Returns whether a login lacks nothing but its one-time password.
    pub(crate) fn asks_for_otp(&self) -> bool {
        self.slug() == "require-totp-authentication"
            || self.full_message() == Some("OTP not provided")
    }

    /// Returns whether it certainly comes from the webserver: the manager's problems all have a code,
    /// and some codes and kinds are the webserver's alone.
    pub(crate) fn is_from_webserver(&self) -> bool {
        let (kind, code) = (self.kind.as_deref(), self.error_code.as_deref());
        kind.is_some_and(|kind| kind.contains("/probs/webserver/"))
            || code.is_none_or(|code| {
                matches!(code, "api_request_unreachable" | "api_request_unavailable")
            })
    }

    /// Takes the GraphQL errors that the older path wraps in a problem.
    pub(crate) fn take_graphql_errors(&mut self) -> Vec<GraphqlError> {
        if self.slug() != "graphql-error" {
            return Vec::new();
        }
        self.data.take().and_then(|data| serde_json::from_value(data).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("kind", &self.kind)
            .field("title", &self.title)
            .field("error_code", &self.error_code)
            .field("message", &self.message())
            .finish_non_exhaustive()
    }
}

/// One entry of the `errors` of a GraphQL response.
#[derive(Clone, Deserialize)]
pub struct GraphqlError {
    #[serde(default, deserialize_with = "text")]
    message: Option<String>,
    #[serde(default)]
    locations: Option<Vec<Location>>,
    #[serde(default)]
    path: Option<Vec<serde_json::Value>>,
    #[serde(default)]
    extensions: Option<serde_json::Value>,
}

impl GraphqlError {
    /// Returns the message, as far as it is safe to show.
    pub fn message(&self) -> Cow<'_, str> {
        shown(self.full_message())
    }

    /// Returns the whole message. It may contain secrets.
    pub fn full_message(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    /// Returns the path in the response, such as `keypair_list.items[0].user_id`. A document or
    /// variables that were refused as a whole have no path.
    pub fn path(&self) -> Option<String> {
        let mut text = String::new();
        for part in self.path.as_deref()? {
            match part {
                serde_json::Value::String(key) if text.is_empty() => text.push_str(key),
                serde_json::Value::String(key) => {
                    text.push('.');
                    text.push_str(key);
                }
                index => text.push_str(&format!("[{index}]")),
            }
        }
        Some(text)
    }

    /// Adds the path of a root field where there is none.
    #[cfg(feature = "subscription")]
    pub(super) fn add_path(&mut self, root: &str) {
        self.path.get_or_insert_with(|| vec![root.into()]);
    }

    /// Returns whether it is about a part of a root field's answer.
    pub(super) fn is_below_root(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.len() > 1)
    }

    /// Returns the locations in the document.
    pub fn locations(&self) -> &[Location] {
        self.locations.as_deref().unwrap_or_default()
    }

    /// Returns the manager's code (`extensions.code`), such as `user_read_not-found`. The error of an
    /// invalid document has none.
    pub fn code(&self) -> Option<&str> {
        self.extensions.as_ref()?.get("code")?.as_str()
    }

    /// Returns the failed response of a subgraph, which a router puts into the extensions of its
    /// error.
    pub(crate) fn wrapped_response(&self) -> Option<HttpResponse> {
        let answer = self.extensions.as_ref()?.get("response")?;
        let status = u16::try_from(answer.get("status")?.as_u64()?).ok()?;
        let status = StatusCode::from_u16(status).ok().filter(|status| !status.is_success())?;
        let (kind, body) = match answer.get("body") {
            Some(serde_json::Value::String(text)) => (None, text.clone()),
            Some(body @ serde_json::Value::Object(_)) => {
                (Some("application/problem+json"), body.to_string())
            }
            _ => (None, String::new()),
        };
        let mut response = HttpResponse::new(status, body);
        let kind = kind.map(|kind| (header::CONTENT_TYPE, HeaderValue::from_static(kind)));
        response.headers.extend(kind);
        Some(response)
    }

    /// Returns all that the server added. It may contain secrets.
    pub const fn extensions(&self) -> Option<&serde_json::Value> {
        self.extensions.as_ref()
    }
}

impl fmt::Display for GraphqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = self.path() {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.message())?;
        match self.code() {
            // The manager's placeholder for a missing code.
            None | Some("backendai_generic_internal-error") => Ok(()),
            Some(code) => write!(f, " ({code})"),
        }
    }
}

impl fmt::Debug for GraphqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlError")
            .field("message", &self.message())
            .field("path", &self.path())
            .field("locations", &self.locations())
            .field("code", &self.code())
            .finish_non_exhaustive()
    }
}

/// A location in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Location {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}
