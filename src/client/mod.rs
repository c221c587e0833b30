//! The client: a facade over the dispatcher.

mod builder;
#[cfg(feature = "session")]
mod login;

use std::{fmt, sync::Arc};

use graphql_client::GraphQLQuery;
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::value::RawValue;

pub use self::builder::ClientBuilder;
pub use crate::dispatch::ServerInfo;
#[cfg(feature = "session")]
use crate::session::Webserver;
use crate::{
    config::{ApiVersion, Config},
    dispatch::Dispatcher,
    error::Result,
    operation::{Operation, Paginated},
    paging::Pager,
    request::Request,
};
#[cfg(feature = "subscription")]
use crate::{
    operation::Subscribe,
    subscription::{Connectors, Subscription},
};

/// A client of one cluster. Cloning it is cheap and shares connections.
///
/// ```no_run
/// # async fn run() -> backendai::Result<()> {
/// use backendai::{Client, Config};
///
/// let config = Config::builder()
///     .endpoint("https://manager.example")
///     .access_key("AKIAIOSFODNN7EXAMPLE")
///     .secret_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
///     .build()?;
/// let client = Client::new(config)?;
/// println!("manager {}", client.negotiate().await?.manager());
/// # Ok(())
/// # }
/// ```
///
/// # Traces
///
/// Every call is one span of `tracing`, `backendai.request` at level INFO, with the names of
/// OpenTelemetry: `graphql.operation.name`, `graphql.operation.type`, `server.address`,
/// `server.port`, `http.request.method`, `http.response.status_code`, `http.request.resend_count`
/// and `error.type`. Every request of the call is one event with the same fields, its `duration` in
/// seconds, and the `pause` before the next one: at level WARN when the call is sent again, else
/// at DEBUG. They contain no variables, responses, headers or keys, at any level.
#[derive(Clone)]
pub struct Client {
    dispatcher: Arc<Dispatcher>,
    max_page_size: u32,
    #[cfg(feature = "session")]
    webserver: Arc<Webserver>,
    #[cfg(feature = "subscription")]
    connectors: Arc<Connectors>,
}

impl Client {
    /// Creates a client with the default transport, clock and limits. Nothing is sent.
    ///
    /// # Errors
    ///
    /// When a certificate of the configuration cannot be used, or a header cannot carry the
    /// domain or the user agent.
    pub fn new(config: impl Into<Arc<Config>>) -> Result<Self> {
        Self::builder(config).build()
    }

    /// Creates a client that is configured by the environment, see [`Config::from_env`].
    ///
    /// # Errors
    ///
    /// When a variable is missing or wrong; and as [`Client::new`].
    pub fn from_env() -> Result<Self> {
        Self::new(Config::from_env()?)
    }

    /// Creates a client with the process-wide configuration, see [`Config::global`].
    ///
    /// # Errors
    ///
    /// As [`Config::global`] and [`new`](Self::new).
    pub fn from_global() -> Result<Self> {
        Self::new(Config::global()?)
    }

    /// Returns a builder, for another transport, clock, limit or retry policy.
    pub fn builder(config: impl Into<Arc<Config>>) -> ClientBuilder {
        ClientBuilder::new(config.into())
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        self.dispatcher.config()
    }

    /// Sends an operation when awaited and returns its data. A refusal (`ok: false`) is an error.
    pub fn send<O: Operation>(&self, operation: O) -> Request<O::Data> {
        Request::of(self.dispatcher.clone(), &operation)
    }

    /// Prepares an operation that [`graphql_client`] derived. Awaiting it sends it.
    ///
    /// Whether it reads or writes is unknown, so it is not sent again after a failure unless
    /// [`Request::idempotent`] allows it, and `ok: false` stays in the data.
    pub fn send_query<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Request<Q::ResponseData> {
        let body = Q::build_query(variables);
        let name = Some(body.operation_name).filter(|name| !name.is_empty());
        Request::of_document(self.dispatcher.clone(), body.query, name, &body.variables)
    }

    /// Prepares a document that is known only at run time, with its variables (`()` for none).
    /// Awaiting it sends it and returns the `data` of the response, as JSON.
    ///
    /// The rules of [`send_query`](Self::send_query) apply.
    ///
    /// ```no_run
    /// # async fn run(client: backendai::Client) -> backendai::Result<()> {
    /// let variables = serde_json::json!({ "email": "user@example.com" });
    /// let data = client
    ///     .send_document("query($email: String) { keypair_list(limit: 1, offset: 0, email: $email) { total_count } }", variables)
    ///     .await?;
    /// println!("{}", data.get());
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_document(
        &self,
        document: &str,
        variables: impl Serialize,
    ) -> Request<Box<RawValue>> {
        Request::of_document(self.dispatcher.clone(), document, None, &variables)
    }

    /// Reads a list page by page, or row by row with [`Pager::items`].
    ///
    /// The variables that select a page are set for each: [`Pager::page_size`] instead of the operation's
    /// `limit` or `first`, and [`Pager::offset`] or [`start_at`](Pager::start_at) instead of its `offset`
    /// or `after`.
    pub fn pages<O: Paginated>(&self, operation: O) -> Pager<O> {
        Pager::new(self.dispatcher.clone(), self.max_page_size, operation)
    }

    /// Follows the events of a subscription, see [`subscription`](crate::subscription). Nothing is
    /// sent before the first event is requested.
    #[cfg(feature = "subscription")]
    pub fn subscribe<S: Subscribe>(&self, subscription: S) -> Subscription<S::Data> {
        Subscription::new(self.dispatcher.clone(), self.connectors.clone(), &subscription)
    }

    /// Asks the manager which version of the API it speaks. The endpoints are tried one after the
    /// other until one answers as a manager does. Nothing is signed.
    ///
    /// Later requests of all clones of this client speak the older of its version and the
    /// configured one. Without this call they speak the configured one, which every manager since
    /// its date understands: a client that sends one request need not negotiate. The client does
    /// so automatically only if the manager may be too old for an operation, as
    /// [`version`](crate::version) explains.
    ///
    /// # Errors
    ///
    /// When no endpoint answers as a manager does ([`Error::previous_attempts`] has the other
    /// failures), or its version is older than [`MIN_VERSION`].
    ///
    /// [`Error::previous_attempts`]: crate::Error::previous_attempts
    /// [`MIN_VERSION`]: crate::config::MIN_VERSION
    pub async fn negotiate(&self) -> Result<Arc<ServerInfo>> {
        self.dispatcher.probe_version(None, None).await
    }

    /// Returns the version of the API that requests speak: the negotiated one after
    /// [`negotiate`](Self::negotiate), else the configured one.
    pub fn api_version(&self) -> ApiVersion {
        self.dispatcher.api_version()
    }

    /// Returns the result of the last [`negotiate`](Self::negotiate).
    pub fn server(&self) -> Option<Arc<ServerInfo>> {
        self.dispatcher.server()
    }

    /// Returns by how much the manager's clock is ahead of this machine's; zero until the manager
    /// refuses a date. The dates of requests are corrected by it.
    pub fn clock_offset(&self) -> SignedDuration {
        self.dispatcher.clock_offset()
    }

    #[cfg(feature = "proxy")]
    pub(crate) fn dispatcher(&self) -> &Arc<Dispatcher> {
        &self.dispatcher
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", self.config())
            .field("server", &self.server())
            .finish_non_exhaustive()
    }
}
