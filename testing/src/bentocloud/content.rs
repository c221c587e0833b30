//! Archives in the storage: files, so that large ones need no memory.

use std::{
    fs::File,
    future::Future as _,
    io::{self, Read, Seek, SeekFrom, Write},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

/// Bytes of one chunk of an answer.
const CHUNK: usize = 64 * 1024;
/// The wait before a connection breaks.
const PAUSE: Duration = Duration::from_millis(20);

/// How many contents there were.
static MADE: AtomicU64 = AtomicU64::new(0);

/// An archive, or a part of one.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pieces: Vec<Piece>,
    pub(super) length: u64,
    /// With its quotes.
    pub(super) etag: String,
}

/// What arrived in one request.
#[derive(Clone, Debug)]
struct Piece {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl Content {
    fn new(pieces: Vec<Piece>) -> Self {
        // Every content has one of its own, so that a part or a version is never taken for another.
        let etag = format!("\"content-{}\"", MADE.fetch_add(1, Ordering::Relaxed));
        Self { length: pieces.iter().map(|piece| piece.length).sum(), pieces, etag }
    }

    pub(super) fn of(bytes: &[u8]) -> io::Result<Self> {
        let mut writer = Writer::new()?;
        writer.write(bytes)?;
        Ok(writer.finish())
    }

    /// Reads a request's body. None if the client broke it off.
    pub(super) async fn receive(body: Incoming) -> io::Result<Option<Self>> {
        let mut writer = Writer::new()?;
        let mut body = body;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return Ok(None) };
            if let Some(data) = frame.data_ref() {
                writer.write(data)?;
            }
        }
        Ok(Some(writer.finish()))
    }

    /// The parts one after the other.
    pub(super) fn join<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        Self::new(parts.flat_map(|part| part.pieces.clone()).collect())
    }

    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut reader = self.body(0, self.length);
        while let Some(chunk) = reader.chunk()? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// `length` bytes after the first `start`.
    pub(super) fn body(&self, start: u64, length: u64) -> FileBody {
        FileBody {
            pieces: self.pieces.clone(),
            at: start,
            left: length,
            end: End::Whole,
            pause: None,
        }
    }
}

struct Writer {
    file: File,
    length: u64,
}

impl Writer {
    fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, length: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    fn finish(self) -> Content {
        let file = Arc::new(Mutex::new(self.file));
        Content::new(vec![Piece { file, length: self.length }])
    }
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Whole,
    Broken,
    Never,
}

/// A body that is read from a file as it is sent.
pub(super) struct FileBody {
    pieces: Vec<Piece>,
    at: u64,
    left: u64,
    end: End,
    /// Before the connection breaks, so that what was sent arrives.
    pause: Option<Pin<Box<Sleep>>>,
}

impl FileBody {
    /// Breaks the connection after so many bytes.
    pub(super) fn cut(mut self, bytes: u64) -> Self {
        (self.left, self.end) = (self.left.min(bytes), End::Broken);
        self
    }

    /// Ends after so many bytes.
    pub(super) fn shorten(mut self, bytes: u64) -> Self {
        self.left = self.left.min(bytes);
        self
    }

    /// Sends nothing more after so many bytes.
    pub(super) fn hang(mut self, bytes: u64) -> Self {
        (self.left, self.end) = (self.left.min(bytes), End::Never);
        self
    }

    fn chunk(&mut self) -> io::Result<Option<Bytes>> {
        if self.left == 0 {
            return Ok(None);
        }
        let (mut start, mut found) = (self.at, None);
        for piece in &self.pieces {
            if start < piece.length {
                found = Some(piece);
                break;
            }
            start -= piece.length;
        }
        let Some(piece) = found else { return Ok(None) };
        let wanted = (piece.length - start).min(self.left);
        let wanted = usize::try_from(wanted).unwrap_or(CHUNK).min(CHUNK);
        let mut buffer = vec![0; wanted];
        let mut file = piece.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut buffer)?;
        drop(file);
        self.at += wanted as u64;
        self.left -= wanted as u64;
        Ok(Some(buffer.into()))
    }
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match (self.chunk(), self.end) {
            (Ok(Some(chunk)), _) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
            (Ok(None), End::Whole) => Poll::Ready(None),
            (Ok(None), End::Never) => Poll::Pending,
            (Ok(None), End::Broken) => {
                let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(PAUSE)));
                ready!(pause.as_mut().poll(cx));
                Poll::Ready(Some(Err(io::Error::other("broken off by a fault"))))
            }
            (Err(error), _) => Poll::Ready(Some(Err(error))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.end {
            End::Whole => SizeHint::with_exact(self.left),
            End::Broken | End::Never => SizeHint::default(),
        }
    }
}
