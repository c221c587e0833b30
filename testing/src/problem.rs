//! The manager's error bodies: `application/problem+json` (RFC 7807).

use serde_json::{Value, json};

const PREFIX: &str = "https://api.backend.ai/probs/";

/// A refusal with an HTTP status.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    kind: &'static str,
    title: &'static str,
    code: &'static str,
    msg: Option<String>,
    data: Option<Box<Value>>,
    /// The `Allow` header of a 405.
    pub(crate) allow: Option<&'static str>,
}

impl Problem {
    fn new(status: u16, kind: &'static str, title: &'static str, code: &'static str) -> Self {
        Self { status, kind, title, code, msg: None, data: None, allow: None }
    }

    fn msg(mut self, msg: impl Into<String>) -> Self {
        self.msg = Some(msg.into());
        self
    }

    fn data(mut self, data: Value) -> Self {
        self.data = Some(Box::new(data));
        self
    }

    /// 400: a date, a scheme or a parameter of the authorization is wrong or missing.
    pub(crate) fn auth_params(msg: impl Into<String>) -> Self {
        let title = "Missing or invalid authorization parameters.";
        Self::new(400, "invalid-auth-params", title, "user_auth_invalid-parameters").msg(msg)
    }

    /// 401: no key, a wrong key or a wrong signature.
    pub(crate) fn unauthorized(msg: impl Into<String>) -> Self {
        let title = "Credential/signature mismatch.";
        Self::new(401, "auth-failed", title, "user_auth_unauthorized").msg(msg)
    }

    /// 403: the caller lacks the privilege.
    pub(crate) fn privilege(msg: impl Into<String>) -> Self {
        let title = "Insufficient privilege.";
        Self::new(403, "insufficient-privilege", title, "user_auth_forbidden").msg(msg)
    }

    /// 404: the user to impersonate does not exist.
    pub(crate) fn no_such_user(msg: impl Into<String>) -> Self {
        Self::new(404, "object-not-found", "No such user.", "user_read_not-found").msg(msg)
    }

    /// 404: unknown path.
    pub(crate) fn not_found(path: &str) -> Self {
        Self::new(404, "url-not-found", "Unknown URL path.", "api_read_not-found")
            .data(Value::from(path))
    }

    /// 405: the path exists, but not with this method.
    pub(crate) fn method(allow: &'static str) -> Self {
        let title = "HTTP Method Not Allowed.";
        let mut problem = Self::new(405, "method-not-allowed", title, "api_access_forbidden");
        problem.allow = Some(allow);
        problem
    }

    /// 400 without a message, such as for a body that is too large.
    pub(crate) fn bad_request() -> Self {
        Self::new(400, "generic-bad-request", "Bad request.", "backendai_generic_bad-request")
    }

    /// 400: the manager does not support the version in the header.
    pub(crate) fn version() -> Self {
        Self::bad_request().msg("Unsupported API version.")
    }

    /// 400: the body is not JSON.
    pub(crate) fn malformed_body(url: &str, method: &str) -> Self {
        let title = "Malformed request body.";
        Self::new(400, "generic-bad-request", title, "api_parsing_bad-request")
            .msg(format!("Malformed body - URL: {url}, Method: {method}"))
    }

    /// 400: the body is JSON, but not a GraphQL request.
    pub(crate) fn invalid_body(msg: impl Into<String>) -> Self {
        let title = "Invalid or Missing API Parameters.";
        Self::new(400, "generic-bad-request", title, "api_parsing_invalid-parameters").msg(msg)
    }

    /// 400: GraphQL errors, in the form of `/admin/graphql`.
    pub(crate) fn graphql(errors: Value) -> Self {
        let title = "GraphQL-generated error.";
        Self::new(400, "graphql-error", title, "api_generic_internal-error").data(errors)
    }

    /// 429: the rate limit is exceeded.
    pub(crate) fn rate_limit() -> Self {
        let title = "You have reached your API query rate limit.";
        Self::new(429, "rate-limit-exceeded", title, "api_access_unavailable")
    }

    /// 500: also the answer to some mistakes of the client, such as a syntax error.
    pub(crate) fn internal() -> Self {
        let code = "backendai_generic_internal-error";
        Self::new(500, "internal-server-error", "Internal server error.", code)
    }

    pub(crate) fn body(&self) -> String {
        let mut body = json!({
            "type": format!("{PREFIX}{}", self.kind),
            "title": self.title,
            "error_code": self.code,
        });
        if let Some(members) = body.as_object_mut() {
            if let Some(msg) = &self.msg {
                members.insert("msg".into(), msg.as_str().into());
            }
            if let Some(data) = &self.data {
                members.insert("data".into(), Value::clone(data));
            }
        }
        body.to_string()
    }
}
