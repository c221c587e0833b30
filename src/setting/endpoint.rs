//! The addresses of a manager or webserver.

use std::{fmt, str::FromStr};

use url::Url;

/// Path of the admin schema.
pub(crate) const ADMIN_PATH: &str = "/admin/gql";
/// Path of the v2 schema.
pub(crate) const V2_PATH: &str = "/admin/gql/strawberry";
/// Where the manager serves GraphQL. The client adds the path to an address.
const API_PATHS: [&str; 3] = [ADMIN_PATH, V2_PATH, "/admin/graphql"];

/// The base address of a manager or a web server.
///
/// ```
/// use backendai::Endpoint;
///
/// let endpoint: Endpoint = "https://Manager.Example:443/base/".parse()?;
/// assert_eq!(endpoint.authority(), "manager.example");
/// assert_eq!(endpoint.join("/admin/gql").as_str(), "https://manager.example/base/admin/gql");
/// # Ok::<(), backendai::config::InvalidEndpoint>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    url: Url,
    authority: String,
}

impl Endpoint {
    /// The URL; its path has no slash at the end, unless it is the root.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The value of the `Host` header, which is signed: the host, with a port unless it is the
    /// scheme's default.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Joins `path`, which may have a query after a `?`, below this address.
    pub fn join(&self, path: &str) -> Url {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let base = self.url.path().trim_end_matches('/');
        let mut url = self.url.clone();
        url.set_path(&format!("{base}/{}", path.trim_start_matches('/')));
        url.set_query(query);
        url
    }
}

impl Endpoint {
    /// The name of a file about this endpoint. Two endpoints can share a name, so the file's contents
    /// must name the endpoint.
    pub(crate) fn file_name(&self) -> String {
        let text = self.url.as_str().trim_end_matches('/').replace("://", "_");
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        text.chars().map(|c| if plain(c) { c } else { '_' }).chain(".json".chars()).collect()
    }
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, InvalidEndpoint> {
        let text = text.trim();
        let shown = || Shown::new(text);
        if text.is_empty() {
            return Err(InvalidEndpoint::Blank);
        }
        let relative = || InvalidEndpoint::Relative(shown());
        let mut url = Url::parse(text).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => relative(),
            reason => InvalidEndpoint::Malformed { text: shown(), reason: reason.to_string() },
        })?;
        match url.scheme() {
            "http" | "https" => {}
            // `localhost:8081` reads as scheme `localhost` with path `8081`.
            _ if url.cannot_be_a_base() => return Err(relative()),
            _ => return Err(InvalidEndpoint::Scheme(shown())),
        }
        // The parser silently accepts `https:host` and `https:\\host`, which are typing errors.
        if !text.get(url.scheme().len()..).is_some_and(|rest| rest.starts_with("://")) {
            return Err(relative());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidEndpoint::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidEndpoint::Query);
        }
        let Some(host) = url.host_str() else { return Err(relative()) };
        if host.contains(';') {
            let reason = "a host has no semicolon; write commas between several addresses".into();
            return Err(InvalidEndpoint::Malformed { text: shown(), reason });
        }
        let path = url.path().trim_end_matches('/');
        if let Some(api) = API_PATHS.into_iter().find(|api| path.ends_with(api)) {
            return Err(InvalidEndpoint::ApiPath(api));
        }
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let path = path.to_owned();
        url.set_path(&path);
        Ok(Self { url, authority })
    }
}

impl TryFrom<&str> for Endpoint {
    type Error = InvalidEndpoint;

    fn try_from(text: &str) -> Result<Self, InvalidEndpoint> {
        text.parse()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

/// Parses a comma list. Blanks and duplicates are dropped; the order is kept.
pub(crate) fn parse_endpoints(text: &str) -> Result<Vec<Endpoint>, Vec<InvalidEndpoint>> {
    let (mut endpoints, mut errors) = (Vec::new(), Vec::new());
    for entry in text.split(',').filter(|entry| !entry.trim().is_empty()) {
        match entry.parse() {
            Ok(endpoint) if endpoints.contains(&endpoint) => {}
            Ok(endpoint) => endpoints.push(endpoint),
            Err(error) => errors.push(error),
        }
    }
    if endpoints.is_empty() && errors.is_empty() {
        errors.push(InvalidEndpoint::Blank);
    }
    if errors.is_empty() { Ok(endpoints) } else { Err(errors) }
}

/// An address as it was given, unless it could contain a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(String);

impl Shown {
    fn new(text: &str) -> Self {
        Self(if text.contains(['@', '?', '#']) {
            "the address".into()
        } else {
            format!("{text:?}")
        })
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a string is not an endpoint. The error never contains a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEndpoint {
    /// Empty.
    #[error("no address is given; write one as in https://manager.example")]
    Blank,
    /// Without a scheme or a host.
    #[error("{0} is not a whole URL; write it as in https://manager.example:8081")]
    Relative(Shown),
    /// Neither http nor https.
    #[error("{0} is neither http nor https; only these two can be used")]
    Scheme(Shown),
    /// With a user name or a password.
    #[error(
        "a user name or password is in the URL; take it out: requests are signed with the access \
         key and the secret key"
    )]
    Credentials,
    /// With a query or a fragment.
    #[error("a query or fragment is in the URL; give the base address alone")]
    Query,
    /// With the path of the GraphQL API.
    #[error("{0} is a path of the manager's API; give the address without {0}")]
    ApiPath(&'static str),
    /// Not a URL.
    #[error("{text} is not a URL: {reason}")]
    Malformed {
        /// The string.
        text: Shown,
        /// The parser's message.
        reason: String,
    },
}

/// The kind of server at the endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointType {
    /// A manager: requests are signed.
    #[default]
    Api,
    /// A webserver with logins: requests carry a session and are not signed.
    Session,
}

impl fmt::Display for EndpointType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "api",
            Self::Session => "session",
        })
    }
}

impl FromStr for EndpointType {
    type Err = UnknownEndpointType;

    fn from_str(text: &str) -> Result<Self, UnknownEndpointType> {
        match text {
            "api" => Ok(Self::Api),
            "session" => Ok(Self::Session),
            _ => Err(UnknownEndpointType(text.to_owned())),
        }
    }
}

/// Neither `api` nor `session`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown endpoint type {0:?}; it is either \"api\" or \"session\"")]
pub struct UnknownEndpointType(String);

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn the_authority_is_the_host_header() {
        for (text, authority) in [
            ("https://h", "h"),
            ("https://h:443", "h"),
            ("https://h:80", "h:80"),
            ("http://h:80/", "h"),
            ("http://h:443", "h:443"),
            ("HTTPS://Manager.EXAMPLE:8081/x", "manager.example:8081"),
            ("http://127.0.0.1:8081", "127.0.0.1:8081"),
            ("http://[::1]:8081", "[::1]:8081"),
            ("https://[2001:DB8:0::1]", "[2001:db8::1]"),
            ("https://매니저.example", "xn--9i1bv8kwvm.example"),
            ("  https://h\n", "h"),
        ] {
            assert_eq!(endpoint(text).authority(), authority, "{text}");
        }
    }

    #[test]
    fn a_path_is_joined_below_the_base_path() {
        for (base, path, joined) in [
            ("https://h", "/admin/gql", "https://h/admin/gql"),
            ("https://h/", "admin/gql", "https://h/admin/gql"),
            ("https://h/base", "/admin/gql", "https://h/base/admin/gql"),
            ("https://h/base//", "//admin/gql", "https://h/base/admin/gql"),
            ("https://h:444/a%20b", "/x", "https://h:444/a%20b/x"),
            (
                "https://h/가",
                "/나?q=다 라",
                "https://h/%EA%B0%80/%EB%82%98?q=%EB%8B%A4%20%EB%9D%BC",
            ),
            ("https://h/base", "/", "https://h/base/"),
            ("https://h/base", "/x?a=1&b=%20", "https://h/base/x?a=1&b=%20"),
            ("https://h/base", "/x?", "https://h/base/x?"),
        ] {
            assert_eq!(endpoint(base).join(path).as_str(), joined, "{base} {path}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_and_no_password_is_repeated() {
        for (text, part) in [
            ("", "no address"),
            (" ", "no address"),
            ("localhost:8081", "\"localhost:8081\" is not a whole URL"),
            ("manager.example", "\"manager.example\" is not a whole URL"),
            ("/path", "not a whole URL"),
            ("//h/path", "not a whole URL"),
            ("https:h", "not a whole URL"),
            ("https:/h", "not a whole URL"),
            ("https:\\\\h", "not a whole URL"),
            ("mailto:a", "not a whole URL"),
            ("ftp://h", "neither http nor https"),
            ("file:///tmp", "neither http nor https"),
            ("ws://h", "neither http nor https"),
            ("https://", "is not a URL"),
            ("https://h:99999", "is not a URL"),
            ("https://user:hunter2@h", "user name or password"),
            ("https://hunter2@h", "user name or password"),
            ("user:hunter2@h", "the address is not a whole URL"),
            ("https://user:hunter2@h:99999", "the address is not a URL"),
            ("https://h?token=hunter2", "query or fragment"),
            ("https://h/#hunter2", "query or fragment"),
            ("https://h/admin/gql", "give the address without /admin/gql"),
            ("https://h/base/admin/gql/strawberry/", "give the address without /admin/gql"),
            ("https://h/admin/graphql", "give the address without /admin/graphql"),
            ("https://a;https://b", "write commas between several addresses"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{text}: {error}");
        }
    }

    #[test]
    fn a_list_drops_blanks_and_repetitions_and_reports_every_error() {
        let texts = |list: &str| -> Vec<String> {
            parse_endpoints(list).unwrap().iter().map(|e| e.url().to_string()).collect()
        };
        assert_eq!(texts("https://a, https://b"), ["https://a/", "https://b/"]);
        assert_eq!(texts(",https://a,, ,"), ["https://a/"]);
        assert_eq!(texts("https://b,https://a,HTTPS://B:443/"), ["https://b/", "https://a/"]);
        assert_eq!(texts("https://a/x,https://a/x/"), ["https://a/x"]);
        assert_eq!(parse_endpoints(" , ").unwrap_err(), [InvalidEndpoint::Blank]);
        assert_eq!(parse_endpoints("a,https://b,ftp://c").unwrap_err().len(), 2);
    }

    #[test]
    fn an_endpoint_type_is_one_of_two() {
        for kind in [EndpointType::Api, EndpointType::Session] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        for text in ["", "API", "xyz", "session "] {
            let error = text.parse::<EndpointType>().unwrap_err().to_string();
            assert!(error.contains("\"session\""), "{error}");
        }
    }
}
