//! A login and its options.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
};

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use serde::Serialize;

use super::{
    Session,
    webserver::{Body, Webserver},
};
use crate::{
    config::{Field, Origin},
    error::{Error, Result},
};

/// A login that is ready to be sent. Awaiting it logs in. `Debug` shows no secret.
///
/// ```no_run
/// # async fn run(client: backendai::Client, password: String) -> backendai::Result<()> {
/// let login = client.login("user@example.com", password).otp("123456").domain("research");
/// let session = login.await?;
/// println!("{:?}", session.account());
/// # Ok(())
/// # }
/// ```
#[must_use = "futures do nothing unless awaited"]
#[derive(Clone)]
pub struct Login {
    webserver: Arc<Webserver>,
    credential: Credential,
    otp: Option<SecretString>,
    domain: Option<String>,
    force: bool,
}

#[derive(Clone)]
enum Credential {
    Password { email: String, password: SecretString },
    Token(SecretString),
}

#[derive(Serialize)]
struct Fields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(rename = "sToken", skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    otp: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    force: bool,
}

impl Login {
    pub(crate) fn by_password(
        webserver: Arc<Webserver>,
        email: String,
        password: SecretString,
    ) -> Self {
        Self::new(webserver, Credential::Password { email, password })
    }

    pub(crate) fn by_token(webserver: Arc<Webserver>, token: SecretString) -> Self {
        Self::new(webserver, Credential::Token(token))
    }

    fn new(webserver: Arc<Webserver>, credential: Credential) -> Self {
        Self { webserver, credential, otp: None, domain: None, force: false }
    }

    /// Adds the one-time password, for a user with two-factor authentication. Without it, the error
    /// of the login has [`is_otp_required`](Error::is_otp_required).
    pub fn otp(mut self, code: impl Into<SecretString>) -> Self {
        self.otp = Some(code.into());
        self
    }

    /// Sets the user's domain, where it is not the webserver's own. A domain of the configuration
    /// applies without this.
    pub fn domain(mut self, name: impl Into<String>) -> Self {
        self.domain = Some(name.into());
        self
    }

    /// Ends the oldest sessions of the user, where the manager limits their number.
    pub const fn force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

    async fn send(self) -> Result<Session> {
        let config = self.webserver.config();
        let configured = *config.origin(Field::Domain) != Origin::Default;
        let mut fields = Fields {
            username: None,
            password: None,
            token: None,
            otp: self.otp.as_ref().map(|otp| otp.expose_secret().trim()),
            domain: self.domain.as_deref().or(configured.then(|| config.domain())),
            force: self.force,
        };
        let (path, encrypts) = match &self.credential {
            Credential::Password { email, password } => {
                fields.username = Some(email);
                fields.password = Some(password.expose_secret());
                ("/server/login", true)
            }
            Credential::Token(token) => {
                fields.token = Some(token.expose_secret());
                // The webserver does not decrypt this one.
                ("/server/token-login", false)
            }
        };
        let json = serde_json::to_vec(&fields).map(Zeroizing::new).map_err(Error::encode)?;
        let answer = self.webserver.log_in(path, Body { json, encrypts }).await;
        answer.map_err(|error| if self.force { error.with_forced_login() } else { error })
    }
}

impl IntoFuture for Login {
    type Output = Result<Session>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Session>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let email = match &self.credential {
            Credential::Password { email, .. } => Some(email),
            Credential::Token(_) => None,
        };
        f.debug_struct("Login")
            .field("email", &email)
            .field("domain", &self.domain)
            .field("force", &self.force)
            .finish_non_exhaustive()
    }
}
