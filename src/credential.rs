//! How the caller is authenticated: by an access key with its secret, by a session, or not at all.

use std::fmt;

pub use secrecy::{ExposeSecret, SecretString};

/// An access key with its secret key, as the manager issued them.
///
/// The secret is wiped from memory when the value is dropped, and no `Debug` shows it.
///
/// ```
/// use backendai::credential::Keys;
///
/// let keys = Keys::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// assert_eq!(keys.access_key(), "AKIAIOSFODNN7EXAMPLE");
/// assert!(!format!("{keys:?}").contains("wJalr"));
/// # Ok::<(), backendai::credential::InvalidKeys>(())
/// ```
#[derive(Clone)]
pub struct Keys {
    access_key: String,
    secret_key: SecretString,
}

impl Keys {
    /// Creates a pair of keys.
    ///
    /// # Errors
    ///
    /// When a key is blank or has a character that it cannot have, most often a pasted line break.
    pub fn new(
        access_key: impl Into<String>,
        secret_key: impl Into<SecretString>,
    ) -> Result<Self, InvalidKeys> {
        let (access_key, secret_key) = (access_key.into(), secret_key.into());
        check_access_key(&access_key)?;
        check_secret_key(secret_key.expose_secret())?;
        Ok(Self { access_key, secret_key })
    }

    /// Returns the access key. It identifies the caller and is not a secret.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// Returns the secret key, which only [`ExposeSecret`] reveals.
    pub const fn secret_key(&self) -> &SecretString {
        &self.secret_key
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// The access key goes into a header, between `credential=` and `:`, where the manager splits.
pub(crate) fn check_access_key(key: &str) -> Result<(), InvalidKeys> {
    if key.is_empty() {
        return Err(InvalidKeys::BlankAccessKey);
    }
    match key.chars().all(|c| c.is_ascii_graphic() && c != ':' && c != ',') {
        true => Ok(()),
        false => Err(InvalidKeys::AccessKey),
    }
}

pub(crate) fn check_secret_key(key: &str) -> Result<(), InvalidKeys> {
    if key.trim().is_empty() {
        return Err(InvalidKeys::BlankSecretKey);
    }
    match key.trim() == key && !key.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(InvalidKeys::SecretKey),
    }
}

/// Why a pair of keys was refused. It repeats neither key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// The access key is empty. [`Credential::Anonymous`] sends no signature.
    #[error("the access key is empty")]
    BlankAccessKey,
    /// The secret key is empty or only blanks.
    #[error("the secret key is empty")]
    BlankSecretKey,
    /// The access key cannot be put in a header.
    #[error(
        "the access key has a blank, a line break, a comma, a colon or a character beyond ASCII"
    )]
    AccessKey,
    /// The secret key has blanks around it or a line break in it.
    #[error("the secret key has blanks around it or a line break in it")]
    SecretKey,
}

/// How requests are authenticated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// By a signature with these keys.
    KeyPair(Keys),
    /// By the session of a login at the webserver; nothing is signed.
    Session,
    /// Not at all. The manager answers public requests only.
    Anonymous,
}

impl Credential {
    /// Returns the keys, if requests are signed.
    pub const fn keys(&self) -> Option<&Keys> {
        match self {
            Self::KeyPair(keys) => Some(keys),
            Self::Session | Self::Anonymous => None,
        }
    }
}

impl From<Keys> for Credential {
    fn from(keys: Keys) -> Self {
        Self::KeyPair(keys)
    }
}

/// Stands in for a secret in `Debug`.
#[doc(hidden)]
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_debug_shows_the_secret() {
        let keys = Keys::new("AKIAEXAMPLE", "a-very-secret-key").unwrap();
        let credential = Credential::from(keys.clone());
        for text in [format!("{keys:?}"), format!("{keys:#?}"), format!("{credential:?}")] {
            assert!(text.contains("AKIAEXAMPLE"), "{text}");
            assert!(!text.contains("a-very-secret-key"), "{text}");
        }
    }

    #[test]
    fn the_secret_is_wiped_on_drop() {
        fn wiped<T: secrecy::zeroize::ZeroizeOnDrop>(_: &T) {}
        wiped(Keys::new("AKIAEXAMPLE", "secret").unwrap().secret_key());
    }

    #[test]
    fn keys_that_cannot_be_sent_are_refused_without_being_repeated() {
        let cases = [
            ("", "secret", InvalidKeys::BlankAccessKey),
            ("AKIA EXAMPLE", "secret", InvalidKeys::AccessKey),
            ("AKIAEXAMPLE\n", "secret", InvalidKeys::AccessKey),
            ("AKIA:EXAMPLE", "secret", InvalidKeys::AccessKey),
            ("AKIA,EXAMPLE", "secret", InvalidKeys::AccessKey),
            ("AKIAÉ", "secret", InvalidKeys::AccessKey),
            ("AKIAEXAMPLE", "", InvalidKeys::BlankSecretKey),
            ("AKIAEXAMPLE", " \n", InvalidKeys::BlankSecretKey),
            ("AKIAEXAMPLE", "pasted-secret\n", InvalidKeys::SecretKey),
            ("AKIAEXAMPLE", "pasted\nsecret", InvalidKeys::SecretKey),
        ];
        for (access, secret, expected) in cases {
            let error = Keys::new(access, secret).unwrap_err();
            assert_eq!(error, expected, "{access:?}");
            assert!(!error.to_string().contains("AKIA"), "{error}");
            assert!(!error.to_string().contains("pasted"), "{error}");
        }
    }
}
