//! A responder with minimal work: it searches a request for a few words, and writes text. It is a
//! separate process, so that its time is not counted as that of a client.

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::rows::Rows;
use crate::Result;

/// The process, which ends with this value.
pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("the responder has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { port: line.trim().parse()?, child })
    }

    /// Its address. The path sets the delay of responses in milliseconds, and the number of rows of
    /// lists.
    pub(crate) fn endpoint(&self, delay: u64, total: u64) -> String {
        format!("http://127.0.0.1:{}/{delay}/{total}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing depends on the result.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until the parent process closes its input.
pub(crate) fn serve() -> Result<()> {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?.port());
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            // A client that disconnects ends only its own connection.
            tokio::spawn(async move { connection(stream).await.unwrap_or_default() });
        }
    })
}

async fn connection(mut stream: TcpStream) -> std::io::Result<()> {
    let lists = Lists { whole: Rows::whole(), short: Rows::short(), keys: Rows::of(KEY) };
    let mut read = Vec::with_capacity(16 << 10);
    let (mut body, mut answer) = (Vec::new(), Vec::new());
    loop {
        let Some(end) = message_end(&read) else {
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
            continue;
        };
        body.clear();
        let delay = lists.respond(read.get(..end).unwrap_or_default(), &mut body);
        read.drain(..end);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        answer.clear();
        // The headers of a real manager.
        answer.extend_from_slice(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ",
        );
        answer.extend_from_slice(body.len().to_string().as_bytes());
        answer.extend_from_slice(
            b"\r\nDate: Sat, 21 Nov 2026 23:36:46 GMT\r\nServer: BackendAI\r\n\
              X-RateLimit-Limit: 1000000\r\nX-RateLimit-Remaining: 999999\r\n\
              X-RateLimit-Reset: 900\r\nX-RateLimit-Window: 900\r\n\r\n",
        );
        answer.extend_from_slice(&body);
        stream.write_all(&answer).await?;
    }
}

/// The end of the message that starts at this position, if it is complete.
pub(crate) fn message_end(read: &[u8]) -> Option<usize> {
    let head = find(read, b"\r\n\r\n")? + 4;
    let length = number_after(read.get(..head)?, b"ontent-length: ")
        .or_else(|| number_after(read, b"ontent-Length: "))
        .unwrap_or(0);
    let end = head + usize::try_from(length).ok()?;
    (read.len() >= end).then_some(end)
}

/// A row with its key alone.
const KEY: &[u8] = br#"{"pagedBy0": "SEED9999999999999999"}"#;

struct Lists {
    whole: Rows,
    short: Rows,
    keys: Rows,
}

impl Lists {
    /// Writes the requested rows, and returns the delay.
    fn respond(&self, request: &[u8], body: &mut Vec<u8>) -> Duration {
        let mut path = request.split(|byte| *byte == b'/').skip(1).take(2).map(number);
        let delay = path.next().flatten().unwrap_or(0);
        let total = path.next().flatten().unwrap_or(0);
        if request.starts_with(b"POST") {
            let limit = number_after(request, b"\"limit\":").unwrap_or(1);
            // By key, the rows between two keys are the list, and only they are counted.
            let key = number_after(request, b"> \\\"SEED").map(|key| key + 1);
            let end = number_after(request, b"<= \\\"SEED").map_or(total, |key| key + 1);
            let begin = key.or_else(|| number_after(request, b"\"offset\":")).unwrap_or(0);
            let rows = limit.min(end.saturating_sub(begin));
            let list = if find(request, b"pagedBy0").is_some() {
                &self.keys
            } else if find(request, b"ssh_public_key").is_some() {
                &self.whole
            } else {
                &self.short
            };
            list.answer(begin, rows, end.saturating_sub(key.unwrap_or(0)), body);
        } else {
            body.extend_from_slice(b"{\"version\": \"v9.20250722\", \"manager\": \"26.9.6\"}");
        }
        Duration::from_millis(delay)
    }
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, word)
}

/// Parses the digits after a word.
fn number_after(text: &[u8], word: &[u8]) -> Option<u64> {
    let at = find(text, word)? + word.len();
    number(text.get(at..)?.trim_ascii_start())
}

fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}
