//! Paths to answers.

use std::{convert::Infallible, future::pending};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request as HttpRequest, Response, request::Parts,
};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    Cloud, Reply, Request, State,
    account::{Account, CLUSTERS, FIRST, instances, list},
    content::{Content, FileBody},
    deployment::Outcome,
    fault::Action,
    log,
    query::Query,
    store::{Kind, broken},
};
use crate::http::{Body, End, Handle, Takeover, full};

/// No body but an archive is larger, in bytes.
const LIMIT: usize = 16 << 20;

/// An answer before it is put into bytes.
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Payload,
}

enum Payload {
    Bytes(Vec<u8>),
    File(FileBody, u64),
}

impl Answer {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::of(status, "application/json", body.to_string())
    }

    pub(super) fn of(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status, headers, body: Payload::Bytes(body.into()) }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok(body) => Self::json(200, &body),
            Err((status, reason)) => Self::json(status, &json!({"error": reason})),
        }
    }
}

fn refuse(status: u16, reason: &str) -> Answer {
    Err((status, reason.to_owned())).into()
}

fn missing() -> Answer {
    refuse(404, "record not found")
}

impl Handle for Cloud {
    async fn handle(&self, request: HttpRequest<Incoming>) -> Result<Response<Body>, End> {
        let (parts, mut body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let fault = {
            let mut state = self.lock();
            let method = parts.method.as_str();
            let taken = state.faults.iter_mut().position(|fault| fault.takes(method, &target));
            taken.and_then(|at| state.faults.get(at)).map(|fault| fault.action.clone())
        };
        match &fault {
            Some(Action::Reset(bytes)) => {
                self.record(&parts, &target, None);
                let mut read = 0;
                while read < *bytes {
                    match body.frame().await {
                        Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len) as u64,
                        _ => break,
                    }
                }
                return Err(End::Reset);
            }
            Some(Action::Stall) => {
                self.record(&parts, &target, None);
                match pending::<Infallible>().await {}
            }
            _ => {}
        }
        let archive = parts.method == Method::PUT && is_archive(parts.uri.path());
        let carried_out = !matches!(fault, Some(Action::Status(..) | Action::Close));
        let answer = if archive {
            self.record(&parts, &target, None);
            match Content::receive(body).await {
                Ok(Some(content)) if carried_out => self.receive(&parts, content),
                Ok(Some(_)) => missing(),
                Ok(None) => return Err(End::Write(Vec::new())),
                Err(error) => Err(broken(error)).into(),
            }
        } else {
            let Ok(body) = Limited::new(body, LIMIT).collect().await else {
                return Err(End::Write(Vec::new()));
            };
            let body = body.to_bytes();
            self.record(&parts, &target, serde_json::from_slice(&body).ok());
            if fault.is_none() && parts.uri.path().starts_with("/ws/") {
                match self.socket(&parts) {
                    Ok((head, takeover)) => return Err(End::Upgrade(head, takeover)),
                    Err(answer) => *answer,
                }
            } else if carried_out {
                self.answer(&parts, &body)
            } else {
                missing()
            }
        };
        match fault {
            Some(Action::Close | Action::Lose) => Err(End::Write(Vec::new())),
            Some(Action::Status(status, body)) => {
                Ok(response(Answer::of(status, "text/plain", body)))
            }
            Some(action) => Ok(response(altered(answer, action))),
            None => Ok(response(answer)),
        }
    }
}

/// An answer that was spoiled by a fault.
fn altered(mut answer: Answer, action: Action) -> Answer {
    match (action, answer.body) {
        (Action::Merge(members), Payload::Bytes(bytes)) => {
            let mut body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            super::account::put(&mut body, members);
            answer.body = Payload::Bytes(body.to_string().into());
        }
        (Action::Cut(bytes), Payload::File(body, length)) => {
            answer.body = Payload::File(body.cut(bytes), length);
        }
        (Action::Hang(bytes), Payload::File(body, length)) => {
            answer.body = Payload::File(body.hang(bytes), length);
        }
        (Action::Shorten(bytes), Payload::File(body, length)) => {
            let length = length.min(bytes);
            answer.body = Payload::File(body.shorten(length), length);
        }
        (Action::Without(header), body) => {
            answer.headers.retain(|(name, _)| *name != header);
            answer.body = body;
        }
        (_, body) => answer.body = body,
    }
    answer
}

fn response(answer: Answer) -> Response<Body> {
    let (length, body) = match answer.body {
        Payload::Bytes(bytes) => (bytes.len() as u64, full(bytes)),
        Payload::File(file, length) => (length, file.boxed()),
    };
    let mut builder = Response::builder().status(answer.status).header("content-length", length);
    for (name, value) in answer.headers {
        builder = builder.header(name, value);
    }
    // Only a script can make it malformed.
    builder.body(body).unwrap_or_default()
}

/// Whether a path is one to which archives are sent.
fn is_archive(path: &str) -> bool {
    path.starts_with("/storage/") || path.ends_with("/upload")
}

impl Cloud {
    fn record(&self, parts: &Parts, target: &str, body: Option<Value>) {
        // A header shares the buffer of its connection, which would stay as long as the record.
        let copy = |(name, value): (&HeaderName, &HeaderValue)| {
            Some((name.clone(), HeaderValue::from_bytes(value.as_bytes()).ok()?))
        };
        let headers = parts.headers.iter().filter_map(copy).collect();
        self.lock().requests.push(Request {
            method: parts.method.to_string(),
            target: target.to_owned(),
            headers,
            body,
        });
    }

    /// An archive has arrived.
    fn receive(&self, parts: &Parts, content: Content) -> Answer {
        let segments = segments(parts);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let query = query(parts);
        if let ["storage", kind, name, version] = *segments.as_slice() {
            if let Some(answer) = self.unfit(parts, &query) {
                return answer;
            }
            let etag = content.etag.clone();
            let Some(kind) = kind_of(kind) else { return missing() };
            return match self.lock().keep(kind, name, version, &query, content) {
                Ok(()) => Answer::of(200, "text/plain", "").header("etag", etag),
                Err(error) => Err(error).into(),
            };
        }
        if let Err(answer) = self.entitled(&parts.headers, parts.uri.path()) {
            return *answer;
        }
        let ["api", "v1", repositories, name, _, version, "upload"] = *segments.as_slice() else {
            return missing();
        };
        let Some(kind) = repositories.strip_suffix("_repositories").and_then(kind_of) else {
            return missing();
        };
        let mut state = self.lock();
        if let Err(error) = state.keep(kind, name, version, &Query::of(""), content) {
            return Err(error).into();
        }
        if let Some(record) = state.record_mut(kind, name, version) {
            "success".clone_into(&mut record.status);
        }
        state.show_version(kind, name, version).into()
    }

    /// What the storage refuses.
    fn unfit(&self, parts: &Parts, query: &Query) -> Option<Answer> {
        if parts.headers.contains_key("x-yatai-api-token")
            || parts.headers.contains_key("authorization")
        {
            return Some(refuse(400, "the storage wants no token"));
        }
        if parts.method == Method::PUT && !parts.headers.contains_key("content-length") {
            return Some(refuse(411, "the storage wants a length"));
        }
        let signed = query.number("sig").ok().flatten().unwrap_or(0) as u64;
        (signed <= self.lock().expired).then(|| refuse(403, "the address has expired"))
    }

    /// The storage's answer to a download.
    fn send(&self, record: (Kind, &str, &str), headers: &HeaderMap, ranges: bool) -> Answer {
        let state = self.lock();
        let content =
            state.record(record.0, record.1, record.2).and_then(|one| one.content.clone());
        let Some(content) = content else { return missing() };
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let range = header("range")
            .filter(|_| ranges && state.ranges)
            .filter(|_| header("if-range").is_none_or(|etag| etag == content.etag))
            .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<u64>().ok());
        let start = range.unwrap_or(0).min(content.length);
        let length = content.length - start;
        let mut answer = Answer {
            status: 200,
            headers: vec![("content-type", "application/octet-stream".to_owned())],
            body: Payload::File(content.body(start, length), length),
        };
        if ranges && state.ranges {
            answer = answer.header("accept-ranges", "bytes").header("etag", content.etag);
        }
        if range.is_some() {
            let end = content.length.saturating_sub(1);
            let range = format!("bytes {start}-{end}/{}", content.length);
            answer.status = 206;
            answer = answer.header("content-range", range);
        }
        answer
    }

    fn answer(&self, parts: &Parts, body: &Bytes) -> Answer {
        let segments = segments(parts);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let query = query(parts);
        let json = || serde_json::from_slice(body).unwrap_or(Value::Null);
        match *segments.as_slice() {
            ["api", "v1", "auth", "code"] => self.lock().code().into(),
            ["api", "v1", "auth", "token"] => self.lock().token(query.get("code")).into(),
            ["storage", kind, name, version] if parts.method == Method::GET => {
                match (self.unfit(parts, &query), kind_of(kind)) {
                    (Some(answer), _) => answer,
                    (None, Some(kind)) => self.send((kind, name, version), &parts.headers, true),
                    (None, None) => missing(),
                }
            }
            ["apps", name, ref route @ ..] => {
                let authorization = parts.headers.get("authorization");
                let authorization = authorization.and_then(|value| value.to_str().ok());
                let bearer = authorization.and_then(|value| value.strip_prefix("Bearer "));
                let mut state = self.lock();
                match state.admits(name, bearer) {
                    Ok(()) => state.serve(parts, &route.join("/"), &query, body),
                    Err(error) => Err(error).into(),
                }
            }
            ["api", ..] => match self.entitled(&parts.headers, parts.uri.path()) {
                Err(answer) => *answer,
                Ok(account) => match (parts.method.as_str(), segments.as_slice()) {
                    ("GET", ["api", "v1", repositories, name, _, version, "download"]) => {
                        match repositories.strip_suffix("_repositories").and_then(kind_of) {
                            Some(kind) => self.send((kind, name, version), &parts.headers, false),
                            None => missing(),
                        }
                    }
                    (method, ["api", rest @ ..]) => {
                        self.lock().private(&account, method, rest, &query, &json())
                    }
                    _ => missing(),
                },
            },
            _ => refuse(404, "no such page"),
        }
    }

    /// Returns the head that accepts a WebSocket, and its conversation.
    fn socket(&self, parts: &Parts) -> Result<(Vec<u8>, Takeover), Box<Answer>> {
        let account = self.entitled(&parts.headers, parts.uri.path())?;
        let segments = segments(parts);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        log::socket(
            self,
            &account,
            &parts.headers,
            segments.get(1..).unwrap_or_default(),
            &query(parts),
        )
        .map_err(|(status, reason)| Box::new(refuse(status, &reason)))
    }

    /// Returns the account of the token, unless the script has another answer for it.
    fn entitled(&self, headers: &HeaderMap, path: &str) -> Result<Account, Box<Answer>> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let token = header("x-yatai-api-token");
        let token = token.ok_or_else(|| refuse(401, "the header X-YATAI-API-TOKEN is missing"))?;
        let version = header("x-bentoml-version").unwrap_or_default();
        if !version.starts_with(|c: char| c.is_ascii_digit()) {
            let reason = "the header X-Bentoml-Version is missing or no version";
            return Err(refuse(400, reason).into());
        }
        let mut state = self.lock();
        if let Some(reply) = scripted(&mut state.known.replies, token, path) {
            return Err(reply.into());
        }
        let account = state.known.accounts.iter().find(|(known, _)| known == token);
        let refused = || Answer::json(401, &json!({"message": "invalid api token"}));
        Ok(account.map(|(_, account)| account.clone()).ok_or_else(refused)?)
    }
}

impl State {
    /// The answer to a call with a known token.
    fn private(
        &mut self,
        who: &Account,
        method: &str,
        path: &[&str],
        query: &Query,
        body: &Value,
    ) -> Answer {
        let cluster = query.get("cluster");
        let outcome = match (method, path) {
            ("GET", ["v1", "auth", "current"]) => Ok(who.user()),
            ("GET", ["v1", "current_org"]) => Ok(who.organization()),
            ("GET", ["v1", "clusters"]) => {
                let items: Vec<_> = CLUSTERS.iter().map(|name| who.cluster(name)).collect();
                let total = items.len();
                Ok(list(items, total, 0))
            }
            ("GET", ["v1", "clusters", name]) => {
                let name = if *name == "default" { FIRST } else { name };
                if !CLUSTERS.contains(&name) {
                    return missing();
                }
                Ok(who.cluster_full(name))
            }
            ("GET", ["v1", "instance_types"]) => Ok(json!(instances())),
            ("GET", ["v1", "bentos"]) => self.versions(Kind::Bento, None, query),
            ("GET", ["v1", "models"]) => self.versions(Kind::Model, None, query),
            (_, ["v1", "org_secrets", ..] | ["v1", "api_tokens", ..]) => {
                self.organized(who, method, path, query, body)
            }
            (_, ["v1", repositories, rest @ ..]) => {
                match repositories.strip_suffix("_repositories").and_then(kind_of) {
                    Some(kind) => self.versioned(kind, method, rest, query, body),
                    None => return refuse(404, "no such page"),
                }
            }
            ("GET", ["v2", "deployments"]) => self.list(who, query),
            ("POST", ["v2", "deployments"]) => self.create(who, cluster, body),
            ("GET", ["v2", "deployments", name]) => self.show(who, name, cluster),
            ("PUT", ["v2", "deployments", name]) => self.update(who, name, cluster, Some(body)),
            ("DELETE", ["v2", "deployments", name]) => self.delete(who, name, cluster),
            ("PUT", ["v2", "deployments", name, "void_update"]) => {
                self.update(who, name, cluster, None)
            }
            ("POST", ["v2", "deployments", name, "terminate"]) => {
                self.terminate(who, name, cluster)
            }
            _ => return refuse(404, "no such page"),
        };
        outcome.into()
    }

    fn versioned(
        &mut self,
        kind: Kind,
        method: &str,
        path: &[&str],
        query: &Query,
        body: &Value,
    ) -> Outcome {
        match (method, path) {
            ("POST", []) => self.create_repository(kind, body),
            ("GET", [name]) => self.repository(kind, name),
            ("GET", [name, _]) => self.versions(kind, Some(name), query),
            ("POST", [name, _]) => self.create_version(kind, name, body),
            ("GET", [name, _, version]) => self.show_version(kind, name, version),
            ("PATCH", [name, _, version]) if kind == Kind::Bento => {
                self.update_version(kind, name, version, body)
            }
            ("PATCH", [name, _, version, step]) => self.step(kind, name, version, step, body),
            _ => Err((404, "no such page".to_owned())),
        }
    }

    fn code(&self) -> Outcome {
        match &self.known.browser {
            Some(browser) => Ok(json!({"code": browser.code})),
            None => Err((404, "there is no login by browser here".to_owned())),
        }
    }

    fn token(&mut self, code: &str) -> Outcome {
        let browser = self.known.browser.as_mut().filter(|browser| browser.code == code);
        let Some(browser) = browser else {
            return Err((400, "the code is not known".to_owned()));
        };
        browser.polls = browser.polls.saturating_sub(1);
        if browser.polls > 0 {
            return Err((404, "the login is not confirmed yet".to_owned()));
        }
        Ok(json!({"token": browser.token}))
    }
}

fn scripted(replies: &mut [super::Scripted], token: &str, path: &str) -> Option<Answer> {
    let scripted = replies.iter_mut().find(|scripted| {
        scripted.token == token
            && scripted.path.as_deref().is_none_or(|only| only == path)
            && scripted.times != Some(0)
    })?;
    scripted.times = scripted.times.map(|times| times - 1);
    let Reply { status, headers, body } = scripted.reply.clone();
    Some(Answer { status, headers, body: Payload::Bytes(body.into()) })
}

fn kind_of(word: &str) -> Option<Kind> {
    [Kind::Bento, Kind::Model].into_iter().find(|kind| kind.word() == word)
}

/// The path's segments, decoded.
fn segments(parts: &Parts) -> Vec<String> {
    let path = parts.uri.path().trim_start_matches('/').split('/');
    path.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}

fn query(parts: &Parts) -> Query {
    Query::of(parts.uri.query().unwrap_or_default())
}
