//! HTTP messages as plain data, and what their headers mean.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use jiff::Timestamp;
use url::Url;

/// The version of the API that a request speaks.
pub(crate) const API_VERSION: HeaderName = HeaderName::from_static("x-backendai-version");
/// The session of a login, instead of the webserver's cookie.
pub(crate) const SESSION_ID: HeaderName = HeaderName::from_static("x-backendai-sessionid");

/// A request. `Debug` shows neither the body nor the headers that authenticate the caller.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpRequest {
    /// HTTP method.
    pub method: Method,
    /// The whole address. Path, query and host are signed: a transport must not change them.
    pub url: Url,
    /// All headers except those that the HTTP library adds, such as `Host`.
    pub headers: HeaderMap,
    /// The body, encoded.
    pub body: Bytes,
    /// Time limit of the whole exchange, including connecting and reading; the transport's own
    /// configuration applies without one.
    pub timeout: Option<Duration>,
    /// Largest response in bytes, decompressed. A larger one is
    /// [`TransportError::too_large`](crate::transport::TransportError::too_large).
    pub response_limit: usize,
}

impl HttpRequest {
    /// Creates a request without headers, body or limits.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: None,
            response_limit: usize::MAX,
        }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("headers", &mark_sensitive(self.headers.clone()))
            .field("body_len", &self.body.len())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A response. `Debug` shows neither the body nor a session.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpResponse {
    /// HTTP status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
}

impl HttpResponse {
    /// Creates a response without headers.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into() }
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &mark_sensitive(self.headers.clone()))
            .field("body_len", &self.body.len())
            .finish()
    }
}

/// Marks the headers that carry a credential as sensitive, so that no `Debug` shows them.
pub(crate) fn mark_sensitive(mut headers: HeaderMap) -> HeaderMap {
    let secret = [header::AUTHORIZATION, header::COOKIE, header::SET_COOKIE, SESSION_ID];
    for (name, value) in &mut headers {
        if secret.contains(name) {
            value.set_sensitive(true);
        }
    }
    headers
}

/// The manager's rate limit, which counts the requests of each keypair in time windows
/// (`X-RateLimit-*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests per window.
    pub limit: u64,
    /// Requests that remain in this window.
    pub remaining: u64,
    /// Time until the window ends.
    pub reset: Option<Duration>,
    /// Length of a window.
    pub window: Option<Duration>,
}

impl RateLimit {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
        const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
        const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
        const WINDOW: HeaderName = HeaderName::from_static("x-ratelimit-window");
        let number = |name| headers.get(name)?.to_str().ok()?.trim().parse().ok();
        Some(Self {
            limit: number(LIMIT)?,
            remaining: number(REMAINING)?,
            reset: number(RESET).map(Duration::from_secs),
            window: number(WINDOW).map(Duration::from_secs),
        })
    }
}

/// Returns the media type of the content, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok().map(essence)
}

/// Returns a `Content-Type` without its parameters.
pub(crate) fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Returns the date in a header, such as `Sat, 21 Nov 2026 23:36:46 GMT`.
pub(crate) fn date(headers: &HeaderMap, name: HeaderName) -> Option<Timestamp> {
    parse_date(headers.get(name)?.to_str().ok()?)
}

/// Parses a date of RFC 9110 §5.6.7.
pub(crate) fn parse_date(text: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_rate_limit_is_none() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", "5".parse().unwrap());
        assert_eq!(RateLimit::from_headers(&headers), None);
        headers.insert("x-ratelimit-remaining", "many".parse().unwrap());
        assert_eq!(RateLimit::from_headers(&headers), None);
        headers.insert("x-ratelimit-remaining", "4".parse().unwrap());
        assert_eq!(RateLimit::from_headers(&headers).unwrap().reset, None);
    }

    #[test]
    fn an_http_date_is_read() {
        let mut headers = HeaderMap::new();
        assert_eq!(date(&headers, header::DATE), None);
        headers.insert(header::DATE, "Sat, 21 Nov 2026 23:36:46 GMT".parse().unwrap());
        let read = date(&headers, header::DATE).unwrap();
        assert_eq!(read, "2026-11-21T23:36:46Z".parse().unwrap());
        headers.insert(header::DATE, "soon".parse().unwrap());
        assert_eq!(date(&headers, header::DATE), None);
    }

    #[test]
    fn a_media_type_has_no_parameters() {
        let mut headers = HeaderMap::new();
        assert_eq!(media_type(&headers), None);
        headers.insert(header::CONTENT_TYPE, "text/html ; charset=utf-8".parse().unwrap());
        assert_eq!(media_type(&headers), Some("text/html"));
    }
}
