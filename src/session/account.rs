//! What a user may have to do before a login: register a one-time password, or replace an expired
//! password.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};

use super::webserver::{Body, Webserver};
use crate::error::{Error, Result};

/// The key of one-time passwords, see [`Client::register_otp`](crate::Client::register_otp). `Debug`
/// does not show it.
#[derive(Clone)]
pub struct OtpKey {
    key: SecretString,
    uri: SecretString,
}

#[derive(Deserialize)]
struct Created {
    totp_key: String,
    totp_uri: String,
}

impl OtpKey {
    /// Returns the key in base 32, which is typed into an authenticator app.
    pub const fn key(&self) -> &SecretString {
        &self.key
    }

    /// Returns the address `otpauth://…` of the key, the content of a QR code for authenticator apps.
    pub const fn uri(&self) -> &SecretString {
        &self.uri
    }
}

impl fmt::Debug for OtpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtpKey").finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Registration<'a> {
    registration_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    otp: Option<&'a str>,
}

#[derive(Serialize)]
struct PasswordChange<'a> {
    username: &'a str,
    current_password: &'a str,
    new_password: &'a str,
}

impl Webserver {
    pub(crate) async fn register_otp(&self, token: SecretString) -> Result<OtpKey> {
        let body = Registration { registration_token: token.expose_secret(), otp: None };
        let created: Created = self.post("register-otp", "/func/totp/anon", plain(&body)?).await?;
        Ok(OtpKey { key: created.totp_key.into(), uri: created.totp_uri.into() })
    }

    pub(crate) async fn activate_otp(&self, token: SecretString, code: SecretString) -> Result<()> {
        let body = Registration {
            registration_token: token.expose_secret(),
            otp: Some(code.expose_secret().trim()),
        };
        self.post_only("activate-otp", "/func/totp/anon/verify", plain(&body)?).await
    }

    pub(crate) async fn change_password(
        &self,
        email: String,
        current: SecretString,
        new: SecretString,
    ) -> Result<()> {
        let body = PasswordChange {
            username: &email,
            current_password: current.expose_secret(),
            new_password: new.expose_secret(),
        };
        self.post_only("change-password", "/server/update-password-no-auth", plain(&body)?).await
    }

    /// Posts a body whose answer has no more than its status.
    async fn post_only(
        &self,
        operation: &'static str,
        path: &'static str,
        body: Body,
    ) -> Result<()> {
        self.post::<serde::de::IgnoredAny>(operation, path, body).await.map(drop)
    }
}

/// A body that the webserver does not decrypt.
fn plain(fields: &impl Serialize) -> Result<Body> {
    let json = serde_json::to_vec(fields).map(Zeroizing::new).map_err(Error::encode)?;
    Ok(Body { json, encrypts: false })
}
