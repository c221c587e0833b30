//! Bytes on their way between blocking files and the network.

use std::{
    io::{self, Read},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc as returns,
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

use crate::archive::{Plan, TarReader};

/// Bytes of one chunk.
const CHUNK: usize = 256 * 1024;
/// Chunks that wait.
const WAITING: usize = 2;

/// A part of an archive as the body of a request. Its length is known, so that it is sent with
/// `Content-Length`: storages refuse chunks.
pub(super) struct Upload {
    chunks: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
    watch: Arc<Watch>,
}

/// What is known about a body while it is sent.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Bytes that the network took.
    pub(super) sent: AtomicU64,
    /// Why reading failed.
    failure: Mutex<Option<io::Error>>,
}

impl Watch {
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) fn failure(&self) -> Option<io::Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Upload {
    /// The bytes from `start` to `end`.
    pub(super) fn new(plan: &Arc<Plan>, start: u64, end: u64) -> (Self, Arc<Watch>) {
        let (sender, chunks) = mpsc::channel(WAITING);
        let reader = plan.reader(start, end);
        tokio::task::spawn_blocking(move || read(reader, &sender));
        let watch = Arc::<Watch>::default();
        (Self { chunks, left: end - start, watch: Arc::clone(&watch) }, watch)
    }
}

/// A chunk whose buffer goes back to its reader: a new one would cost as much as reading the file.
struct Chunk {
    buffer: Vec<u8>,
    length: usize,
    home: returns::Sender<Vec<u8>>,
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // The reader may be done.
        let _ = self.home.send(std::mem::take(&mut self.buffer));
    }
}

fn read(mut reader: TarReader, sender: &mpsc::Sender<io::Result<Bytes>>) {
    let (home, returned) = returns::channel();
    loop {
        let mut buffer = returned.try_recv().unwrap_or_else(|_| vec![0; CHUNK]);
        let chunk = match fill(&mut reader, &mut buffer) {
            Ok(0) => return,
            Ok(length) => Ok(Bytes::from_owner(Chunk { buffer, length, home: home.clone() })),
            Err(error) => Err(error),
        };
        let failed = chunk.is_err();
        // The other end is gone if the request has failed.
        if sender.blocking_send(chunk).is_err() || failed {
            return;
        }
    }
}

/// Reads until the buffer is full or the end is reached.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

impl Body for Upload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match ready!(self.chunks.poll_recv(cx)) {
            Some(Ok(chunk)) => {
                self.left = self.left.saturating_sub(chunk.len() as u64);
                self.watch.sent.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                Some(Ok(Frame::data(chunk)))
            }
            None => None,
            Some(Err(error)) => {
                let copy = io::Error::new(error.kind(), error.to_string());
                *self.watch.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Some(Err(copy))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// An answer's body for a thread that reads. `None` is its end; without one it broke off.
pub(super) struct Download {
    chunks: mpsc::Receiver<Option<Bytes>>,
    chunk: Bytes,
    ended: bool,
}

impl Download {
    pub(super) fn new() -> (mpsc::Sender<Option<Bytes>>, Self) {
        let (sender, chunks) = mpsc::channel(WAITING * 4);
        (sender, Self { chunks, chunk: Bytes::new(), ended: false })
    }
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() && !self.ended {
            match self.chunks.blocking_recv() {
                Some(Some(chunk)) => self.chunk = chunk,
                Some(None) => self.ended = true,
                None => {
                    let reason = "the download broke off";
                    return Err(io::Error::new(io::ErrorKind::ConnectionAborted, reason));
                }
            }
        }
        let taken = self.chunk.split_to(buffer.len().min(self.chunk.len()));
        if let Some(place) = buffer.get_mut(..taken.len()) {
            place.copy_from_slice(&taken);
        }
        Ok(taken.len())
    }
}
