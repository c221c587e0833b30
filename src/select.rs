//! Fields that are chosen when the program runs, not when it is built.
//!
//! A generated operation asks for the fields that its document names. [`Select::choose`] makes one
//! of it that asks for others, out of the table that its fragment has. What comes back are
//! [`Row`]s: JSON, since nobody knew the type before.
//!
//! ```no_run
//! # async fn run(client: backendai::Client) -> backendai::Result<()> {
//! use backendai::{Select, admin::keypair::PagedKeyPairs};
//!
//! let list = PagedKeyPairs::new().filter("is_active == true").choose(["user_id", "access_key"])?;
//! let fields = list.fields().to_vec();
//! let mut rows = client.pages(list).items();
//! while let Some(row) = rows.next().await {
//!     let row = row?;
//!     for field in &fields {
//!         println!("{}: {}", field.title(), row.console(field));
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use crate::{
    error::{Error, Result},
    format::{self, Format},
    operation::{Operation, OperationKind, Page, Paginated, Pagination, Refusal},
    scalar::MaybeUndefined,
    version::{self, ManagerVersion, Part, Requirement, Requirements},
};

/// A field that can be chosen.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    name: &'static str,
    title: Option<&'static str>,
    text: &'static str,
    /// The same in parts, where an older manager knows less.
    parts: &'static [Part],
    format: Format,
    secret: bool,
}

impl Field {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        title: Option<&'static str>,
        text: &'static str,
        format: Format,
        secret: bool,
    ) -> Self {
        Self { name, title, text, parts: &[], format, secret }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn parts(self, parts: &'static [Part]) -> Self {
        Self { parts, ..self }
    }

    /// Its name in the answer.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its name for people, such as the head of a column.
    pub fn title(&self) -> Cow<'static, str> {
        self.title.map_or_else(|| format::title(self.name).into(), Cow::Borrowed)
    }

    /// What is sent to select it.
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// How its value is shown to people.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Whether its value must not be shown unasked.
    pub const fn is_secret(&self) -> bool {
        self.secret
    }
}

/// A fragment of a document, with the table of its fields. Generated.
pub trait Fragment {
    /// Name of the GraphQL type it is on.
    const ON: &'static str;
    /// Its fields, in the order of the document.
    const FIELDS: &'static [Field];
}

/// An operation whose rows all have the fields of one fragment. Generated.
pub trait Select: Operation + Sized + 'static {
    /// The fragment with the fields to choose from.
    type Row: Fragment;
    /// The text before and behind the selection of a row.
    const AROUND: [&'static str; 2];
    #[doc(hidden)]
    const AROUND_PARTS: [&'static [Part]; 2] = [&[], &[]];
    /// What it needs whatever is chosen, as [`Operation::REQUIRES`].
    const AROUND_REQUIRES: &'static [Requirement] = &[];
    /// The keys that lead from the answer's data to the rows.
    const ROWS: &'static [&'static str];
    /// Key of the total, beside the rows.
    const TOTAL: Option<&'static str>;
    /// The fields that identify a row, which are asked for whatever is chosen.
    const ROW_KEY: &'static [&'static str] = &[];

    /// The same operation with other fields, in this order.
    ///
    /// # Errors
    ///
    /// When a name is not in the table, with one that resembles it, and when there is no name.
    fn choose<'a>(self, fields: impl IntoIterator<Item = &'a str>) -> Result<Chosen<Self>> {
        let fields = fields.into_iter().map(find::<Self::Row>).collect::<Result<Vec<_>>>()?;
        if fields.is_empty() {
            return Err(Error::config(format!(
                "no field of {} is chosen: name at least one of {}",
                Self::Row::ON,
                names::<Self::Row>()
            )));
        }
        let parts = |parts: &[Part], text| match parts {
            [] => vec![Part::new(&[], text)],
            parts => parts.to_vec(),
        };
        let ([before, behind], [before_parts, behind_parts]) = (Self::AROUND, Self::AROUND_PARTS);
        let key = Self::ROW_KEY.iter().enumerate();
        let key = key.map(|(index, field)| format!("{}:{field}", key_alias(index)));
        let text = Arc::new(version::Chosen::new(
            parts(before_parts, before),
            fields.iter().map(|field| parts(field.parts, field.text)).collect(),
            key.collect(),
            parts(behind_parts, behind),
        ));
        Ok(Chosen { operation: self, whole: text.whole(), text, fields })
    }
}

/// What a row's key is called in the answer, beside the fields that were chosen.
fn key_alias(index: usize) -> String {
    format!("pagedBy{index}")
}

fn find<F: Fragment>(name: &str) -> Result<Field> {
    if let Some(field) = F::FIELDS.iter().find(|field| field.name == name) {
        return Ok(*field);
    }
    let near = F::FIELDS
        .iter()
        .map(|field| (strsim::damerau_levenshtein(field.name, name), field.name))
        .filter(|(distance, _)| *distance <= name.chars().count().div_ceil(3))
        .min();
    Err(Error::config(match near {
        Some((_, near)) => format!("{} has no field `{name}`: did you mean `{near}`?", F::ON),
        None => format!("{} has no field `{name}`, only {}", F::ON, names::<F>()),
    }))
}

fn names<F: Fragment>() -> String {
    let names: Vec<_> = F::FIELDS.iter().map(|field| field.name).collect();
    names.join(", ")
}

/// An operation with chosen fields. It is sent, and walked, as the one that it was made of.
#[derive(Clone, Debug)]
pub struct Chosen<O> {
    operation: O,
    text: Arc<version::Chosen>,
    /// All of it, as a JSON string.
    whole: Arc<str>,
    fields: Vec<Field>,
}

impl<O> Chosen<O> {
    /// The fields, in the order in which they were chosen.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

impl<O: Serialize> Serialize for Chosen<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.operation.serialize(serializer)
    }
}

impl<O: Select> Operation for Chosen<O> {
    type Data = Rows<O>;

    const NAME: &'static str = O::NAME;
    const KIND: OperationKind = O::KIND;
    const PATH: &'static str = O::PATH;
    const DOCUMENT: &'static str = O::DOCUMENT;
    const DOCUMENT_JSON: &'static str = O::DOCUMENT_JSON;

    const REQUIRES: &'static [Requirement] = O::AROUND_REQUIRES;

    fn text_json(&self) -> &str {
        &self.whole
    }

    fn newest(&self) -> Option<ManagerVersion> {
        self.operation.newest().max(self.text.newest())
    }

    fn gate(&self) -> Requirements {
        self.operation.gate().chosen(Self::REQUIRES, self.text.clone())
    }

    fn refusal(data: &Rows<O>) -> Option<Refusal<'_>> {
        let message = data.refused.as_ref()?.as_deref();
        Some(Refusal { field: O::ROWS.first()?, message })
    }
}

impl<O: Paginated + Select> Paginated for Chosen<O> {
    type Item = Row;

    const STRATEGIES: &'static [Pagination] = O::STRATEGIES;
    const KEY: Option<&'static str> = O::KEY;

    fn set_window(&mut self, limit: i32, offset: i32) {
        self.operation.set_window(limit, offset);
    }

    fn set_cursor(&mut self, first: i32, after: Option<String>) {
        self.operation.set_cursor(first, after);
    }

    fn order_mut(&mut self) -> Option<&mut MaybeUndefined<String>> {
        self.operation.order_mut()
    }

    fn filter_mut(&mut self) -> Option<&mut MaybeUndefined<String>> {
        self.operation.filter_mut()
    }

    fn is_ordered(&self) -> bool {
        self.operation.is_ordered()
    }

    fn key(item: &Row) -> Option<String> {
        item.key.clone()
    }

    fn page(data: Rows<O>) -> Option<Page<Row>> {
        data.found.then(|| Page::new(data.items, data.total))
    }
}

/// The answer to a [`Chosen`] operation.
#[derive(Clone, Debug)]
pub struct Rows<O> {
    items: Vec<Row>,
    total: Option<u64>,
    /// Whether there was an object or a list at all, and not null.
    found: bool,
    refused: Option<Option<String>>,
    operation: PhantomData<fn() -> O>,
}

impl<O> Rows<O> {
    /// The rows of a list; none or one where the operation asks for one object.
    pub fn into_vec(self) -> Vec<Row> {
        self.items
    }
}

impl<'de, O: Select> Deserialize<'de> for Rows<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut at = Value::Object(Map::deserialize(deserializer)?);
        let mut total = None;
        let mut refused = None;
        for key in O::ROWS {
            if at.get("ok") == Some(&Value::Bool(false)) {
                refused = Some(at.get("msg").and_then(Value::as_str).map(str::to_owned));
            }
            total = O::TOTAL.and_then(|key| at.get(key)).and_then(Value::as_u64);
            at = at.get_mut(*key).map_or(Value::Null, Value::take);
            if at.is_null() {
                break;
            }
        }
        let found = !at.is_null();
        let items = match at {
            Value::Array(items) => items.into_iter().map(row::<O, _>).collect::<Result<_, _>>()?,
            Value::Null => Vec::new(),
            other => vec![row::<O, _>(other)?],
        };
        Ok(Self { items, total, found, refused, operation: PhantomData })
    }
}

fn row<O: Select, E: de::Error>(value: Value) -> Result<Row, E> {
    let table = O::Row::FIELDS;
    match value {
        Value::Object(mut values) => {
            let parts = (0..O::ROW_KEY.len()).map(|index| {
                let value = values.remove(&key_alias(index))?;
                value.as_str().map(str::to_owned)
            });
            let parts: Option<Vec<_>> = parts.collect();
            let key = parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("\n"));
            Ok(Row { values, key, table })
        }
        // A list may have null among its rows.
        Value::Null => Ok(Row { values: Map::new(), key: None, table }),
        other => Err(E::custom(format_args!("a row of {} is {other}, not an object", O::Row::ON))),
    }
}

/// One row of chosen fields, as JSON. `Debug` does not show secrets.
#[derive(Clone, PartialEq)]
pub struct Row {
    values: Map<String, Value>,
    /// What tells it from other rows of its list.
    key: Option<String>,
    table: &'static [Field],
}

impl Row {
    /// The value of a field for people. Secrets are shown: leave out the fields that
    /// [are secret](Field::is_secret) where that is not wanted.
    pub fn console(&self, field: &Field) -> String {
        field.format.console(self.values.get(field.name).unwrap_or(&Value::Null))
    }

    /// The values by the names of the fields.
    pub fn into_map(self) -> Map<String, Value> {
        self.values
    }
}

impl Deref for Row {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.values
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values.serialize(serializer)
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = |name: &str| self.table.iter().any(|field| field.name == name && field.secret);
        f.debug_map()
            .entries(self.values.iter().map(|(name, value)| {
                let shown: &dyn fmt::Debug =
                    if secret(name) { &crate::__private::Redacted } else { value };
                (name, shown)
            }))
            .finish()
    }
}
