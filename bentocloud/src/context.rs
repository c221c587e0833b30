//! One context: a name, a place, a token.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// BentoCloud itself.
pub const DEFAULT_ENDPOINT: &str = "https://cloud.bentoml.com";
/// The name of a context that comes from the environment.
pub(crate) const FROM_ENV: &str = "__env__";

/// An API token. It never shows in `Debug` output and is wiped from memory when dropped.
#[derive(Clone, Default)]
pub struct Token(SecretString);

impl Token {
    /// The token itself. Mind where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The token without blanks around it.
    pub(crate) fn trimmed(self) -> Self {
        if self.expose().trim().len() == self.expose().len() {
            return self;
        }
        Self::from(self.expose().trim())
    }

    /// Whether it is the empty string.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl<T: Into<String>> From<T> for Token {
    fn from(token: T) -> Self {
        Self(SecretString::from(token.into()))
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// Credentials for one BentoCloud account, under a name.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// What it is called in `.yatai.yaml`.
    pub name: String,
    /// The server's address, exactly as it was typed.
    pub endpoint: String,
    /// The API token.
    pub api_token: Token,
    /// The user's e-mail address, once it is known.
    pub email: Option<String>,
    pub(crate) from_environment: bool,
}

impl Context {
    /// A context without an e-mail address.
    pub fn new(
        name: impl Into<String>,
        endpoint: impl Into<String>,
        api_token: impl Into<Token>,
    ) -> Self {
        Self {
            name: name.into(),
            endpoint: endpoint.into(),
            api_token: api_token.into(),
            email: None,
            from_environment: false,
        }
    }

    /// Whether it comes from `BENTO_CLOUD_API_KEY` and not from the file.
    pub fn is_from_environment(&self) -> bool {
        self.from_environment
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("name", &self.name)
            .field("endpoint", &without_password(&self.endpoint))
            .field("api_token", &self.api_token)
            .field("email", &self.email)
            .finish()
    }
}

/// The endpoint as it may be shown: an endpoint can carry a password for basic authentication.
///
/// ```
/// assert_eq!(bentocloud::without_password("http://u:secret@h"), "http://u:***@h/");
/// ```
pub fn without_password(endpoint: &str) -> String {
    match Url::parse(endpoint) {
        Ok(mut url) if url.password().is_some() => {
            // Only a URL that cannot have a password refuses, and this one has one.
            let _ = url.set_password(Some("***"));
            url.into()
        }
        Ok(_) => endpoint.to_owned(),
        // It is not known which part of it is the password.
        Err(_) => match endpoint.rsplit_once('@') {
            Some((_, host)) => format!("***@{host}"),
            None => endpoint.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_show() {
        let context = Context::new("a", "http://u:hidden@h/", "token-1");
        let shown = format!("{context:?}");
        assert!(!shown.contains("hidden") && !shown.contains("token-1"), "{shown}");
        assert!(shown.contains("http://u:***@h/"), "{shown}");
    }
}
