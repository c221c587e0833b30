//! An embedded BentoCloud: the part of its REST interface that credentials and deployments need.
//!
//! It keeps state, wants a known token on every call, and refuses bodies that lack a field which
//! the real client sends. The real `bentoml` command works against it, which is how it was judged.
//! Not here: pushing and pulling, secrets, tokens, logs.

mod account;
mod deployment;
mod route;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::HeaderMap;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

pub use account::Account;
use account::{Bento, Browser};
use deployment::Deployment;

/// A running server on loopback. Dropping it stops it.
#[derive(Debug)]
pub struct BentoCloud {
    address: SocketAddr,
    state: Shared,
    server: JoinHandle<()>,
}

/// What the server knows before it starts.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    accounts: Vec<(String, Account)>,
    bentos: Vec<Bento>,
    replies: Vec<Scripted>,
    browser: Option<Browser>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// The headers, names in lower case.
    pub headers: HeaderMap,
    /// The body, if it was JSON.
    pub body: Option<Value>,
}

/// A fixed answer, for tests of what goes wrong.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body, as it is.
    pub body: String,
}

impl Reply {
    /// An answer without headers of its own.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: vec![], body: body.into() }
    }

    /// The same with a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

#[derive(Clone, Debug)]
struct Scripted {
    token: String,
    path: Option<String>,
    /// How many times; for ever if none.
    times: Option<u32>,
    reply: Reply,
}

type Shared = Arc<Mutex<State>>;

#[derive(Debug)]
struct State {
    known: Builder,
    origin: String,
    deployments: Vec<Deployment>,
    requests: Vec<Request>,
    /// How many deployments there ever were: names that the server makes up stay unique.
    made: u64,
}

impl BentoCloud {
    /// A server that knows nobody yet.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The address to give to a client.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.state).requests.clone()
    }

    /// Method and target of all requests so far, such as `GET /api/v1/auth/current`.
    pub fn calls(&self) -> Vec<String> {
        let state = lock(&self.state);
        let line = |request: &Request| format!("{} {}", request.method, request.target);
        state.requests.iter().map(line).collect()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        lock(&self.state).requests.clear();
    }
}

impl Drop for BentoCloud {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Builder {
    /// A token and whose it is.
    pub fn token(mut self, token: impl Into<String>, account: Account) -> Self {
        self.accounts.push((token.into(), account));
        self
    }

    /// A bento that can be deployed, with the names of its services.
    pub fn bento(mut self, name: &str, version: &str, services: &[&str]) -> Self {
        self.bentos.push(Bento::new(name, version, services));
        self
    }

    /// Answers every call of this token so, or only those of one path.
    pub fn reply(mut self, token: &str, path: Option<&str>, reply: Reply) -> Self {
        let (token, path) = (token.to_owned(), path.map(str::to_owned));
        self.replies.push(Scripted { token, path, times: None, reply });
        self
    }

    /// The same, but only so many times.
    pub fn reply_times(
        mut self,
        times: u32,
        token: &str,
        path: Option<&str>,
        reply: Reply,
    ) -> Self {
        self = self.reply(token, path, reply);
        if let Some(scripted) = self.replies.last_mut() {
            scripted.times = Some(times);
        }
        self
    }

    /// Lets a login in the browser succeed: the `polls`-th question is answered with `token`.
    pub fn browser(mut self, code: &str, polls: u32, token: &str) -> Self {
        self.browser = Some(Browser { code: code.to_owned(), polls, token: token.to_owned() });
        self
    }

    /// Starts the server on a free port of loopback.
    ///
    /// # Errors
    ///
    /// No port is free.
    pub async fn start(self) -> std::io::Result<BentoCloud> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            known: self,
            origin: format!("http://{address}"),
            deployments: vec![],
            requests: vec![],
            made: 0,
        }));
        let router = route::router(state.clone());
        let server = tokio::spawn(async move {
            // It only ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(BentoCloud { address, state, server })
    }
}

/// A handler that panicked has left nothing half done that matters to a test.
fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
