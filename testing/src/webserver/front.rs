//! The webserver's answer as a function of a request and its sessions, without sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aes::Aes256;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cbc::Decryptor;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use http::{HeaderMap, Uri};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use crate::http::{Answer, Serve, Shared, header};
use crate::server::Server;
use crate::state::password_of;

const JSON: &str = "application/json; charset=utf-8";
const PROBLEM: &str = "application/problem+json; charset=utf-8";
const PROBLEMS: &str = "https://api.backend.ai/probs/";
/// Number of wrong passwords that block an address.
const MAX_FAILURES: usize = 10;
/// How long an address stays blocked.
const BLOCK: SignedDuration = SignedDuration::from_mins(20);
/// Lifetime of a session.
const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The key of a registered one-time password, and the only code that activates it.
const OTP_KEY: &str = "EMBEDDEDOTPKEY234567EMBEDDEDOTPK";
const OTP_CODE: &str = "123456";
/// The domain of a login that names none.
const DOMAIN: &str = "default";

/// The parameter with the address to which a single sign-on leads back.
const RETURN_TO: &str = "redirect_to";

/// What a user needs beside the password.
pub(super) enum Otp {
    /// This one-time password.
    Code(String),
    /// To register a one-time password, with this token.
    Register(String),
}

#[derive(Clone)]
pub(super) struct Session {
    access_key: String,
    role: &'static str,
    expires: Timestamp,
    /// Its place in the order of logins.
    serial: u64,
}

/// Sessions and settings.
#[derive(Default)]
pub(super) struct Inner {
    pub(super) sessions: BTreeMap<String, Session>,
    /// Consecutive wrong passwords and the time of the last one, by address.
    failures: BTreeMap<String, (usize, Timestamp)>,
    pub(super) otp: BTreeMap<String, Otp>,
    pub(super) tokens: BTreeMap<String, String>,
    /// The token with which a single sign-on leads back, where there is one.
    pub(super) sign_on: Option<String>,
    /// Passwords that are not the initial ones, by address.
    passwords: BTreeMap<String, String>,
    /// Addresses whose password has expired.
    pub(super) expired: BTreeSet<String>,
    /// Number of sessions that a user may have.
    pub(super) max_sessions: Option<usize>,
    serial: u64,
}

impl Inner {
    /// Generates an id; every run generates the same sequence.
    fn id(&mut self) -> String {
        self.serial += 1;
        hex::encode(Sha256::digest(self.serial.to_be_bytes())).chars().take(32).collect()
    }

    /// Returns whether this is the password of the user with this address and name.
    fn has_password(&self, email: &str, username: &str, password: &str) -> bool {
        match self.passwords.get(email) {
            Some(changed) => changed == password,
            None => password_of(username) == password,
        }
    }

    /// Returns the address of the user whose registration token a request has.
    fn registering(&self, request: &Value) -> Option<String> {
        let token = request.get("registration_token")?.as_str()?;
        let of_token = |otp: &Otp| matches!(otp, Otp::Register(known) if known == token);
        self.otp.iter().find(|(_, otp)| of_token(otp)).map(|(email, _)| email.clone())
    }

    /// Returns the status and the refusal of a login with this one-time password, if it is refused.
    fn refused_otp(&self, email: &str, given: &str) -> Option<(u16, Value)> {
        match self.otp.get(email)? {
            Otp::Code(_) if given.is_empty() => {
                let title = "Two-Factor Authentication needed.";
                let details = "You must authenticate using Two-Factor Authentication.";
                Some((200, refusal("require-totp-authentication", title, details)))
            }
            Otp::Code(code) if code != given => {
                let title = "Operation rejected by a hook plugin.";
                Some((400, refusal("rejected-by-hook", title, "Invalid TOTP code provided")))
            }
            Otp::Code(_) => None,
            Otp::Register(token) => {
                let title = "Two-Factor Authentication registration required.";
                let details = "You must register Two-Factor Authentication.";
                let mut data = refusal("require-totp-registration", title, details);
                if let Value::Object(members) = &mut data {
                    members.insert("two_factor_registration_token".into(), json!(token));
                }
                Some((200, data))
            }
        }
    }

    /// Returns whether the user may have one more session; with `force`, ends the oldest ones.
    fn make_room(&mut self, access_key: &str, force: bool) -> bool {
        let Some(max) = self.max_sessions else { return true };
        let of_user = self.sessions.iter().filter(|(_, session)| session.access_key == access_key);
        let mut open: Vec<_> = of_user.map(|(id, session)| (session.serial, id.clone())).collect();
        open.sort();
        let excess = (open.len() + 1).saturating_sub(max);
        if force {
            for (_, id) in open.iter().take(excess) {
                self.sessions.remove(id);
            }
        }
        force || excess == 0
    }
}

/// The webserver without its sockets.
pub(super) struct Front {
    manager: Arc<Shared<Server>>,
    inner: Mutex<Inner>,
}

impl Serve for Front {
    fn answer(&self, method: &str, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
        match (method, uri.path()) {
            ("POST", "/func/totp/anon") => self.register_otp(body),
            ("POST", "/func/totp/anon/verify") => self.activate_otp(body),
            ("POST", "/func/openid/login") => self.begin_sign_on(headers, body),
            ("GET", "/provider") => self.sign_on(uri),
            (_, path) if path.starts_with("/func/") => self.forward(method, uri, headers, body),
            ("POST", "/server/login") => self.login(headers, body),
            ("POST", "/server/token-login") => self.token_login(headers, body),
            ("POST", "/server/login-check") => self.check(headers),
            ("POST", "/server/extend-login-session") => self.extend(headers),
            ("POST", "/server/logout") => self.logout(headers),
            ("POST", "/server/update-password-no-auth") => self.change_password(body),
            // Every other path is a page of the user interface.
            ("GET" | "HEAD", _) => {
                answer(200, "text/html; charset=utf-8", "<!DOCTYPE html>\n<html></html>\n")
            }
            _ => answer(405, "text/plain; charset=utf-8", "405: Method Not Allowed"),
        }
    }
}

impl Front {
    pub(super) fn new(manager: Arc<Shared<Server>>) -> Self {
        Self { manager, inner: Mutex::default() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.manager.server.clock.now()
    }

    /// Returns the session of a request. The header takes precedence over the cookie.
    fn session(&self, headers: &HeaderMap) -> Option<(String, Session)> {
        let id = id_of(headers)?;
        let session = self.lock().sessions.get(&id).cloned()?;
        (session.expires > self.now()).then_some((id, session))
    }

    fn forward(&self, method: &str, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.strip_prefix("/func").unwrap_or(path);
        let Ok(target) = path.parse::<Uri>() else { return unknown_session() };
        let anonymous = target.path() == "/";
        let session = self.session(headers);
        if session.is_none() && !anonymous {
            return unknown_session();
        }
        let key = session.map(|(_, session)| session.access_key);
        self.manager.server.answer_for(key.as_deref(), method, &target, headers, body)
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
        let (failures, last) = inner.failures.get(email).copied().unwrap_or((0, now));
        let failures = if now.duration_since(last) > BLOCK { 0 } else { failures };
        if failures >= MAX_FAILURES {
            inner.failures.insert(email.to_owned(), (failures, now));
            return problem(429, "too-many-requests", "Too many failed login attempts");
        }
        let domain = Some(text("domain")).filter(|name| !name.is_empty()).unwrap_or(DOMAIN);
        let account = self.account(email, domain);
        let right = account.filter(|(name, _)| inner.has_password(email, name, text("password")));
        let Some((_, session)) = right else {
            inner.failures.insert(email.to_owned(), (failures + 1, now));
            let title = "Credential/signature mismatch.";
            let data = refusal("auth-failed", title, "User credential mismatch.");
            return self.refuse(&mut inner, 401, data);
        };
        if inner.expired.contains(email) {
            let data = refusal("password-expired", "Password has expired.", "Password expired.");
            return self.refuse(&mut inner, 401, data);
        }
        if let Some((status, data)) = inner.refused_otp(email, text("otp")) {
            return self.refuse(&mut inner, status, data);
        }
        inner.failures.remove(email);
        let force = login.get("force").and_then(Value::as_bool) == Some(true);
        if !inner.make_room(&session.access_key, force) {
            let title = "Active login session already exists.";
            let details = "Too many concurrent login sessions";
            let data = refusal("active-login-session-exists", title, details);
            return self.refuse(&mut inner, 409, data);
        }
        self.open_session(&mut inner, session)
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
            Some((_, session)) => self.open_session(&mut inner, session),
            None => {
                let title = "Operation rejected by a hook plugin.";
                let data = refusal("rejected-by-hook", title, "unknown token");
                self.refuse(&mut inner, 200, data)
            }
        }
    }

    /// Makes a key for the user of a registration token.
    fn register_otp(&self, body: &[u8]) -> Answer {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        match self.lock().registering(&request) {
            Some(email) => {
                let uri = format!("otpauth://totp/Backend.AI:{email}?secret={OTP_KEY}");
                answer(200, JSON, json!({ "totp_key": OTP_KEY, "totp_uri": uri }).to_string())
            }
            None => problem(400, "invalid-token", "Invalid Token"),
        }
    }

    /// Activates a one-time password with the code [`OTP_CODE`].
    fn activate_otp(&self, body: &[u8]) -> Answer {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut inner = self.lock();
        let Some(email) = inner.registering(&request) else {
            return problem(400, "invalid-token", "Invalid Token");
        };
        if request.get("otp").and_then(Value::as_str) != Some(OTP_CODE) {
            return problem(401, "totp-auth-failed", "TOTP authorization failed");
        }
        inner.otp.insert(email, Otp::Code(OTP_CODE.to_owned()));
        answer(200, JSON, json!({ "success": true }).to_string())
    }

    /// Replaces a password without a session.
    fn change_password(&self, body: &[u8]) -> Answer {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let email = text("username");
        let (current, new) = (text("current_password"), text("new_password"));
        let mut inner = self.lock();
        let account = self.account(email, DOMAIN);
        let right = account.is_some_and(|(name, _)| inner.has_password(email, &name, current));
        if !right || current == new {
            let details = match right {
                true => "Cannot update to the same password as an existing password.",
                false => "User credential mismatch.",
            };
            let data = refusal("auth-failed", "Credential/signature mismatch.", details);
            let body = json!({ "data": data, "password_changed_at": null });
            return answer(401, JSON, body.to_string());
        }
        inner.passwords.insert(email.to_owned(), new.to_owned());
        inner.expired.remove(email);
        let body = json!({ "data": null, "password_changed_at": iso(self.now()) });
        answer(200, JSON, body.to_string())
    }

    /// Returns the user name and a new session of the user with this address.
    fn account(&self, email: &str, domain: &str) -> Option<(String, Session)> {
        let expires = self.now().checked_add(LIFETIME).ok()?;
        self.manager.server.read_state(|state| {
            let user = state.user_by_email(email)?;
            if user.domain != domain || !user.status.may_log_in() {
                return None;
            }
            let access_key = state.default_keypair(user.id)?.access_key.clone();
            let session = Session { access_key, role: user.role.as_str(), expires, serial: 0 };
            Some((user.username.clone(), session))
        })
    }

    fn open_session(&self, inner: &mut Inner, mut session: Session) -> Answer {
        let id = inner.id();
        session.serial = inner.serial;
        let body = json!({ "authenticated": true, "data": public(&session) });
        let answer = with_cookie(answer(200, JSON, body.to_string()), &id, session.expires);
        inner.sessions.insert(id, session);
        answer
    }

    /// Refuses a login. Observed: the answer sets a cookie too.
    fn refuse(&self, inner: &mut Inner, status: u16, data: Value) -> Answer {
        let id = inner.id();
        let body = json!({ "authenticated": false, "data": data });
        let expires = self.now().checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
        with_cookie(answer(status, JSON, body.to_string()), &id, expires)
    }

    /// Leads to the page of a single sign-on, which is at this webserver as well.
    fn begin_sign_on(&self, headers: &HeaderMap, body: &[u8]) -> Answer {
        if self.lock().sign_on.is_none() {
            return problem(404, "url-not-found", "Unknown URL path.");
        }
        let page = format!("http://{}/provider", header(headers, "host").unwrap_or_default());
        lead(&page, RETURN_TO, &value_of(body, RETURN_TO))
    }

    /// Leads back from that page, with the token.
    fn sign_on(&self, uri: &Uri) -> Answer {
        let token = self.lock().sign_on.clone().unwrap_or_default();
        let query = uri.query().unwrap_or_default();
        lead(&value_of(query.as_bytes(), RETURN_TO), "sToken", &token)
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

    /// Extends the session. Observed: without one, the answer names a new id without a session.
    fn extend(&self, headers: &HeaderMap) -> Answer {
        let found = self.session(headers).map(|(id, _)| id);
        let expires = self.now().checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
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

/// Decrypts the body of a login; `None` when it was encrypted for another address.
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
    Answer { status, content_type, body: body.into(), headers: Vec::new(), socket: None }
}

fn problem(status: u16, kind: &str, title: &str) -> Answer {
    let body = json!({ "type": format!("{PROBLEMS}{kind}"), "title": title });
    answer(status, PROBLEM, body.to_string())
}

fn unknown_session() -> Answer {
    problem(401, "auth-failed", "Unauthorized access")
}

/// Returns the parameter of this name of a query or a form; empty where there is none.
fn value_of(parameters: &[u8], name: &str) -> String {
    let mut all = form_urlencoded::parse(parameters);
    all.find(|(other, _)| other == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Redirects to an address with one more parameter.
fn lead(to: &str, name: &str, value: &str) -> Answer {
    let Ok(to) = Url::parse_with_params(to, [(name, value)]) else {
        return problem(400, "invalid-api-params", "No address.");
    };
    let mut answer = answer(302, "text/plain; charset=utf-8", "302: Found");
    answer.headers.push(("location", to.into()));
    answer
}

/// Formats a time as ISO 8601. Observed: cookies have it in place of an HTTP date.
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
