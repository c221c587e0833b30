//! Connections to the manager: one pool for each endpoint.
//!
//! The [transport](crate::transport) is not used here: it normalises addresses, reads whole responses
//! and decompresses them. A proxy forwards what it gets.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderValue, Request, Response, Uri, header, uri::PathAndQuery};
use hyper::{
    body::Incoming,
    rt::{Read, ReadBufCursor, Write},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::{
        legacy::{
            Client as Pool, Error as Failure,
            connect::{Connected, Connection, HttpConnector, proxy::Tunnel},
        },
        proxy::matcher::Matcher,
    },
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use tokio::net::TcpStream;
use tower_service::Service;

use super::body::SharedBody;
use crate::{
    config::{Config, Endpoint},
    error::{Error, Result},
    tls,
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
        let unusable = |error: http::Error| {
            Error::config(format!("{endpoint} cannot be used as an address")).with_source(error)
        };
        let uri: Uri =
            endpoint.url().as_str().parse().map_err(|e| unusable(http::Error::from(e)))?;
        let parts = uri.clone().into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(Error::config(format!("{endpoint} is no whole address")));
        };
        let host = HeaderValue::try_from(endpoint.authority())
            .map_err(|error| unusable(http::Error::from(error)))?;
        let secure = scheme == http::uri::Scheme::HTTPS;
        let unfit = |problem: crate::config::Problem| Error::config(problem.to_string());
        let proxy = config.proxy_of(endpoint.url()).map_err(unfit)?;
        let place = proxy.as_ref().map(|proxy| proxy.place.clone());
        // The matcher splits the address from user name and password.
        let proxy = proxy
            .and_then(|proxy| Matcher::builder().all(proxy.expose_url()).build().intercept(&uri));
        let plain =
            !secure && proxy.as_ref().is_none_or(|proxy| proxy.uri().scheme_str() == Some("http"));
        let tls = tls::client_config(config, plain).map_err(|error| {
            Error::config("TLS cannot be prepared as configured").with_source(error)
        })?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(config.connect_timeout());
        let https = || {
            let builder = HttpsConnectorBuilder::new().with_tls_config(tls.clone());
            builder.https_or_http().enable_http1()
        };
        let mut proxy_auth = None;
        let route = match proxy {
            None => Route::Direct(tcp),
            Some(proxy) => {
                let to = proxy.uri().clone();
                let through = https().wrap_connector(tcp);
                match (secure, proxy.basic_auth()) {
                    (true, None) => Route::Tunnel(Tunnel::new(to, through)),
                    (true, Some(auth)) => {
                        Route::Tunnel(Tunnel::new(to, through).with_auth(auth.clone()))
                    }
                    (false, auth) => {
                        proxy_auth = auth.cloned();
                        Route::Relay { to, through }
                    }
                }
            }
        };
        let pool = Pool::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(https().wrap_connector(route));
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

/// How a connection is made, before TLS.
#[derive(Clone)]
enum Route {
    Direct(HttpConnector),
    /// Through a proxy by CONNECT.
    Tunnel(Tunnel<HttpsConnector<HttpConnector>>),
    /// Through a proxy that reads and forwards the requests.
    Relay {
        to: Uri,
        through: HttpsConnector<HttpConnector>,
    },
}

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type Boxed = Box<dyn std::error::Error + Send + Sync>;

impl Service<Uri> for Route {
    type Response = Hop;
    type Error = Boxed;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Hop, Boxed>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<std::result::Result<(), Boxed>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(cx).map_err(Into::into),
            Self::Tunnel(tunnel) => tunnel.poll_ready(cx).map_err(Into::into),
            Self::Relay { through, .. } => through.poll_ready(cx),
        }
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        match self {
            Self::Direct(tcp) => {
                let stream = tcp.call(target);
                Box::pin(async move { Ok(Hop { stream: stream.await?.into(), relayed: false }) })
            }
            Self::Tunnel(tunnel) => {
                let stream = tunnel.call(target);
                Box::pin(async move { Ok(Hop { stream: stream.await?, relayed: false }) })
            }
            Self::Relay { to, through } => {
                let stream = through.call(to.clone());
                Box::pin(async move { Ok(Hop { stream: stream.await?, relayed: true }) })
            }
        }
    }
}

/// A connection that knows whether a proxy reads it, which requires absolute addresses in requests.
struct Hop {
    stream: Stream,
    relayed: bool,
}

impl Connection for Hop {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.relayed)
    }
}

impl Read for Hop {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl Write for Hop {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, pieces)
    }
}
