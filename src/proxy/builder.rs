//! Options of a proxy.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::{TcpListener, lookup_host};

use super::{Proxy, Shared, guard::Guard, page::Page, upstream};
use crate::{
    client::Client,
    dispatch::Dispatcher,
    error::{Error, Result},
};

/// Shortest token, so that it cannot be guessed.
const SHORTEST_TOKEN: usize = 16;
/// Time for responses in flight at shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// Builds a [`Proxy`].
#[must_use = "a proxy does not listen before `bind`"]
pub struct ProxyBuilder {
    dispatcher: Arc<Dispatcher>,
    hosts: Vec<String>,
    origins: Vec<String>,
    token: Option<SecretString>,
    remote: bool,
    shutdown_timeout: Duration,
}

impl ProxyBuilder {
    pub(super) fn new(client: &Client) -> Self {
        Self {
            dispatcher: client.dispatcher().clone(),
            hosts: Vec::new(),
            origins: Vec::new(),
            token: None,
            remote: false,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
        }
    }

    /// Lets pages of this origin use the proxy, such as `http://localhost:3000`. May be called again.
    /// `*` allows every page, and `null` can be any page: both require a [`token`](Self::token).
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Accepts this name as one of this machine, such as `devbox.example`. May be called again.
    /// `localhost` and loopback addresses are always accepted.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Requires `Authorization: Bearer` with this token: 16 or more ASCII characters without blanks. The
    /// page at `/` asks for it.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Allows addresses that other machines can reach, which requires a [`token`](Self::token). Nothing
    /// on that way is encrypted, not even the token: put a TLS server in front.
    pub const fn allow_remote(mut self) -> Self {
        self.remote = true;
        self
    }

    /// Limits the time of responses in flight at shutdown; ten seconds unless set.
    pub const fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }

    /// Listens on all addresses of a host name. Port 0 means any free port.
    ///
    /// # Errors
    ///
    /// When it cannot listen there, the options contradict each other, or a certificate of the
    /// configuration cannot be used. Each error names the fix.
    pub async fn bind(self, host: &str, port: u16) -> Result<Proxy> {
        let guard = self.guard()?;
        let addresses = self.addresses(host, port).await?;
        let page = Page::new();
        let upstreams = upstream::all(self.dispatcher.config())?;
        let mut listeners = Vec::new();
        let mut refused = None;
        let mut first: Option<SocketAddr> = None;
        for address in addresses {
            // All of them listen on the port of the first one.
            let address = match first {
                Some(first) => SocketAddr::new(address.ip(), first.port()),
                None => address,
            };
            match TcpListener::bind(address).await {
                Ok(listener) => {
                    first = first.or(listener.local_addr().ok());
                    listeners.push(listener);
                }
                // `localhost` has an IPv6 address on machines without IPv6.
                Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
                    refused = Some((address, error));
                }
                Err(error) => return Err(cannot_listen(address, error)),
            }
        }
        let Some(addr) = first else {
            return Err(match refused {
                Some((address, error)) => cannot_listen(address, error),
                None => Error::config(format!("{host} has no address to listen on")),
            });
        };
        self.no_loop(addr)?;
        let guard = Guard { bound: Some(addr.ip()).filter(|ip| !ip.is_loopback()), ..guard };
        let shared = Shared { dispatcher: self.dispatcher, upstreams, guard, page };
        Ok(Proxy {
            shared: Arc::new(shared),
            listeners,
            addr,
            shutdown_timeout: self.shutdown_timeout,
        })
    }

    fn guard(&self) -> Result<Guard> {
        let mut guard = Guard { token: self.token.clone(), ..Guard::default() };
        if let Some(token) = &self.token {
            let text = token.expose_secret();
            if text.len() < SHORTEST_TOKEN || !text.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(Error::config(format!(
                    "the token of the proxy must have {SHORTEST_TOKEN} or more ASCII characters \
                     without blanks: make one with openssl rand -hex 32"
                )));
            }
        }
        for origin in &self.origins {
            let origin = origin.trim().to_ascii_lowercase();
            let any_page = matches!(origin.as_str(), "*" | "null");
            if any_page && self.token.is_none() {
                return Err(Error::config(format!(
                    "the origin {origin} can be any page: allow it only together with a token \
                     (ProxyBuilder::token)"
                )));
            }
            let rest = origin.split_once("://").map(|(_, rest)| rest);
            let whole =
                rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '*', '@']));
            if !any_page && !whole {
                return Err(Error::config(format!(
                    "{origin:?} is not an origin; write it as in http://localhost:3000, without a \
                     path or a slash at the end"
                )));
            }
            match origin.as_str() {
                "*" => guard.origins.any = true,
                _ => guard.origins.listed.push(origin),
            }
        }
        for host in &self.hosts {
            let host = host.trim().to_ascii_lowercase();
            let name = host.trim_start_matches('[').split_once("]").map_or(&*host, |(ip, _)| ip);
            if host.is_empty()
                || name.contains(['/', '*', '@'])
                || name.parse::<SocketAddr>().is_ok()
            {
                return Err(Error::config(format!(
                    "{host:?} is not the name of a host; write it as in devbox.example, without a \
                     scheme or a port"
                )));
            }
            guard.hosts.push(host);
        }
        Ok(guard)
    }

    async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>> {
        let inner = host.trim_matches(['[', ']']);
        let found: Vec<_> = lookup_host((inner, port))
            .await
            .map_err(|error| {
                Error::config(format!("{host:?} is no address to listen on")).with_source(error)
            })?
            .collect();
        let remote = found.iter().find(|address| !address.ip().is_loopback());
        if let Some(remote) = remote {
            if !self.remote {
                return Err(Error::config(format!(
                    "other machines can reach {}, and use the keys of this proxy: listen on \
                     localhost, or allow it (ProxyBuilder::allow_remote) with a token \
                     (ProxyBuilder::token)",
                    remote.ip()
                )));
            }
            if self.token.is_none() {
                return Err(Error::config(
                    "other machines may use the proxy only with a token: set one \
                     (ProxyBuilder::token)",
                ));
            }
        }
        Ok(found)
    }

    /// Refuses an endpoint that is this proxy, as with the environment of its clients.
    fn no_loop(&self, own: SocketAddr) -> Result<()> {
        for endpoint in self.dispatcher.config().endpoints() {
            let url = endpoint.url();
            let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
            let here = match host.parse::<IpAddr>() {
                Ok(address) => address.is_loopback() || address == own.ip(),
                Err(_) => host == "localhost",
            };
            if here && url.port_or_known_default() == Some(own.port()) {
                return Err(Error::config(format!(
                    "the endpoint {endpoint} is this proxy itself; set it to the address of the \
                     manager"
                )));
            }
        }
        Ok(())
    }
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Error {
    let fix = match error.kind() {
        io::ErrorKind::AddrInUse => "the port is in use; choose another one, 0 is any",
        io::ErrorKind::PermissionDenied => "choose a port above 1023",
        _ => "choose another address",
    };
    Error::config(format!("cannot listen on {address}: {fix}")).with_source(error)
}

impl fmt::Debug for ProxyBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyBuilder")
            .field("config", self.dispatcher.config())
            .field("hosts", &self.hosts)
            .field("origins", &self.origins)
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
            .field("remote", &self.remote)
            .finish_non_exhaustive()
    }
}
