//! A webserver in front of the embedded manager: logins, and the manager below `/func`.
//!
//! What it says was seen of a webserver 26.9.6. It decrypts by code of its own, as the manager here
//! checks signatures by code of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use aes::Aes256;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cbc::Decryptor;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use http::{HeaderMap, Uri};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::auth::header;
use crate::fault::Faults;
use crate::http::{Serve, Shared};
use crate::record::Recorded;
use crate::server::{Answer, Server};

const JSON: &str = "application/json; charset=utf-8";
const PROBLEM: &str = "application/problem+json; charset=utf-8";
const PROBLEMS: &str = "https://api.backend.ai/probs/";
/// So many wrong passwords block an address.
const WRONG: usize = 10;
/// For so long.
const BLOCK: SignedDuration = SignedDuration::from_mins(20);
const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The domain whose users it lets in, unless a login names another.
const DOMAIN: &str = "default";

/// A webserver on 127.0.0.1 until it is dropped. See [`Manager::webserver`](crate::Manager::webserver).
pub struct Webserver {
    endpoint: String,
    shared: Arc<Shared<Front>>,
    task: JoinHandle<()>,
}

impl Webserver {
    pub(crate) async fn start(manager: Arc<Shared<Server>>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let front = Front { manager, inner: Mutex::default() };
        let shared = Arc::new(Shared::new(front));
        let task = tokio::spawn(crate::http::serve(listener, Arc::clone(&shared)));
        Ok(Self { endpoint, shared, task })
    }

    /// Where it listens: `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The misbehaviours that wait for their requests.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The requests received so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.log().clone()
    }

    /// Forgets all sessions, as when its store is emptied.
    pub fn forget_sessions(&self) {
        self.shared.server.lock().sessions.clear();
    }

    /// Lets the user with this address in only with this one-time password.
    pub fn require_otp(&self, email: impl Into<String>, code: impl Into<String>) {
        self.shared.server.lock().otp.insert(email.into(), Otp::Code(code.into()));
    }

    /// Lets the user with this address in only when a one-time password is registered, for which
    /// it hands out this token.
    pub fn require_otp_registration(&self, email: impl Into<String>, token: impl Into<String>) {
        self.shared.server.lock().otp.insert(email.into(), Otp::Register(token.into()));
    }

    /// Takes this token (`sToken`) for the user with this address.
    pub fn accept_token(&self, token: impl Into<String>, email: impl Into<String>) {
        self.shared.server.lock().tokens.insert(token.into(), email.into());
    }
}

impl Drop for Webserver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Webserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webserver").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// The password of every account.
pub(crate) fn password_of(username: &str) -> String {
    format!("{username}-password")
}

enum Otp {
    Code(String),
    Register(String),
}

#[derive(Clone)]
struct Session {
    access_key: String,
    role: &'static str,
    expires: Timestamp,
}

#[derive(Default)]
struct Inner {
    sessions: BTreeMap<String, Session>,
    /// Wrong passwords in a row, and when the last one was, by address.
    wrong: BTreeMap<String, (usize, Timestamp)>,
    otp: BTreeMap<String, Otp>,
    tokens: BTreeMap<String, String>,
    serial: u64,
}

impl Inner {
    /// A new id, the same one in every run.
    fn id(&mut self) -> String {
        self.serial += 1;
        hex::encode(Sha256::digest(self.serial.to_be_bytes())).chars().take(32).collect()
    }
}

/// The webserver without its sockets.
pub(crate) struct Front {
    manager: Arc<Shared<Server>>,
    inner: Mutex<Inner>,
}

impl Serve for Front {
    fn answer(&self, method: &str, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
        match (method, uri.path()) {
            (_, path) if path.starts_with("/func/") => self.pass_on(method, uri, headers, body),
            ("POST", "/server/login") => self.login(headers, body),
            ("POST", "/server/token-login") => self.token_login(headers, body),
            ("POST", "/server/login-check") => self.check(headers),
            ("POST", "/server/extend-login-session") => self.extend(headers),
            ("POST", "/server/logout") => self.logout(headers),
            // The pages for people take whatever is left.
            ("GET" | "HEAD", _) => {
                answer(200, "text/html; charset=utf-8", "<!DOCTYPE html>\n<html></html>\n")
            }
            _ => answer(405, "text/plain; charset=utf-8", "405: Method Not Allowed"),
        }
    }
}

impl Front {
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.manager.server.clock.now()
    }

    /// The session of a request. The header counts more than the cookie.
    fn session(&self, headers: &HeaderMap) -> Option<(String, Session)> {
        let id = id_of(headers)?;
        let session = self.lock().sessions.get(&id).cloned()?;
        (session.expires > self.now()).then_some((id, session))
    }

    fn pass_on(&self, method: &str, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.strip_prefix("/func").unwrap_or(path);
        let Ok(below) = path.parse::<Uri>() else { return unknown_session() };
        let anonymous = below.path() == "/";
        let session = self.session(headers);
        if session.is_none() && !anonymous {
            return unknown_session();
        }
        let key = session.map(|(_, session)| session.access_key);
        self.manager.server.answer_for(key.as_deref(), method, &below, headers, body)
    }

    fn login(&self, headers: &HeaderMap, body: &[u8]) -> Answer {
        if self.session(headers).is_some() {
            return problem(400, "generic-bad-request", "You have already logged in.");
        }
        let plain = match header(headers, "x-backendai-encoded") {
            None | Some("false") => body.to_vec(),
            _ => match decrypt(header(headers, "host").unwrap_or_default(), body) {
                Some(plain) => plain,
                None => {
                    let text = "500 Internal Server Error\n\nServer got itself in trouble";
                    return answer(500, "text/plain; charset=utf-8", text);
                }
            },
        };
        let login: Value = serde_json::from_slice(&plain).unwrap_or_default();
        let text = |name: &str| login.get(name).and_then(Value::as_str).unwrap_or_default();
        for name in ["username", "password"] {
            if text(name).is_empty() {
                let title = format!("You must provide the {name} field.");
                return problem(400, "invalid-api-params", &title);
            }
        }
        let email = text("username");
        let now = self.now();
        let mut inner = self.lock();
        let (wrong, last) = inner.wrong.get(email).copied().unwrap_or((0, now));
        let wrong = if now.duration_since(last) > BLOCK { 0 } else { wrong };
        if wrong >= WRONG {
            inner.wrong.insert(email.to_owned(), (wrong, now));
            return problem(429, "too-many-requests", "Too many failed login attempts");
        }
        let domain = Some(text("domain")).filter(|name| !name.is_empty()).unwrap_or(DOMAIN);
        let known = self.account(email, domain);
        let right = known.filter(|(name, _)| password_of(name) == text("password"));
        let Some((_, session)) = right else {
            inner.wrong.insert(email.to_owned(), (wrong + 1, now));
            let title = "Credential/signature mismatch.";
            let data = refusal("auth-failed", title, "User credential mismatch.");
            return self.refuse(&mut inner, 401, data);
        };
        match inner.otp.get(email) {
            Some(Otp::Code(_)) if text("otp").is_empty() => {
                let title = "Two-Factor Authentication needed.";
                let details = "You must authenticate using Two-Factor Authentication.";
                let data = refusal("require-totp-authentication", title, details);
                return self.refuse(&mut inner, 200, data);
            }
            Some(Otp::Code(code)) if code != text("otp") => {
                let title = "Operation rejected by a hook plugin.";
                let data = refusal("rejected-by-hook", title, "Invalid TOTP code provided");
                return self.refuse(&mut inner, 400, data);
            }
            Some(Otp::Register(token)) => {
                let title = "Two-Factor Authentication registration required.";
                let details = "You must register Two-Factor Authentication.";
                let mut data = refusal("require-totp-registration", title, details);
                if let Value::Object(members) = &mut data {
                    members.insert("two_factor_registration_token".into(), json!(token));
                }
                return self.refuse(&mut inner, 200, data);
            }
            _ => {}
        }
        inner.wrong.remove(email);
        self.let_in(&mut inner, session)
    }

    fn token_login(&self, headers: &HeaderMap, body: &[u8]) -> Answer {
        if self.session(headers).is_some() {
            return problem(400, "generic-bad-request", "You have already logged in.");
        }
        let login: Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(token) = login.get("sToken").and_then(Value::as_str) else {
            let title = "You must provide cookie-based authentication token";
            return problem(400, "invalid-api-params", title);
        };
        let mut inner = self.lock();
        let email = inner.tokens.get(token).cloned();
        match email.and_then(|email| self.account(&email, DOMAIN)) {
            Some((_, session)) => self.let_in(&mut inner, session),
            None => {
                let title = "Operation rejected by a hook plugin.";
                let data = refusal("rejected-by-hook", title, "unknown token");
                self.refuse(&mut inner, 200, data)
            }
        }
    }

    /// The user name and what a session of that user would be.
    fn account(&self, email: &str, domain: &str) -> Option<(String, Session)> {
        let expires = self.now().checked_add(LASTS).ok()?;
        self.manager.server.peek(|state| {
            let user = state.user_by_email(email)?;
            if user.domain != domain || !user.status.may_log_in() {
                return None;
            }
            let access_key = state.default_keypair(user.id)?.access_key.clone();
            let session = Session { access_key, role: user.role.as_str(), expires };
            Some((user.username.clone(), session))
        })
    }

    fn let_in(&self, inner: &mut Inner, session: Session) -> Answer {
        let id = inner.id();
        let body = json!({ "authenticated": true, "data": public(&session) });
        let answer = with_cookie(answer(200, JSON, body.to_string()), &id, session.expires);
        inner.sessions.insert(id, session);
        answer
    }

    /// A refused login sets a cookie too.
    fn refuse(&self, inner: &mut Inner, status: u16, data: Value) -> Answer {
        let id = inner.id();
        let body = json!({ "authenticated": false, "data": data });
        let expires = self.now().checked_add(LASTS).unwrap_or(Timestamp::MAX);
        with_cookie(answer(status, JSON, body.to_string()), &id, expires)
    }

    fn check(&self, headers: &HeaderMap) -> Answer {
        let session = self.session(headers);
        let body = json!({
            "authenticated": session.is_some(),
            "data": session.as_ref().map(|(_, session)| public(session)),
            "session_id": session.as_ref().map(|(id, _)| id),
        });
        answer(200, JSON, body.to_string())
    }

    /// Whoever has no session is told of a new one, which is nobody's.
    fn extend(&self, headers: &HeaderMap) -> Answer {
        let found = self.session(headers).map(|(id, _)| id);
        let expires = self.now().checked_add(LASTS).unwrap_or(Timestamp::MAX);
        let mut inner = self.lock();
        let id = found.unwrap_or_else(|| inner.id());
        if let Some(session) = inner.sessions.get_mut(&id) {
            session.expires = expires;
        }
        let body = json!({ "status": 201, "expires": iso(expires) });
        with_cookie(answer(200, JSON, body.to_string()), &id, expires)
    }

    fn logout(&self, headers: &HeaderMap) -> Answer {
        if let Some(id) = id_of(headers) {
            self.lock().sessions.remove(&id);
        }
        let mut answer = answer(200, "application/octet-stream", "");
        let cookie =
            "AIOHTTP_SESSION=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/";
        answer.headers.push(("set-cookie", cookie.to_owned()));
        answer
    }
}

fn id_of(headers: &HeaderMap) -> Option<String> {
    if let Some(id) = header(headers, "x-backendai-sessionid") {
        return Some(id.to_owned());
    }
    let mut cookies = header(headers, "cookie")?.split(';');
    let id = cookies.find_map(|cookie| cookie.trim().strip_prefix("AIOHTTP_SESSION="))?;
    Some(id.to_owned())
}

/// The body of an encrypted login; `None` when it was encrypted for another address.
fn decrypt(host: &str, body: &[u8]) -> Option<Vec<u8>> {
    let (iv, text) = std::str::from_utf8(body).ok()?.split_once(':')?;
    let address = STANDARD.encode(format!("http://{host}"));
    let key = format!("{address}{iv}{iv}");
    let key = key.as_bytes().get(..32)?;
    let cipher = Decryptor::<Aes256>::new_from_slices(key, iv.as_bytes()).ok()?;
    cipher.decrypt_padded_vec::<Pkcs7>(&STANDARD.decode(text).ok()?).ok()
}

fn public(session: &Session) -> Value {
    json!({ "access_key": session.access_key, "role": session.role, "status": "active" })
}

fn refusal(kind: &str, title: &str, details: &str) -> Value {
    json!({ "type": format!("{PROBLEMS}{kind}"), "title": title, "details": details })
}

fn answer(status: u16, content_type: &'static str, body: impl Into<String>) -> Answer {
    Answer { status, content_type, body: body.into(), headers: Vec::new() }
}

fn problem(status: u16, kind: &str, title: &str) -> Answer {
    let body = json!({ "type": format!("{PROBLEMS}{kind}"), "title": title });
    answer(status, PROBLEM, body.to_string())
}

fn unknown_session() -> Answer {
    problem(401, "auth-failed", "Unauthorized access")
}

/// ISO 8601, where a cookie should have a date of HTTP.
fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

fn with_cookie(mut answer: Answer, id: &str, expires: Timestamp) -> Answer {
    let expires = iso(expires);
    let cookie =
        format!("AIOHTTP_SESSION={id}; expires={expires}; HttpOnly; Max-Age=604800; Path=/");
    answer.headers.push(("set-cookie", cookie));
    answer.headers.push(("x-backendai-sessionid", id.to_owned()));
    answer
}
