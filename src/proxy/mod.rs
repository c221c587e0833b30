//! A local proxy that signs requests, so that programs without keys, such as `curl`, GraphiQL or
//! Insomnia, can use the manager.
//!
//! ```no_run
//! # async fn run() -> backendai::Result<()> {
//! use backendai::{Client, proxy::Proxy};
//!
//! let proxy = Proxy::builder(Client::from_env()?).bind("localhost", 8084).await?;
//! println!("GraphiQL at http://{}/", proxy.addr());
//! proxy.serve(async {
//!     let _ = tokio::signal::ctrl_c().await;
//! })
//! .await;
//! # Ok(())
//! # }
//! ```
//!
//! # Forwarded requests
//!
//! - The path and the query are forwarded byte for byte, except a leading version of the API (`/v8/…`),
//!   which is removed. `/v2/…` is a path of the manager's own and stays.
//! - Headers are forwarded, except those of the connection and those that authenticate the caller: the
//!   proxy adds a signature or a session. The version of the API and the domain are kept if the request
//!   has them.
//! - Bodies are streamed both ways, and neither read nor decompressed. The signature does not cover the
//!   body.
//! - An upgrade, as to a WebSocket, is the manager's to accept: its status, headers and sub-protocol are
//!   forwarded as they are, and then the bytes of both sides.
//! - Where the manager cannot be reached, the response is 502 with a problem body. With several
//!   endpoints, the next one is tried when one cannot be connected to. Nothing is sent twice.
//! - The only timeout is that of connecting: the caller knows how long to wait. When the caller
//!   disconnects, the request to the manager is cancelled.
//!
//! # Requests that it answers itself
//!
//! - `GET /` of a browser: a page with GraphiQL. Programs get the manager's version there.
//! - Introspection, since managers disable it: a `POST` to `/admin/gql` or `/admin/gql/strawberry`
//!   that selects only `__schema` or `__type` is answered from the snapshot
//!   (the crate `backendai-schema`). One that selects data too is forwarded, and so are batches and `GET`,
//!   which managers refuse.
//! - Preflights of browsers.
//! - Requests that it refuses: a request to the proxy uses its keys, so pages of other origins and
//!   hosts that are not this machine get 403, see [`ProxyBuilder::allow_origin`] and
//!   [`ProxyBuilder::allow_host`].

mod body;
mod builder;
mod forward;
mod guard;
mod headers;
mod introspect;
mod page;
mod problem;
mod upstream;

use std::{
    convert::Infallible, fmt, future::poll_fn, io, net::SocketAddr, pin::pin, sync::Arc,
    task::Poll, time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time,
};

pub use self::builder::ProxyBuilder;
use self::{forward::Tunnel, guard::Guard, page::Page, upstream::Upstream};
use crate::{client::Client, dispatch::Dispatcher};

/// Idle connections are closed after this time.
const IDLE: Duration = Duration::from_secs(180);
/// Pause after `accept` fails for lack of file descriptors.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// A listening proxy. See the [module](self).
pub struct Proxy {
    shared: Arc<Shared>,
    listeners: Vec<TcpListener>,
    addr: SocketAddr,
    shutdown_timeout: Duration,
}

/// State shared by all connections.
struct Shared {
    dispatcher: Arc<Dispatcher>,
    upstreams: Vec<Upstream>,
    guard: Guard,
    page: Page,
}

impl Proxy {
    /// Returns a builder of a proxy that authenticates as this client and sends to its endpoints.
    ///
    /// An older manager may not speak the configured version of the API: call
    /// [`negotiate`](Client::negotiate) first.
    pub fn builder(client: Client) -> ProxyBuilder {
        ProxyBuilder::new(&client)
    }

    /// Returns the address that it listens on; of several addresses of a name, the first.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves until `shutdown` completes. Then no connection is accepted, responses in flight may end,
    /// and WebSockets are closed.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { shared, listeners, shutdown_timeout, .. } = self;
        let (stop, stopped) = watch::channel(());
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&listeners) => match accepted {
                    Ok(stream) => {
                        connections.spawn(connection(shared.clone(), stream, stopped.clone()));
                    }
                    Err(error) => {
                        tracing::warn!("a connection cannot be accepted: {error}");
                        time::sleep(ACCEPT_BACKOFF).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
        drop((listeners, stop));
        let all = async { while connections.join_next().await.is_some() {} };
        if time::timeout(shutdown_timeout, all).await.is_err() {
            connections.shutdown().await;
        }
    }
}

async fn accept(listeners: &[TcpListener]) -> io::Result<TcpStream> {
    poll_fn(|cx| {
        for listener in listeners {
            if let Poll::Ready(accepted) = listener.poll_accept(cx) {
                return Poll::Ready(accepted.map(|(stream, _)| stream));
            }
        }
        Poll::Pending
    })
    .await
}

async fn connection(shared: Arc<Shared>, stream: TcpStream, mut stopped: watch::Receiver<()>) {
    // Responses are written as a whole.
    let _ = stream.set_nodelay(true);
    let tunnel = Tunnel::default();
    let service = service_fn(|request| {
        let (shared, tunnel) = (shared.clone(), tunnel.clone());
        async move { Ok::<_, Infallible>(shared.answer(request, &tunnel).await) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut serving = pin!(serving);
    // Both sides know how a connection ended.
    tokio::select! {
        _ = serving.as_mut() => {}
        _ = stopped.changed() => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
    tokio::select! {
        () = tunnel.copy() => {}
        _ = stopped.changed() => {}
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("addr", &self.addr)
            .field("config", self.shared.dispatcher.config())
            .finish_non_exhaustive()
    }
}
