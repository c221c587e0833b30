//! What a proxy is told before it listens.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
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

/// Shorter tokens are guessed too soon.
const SHORTEST_TOKEN: usize = 16;
/// For so long answers may take to end after the proxy was told to.
const GRACE: Duration = Duration::from_secs(10);

/// Makes a [`Proxy`].
#[must_use = "it listens nowhere before `bind`"]
pub struct ProxyBuilder {
    dispatcher: Arc<Dispatcher>,
    hosts: Vec<String>,
    origins: Vec<String>,
    token: Option<SecretString>,
    remote: bool,
    ui_dir: Option<PathBuf>,
    grace: Duration,
}

impl ProxyBuilder {
    pub(super) fn new(client: &Client) -> Self {
        Self {
            dispatcher: client.dispatcher().clone(),
            hosts: Vec::new(),
            origins: Vec::new(),
            token: None,
            remote: false,
            ui_dir: None,
            grace: GRACE,
        }
    }

    /// Lets pages of this origin use the proxy, as in `http://localhost:3000`. May be called again.
    /// `*` are all pages of the world, and `null` can be any of them: both need a
    /// [`token`](Self::token).
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Takes this name for one of this machine, as in `devbox.example`. May be called again.
    /// `localhost` and the addresses of loopback need not be told.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Lets only those in who send `Authorization: Bearer` and this token: 16 characters or more, of
    /// ASCII and without blanks. The page at `/` asks for it.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Listens on addresses that other machines reach too, which needs a [`token`](Self::token).
    /// Nothing that is sent there is encrypted, the token neither: put something in front that does.
    pub const fn allow_remote(mut self) -> Self {
        self.remote = true;
        self
    }

    /// Takes GraphiQL from this folder and not from a CDN. [`UI_COMMAND`](super::UI_COMMAND) makes it.
    pub fn ui_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.ui_dir = Some(folder.into());
        self
    }

    /// How long answers may take to end after the proxy was told to; ten seconds unless set.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Listens, on all addresses of a name. Port 0 is any that is free.
    ///
    /// # Errors
    ///
    /// When it cannot listen there, what was told does not go together, a file of the page is
    /// missing, or a certificate of the configuration cannot be used. Each says what to do.
    pub async fn bind(self, host: &str, port: u16) -> Result<Proxy> {
        let guard = self.guard()?;
        let addresses = self.addresses(host, port).await?;
        let page = Page::new(self.ui_dir.as_deref())?;
        let upstreams = upstream::all(self.dispatcher.config())?;
        let mut listeners = Vec::new();
        let mut refused = None;
        let mut first: Option<SocketAddr> = None;
        for address in addresses {
            // All of them on the port that the first one got.
            let address = match first {
                Some(first) => SocketAddr::new(address.ip(), first.port()),
                None => address,
            };
            match TcpListener::bind(address).await {
                Ok(listener) => {
                    first = first.or(listener.local_addr().ok());
                    listeners.push(listener);
                }
                // `localhost` has an address of IPv6 on machines that have no IPv6.
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
        Ok(Proxy { shared: Arc::new(shared), listeners, addr, grace: self.grace })
    }

    fn guard(&self) -> Result<Guard> {
        let mut guard = Guard { token: self.token.clone(), ..Guard::default() };
        if let Some(token) = &self.token {
            let text = token.expose_secret();
            if text.len() < SHORTEST_TOKEN || !text.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(Error::config(format!(
                    "the token of the proxy is no good: it has to have {SHORTEST_TOKEN} characters \
                     or more, of ASCII and without blanks, as openssl rand -hex 32 makes one"
                )));
            }
        }
        for origin in &self.origins {
            let origin = origin.trim().to_ascii_lowercase();
            let anybody = matches!(origin.as_str(), "*" | "null");
            if anybody && self.token.is_none() {
                return Err(Error::config(format!(
                    "the origin {origin} can be any page of the world; allow it only together with \
                     a token"
                )));
            }
            let rest = origin.split_once("://").map(|(_, rest)| rest);
            let whole =
                rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '*', '@']));
            if !anybody && !whole {
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
                    "other machines reach {}, and with it the keys of this proxy; listen on \
                     localhost, or say that this is meant with --allow-remote and a token",
                    remote.ip()
                )));
            }
            if self.token.is_none() {
                return Err(Error::config(
                    "other machines may reach the proxy only with a token: give one with \
                     --token-stdin or BACKENDAI_PROXY_TOKEN",
                ));
            }
        }
        Ok(found)
    }

    /// With the variables that its clients have, a proxy would send to itself.
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
    let mend = match error.kind() {
        io::ErrorKind::AddrInUse => "another program does; choose another port, 0 is any",
        io::ErrorKind::PermissionDenied => "choose a port above 1023",
        _ => "choose another address",
    };
    Error::config(format!("cannot listen on {address}: {mend}")).with_source(error)
}

impl fmt::Debug for ProxyBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyBuilder")
            .field("config", self.dispatcher.config())
            .field("hosts", &self.hosts)
            .field("origins", &self.origins)
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
            .field("remote", &self.remote)
            .field("ui_dir", &self.ui_dir)
            .finish_non_exhaustive()
    }
}
