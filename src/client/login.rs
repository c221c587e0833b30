//! Logins, for an endpoint of type `session`.

use secrecy::SecretString;
use url::Url;

use super::Client;
use crate::{
    error::Result,
    session::{Account, Login, OtpKey, Session},
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

    /// Begins a single sign-on, for clusters whose manager has its OpenID Connect plugin. Returns the
    /// address for a web browser. After the sign-on it leads the browser to `return_to` with the parameter
    /// `sToken`, a token for [`login_by_token`](Self::login_by_token) that is valid for a minute, or
    /// `bai_error`. The plugin can restrict the hosts of `return_to`; for others it leads to the web
    /// interface.
    ///
    /// # Errors
    ///
    /// [`is_wrong_address`](crate::Error::is_wrong_address) when the manager does not have the plugin.
    pub async fn begin_sign_on(&self, return_to: &str) -> Result<Url> {
        self.webserver.begin_sign_on(return_to).await
    }

    /// Makes a key of one-time passwords for the user whose login was refused with this
    /// [token](crate::Error::otp_registration_token). Enter it in an authenticator app, and pass a code of
    /// the app to [`activate_otp`](Self::activate_otp). A further call replaces the key.
    ///
    /// # Errors
    ///
    /// When the token has expired, or the user has a one-time password already.
    pub async fn register_otp(&self, token: impl Into<SecretString>) -> Result<OtpKey> {
        self.webserver.register_otp(token.into()).await
    }

    /// Activates the registered key, with a token of any refused login of the user. From then on each
    /// login needs a code.
    ///
    /// # Errors
    ///
    /// When the code is wrong or no key is registered, and as [`register_otp`](Self::register_otp).
    pub async fn activate_otp(
        &self,
        token: impl Into<SecretString>,
        code: impl Into<SecretString>,
    ) -> Result<()> {
        self.webserver.activate_otp(token.into(), code.into()).await
    }

    /// Replaces the password of a user whose login failed with
    /// [`is_password_expired`](crate::Error::is_password_expired). Log in with the new one afterwards.
    /// Only users of the webserver's own domain can do this, and both passwords are sent as they are,
    /// because the webserver does not decrypt them: use https.
    ///
    /// # Errors
    ///
    /// [`is_auth`](crate::Error::is_auth) when the current password is wrong or the new one is the same,
    /// [`is_bad_request`](crate::Error::is_bad_request) when passwords do not expire at this manager or
    /// one of its rules refuses the new one.
    pub async fn change_expired_password(
        &self,
        email: impl Into<String>,
        current: impl Into<SecretString>,
        new: impl Into<SecretString>,
    ) -> Result<()> {
        self.webserver.change_password(email.into(), current.into(), new.into()).await
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
