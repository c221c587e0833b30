//! The Rust types of a document set, with their names and members.

use std::collections::BTreeMap;

use apollo_compiler::ast::OperationType;

use crate::{
    diagnostic::Diagnostic,
    document_text::{DocumentText, TextPart},
    requirement::{Requirement, Requirements},
    version::Version,
};

/// Everything that is emitted for one document set.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) enums: Vec<Enum>,
    pub(crate) inputs: Vec<Input>,
    /// Enums and input objects of the crate that shares its types.
    pub(crate) reused: Vec<Reused>,
    /// All types that are decoded. Groups and fields name them by their ids.
    outputs: Vec<Output>,
    /// By the name of the file.
    pub(crate) modules: BTreeMap<String, Module>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// An index into a model's outputs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeId(usize);

impl Model {
    pub(crate) fn add(&mut self, output: Output) -> TypeId {
        self.outputs.push(output);
        TypeId(self.outputs.len() - 1)
    }

    #[expect(clippy::indexing_slicing, reason = "`add` makes the ids, and nothing is removed")]
    pub(crate) fn output(&self, id: TypeId) -> &Output {
        &self.outputs[id.0]
    }

    #[expect(clippy::indexing_slicing, reason = "`add` makes the ids, and nothing is removed")]
    pub(crate) fn output_mut(&mut self, id: TypeId) -> &mut Output {
        &mut self.outputs[id.0]
    }

    /// The fields of a type, if it is a struct of this set.
    pub(crate) fn fields(&self, base: &Base) -> &[OutputField] {
        match base {
            Base::Output(id) => match &self.output(*id).body {
                Body::Struct(fields) => fields,
                Body::Enum(_) => &[],
            },
            _ => &[],
        }
    }
}

/// The contents of one document file.
#[derive(Default)]
pub(crate) struct Module {
    pub(crate) fragments: Vec<Group>,
    pub(crate) operations: Vec<Operation>,
}

/// A type, and a module with those nested in it.
pub(crate) struct Group {
    pub(crate) module: String,
    pub(crate) root: TypeId,
    pub(crate) nested: Vec<TypeId>,
    pub(crate) table: Option<Table>,
}

/// The fields of a fragment that can be selected at run time.
pub(crate) struct Table {
    /// The name of the GraphQL type.
    pub(crate) on: String,
    pub(crate) rows: Vec<TableRow>,
}

pub(crate) struct TableRow {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    /// The text that selects it.
    pub(crate) parts: Vec<TextPart>,
    pub(crate) format: Format,
    pub(crate) secret: bool,
    /// Whether what is selected below it has a secret.
    pub(crate) secrets_below: bool,
}

pub(crate) struct Format {
    pub(crate) variant: String,
    pub(crate) field: Option<String>,
}

/// Where an operation has its rows, all of one type.
pub(crate) struct RowSet {
    /// The keys that lead from the data to the rows.
    pub(crate) path: Vec<String>,
    /// The key of the total beside the rows.
    pub(crate) total: Option<String>,
    pub(crate) edges: Option<EdgeKeys>,
    pub(crate) fields: RowFields,
    pub(crate) projection: Option<Projection>,
    /// The document around the selection of a connection.
    pub(crate) index: Option<Projection>,
}

/// The fields of a row.
pub(crate) enum RowFields {
    /// Those of a fragment's table, by its type.
    Fragment(TypeId),
    Own(Table),
}

/// The keys in and beside the edges of a connection.
pub(crate) struct EdgeKeys {
    /// None where the list has the rows themselves.
    pub(crate) node: Option<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) info: Option<PageInfoKeys>,
}

pub(crate) struct PageInfoKeys {
    pub(crate) info: String,
    pub(crate) more: String,
    pub(crate) end: String,
}

/// The selection of fields at run time, in an operation that takes the fields of its rows from one
/// fragment.
pub(crate) struct Projection {
    /// The text before and after the selection of a row.
    pub(crate) around: (Vec<TextPart>, Vec<TextPart>),
    /// The operation's requirements, whatever is selected.
    pub(crate) requires: Requirements,
}

pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) graphql_name: String,
    pub(crate) kind: OperationType,
    pub(crate) text: DocumentText,
    /// The newest version that affects the text, or whether it is sent.
    pub(crate) newest: Option<Version>,
    pub(crate) variables: Vec<InputField>,
    pub(crate) data: Group,
    pub(crate) roots: Vec<Root>,
    pub(crate) page: Option<Page>,
    pub(crate) rows: Option<RowSet>,
}

/// A field at the root of an operation.
pub(crate) struct Root {
    /// Its key in the answer.
    pub(crate) key: String,
    /// Its name in the schema.
    pub(crate) name: String,
    /// The key under which a mutation reports that it was refused.
    pub(crate) ok: Option<String>,
    /// The key of the reason beside it.
    pub(crate) message: Option<String>,
    /// The key under which a mutation of several objects lists those that failed.
    pub(crate) failed: Option<String>,
}

/// The pagination of a list.
pub(crate) struct Page {
    /// The way from the data to the list.
    pub(crate) path: Vec<Step>,
    /// The keys from the data to the rows.
    pub(crate) keys: Vec<Level>,
    pub(crate) rows: Rows,
    pub(crate) total: Option<Member>,
    pub(crate) item: Shape,
    pub(crate) window: Option<Window>,
    pub(crate) cursor: Option<Cursor>,
    /// Whether a filter can select the rows after a given one.
    pub(crate) keyset: bool,
    pub(crate) order: Option<usize>,
    pub(crate) filter: Option<usize>,
    /// All variables that set an order.
    pub(crate) orders: Vec<usize>,
    pub(crate) key: Option<Key>,
}

/// A step of the way to a list.
#[derive(Clone)]
pub(crate) enum Step {
    Field(Member),
    /// The list is in one variant of an enum.
    Variant {
        of: TypeId,
        name: String,
    },
}

/// A key in an answer, and the GraphQL type of the object that has it.
#[derive(Clone)]
pub(crate) struct Level {
    pub(crate) key: String,
    pub(crate) on: String,
}

/// Where the rows are.
pub(crate) enum Rows {
    Items(Member),
    Nodes {
        nodes: Member,
        info: Member,
        more: Member,
        end: Member,
    },
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

/// The variables for pagination by offset.
pub(crate) struct Window {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
}

/// The variables for pagination by cursor.
pub(crate) struct Cursor {
    pub(crate) first: usize,
    pub(crate) after: usize,
    /// Variables that must not be sent with them.
    pub(crate) others: Vec<usize>,
}

/// The unique key of rows.
pub(crate) struct Key {
    /// Their names in the list's order language.
    pub(crate) columns: String,
    /// Their fields in the rows.
    pub(crate) members: Vec<Member>,
    /// Their names in the schema.
    pub(crate) fields: Vec<String>,
    /// Whether the filter language can compare it.
    pub(crate) filtered: bool,
}

/// A field of an answer, and whether it is an `Option`.
#[derive(Clone)]
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
    pub(crate) home: Home,
    pub(crate) docs: Docs,
    pub(crate) body: Body,
}

/// The place of a type: a module of the file, and in it that of a group, if it is nested.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) module: String,
    pub(crate) group: Option<String>,
}

pub(crate) enum Body {
    Struct(Vec<OutputField>),
    /// An interface or a union: the last variant is for all types without a variant.
    Enum(Vec<Variant>),
}

pub(crate) struct Variant {
    pub(crate) name: String,
    /// The name of the GraphQL type; none for the last variant.
    pub(crate) typename: Option<String>,
    /// The struct it holds, in the same module.
    pub(crate) holds: TypeId,
}

pub(crate) struct OutputField {
    pub(crate) ident: String,
    /// The name of the field in the schema.
    pub(crate) field: String,
    /// The name of the field in the answer.
    pub(crate) key: String,
    pub(crate) shape: Shape,
    pub(crate) conditional: bool,
    /// Whether it is an id, which some servers send as a number.
    pub(crate) is_id: bool,
    pub(crate) secret: bool,
    pub(crate) docs: Docs,
}

/// An enum or an input object of the crate that shares its types.
pub(crate) struct Reused {
    pub(crate) name: String,
    /// Its name in that crate's `types`.
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
    pub(crate) since: Option<Requirement>,
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
    /// The type of a given value.
    pub(crate) shape: Shape,
    /// The type and the default as GraphQL writes them.
    pub(crate) ty: String,
    pub(crate) default: Option<String>,
    /// Whether the type within its lists is an input object.
    pub(crate) object: bool,
    pub(crate) presence: Presence,
    /// Whether the table of nulls gives null a meaning.
    pub(crate) nullable: bool,
    /// The requirement of a field of an input object.
    pub(crate) since: Option<Requirement>,
    pub(crate) secret: bool,
    pub(crate) docs: Docs,
}

/// Whether a value must be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It must be sent.
    Required,
    /// It may be left out and cannot be null: it has a default, or the server keeps the present value.
    Defaulted,
    /// It may be left out or be null.
    Nullable,
    /// It must be sent, as a value or null.
    Stated,
}

/// A type within its `Option`s and `Vec`s.
#[derive(Clone)]
pub(crate) struct Shape {
    /// From the outermost to the innermost.
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
    /// A path that is valid everywhere.
    Rust(String),
    /// An item of the runtime crate.
    Runtime(String),
    /// An enum or an input object of the set.
    Shared(String),
    /// A type that is decoded.
    Output(TypeId),
}

impl Base {
    pub(crate) fn any_json() -> Self {
        Self::Runtime("__private::serde_json::Value".to_owned())
    }
}

/// The documentation of an item.
#[derive(Clone, Default)]
pub(crate) struct Docs {
    pub(crate) text: Option<String>,
    /// The first versions that have it, one for each branch.
    pub(crate) since: Vec<String>,
    pub(crate) deprecated: Option<String>,
}
