//! The HTTP client below all calls, and its settings.

use std::{fmt, future::Future, io, time::Duration};

use reqwest::{Certificate, Identity, Proxy, header::HeaderMap, redirect};
use url::Url;

use crate::error::{Error, Kind, Result};

/// What a call needs.
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    /// Headers of every call to the endpoint, and of none elsewhere.
    pub(crate) headers: HeaderMap,
    pub(crate) endpoint: Url,
    /// How long a connection and each wait for bytes may take.
    pub(crate) timeout: Duration,
    /// How often a reading call is sent at most.
    pub(crate) attempts: u32,
    /// The first pause between two of them; it doubles.
    pub(crate) pause: Duration,
}

/// Settings of the HTTP client.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// A client that takes the place of all other settings.
    pub(crate) client: Option<reqwest::Client>,
    pub(crate) roots: Vec<Certificate>,
    pub(crate) identity: Option<Identity>,
    pub(crate) proxy: Option<Proxy>,
}

impl Settings {
    /// Adds the certificates of a PEM text.
    pub(crate) fn add_roots(&mut self, pem: &[u8]) -> Result<()> {
        let refuse = |error| unusable("the root certificates are not PEM", error);
        let roots = Certificate::from_pem_bundle(pem).map_err(refuse)?;
        if roots.is_empty() {
            return Err(Error::input("there is no certificate in the root certificates"));
        }
        self.roots.extend(roots);
        Ok(())
    }

    /// Takes a client certificate with its key.
    pub(crate) fn identity(&mut self, pem: &[u8]) -> Result<()> {
        let refuse =
            |error| unusable("the client certificate is not PEM with its private key", error);
        self.identity = Some(Identity::from_pem(pem).map_err(refuse)?);
        Ok(())
    }

    /// Takes a proxy for all addresses in the place of what the environment names.
    pub(crate) fn proxy(&mut self, proxy: &str) -> Result<()> {
        let refuse = |error| unusable("the proxy's address is not usable", error);
        self.proxy = Some(Proxy::all(proxy).map_err(refuse)?);
        Ok(())
    }

    pub(crate) fn build(&self, timeout: Duration, follow: bool) -> Result<reqwest::Client> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Losing the race against another thread is as good: there is a provider then.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let redirects = if follow { redirect::Policy::default() } else { redirect::Policy::none() };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("bentocloud-rs/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeout)
            .redirect(redirects)
            .tls_certs_merge(self.roots.iter().cloned());
        if let Some(identity) = &self.identity {
            builder = builder.identity(identity.clone());
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.no_proxy().proxy(proxy.clone());
        }
        builder.build().map_err(|error| unusable("the HTTP client cannot be set up", error))
    }
}

impl fmt::Debug for Settings {
    /// Which settings there are; a proxy's address can hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("client", &self.client.is_some())
            .field("roots", &self.roots.len())
            .field("identity", &self.identity.is_some())
            .field("proxy", &self.proxy.is_some())
            .finish()
    }
}

fn unusable(problem: &str, error: reqwest::Error) -> Error {
    Error::with_source(Kind::Input { problem: problem.to_owned() }, error.without_url())
}

/// Why no answer came.
pub(crate) enum Broken {
    Slow(Duration),
    Http(reqwest::Error),
}

impl Broken {
    /// As an error of a call.
    pub(crate) fn error(self, method: String, path: String) -> Error {
        match self {
            Self::Slow(timeout) => {
                let reason = format!("nothing came for {} s", timeout.as_secs_f32());
                let reason = io::Error::new(io::ErrorKind::TimedOut, reason);
                Error::with_source(Kind::Network { method, path, timeout: true }, reason)
            }
            Self::Http(error) => {
                let kind = Kind::Network { method, path, timeout: error.is_timeout() };
                // The address can hold a password or a signature, and the path is in the message.
                Error::with_source(kind, error.without_url())
            }
        }
    }
}

/// Waits for one step of a call.
pub(crate) async fn timed<T>(
    timeout: Duration,
    step: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, Broken> {
    match tokio::time::timeout(timeout, step).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(Broken::Http(error)),
        Err(_) => Err(Broken::Slow(timeout)),
    }
}
