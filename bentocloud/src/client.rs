//! The client: settings, and the calls that are not about deployments.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::header::{HeaderMap, HeaderValue};
use url::Url;

use crate::{
    Contexts,
    context::{Context, Token, without_password},
    deployment::Deployments,
    error::{Error, Kind, Result},
    http::{Inner, Settings},
    request::{self, Call},
    schema::{Bento, Cluster, ClusterFull, InstanceType, List, Organization, User},
};

/// The release of BentoML whose requests this client sends and whose number it sends along.
pub const BENTOML_VERSION: &str = "1.4.40";
/// The header with the token.
const TOKEN_HEADER: &str = "x-yatai-api-token";
/// The header that makes the server speak the protocol of this century.
const VERSION_HEADER: &str = "x-bentoml-version";

/// A client of one BentoCloud account. Cloning is cheap and shares the connections.
///
/// ```no_run
/// # async fn example() -> bentocloud::Result<()> {
/// let client = bentocloud::Client::from_env()?;
/// for deployment in client.deployments().list(&Default::default()).await? {
///     println!("{} {}", deployment.name, deployment.status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

/// Settings of a [`Client`].
#[derive(Clone)]
pub struct ClientBuilder {
    endpoint: String,
    token: Token,
    timeout: Duration,
    attempts: u32,
    pause: Duration,
    bentoml_version: String,
    settings: Settings,
}

impl Client {
    /// A client for the context that this process's environment and file choose; see
    /// [`Contexts::resolve`].
    ///
    /// # Errors
    ///
    /// There is no context, or its endpoint or token is not usable.
    pub fn from_env() -> Result<Self> {
        Self::from_context(&Contexts::from_env()?.resolve(None)?)
    }

    /// A client with a context's endpoint and token.
    ///
    /// # Errors
    ///
    /// The endpoint or the token is not usable.
    pub fn from_context(context: &Context) -> Result<Self> {
        Self::builder(&context.endpoint, context.api_token.clone()).build()
    }

    /// A client with exactly this endpoint and token.
    ///
    /// # Errors
    ///
    /// The endpoint is no HTTP address, or the token holds what a header cannot.
    pub fn new(endpoint: impl Into<String>, token: impl Into<Token>) -> Result<Self> {
        Self::builder(endpoint, token).build()
    }

    /// Returns a builder, with which settings can be changed.
    pub fn builder(endpoint: impl Into<String>, token: impl Into<Token>) -> ClientBuilder {
        ClientBuilder {
            // Blanks and line ends around them come from copying.
            endpoint: endpoint.into().trim().to_owned(),
            token: token.into().trimmed(),
            timeout: Duration::from_secs(60),
            attempts: 3,
            pause: Duration::from_millis(250),
            bentoml_version: BENTOML_VERSION.to_owned(),
            settings: Settings::default(),
        }
    }

    /// The server's address.
    pub fn endpoint(&self) -> &Url {
        &self.inner.endpoint
    }

    /// Returns the token's user. None if the server does not know it.
    ///
    /// # Errors
    ///
    /// [`Error::is_unauthorized`] for a wrong token, and all that every call can end in.
    pub async fn current_user(&self) -> Result<Option<User>> {
        request::maybe(&self.inner, Call::get("/api/v1/auth/current")).await
    }

    /// The organisation that this token works in. None if the server does not know.
    ///
    /// # Errors
    ///
    /// [`Error::is_unauthorized`] for a wrong token, and all that every call can end in.
    pub async fn current_organization(&self) -> Result<Option<Organization>> {
        request::maybe(&self.inner, Call::get("/api/v1/current_org")).await
    }

    /// Returns the e-mail address of the token's user; it is an error if the server knows none.
    ///
    /// # Errors
    ///
    /// As [`current_user`](Self::current_user); code 500 if there is no user.
    pub async fn email(&self) -> Result<String> {
        let user = self.current_user().await?;
        user.map(|user| user.email).ok_or_else(|| Kind::NoUser.into())
    }

    /// The clusters, as many as the server puts on a page. None if it has no such list.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn clusters(&self) -> Result<Option<List<Cluster>>> {
        request::maybe(&self.inner, Call::get("/api/v1/clusters")).await
    }

    /// A cluster by name. None if there is none.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn cluster(&self, name: &str) -> Result<Option<ClusterFull>> {
        request::maybe(&self.inner, Call::get("/api/v1/clusters").name(name)?).await
    }

    /// The instance types of a cluster, by default of the first.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn instance_types(&self, cluster: Option<&str>) -> Result<Vec<InstanceType>> {
        let call = Call::get("/api/v1/instance_types").query("cluster", cluster.map(str::to_owned));
        request::must(&self.inner, call, None).await
    }

    /// A bento by repository and version. None if there is none. `latest` is a version like any
    /// other to the server.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn bento(&self, repository: &str, version: &str) -> Result<Option<Bento>> {
        let call = Call::get("/api/v1/bento_repositories").name(repository)?;
        request::maybe(&self.inner, call.part("bentos").name(version)?).await
    }

    /// The calls about deployments.
    pub fn deployments(&self) -> Deployments<'_> {
        Deployments { client: &self.inner }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = without_password(self.inner.endpoint.as_str());
        f.debug_struct("Client").field("endpoint", &endpoint).finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &without_password(&self.endpoint))
            .field("timeout", &self.timeout)
            .field("attempts", &self.attempts)
            .field("http", &self.settings)
            .finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// How long a connection, and each wait for bytes, may take; a minute by default. A whole call
    /// can take longer while bytes keep coming.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a call that only reads is sent at most: three times by default, one turns
    /// repeating off. Calls that change something are never sent twice.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The pause before the second attempt: a quarter of a second by default, with jitter. It
    /// doubles each time; a server's `Retry-After` counts instead, up to half a minute.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// The release of BentoML to appear as. The server chooses its protocol by it and fails if it
    /// is not a Python version.
    pub fn bentoml_version(mut self, version: impl Into<String>) -> Self {
        self.bentoml_version = version.into();
        self
    }

    /// Uses this HTTP client for all calls, whose own settings for TLS, proxies and redirects count
    /// then. It must have no read timeout, which would end long uploads.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.settings.client = Some(client);
        self
    }

    /// Trusts the certificates in a PEM text, besides those that the system trusts.
    ///
    /// # Errors
    ///
    /// It is not PEM, or has no certificate.
    pub fn root_certificates(mut self, pem: &[u8]) -> Result<Self> {
        self.settings.add_roots(pem)?;
        Ok(self)
    }

    /// Shows a client certificate, given as PEM with its private key.
    ///
    /// # Errors
    ///
    /// It is not PEM, or lacks the key.
    pub fn identity(mut self, pem: &[u8]) -> Result<Self> {
        self.settings.identity(pem)?;
        Ok(self)
    }

    /// Sends all calls through a proxy, whatever the environment names.
    ///
    /// # Errors
    ///
    /// The address is not one.
    pub fn proxy(mut self, proxy: &str) -> Result<Self> {
        self.settings.proxy(proxy)?;
        Ok(self)
    }

    /// What it would use, as it was given.
    pub(crate) fn credentials(&self) -> (String, Token) {
        (self.endpoint.clone(), self.token.clone())
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// The endpoint is no HTTP address, or the token or version holds what a header cannot.
    pub fn build(self) -> Result<Client> {
        let endpoint = parse_endpoint(&self.endpoint)?;
        let mut headers = HeaderMap::new();
        let mut token = header("the API token", self.token.expose())?;
        token.set_sensitive(true);
        headers.insert(TOKEN_HEADER, token);
        headers.insert(VERSION_HEADER, header("the BentoML version", &self.bentoml_version)?);
        let http = self.settings.build(self.timeout, false, endpoint.scheme())?;
        let Self { timeout, attempts, pause, .. } = self;
        Ok(Client { inner: Arc::new(Inner { http, headers, endpoint, timeout, attempts, pause }) })
    }
}

/// A slash at the end makes no difference, a path is kept, and a user and password become basic
/// authentication.
pub(crate) fn parse_endpoint(endpoint: &str) -> Result<Url> {
    let refuse = |problem: String| {
        Error::from(Kind::Endpoint { endpoint: without_password(endpoint), problem })
    };
    // The parser forgives one slash and backslashes, which the real client does not.
    let whole = endpoint.split_once("://").is_some_and(|(_, rest)| !rest.contains('\\'));
    if !whole {
        return Err(refuse("it must begin with http:// or https://".to_owned()));
    }
    let url = Url::parse(endpoint)
        .map_err(|error| refuse(format!("{error}; it must begin with http:// or https://")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("it must begin with http:// or https://".to_owned()));
    }
    Ok(url)
}

/// A header's value. An error names the place of a wrong character, but not what is around it.
fn header(what: &str, value: &str) -> Result<HeaderValue> {
    let wrong = value.chars().position(|c| !matches!(c, '\t' | ' '..='~'));
    let refuse = |place: String| {
        Error::input(format!("{what} cannot be sent in a header{place}: see that it is whole"))
    };
    match wrong {
        Some(at) => Err(refuse(format!(", because of its character {}", at + 1))),
        None => HeaderValue::from_str(value).map_err(|_| refuse(String::new())),
    }
}
