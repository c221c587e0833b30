//! Servers that speak TCP, and HTTP only as far as a test wants.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

/// Whatever takes longer hangs.
pub(crate) const HANGS: Duration = Duration::from_secs(60);

/// An address where nothing listens any more.
pub(crate) async fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// Serves one connection; the handle gives what `serve` returns.
pub(crate) async fn once<F>(
    serve: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (SocketAddr, JoinHandle<F::Output>)
where
    F: Future<Output: Send> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move { serve(listener.accept().await.unwrap().0).await });
    (address, task)
}

/// Serves each connection.
pub(crate) async fn each<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Reads up to the empty line; returns that, and what came after it.
pub(crate) async fn head(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return (String::from_utf8(bytes).unwrap(), rest);
        }
        let read = timeout(HANGS, stream.read_buf(&mut bytes)).await.unwrap().unwrap();
        assert_ne!(read, 0, "the connection ended: {}", String::from_utf8_lossy(&bytes));
    }
}

/// Reads a request: its head, and a body of the length that the head has.
pub(crate) async fn whole(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let (head, mut body) = head(stream).await;
    let length = value(&head, "content-length").map_or(0, |length| length.parse().unwrap());
    while body.len() < length {
        let read = timeout(HANGS, stream.read_buf(&mut body)).await.unwrap().unwrap();
        assert_ne!(read, 0, "the connection ended in a body");
    }
    (head, body)
}

/// The value of a header.
pub(crate) fn value<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// What becomes of a request.
#[derive(Clone)]
pub(crate) enum Act {
    /// The connection is reset as soon as it is there.
    ResetAtOnce,
    /// The connection is reset when the head of the request was read.
    ResetAfterHead,
    /// The request is read, and the connection reset.
    Reset,
    /// The request is read, and the connection closed.
    Close,
    /// The request is read, these bytes are written, and nothing more.
    Hang(Vec<u8>),
    /// The request is read, these bytes are written, and the next request is waited for.
    Say(Vec<u8>),
    /// The request is read, these bytes are written, and the connection closed.
    SayAndClose(Vec<u8>),
    /// The request is read; these bytes are written, and then one more now and then.
    Drip(Vec<u8>),
    /// The request is read; the first bytes are written, and then the second ones so many times.
    Flood(Vec<u8>, Vec<u8>, usize),
}

/// Tells what becomes of the n-th request, from 0.
pub(crate) type Script = Arc<dyn Fn(usize, &str) -> Act + Send + Sync>;

pub(crate) struct Raw {
    pub(crate) address: SocketAddr,
    arrived: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

struct Shared {
    script: Script,
    turn: Mutex<usize>,
    arrived: Arc<Mutex<Vec<String>>>,
}

impl Raw {
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(Mutex::default());
        let shared = Shared { script, turn: Mutex::new(0), arrived: Arc::clone(&arrived) };
        let shared = Arc::new(shared);
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            let mut tasks = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                tasks.spawn(connection(stream, Arc::clone(&shared)));
            }
        });
        Self { address, arrived, connections, task }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The bodies of the requests that were read to the end.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// What comes next, before it is known what for.
    fn peek(&self) -> Act {
        (self.script)(*self.turn.lock().unwrap(), "")
    }

    fn take(&self, body: &str) -> Act {
        let mut turn = self.turn.lock().unwrap();
        *turn += 1;
        (self.script)(*turn - 1, body)
    }
}

async fn connection(mut stream: TcpStream, shared: Arc<Shared>) {
    if let Act::ResetAtOnce = shared.peek() {
        shared.take("");
        return stream.set_zero_linger().unwrap();
    }
    // Who does not read any more is gone, and what is written then is lost.
    while let Some(body) = request(&mut stream, &shared).await {
        let act = shared.take(&body);
        shared.arrived.lock().unwrap().push(body);
        match act {
            Act::Say(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Act::SayAndClose(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::Hang(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return std::future::pending().await;
            }
            Act::Drip(bytes) => {
                let _ = stream.write_all(&bytes).await;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                return;
            }
            Act::Flood(first, again, times) => {
                let _ = stream.write_all(&first).await;
                for _ in 0..times {
                    if stream.write_all(&again).await.is_err() {
                        return;
                    }
                }
                return;
            }
            Act::Close => return,
            Act::Reset | Act::ResetAtOnce | Act::ResetAfterHead => {
                return stream.set_zero_linger().unwrap();
            }
        }
    }
}

/// The body of the next request; none when there is none, or the connection was reset.
async fn request(stream: &mut TcpStream, shared: &Shared) -> Option<String> {
    let mut bytes = Vec::new();
    let (head, mut body) = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            break (String::from_utf8(bytes[..end].to_vec()).unwrap(), bytes[end + 4..].to_vec());
        }
    };
    if let Act::ResetAfterHead = shared.peek() {
        shared.take("");
        stream.set_zero_linger().unwrap();
        return None;
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.trim().parse().unwrap());
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(String::from_utf8(body).unwrap())
}

/// An answer with a length.
pub(crate) fn answer(status: &str, content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Of status 200, with JSON.
pub(crate) fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    answer("200 OK", "application/json; charset=utf-8", body)
}

/// The same with one more header.
pub(crate) fn with(header: &str, answer: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(answer).unwrap();
    text.replacen("\r\n", &format!("\r\n{header}\r\n"), 1).into_bytes()
}
