//! The pages that were requested and not returned yet.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::strategy::PageRequest;
use crate::{
    error::{Error, Result},
    operation::{Page, Paginated},
};

/// Pages in the order of the list, each beginning where the previous one ends if that is full.
///
/// Only the pager polls them: dropping the queue cancels the requests in flight.
pub(super) struct Queue<O: Paginated>(VecDeque<Requested<O>>);

struct Requested<O: Paginated> {
    request: PageRequest,
    /// Whether it was in flight while it was not polled.
    unpolled: bool,
    response: Response<O>,
}

enum Response<O: Paginated> {
    Pending(Pending<O::Data>),
    Ready(Result<Page<O::Item>>),
}

type Pending<D> = Pin<Box<dyn Future<Output = Result<D>> + Send>>;

/// The first page of the queue, once it is received.
pub(super) struct Received<T> {
    pub(super) page: Result<Page<T>>,
    pub(super) request: PageRequest,
    /// Whether it was in flight while it was not polled.
    pub(super) unpolled: bool,
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

    pub(super) fn push(&mut self, request: PageRequest, response: Pending<O::Data>) {
        let response = Response::Pending(response);
        self.0.push_back(Requested { request, unpolled: false, response });
    }

    /// The request for the first page.
    pub(super) fn first(&self) -> Option<&PageRequest> {
        self.0.front().map(|page| &page.request)
    }

    /// Where the page after the last one begins, if all are full.
    pub(super) fn end(&self) -> Option<u64> {
        self.0.back().and_then(|page| match &page.request {
            PageRequest::Window { limit, offset, .. } => Some(offset + u64::from(*limit)),
            PageRequest::Cursor { .. } => None,
        })
    }

    /// Whether no page was received that has fewer, or more, rows than requested. The page after
    /// such a page begins elsewhere.
    pub(super) fn is_full_so_far(&self) -> bool {
        self.0.iter().all(|page| match &page.response {
            Response::Pending(_) => true,
            Response::Ready(Ok(received)) => {
                received.items.len() as u64 == u64::from(page.request.limit())
            }
            Response::Ready(Err(_)) => false,
        })
    }

    /// Polls every request in flight.
    pub(super) fn poll(&mut self, operation: &O, context: &mut Context<'_>) {
        for page in &mut self.0 {
            if let Response::Pending(response) = &mut page.response
                && let Poll::Ready(data) = response.as_mut().poll(context)
            {
                let received = data.and_then(|data| {
                    operation.page(data).ok_or_else(|| {
                        Error::null("data", false).with_operation(operation.info().label().into())
                    })
                });
                page.response = Response::Ready(received);
            }
        }
    }

    /// Takes the first page, if it is received.
    pub(super) fn pop(&mut self) -> Option<Received<O::Item>> {
        let Requested { request, unpolled, response } = self.0.pop_front()?;
        match response {
            Response::Ready(page) => Some(Received { page, request, unpolled }),
            Response::Pending(_) => {
                self.0.push_front(Requested { request, unpolled, response });
                None
            }
        }
    }

    /// Notes that the requests in flight are not polled until the next call.
    pub(super) fn mark_unpolled(&mut self) {
        for page in &mut self.0 {
            page.unpolled |= matches!(page.response, Response::Pending(_));
        }
    }
}
