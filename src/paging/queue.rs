//! The pages that were requested and not returned yet.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use super::{
    level::{Level, Sent},
    strategy::{PageRequest, Queued},
};
use crate::{
    error::{Error, Result},
    operation::{Page, Paginated},
};

/// Pages in the order of the list, each beginning where the previous one ends: by offset, if that is
/// full.
///
/// Only the pager polls them: dropping the queue cancels the requests in flight.
pub(super) struct Queue<O: Paginated>(VecDeque<Requested<O>>);

struct Requested<O: Paginated> {
    request: PageRequest,
    /// Whether it was in flight while it was not polled.
    unpolled: bool,
    /// Whether it was sent while others before it were in flight.
    ahead: bool,
    sent: Sent,
    last_key: LastKey,
    response: Response<O>,
}

enum Response<O: Paginated> {
    Pending(Pending<O::Data>),
    Ready(Result<Page<O::Item>>),
}

pub(super) type Pending<D> = Pin<Box<dyn Future<Output = Result<D>> + Send>>;

/// The key or cursor of the last row of a page, as found in the response before it is decoded.
#[derive(Clone, Default)]
pub(super) struct LastKey(Arc<Mutex<Option<String>>>);

impl LastKey {
    /// Looks for it. Returns whether it was found.
    pub(super) fn find(&self, body: &[u8], name: &str) -> bool {
        let key = last_value(body, name);
        let found = key.is_some();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = key;
        found
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Returns the string after the last occurrence of a key in JSON, unless it has an escape. It may be
/// in another object than a row: the pager compares it with the rows.
fn last_value(body: &[u8], name: &str) -> Option<String> {
    let name = format!("\"{name}\"");
    let begin = memchr::memmem::rfind(body, name.as_bytes())? + name.len();
    let rest = body.get(begin..)?.trim_ascii_start().strip_prefix(b":")?;
    let rest = rest.trim_ascii_start().strip_prefix(b"\"")?;
    let value = rest.get(..memchr::memchr2(b'"', b'\\', rest)?)?;
    let ends = rest.get(value.len()) == Some(&b'"');
    ends.then(|| String::from_utf8(value.to_owned()).ok()).flatten()
}

/// The first page of the queue, once it is received.
pub(super) struct Received<T> {
    pub(super) page: Result<Page<T>>,
    pub(super) request: PageRequest,
    /// Whether it was in flight while it was not polled.
    pub(super) unpolled: bool,
    /// Whether it was sent while others before it were in flight.
    pub(super) ahead: bool,
}

impl<O: Paginated> Queue<O> {
    pub(super) const fn new() -> Self {
        Self(VecDeque::new())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds the page after the last one.
    pub(super) fn push(
        &mut self,
        request: PageRequest,
        response: Pending<O::Data>,
        last_key: LastKey,
        level: &Level,
    ) {
        let requested = self.requested(request, response, last_key, level);
        self.0.push_back(requested);
    }

    /// Adds the page before the first one.
    pub(super) fn push_front(
        &mut self,
        request: PageRequest,
        response: Pending<O::Data>,
        last_key: LastKey,
        level: &Level,
    ) {
        let requested =
            Requested { ahead: false, ..self.requested(request, response, last_key, level) };
        self.0.push_front(requested);
    }

    fn requested(
        &self,
        request: PageRequest,
        response: Pending<O::Data>,
        last_key: LastKey,
        level: &Level,
    ) -> Requested<O> {
        let in_flight = self.in_flight() + 1;
        Requested {
            request,
            unpolled: false,
            ahead: in_flight > 1,
            sent: level.sent(in_flight),
            last_key,
            response: Response::Pending(response),
        }
    }

    /// Number of requests in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.0.iter().filter(|page| matches!(page.response, Response::Pending(_))).count()
    }

    /// Whether it has a page with this request, which is then its first one: those before it are
    /// dropped.
    pub(super) fn begin_with(&mut self, request: &PageRequest) -> bool {
        let found = self.0.iter().position(|page| page.request == *request);
        self.0.drain(..found.unwrap_or(0));
        found.is_some()
    }

    /// The request for the first page.
    pub(super) fn first(&self) -> Option<&PageRequest> {
        self.0.front().map(|page| &page.request)
    }

    /// The pages in it, which begin after the first `begin` rows.
    pub(super) fn queued(&self, begin: u64) -> Queued {
        let end = match self.0.back().map(|page| &page.request) {
            Some(PageRequest::Window { limit, offset, .. }) => offset + u64::from(*limit),
            _ => begin,
        };
        Queued { pages: self.len(), end }
    }

    /// The key of the last row of the only page, and its limit, as soon as its response is there
    /// and before it is decoded.
    pub(super) fn last_key(&self) -> Option<(String, u32)> {
        match self.0.len() {
            1 => {
                self.0.front().and_then(|page| Some((page.last_key.take()?, page.request.limit())))
            }
            _ => None,
        }
    }

    /// Whether no page was received after which the others are of no use: an error, or fewer or more
    /// rows than requested where the next page begins after them.
    pub(super) fn is_intact(&self) -> bool {
        self.0.iter().all(|page| match (&page.response, &page.request) {
            (Response::Pending(_), _)
            | (Response::Ready(Ok(_)), PageRequest::Range { .. } | PageRequest::Cursor { .. }) => {
                true
            }
            (Response::Ready(Ok(received)), request) => {
                received.items.len() as u64 == u64::from(request.limit())
            }
            (Response::Ready(Err(_)), _) => false,
        })
    }

    /// Polls the requests in flight, except for the first `skip` pages.
    pub(super) fn poll(
        &mut self,
        skip: usize,
        operation: &O,
        level: &mut Level,
        context: &mut Context<'_>,
    ) {
        for page in self.0.iter_mut().skip(skip) {
            if let Response::Pending(response) = &mut page.response
                && let Poll::Ready(data) = response.as_mut().poll(context)
            {
                let received = data.and_then(|data| {
                    operation.page(data).ok_or_else(|| {
                        Error::null("data", false).with_operation(operation.info().label().into())
                    })
                });
                level.received(&page.sent);
                page.response = Response::Ready(received);
            }
        }
    }

    /// Takes the first page, if it is received.
    pub(super) fn pop(&mut self) -> Option<Received<O::Item>> {
        if matches!(self.0.front()?.response, Response::Pending(_)) {
            return None;
        }
        let Requested { request, unpolled, ahead, response, .. } = self.0.pop_front()?;
        match response {
            Response::Ready(page) => Some(Received { page, request, unpolled, ahead }),
            Response::Pending(_) => None,
        }
    }

    /// Notes that the requests in flight are not polled until the next call.
    pub(super) fn mark_unpolled(&mut self) {
        for page in &mut self.0 {
            page.unpolled |= matches!(page.response, Response::Pending(_));
        }
    }
}
