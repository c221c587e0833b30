//! The keys or cursors of the rows ahead, by which pages are requested independently of each other.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::{
    level::Sent,
    strategy::{PageKeys, PageRequest},
};
use crate::{
    dispatch::Dispatcher,
    error::Result,
    operation::{DynamicOperation, OperationInfo, Paginated as _, Rows},
    request::Request,
};

/// It is given up after this many failures in a row.
const FAILURES: u8 = 3;

/// Requests the keys or cursors of rows. Without them a list is read page after page.
pub(super) struct Index {
    /// The operation that selects only the keys; `None` until it is needed.
    operation: Option<DynamicOperation>,
    pending: Option<(PageRequest, Sent, Pending)>,
    failures: u8,
    /// Whether a page is to be read before the next attempt.
    rests: bool,
}

type Pending = Pin<Box<dyn Future<Output = Result<Rows>> + Send>>;

impl Index {
    pub(super) const fn new() -> Self {
        Self { operation: None, pending: None, failures: 0, rests: false }
    }

    pub(super) const fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether a request may be sent.
    pub(super) const fn is_free(&self) -> bool {
        self.pending.is_none() && !self.rests && self.is_possible()
    }

    /// Whether it was not given up.
    pub(super) const fn is_possible(&self) -> bool {
        self.failures < FAILURES
    }

    pub(super) fn clear(&mut self) {
        self.pending = None;
    }

    /// Returns the operation that selects only the keys or cursors, where the document allows it.
    pub(super) fn operation(
        &mut self,
        info: &'static OperationInfo,
        by_cursor: bool,
    ) -> Option<&DynamicOperation> {
        if self.operation.is_none() {
            self.operation = match by_cursor {
                true => DynamicOperation::cursors(info),
                false => DynamicOperation::keys(info),
            };
            if self.operation.is_none() {
                self.give_up();
            }
        }
        self.operation.as_ref()
    }

    pub(super) fn send(
        &mut self,
        request: PageRequest,
        sent: Sent,
        dispatcher: Arc<Dispatcher>,
        variables: &serde_json::Map<String, serde_json::Value>,
    ) {
        if let Some(operation) = &self.operation {
            let response = Request::with_variables(dispatcher, operation, variables);
            self.pending = Some((request, sent, response.into_future()));
        }
    }

    /// Ready with the keys, or with an error, once they are received.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<(PageRequest, Sent, Result<PageKeys>)> {
        let Some((.., response)) = &mut self.pending else { return Poll::Pending };
        let Poll::Ready(rows) = response.as_mut().poll(context) else { return Poll::Pending };
        let Some((request, sent, _)) = self.pending.take() else { return Poll::Pending };
        let by_cursor = matches!(request, PageRequest::Cursor { .. });
        let page = rows.map(|rows| {
            let page = self.operation.as_ref().and_then(|operation| operation.page(rows));
            let (items, cursors, total) =
                page.map(|page| (page.items, page.cursors, page.total_count)).unwrap_or_default();
            let keys = match by_cursor {
                true => cursors,
                false => items.iter().map(DynamicOperation::key).collect(),
            };
            PageKeys { keys, total, has_next_page: None, end_cursor: None }
        });
        Poll::Ready((request, sent, page))
    }

    /// Notes whether an answer was of use.
    pub(super) const fn answered(&mut self, of_use: bool) {
        self.rests = !of_use;
        self.failures = if of_use { 0 } else { self.failures.saturating_add(1) };
    }

    pub(super) const fn give_up(&mut self) {
        self.failures = FAILURES;
    }

    /// Notes that a page was read.
    pub(super) const fn page_read(&mut self) {
        self.rests = false;
    }
}
