//! Logging in at a webserver, for an endpoint of type `session`.
//!
//! A webserver stands in front of the manager and signs for whoever has logged in. Its address goes
//! with [`EndpointType::Session`], or `BACKEND_ENDPOINT_TYPE=session`;
//! keys are ignored then.
//!
//! ```no_run
//! # async fn run() -> backendai::Result<()> {
//! use backendai::{Client, Config, EndpointType, admin::keypair::GetKeyPair};
//!
//! let config = Config::builder()
//!     .endpoint("https://webui.example")
//!     .endpoint_type(EndpointType::Session)
//!     .build()?;
//! let client = Client::new(config)?;
//! client.login("user@example.com", "the password").await?;
//! // From here on, this client and its clones are that user.
//! let own = client.send(GetKeyPair::new()).await?;
//! client.logout().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Keeping a session
//!
//! A session is kept in memory, unless it is [saved](Session::save). A client starts with the
//! session that is in [`Config::session_file`](crate::Config::session_file), and for
//! [`Client::from_env`](crate::Client::from_env) that is a file for each endpoint in the platform's
//! folder for state, unless `BACKEND_SESSION_FILE` names another. So one program logs in, and the
//! next one is logged in:
//!
//! ```no_run
//! # async fn run(password: String) -> backendai::Result<()> {
//! use backendai::Client;
//!
//! let client = Client::from_env()?;
//! let session = client.login("user@example.com", password).await?;
//! if let Some(path) = client.config().session_file() {
//!     session.save(path)?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The files of the official client are in a format of Python's own and are not read.
//!
//! # When it ends
//!
//! Sessions end: by a logout, after the time that the webserver allows (a week, unless it is
//! configured otherwise), or when its store is emptied. The next request is then refused with an
//! error of which [`is_login_required`](crate::Error::is_login_required) holds. Nothing is logged in
//! anew behind the caller's back, since that needs the password:
//!
//! ```no_run
//! # async fn run(client: backendai::Client, password: String) -> backendai::Result<()> {
//! # use backendai::admin::keypair::GetKeyPair;
//! let answer = match client.send(GetKeyPair::new()).await {
//!     Err(error) if error.is_login_required() => {
//!         client.login("user@example.com", password).await?;
//!         client.send(GetKeyPair::new()).await?
//!     }
//!     answer => answer?,
//! };
//! # Ok(())
//! # }
//! ```

mod cipher;
mod cookie;
mod file;
mod login;
mod webserver;

use std::fmt;

use http::{HeaderName, HeaderValue, header};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

#[doc(hidden)]
pub use self::cipher::encode as __encode;
pub use self::login::Login;
pub(crate) use self::webserver::Webserver;
use crate::{
    config::{Config, Endpoint, EndpointType},
    error::{Error, Result},
    http::SESSION_ID,
};

/// A session at a webserver. The id is a bearer secret, so no `Debug` shows it.
#[derive(Clone)]
pub struct Session {
    endpoint: Endpoint,
    id: SecretString,
    account: Option<Account>,
    expires: Option<Timestamp>,
    in_header: bool,
}

/// As whom somebody has logged in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Account {
    /// The access key that the webserver signs with.
    pub access_key: String,
    /// Role of the user: `superadmin`, `admin` or `user`.
    pub role: String,
    /// Status of the user, `active` for instance.
    #[serde(default)]
    pub status: Option<String>,
}

impl Session {
    /// The session with this id, which somebody else has logged in for: the value of the cookie
    /// `AIOHTTP_SESSION`.
    ///
    /// # Errors
    ///
    /// When a cookie cannot have such a value.
    pub fn new(endpoint: Endpoint, id: impl Into<SecretString>) -> Result<Self> {
        let id = id.into();
        if !cookie::is_value(id.expose_secret()) {
            return Err(Error::config(
                "the id of the session is empty or has a character that no cookie has: copy the \
                 value of the cookie AIOHTTP_SESSION alone",
            ));
        }
        Ok(Self { endpoint, id, account: None, expires: None, in_header: false })
    }

    /// Where it was made. A client takes only a session of one of its endpoints, and sends it to all
    /// of them, which are addresses of one cluster.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The id; its text only through [`ExposeSecret`](crate::credential::ExposeSecret).
    pub const fn id(&self) -> &SecretString {
        &self.id
    }

    /// As whom, when the login was made here.
    pub const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// When the webserver means to end it. It may end before, and the webserver was also seen to
    /// name a time that had passed already, so this decides nothing.
    pub const fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// Sends the id in the header `X-BackendAI-SessionID` in place of the cookie, for networks that
    /// take cookies away. Of the two the header counts.
    #[must_use]
    pub const fn in_header(mut self) -> Self {
        self.in_header = true;
        self
    }

    /// How a request says whose it is. Marked sensitive, so that it is not logged.
    pub(crate) fn header(&self) -> Result<(HeaderName, HeaderValue)> {
        let id = self.id.expose_secret();
        let (name, text) = match self.in_header {
            true => (SESSION_ID, id.to_owned()),
            false => (header::COOKIE, format!("{}={id}", cookie::NAME)),
        };
        let mut value = HeaderValue::try_from(text)
            .map_err(|_| Error::config("the id of the session cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok((name, value))
    }
}

/// Returns the session that a client starts with: an explicit one, or else the one in the file.
pub(crate) fn initial(config: &Config, explicit: Option<Session>) -> Result<Option<Session>> {
    let (session, place) = match (explicit, config.session_file()) {
        (Some(session), _) => (session, "the session that was given".to_owned()),
        (None, Some(path)) => match Session::load(path)? {
            Some(session) => (session, format!("the session in {}", path.display())),
            None => return Ok(None),
        },
        (None, None) => return Ok(None),
    };
    if config.endpoint_type() != EndpointType::Session {
        return Err(Error::config(format!(
            "{place} needs an endpoint of type `session`, and the configuration's is of type `api`"
        )));
    }
    if config.endpoints().contains(session.endpoint()) {
        return Ok(Some(session));
    }
    let (of, configured) = (session.endpoint(), config.endpoints().first());
    Err(Error::config(format!(
        "{place} is of {of} and is not sent to {}: log in there, or configure the endpoint that it \
         is of",
        configured.map(ToString::to_string).unwrap_or_default()
    )))
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("endpoint", &self.endpoint.url().as_str())
            .field("account", &self.account)
            .field("expires", &self.expires)
            .field("in_header", &self.in_header)
            .finish_non_exhaustive()
    }
}
