//! The HTTP client below all calls, and its settings.

use std::{env, error::Error as _, fmt, future::Future, io, time::Duration};

use reqwest::{Certificate, Identity, NoProxy, Proxy, header::HeaderMap, redirect};
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

    /// Builds the client. `scheme` is that of the endpoint.
    pub(crate) fn build(
        &self,
        timeout: Duration,
        follow: bool,
        scheme: &str,
    ) -> Result<reqwest::Client> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Losing the race against another thread is as good: there is a provider then.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let redirects =
            || if follow { redirect::Policy::default() } else { redirect::Policy::none() };
        let proxies = match &self.proxy {
            Some(proxy) => vec![proxy.clone()],
            None => proxies()?,
        };
        let builder = || {
            let mut builder = reqwest::Client::builder()
                .user_agent(concat!("bentocloud-rs/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(timeout)
                // As the real client: a connection for each part of an upload, and WebSockets.
                .http1_only()
                .redirect(redirects())
                .no_proxy();
            if let Some(identity) = &self.identity {
                builder = builder.identity(identity.clone());
            }
            proxies.iter().cloned().fold(builder, reqwest::ClientBuilder::proxy)
        };
        let roots = self.roots.iter().cloned();
        match builder().tls_certs_merge(roots.clone()).build() {
            Ok(client) => Ok(client),
            // A system without root certificates can do without TLS.
            Err(error) if scheme == "http" && error.source().is_some() => builder()
                .tls_certs_only(roots)
                .build()
                .map_err(|error| unusable("the HTTP client cannot be set up", error)),
            Err(error) => Err(unusable(
                "the HTTP client cannot be set up; where the system has no root certificates, name \
                 a file with them in SSL_CERT_FILE",
                error,
            )),
        }
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

/// The proxies that the environment names. One that cannot be used is an error: a call that went
/// around it would show the token to another network.
fn proxies() -> Result<Vec<Proxy>> {
    let value = |names: [&str; 2]| {
        names.into_iter().rev().find_map(|name| {
            let value = env::var(name).ok().filter(|value| !value.trim().is_empty())?;
            Some((name.to_owned(), value.trim().to_owned()))
        })
    };
    let excluded = value(["NO_PROXY", "no_proxy"]).map(|(_, hosts)| hosts).unwrap_or_default();
    let hosts: Vec<&str> = excluded.split(',').map(|host| host_of(host.trim())).collect();
    if hosts.contains(&"*") {
        return Ok(vec![]);
    }
    let excluded = NoProxy::from_string(&hosts.join(","));
    let mut proxies = Vec::new();
    for (names, make) in [
        (["HTTP_PROXY", "http_proxy"], Proxy::http as fn(String) -> reqwest::Result<Proxy>),
        (["HTTPS_PROXY", "https_proxy"], Proxy::https),
        (["ALL_PROXY", "all_proxy"], Proxy::all),
    ] {
        let Some((name, address)) = value(names) else { continue };
        let whole = if address.contains("://") { address } else { format!("http://{address}") };
        let url = Url::parse(&whole).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let proxy = url.and_then(|url| make(url.into()).ok());
        let Some(proxy) = proxy else {
            return Err(Error::input(format!(
                "the proxy in {name} is not usable: it must be an address with http:// or https://"
            )));
        };
        proxies.push(proxy.no_proxy(excluded.clone()));
    }
    Ok(proxies)
}

/// The host of a `NO_PROXY` entry, which can have a scheme and a port.
fn host_of(entry: &str) -> &str {
    let host = entry.split_once("://").map_or(entry, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((host, port))
            if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            host
        }
        _ => host,
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
