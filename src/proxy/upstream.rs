//! Connections to the manager: one pool for each endpoint.
//!
//! The [transport](crate::transport) is not used here: it normalises addresses, reads whole responses
//! and decompresses them. A proxy forwards what it gets.

use std::time::Duration;

use http::{HeaderValue, Request, Response, Uri, header, uri::PathAndQuery};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client as Pool, Error as Failure},
    rt::{TokioExecutor, TokioTimer},
};

use super::body::SharedBody;
use crate::{
    config::{Config, Endpoint},
    connect::{self, Connector, Plain, Route},
    error::{Error, Result},
};

/// As with the transport: idle connections are closed before the other side closes them.
const IDLE: Duration = Duration::from_secs(30);

/// The connections to one endpoint.
pub(super) struct Upstream {
    pool: Pool<HttpsConnector<Route>, SharedBody>,
    scheme: http::uri::Scheme,
    authority: http::uri::Authority,
    /// The prefix of every path, without a trailing slash.
    pub(super) base: String,
    host: HeaderValue,
    /// `Proxy-Authorization` of a proxy for plain HTTP.
    proxy_auth: Option<HeaderValue>,
    /// The proxy and its variable.
    pub(super) place: Option<String>,
}

/// Prepares the endpoints, in the order of the configuration.
pub(super) fn all(config: &Config) -> Result<Vec<Upstream>> {
    config.endpoints().iter().map(|endpoint| Upstream::new(config, endpoint)).collect()
}

impl Upstream {
    fn new(config: &Config, endpoint: &Endpoint) -> Result<Self> {
        let Connector { https, proxy_auth, place } =
            Connector::new(config, endpoint, Plain::Forwarded)?;
        let parts = connect::address(endpoint)?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(Error::config(format!("{endpoint} is no whole address")));
        };
        let host = HeaderValue::try_from(endpoint.authority()).map_err(|error| {
            Error::config(format!("{endpoint} cannot be used as an address")).with_source(error)
        })?;
        let pool = Pool::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(https);
        let base = endpoint.url().path().trim_end_matches('/').to_owned();
        Ok(Self { pool, scheme, authority, base, host, proxy_auth, place })
    }

    /// Sends the request to `target`, byte for byte.
    pub(super) async fn send(
        &self,
        mut request: Request<SharedBody>,
        target: PathAndQuery,
    ) -> std::result::Result<Response<Incoming>, Failed> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(target);
        *request.uri_mut() = Uri::from_parts(parts).map_err(Failed::Address)?;
        *request.version_mut() = http::Version::HTTP_11;
        let headers = request.headers_mut();
        headers.insert(header::HOST, self.host.clone());
        if let Some(auth) = &self.proxy_auth {
            headers.insert(header::PROXY_AUTHORIZATION, auth.clone());
        }
        self.pool.request(request).await.map_err(Failed::Sending)
    }
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// The path is invalid.
    #[error(transparent)]
    Address(http::uri::InvalidUriParts),
    /// The connection failed.
    #[error(transparent)]
    Sending(Failure),
}

impl Failed {
    /// Returns whether nothing was sent, so that another endpoint may be tried.
    pub(super) fn is_connect(&self) -> bool {
        matches!(self, Self::Sending(error) if error.is_connect())
    }
}
