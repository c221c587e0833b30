//! Rows, one at a time.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_core::Stream;

use super::{ListChanges, Pager, Position};
use crate::{error::Result, operation::Paginated};

/// Reads a list one row at a time: with [`next`](Self::next), or as a [`Stream`]. Pages are fetched
/// when they are needed. Guarantees and errors are those of [`Pager`].
///
/// All rows at once, with `TryStreamExt` of `futures` or `futures-util`:
///
/// ```no_run
/// # use backendai::{Client, Paginated};
/// # async fn run<O: Paginated>(client: Client, list: O) -> backendai::Result<Vec<O::Item>> {
/// use futures_util::TryStreamExt as _;
///
/// client.pages(list).items().try_collect().await
/// # }
/// ```
#[must_use = "nothing is sent before a row is requested"]
pub struct Items<O: Paginated> {
    pages: Pager<O>,
    page: vec::IntoIter<O::Item>,
    /// How many rows of the page were returned.
    returned: usize,
}

impl<O: Paginated> Items<O> {
    pub(super) fn new(pages: Pager<O>) -> Self {
        Self { pages, page: Vec::new().into_iter(), returned: usize::MAX }
    }

    /// Number of rows of the whole list, as last reported; `None` before the first row.
    pub const fn total_count(&self) -> Option<u64> {
        self.pages.total_count()
    }

    /// Where the next row is.
    pub fn position(&self) -> Position {
        self.pages.position_within(self.returned)
    }

    /// The changes in the list that were noticed so far.
    pub const fn list_changes(&self) -> ListChanges {
        self.pages.list_changes()
    }

    /// Returns the next row; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<O::Item>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Item>>> {
        loop {
            if let Some(item) = self.page.next() {
                self.returned += 1;
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(page)) => (self.page, self.returned) = (page.items.into_iter(), 0),
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
