//! Operations that are built at run time.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    Completion, Field, Operation, OperationInfo, Page, Paginated, Projection, Row, Rows,
    info::EdgesInfo, row::key_alias,
};
use crate::error::{Error, Result};

/// An operation that is built at run time: a description, variables as JSON, and the fields of a
/// row. It is sent and read page by page as a compiled one is, and respects the manager's version.
///
/// [`Operation::select`] makes one of a compiled operation. Without it, nothing is compiled for the
/// operation:
///
/// ```
/// # #[cfg(feature = "admin")]
/// # fn main() -> backendai::Result<()> {
/// use backendai::{DynamicOperation, admin};
///
/// let info = admin::OPERATIONS.iter().find(|info| info.name == "PagedKeyPairs");
/// let list = DynamicOperation::new(info.expect("it is an operation of the admin schema"))
///     .variable("is_active", true)
///     .select(["user_id", "access_key"])?;
/// # let _ = list;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "admin"))]
/// # fn main() {}
/// ```
///
/// A description can also be written by hand. It is `'static`: a program that reads documents at run
/// time keeps each description for its whole life.
#[derive(Clone, Debug)]
pub struct DynamicOperation {
    info: &'static OperationInfo,
    variables: Variables,
    fields: Vec<Field>,
    projection: Option<Arc<Projection>>,
}

/// Variables by name.
#[derive(Clone)]
struct Variables(Map<String, Value>);

/// Their values may be secret.
impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl DynamicOperation {
    /// An operation without variables, with all fields of its document.
    pub fn new(info: &'static OperationInfo) -> Self {
        Self { info, variables: Variables(Map::new()), fields: Vec::new(), projection: None }
    }

    /// The dynamic form of a compiled operation.
    pub(super) fn of<O: Operation>(operation: &O) -> Result<Self> {
        let variables = variables(operation)?;
        Ok(Self { variables: Variables(variables), ..Self::new(operation.info()) })
    }

    /// Sets a variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.variables.0.insert(name.into(), value.into());
        self
    }

    /// Sets all variables.
    #[must_use]
    pub fn variables(mut self, variables: Map<String, Value>) -> Self {
        self.variables = Variables(variables);
        self
    }

    /// Chooses the fields of the rows, in this order.
    ///
    /// # Errors
    ///
    /// As [`Operation::select`].
    pub fn select(mut self, fields: impl IntoIterator<Item: AsRef<str>>) -> Result<Self> {
        let Some(rows) = self.info.rows else {
            return Err(Error::config(format!(
                "{} returns no rows of one type, so that its fields cannot be chosen",
                self.info.name
            )));
        };
        self.fields = fields
            .into_iter()
            .map(|name| find(rows.on, rows.fields, name.as_ref()))
            .collect::<Result<_>>()?;
        if self.fields.is_empty() {
            return Err(Error::config(format!(
                "no field of {} is chosen: name at least one of {}",
                rows.on,
                names(rows.fields)
            )));
        }
        let fields = self.fields.clone();
        self.projection = rows
            .projection
            .map(|projection| Arc::new(Projection::new(projection, fields, key(self.info))));
        Ok(self)
    }

    /// The rows of an operation without any field, so that only their keys are requested; `None`
    /// where fields cannot be left out.
    pub(crate) fn keys(info: &'static OperationInfo) -> Option<Self> {
        let projection = Projection::new(info.rows?.projection?, Vec::new(), key(info));
        Some(Self { projection: Some(Arc::new(projection)), ..Self::new(info) })
    }

    /// The rows of a connection, of which only the cursors are requested; `None` where they cannot be.
    pub(crate) fn cursors(info: &'static OperationInfo) -> Option<Self> {
        let rows = info.rows?;
        let EdgesInfo { cursor, page_info, has_next_page, end_cursor, .. } = rows.edges?;
        let mut selection: Vec<_> = rows.total.map(str::to_owned).into_iter().collect();
        selection.push(format!("{}{{{}}}", rows.path.last()?, cursor?));
        selection.push(format!("{}{{{has_next_page} {end_cursor}}}", page_info?));
        let projection = Projection::new(rows.index?, Vec::new(), selection);
        Some(Self { projection: Some(Arc::new(projection)), ..Self::new(info) })
    }

    /// Returns the variables.
    pub const fn values(&self) -> &Map<String, Value> {
        &self.variables.0
    }

    /// Returns the chosen fields, in their order; none when all of the document are requested.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

/// The variables of an operation by name.
pub(crate) fn variables<O: Operation>(operation: &O) -> Result<Map<String, Value>> {
    match serde_json::to_value(operation) {
        Ok(Value::Object(variables)) => Ok(variables),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Error::config("the variables are not an object")),
        Err(error) => Err(Error::encode(error)),
    }
}

/// The name in a response of the field that identifies a row, where it is one field.
pub(crate) fn key_name<O: Operation>(operation: &O) -> Option<String> {
    match (operation.info().paging?.key?.fields, operation.projection()) {
        ([_], Some(_)) => Some(key_alias(0)),
        ([field], None) => Some((*field).to_owned()),
        _ => None,
    }
}

/// The selection of the key of a row.
fn key(info: &OperationInfo) -> Vec<String> {
    let key = info.paging.and_then(|paging| paging.key);
    let key = key.iter().flat_map(|key| key.fields).enumerate();
    key.map(|(index, field)| format!("{}:{field}", key_alias(index))).collect()
}

fn find(on: &str, fields: &[Field], name: &str) -> Result<Field> {
    if let Some(field) = fields.iter().find(|field| field.name() == name) {
        return Ok(*field);
    }
    let near = crate::suggest::near(name, fields.iter().map(Field::name));
    Err(Error::config(match near {
        Some(near) => format!("{on} has no field `{name}`: did you mean `{near}`?"),
        None => format!("{on} has no field `{name}`, only {}", names(fields)),
    }))
}

fn names(fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(Field::name).collect();
    names.join(", ")
}

impl Serialize for DynamicOperation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.variables.0.serialize(serializer)
    }
}

impl Operation for DynamicOperation {
    type Data = Rows;

    fn info(&self) -> &'static OperationInfo {
        self.info
    }

    fn projection(&self) -> Option<&Arc<Projection>> {
        self.projection.as_ref()
    }

    fn completion(&self) -> Option<Completion<Rows>> {
        let (info, fields) = (self.info, self.fields.clone());
        Some(Box::new(move |rows| rows.extract(info, &fields)))
    }
}

impl Paginated for DynamicOperation {
    type Item = Row;

    fn page(&self, data: Rows) -> Option<Page<Row>> {
        // One object, or a list that comes at once, may be null.
        data.into_page(self.info.paging.is_none())
    }

    fn key(item: &Row) -> Option<String> {
        item.key().map(str::to_owned)
    }
}
