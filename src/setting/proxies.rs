//! The proxies of the environment.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use super::Env;

/// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; the names in lower case win. Addresses
/// can contain passwords, so `Debug` shows none.
///
/// `HTTP_PROXY` in upper case is ignored where `REQUEST_METHOD` is set: in a CGI program it holds a
/// request's header `Proxy`, which an attacker can choose.
#[derive(Clone, Default)]
pub struct Proxies {
    http: Option<SecretString>,
    https: Option<SecretString>,
    all: Option<SecretString>,
    except: Option<String>,
}

impl Proxies {
    pub(crate) fn from_env(env: &Env) -> Self {
        let get = |name: &str| env.text(name).map(str::trim).filter(|text| !text.is_empty());
        let either = |small: &str, capital: &str| get(small).or_else(|| get(capital));
        let except = either("no_proxy", "NO_PROXY");
        // It matches every host, addresses too.
        if except.is_some_and(|except| except.split(',').any(|host| host.trim() == "*")) {
            return Self::default();
        }
        let http = match get("REQUEST_METHOD") {
            Some(_) => get("http_proxy"),
            None => either("http_proxy", "HTTP_PROXY"),
        };
        Self {
            http: http.map(Into::into),
            https: either("https_proxy", "HTTPS_PROXY").map(Into::into),
            all: either("all_proxy", "ALL_PROXY").map(Into::into),
            except: except.map(Into::into),
        }
    }

    /// The proxy for addresses of `http://`.
    pub(crate) fn http(&self) -> Option<&str> {
        self.http.as_ref().or(self.all.as_ref()).map(|text| text.expose_secret())
    }

    /// The proxy for addresses of `https://`.
    pub(crate) fn https(&self) -> Option<&str> {
        self.https.as_ref().or(self.all.as_ref()).map(|text| text.expose_secret())
    }

    /// The hosts that are reached without a proxy.
    pub(crate) fn except(&self) -> Option<&str> {
        self.except.as_deref()
    }
}

/// Whether a variable is one of those above.
pub(super) fn is_read(name: &str) -> bool {
    ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method"]
        .iter()
        .any(|read| name.eq_ignore_ascii_case(read))
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxies")
            .field("http", &self.http().map(|_| "[redacted]"))
            .field("https", &self.https().map(|_| "[redacted]"))
            .field("except", &self.except)
            .finish()
    }
}
