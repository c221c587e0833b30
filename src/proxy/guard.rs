//! Access control. The proxy has an admin's keys, and every page in a browser on this machine can send
//! requests to it: the host and origin of each request are checked.

use std::net::IpAddr;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header,
    uri::Authority,
};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::{
    page,
    problem::{Problem, Reply, own},
};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const PRIVATE_ASKED: HeaderName = HeaderName::from_static("access-control-request-private-network");
const PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// The rules of one proxy.
#[derive(Default)]
pub(super) struct Guard {
    /// Accepted names in `Host` besides those of loopback, in lower case and without a port.
    pub(super) hosts: Vec<String>,
    /// The bound address, unless it is a loopback address.
    pub(super) bound: Option<IpAddr>,
    pub(super) origins: Origins,
    pub(super) token: Option<SecretString>,
}

/// The allowed origins besides the proxy's own.
#[derive(Default)]
pub(super) struct Origins {
    pub(super) any: bool,
    pub(super) listed: Vec<String>,
}

/// The CORS response headers of an admitted request.
#[derive(Debug, Default)]
pub(super) struct Visit {
    /// The origin that may read the response.
    origin: Option<HeaderValue>,
}

impl Guard {
    /// Checks the host and the origin of a request.
    pub(super) fn admit<B>(&self, request: &Request<B>) -> Result<Visit, Problem> {
        let host = self.host(request.uri(), request.headers())?;
        self.origin(request, &host)
    }

    /// Checks `Host` against DNS rebinding: a foreign name that resolves to this machine makes its pages
    /// same-origin, but the browser still sends that name.
    fn host(&self, uri: &Uri, headers: &HeaderMap) -> Result<Authority, Problem> {
        let mut given = headers.get_all(header::HOST).iter();
        let host = match (given.next(), given.next(), uri.authority()) {
            (Some(host), None, None) => Authority::try_from(host.as_bytes()).ok(),
            // The address of the request goes before the header (RFC 9112 §3.2.2).
            (Some(_), None, Some(authority)) => Some(authority.clone()),
            _ => None,
        };
        let Some(host) = host.filter(|host| !host.as_str().contains('@')) else {
            let msg = "the request has no usable Host header; name the proxy as in \
                       http://localhost:8084";
            return Err(Problem::new(StatusCode::BAD_REQUEST, "No host.", msg));
        };
        let name = host.host().to_ascii_lowercase();
        let known = match name.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => {
                let own = self.bound.is_some_and(|own| own.is_unspecified() || own == address);
                own || address.is_loopback() || self.hosts.contains(&name)
            }
            Err(_) => name == "localhost" || self.hosts.contains(&name),
        };
        if known {
            return Ok(host);
        }
        let msg = format!(
            "the request is for the host {name:?}, which is not this proxy; if it is a name of this \
             machine, start the proxy with that host allowed (allow_host)"
        );
        Err(Problem::new(StatusCode::FORBIDDEN, "Foreign host.", msg))
    }

    fn origin<B>(&self, request: &Request<B>, host: &Authority) -> Result<Visit, Problem> {
        let headers = request.headers();
        let Some(origin) = headers.get(header::ORIGIN) else {
            return self.without_origin(request);
        };
        let text = origin.to_str().unwrap_or_default().to_ascii_lowercase();
        if text.strip_prefix("http://").is_some_and(|own| own.eq_ignore_ascii_case(host.as_str())) {
            return Ok(Visit::default());
        }
        if self.origins.any {
            return Ok(Visit { origin: Some(HeaderValue::from_static("*")) });
        }
        if self.origins.listed.contains(&text) {
            return Ok(Visit { origin: Some(origin.clone()) });
        }
        Err(foreign(&text))
    }

    /// Checks a request without `Origin`. Programs send none, nor do browsers for an image, a script or a
    /// link; these send `Sec-Fetch-Site`.
    fn without_origin<B>(&self, request: &Request<B>) -> Result<Visit, Problem> {
        let headers = request.headers();
        let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
        let elsewhere = !matches!(site, None | Some(b"same-origin" | b"none"));
        // A link on another page may open the page of this proxy, and nothing else.
        let link = headers.get(FETCH_MODE).is_some_and(|mode| mode == "navigate")
            && page::is_requested(request);
        if elsewhere && !link && !self.origins.any {
            return Err(foreign("another page"));
        }
        Ok(Visit::default())
    }

    /// Answers the preflight of a browser, which carries no token.
    pub(super) fn preflight<B>(request: &Request<B>) -> Option<Response<Reply>> {
        let headers = request.headers();
        let method = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
        if request.method() != Method::OPTIONS || !headers.contains_key(header::ORIGIN) {
            return None;
        }
        let mut response = own(StatusCode::NO_CONTENT, "text/plain", "");
        let answer = response.headers_mut();
        answer.remove(header::CONTENT_TYPE);
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
        answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        if let Some(asked) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        }
        if headers.contains_key(PRIVATE_ASKED) {
            answer.insert(PRIVATE, HeaderValue::from_static("true"));
        }
        Some(response)
    }

    /// Checks the token, if one is required.
    pub(super) fn authenticate(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.token else { return Ok(()) };
        let given = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        let given = given.and_then(|text| text.split_at_checked(BEARER.len()));
        let same = given.is_some_and(|(scheme, given)| {
            scheme.eq_ignore_ascii_case(BEARER)
                && bool::from(given.trim_ascii().ct_eq(token.expose_secret().as_bytes()))
        });
        if same {
            return Ok(());
        }
        let msg = "this proxy requires the token that it was started with: send \
                   Authorization: Bearer TOKEN";
        Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "The token of the proxy is missing or wrong.",
            msg,
        )
        .with_header(header::WWW_AUTHENTICATE, "Bearer realm=\"backendai proxy\""))
    }
}

const BEARER: &[u8] = b"Bearer ";

fn foreign(origin: &str) -> Problem {
    let msg = match origin {
        "another page" => "a page of another origin may not use the keys of this proxy".to_owned(),
        origin => format!(
            "a page of {origin:?} may not use the keys of this proxy; if you trust that page with \
             them, start the proxy with that origin allowed (allow_origin)"
        ),
    };
    Problem::new(StatusCode::FORBIDDEN, "Foreign origin.", msg)
}

impl Visit {
    /// Adds the headers by which the browser decides which page may read the response.
    pub(super) fn add_headers(&self, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = &self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            let all = HeaderValue::from_static("*");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, all);
        }
    }
}
