//! The page at `/`: GraphiQL in front of the manager.
//!
//! GraphiQL and React are not included. They come from a CDN, whose files the browser verifies, or from
//! a folder.

use std::{fs, path::Path};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use super::problem::{Reply, own};
use crate::error::{Error, Result};

/// How a folder of GraphiQL's files is made; `DIR` is the folder.
pub const UI_COMMAND: &str =
    "npm install --no-save --prefix DIR graphiql@4.1.2 react@18.3.1 react-dom@18.3.1";

/// Where files of the page itself are.
const PREFIX: &str = "/.backendai/";
const CDN: &str = "https://cdn.jsdelivr.net/npm/";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A third-party file of the page.
struct Part {
    /// Name of the file, and what it is served as from a folder.
    name: &'static str,
    package: &'static str,
    version: &'static str,
    /// Where it is in the package.
    path: &'static str,
    /// What the browser checks the bytes of the CDN against: SHA-384 of the file in the package of
    /// that version.
    integrity: &'static str,
    content_type: &'static str,
}

/// In the order in which they are loaded. React has no such files from version 19 on, nor GraphiQL
/// from 5 on.
const PARTS: [Part; 4] = [
    Part {
        name: "graphiql.min.css",
        package: "graphiql",
        version: "4.1.2",
        path: "graphiql.min.css",
        integrity: "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
        content_type: CSS,
    },
    Part {
        name: "react.production.min.js",
        package: "react",
        version: "18.3.1",
        path: "umd/react.production.min.js",
        integrity: "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
        content_type: SCRIPT,
    },
    Part {
        name: "react-dom.production.min.js",
        package: "react-dom",
        version: "18.3.1",
        path: "umd/react-dom.production.min.js",
        integrity: "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
        content_type: SCRIPT,
    },
    Part {
        name: "graphiql.min.js",
        package: "graphiql",
        version: "4.1.2",
        path: "graphiql.min.js",
        integrity: "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
        content_type: SCRIPT,
    },
];

/// The page and everything that it loads from the proxy.
pub(super) struct Page {
    policy: HeaderValue,
    files: Vec<File>,
}

struct File {
    path: String,
    content_type: &'static str,
    body: Bytes,
}

impl Page {
    /// With GraphiQL from the CDN, or from this folder. The files are read once, here: no request
    /// names a file.
    pub(super) fn new(folder: Option<&Path>) -> Result<Self> {
        let mut files = vec![
            File::new("page.css", CSS, include_str!("page/page.css")),
            File::new("page.js", SCRIPT, include_str!("page/page.js")),
        ];
        let (mut styles, mut scripts, mut hosts) = (String::new(), String::new(), String::new());
        for part in &PARTS {
            let address = match folder {
                Some(folder) => {
                    let file = File::new(part.name, part.content_type, part.read(folder)?);
                    let address = file.path.clone();
                    files.push(file);
                    address
                }
                None => part.address(),
            };
            let check = match folder {
                Some(_) => String::new(),
                None => {
                    hosts.push_str(&format!(" {address}"));
                    format!(" integrity=\"{}\" crossorigin=\"anonymous\"", part.integrity)
                }
            };
            match part.content_type {
                CSS => styles
                    .push_str(&format!("<link rel=\"stylesheet\" href=\"{address}\"{check}>\n")),
                _ => scripts.push_str(&format!("<script src=\"{address}\"{check}></script>\n")),
            }
        }
        let html = include_str!("page/index.html")
            .replace("<!--styles-->\n", &styles)
            .replace("<!--scripts-->\n", &scripts);
        files.push(File { path: "/".to_owned(), content_type: HTML, body: html.into() });
        // GraphiQL's editor writes style elements and attributes.
        let policy = format!(
            "default-src 'none'; script-src 'self'{hosts}; style-src 'self' 'unsafe-inline'{hosts}; \
             connect-src 'self'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::try_from(policy)
            .map_err(|error| Error::config("the page cannot be served").with_source(error))?;
        Ok(Self { policy, files })
    }

    /// The page, or a file that it loads.
    pub(super) fn answer<B>(&self, request: &Request<B>) -> Option<Response<Reply>> {
        let path = request.uri().path();
        if !is_requested(request) && !path.starts_with(PREFIX) {
            return None;
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let Some(file) = self.files.iter().find(|file| file.path == path) else {
            return Some(own(StatusCode::NOT_FOUND, "text/plain", "There is no such file.\n"));
        };
        // The server omits the body for HEAD.
        let mut response = own(StatusCode::OK, file.content_type, file.body.clone());
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.append(header::VARY, HeaderValue::from_static("accept"));
        Some(response)
    }
}

/// Returns whether a browser requests the page. Programs get the manager's version at the same path.
pub(super) fn is_requested<B>(request: &Request<B>) -> bool {
    let mut accepted = request.headers().get_all(header::ACCEPT).iter();
    request.method() == Method::GET
        && request.uri().path() == "/"
        && accepted.any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}

impl File {
    fn new(name: &str, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { path: format!("{PREFIX}{name}"), content_type, body: body.into() }
    }
}

impl Part {
    fn address(&self) -> String {
        format!("{CDN}{}@{}/{}", self.package, self.version, self.path)
    }

    /// The file as the command puts it there, or as it lies in a folder of just these files.
    fn read(&self, folder: &Path) -> Result<Bytes> {
        let installed = folder.join("node_modules").join(self.package).join(self.path);
        let mut failure = None;
        for path in [installed, folder.join(self.name)] {
            match fs::read(&path) {
                Ok(bytes) => return Ok(bytes.into()),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let command = UI_COMMAND.replace("DIR", &folder.display().to_string());
        let message = format!(
            "{} of {} is not in {}; make the folder with: {command}",
            self.path,
            self.package,
            folder.display()
        );
        let error = Error::config(message);
        Err(match failure {
            Some(cause) => error.with_source(cause),
            None => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    fn get(page: &Page, path: &str, accept: &str) -> Option<Response<Reply>> {
        let request = Request::get(path).header("accept", accept).body(()).unwrap();
        page.answer(&request)
    }

    async fn text(response: Response<Reply>) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    #[tokio::test]
    async fn from_the_cdn_every_file_is_pinned_and_checked() {
        let page = Page::new(None).unwrap();
        let response = get(&page, "/", BROWSER).unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let html = text(response).await;
        for part in &PARTS {
            assert!(
                html.contains(&format!("\"{}\" integrity=\"sha384-", part.address())),
                "{html}"
            );
            assert!(policy.contains(&part.address()), "{policy}");
            assert!(UI_COMMAND.contains(&format!("{}@{}", part.package, part.version)));
        }
        assert!(!policy.contains("unsafe-eval") && policy.starts_with("default-src 'none'"));
        // The policy blocks inline scripts and styles.
        assert!(!html.contains("<script>") && !html.contains("style="), "{html}");
        assert_eq!(get(&page, "/.backendai/graphiql.min.js", "*/*").unwrap().status(), 404);
    }

    #[tokio::test]
    async fn from_a_folder_nothing_else_is_loaded_and_nothing_else_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let error = Page::new(Some(folder.path())).err().unwrap().to_string();
        assert!(error.contains("npm install") && error.contains("graphiql.min.css"), "{error}");

        for part in &PARTS {
            let path = folder.path().join("node_modules").join(part.package).join(part.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, part.name).unwrap();
        }
        fs::write(folder.path().join("secret"), "secret").unwrap();
        let page = Page::new(Some(folder.path())).unwrap();
        let html = text(get(&page, "/", BROWSER).unwrap()).await;
        assert!(!html.contains("https://"), "{html}");
        for part in &PARTS {
            let path = format!("/.backendai/{}", part.name);
            assert!(html.contains(&format!("\"{path}\"")), "{html}");
            assert_eq!(text(get(&page, &path, "*/*").unwrap()).await, part.name);
        }
        for path in [
            "/.backendai/secret",
            "/.backendai/../secret",
            "/.backendai/%2e%2e/secret",
            "/.backendai//etc/passwd",
            "/.backendai/",
        ] {
            assert_eq!(get(&page, path, "*/*").unwrap().status(), 404, "{path}");
        }
    }

    #[test]
    fn programs_ask_the_manager() {
        let page = Page::new(None).unwrap();
        assert!(get(&page, "/", "*/*").is_none());
        assert!(get(&page, "/", "application/json").is_none());
        assert!(get(&page, "/admin/gql", BROWSER).is_none());
    }
}
