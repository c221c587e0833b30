//! `--all`: reads a list page by page. The pages are merged into one response, or printed row by row.
//! Numbers and strings in rows are never parsed.

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use backendai::{
    Operation, OperationInfo, Page, Paginated,
    operation::info::{PagingInfo, SourceText},
};
use backendai_schema_tools::adhoc;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::{Document, Members, Print, text};
use crate::{
    connect,
    global::Global,
    output::{self, Failure, err},
    visible::Data,
};

/// The list of a document. Its rows stay as they were received.
struct List {
    info: &'static OperationInfo,
    variables: Members,
    /// The key of the list in the data.
    root: String,
    is_counted: bool,
    last: LastPage,
}

/// The last page without its rows, or why a page cannot be read.
type LastPage = Arc<Mutex<Option<Result<Frame, Failure>>>>;

type Rows = Page<Box<RawValue>>;

/// What surrounds the rows of a page.
struct Frame {
    /// All selected members of the list.
    list: Members,
    /// The member with the rows.
    key: &'static str,
}

/// The part of `pageInfo` that pagination needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: Option<bool>,
    end_cursor: Option<String>,
}

/// Reads all pages and prints them.
pub(super) async fn read_all(
    global: &Global,
    document: Document,
    pagination: &adhoc::Pagination,
    size: u32,
    print: Print,
) -> Result<(), Failure> {
    let client = connect::builder(global, connect::config(global)?).max_page_size(size).build()?;
    let (root, last) = (pagination.root.clone(), LastPage::default());
    let take = || last.lock().unwrap_or_else(PoisonError::into_inner).take();
    let list = List::new(document, pagination, last.clone());
    let mut pager = client.pages(list).page_size(size);
    let mut frame = None;
    let mut all = Vec::new();
    let mut count = 0;
    while let Some(page) = pager.next().await {
        let read = take().transpose()?;
        let rows = page?.items;
        frame = read.or(frame);
        count += rows.len() as u64;
        match print {
            Print::Whole => all.extend(rows),
            Print::Lines => lines(&rows, frame.as_ref())?,
        }
    }
    frame = take().transpose()?.or(frame);
    if pager.list_changes().last_total.is_some_and(|total| total > count) {
        err("the list changed while it was read: rows may be missing");
    }
    match (print, frame) {
        (Print::Whole, Some(frame)) => frame.print(all, root),
        _ => Ok(()),
    }
}

impl List {
    fn new(document: Document, pagination: &adhoc::Pagination, last: LastPage) -> Self {
        // One document per process: what describes it is kept for its whole life.
        let keep = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let paging = match (&pagination.window, &pagination.cursor) {
            (Some((limit, offset)), _) => {
                Some(PagingInfo::window(keep(limit.clone()), keep(offset.clone())))
            }
            (None, Some((first, after))) => {
                Some(PagingInfo::cursor(keep(first.clone()), keep(after.clone())))
            }
            (None, None) => None,
        };
        let Document { text, operation, variables, path } = document;
        let name = keep(operation.name.unwrap_or_default());
        let info = OperationInfo {
            path: keep(path),
            document: SourceText::new(keep(text)),
            paging,
            ..OperationInfo::query(name, "")
        };
        let root = pagination.root.clone();
        let is_counted = is_counted(info.path, &pagination.field);
        Self { info: Box::leak(Box::new(info)), variables, root, is_counted, last }
    }

    /// Separates the rows of a page from the rest of it; `None` without a list.
    fn read(&self, data: &RawValue) -> Result<Option<(Rows, Frame)>, Failure> {
        let mut data: Members = serde_json::from_str(data.get()).map_err(Failure::from_error)?;
        let Some(list) = data.shift_remove(&self.root).filter(|list| list.get() != "null") else {
            return Ok(None);
        };
        let list: Members = serde_json::from_str(list.get()).map_err(|_| unsuitable())?;
        let key = ["items", "edges"].into_iter().find(|key| list.contains_key(*key));
        let key = key.ok_or_else(unsuitable)?;
        let rows: Vec<Box<RawValue>> = parsed(&list, key)?.ok_or_else(unsuitable)?;
        let total = match parsed(&list, "total_count")? {
            Some(total) => Some(total),
            None => parsed(&list, "count")?,
        };
        let total = total.filter(|_| self.is_counted);
        let mut page = Page::new(rows, total);
        if self.info.paging.is_some_and(|paging| paging.window.is_none()) {
            let info: PageInfo = parsed(&list, "pageInfo")?.ok_or_else(unsuitable)?;
            let cursors = page.items.iter().map(|edge| member(edge, "cursor")).collect();
            page = page.with_cursors(cursors, info.end_cursor, info.has_next_page == Some(true));
        }
        Ok(Some((page, Frame { list, key })))
    }
}

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.variables.serialize(serializer)
    }
}

impl Operation for List {
    type Data = Box<RawValue>;

    fn info(&self) -> &'static OperationInfo {
        self.info
    }
}

impl Paginated for List {
    type Item = Box<RawValue>;

    fn page(&self, data: Box<RawValue>) -> Option<Rows> {
        let (page, frame) = match self.read(&data).transpose()? {
            Ok((page, frame)) => (Some(page), Ok(frame)),
            Err(failure) => (None, Err(failure)),
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(frame);
        page
    }
}

/// A parsed member of the list; none if it is absent or null.
fn parsed<'l, T: Deserialize<'l>>(list: &'l Members, key: &str) -> Result<Option<T>, Failure> {
    let Some(value) = list.get(key) else { return Ok(None) };
    serde_json::from_str(value.get()).map_err(Failure::from_error)
}

/// A member of a row, if the row is an object with it.
fn member<T: for<'de> Deserialize<'de>>(row: &RawValue, key: &str) -> Option<T> {
    let mut members: Members = serde_json::from_str(row.get()).ok()?;
    serde_json::from_str(members.shift_remove(key)?.get()).ok()
}

/// Whether the manager counts all rows of a list, and not those of the page alone.
fn is_counted(path: &str, field: &str) -> bool {
    let all = backendai::admin::OPERATIONS.iter().chain(backendai_v2::OPERATIONS);
    let mut same = all
        .filter(|info| info.path == path && info.root_fields.iter().any(|root| root.name == field));
    same.find_map(|info| info.rows.filter(|_| info.paging.is_some()))
        .is_none_or(|rows| rows.total.is_some())
}

fn unsuitable() -> Failure {
    Failure::usage("the document cannot be read page by page").help(
        "select `items` and `total_count`, or `edges` and `pageInfo { hasNextPage endCursor }`, by \
         these names",
    )
}

/// Prints one row per line; the nodes, if it is a connection.
fn lines(rows: &[Box<RawValue>], frame: Option<&Frame>) -> Result<(), Failure> {
    let edges = frame.is_some_and(|frame| frame.key == "edges");
    let mut to = Data::stdout();
    for row in rows {
        let node: Option<Box<RawValue>> = if edges { member(row, "node") } else { None };
        let row = node.as_ref().unwrap_or(row);
        writeln!(to, "{}", text::compact(row.get())).map_err(Failure::writing)?;
    }
    to.flush().map_err(Failure::writing)
}

impl Frame {
    /// Prints the last page with the rows of all pages.
    fn print(mut self, rows: Vec<Box<RawValue>>, root: String) -> Result<(), Failure> {
        let rows = to_raw_value(&rows).map_err(Failure::from_error)?;
        self.list.insert(self.key.to_owned(), rows);
        let list = to_raw_value(&self.list).map_err(Failure::from_error)?;
        let data = to_raw_value(&Members::from([(root, list)])).map_err(Failure::from_error)?;
        output::data(text::indented(data.get()))
    }
}
