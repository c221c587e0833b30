//! The cookie that a webserver sets.

use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use crate::http::{SESSION_ID, parse_date};

/// Its name; no setting of the webserver changes it.
pub(super) const NAME: &str = "AIOHTTP_SESSION";

/// A session in a response.
pub(super) struct Cookie {
    pub(super) id: SecretString,
    pub(super) expires: Option<Timestamp>,
}

/// Returns whether a string is a valid cookie value (RFC 6265).
pub(super) fn is_value(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | ',' | ';' | '\\'))
}

/// Finds the session of a response: its cookie, or else its header `X-BackendAI-SessionID`. A cookie
/// without a value is none.
pub(super) fn of(headers: &HeaderMap, now: Timestamp) -> Option<Cookie> {
    let cookies = headers.get_all(header::SET_COOKIE).iter();
    let mut of_name = cookies.filter_map(|value| value.to_str().ok()?.trim().strip_prefix(NAME));
    if let Some(rest) = of_name.find_map(|rest| rest.trim_start().strip_prefix('=')) {
        return parse(rest, now);
    }
    let id = headers.get(SESSION_ID)?.to_str().ok()?.trim();
    is_value(id).then(|| Cookie { id: id.into(), expires: None })
}

/// Parses what follows `NAME=`.
fn parse(text: &str, now: Timestamp) -> Option<Cookie> {
    let mut parts = text.split(';').map(str::trim);
    let id = parts.next()?;
    let id = id.strip_prefix('"').and_then(|id| id.strip_suffix('"')).unwrap_or(id);
    let (mut expires, mut max_age) = (None, None);
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        match name.trim() {
            name if name.eq_ignore_ascii_case("expires") => expires = date(value.trim()),
            name if name.eq_ignore_ascii_case("max-age") => {
                let age = value.trim().parse().ok().map(SignedDuration::from_secs);
                max_age = age.and_then(|age| now.checked_add(age).ok());
            }
            _ => {}
        }
    }
    // `Max-Age` is the lifetime in the webserver's store; `expires` is the end of the session.
    is_value(id).then(|| Cookie { id: id.into(), expires: expires.or(max_age) })
}

/// Parses a date: the webserver writes ISO 8601 instead of an HTTP date.
fn date(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| parse_date(text))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn found(lines: &[(&'static str, &str)]) -> Option<(String, Option<String>)> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let cookie = of(&headers, now)?;
        Some((cookie.id.expose_secret().to_owned(), cookie.expires.map(|at| at.to_string())))
    }

    #[test]
    fn a_session_is_found_however_its_end_is_written() {
        let seen = "AIOHTTP_SESSION=d31f; expires=2026-11-29T00:08:57+00:00; HttpOnly; Max-Age=604800; Path=/";
        for (cookie, expires) in [
            (seen, Some("2026-11-29T00:08:57Z")),
            (
                "AIOHTTP_SESSION=d31f; Expires=Sun, 29 Nov 2026 00:08:57 GMT; Secure",
                Some("2026-11-29T00:08:57Z"),
            ),
            ("AIOHTTP_SESSION=\"d31f\";expires=soon;max-age=60", Some("2026-11-22T00:01:00Z")),
            ("AIOHTTP_SESSION = d31f ;max-age=9223372036854775807", None),
            ("AIOHTTP_SESSION=d31f", None),
        ] {
            let expected = ("d31f".to_owned(), expires.map(str::to_owned));
            assert_eq!(found(&[("set-cookie", cookie)]), Some(expected), "{cookie}");
        }
    }

    #[test]
    fn the_cookie_counts_and_then_the_header() {
        let [first, other, own] = ["a=b; Path=/", "AIOHTTP_SESSIONS=x", "AIOHTTP_SESSION=mine"];
        let all = [("set-cookie", first), ("set-cookie", other), ("set-cookie", own)];
        assert_eq!(found(&all).unwrap().0, "mine");
        let id = ("x-backendai-sessionid", "5d");
        assert_eq!(found(&[id, all[0]]).unwrap().0, "5d");
        assert_eq!(found(&[id, all[2]]).unwrap().0, "mine");
    }

    #[test]
    fn what_is_no_session_is_none() {
        let taken_back = "AIOHTTP_SESSION=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0";
        for cookie in [taken_back, "AIOHTTP_SESSION", "AIOHTTP_SESSION=", "AIOHTTP_SESSION=a b"] {
            assert_eq!(found(&[("set-cookie", cookie)]), None, "{cookie}");
        }
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[("x-backendai-sessionid", "")]), None);
    }
}
