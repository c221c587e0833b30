//! The body of a forwarded request.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// A body: the part that was read already, and the rest, which is streamed.
#[derive(Default)]
pub(super) struct RequestBody {
    read: VecDeque<Bytes>,
    rest: Option<Incoming>,
}

impl From<Incoming> for RequestBody {
    fn from(body: Incoming) -> Self {
        Self { read: VecDeque::new(), rest: Some(body) }
    }
}

impl RequestBody {
    /// Reads until the end, or until there are more than `limit` bytes.
    pub(super) async fn read(mut body: Incoming, limit: usize) -> Result<Self, hyper::Error> {
        let (mut read, mut length) = (VecDeque::new(), 0);
        while let Some(frame) = body.frame().await {
            // Trailers are ignored.
            let Ok(data) = frame?.into_data() else { continue };
            length += data.len();
            read.push_back(data);
            if length > limit {
                return Ok(Self { read, rest: Some(body) });
            }
        }
        Ok(Self { read, rest: None })
    }

    /// Returns the whole body in one piece, if it was read to the end.
    pub(super) fn whole(&mut self) -> Option<Bytes> {
        if self.rest.is_some() {
            return None;
        }
        if self.read.len() > 1 {
            let all: Vec<u8> = self.read.drain(..).flatten().collect();
            self.read.push_back(all.into());
        }
        Some(self.read.front().cloned().unwrap_or_default())
    }
}

/// A body shared by the attempts at several endpoints. Nothing is read from it before a connection
/// exists, so that the next endpoint can be sent the whole.
#[derive(Clone, Default)]
pub(super) struct SharedBody(Arc<Mutex<RequestBody>>);

impl From<RequestBody> for SharedBody {
    fn from(body: RequestBody) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }
}

impl SharedBody {
    fn with<T>(&self, act: impl FnOnce(&mut RequestBody) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Body for SharedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.with(|body| match (body.read.pop_front(), &mut body.rest) {
            (Some(data), _) => Poll::Ready(Some(Ok(Frame::data(data)))),
            (None, Some(rest)) => Pin::new(rest).poll_frame(cx),
            (None, None) => Poll::Ready(None),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.read.is_empty() && body.rest.as_ref().is_none_or(Body::is_end_stream))
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|body| {
            let read: u64 = body.read.iter().map(|data| data.remaining() as u64).sum();
            let rest = body.rest.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint);
            let mut hint = SizeHint::new();
            hint.set_lower(rest.lower().saturating_add(read));
            if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(read)) {
                hint.set_upper(upper);
            }
            hint
        })
    }
}
