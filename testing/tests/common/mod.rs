//! A signer and a sender for the tests, apart from the manager's own code.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, of which every test takes what it needs"
)]

use std::io;

use backendai_testing::{Account, Manager, SignedDuration};
use hmac::{KeyInit, Mac, SimpleHmac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const VERSION: &str = "v9.20250722";

/// A request that can be spoilt before it is sent.
pub struct Ask {
    pub method: String,
    pub path: String,
    pub signed_path: Option<String>,
    pub host: Option<String>,
    pub date: String,
    pub day: String,
    pub content_type: Option<String>,
    pub signed_content_type: String,
    pub version: Option<String>,
    pub scheme: String,
    pub authorization: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub access_key: String,
    pub secret_key: String,
    pub anonymous: bool,
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
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

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        let named = |(known, _): &&(String, String)| known == name;
        self.headers.iter().find(named).map_or("", |(_, value)| value)
    }

    /// The status and the problem's message.
    pub fn problem(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json; charset=utf-8");
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let msg = if body["msg"].is_string() { text("msg") } else { text("title") };
        (self.status, msg)
    }

    /// The first error's code.
    pub fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Ask {
    pub fn new(account: &Account, query: &str) -> Self {
        Self::with(account, query, json!({}))
    }

    pub fn with(account: &Account, query: &str, variables: Value) -> Self {
        let body = json!({ "query": query, "variables": variables });
        Self::raw(account, body.to_string())
    }

    pub fn raw(account: &Account, body: impl Into<Vec<u8>>) -> Self {
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

    pub fn at(mut self, shift: SignedDuration) -> Self {
        let then = Timestamp::now().checked_add(shift).unwrap();
        self.date = iso(then);
        self.day = day(then);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn set(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub async fn send(self, manager: &Manager) -> Reply {
        self.try_send(manager).await.expect("an answer")
    }

    /// Sends over a connection of its own; an error when the answer is cut off or missing.
    pub async fn try_send(self, manager: &Manager) -> io::Result<Reply> {
        let mut stream = TcpStream::connect(address(manager)).await?;
        stream.write_all(&self.bytes(manager)).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Reply::parse(&answer)
    }

    /// The request as it goes over the wire.
    pub fn bytes(&self, manager: &Manager) -> Vec<u8> {
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

    pub fn sign(&self, host: &str) -> String {
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

pub fn address(manager: &Manager) -> &str {
    manager.endpoint().strip_prefix("http://").unwrap()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = SimpleHmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

pub fn day(at: Timestamp) -> String {
    at.strftime("%Y%m%d").to_string()
}

/// Asks and gives back `data`; errors are a failure of the test.
pub async fn data(manager: &Manager, account: &Account, query: &str) -> Value {
    let reply = Ask::new(account, query).send(manager).await;
    let body = reply.json();
    assert_eq!(body["errors"], Value::Null, "{query}: {}", reply.text);
    body["data"].clone()
}

/// Asks and gives back the code and the message of the first error.
pub async fn error(manager: &Manager, account: &Account, query: &str) -> (String, String) {
    let reply = Ask::new(account, query).send(manager).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let message = reply.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert_ne!(message, "", "no error: {}", reply.text);
    (reply.code(), message)
}
