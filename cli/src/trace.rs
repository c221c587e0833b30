//! `-v`: what is sent to the manager and what it answers, without secrets.

use std::time::Instant;

use backendai::transport::{
    HttpRequest, HttpResponse, HttpTransport, Transport, TransportError, TransportFuture,
    reqwest::header::{self, HeaderMap, HeaderName},
};
use serde_json::Value;

use crate::{output::err, render};

/// Sends requests, and prints what they are to the standard error.
pub(crate) struct Traced {
    http: HttpTransport,
    /// Whether the headers are printed.
    headers: bool,
}

impl Traced {
    pub(crate) const fn new(http: HttpTransport, headers: bool) -> Self {
        Self { http, headers }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        err(format!("> {} {}{}", request.method, request.url, summary(&request.body)));
        self.print_headers('>', &request.headers);
        let begin = Instant::now();
        let result = self.http.send(request).await;
        let took = begin.elapsed().as_millis();
        match &result {
            Ok(response) => {
                err(format!("< {}, {} bytes, {took} ms", response.status, response.body.len()));
                self.print_headers('<', &response.headers);
            }
            Err(error) => err(format!("< {error}, {took} ms")),
        }
        result
    }

    fn print_headers(&self, mark: char, headers: &HeaderMap) {
        for (name, value) in headers.iter().filter(|_| self.headers) {
            let value = match is_secret(name) {
                true => "***".into(),
                false => String::from_utf8_lossy(value.as_bytes()),
            };
            err(format!("{mark}   {name}: {value}"));
        }
    }
}

impl Transport for Traced {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        Box::pin(self.exchange(request))
    }
}

/// Whether the value of a header authenticates the caller.
fn is_secret(name: &HeaderName) -> bool {
    let secret =
        [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE, header::SET_COOKIE];
    secret.contains(name) || name == "x-backendai-sessionid" || render::is_secret(name.as_str())
}

/// The operation of a body and its variables, or the whole of another body; secrets are masked.
fn summary(body: &[u8]) -> String {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else {
        return match body.len() {
            0 => String::new(),
            bytes => format!(" ({bytes} bytes)"),
        };
    };
    if let Some(document) = members.get("query") {
        let document = document.as_str().unwrap_or_default();
        let name = members.get("operationName").and_then(Value::as_str).unwrap_or("without a name");
        let variables = members.get("variables").filter(|variables| !variables.is_null());
        let variables = variables.map(|variables| {
            let mut variables = variables.clone();
            for secret in secret_variables(document) {
                if let Some(value) = variables.get_mut(secret).filter(|value| !value.is_null()) {
                    *value = render::MASK.into();
                }
            }
            format!(" {}", render::mask(&variables))
        });
        return format!(" {name}{}", variables.unwrap_or_default());
    }
    members.retain(|_, value| !value.is_null());
    format!(" {}", render::mask(&Value::Object(members)))
}

/// The variables that a document passes to an argument or a member with the name of a secret: in
/// `modify(props: {password: $p})` that is `p`.
fn secret_variables(document: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    document.match_indices('$').filter_map(move |(at, _)| {
        let (before, after) = (document.get(..at)?, document.get(at + 1..)?);
        // Also an element of a list.
        let before = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ','));
        let before = before.strip_suffix(':')?.trim_end();
        let member = before.rsplit(|c| !is_part(c)).next()?;
        render::is_secret(member).then(|| after.split(|c| !is_part(c)).next())?
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_summary_has_no_secret() {
        let text = |body: Value| summary(body.to_string().as_bytes());
        let variables = json!({"email": "a@b", "props": {"password": "p", "role": "user"}});
        let body = json!({"query": "mutation M{x}", "operationName": "M", "variables": variables});
        assert_eq!(text(body), r#" M {"email":"a@b","props":{"password":"***","role":"user"}}"#);
        assert_eq!(text(json!({"query": "{a}", "variables": null})), " without a name");
        let document = "mutation M($p: String!, $q: String) { \
                        modify(email: $q, props: {password :$p, old_passwords: [$r]}) { ok } }";
        let variables = json!({"p": "one", "q": "a@b", "r": "two"});
        let body = json!({"query": document, "operationName": "M", "variables": variables});
        assert_eq!(text(body), r#" M {"p":"***","q":"a@b","r":"***"}"#);
        assert_eq!(
            text(json!({"username": "u", "password": "p", "otp": null})),
            r#" {"password":"***","username":"u"}"#
        );
        assert_eq!(summary(b""), "");
        assert_eq!(summary(b"\x1f\x8b"), " (2 bytes)");
        for name in ["authorization", "cookie", "x-backendai-sessionid", "x-gateway-token"] {
            assert!(is_secret(&HeaderName::from_static(name)), "{name}");
        }
        assert!(!is_secret(&header::CONTENT_TYPE));
    }
}
