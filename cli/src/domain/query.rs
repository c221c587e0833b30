//! Queries for lists and objects, built from the descriptions of their operations.

use backendai::{
    Client, DynamicOperation, Error, Field, ListChanges, Operation as _, OperationInfo, Pager,
    operation::Compiled,
};
use serde_json::{Map, Value};

use crate::{input, output::Failure, render::Row};

/// How many pages of a whole list are requested ahead.
const PREFETCH: usize = 4;

/// The values of variables, by name.
pub(crate) type Variables = Map<String, Value>;

/// A list or an object of the manager.
#[derive(Clone, Copy)]
pub(crate) struct Query {
    pub(crate) info: &'static OperationInfo,
    /// The fields that are shown by default; all, when empty.
    pub(crate) shown: &'static [&'static str],
    /// The fields that can be shown. One with a dot is a member of another.
    known: &'static [Field],
}

/// How a list is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By offset and limit.
    Window,
    /// By cursor: each page after the previous one.
    Cursor,
    /// All rows in one response.
    Whole,
}

/// The request for a list.
pub(crate) struct ListRequest {
    pub(crate) variables: Variables,
    pub(crate) fields: Vec<&'static str>,
    /// Maximum number of rows; none for all.
    pub(crate) limit: Option<u64>,
    pub(crate) page_size: u32,
    pub(crate) offset: u64,
}

impl Query {
    /// The query of a compiled operation. Only its description is used.
    pub(crate) const fn new<O: Compiled>(shown: &'static [&'static str]) -> Self {
        let known = match O::INFO.rows {
            Some(rows) => rows.fields,
            None => &[],
        };
        Self { info: O::INFO, shown, known }
    }

    /// The query of an operation with further fields, which are members of those of its rows.
    pub(crate) const fn with_members(
        info: &'static OperationInfo,
        shown: &'static [&'static str],
        known: &'static [Field],
    ) -> Self {
        Self { info, shown, known }
    }

    /// Whether it is of the v2 API.
    pub(crate) fn is_v2(&self) -> bool {
        input::is_v2(self.info)
    }

    /// The fields that can be shown.
    pub(crate) const fn fields(&self) -> &'static [Field] {
        self.known
    }

    /// The names of the fields of the rows themselves.
    pub(crate) fn top(&self) -> Vec<&'static str> {
        self.info.rows.map_or(&[][..], |rows| rows.fields).iter().map(Field::name).collect()
    }

    pub(crate) fn way(&self) -> Way {
        match self.info.paging {
            None => Way::Whole,
            Some(paging) if paging.window.is_some() => Way::Window,
            Some(_) => Way::Cursor,
        }
    }

    /// Name of the field that is queried.
    pub(crate) fn root(&self) -> &'static str {
        self.info.root_fields.first().map_or("", |root| root.name)
    }

    /// The operation with these variables, and with these fields where they can be chosen.
    pub(crate) fn operation(
        &self,
        variables: Variables,
        fields: &[&'static str],
    ) -> Result<DynamicOperation, Failure> {
        check(self.info, &variables)?;
        let operation = DynamicOperation::new(self.info).variables(variables);
        // Members are selected with their object.
        let mut names: Vec<_> = fields.iter().filter_map(|name| name.split('.').next()).collect();
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(*name));
        Ok(operation.select(names)?)
    }

    /// Starts reading a list.
    pub(crate) fn start(&self, client: &Client, request: ListRequest) -> Result<Rows, Failure> {
        let ListRequest { variables, fields, limit, page_size, offset } = request;
        let operation = self.operation(variables, &fields)?;
        let paging = self.info.paging;
        let ordered = |variables: &Variables| {
            paging.is_some_and(|paging| {
                paging
                    .orders
                    .iter()
                    .any(|name| variables.get(*name).is_some_and(|it| !it.is_null()))
            })
        };
        // The manager cannot continue a custom order after a cursor, but it orders the first page.
        if self.way() == Way::Cursor
            && ordered(operation.values())
            && let Some(first) = limit.filter(|limit| *limit <= page_size.into())
            && let Some(cursor) = paging.and_then(|paging| paging.cursor)
        {
            let operation = operation.variable(cursor.first, first);
            let source = Source::First {
                client: client.clone(),
                operation: Some(operation.clone()),
                total: None,
            };
            return Ok(Rows { source, operation, incomplete: None });
        }
        let mut pages = client.pages(operation.clone()).page_size(page_size);
        pages = match limit {
            Some(limit) => pages.max_items(limit),
            None => pages.prefetch(PREFETCH),
        };
        if offset > 0 {
            pages = pages.offset(offset);
        }
        Ok(Rows { source: Source::Pages(Box::new(pages)), operation, incomplete: None })
    }

    /// Sends the query for one object. Data beside errors is returned with the error.
    pub(crate) async fn send(
        client: &Client,
        operation: DynamicOperation,
    ) -> Result<(Vec<Row>, Option<Error>), Error> {
        match client.send(operation.clone()).await {
            Ok(rows) => Ok((rows_of(rows.into_vec()), None)),
            Err(error) => match partial(&operation, &error) {
                Some(rows) => Ok((rows, Some(error))),
                None => Err(error),
            },
        }
    }
}

fn rows_of(rows: Vec<backendai::Row>) -> Vec<Row> {
    rows.into_iter().map(backendai::Row::into_map).collect()
}

/// The rows beside the errors of a response. The v2 API has errors of members, too.
fn partial(operation: &DynamicOperation, error: &Error) -> Option<Vec<Row>> {
    if !input::is_v2(operation.info()) || !error.is_graphql() {
        return None;
    }
    let mut rows = error.partial_data::<backendai::Rows>()?.ok()?;
    if let Some(complete) = operation.completion() {
        complete(&mut rows);
    }
    let rows = rows_of(rows.into_vec());
    rows.iter().any(|row| !row.is_empty()).then_some(rows)
}

/// Checks values that the manager would refuse.
fn check(info: &OperationInfo, variables: &Variables) -> Result<(), Failure> {
    for (name, value) in variables {
        let Some(text) = value.as_str() else { continue };
        let ty = info.variable(name).map(|variable| variable.type_name());
        if ty == Some("UUID") && !input::is_uuid(text) {
            let failure = Failure::argument(format!("`{name}` is invalid"));
            return Err(failure
                .cause(format!("`{text}` is no id: a UUID is wanted, such as {}", input::A_UUID)));
        }
    }
    Ok(())
}

/// The rows of a list.
pub(crate) struct Rows {
    source: Source,
    operation: DynamicOperation,
    incomplete: Option<Error>,
}

/// Where the rows come from.
enum Source {
    Pages(Box<Pager<DynamicOperation>>),
    /// The rows of one request.
    First {
        client: Client,
        operation: Option<DynamicOperation>,
        total: Option<u64>,
    },
}

impl Rows {
    /// The next page; none at the end.
    pub(crate) async fn next(&mut self) -> Option<Result<Vec<Row>, Error>> {
        if self.incomplete.is_some() {
            return None;
        }
        let rows = match &mut self.source {
            Source::Pages(pages) => pages.next().await?.map(|page| page.items),
            Source::First { client, operation, total } => {
                client.send(operation.take()?).await.map(|rows| {
                    *total = rows.total_count();
                    rows.into_vec()
                })
            }
        };
        Some(match rows {
            Ok(rows) => Ok(rows_of(rows)),
            Err(error) => match partial(&self.operation, &error) {
                Some(rows) => {
                    self.incomplete = Some(error);
                    Ok(rows)
                }
                None => Err(error),
            },
        })
    }

    /// The errors beside the last rows, which end the list.
    pub(crate) fn incomplete(&mut self) -> Option<Error> {
        self.incomplete.take()
    }

    /// Number of rows of the whole list, as far as known.
    pub(crate) fn total(&self) -> Option<u64> {
        match &self.source {
            Source::Pages(pages) => pages.total_count(),
            Source::First { total, .. } => *total,
        }
    }

    /// The detected changes of the list.
    pub(crate) fn list_changes(&self) -> ListChanges {
        match &self.source {
            Source::Pages(pages) => pages.list_changes(),
            Source::First { .. } => ListChanges::default(),
        }
    }
}
