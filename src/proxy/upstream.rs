//! Connections to the manager: one pool for each endpoint.
//!
//! Here HTTP is spoken without the [transport](crate::transport), which takes an address apart and
//! puts it together anew, reads whole answers and decompresses them. A proxy passes on what it got.

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

use super::body::Lent;
use crate::{
    config::{Config, Endpoint},
    error::{Error, Result},
    tls,
};

/// As with the transport: idle connections end here before they end there.
const IDLE: Duration = Duration::from_secs(30);

/// One endpoint, and how it is reached.
pub(super) struct Upstream {
    pool: Pool<HttpsConnector<Road>, Lent>,
    scheme: http::uri::Scheme,
    authority: http::uri::Authority,
    /// What every path is below, without a slash at the end.
    pub(super) base: String,
    host: HeaderValue,
    /// What a proxy of plain HTTP wants to be shown.
    toll: Option<HeaderValue>,
}

/// The endpoints in the order of the configuration.
pub(super) fn all(config: &Config) -> Result<Vec<Upstream>> {
    let proxies = match config.proxies() {
        Some(proxies) => Matcher::builder()
            .http(proxies.http().unwrap_or_default())
            .https(proxies.https().unwrap_or_default())
            .no(proxies.except().unwrap_or_default())
            .build(),
        None => Matcher::from_env(),
    };
    config.endpoints().iter().map(|endpoint| Upstream::new(config, endpoint, &proxies)).collect()
}

impl Upstream {
    fn new(config: &Config, endpoint: &Endpoint, proxies: &Matcher) -> Result<Self> {
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
        let proxy = proxies.intercept(&uri);
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
        let mut toll = None;
        let road = match proxy {
            None => Road::Straight(tcp),
            Some(proxy) => {
                let to = proxy.uri().clone();
                if !matches!(to.scheme_str(), Some("http" | "https")) {
                    let message = "a proxy of the environment is neither http:// nor https://";
                    return Err(Error::config(message));
                }
                let through = https().wrap_connector(tcp);
                match (secure, proxy.basic_auth()) {
                    (true, None) => Road::Tunnel(Tunnel::new(to, through)),
                    (true, Some(auth)) => {
                        Road::Tunnel(Tunnel::new(to, through).with_auth(auth.clone()))
                    }
                    (false, auth) => {
                        toll = auth.cloned();
                        Road::Relay { to, through }
                    }
                }
            }
        };
        let pool = Pool::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(https().wrap_connector(road));
        let base = endpoint.url().path().trim_end_matches('/').to_owned();
        Ok(Self { pool, scheme, authority, base, host, toll })
    }

    /// Sends the request to `target`, byte for byte.
    pub(super) async fn send(
        &self,
        mut request: Request<Lent>,
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
        if let Some(toll) = &self.toll {
            headers.insert(header::PROXY_AUTHORIZATION, toll.clone());
        }
        self.pool.request(request).await.map_err(Failed::Sending)
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// The path is none.
    #[error(transparent)]
    Address(http::uri::InvalidUriParts),
    /// The connection failed.
    #[error(transparent)]
    Sending(Failure),
}

impl Failed {
    /// Whether nothing was sent, so that another endpoint may be asked.
    pub(super) fn is_connect(&self) -> bool {
        matches!(self, Self::Sending(error) if error.is_connect())
    }
}

/// How the bytes get there, before TLS.
#[derive(Clone)]
enum Road {
    Straight(HttpConnector),
    /// Through a proxy that does not see what is sent.
    Tunnel(Tunnel<HttpsConnector<HttpConnector>>),
    /// By a proxy that reads the request and sends it on.
    Relay {
        to: Uri,
        through: HttpsConnector<HttpConnector>,
    },
}

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type Boxed = Box<dyn std::error::Error + Send + Sync>;

impl Service<Uri> for Road {
    type Response = Hop;
    type Error = Boxed;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Hop, Boxed>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<std::result::Result<(), Boxed>> {
        match self {
            Self::Straight(tcp) => tcp.poll_ready(cx).map_err(Into::into),
            Self::Tunnel(tunnel) => tunnel.poll_ready(cx).map_err(Into::into),
            Self::Relay { through, .. } => through.poll_ready(cx),
        }
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        match self {
            Self::Straight(tcp) => {
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

/// A connection that knows whether a proxy reads it, which wants whole addresses in requests.
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
