//! Logins, for an endpoint of type `session`.

use secrecy::SecretString;

use super::Client;
use crate::{
    error::Result,
    session::{Account, Login, Session},
};

/// Logins, for an endpoint of type `session`. See [`session`](crate::session).
impl Client {
    /// Prepares a login by e-mail address and password. Awaiting it logs in: this client and its
    /// clones are that user until [`logout`](Self::logout) or another login. Another login does not end
    /// the session of the first: log out before it, or end that session by its
    /// [`session`](Self::session).
    ///
    /// Over https the password is sent as it is. Over http it is encrypted in the way that the
    /// webserver expects, which protects it from casual readers only.
    ///
    /// # Errors
    ///
    /// [`is_auth`](crate::Error::is_auth) when the login is refused: a wrong address or password,
    /// an inactive user, another domain than the webserver's (the answer does not distinguish
    /// these), or a missing one-time password. After ten wrong passwords for one address the
    /// webserver refuses that address for twenty minutes, unless it is configured otherwise:
    /// [`is_rate_limited`](crate::Error::is_rate_limited). A wrong password is sent once, however
    /// many endpoints there are.
    pub fn login(&self, email: impl Into<String>, password: impl Into<SecretString>) -> Login {
        Login::by_password(self.webserver.clone(), email.into(), password.into())
    }

    /// Prepares a login by a token (`sToken`), for clusters whose manager has a plugin for it. The
    /// token is sent as it is: use https.
    ///
    /// # Errors
    ///
    /// As [`login`](Self::login).
    pub fn login_by_token(&self, token: impl Into<SecretString>) -> Login {
        Login::by_token(self.webserver.clone(), token.into())
    }

    /// Returns the session that requests are sent with; `None` before a login, and with an endpoint
    /// of type `api`.
    pub fn session(&self) -> Option<Session> {
        self.webserver.session()
    }

    /// Returns the account that this client is logged in as, from the webserver; `None` when its session
    /// has ended. The webserver does not notice that the user was deactivated; the next request does.
    ///
    /// # Errors
    ///
    /// Everything that [`Error`](crate::Error) can be.
    pub async fn check_login(&self) -> Result<Option<Account>> {
        self.webserver.check_login().await
    }

    /// Extends the session by the time that the webserver is configured with, and returns it with
    /// its new end.
    ///
    /// # Errors
    ///
    /// [`is_login_required`](crate::Error::is_login_required) when it has ended already.
    pub async fn extend_login(&self) -> Result<Session> {
        self.webserver.extend_login().await
    }

    /// Ends the session at the webserver and forgets it. A file with the saved session stays, until
    /// [`Session::remove`]. Without a session nothing is sent.
    ///
    /// # Errors
    ///
    /// When the webserver cannot be reached; this client is logged out all the same.
    pub async fn logout(&self) -> Result<()> {
        self.webserver.logout().await
    }
}
