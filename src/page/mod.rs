//! Lists, read page by page.

mod items;
mod order;

use std::{
    fmt,
    future::Future,
    num::NonZeroU32,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use serde::{Deserialize, Serialize};

pub use self::items::Items;
use crate::{
    client::Client,
    error::{Error, Result},
    operation::{Page, Paginated},
    request::Request,
};

/// Rows per page unless set.
const PAGE_SIZE: u32 = 100;

/// After this many empty pages in a row where rows should be the walk fails.
const EMPTY_PAGES: u32 = 4;

/// Where a walk stands: how many rows of the list are behind it. It can be stored, and another
/// walk of the same operation, with the same filter and order, goes on from it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    offset: u64,
}

impl Position {
    /// After the first `rows` rows.
    pub const fn after(rows: u64) -> Self {
        Self { offset: rows }
    }

    /// How many rows are behind it.
    pub const fn rows(self) -> u64 {
        self.offset
    }
}

/// A walk of a list by offset, one page at a time: [`next`](Self::next), or as a [`Stream`].
///
/// ```no_run
/// # use backendai::{Client, Paginated};
/// # async fn run<O: Paginated>(client: Client, list: O) -> backendai::Result<()> {
/// let mut rows = client.pages(list).page_size(50).items();
/// while let Some(row) = rows.next().await {
///     let row = row?;
///     // …
/// }
/// # Ok(())
/// # }
/// ```
///
/// # What is guaranteed
///
/// Rows that are neither made nor deleted during the walk come exactly once, in the order that was
/// asked for: the column that identifies a row is appended to the order, because the manager sorts
/// by `created_at` alone and leaves equal rows in any order. A row that is made or deleted before
/// the place where the walk stands moves all rows after it by one, so that a row can come twice or
/// be left out. Lists that have no such column or no order ([`Paginated::KEY`]) are walked in the
/// manager's own order, whatever that is.
///
/// # Where it ends
///
/// At the total that the manager said last, or, when it says none, at the first empty page. A page
/// with fewer rows than asked for does not end it: the next page begins after the rows that came.
/// An empty page before the total does not end it either: it is asked for once more, because rows
/// may have been deleted while they were counted, and then stepped over. After four of them in a
/// row, or at the total, `next` fails, because rows are claimed that do not come; asked again, it
/// goes on behind them. A page with more rows than asked for is taken for the whole list.
///
/// # Errors
///
/// After any other error the walk stands where it stood, and `next` asks for the same page again. Who
/// does not want that stops. A setting that cannot be used is told once and ends the walk.
/// Dropping the future of `next` loses nothing: the next call goes on with it.
#[must_use = "nothing is sent before it is asked for a page"]
pub struct Pager<O: Paginated> {
    client: Client,
    operation: O,
    page_size: u32,
    left: Option<u64>,
    position: Position,
    total: Option<u64>,
    gap: Option<Gap>,
    state: State<O::Data>,
}

/// Empty pages in a row, where rows should be.
#[derive(Clone, Copy)]
struct Gap {
    begin: u64,
    pages: u32,
}

enum State<D> {
    /// The order has not been completed yet.
    New,
    Ready,
    /// `limit` is how many rows were asked for.
    Waiting {
        limit: u32,
        answer: Answer<D>,
    },
    Done,
}

type Answer<D> = Pin<Box<dyn Future<Output = Result<D>> + Send>>;

impl<O: Paginated> Pager<O> {
    pub(crate) fn new(client: Client, operation: O) -> Self {
        let page_size = PAGE_SIZE.min(client.max_page_size());
        Self {
            client,
            operation,
            page_size,
            left: None,
            position: Position::default(),
            total: None,
            gap: None,
            state: State::New,
        }
    }

    /// Rows per page, from 1 to 100; [`ClientBuilder::max_page_size`] raises the upper bound.
    ///
    /// [`ClientBuilder::max_page_size`]: crate::client::ClientBuilder::max_page_size
    pub const fn page_size(mut self, rows: u32) -> Self {
        self.page_size = rows;
        self
    }

    /// Ends the walk after this many rows.
    pub const fn max_items(mut self, rows: u64) -> Self {
        self.left = Some(rows);
        self
    }

    /// Begins at a position, such as one where another walk stopped.
    pub const fn start_at(mut self, position: Position) -> Self {
        self.position = position;
        self
    }

    /// Leaves out the first rows.
    pub const fn offset(self, rows: u64) -> Self {
        self.start_at(Position::after(rows))
    }

    /// One row at a time.
    pub fn items(self) -> Items<O> {
        Items::new(self)
    }

    /// How many rows the whole list has, as the manager said last; `None` before the first page.
    pub const fn total(&self) -> Option<u64> {
        self.total
    }

    /// Where the next page begins.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<O::Item>>> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<O::Item>>>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::New => {
                    if let Err(error) = self.check() {
                        self.state = State::Done;
                        return Poll::Ready(Some(Err(error)));
                    }
                    if let (Some(key), Some(order)) = (O::KEY, self.operation.order_mut()) {
                        order::complete(order, key);
                    }
                    self.state = State::Ready;
                }
                State::Ready => match self.ask() {
                    Ok(state) => self.state = state,
                    Err(error) => {
                        self.state = State::Done;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                State::Waiting { limit, answer } => {
                    let limit = *limit;
                    let data = ready!(answer.as_mut().poll(context));
                    self.state = State::Ready;
                    let page = data.and_then(|data| {
                        O::page(data).ok_or_else(|| {
                            Error::null("data", false).with_operation(O::NAME.into())
                        })
                    });
                    match page.and_then(|page| self.take(page, limit)) {
                        Ok(None) => {}
                        Ok(Some(page)) => return Poll::Ready(Some(Ok(page))),
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
            }
        }
    }

    fn check(&self) -> Result<()> {
        let max = self.client.max_page_size();
        if (1..=max).contains(&self.page_size) && i32::try_from(self.page_size).is_ok() {
            return Ok(());
        }
        Err(Error::config(format!(
            "a page cannot have {} rows: page_size takes 1 to {max}",
            self.page_size
        ))
        .with_operation(O::NAME.into()))
    }

    /// Prepares the next page, or ends.
    fn ask(&mut self) -> Result<State<O::Data>> {
        let limit = self.left.map_or(self.page_size, |left| {
            u32::try_from(left).unwrap_or(u32::MAX).min(self.page_size)
        });
        let Some(limit) = NonZeroU32::new(limit).map(NonZeroU32::get) else {
            return Ok(State::Done);
        };
        let far = |_| {
            Error::config(format!(
                "the list cannot be read from row {} on: the manager counts to 2147483647",
                self.position.offset
            ))
            .with_operation(O::NAME.into())
        };
        let offset = i32::try_from(self.position.offset).map_err(far)?;
        self.operation.set_window(i32::try_from(limit).unwrap_or(i32::MAX), offset);
        let request = Request::of(self.client.clone(), &self.operation);
        Ok(State::Waiting { limit, answer: Box::pin(request.into_future()) })
    }

    /// Moves past a page. `None` when it has nothing for the caller and the walk goes on or ends.
    fn take(&mut self, mut page: Page<O::Item>, limit: u32) -> Result<Option<Page<O::Item>>> {
        let rows = page.items.len() as u64;
        let begin = self.position.offset;
        self.total = page.total.or(self.total);
        if rows == 0 {
            return match page.total.filter(|total| begin < *total) {
                Some(total) => self.take_nothing(total, limit).map(|()| None),
                None => {
                    self.state = State::Done;
                    Ok(None)
                }
            };
        }
        self.gap = None;
        if let Some(left) = &mut self.left {
            page.items.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= page.items.len() as u64;
        }
        self.position.offset = begin + page.items.len() as u64;
        if self.left == Some(0)
            || rows > u64::from(limit)
            || page.total.is_some_and(|total| self.position.offset >= total)
        {
            self.state = State::Done;
        }
        Ok(Some(page))
    }

    /// An empty page where rows should be.
    fn take_nothing(&mut self, total: u64, limit: u32) -> Result<()> {
        let begin = self.position.offset;
        let gap = self.gap.get_or_insert(Gap { begin, pages: 0 });
        gap.pages += 1;
        let gap = *gap;
        if gap.pages == 1 {
            return Ok(());
        }
        self.position.offset = begin + u64::from(limit);
        let past = self.position.offset >= total;
        if past {
            self.state = State::Done;
        }
        if past || gap.pages >= EMPTY_PAGES {
            self.gap = None;
            return Err(Error::stuck(gap.begin, total).with_operation(O::NAME.into()));
        }
        Ok(())
    }
}

// Nothing is pinned in it: the future has a box of its own.
impl<O: Paginated> Unpin for Pager<O> {}

impl<O: Paginated> Stream for Pager<O> {
    type Item = Result<Page<O::Item>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}

impl<O: Paginated> fmt::Debug for Pager<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("operation", &O::NAME)
            .field("page_size", &self.page_size)
            .field("position", &self.position)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}
