//! Lists, read page by page.

mod changes;
mod filter;
mod index;
mod items;
mod level;
mod order;
mod poll;
mod position;
mod queue;
mod state;
mod strategy;

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;

pub use self::{changes::ListChanges, items::Items, position::Position};
use self::{index::Index, level::Level, queue::Queue, state::State, strategy::PageRequest};
use crate::{
    dispatch::Dispatcher,
    error::Result,
    operation::{Page, Paginated, Pagination},
};

/// Reads a list one page at a time: with [`next`](Self::next), or as a [`Stream`].
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
/// Other clients create and delete rows while a list is read. The effect depends on the strategy. The
/// document determines which strategies are possible, and [`strategy`](Self::strategy) chooses one.
///
/// **By key** ([`Pagination::Keyset`]), the default where it is possible: each page is requested with
/// a condition, "the key is greater than that of the last row". *Every row that exists throughout is
/// returned exactly once*, whatever happens to other rows. The order is that of the key, as the
/// manager's database compares. With an order of the caller it is possible only if that order is the
/// key, ascending or descending; with any other order the list is read by offset, unless the caller
/// has chosen to read by key, which is then an error. A key that the filter language cannot express
/// (with a line break, or with a backslash at the end or before a quote) is an error, not another
/// filter.
///
/// **By offset** ([`Pagination::Offset`]): each page is "after the first N rows". Columns that identify
/// a row are appended to the order, and each page begins with the last row of the previous page, which
/// proves that it follows. When it does not, because earlier rows were created or deleted, the pager
/// goes back until it finds a row that it has seen. *No row is returned twice, and every row that exists
/// throughout is returned*, as long as its place among the others stays: a row whose order value changes
/// meanwhile may be missed. The pager keeps the key of each row for this. One that resumes from a
/// position knows only the last eight, so that a row which was moved after these by other changes can
/// be returned twice. A list whose rows have no key in the document has none of these guarantees: rows
/// can be returned twice or missed, and where rows are equal in the manager's order, such as rows
/// created at the same time, even if the list does not change. Such a pager therefore reports from its
/// second page on that rows may have been [missed](ListChanges::missed), unless that page is empty and
/// the first one was not full.
///
/// **By cursor** ([`Pagination::Cursor`]): each page is "after this row", in the manager's own order,
/// which is that of the ids where a list has no `limit` and `offset`, and by time of creation where it
/// has both. An order of the caller is an error: the manager pages it wrongly or not at all. *Every row
/// that exists throughout is returned exactly once* if the manager keeps its order; managers before 26.4
/// leave out rows with equal times of creation. When the row of the cursor was deleted, some lists return
/// an empty page, as if the list had ended; the pager then goes back to earlier rows, up to 256, or 7
/// after it resumed from a position. Only if all of these were deleted may rows be
/// [missed](ListChanges::missed). A cursor that is returned twice is an error.
///
/// [`list_changes`](Self::list_changes) reports the changes noticed so far, best after the end. A row that
/// is created meanwhile may or may not be returned.
///
/// # Where it ends
///
/// A page with fewer rows than requested is not the end: the next page begins after the rows received.
/// By key and by offset, the list ends when a page is not full and the total agrees, or when no row
/// follows. Without keys it ends at the last reported total, or, without a total, at the first empty
/// page. By cursor it ends when the manager reports that no row follows and the total agrees; some lists
/// report it of every page, and end when a page is not full.
///
/// An empty page before the total is not the end: it is requested once more, because rows may have been
/// deleted while they were counted, and without keys it is then skipped. If rows are announced that never
/// come, `next` fails. A page with more rows than requested is taken for the whole list.
///
/// # Errors
///
/// After an error of the connection or the manager the position is unchanged, and `next` requests the
/// same page again; drop the pager to stop. An invalid setting is reported once and ends the pager, and
/// so does a list that contradicts itself. Dropping the future of `next` loses nothing: the next call
/// continues with it.
///
/// # Prefetching
///
/// With [`prefetch`](Self::prefetch), a pager requests up to that many pages after the next one at the same
/// time, and they stay in flight while the caller works on a page. Pages are returned in the order of
/// the list, whatever the order of the responses, with the same positions and guarantees as without. At most
/// that many pages and one more are kept in memory. No task is spawned: responses are read while `next` is
/// awaited, and dropping the `Pager` or [`Items`] cancels the requests in flight. The manager's rate limit
/// counts every request.
///
/// By key, the keys of the next rows are requested ahead, without any other field, and divide the list into
/// ranges that are independent of each other. A page is then "the rows after this key, up to that one", and
/// a range that outgrew a page is read to its end. The pages have a few rows less than the page size, so
/// that this is rare. A manager also answers such a page faster than one without an upper bound, because it
/// counts only its rows.
///
/// By cursor, the cursors of the next rows are requested ahead in the same way, and a page is "the rows after
/// this cursor", of which those up to the next known cursor are used. The manager keeps one order, so that
/// they follow each other without a gap. Where the row of a known cursor is deleted meanwhile, rows are read
/// on to the next one that remains.
/// For many lists the cursors take a manager as long as the pages. Therefore the pager begins with the
/// cursors of two pages, and does without them where they took more than 0.7 of the time of these.
///
/// Where rows have no key or cursor in the document, or these cannot be requested alone, one page is
/// requested ahead.
///
/// By key or cursor without prefetching, the next page is requested as soon as the response with the key or
/// cursor before it is there: it is in flight while rows are decoded and while the caller works.
///
/// The first page, which also reports the total, is requested alone, and nothing is requested beyond the
/// last reported total, beyond `max_items`, or by offset beyond a page that is not full. When the next page
/// turns out to be an error, or by offset to have fewer rows or not to follow the previous one, all later
/// requests are dropped, and the next page is requested alone again. A manager that never returns full
/// pages is thus read by offset as without `prefetch`.
///
/// The pager requests fewer pages at the same time where the manager answers them one after the other, as
/// one with a single worker does, and half as many after it refused a request because there were too many
/// (HTTP 429). A page that was refused beside others is requested again alone.
///
/// An error is returned in the place of its page, after all pages before it. Only a request that was in
/// flight while `next` was not awaited is first sent again if the connection failed: it may have timed
/// out only because the caller was busy.
#[must_use = "nothing is sent before a page is requested"]
pub struct Pager<O: Paginated> {
    dispatcher: Arc<Dispatcher>,
    operation: O,
    state: State,
    queue: Queue<O>,
    index: Index,
    level: Level,
    /// The request that was sent for a key found in a response before that was decoded.
    predicted: Option<PageRequest>,
    /// Under which name the key of a row is in a response; `None` while none is looked for.
    key_name: Option<String>,
}

impl<O: Paginated> Pager<O> {
    pub(crate) fn new(dispatcher: Arc<Dispatcher>, max_page_size: u32, operation: O) -> Self {
        let state = State::new(operation.info().paging, max_page_size);
        Self {
            dispatcher,
            operation,
            state,
            queue: Queue::new(),
            index: Index::new(),
            level: Level::new(),
            predicted: None,
            key_name: None,
        }
    }

    /// Sets the strategy, where the list has several; see [above](Self#what-is-guaranteed). One that is
    /// not possible is an error before anything is sent.
    pub const fn strategy(mut self, strategy: Pagination) -> Self {
        self.state.chosen = Some(strategy);
        self
    }

    /// Sets the rows per page, from 1 to 100 and 100 unless set; [`ClientBuilder::max_page_size`] raises the
    /// upper bound.
    ///
    /// [`ClientBuilder::max_page_size`]: crate::client::ClientBuilder::max_page_size
    pub const fn page_size(mut self, rows: u32) -> Self {
        self.state.page_size = rows;
        self
    }

    /// Ends after this many rows.
    pub const fn max_items(mut self, rows: u64) -> Self {
        self.state.remaining = Some(rows);
        self
    }

    /// Begins at a position, such as the one where another pager stopped.
    pub fn start_at(mut self, position: Position) -> Self {
        self.state.start_at(position);
        self
    }

    /// Skips the first rows. A list that has both is then read by offset and not by cursor.
    pub fn offset(self, rows: u64) -> Self {
        self.start_at(Position::after(rows))
    }

    /// Requests up to this many further pages at the same time; 0 by default. See
    /// [above](Self#prefetching).
    pub const fn prefetch(mut self, pages: usize) -> Self {
        self.state.prefetch = pages;
        self
    }

    /// Reads one row at a time.
    pub fn items(self) -> Items<O> {
        Items::new(self)
    }

    /// Number of rows of the whole list: as last reported, and by key the rows read so far and those
    /// that remain. `None` before the first page.
    pub const fn total_count(&self) -> Option<u64> {
        self.state.total
    }

    /// Where the next page begins.
    pub fn position(&self) -> Position {
        self.state.position.clone()
    }

    /// The changes in the list that were noticed so far.
    pub const fn list_changes(&self) -> ListChanges {
        self.state.changes
    }

    /// Returns the next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<O::Item>>> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    /// The position after the first `rows` rows of the last page.
    fn position_within(&self, rows: usize) -> Position {
        self.state.position_within(rows)
    }
}

// Nothing is pinned in it: the futures are boxed.
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
            .field("operation", &self.operation.info().name)
            .field("page_size", &self.state.page_size)
            .field("prefetch", &self.state.prefetch)
            .field("position", &self.state.position)
            .field("total_count", &self.state.total)
            .field("list_changes", &self.state.changes)
            .finish_non_exhaustive()
    }
}
