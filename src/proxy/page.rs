//! The page at `/`: GraphiQL in front of the manager. Everything that it loads is part of this build.

use backendai_graphiql::{FILES, LICENSES};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use super::problem::{Reply, own};

/// Where the files of the page are.
const PREFIX: &str = "/.backendai/";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// GraphiQL's editor writes style elements and attributes.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The page and everything that it loads.
pub(super) struct Page {
    files: Vec<File>,
}

struct File {
    path: String,
    content_type: &'static str,
    body: Bytes,
    is_gzip: bool,
}

impl Page {
    pub(super) fn new() -> Self {
        let mut files = vec![
            File::new("page.css", CSS, include_str!("page/page.css")),
            File::new("page.js", SCRIPT, include_str!("page/page.js")),
        ];
        let (mut styles, mut scripts) = (String::new(), String::new());
        for file in FILES.iter().chain([&LICENSES]) {
            let file = File {
                is_gzip: true,
                ..File::new(file.name, file.content_type, Bytes::from_static(file.gzip))
            };
            let path = &file.path;
            match file.content_type {
                CSS => styles.push_str(&format!("<link rel=\"stylesheet\" href=\"{path}\">\n")),
                SCRIPT => scripts.push_str(&format!("<script src=\"{path}\"></script>\n")),
                _ => {}
            }
            files.push(file);
        }
        let html = include_str!("page/index.html")
            .replace("<!--styles-->\n", &styles)
            .replace("<!--scripts-->\n", &scripts);
        let html = File::new("", HTML, html);
        files.push(File { path: "/".to_owned(), ..html });
        Self { files }
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
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.append(header::VARY, HeaderValue::from_static("accept"));
        if file.is_gzip {
            // Every browser accepts it.
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
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
        Self { path: format!("{PREFIX}{name}"), content_type, body: body.into(), is_gzip: false }
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

    async fn bytes(response: Response<Reply>) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    #[tokio::test]
    async fn nothing_is_loaded_from_elsewhere_and_nothing_else_is_served() {
        let page = Page::new();
        let response = get(&page, "/", BROWSER).unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("http") && !policy.contains("unsafe-eval"), "{policy}");
        let html = String::from_utf8(bytes(response).await.to_vec()).unwrap();
        assert!(!html.contains("https://") && !html.contains("http://"), "{html}");
        // The policy blocks inline scripts and styles.
        assert!(!html.contains("<script>") && !html.contains("style="), "{html}");
        for file in FILES.iter().chain([&LICENSES]) {
            let path = format!("/.backendai/{}", file.name);
            assert!(html.contains(&format!("\"{path}\"")), "{html}");
            let response = get(&page, &path, "*/*").unwrap();
            assert_eq!(response.headers()["content-encoding"], "gzip");
            assert_eq!(response.headers()["content-type"], file.content_type);
            assert_eq!(bytes(response).await, file.gzip);
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
        let page = Page::new();
        assert!(get(&page, "/", "*/*").is_none());
        assert!(get(&page, "/", "application/json").is_none());
        assert!(get(&page, "/admin/gql", BROWSER).is_none());
    }
}
