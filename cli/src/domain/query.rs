//! Lists and objects of the library behind one face, so that a table can hold all of them.

use std::{future::Future, pin::Pin};

use backendai::{
    Client, Error, Field, Fragment, ListChanges, Operation, Pager, Paginated, Row as Chosen,
    Select, operation::Page,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{output::Failure, render::Row};

pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a list or an object is asked for with: the values of its variables, by name.
pub(crate) type Variables = Map<String, Value>;

/// A list or an object of the manager.
#[derive(Clone, Copy)]
pub(crate) struct Query {
    /// The document that is sent, if all of its fields are wanted.
    pub(crate) text: &'static str,
    /// What can be chosen.
    pub(crate) fields: &'static [Field],
    /// What is chosen unless the caller does; everything, when empty.
    pub(crate) shown: &'static [&'static str],
    pub(crate) way: Way,
    start: Start,
}

type Start = fn(&Client, Ask) -> Result<Box<dyn Rows>, Failure>;

/// How the rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Page by page, from any row on.
    Window,
    /// Page by page, each after the one before.
    Cursor,
    /// All in one answer.
    Whole,
}

/// What is wanted of a list.
pub(crate) struct Ask {
    pub(crate) variables: Variables,
    pub(crate) fields: Vec<&'static str>,
    /// The most rows in total; none for all.
    pub(crate) limit: Option<u64>,
    pub(crate) page_size: u32,
    pub(crate) offset: u64,
}

impl Ask {
    /// One object, or a list that comes at once.
    pub(crate) fn whole(variables: Variables, fields: Vec<&'static str>) -> Self {
        Self { variables, fields, limit: None, page_size: 1, offset: 0 }
    }
}

/// Rows as they come.
pub(crate) trait Rows: Send {
    /// The next page; none at the end.
    fn next(&mut self) -> Pending<'_, Option<Result<Vec<Row>, Error>>>;

    /// How many rows the whole list has, as far as that is known by now.
    fn total(&self) -> Option<u64>;

    /// What was noticed of changes meanwhile.
    fn list_changes(&self) -> ListChanges {
        ListChanges::default()
    }
}

impl Query {
    /// A list with `items`, read by key or by offset. Only the fields are asked for that are chosen.
    pub(crate) const fn window<O>(shown: &'static [&'static str]) -> Self
    where
        O: Select + Paginated + DeserializeOwned,
    {
        let fields = <O::Row as Fragment>::FIELDS;
        Self { text: O::DOCUMENT, fields, shown, way: Way::Window, start: window::<O> }
    }

    /// A connection, read by cursor. All fields are asked for, and the chosen ones shown.
    pub(crate) const fn cursor<O>(shown: &'static [&'static str]) -> Self
    where
        O: Paginated + DeserializeOwned + 'static,
        O::Item: Fragment + Serialize + 'static,
    {
        let fields = <O::Item as Fragment>::FIELDS;
        Self { text: O::DOCUMENT, fields, shown, way: Way::Cursor, start: cursor::<O> }
    }

    /// An object, or a list that comes at once.
    pub(crate) const fn whole<O>(shown: &'static [&'static str]) -> Self
    where
        O: Select + DeserializeOwned,
    {
        let fields = <O::Row as Fragment>::FIELDS;
        Self { text: O::DOCUMENT, fields, shown, way: Way::Whole, start: whole::<O> }
    }

    /// The same where the rows are of a fragment `F`, but cannot be chosen in the document.
    pub(crate) const fn found<O, F>(shown: &'static [&'static str]) -> Self
    where
        O: Operation + DeserializeOwned + 'static,
        O::Data: Serialize,
        F: Fragment,
    {
        Self { text: O::DOCUMENT, fields: F::FIELDS, shown, way: Way::Whole, start: found::<O> }
    }

    /// Begins to ask. What is wrong with the variables is told at once.
    pub(crate) fn start(&self, client: &Client, ask: Ask) -> Result<Box<dyn Rows>, Failure> {
        (self.start)(client, ask)
    }
}

/// An operation with its variables, as the types of the library take them.
fn decode<O: DeserializeOwned>(variables: Variables) -> Result<O, Failure> {
    serde_path_to_error::deserialize(Value::Object(variables)).map_err(|error| {
        let name = error.path().to_string();
        Failure::argument(format!("`{name}` cannot be used")).why(error.into_inner().to_string())
    })
}

fn window<O>(client: &Client, ask: Ask) -> Result<Box<dyn Rows>, Failure>
where
    O: Select + Paginated + DeserializeOwned,
{
    let list = decode::<O>(ask.variables)?.choose(ask.fields)?;
    let mut pages = client.pages(list).page_size(ask.page_size);
    if let Some(limit) = ask.limit {
        pages = pages.max_items(limit);
    }
    if ask.offset > 0 {
        pages = pages.offset(ask.offset);
    }
    Ok(Box::new(Walk { pages, row: Chosen::into_map }))
}

fn cursor<O>(client: &Client, ask: Ask) -> Result<Box<dyn Rows>, Failure>
where
    O: Paginated + DeserializeOwned + 'static,
    O::Item: Serialize + 'static,
{
    let mut list = decode::<O>(ask.variables)?;
    // The manager cannot go on in an order of the caller's, but it can begin in one.
    let first = ask.limit.filter(|limit| list.is_ordered() && *limit <= ask.page_size.into());
    if let Some(first) = first.and_then(|first| i32::try_from(first).ok()) {
        list.set_cursor(first, None);
        let client = client.clone();
        return Ok(Once::of(async move {
            let page = O::page(client.send(list).await?);
            let Page { items, total_count, .. } =
                page.unwrap_or_else(|| Page::new(Vec::new(), Some(0)));
            Ok((items.into_iter().map(row_of).collect(), total_count))
        }));
    }
    let mut pages = client.pages(list).page_size(ask.page_size);
    if let Some(limit) = ask.limit {
        pages = pages.max_items(limit);
    }
    Ok(Box::new(Walk { pages, row: row_of }))
}

fn whole<O>(client: &Client, ask: Ask) -> Result<Box<dyn Rows>, Failure>
where
    O: Select + DeserializeOwned,
{
    let chosen = decode::<O>(ask.variables)?.choose(ask.fields)?;
    let client = client.clone();
    Ok(Once::of(async move {
        let rows = client.send(chosen).await?.into_vec();
        Ok((rows.into_iter().map(Chosen::into_map).collect(), None))
    }))
}

fn found<O>(client: &Client, ask: Ask) -> Result<Box<dyn Rows>, Failure>
where
    O: Operation + DeserializeOwned + 'static,
    O::Data: Serialize,
{
    let operation = decode::<O>(ask.variables)?;
    let client = client.clone();
    Ok(Once::of(async move {
        let data = row_of(client.send(operation).await?);
        let mut rows = Vec::new();
        let mut total = None;
        for root in data.into_values() {
            match root {
                Value::Array(all) => rows.extend(all.into_iter().map(row_of)),
                Value::Object(mut root) => {
                    total = root.get("count").and_then(Value::as_u64);
                    match root.remove("edges") {
                        Some(Value::Array(edges)) => rows.extend(edges.into_iter().map(node_of)),
                        _ => rows.push(root),
                    }
                }
                _ => {}
            }
        }
        Ok((rows, total))
    }))
}

/// What a typed row says in JSON; nothing, where there is none.
fn row_of(row: impl Serialize) -> Row {
    match serde_json::to_value(row) {
        Ok(Value::Object(row)) => row,
        _ => Row::new(),
    }
}

fn node_of(mut edge: Value) -> Row {
    row_of(edge.get_mut("node").map(Value::take))
}

struct Walk<O: Paginated> {
    pages: Pager<O>,
    row: fn(O::Item) -> Row,
}

impl<O: Paginated + 'static> Rows for Walk<O>
where
    Pager<O>: Send,
{
    fn next(&mut self) -> Pending<'_, Option<Result<Vec<Row>, Error>>> {
        Box::pin(async {
            let page = self.pages.next().await?;
            Some(page.map(|page| page.items.into_iter().map(self.row).collect()))
        })
    }

    fn total(&self) -> Option<u64> {
        self.pages.total_count()
    }

    fn list_changes(&self) -> ListChanges {
        self.pages.list_changes()
    }
}

type Answer = Result<(Vec<Row>, Option<u64>), Error>;

/// One answer.
struct Once {
    answer: Option<Pending<'static, Answer>>,
    total: Option<u64>,
}

impl Once {
    fn of(answer: impl Future<Output = Answer> + Send + 'static) -> Box<dyn Rows> {
        Box::new(Self { answer: Some(Box::pin(answer)), total: None })
    }
}

impl Rows for Once {
    fn next(&mut self) -> Pending<'_, Option<Result<Vec<Row>, Error>>> {
        Box::pin(async {
            let answer = self.answer.take()?.await;
            Some(answer.map(|(rows, total)| {
                self.total = total.or(Some(rows.len() as u64));
                rows
            }))
        })
    }

    fn total(&self) -> Option<u64> {
        self.total
    }
}
