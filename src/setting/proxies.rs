//! The proxies of the environment.

use std::{fmt, net::IpAddr};

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::{Env, Problem, Warning};

/// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; the names in lower case win. Addresses
/// can contain passwords, so `Debug` shows none.
///
/// A proxy is an address of `http://` or `https://`, the former without a scheme. Any other value is an
/// error of each endpoint that it would apply to: it is never ignored. `NO_PROXY` is a comma list of
/// `*`, hosts (with their subdomains), `.host`, `host:port`, addresses such as `http://host`, IP
/// addresses and networks such as `10.0.0.0/8`. Any other entry is ignored with a
/// [`Warning`](super::Warning::NoProxyIgnored).
///
/// `HTTP_PROXY` in upper case is ignored where `REQUEST_METHOD` is set: in a CGI program it holds a
/// request's header `Proxy`, which an attacker can choose.
#[derive(Clone, Default)]
pub struct Proxies {
    http: Option<Variable>,
    https: Option<Variable>,
    except: Vec<Exception>,
    /// A warning for each entry of `NO_PROXY` that has none of its forms.
    warnings: Vec<Warning>,
}

/// A variable that is set; its value is none when it is not Unicode.
#[derive(Clone)]
struct Variable {
    name: &'static str,
    text: Option<SecretString>,
}

/// The proxy of an address. `Debug` does not show the password.
#[derive(Clone)]
pub(crate) struct Proxy {
    url: SecretString,
    /// The address without the password, and its variable.
    pub(crate) place: String,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.place).finish()
    }
}

impl Proxy {
    /// Its address, with user name and password.
    pub(crate) fn expose_url(&self) -> &str {
        self.url.expose_secret()
    }
}

impl Proxies {
    pub(crate) fn from_env(env: &Env) -> Self {
        let get = |name: &'static str| {
            let text = env.variable(name)?.map(|text| text.expose_secret().trim());
            // An empty variable is none.
            (text != Some("")).then(|| Variable { name, text: text.map(Into::into) })
        };
        let http = match env.text("REQUEST_METHOD").is_some_and(|text| !text.trim().is_empty()) {
            true => get("http_proxy"),
            false => get("http_proxy").or_else(|| get("HTTP_PROXY")),
        };
        let all = || get("all_proxy").or_else(|| get("ALL_PROXY"));
        let (mut except, mut warnings) = (Vec::new(), Vec::new());
        if let Some(Variable { name, text: Some(text) }) =
            get("no_proxy").or_else(|| get("NO_PROXY"))
        {
            let entries = text.expose_secret().split([',', ' ']).map(str::trim);
            for entry in entries.filter(|entry| !entry.is_empty()) {
                match exception(entry) {
                    Some(exception) => except.push(exception),
                    None => warnings.push(Warning::NoProxyIgnored {
                        variable: name,
                        // Without a password.
                        entry: entry.rsplit('@').next().unwrap_or_default().to_owned(),
                    }),
                }
            }
        }
        Self {
            http: http.or_else(all),
            https: get("https_proxy").or_else(|| get("HTTPS_PROXY")).or_else(all),
            except,
            warnings,
        }
    }

    /// What is ignored.
    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns the proxy for this address, if there is one.
    ///
    /// # Errors
    ///
    /// When the variable has no address of a proxy; the error does not show it.
    pub(crate) fn of(&self, url: &Url) -> Result<Option<Proxy>, Problem> {
        let variable = if url.scheme() == "https" { &self.https } else { &self.http };
        let Some(Variable { name, text }) = variable else { return Ok(None) };
        if self.except.iter().any(|exception| exception.holds(url)) {
            return Ok(None);
        }
        let problem = |message: String| Problem::new(None, name, message);
        let malformed = || {
            problem(
                "it is not the address of a proxy; write http://HOST:PORT, with the special \
                 characters of a password percent-encoded"
                    .to_owned(),
            )
        };
        let text = text.as_ref().ok_or_else(malformed)?.expose_secret();
        let with_scheme = match text.contains("://") {
            true => text.to_owned(),
            false => format!("http://{text}"),
        };
        let proxy = Url::parse(&with_scheme).map_err(|_| malformed())?;
        if !matches!(proxy.scheme(), "http" | "https") {
            return Err(problem(format!(
                "a proxy of {}:// is not supported; give one of http://, or list the host in \
                 no_proxy",
                proxy.scheme()
            )));
        }
        // A password with such a character ends the address too early.
        let cut = proxy.query().is_some() || proxy.fragment().is_some();
        if cut || proxy.path().contains('@') || proxy.host_str().is_none_or(str::is_empty) {
            return Err(malformed());
        }
        let mut shown = proxy.clone();
        // Only an address without a host has no place for a password.
        let (_, _) = (shown.set_username(""), shown.set_password(None));
        shown.set_path("");
        let place = format!("{} of {name}", shown.as_str().trim_end_matches('/'));
        Ok(Some(Proxy { url: String::from(proxy).into(), place }))
    }
}

/// Addresses that are reached without a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exception {
    All,
    /// A host, its subdomains, and a port.
    Host(String, Option<u16>),
    /// An IP address, and a port.
    Ip(IpAddr, Option<u16>),
    /// The first bits of IP addresses.
    Network(IpAddr, u32),
}

/// Parses an entry of `NO_PROXY`; none where it has none of its forms.
fn exception(entry: &str) -> Option<Exception> {
    if entry == "*" {
        return Some(Exception::All);
    }
    if let Some((address, bits)) = entry.split_once('/')
        && let Ok(address) = address.parse::<IpAddr>()
        && !bits.is_empty()
    {
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.parse().ok().filter(|bits| *bits <= most)?;
        return Some(Exception::Network(address, bits));
    }
    let host = entry.split_once("://").map_or(entry, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return Some(Exception::Ip(address, None));
    }
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (host, None),
    };
    let host = host.trim_start_matches('*').trim_start_matches('.').trim_end_matches('.');
    match Host::parse(host).ok()? {
        Host::Domain(name) => Some(Exception::Host(name, port)),
        Host::Ipv4(address) => Some(Exception::Ip(address.into(), port)),
        Host::Ipv6(address) => Some(Exception::Ip(address.into(), port)),
    }
}

impl Exception {
    fn holds(&self, url: &Url) -> bool {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            _ => None,
        };
        let at = |port: &Option<u16>| port.is_none() || *port == url.port_or_known_default();
        match self {
            Self::All => true,
            Self::Ip(except, port) => address == Some(*except) && at(port),
            Self::Network(network, bits) => address.is_some_and(|it| is_in(it, *network, *bits)),
            Self::Host(except, port) => {
                let host = url.host_str().unwrap_or_default().trim_end_matches('.');
                let rest = host.strip_suffix(except.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) && at(port)
            }
        }
    }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let same = |one: u128, other: u128, width: u32| {
        (one ^ other).checked_shr(width - bits).unwrap_or(0) == 0
    };
    match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            same(u32::from(one).into(), u32::from(other).into(), 32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => same(one.into(), other.into(), 128),
        _ => false,
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
        let name = |variable: &Option<Variable>| {
            variable.as_ref().map(|variable| format!("{}: [redacted]", variable.name))
        };
        f.debug_struct("Proxies")
            .field("http", &name(&self.http))
            .field("https", &name(&self.https))
            .field("except", &self.except)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)], url: &str) -> Result<Option<Proxy>, Problem> {
        Proxies::from_env(&Env::from_pairs(variables.iter().copied())).of(&url.parse().unwrap())
    }

    #[test]
    fn every_form_of_no_proxy_is_an_exception() {
        for (except, url, direct) in [
            ("*", "http://manager.example", true),
            ("x, *", "http://10.0.0.1", true),
            ("manager.example", "http://manager.example:8081", true),
            ("manager.example", "http://a.manager.example", true),
            ("manager.example", "http://amanager.example", false),
            (".manager.example", "http://manager.example", true),
            ("*.example", "http://manager.example", true),
            ("MANAGER.example.", "http://manager.example", true),
            ("manager.example", "http://manager.example.", true),
            ("manager.example:8081", "http://manager.example:8081", true),
            ("manager.example:8081", "http://manager.example", false),
            ("manager.example:80", "http://manager.example", true),
            ("http://manager.example", "http://manager.example", true),
            ("https://manager.example:8081/", "http://manager.example:8081", true),
            ("bücher.example", "http://xn--bcher-kva.example", true),
            ("a b manager.example", "http://manager.example", true),
            ("10.1.2.3", "http://10.1.2.3:8081", true),
            ("10.1.2.3:8081", "http://10.1.2.3:8081", true),
            ("10.1.2.3:8081", "http://10.1.2.3:8082", false),
            ("10.0.0.0/8", "http://10.1.2.3", true),
            ("10.0.0.0/8", "http://11.1.2.3", false),
            ("0.0.0.0/0", "http://11.1.2.3", true),
            ("10.0.0.0/33", "http://10.0.0.0", false),
            ("10.0.0.0/", "http://10.0.0.0", true),
            ("::1", "http://[::1]:8081", true),
            ("[::1]", "http://[::1]", true),
            ("[::1]:8081", "http://[::1]:8081", true),
            ("fd00::/8", "http://[fd12::1]", true),
            ("fd00::/8", "http://[fe80::1]", false),
            ("10.0.0.0/8", "http://[fd12::1]", false),
            ("", "http://manager.example", false),
            (",,:,/", "http://manager.example", false),
        ] {
            let found = of(&[("http_proxy", "proxy:1"), ("no_proxy", except)], url).unwrap();
            assert_eq!(found.is_none(), direct, "{except} {url}");
        }
    }

    #[test]
    fn what_no_proxy_cannot_mean_is_a_warning() {
        let except =
            "10.0.0.0/8,10.0.0.0/33, ::/129,10.0.0.0/x,host:port,u:secretpw@host,a.example,::1";
        let env = Env::from_pairs([("NO_PROXY", except)]);
        let proxies = Proxies::from_env(&env);
        let warnings = proxies.warnings().iter().map(Warning::to_string);
        let ignored = ["10.0.0.0/33", "::/129", "10.0.0.0/x", "host:port", "host"].map(|entry| {
            format!(
                "`{entry}` in NO_PROXY is no host, address or network, and is ignored; correct it"
            )
        });
        assert_eq!(warnings.collect::<Vec<_>>(), ignored);
    }

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        for (text, shown) in [
            ("http://proxy.example:3128", "http://proxy.example:3128"),
            ("proxy.example:3128", "http://proxy.example:3128"),
            ("127.0.0.1:1", "http://127.0.0.1:1"),
            ("https://proxy.example/", "https://proxy.example"),
            ("http://u:secretpw@proxy.example:3128", "http://proxy.example:3128"),
            ("u:secretpw@proxy.example:3128", "http://proxy.example:3128"),
        ] {
            let proxy = of(&[("http_proxy", text)], "http://manager.example").unwrap().unwrap();
            assert_eq!(proxy.place, format!("{shown} of http_proxy"));
            assert_eq!(text.contains("secretpw"), proxy.expose_url().contains("secretpw"));
        }
        let found = |variables: &[(&str, &str)], url| of(variables, url).unwrap().unwrap().place;
        assert_eq!(found(&[("ALL_PROXY", "p:1")], "https://m.example"), "http://p:1 of ALL_PROXY");
        let both = [("HTTPS_PROXY", "a:1"), ("https_proxy", "b:2")];
        assert_eq!(found(&both, "https://m.example"), "http://b:2 of https_proxy");
        assert!(of(&both, "http://m.example").unwrap().is_none());
    }

    #[test]
    fn what_is_no_proxy_is_an_error_where_it_would_apply() {
        for text in [
            "::::",
            "http://",
            "http://u:secretpw#1@proxy.example:3128",
            "http://u:secretpw?1@proxy.example:3128",
            "http://u:1/secretpw@proxy.example:3128",
            "socks5://u:secretpw@127.0.0.1:1",
            "ftp://proxy.example",
            "http:proxy.example",
        ] {
            let problem = of(&[("http_proxy", text)], "http://manager.example").err().unwrap();
            assert_eq!(problem.place(), "http_proxy", "{text}");
            assert!(!problem.to_string().contains("secretpw"), "{problem}");
            assert!(of(&[("http_proxy", text)], "https://manager.example").unwrap().is_none());
            let except = [("http_proxy", text), ("NO_PROXY", "manager.example")];
            assert!(of(&except, "http://manager.example").unwrap().is_none());
        }
    }
}
