//! Lists, read page by page.

mod items;
mod order;
mod position;
mod queue;

use std::{
    fmt,
    num::NonZeroU32,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use self::queue::{Arrived, Queue};
pub use self::{items::Items, position::Position};
use crate::{
    client::Client,
    error::{Error, Result},
    operation::{Page, Paginated, Walk},
    request::Request,
};

/// Rows per page unless set.
const PAGE_SIZE: u32 = 100;

/// After this many empty pages in a row where rows should be the walk fails.
const EMPTY_PAGES: u32 = 4;

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
///
/// # Fetching ahead
///
/// With [`prefetch`](Self::prefetch) up to that many pages after the next one are asked for at the
/// same time, and stay under way while the caller works on a page. They are handed out in the order
/// of the list, whatever the order of the answers, and the walk brings the rows, the position and
/// the end that it would bring without. It keeps at most that many pages and one more in memory.
/// Nothing is spawned: answers are read while `next` is awaited, and dropping the `Pager` or
/// [`Items`] cancels what is under way. The manager's rate limit counts every request.
///
/// Where a page begins is known only when the page before it is full. So the first page is asked
/// for alone, which also tells the total, and nothing is asked for behind the total that was said
/// last, behind `max_items`, or behind an answer that is no full page. When a page with fewer rows
/// or an error has its turn, all that was asked for behind it is dropped, and the next page is asked
/// for alone again. A manager that never gives full pages is thus read as without `prefetch`.
///
/// An error is told when its page has its turn, after all pages before it. Only a request that was
/// under way while `next` was not awaited is first sent again if the connection failed: its time
/// ran out, perhaps, because nobody looked.
///
/// What is guaranteed holds with one restriction: the place before which rows may not be made or
/// deleted is not where the walk stands but where the last page ends that was asked for, up to that
/// many pages further.
#[must_use = "nothing is sent before it is asked for a page"]
pub struct Pager<O: Paginated> {
    client: Client,
    operation: O,
    page_size: u32,
    left: Option<u64>,
    position: Position,
    total: Option<u64>,
    gap: Option<Gap>,
    prefetch: usize,
    /// Whether the page that came last was full. Only then it is known where the pages after the
    /// next one begin.
    full: bool,
    queue: Queue<O>,
    state: State,
}

/// Empty pages in a row, where rows should be.
#[derive(Clone, Copy)]
struct Gap {
    begin: u64,
    pages: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The order has not been completed yet.
    New,
    Walking,
    Done,
}

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
            prefetch: 0,
            full: false,
            queue: Queue::new(),
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

    /// Asks for up to this many further pages at the same time; 0 unless set. More on this
    /// [above](Self#fetching-ahead).
    pub const fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages;
        self
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
            match self.state {
                State::Done => return Poll::Ready(None),
                State::New => {
                    if let Err(error) = self.check() {
                        self.state = State::Done;
                        return Poll::Ready(Some(Err(error)));
                    }
                    if let (Some(key), Some(order)) = (O::KEY, self.operation.order_mut()) {
                        order::complete(order, key);
                    }
                    self.state = State::Walking;
                }
                State::Walking => {
                    if let Some(page) = ready!(self.poll_queue(context)) {
                        return Poll::Ready(Some(page));
                    }
                }
            }
        }
    }

    /// `None` when there is nothing for the caller and the walk goes on or ends.
    fn poll_queue(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<O::Item>>>> {
        // Only what begins where the walk stands is of use.
        if self.queue.begin() != Some(self.position.rows()) {
            self.queue.clear();
            if let Err(error) = self.ask() {
                self.state = State::Done;
                return Poll::Ready(Some(Err(error)));
            }
            if self.state == State::Done {
                return Poll::Ready(None);
            }
        }
        // First what is here, which may say that more is not to be asked for.
        self.queue.poll(context);
        self.ask_ahead(self.prefetch.saturating_add(1));
        self.queue.poll(context);
        let Some(Arrived { page, limit, idle }) = self.queue.pop() else { return Poll::Pending };
        let page = page.and_then(|page| self.take(page, limit));
        self.full &= page.is_ok();
        if !self.full || self.state == State::Done {
            self.queue.clear();
        }
        match page {
            // Its time ran, and nobody read its answer, while the caller was busy.
            Err(error) if idle && error.is_transport() => Poll::Ready(None),
            Ok(Some(page)) => {
                self.ask_ahead(self.prefetch);
                self.queue.poll(context);
                self.queue.rest();
                Poll::Ready(Some(Ok(page)))
            }
            page => Poll::Ready(page.transpose()),
        }
    }

    fn check(&self) -> Result<()> {
        if !O::WALKS.contains(&Walk::Offset) {
            let message = "the list is read by cursor, which is not possible yet";
            return Err(Error::config(message.to_owned()).with_operation(O::NAME.into()));
        }
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

    /// Asks for the next page, or ends.
    fn ask(&mut self) -> Result<()> {
        let begin = self.position.rows();
        let Some(limit) = self.limit(begin) else {
            self.state = State::Done;
            return Ok(());
        };
        let far = |_| {
            Error::config(format!(
                "the list cannot be read from row {begin} on: the manager counts to 2147483647"
            ))
            .with_operation(O::NAME.into())
        };
        self.send(limit, i32::try_from(begin).map_err(far)?);
        Ok(())
    }

    /// Asks for the pages after it, until `pages` are in the queue, as far as it is known where
    /// they begin and that they have rows.
    fn ask_ahead(&mut self, pages: usize) {
        while self.state == State::Walking
            && self.full
            && self.queue.len() < pages
            && self.queue.is_full_so_far()
        {
            let begin = self.queue.end().unwrap_or(self.position.rows());
            let Some(limit) = self.limit(begin) else { return };
            // Who counts no further is told when the walk comes there.
            let Ok(offset) = i32::try_from(begin) else { return };
            if self.total.is_some_and(|total| begin >= total) {
                return;
            }
            self.send(limit, offset);
        }
    }

    /// How many rows the page has to have that begins there; `None` when no more are wanted.
    fn limit(&self, begin: u64) -> Option<u32> {
        let Some(left) = self.left else { return Some(self.page_size) };
        let left = left.saturating_sub(begin - self.position.rows());
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        NonZeroU32::new(left.min(self.page_size)).map(NonZeroU32::get)
    }

    fn send(&mut self, limit: u32, offset: i32) {
        self.operation.set_window(i32::try_from(limit).unwrap_or(i32::MAX), offset);
        let request = Request::of(self.client.clone(), &self.operation);
        self.queue.push(u64::from(offset.unsigned_abs()), limit, request.into_future());
    }

    /// Moves past a page. `None` when it has nothing for the caller and the walk goes on or ends.
    fn take(&mut self, mut page: Page<O::Item>, limit: u32) -> Result<Option<Page<O::Item>>> {
        let rows = page.items.len() as u64;
        let begin = self.position.rows();
        self.total = page.total.or(self.total);
        self.full = rows == u64::from(limit);
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
        self.position = Position::after(begin + page.items.len() as u64);
        if self.left == Some(0)
            || rows > u64::from(limit)
            || page.total.is_some_and(|total| self.position.rows() >= total)
        {
            self.state = State::Done;
        }
        Ok(Some(page))
    }

    /// An empty page where rows should be.
    fn take_nothing(&mut self, total: u64, limit: u32) -> Result<()> {
        let begin = self.position.rows();
        let gap = self.gap.get_or_insert(Gap { begin, pages: 0 });
        gap.pages += 1;
        let gap = *gap;
        if gap.pages == 1 {
            return Ok(());
        }
        self.position = Position::after(begin + u64::from(limit));
        let past = self.position.rows() >= total;
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

// Nothing is pinned in it: the futures have boxes of their own.
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
            .field("prefetch", &self.prefetch)
            .field("position", &self.position)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}
