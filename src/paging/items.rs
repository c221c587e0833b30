//! The rows of a list, one at a time.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_core::Stream;

use super::{ListChanges, Pager, Position};
use crate::{error::Result, operation::Paginated};

/// A walk of a list, one row at a time: [`next`](Self::next), or as a [`Stream`]. Pages are
/// fetched when they are needed. What [`Pager`] says of guarantees and errors holds.
#[must_use = "nothing is sent before it is asked for a row"]
pub struct Items<O: Paginated> {
    pages: Pager<O>,
    page: vec::IntoIter<O::Item>,
    /// How many rows of the page were given.
    given: usize,
}

impl<O: Paginated> Items<O> {
    pub(super) fn new(pages: Pager<O>) -> Self {
        Self { pages, page: Vec::new().into_iter(), given: usize::MAX }
    }

    /// How many rows the whole list has, as the manager said last; `None` before the first row.
    pub const fn total_count(&self) -> Option<u64> {
        self.pages.total_count()
    }

    /// Where the next row is.
    pub fn position(&self) -> Position {
        self.pages.position_within(self.given)
    }

    /// What was noticed so far of changes in the list.
    pub const fn list_changes(&self) -> ListChanges {
        self.pages.list_changes()
    }

    /// The next row; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<O::Item>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Item>>> {
        loop {
            if let Some(item) = self.page.next() {
                self.given += 1;
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(page)) => (self.page, self.given) = (page.items.into_iter(), 0),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Nothing is pinned in it.
impl<O: Paginated> Unpin for Items<O> {}

impl<O: Paginated> Stream for Items<O> {
    type Item = Result<O::Item>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

impl<O: Paginated> fmt::Debug for Items<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
