//! Makes the request of a call to one endpoint: address, headers and signature.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::time::Instant;
use url::{Position, Url};

use super::{
    Dispatcher,
    call::{Auth, Call},
};
use crate::{
    config::{ApiVersion, Config, Endpoint, EndpointType},
    error::{Error, Result},
    http::{API_VERSION, HttpRequest},
    setting::ADMIN_PATH,
    sign::{RequestDate, SignableRequest},
};

pub(super) const DOMAIN: HeaderName = HeaderName::from_static("x-backendai-domain");
const JSON: &str = "application/json";

/// The parts of a request that never change.
pub(super) struct Templates {
    /// Headers of every request.
    headers: HeaderMap,
    /// The names of those that a forwarded request lacks.
    #[cfg_attr(not(feature = "proxy"), expect(dead_code, reason = "only the proxy forwards"))]
    forwarded: Vec<HeaderName>,
    /// Headers of a signed request. The values that change are empty: only their places are there.
    signed: HeaderMap,
    /// The address of the admin schema at each endpoint, which nearly every call uses.
    admin: Vec<Url>,
    /// The configured version of the API.
    version: HeaderValue,
    /// Whether requests carry a session instead of a signature.
    by_session: bool,
}

impl Templates {
    /// `headers` are those of the caller.
    pub(super) fn new(config: &Config, mut headers: HeaderMap) -> Result<Self> {
        let forwarded = headers.keys().cloned().chain([header::USER_AGENT, DOMAIN]).collect();
        headers.insert(header::USER_AGENT, value("user agent", config.user_agent())?);
        headers.insert(DOMAIN, value("domain", config.domain())?);
        headers.insert(header::ACCEPT, HeaderValue::from_static(JSON));
        let later = HeaderValue::from_static("");
        let mut signed = headers.clone();
        signed.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        signed.insert(API_VERSION, later.clone());
        signed.insert(header::DATE, later.clone());
        if config.credential().keys().is_some() {
            signed.insert(header::AUTHORIZATION, later);
        }
        let version = version_header(config.version())?;
        let by_session = config.endpoint_type() == EndpointType::Session;
        let mut templates =
            Self { headers, forwarded, signed, admin: Vec::new(), version, by_session };
        let admin = |endpoint| templates.address(endpoint, ADMIN_PATH);
        templates.admin = config.endpoints().iter().map(admin).collect();
        Ok(templates)
    }

    /// Returns the address of a path at an endpoint. A webserver forwards what is below `/func`.
    fn address(&self, endpoint: &Endpoint, path: &str) -> Url {
        match self.by_session {
            true => endpoint.join(&format!("/func/{}", path.trim_start_matches('/'))),
            false => endpoint.join(path),
        }
    }
}

impl Dispatcher {
    /// Makes the request of a call to this endpoint, with the current date.
    pub(super) fn prepare(
        &self,
        index: usize,
        endpoint: &Endpoint,
        call: &Call,
        deadline: Option<Instant>,
    ) -> Result<HttpRequest> {
        let templates = &self.templates;
        let (headers, url) = match (&call.auth, templates.admin.get(index)) {
            (Auth::Client, Some(url)) if call.path == ADMIN_PATH => {
                (&templates.signed, url.clone())
            }
            (Auth::Client, _) => (&templates.signed, templates.address(endpoint, &call.path)),
            (Auth::None, _) => (&templates.headers, templates.address(endpoint, &call.path)),
            (Auth::Webserver(_), _) => (&templates.headers, endpoint.join(&call.path)),
        };
        let mut request = HttpRequest::new(call.method.clone(), url);
        request.headers = headers.clone();
        if let Some(own) = &call.headers {
            for (name, value) in own.iter() {
                request.headers.insert(name, value.clone());
            }
        }
        request.response_limit = self.max_response_size;
        request.timeout = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        match &call.auth {
            Auth::Client => self.sign(endpoint, &mut request)?,
            Auth::None => return Ok(request),
            Auth::Webserver(complete) => {
                self.stamp(&mut request.headers);
                complete(endpoint, &mut request)?;
                return Ok(request);
            }
        }
        request.body = call.body.clone();
        Ok(request)
    }

    fn sign(&self, endpoint: &Endpoint, request: &mut HttpRequest) -> Result<()> {
        let headers = &mut request.headers;
        if self.templates.by_session {
            let (name, value) = self.session_header()?;
            headers.insert(name, value);
        }
        let (date, version) = self.stamp(headers);
        if let Some(signer) = &self.signer {
            let signable = SignableRequest::new(
                request.method.as_str(),
                &request.url[Position::BeforePath..Position::AfterQuery],
                endpoint.authority(),
                version.to_str().unwrap_or_default(),
            )
            .content_type(JSON);
            headers.insert(header::AUTHORIZATION, signer.authorization(&signable, &date));
        }
        Ok(())
    }

    /// Authenticates a forwarded request: adds date, version and signature, or the session. A
    /// version, a domain and other headers of the client that the request has are kept.
    #[cfg(feature = "proxy")]
    pub(crate) fn authenticate(
        &self,
        endpoint: &Endpoint,
        method: &http::Method,
        target: &str,
        headers: &mut HeaderMap,
    ) -> Result<()> {
        let templates = &self.templates;
        for name in &templates.forwarded {
            if let (false, Some(own)) = (headers.contains_key(name), templates.headers.get(name)) {
                headers.insert(name, own.clone());
            }
        }
        if templates.by_session {
            let (name, value) = self.session_header()?;
            headers.insert(name, value);
        }
        let named = headers.get(API_VERSION).cloned();
        let (date, own) = self.stamp(headers);
        let version = named.as_ref().and_then(|named| named.to_str().ok());
        let version = version.or(own.to_str().ok()).unwrap_or_default();
        if let Some(signer) = &self.signer {
            // The manager takes a type that is missing or malformed for any bytes.
            let content_type = crate::http::media_type(headers)
                .filter(|essence| essence.matches('/').count() == 1)
                .unwrap_or("application/octet-stream");
            let signable =
                SignableRequest::new(method.as_str(), target, endpoint.authority(), version)
                    .content_type(content_type);
            let authorization = signer.authorization(&signable, &date);
            headers.insert(header::AUTHORIZATION, authorization);
        }
        if let Some(named) = named.filter(|named| named.to_str().is_ok()) {
            headers.insert(API_VERSION, named);
        }
        Ok(())
    }

    /// Adds the date and the version of the API, and returns both.
    fn stamp(&self, headers: &mut HeaderMap) -> (RequestDate, HeaderValue) {
        let negotiated = self.negotiated(|negotiated| negotiated.header.clone());
        let version = negotiated.unwrap_or_else(|| self.templates.version.clone());
        headers.insert(API_VERSION, version.clone());
        let date = RequestDate::new(self.clock.now());
        headers.insert(header::DATE, date.header_value());
        (date, version)
    }
}

pub(super) fn version_header(version: ApiVersion) -> Result<HeaderValue> {
    HeaderValue::try_from(version.to_string())
        .map_err(|error| Error::config("the API version is no header").with_source(error))
}

fn value(what: &str, text: &str) -> Result<HeaderValue> {
    // Beyond ASCII the manager reads UTF-8.
    HeaderValue::from_bytes(text.as_bytes()).map_err(|error| {
        let message = format!(
            "the {what} {text:?} cannot be sent in a header: remove its control characters"
        );
        Error::config(message).with_source(error)
    })
}
