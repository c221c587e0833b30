//! An embedded BentoCloud: accounts, bentos, models, deployments, secrets and API tokens, and the
//! storage behind them.
//!
//! It keeps state, requires a known token on every call, and refuses bodies that lack a field which
//! the real client sends. The real `bentoml` command works against it, which is how it is verified.
//! The files of codespaces are missing.
//!
//! ```
//! use backendai_testing::bentocloud::{Account, BentoCloud, Fault, Strategy};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let server = BentoCloud::builder().token("token", Account::new("ada", "acme")).start().await?;
//! server.strategy(Strategy::Multipart);
//! server.fault(Fault::status(503, "slow down").on("PUT", "part=2").times(2));
//! // A client with `server.endpoint()` and the token pushes and pulls now.
//! assert!(server.calls().is_empty());
//! # Ok(())
//! # }
//! ```

mod account;
mod content;
mod deployment;
mod fault;
mod log;
mod organization;
mod query;
mod route;
mod service;
mod store;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::HeaderMap;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

pub use account::Account;
use account::Browser;
use content::Content;
use deployment::Deployment;
pub use fault::Fault;
use store::Record;
pub use store::{Kind, Strategy};

/// A running server on loopback. Dropping it stops it.
#[derive(Debug)]
pub struct BentoCloud {
    address: SocketAddr,
    cloud: Arc<Cloud>,
    server: JoinHandle<()>,
}

/// What the server knows before it starts.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    accounts: Vec<(String, Account)>,
    records: Vec<Record>,
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
    /// Creates an answer without headers of its own.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: vec![], body: body.into() }
    }

    /// Adds a header.
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

/// A version of a bento or model, as the server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// `pending`, `uploading`, `success` or `failed`.
    pub status: String,
    /// The reason that came with the status.
    pub reason: String,
    /// The archive, if one has arrived in whole.
    pub archive: Option<Vec<u8>>,
}

/// The server without its sockets.
#[derive(Clone, Debug)]
struct Cloud(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    known: Builder,
    origin: String,
    deployments: Vec<Deployment>,
    /// Repositories that were created and may be empty.
    repositories: Vec<(Kind, String)>,
    secrets: Vec<Value>,
    tokens: Vec<Value>,
    tasks: Vec<service::Task>,
    requests: Vec<Request>,
    faults: Vec<Fault>,
    /// The lines that deployments have printed.
    logs: BTreeMap<String, Vec<String>>,
    strategy: Strategy,
    /// Whether the storage answers requests for ranges.
    ranges: bool,
    /// The last signature of the storage that has expired.
    expired: u64,
    /// How many things were made: names and signatures are unique.
    made: u64,
}

impl BentoCloud {
    /// Returns a builder for a server without accounts.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the address to give to a client.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns all requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.cloud.lock().requests.clone()
    }

    /// Returns method and target of all requests so far, such as `GET /api/v1/auth/current`.
    pub fn calls(&self) -> Vec<String> {
        let state = self.cloud.lock();
        let line = |request: &Request| format!("{} {}", request.method, request.target);
        state.requests.iter().map(line).collect()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.cloud.lock().requests.clear();
    }

    /// Lets this happen to the requests that it is meant for.
    pub fn fault(&self, fault: Fault) {
        self.cloud.lock().faults.push(fault);
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.cloud.lock().faults.clear();
    }

    /// Chooses how archives are sent from now on.
    pub fn strategy(&self, strategy: Strategy) {
        self.cloud.lock().strategy = strategy;
    }

    /// Lets the storage answer requests for ranges, as it does at first, or not.
    pub fn ranges(&self, ranges: bool) {
        self.cloud.lock().ranges = ranges;
    }

    /// Lets all addresses expire that were given out so far.
    pub fn expire(&self) {
        let mut state = self.cloud.lock();
        state.expired = state.made;
    }

    /// Returns a version of a bento or model.
    pub fn stored(&self, kind: Kind, name: &str, version: &str) -> Option<Stored> {
        let state = self.cloud.lock();
        let record = state.record(kind, name, version)?;
        Some(Stored {
            status: record.status.clone(),
            reason: record.reason.clone(),
            archive: record.content.as_ref().and_then(|content| content.bytes().ok()),
        })
    }

    /// Puts another archive in the place of a version's.
    ///
    /// # Errors
    ///
    /// There is no such version, or no room on the disk.
    pub fn replace(
        &self,
        kind: Kind,
        name: &str,
        version: &str,
        archive: &[u8],
    ) -> std::io::Result<()> {
        let content = Content::of(archive)?;
        match self.cloud.lock().record_mut(kind, name, version) {
            Some(record) => {
                record.content = Some(content);
                Ok(())
            }
            None => Err(std::io::Error::other("there is no such version")),
        }
    }

    /// Changes what a deployment is doing, such as to `deploying`. Returns whether there is one.
    pub fn set_status(&self, deployment: &str, status: &'static str) -> bool {
        self.cloud.lock().set_status(deployment, status)
    }

    /// Adds a line to the log of a deployment.
    pub fn log(&self, deployment: &str, line: impl Into<String>) {
        self.cloud.lock().logs.entry(deployment.to_owned()).or_default().push(line.into());
    }
}

impl Drop for BentoCloud {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Builder {
    /// Adds a token and its account.
    pub fn token(mut self, token: impl Into<String>, account: Account) -> Self {
        self.accounts.push((token.into(), account));
        self
    }

    /// Adds a bento that can be deployed, with the names of its services.
    pub fn bento(mut self, name: &str, version: &str, services: &[&str]) -> Self {
        self.records.push(Record::bento(name, version, services));
        self
    }

    /// Answers every call of this token with `reply`, or only those of one path.
    pub fn reply(mut self, token: &str, path: Option<&str>, reply: Reply) -> Self {
        let (token, path) = (token.to_owned(), path.map(str::to_owned));
        self.replies.push(Scripted { token, path, times: None, reply });
        self
    }

    /// Answers like [`reply`](Self::reply), but only so many times.
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
        let cloud = Arc::new(Cloud(Arc::new(Mutex::new(State {
            known: self,
            origin: format!("http://{address}"),
            deployments: vec![],
            repositories: vec![],
            secrets: vec![],
            tokens: vec![],
            tasks: vec![],
            requests: vec![],
            faults: vec![],
            logs: BTreeMap::new(),
            strategy: Strategy::default(),
            ranges: true,
            expired: 0,
            made: 0,
        }))));
        let server = tokio::spawn(crate::http::serve(listener, Arc::clone(&cloud)));
        Ok(BentoCloud { address, cloud, server })
    }
}

impl Cloud {
    /// A handler that panicked has left nothing half done that matters to a test.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
