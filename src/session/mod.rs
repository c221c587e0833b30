//! Logins at a webserver, for an endpoint of type `session`.
//!
//! A webserver in front of the manager signs the requests of logged-in users. Its address requires
//! [`EndpointType::Session`], or `BACKEND_ENDPOINT_TYPE=session`; keys are then ignored.
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
//! // This client and its clones are now that user.
//! let own = client.send(GetKeyPair::new()).await?;
//! client.logout().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Saving a session
//!
//! A session is kept in memory, unless it is [saved](Session::save). A client starts with the
//! session in [`Config::session_file`](crate::Config::session_file). For
//! [`Client::from_env`](crate::Client::from_env) that is a file for each endpoint in the platform's
//! state directory, unless `BACKEND_SESSION_FILE` names another. One program can log in, and the next
//! one is logged in:
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
//! The official client's files are in a Python format and are not read.
//!
//! # The end of a session
//!
//! Sessions end: by a logout, after the lifetime that the webserver allows (a week, unless it is
//! configured otherwise), or when its store is emptied. The next request then fails with
//! [`is_login_required`](crate::Error::is_login_required). The client does not log in again
//! automatically, because that requires the password:
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
//!
//! # Before a login
//!
//! A manager may require a one-time password of all users. The login of a user without one fails with
//! [`otp_registration_token`](crate::Error::otp_registration_token), with which
//! [`Client::register_otp`](crate::Client::register_otp) and
//! [`Client::activate_otp`](crate::Client::activate_otp) register one. A login with an expired password
//! fails with [`is_password_expired`](crate::Error::is_password_expired);
//! [`Client::change_expired_password`](crate::Client::change_expired_password) replaces it.

mod account;
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

pub use self::account::OtpKey;
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

/// The account of a session.
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
    /// Creates a session from the id of an existing one: the value of the cookie `AIOHTTP_SESSION`.
    ///
    /// # Errors
    ///
    /// When the id cannot be the value of a cookie.
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

    /// Returns the endpoint of the login. A client accepts only a session of one of its endpoints, and
    /// sends it to all of them, which are addresses of one cluster.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Returns the id, which only [`ExposeSecret`](crate::credential::ExposeSecret) reveals.
    pub const fn id(&self) -> &SecretString {
        &self.id
    }

    /// Returns the account, if the session was created by a login of this client.
    pub const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// Returns when the webserver plans to end it. The session may end earlier, and some webservers
    /// report a time in the past, so the client does not rely on it.
    pub const fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// Sends the id in the header `X-BackendAI-SessionID` instead of the cookie, for networks that
    /// remove cookies. The header overrides the cookie.
    #[must_use]
    pub const fn in_header(mut self) -> Self {
        self.in_header = true;
        self
    }

    /// Returns the header of the session. It is marked sensitive, so that it is not logged.
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
