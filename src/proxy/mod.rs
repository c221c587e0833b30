//! A proxy on this machine that signs what is sent to it, so that programs without keys of their own,
//! such as `curl`, GraphiQL or Insomnia, can use the manager.
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
//! # What it does with a request
//!
//! - The path and the query are sent on byte for byte, but for a version of the API in front
//!   (`/v8/…`), which is taken off. `/v2/…` is a path of the manager's own and stays.
//! - Headers go on, but for those of the connection and those that say who calls: the proxy says that,
//!   by a signature or by a session. The version of the API and the domain are the client's if it
//!   names them.
//! - Bodies are passed on piece by piece, both ways, and are neither read nor unpacked. The signature
//!   does not cover the body.
//! - A change of the protocol, as of a WebSocket, is the manager's to accept: its status, headers and
//!   sub-protocol come back as they are, and then the bytes of both sides.
//! - Where the manager cannot be reached, the answer is 502 with a problem body. With several
//!   endpoints, the next one is asked when one cannot be connected to. Nothing is sent twice.
//! - No timeout is set but that of connecting: the client knows how long it wants to wait. When it
//!   goes, the request ends at the manager too.
//!
//! # What it answers by itself
//!
//! - `GET /` of a browser: a page with GraphiQL. Programs ask the manager there for its version.
//! - Introspection, since managers disable it: a `POST` to `/admin/gql` or `/admin/gql/strawberry`
//!   that asks for `__schema` or `__type` and nothing else is answered from the snapshot
//!   (the crate `backendai-schema`). One that asks for data too is the manager's, and so are batches and
//!   `GET`, which managers do not take.
//! - Preflights of browsers.
//! - Requests that it refuses: whoever can send to the proxy acts with its keys, so pages of other
//!   origins and hosts that are not this machine get 403, see [`ProxyBuilder::allow_origin`] and
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

pub use self::{builder::ProxyBuilder, page::UI_COMMAND};
use self::{forward::Tunnel, guard::Guard, page::Page, upstream::Upstream};
use crate::{client::Client, dispatch::Dispatcher};

/// A connection on which nothing is asked for so long is closed.
const IDLE: Duration = Duration::from_secs(180);
/// When no file is left for a connection, this long nobody is let in.
const BREATH: Duration = Duration::from_millis(100);

/// A proxy that listens. See the [module](self).
pub struct Proxy {
    shared: Arc<Shared>,
    listeners: Vec<TcpListener>,
    addr: SocketAddr,
    grace: Duration,
}

/// What all connections use.
struct Shared {
    dispatcher: Arc<Dispatcher>,
    upstreams: Vec<Upstream>,
    guard: Guard,
    page: Page,
}

impl Proxy {
    /// Signs as this client does, or with its session, and sends to its endpoints.
    ///
    /// An older manager may not know the version of the API that is configured: let the client
    /// [`negotiate`](Client::negotiate) before.
    pub fn builder(client: Client) -> ProxyBuilder {
        ProxyBuilder::new(&client)
    }

    /// Where it listens; of several addresses of a name, the first.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves until `shutdown` is there. Then nobody is let in any more, answers that have begun may
    /// end, and WebSockets are closed.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { shared, listeners, grace, .. } = self;
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
                        tracing::warn!(%error, "a connection could not be accepted");
                        time::sleep(BREATH).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
        drop((listeners, stop));
        let all = async { while connections.join_next().await.is_some() {} };
        if time::timeout(grace, all).await.is_err() {
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
    // Answers are written whole, and nobody waits for more of them.
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
    // How a connection ended is known to its two sides.
    tokio::select! {
        _ = serving.as_mut() => {}
        _ = stopped.changed() => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
    tokio::select! {
        () = tunnel.carry() => {}
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
