//! Which headers are forwarded.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::http::{API_VERSION, SESSION_ID};

/// Headers of a connection, not of the message (RFC 9110 §7.6.1).
const OF_THE_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRANSFER_ENCODING,
];

/// Headers about the sender of a request. The proxy sets its own; those of a page or another program
/// would be trusted, or break the signature.
const OF_THE_SENDER: [HeaderName; 16] = [
    header::AUTHORIZATION,
    header::DATE,
    HeaderName::from_static("x-backendai-date"),
    HeaderName::from_static("x-sorna-date"),
    HeaderName::from_static("x-sorna-version"),
    HeaderName::from_static("x-backendai-token"),
    SESSION_ID,
    // A browser sends the cookies of every server on this machine.
    header::COOKIE,
    // The origin is checked here.
    header::ORIGIN,
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-forwarded-url"),
    HeaderName::from_static("x-real-ip"),
];

/// Headers that are set for the next connection.
const OF_THE_MESSAGE: [HeaderName; 4] =
    [header::HOST, header::EXPECT, header::CONTENT_LENGTH, header::TRAILER];

/// Headers of a response for the proxy, not for its client: the session, and which pages may read it.
const OF_THE_ANSWER: [HeaderName; 8] = [
    header::SET_COOKIE,
    SESSION_ID,
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
];

/// Returns the protocol of a requested upgrade.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    tokens(headers)
        .any(|token| token.eq_ignore_ascii_case("upgrade"))
        .then(|| headers.get(header::UPGRADE).cloned())
        .flatten()
}

/// Prepares the headers of a request for the manager, with an upgrade if there is one.
pub(super) fn request(headers: &mut HeaderMap, upgrade: Option<HeaderValue>) {
    hop(headers, upgrade);
    for name in OF_THE_SENDER.iter().chain(&OF_THE_MESSAGE) {
        headers.remove(name);
    }
    // The manager reads the first one, which is signed.
    for name in [header::CONTENT_TYPE, API_VERSION] {
        if let Some(first) = headers.get(&name).cloned() {
            headers.insert(name, first);
        }
    }
}

/// Prepares the headers of the manager's response for the client.
pub(super) fn response(headers: &mut HeaderMap, upgrade: Option<HeaderValue>) {
    hop(headers, upgrade);
    for name in &OF_THE_ANSWER {
        headers.remove(name);
    }
    // A page of the manager would run in the origin of the proxy. As data it is harmless.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
}

fn hop(headers: &mut HeaderMap, upgrade: Option<HeaderValue>) {
    let named: Vec<_> = tokens(headers).filter_map(|token| token.parse().ok()).collect();
    for name in named.iter().chain(&OF_THE_HOP) {
        headers.remove::<&HeaderName>(name);
    }
    headers.remove(header::UPGRADE);
    if let Some(protocol) = upgrade {
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, protocol);
    }
}

/// Returns the tokens in `Connection`.
fn tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(header::CONNECTION).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',').map(str::trim))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let value = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(value).collect()
    }

    #[test]
    fn headers_of_the_hop_and_the_sender_are_removed() {
        let mut all = headers(&[
            ("connection", "close, X-Of-Hop"),
            ("connection", "keep-alive"),
            ("x-of-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("proxy-authorization", "Basic x"),
            ("host", "localhost:8084"),
            ("content-length", "5"),
            ("authorization", "Bearer x"),
            ("date", "yesterday"),
            ("cookie", "a=b"),
            ("x-backendai-token", "x"),
            ("x-forwarded-url", "http://elsewhere/"),
            ("content-type", "application/json"),
            ("content-type", "text/plain"),
            ("accept-encoding", "gzip"),
            ("accept", "a"),
            ("accept", "b"),
        ]);
        request(&mut all, None);
        let kept = headers(&[
            ("content-type", "application/json"),
            ("accept-encoding", "gzip"),
            ("accept", "a"),
            ("accept", "b"),
        ]);
        assert_eq!(all, kept);
    }

    #[test]
    fn an_upgrade_is_kept_only_when_the_connection_names_it() {
        let mut all = headers(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")]);
        let wanted = upgrade(&all);
        assert_eq!(wanted.as_ref().unwrap(), "websocket");
        request(&mut all, wanted);
        assert_eq!(all, headers(&[("connection", "upgrade"), ("upgrade", "websocket")]));
        assert_eq!(upgrade(&headers(&[("upgrade", "websocket")])), None);
    }

    #[test]
    fn a_response_reveals_no_session() {
        let mut all = headers(&[
            ("set-cookie", "AIOHTTP_SESSION=x"),
            ("x-backendai-sessionid", "x"),
            ("access-control-allow-origin", "*"),
            ("connection", "close"),
            ("content-encoding", "gzip"),
            ("content-length", "5"),
        ]);
        response(&mut all, None);
        let kept = headers(&[
            ("content-encoding", "gzip"),
            ("content-length", "5"),
            ("content-security-policy", "sandbox"),
        ]);
        assert_eq!(all, kept);
    }
}
