//! The Rust types of a document set: which there are, what they are called, what is in them.

use std::collections::BTreeMap;

use crate::{
    diagnostic::Diagnostic,
    since::{All, Since, Version},
    text::{Part, Text},
};

/// Everything that is emitted for one document set.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) enums: Vec<Enum>,
    pub(crate) inputs: Vec<Input>,
    /// Enums and input objects that the runtime crate has already.
    pub(crate) reused: Vec<Reused>,
    /// By the name of the file.
    pub(crate) modules: BTreeMap<String, Module>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// What one document file holds.
#[derive(Default)]
pub(crate) struct Module {
    pub(crate) fragments: Vec<Group>,
    pub(crate) operations: Vec<Operation>,
}

/// A type, and a module with those that are nested in it.
pub(crate) struct Group {
    pub(crate) module: String,
    pub(crate) root: Output,
    pub(crate) nested: Vec<Output>,
    pub(crate) table: Option<Table>,
}

/// The fields of a fragment, for those who choose at run time.
pub(crate) struct Table {
    /// Name of the GraphQL type.
    pub(crate) on: String,
    pub(crate) rows: Vec<TableRow>,
}

pub(crate) struct TableRow {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    /// What is sent to select it.
    pub(crate) parts: Vec<Part>,
    pub(crate) format: Format,
    pub(crate) secret: bool,
}

pub(crate) struct Format {
    pub(crate) variant: String,
    pub(crate) field: Option<String>,
}

/// Where an operation takes the fields of its rows, all from one fragment.
pub(crate) struct Choice {
    /// The text before and behind the selection of a row.
    pub(crate) around: (Vec<Part>, Vec<Part>),
    /// What the operation requires whatever is chosen.
    pub(crate) requires: All,
    /// The keys that lead from the answer's data to the rows.
    pub(crate) rows: Vec<String>,
    /// Key of the total beside the rows.
    pub(crate) total: Option<String>,
    /// Module and Rust name of the fragment whose fields can be chosen.
    pub(crate) table: (String, String),
}

pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) graphql_name: String,
    pub(crate) is_query: bool,
    pub(crate) text: Text,
    /// The newest version that changes what is sent, or whether it is.
    pub(crate) newest: Option<Version>,
    pub(crate) variables: Vec<InputField>,
    pub(crate) data: Group,
    pub(crate) refusals: Vec<RefusedField>,
    pub(crate) page: Option<Page>,
    pub(crate) choice: Option<Choice>,
}

/// A root field of a mutation whose answer says whether it was refused.
pub(crate) struct RefusedField {
    pub(crate) root: Member,
    pub(crate) key: String,
    pub(crate) ok: Member,
    pub(crate) message: Option<Member>,
}

/// How to get at a list's rows.
pub(crate) struct Page {
    pub(crate) root: Member,
    pub(crate) rows: Rows,
    pub(crate) total: Option<Member>,
    pub(crate) item: Shape,
    pub(crate) window: Option<Window>,
    pub(crate) cursor: Option<Cursor>,
    /// Whether the rows behind one of them can be asked for with a condition.
    pub(crate) keyset: bool,
    pub(crate) order: Option<usize>,
    pub(crate) filter: Option<usize>,
    /// All variables that give an order.
    pub(crate) orders: Vec<usize>,
    pub(crate) key: Option<Key>,
}

/// Where the rows are.
pub(crate) enum Rows {
    Items(Member),
    Edges {
        edges: Member,
        edge_optional: bool,
        node: Member,
        at: Member,
        info: Member,
        more: Member,
        end: Member,
    },
}

/// The variables for a walk by offset.
pub(crate) struct Window {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
}

/// The variables for a walk by cursor.
pub(crate) struct Cursor {
    pub(crate) first: usize,
    pub(crate) after: usize,
    /// Those which must not be sent beside them.
    pub(crate) others: Vec<usize>,
}

/// What tells rows apart.
pub(crate) struct Key {
    /// In the list's order language.
    pub(crate) columns: String,
    /// In the rows.
    pub(crate) members: Vec<Member>,
    /// What they are called in the schema.
    pub(crate) fields: Vec<String>,
    /// Whether a condition on it is possible.
    pub(crate) filtered: bool,
}

/// A field of an answer, and whether it is an `Option`.
pub(crate) struct Member {
    pub(crate) ident: String,
    pub(crate) optional: bool,
}

impl From<&OutputField> for Member {
    fn from(field: &OutputField) -> Self {
        let optional = field.shape.wraps.first() == Some(&Wrap::Option);
        Self { ident: field.ident.clone(), optional }
    }
}

/// A type that is decoded.
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Struct(Vec<OutputField>),
    /// An interface or a union: the last variant takes every type that has none of its own.
    Enum(Vec<Variant>),
}

pub(crate) struct Variant {
    pub(crate) name: String,
    /// Name of the GraphQL type; none for the last variant.
    pub(crate) typename: Option<String>,
    /// Name of the struct it holds, in the same module.
    pub(crate) holds: String,
}

pub(crate) struct OutputField {
    pub(crate) ident: String,
    /// Name of the field in the schema.
    pub(crate) field: String,
    /// Name of the field in the answer.
    pub(crate) key: String,
    pub(crate) shape: Shape,
    pub(crate) conditional: bool,
    pub(crate) secret: bool,
    pub(crate) docs: Docs,
}

/// An enum or an input object of the runtime crate.
pub(crate) struct Reused {
    pub(crate) name: String,
    /// Its name in the runtime crate's `types`.
    pub(crate) theirs: String,
}

/// An open enum.
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) graphql_name: String,
    pub(crate) docs: Docs,
    pub(crate) values: Vec<EnumValue>,
}

pub(crate) struct EnumValue {
    pub(crate) variant: String,
    pub(crate) value: String,
    pub(crate) since: Option<Since>,
    pub(crate) docs: Docs,
}

/// A type that is sent.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) graphql_name: String,
    pub(crate) docs: Docs,
    /// Exactly one of the fields is sent.
    pub(crate) one_of: bool,
    pub(crate) fields: Vec<InputField>,
}

pub(crate) struct InputField {
    pub(crate) ident: String,
    pub(crate) key: String,
    /// The type of a value that is given.
    pub(crate) shape: Shape,
    pub(crate) presence: Presence,
    /// Of a field of an input object.
    pub(crate) since: Option<Since>,
    /// Whether a value of it can have something that not every manager knows.
    pub(crate) deep: bool,
    pub(crate) secret: bool,
    pub(crate) docs: Docs,
}

/// Whether a value has to be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has to be.
    Required,
    /// It may be left out and cannot be null: it has a default, or the server keeps what is there.
    Defaulted,
    /// It may be left out or be null.
    Nullable,
    /// It has to be sent, as a value or null.
    Stated,
}

/// A type within its `Option`s and `Vec`s.
#[derive(Clone)]
pub(crate) struct Shape {
    /// From outside inward.
    pub(crate) wraps: Vec<Wrap>,
    pub(crate) base: Base,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    Option,
    Vec,
    Box,
}

#[derive(Clone)]
pub(crate) enum Base {
    /// A path that is good everywhere.
    Rust(String),
    /// An item of the runtime crate.
    Runtime(String),
    /// An enum or an input object of the set.
    Shared(String),
    /// A fragment's type, in the module of its file.
    Fragment { module: String, name: String },
    /// A type of the same group.
    Nested(String),
    /// A type that is nested in a fragment's.
    Within { module: String, group: String, name: String },
}

/// What is said of an item.
#[derive(Clone, Default)]
pub(crate) struct Docs {
    pub(crate) text: Option<String>,
    /// Versions of the manager that have it first, one for each branch.
    pub(crate) since: Vec<String>,
    pub(crate) deprecated: Option<String>,
}
