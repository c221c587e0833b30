//! A signer and a sender, independent of the code of the manager.

use std::io;

use backendai_testing::{Account, Manager, SignedDuration};
use hmac::{KeyInit, Mac, SimpleHmac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const VERSION: &str = "v9.20250722";

/// A request whose parts can be changed before it is sent.
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) signed_path: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) date: String,
    pub(crate) day: String,
    pub(crate) content_type: Option<String>,
    pub(crate) signed_content_type: String,
    pub(crate) version: Option<String>,
    pub(crate) scheme: String,
    pub(crate) authorization: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) anonymous: bool,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Reply {
    fn parse(answer: &[u8]) -> io::Result<Self> {
        let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let text = String::from_utf8_lossy(answer).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or_else(cut)?;
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let reply = Self { status: status.parse().unwrap(), headers, text: body.to_owned() };
        let length: usize = reply.header("content-length").parse().unwrap();
        if reply.text.len() == length { Ok(reply) } else { Err(cut()) }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let named = |(known, _): &&(String, String)| known == name;
        self.headers.iter().find(named).map_or("", |(_, value)| value)
    }

    /// Returns the status and the message of the problem.
    pub(crate) fn problem(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json; charset=utf-8");
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let msg = if body["msg"].is_string() { text("msg") } else { text("title") };
        (self.status, msg)
    }

    /// Returns the code of the first error.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Ask {
    pub(crate) fn new(account: &Account, query: &str) -> Self {
        Self::with(account, query, json!({}))
    }

    pub(crate) fn with(account: &Account, query: &str, variables: Value) -> Self {
        let body = json!({ "query": query, "variables": variables });
        Self::raw(account, body.to_string())
    }

    pub(crate) fn raw(account: &Account, body: impl Into<Vec<u8>>) -> Self {
        let now = Timestamp::now();
        Self {
            method: "POST".into(),
            path: "/admin/gql".into(),
            signed_path: None,
            host: None,
            date: iso(now),
            day: day(now),
            content_type: Some("application/json".into()),
            signed_content_type: "application/json".into(),
            version: Some(VERSION.into()),
            scheme: "BackendAI".into(),
            authorization: None,
            headers: Vec::new(),
            body: body.into(),
            access_key: account.access_key.clone(),
            secret_key: account.secret_key.clone(),
            anonymous: false,
        }
    }

    pub(crate) fn at(mut self, shift: SignedDuration) -> Self {
        let then = Timestamp::now().checked_add(shift).unwrap();
        self.date = iso(then);
        self.day = day(then);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn set(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) async fn send(self, manager: &Manager) -> Reply {
        self.try_send(manager).await.expect("an answer")
    }

    /// Sends over a new connection; fails when the answer is truncated or missing.
    pub(crate) async fn try_send(self, manager: &Manager) -> io::Result<Reply> {
        let mut stream = TcpStream::connect(address(manager)).await?;
        stream.write_all(&self.bytes(manager)).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Reply::parse(&answer)
    }

    /// Serialises the request.
    pub(crate) fn bytes(&self, manager: &Manager) -> Vec<u8> {
        let host = self.host.clone().unwrap_or_else(|| address(manager).to_owned());
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let mut header = |name: &str, value: &str| {
            head.push_str(&format!("{name}: {value}\r\n"));
        };
        header("Host", &host);
        header("Connection", "close");
        header("Content-Length", &self.body.len().to_string());
        if !self.date.is_empty() {
            header("Date", &self.date);
        }
        if let Some(content_type) = &self.content_type {
            header("Content-Type", content_type);
        }
        if let Some(version) = &self.version {
            header("X-BackendAI-Version", version);
        }
        for (name, value) in &self.headers {
            header(name, value);
        }
        if !self.anonymous {
            let authorization = self.authorization.clone().unwrap_or_else(|| {
                let (scheme, key) = (&self.scheme, &self.access_key);
                let signature = self.sign(&host);
                format!("{scheme} signMethod=HMAC-SHA256, credential={key}:{signature}")
            });
            header("Authorization", &authorization);
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }

    pub(crate) fn sign(&self, host: &str) -> String {
        let date = self
            .headers
            .iter()
            .find(|(name, _)| name == "x-backendai-date")
            .map_or(&self.date, |(_, value)| value);
        let text = [
            self.method.clone(),
            self.signed_path.clone().unwrap_or_else(|| self.path.clone()),
            date.clone(),
            format!("host:{host}"),
            format!("content-type:{}", self.signed_content_type),
            format!("x-backendai-version:{}", self.version.as_deref().unwrap_or(VERSION)),
            hex::encode(Sha256::digest(b"")),
        ]
        .join("\n");
        let key = mac(self.secret_key.as_bytes(), &self.day);
        hex::encode(mac(&mac(&key, host), &text))
    }
}

pub(crate) fn address(manager: &Manager) -> &str {
    manager.endpoint().strip_prefix("http://").unwrap()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = SimpleHmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

pub(crate) fn day(at: Timestamp) -> String {
    at.strftime("%Y%m%d").to_string()
}

/// Sends a query and returns `data`; the test fails on errors.
pub(crate) async fn data(manager: &Manager, account: &Account, query: &str) -> Value {
    let reply = Ask::new(account, query).send(manager).await;
    let body = reply.json();
    assert_eq!(body["errors"], Value::Null, "{query}: {}", reply.text);
    body["data"].clone()
}

/// Sends a query and returns the code and the message of the first error.
pub(crate) async fn error(manager: &Manager, account: &Account, query: &str) -> (String, String) {
    let reply = Ask::new(account, query).send(manager).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let message = reply.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert_ne!(message, "", "no error: {}", reply.text);
    (reply.code(), message)
}
