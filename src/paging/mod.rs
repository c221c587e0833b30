//! Lists, read page by page.

mod course;
mod drift;
mod filter;
mod items;
mod known;
mod order;
mod position;
mod queue;
mod run;

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use self::{course::Course, position::Mark, queue::Queue};
pub use self::{drift::ListChanges, items::Items, position::Position};
use crate::{
    client::Client,
    error::Result,
    operation::{Page, Paginated, Pagination},
};

/// Rows per page unless set.
const PAGE_SIZE: u32 = 100;

/// A walk of a list, one page at a time: [`next`](Self::next), or as a [`Stream`].
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
/// While a list is read, others make and delete rows. What that does to a walk depends on its way,
/// which the document allows ([`Paginated::STRATEGIES`]) and [`strategy`](Self::strategy) chooses.
///
/// **By key** ([`Pagination::Keyset`]), the default where it is possible: each page is asked for with a
/// condition, "the key is greater than that of the last row". *Every row that is there all the time
/// comes exactly once*, whatever happens to other rows. The order is that of the key, as the
/// manager's database compares. With an order of the caller's own it is possible only if that is
/// the key, up or down; with any other the walk goes by offset, unless the caller has chosen by key,
/// which is then an error. A key that the filter language cannot say (a line break, a backslash at
/// the end or before a quote, an empty text) is an error, not another filter.
///
/// **By offset** ([`Pagination::Offset`]): each page is "after so many rows". Columns that identify a row
/// are appended to the order, and each page begins with the last row of the one before, so that a
/// page is known to follow. When it does not, because rows before it were made or deleted, the walk
/// goes back until it finds a row that it knows. *No row comes twice, and every row that is there
/// all the time comes*, as long as its place among the others stays: a row whose order value
/// changes meanwhile may be missed. The walk remembers the key of each row for this; one that goes on
/// from a position knows only the last eight, so that a row which others' changes moved behind these
/// can come twice. A list whose rows have no key in the document has none of it: rows can come twice
/// or be left out, and where the manager's order leaves rows equal, as with rows that were made at the
/// same time, even if nobody changes them. So such a walk says from its second page on, and when the
/// total changes, that rows may have been [missed](ListChanges::missed).
///
/// **By cursor** ([`Pagination::Cursor`]): each page is "after this row", in the manager's own order, which
/// is that of the ids where a list has no `limit` and `offset`, and by time of creation where it has
/// both. An order of the caller's own is an error: the manager pages it wrongly or not at all. *Every
/// row that is there all the time comes exactly once* if the manager keeps to its order; managers
/// before 26.4 leave out rows with equal times of creation. When the row is gone whose cursor was
/// sent, some lists answer with an empty page; the walk then goes back to rows before it, up to 256.
/// Only if all of these are gone rows may be [missed](ListChanges::missed). A cursor that comes again is
/// an error.
///
/// What a walk noticed, [`drift`](Self::list_changes) says at any time, best after the end. A row that is
/// made while the walk goes on comes or does not come.
///
/// # Where it ends
///
/// A page with fewer rows than asked for does not end it: the next page begins after the rows that
/// came. By key and by offset it ends when a page is not full and the total agrees, or when nothing
/// comes any more; without keys, at the total that the manager said last, or, when it says none,
/// at the first empty page. By cursor it ends when the manager says that nothing comes after and
/// the total agrees.
///
/// An empty page before the total does not end it: it is asked for once more, because rows may have
/// been deleted while they were counted, and without keys then stepped over. If rows are claimed
/// that do not come, `next` fails. A page with more rows than asked for is taken for the whole list.
///
/// # Errors
///
/// After an error of the connection or the manager the walk stands where it stood, and `next` asks
/// for the same page again. Who does not want that stops. A setting that cannot be used is told once
/// and ends the walk, and so does a list that contradicts itself. Dropping the future of `next` loses
/// nothing: the next call goes on with it.
///
/// # Fetching ahead
///
/// With [`prefetch`](Self::prefetch) a walk by offset asks for up to that many pages after the next
/// one at the same time, and they stay under way while the caller works on a page. Walks by key and
/// by cursor cannot: where a page begins is known only from the one before. The pages are handed out
/// in the order of the list, whatever the order of the answers, and the walk brings the rows, the
/// position and the end that it would bring without; what is guaranteed holds. It keeps at most that
/// many pages and one more in memory. Nothing is spawned: answers are read while `next` is awaited,
/// and dropping the `Pager` or [`Items`] cancels what is under way. The manager's rate limit counts
/// every request.
///
/// The first page is asked for alone, which also tells the total, and nothing is asked for behind
/// the total that was said last, behind `max_items`, or behind an answer that is no full page. When a
/// page has its turn that has fewer rows, does not follow the one before, or is an error, all that
/// was asked for behind it is dropped, and the next page is asked for alone again. A manager that
/// never gives full pages is thus read as without `prefetch`.
///
/// An error is told when its page has its turn, after all pages before it. Only a request that was
/// under way while `next` was not awaited is first sent again if the connection failed: its time
/// ran out, perhaps, because nobody looked.
#[must_use = "nothing is sent before it is asked for a page"]
pub struct Pager<O: Paginated> {
    client: Client,
    operation: O,
    walk: Option<Pagination>,
    page_size: u32,
    left: Option<u64>,
    position: Position,
    total: Option<u64>,
    drift: ListChanges,
    prefetch: usize,
    /// Whether the page that came last was full. Only then it is known where the pages after the
    /// next one begin.
    full: bool,
    /// Where the page began that came last, and which of its rows were handed out.
    begin: Position,
    marks: Vec<Mark>,
    queue: Queue<O>,
    /// None before the first request.
    course: Option<Course>,
    done: bool,
}

impl<O: Paginated> Pager<O> {
    pub(crate) fn new(client: Client, operation: O) -> Self {
        let page_size = PAGE_SIZE.min(client.max_page_size());
        Self {
            client,
            operation,
            walk: None,
            page_size,
            left: None,
            position: Position::default(),
            total: None,
            drift: ListChanges::default(),
            prefetch: 0,
            full: false,
            begin: Position::default(),
            marks: Vec::new(),
            queue: Queue::new(),
            course: None,
            done: false,
        }
    }

    /// The way to walk, where the list has several; more on them [above](Self#what-is-guaranteed).
    /// One that is not possible is told before anything is sent.
    pub const fn strategy(mut self, walk: Pagination) -> Self {
        self.walk = Some(walk);
        self
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
    pub fn start_at(mut self, position: Position) -> Self {
        self.begin = position.clone();
        self.position = position;
        self.marks.clear();
        self.course = None;
        self
    }

    /// Leaves out the first rows.
    pub fn offset(self, rows: u64) -> Self {
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

    /// How many rows the whole list has: as the manager said last, and in a walk by key the rows
    /// behind the walk and those that remain. `None` before the first page.
    pub const fn total_count(&self) -> Option<u64> {
        self.total
    }

    /// Where the next page begins.
    pub fn position(&self) -> Position {
        self.position.clone()
    }

    /// What was noticed so far of changes in the list.
    pub const fn list_changes(&self) -> ListChanges {
        self.drift
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<O::Item>>> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    /// Where the row after the first `rows` rows of the page that came last is.
    fn position_within(&self, rows: usize) -> Position {
        match (&self.course, self.marks.get(..rows)) {
            (Some(course), Some(marks)) if rows < self.marks.len() => {
                course.past(&self.begin, marks)
            }
            _ => self.position.clone(),
        }
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
            .field("drift", &self.drift)
            .finish_non_exhaustive()
    }
}
