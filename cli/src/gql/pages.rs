//! `--all`: reads a list page by page. The pages are merged into one response, or printed row by row.
//! Numbers and strings in rows are never parsed.

use std::io::{self, Write};

use backendai::Client;
use backendai_schema_tools::adhoc::Pagination;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::{Document, Members, Print, text};
use crate::output::{Failure, err, out};

/// The part of `pageInfo` that pagination needs.
#[derive(Deserialize)]
struct Info {
    #[serde(rename = "hasNextPage")]
    more: Option<bool>,
    #[serde(rename = "endCursor")]
    end: Option<String>,
}

/// The list in one response.
struct Page {
    /// All selected members of the list.
    list: Members,
    /// The member with the rows.
    key: &'static str,
    rows: Vec<Box<RawValue>>,
    total: Option<u64>,
    info: Option<Info>,
}

/// The start of the next page.
enum Next {
    Offset(u64),
    Cursor(Option<String>),
}

/// Reads all pages and prints them.
pub(super) async fn read_all(
    client: &Client,
    mut document: Document,
    size: u32,
    print: Print,
) -> Result<(), Failure> {
    let Some(pages) = document.operation.pagination.clone() else {
        return Err(Failure::usage("the document cannot be read page by page"));
    };
    let mut next = match (&pages.cursor, &pages.window) {
        (Some(_), None) => Next::Cursor(None),
        _ => Next::Offset(0),
    };
    let mut all = Vec::new();
    let mut count = 0;
    let last = loop {
        window(&mut document.variables, &pages, size, &next)?;
        let data = document.request(client).await?;
        let mut page = Page::read(&data, &pages.root)?;
        let rows = std::mem::take(&mut page.rows);
        let came = rows.len() as u64;
        count += came;
        match print {
            Print::Whole => all.extend(rows),
            Print::Lines => lines(&rows, page.key)?,
        }
        match page.after(&next, count, came)? {
            Some(more) => next = more,
            None => break page,
        }
    };
    if last.total.is_some_and(|total| total > count) && matches!(next, Next::Offset(_)) {
        err("the list changed while it was read: rows may be missing");
    }
    match print {
        Print::Lines => Ok(()),
        Print::Whole => whole(last, all, &pages.root),
    }
}

/// Sets the variables that select the page.
fn window(
    variables: &mut Members,
    pages: &Pagination,
    size: u32,
    next: &Next,
) -> Result<(), Failure> {
    match (next, &pages.window, &pages.cursor) {
        (Next::Offset(offset), Some((limit, start)), _) => {
            set(variables, limit, &size)?;
            set(variables, start, offset)
        }
        (Next::Cursor(after), _, Some((first, start))) => {
            set(variables, first, &size)?;
            after.as_ref().map_or(Ok(()), |after| set(variables, start, after))
        }
        _ => Ok(()),
    }
}

fn set(variables: &mut Members, name: &str, value: &impl Serialize) -> Result<(), Failure> {
    variables.insert(name.to_owned(), to_raw_value(value).map_err(Failure::from_error)?);
    Ok(())
}

impl Page {
    fn read(data: &RawValue, root: &str) -> Result<Self, Failure> {
        let mut data: Members = serde_json::from_str(data.get()).map_err(Failure::from_error)?;
        let list = data.shift_remove(root).filter(|list| list.get() != "null");
        let list =
            list.ok_or_else(|| Failure::new(format!("the manager has no list at `{root}`")))?;
        let list: Members = serde_json::from_str(list.get()).map_err(|_| unfit())?;
        let key = ["items", "edges"].into_iter().find(|key| list.contains_key(*key));
        let key = key.ok_or_else(unfit)?;
        let rows = parsed(&list, key)?.ok_or_else(unfit)?;
        let total = match parsed(&list, "total_count")? {
            Some(total) => Some(total),
            None => parsed(&list, "count")?,
        };
        Ok(Self { key, rows, total, info: parsed(&list, "pageInfo")?, list })
    }

    /// The start of the page after this one; none at the end.
    fn after(&self, at: &Next, count: u64, came: u64) -> Result<Option<Next>, Failure> {
        match at {
            Next::Offset(_) => {
                let more = came > 0 && self.total.is_none_or(|total| count < total);
                Ok(more.then_some(Next::Offset(count)))
            }
            Next::Cursor(before) => {
                let info = self.info.as_ref().ok_or_else(unfit)?;
                if info.more != Some(true) {
                    return Ok(None);
                }
                match &info.end {
                    Some(end) if before.as_ref() != Some(end) => {
                        Ok(Some(Next::Cursor(Some(end.clone()))))
                    }
                    _ => Err(Failure::new(
                        "the list cannot be read further, although more rows are reported",
                    )
                    .cause("the manager returned the same cursor again, or none")),
                }
            }
        }
    }
}

/// A parsed member; none if it is absent or null.
fn parsed<'l, T: Deserialize<'l>>(list: &'l Members, key: &str) -> Result<Option<T>, Failure> {
    let Some(value) = list.get(key) else { return Ok(None) };
    serde_json::from_str(value.get()).map_err(Failure::from_error)
}

fn unfit() -> Failure {
    Failure::usage("the document cannot be read page by page").help(
        "select `items` and `total_count`, or `edges` and `pageInfo { hasNextPage endCursor }`, by \
         these names",
    )
}

/// Prints one row per line; the nodes, if it is a connection.
fn lines(rows: &[Box<RawValue>], key: &str) -> Result<(), Failure> {
    let mut to = io::BufWriter::new(io::stdout().lock());
    for row in rows {
        let node = match key {
            "edges" => serde_json::from_str::<Members>(row.get())
                .ok()
                .and_then(|mut edge| edge.shift_remove("node")),
            _ => None,
        };
        let row = node.as_ref().unwrap_or(row);
        writeln!(to, "{}", text::compact(row.get())).map_err(Failure::writing)?;
    }
    to.flush().map_err(Failure::writing)
}

/// Prints the last page with the rows of all pages.
fn whole(mut last: Page, rows: Vec<Box<RawValue>>, root: &str) -> Result<(), Failure> {
    let rows = to_raw_value(&rows).map_err(Failure::from_error)?;
    last.list.insert(last.key.to_owned(), rows);
    let list = to_raw_value(&last.list).map_err(Failure::from_error)?;
    let data = Members::from([(root.to_owned(), list)]);
    let data = to_raw_value(&data).map_err(Failure::from_error)?;
    out(text::indented(data.get()))
}
