//! Calling a deployed service.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;
use url::Url;

use crate::{
    client::{Client, Inner, http, no_client, parse_endpoint},
    context::Token,
    deployment::Status,
    env::{self, Environment},
    error::{Error, Result},
    request::{self, Call},
};

/// How long one call may wait for bytes.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often readiness is asked. The real client asks without a pause.
const PAUSE: Duration = Duration::from_millis(500);

/// A deployed service. Its calls carry `Authorization: Bearer`, unlike those to BentoCloud itself.
pub struct Endpoint {
    inner: Inner,
}

impl Client {
    /// The running deployment of that name, ready to be called with `token`. See
    /// [`Endpoint::token`] for where to take one from; a deployment without access authorisation
    /// needs none.
    ///
    /// # Errors
    ///
    /// [`Error::is_state`] if it is neither running nor asleep, or has not exactly one address;
    /// all that [`Deployments::get`](crate::Deployments::get) can end in.
    pub async fn connect(
        &self,
        deployment: &str,
        cluster: Option<&str>,
        token: Option<Token>,
    ) -> Result<Endpoint> {
        let deployment = self.deployments().get(deployment, cluster).await?;
        if !matches!(deployment.status, Status::Running | Status::ScaledToZero) {
            return Err(Error::state(format!("Deployment status is {}", deployment.status)));
        }
        match deployment.urls.as_slice() {
            [url] => Endpoint::new(url, token),
            _ => Err(Error::state("Deployment url is not ready")),
        }
    }
}

impl Endpoint {
    /// A service at an address.
    ///
    /// # Errors
    ///
    /// The address is no HTTP address, or the token holds what a header cannot.
    pub fn new(url: &str, token: Option<Token>) -> Result<Self> {
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            let value = HeaderValue::try_from(format!("Bearer {}", token.expose()));
            let refuse = |_| Error::input("the token cannot be sent in a header");
            let mut value = value.map_err(refuse)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let http = http(TIMEOUT).default_headers(headers).build().map_err(no_client)?;
        let endpoint = parse_endpoint(url)?;
        Ok(Self { inner: Inner { http, endpoint, attempts: 1, pause: PAUSE } })
    }

    /// The token that the environment lends: `BENTO_CLOUD_API_KEY`. The contexts file is never
    /// asked, because a service is not BentoCloud.
    ///
    /// # Errors
    ///
    /// The value is not UTF-8.
    pub fn token(env: &Environment) -> Result<Option<Token>> {
        Ok(env.get(env::API_KEY)?.map(Token::from))
    }

    /// The service's address.
    pub fn url(&self) -> &Url {
        &self.inner.endpoint
    }

    /// Waits until the service takes requests.
    ///
    /// # Errors
    ///
    /// [`Error::is_unauthorized`] at once if the token is wrong; else the last error, once
    /// `patience` is over.
    pub async fn ready(&self, patience: Duration) -> Result<()> {
        let end = Instant::now() + patience;
        loop {
            let answer = Call::get("/readyz").send(&self.inner).await;
            let error = match answer {
                Ok(request::Answer::Found(_)) => return Ok(()),
                Ok(request::Answer::Missing { .. }) => {
                    Error::state("the service says that it has no /readyz")
                }
                Err(error) if error.is_unauthorized() => return Err(error),
                Err(error) => error,
            };
            if Instant::now() + PAUSE >= end {
                return Err(error);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Calls a route, such as `/echo`, with JSON in and out.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn call<T: DeserializeOwned>(
        &self,
        route: &str,
        input: &impl Serialize,
    ) -> Result<T> {
        let call = Call::new(reqwest::Method::POST, route).json(input)?;
        request::must(&self.inner, call, None).await
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = crate::context::without_password(self.inner.endpoint.as_str());
        f.debug_struct("Endpoint").field("url", &url).finish_non_exhaustive()
    }
}
