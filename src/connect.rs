//! Connections to an endpoint whose bytes are read and written directly: those of the proxy and of
//! subscriptions. TCP, through the proxies of the environment, and TLS as configured.
//!
//! The [transport](crate::transport) makes its own: it exchanges whole messages.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::{
        legacy::connect::{Connected, Connection, HttpConnector, proxy::Tunnel},
        proxy::matcher::Matcher,
    },
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::{
    config::{Config, Endpoint},
    error::{Error, Result},
    tls,
};

/// How a proxy is used for an endpoint without TLS; one with TLS is always reached by CONNECT.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    /// It reads the requests and forwards them.
    #[cfg_attr(not(feature = "proxy"), expect(dead_code, reason = "only the proxy forwards"))]
    Forwarded,
    /// By CONNECT as well: a proxy does not forward an upgrade.
    Tunneled,
}

/// How connections to one endpoint are made.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) https: HttpsConnector<Route>,
    /// `Proxy-Authorization` of a proxy that forwards.
    #[cfg_attr(not(feature = "proxy"), expect(dead_code, reason = "only the proxy forwards"))]
    pub(crate) proxy_auth: Option<HeaderValue>,
    /// The proxy and its variable.
    pub(crate) place: Option<String>,
}

/// Returns the address of an endpoint.
pub(crate) fn address(endpoint: &Endpoint) -> Result<Uri> {
    endpoint.url().as_str().parse().map_err(|error: http::uri::InvalidUri| {
        Error::config(format!("{endpoint} cannot be used as an address")).with_source(error)
    })
}

impl Connector {
    /// Prepares the connections to an endpoint; opens none.
    ///
    /// # Errors
    ///
    /// When TLS cannot be prepared as configured, or a proxy is of an unknown kind.
    pub(crate) fn new(config: &Config, endpoint: &Endpoint, plain: Plain) -> Result<Self> {
        let uri = address(endpoint)?;
        let secure = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        let unfit = |problem: crate::config::Problem| Error::config(problem.to_string());
        let proxy = config.proxy_of(endpoint.url()).map_err(unfit)?;
        let place = proxy.as_ref().map(|proxy| proxy.place.clone());
        // The matcher splits the address from user name and password.
        let proxy = proxy
            .and_then(|proxy| Matcher::builder().all(proxy.expose_url()).build().intercept(&uri));
        let without_tls =
            !secure && proxy.as_ref().is_none_or(|proxy| proxy.uri().scheme_str() == Some("http"));
        let tls = tls::client_config(config, without_tls).map_err(|error| {
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
                match (secure || plain == Plain::Tunneled, proxy.basic_auth()) {
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
        Ok(Self { https: https().wrap_connector(route), proxy_auth, place })
    }
}

/// How a connection is made, before TLS.
#[derive(Clone)]
pub(crate) enum Route {
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
pub(crate) struct Hop {
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
