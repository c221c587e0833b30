//! A proxy that runs, clients of bare bytes, and managers that answer by script.

use std::net::SocketAddr;

use backendai::{
    Client, Config,
    proxy::{Proxy, ProxyBuilder},
};
use backendai_testing::Manager;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use crate::support::{
    embedded::client,
    server::{HANGS, each, value, whole},
};

/// A proxy until it is dropped.
pub(crate) struct Running {
    pub(crate) addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn of(builder: ProxyBuilder) -> Self {
        let proxy = builder.bind("127.0.0.1", 0).await.unwrap();
        let addr = proxy.addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(proxy.serve(async {
            let _ = stopped.await;
        }));
        Self { addr, stop: Some(stop), task }
    }

    /// In front of this manager, with the keys of its superadmin.
    pub(crate) async fn before(manager: &Manager) -> Self {
        Self::of(Proxy::builder(client(manager, manager.superadmin()))).await
    }

    /// In front of this socket.
    pub(crate) async fn to(upstream: SocketAddr) -> Self {
        Self::of(Proxy::builder(scripted(&[upstream]))).await
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// One request in whole, and all that comes back. `{host}` is the proxy's address.
    pub(crate) async fn ask(&self, request: &str) -> Answer {
        let mut stream = self.connect().await;
        let request = request.replace("{host}", &self.addr.to_string());
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        timeout(HANGS, stream.read_to_end(&mut bytes)).await.unwrap().unwrap();
        Answer::of(&bytes)
    }

    /// A `GET` with these further headers.
    pub(crate) async fn get(&self, path: &str, headers: &str) -> Answer {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n");
        self.ask(&format!("{head}{headers}\r\n")).await
    }

    /// A `POST` with these further headers.
    pub(crate) async fn post(&self, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let head = format!("POST {path} HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n");
        let head = format!("{head}Content-Length: {length}\r\nContent-Type: application/json\r\n");
        self.ask(&format!("{head}{headers}\r\n{body}")).await
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }
}

/// A client of sockets that check no signature; it asks them in this order.
pub(crate) fn scripted(upstreams: &[SocketAddr]) -> Client {
    let endpoints: Vec<_> = upstreams.iter().map(|addr| format!("http://{addr}")).collect();
    let endpoints: Vec<_> = endpoints.iter().map(String::as_str).collect();
    let config = Config::builder()
        .endpoints(&endpoints)
        .access_key("AKIAIOSFODNN7EXAMPLE")
        .secret_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        .build()
        .unwrap();
    Client::builder(config).shuffle(false).build().unwrap()
}

/// A manager that sends each request back as the body of its answer, as it came.
pub(crate) async fn echo() -> SocketAddr {
    each(|mut stream| async move {
        let (head, body) = whole(&mut stream).await;
        let all = [head.as_bytes(), &body].concat();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", all.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.write_all(&all).await.unwrap();
    })
    .await
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn of(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| {
            panic!("no answer: {}", String::from_utf8_lossy(bytes));
        });
        let head = String::from_utf8(bytes[..end + 4].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        value(&self.head, name)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
