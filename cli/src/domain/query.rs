//! Queries for lists and objects, built from the descriptions of their operations.

use backendai::{
    Client, DynamicOperation, Error, Field, ListChanges, OperationInfo, Pager, Uuid,
    operation::Compiled,
};
use serde_json::{Map, Value};

use crate::{output::Failure, render::Row};

/// The values of variables, by name.
pub(crate) type Variables = Map<String, Value>;

/// A list or an object of the manager.
#[derive(Clone, Copy)]
pub(crate) struct Query {
    pub(crate) info: &'static OperationInfo,
    /// The fields that are shown by default; all, when empty.
    pub(crate) shown: &'static [&'static str],
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
        Self { info: O::INFO, shown }
    }

    /// The fields that can be shown.
    pub(crate) fn fields(&self) -> &'static [Field] {
        self.info.rows.map_or(&[], |rows| rows.fields)
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
        Ok(operation.select(fields.iter().copied())?)
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
            return Ok(Rows::First {
                client: client.clone(),
                operation: Some(operation),
                total: None,
            });
        }
        let mut pages = client.pages(operation).page_size(page_size);
        if let Some(limit) = limit {
            pages = pages.max_items(limit);
        }
        if offset > 0 {
            pages = pages.offset(offset);
        }
        Ok(Rows::Pages(Box::new(pages)))
    }
}

/// Checks values that the manager would refuse.
fn check(info: &OperationInfo, variables: &Variables) -> Result<(), Failure> {
    for (name, value) in variables {
        let Some(text) = value.as_str() else { continue };
        let ty = info.variable(name).map(|variable| variable.type_name());
        if ty == Some("UUID")
            && let Err(error) = text.parse::<Uuid>()
        {
            return Err(Failure::argument(format!("`{name}` is invalid")).cause(error.to_string()));
        }
    }
    Ok(())
}

/// The pages of a list.
pub(crate) enum Rows {
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
        let rows = match self {
            Self::Pages(pages) => match pages.next().await? {
                Ok(page) => page.items,
                Err(error) => return Some(Err(error)),
            },
            Self::First { client, operation, total } => {
                match client.send(operation.take()?).await {
                    Ok(rows) => {
                        *total = rows.total_count();
                        rows.into_vec()
                    }
                    Err(error) => return Some(Err(error)),
                }
            }
        };
        Some(Ok(rows.into_iter().map(backendai::Row::into_map).collect()))
    }

    /// Number of rows of the whole list, as far as known.
    pub(crate) fn total(&self) -> Option<u64> {
        match self {
            Self::Pages(pages) => pages.total_count(),
            Self::First { total, .. } => *total,
        }
    }

    /// The detected changes of the list.
    pub(crate) fn list_changes(&self) -> ListChanges {
        match self {
            Self::Pages(pages) => pages.list_changes(),
            Self::First { .. } => ListChanges::default(),
        }
    }
}
