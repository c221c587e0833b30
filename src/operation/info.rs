//! The static description of an operation.
//!
//! Generated code fills these structs with constants, one [`OperationInfo`] for each operation.
//! Clients, command lines and documentation are built from this data; nothing parses a document.
//!
//! Every struct has a `const fn` for what it cannot be without, so that a description names only
//! what it has:
//!
//! ```
//! use backendai::operation::{OperationInfo, info::InputValueInfo};
//!
//! static INFO: OperationInfo = OperationInfo {
//!     variables: &[InputValueInfo::new("name", "String!")],
//!     ..OperationInfo::query("Domain", "query Domain($name:String!){domain(name:$name){name}}")
//! };
//! assert!(INFO.variable("name").is_some_and(|name| name.is_required()));
//! ```

use super::{Field, OperationKind, Pagination};
use crate::{
    setting::{ADMIN_PATH, V2_PATH},
    version::{ManagerVersion, Requirement},
};

/// What is known of an operation before it is sent.
#[derive(Clone, Copy, Debug)]
pub struct OperationInfo {
    /// Name of the operation, as in the document; empty for the only operation of a document, which
    /// needs none.
    pub name: &'static str,
    /// Query, mutation or subscription.
    pub kind: OperationKind,
    /// Path of the schema that the document was validated against, such as `/admin/gql`.
    pub path: &'static str,
    /// Name of the document file, without its extension; empty for a document without a file.
    pub domain: &'static str,
    /// The operation and the fragments it uses, minified.
    pub document: SourceText,
    /// The fields that the operation selects at the root of the schema.
    pub root_fields: &'static [RootFieldInfo],
    /// Documentation.
    pub docs: &'static str,
    /// The roles that may send it, where the document states them, such as `superadmin`.
    pub role: Option<&'static str>,
    /// What the operation needs that not every manager has and that cannot be left out, newest
    /// first.
    pub requires: &'static [Requirement],
    /// The newest version that any part of the document or of its variables came with.
    pub newest: Option<ManagerVersion>,
    /// Why it is deprecated, where it is.
    pub deprecated: Option<&'static str>,
    /// The variables, in the order of the document.
    pub variables: &'static [InputValueInfo],
    /// Where the rows of the answer are and which fields they have, for an operation that returns
    /// objects of one type.
    pub rows: Option<RowsInfo>,
    /// How the list is read page by page, where the document allows it.
    pub paging: Option<PagingInfo>,
}

impl OperationInfo {
    /// A query of the admin schema of which nothing more is known.
    pub const fn query(name: &'static str, document: &'static str) -> Self {
        Self {
            name,
            kind: OperationKind::Query,
            path: ADMIN_PATH,
            domain: "",
            document: SourceText::new(document),
            root_fields: &[],
            docs: "",
            role: None,
            requires: &[],
            newest: None,
            deprecated: None,
            variables: &[],
            rows: None,
            paging: None,
        }
    }

    /// A mutation of the admin schema of which nothing more is known.
    pub const fn mutation(name: &'static str, document: &'static str) -> Self {
        Self { kind: OperationKind::Mutation, ..Self::query(name, document) }
    }

    /// A subscription of the v2 schema, which alone has subscriptions, of which nothing more is
    /// known.
    pub const fn subscription(name: &'static str, document: &'static str) -> Self {
        let kind = OperationKind::Subscription;
        Self { kind, path: V2_PATH, ..Self::query(name, document) }
    }

    /// The name in errors and traces.
    pub(crate) const fn label(&self) -> &'static str {
        if self.name.is_empty() { "document" } else { self.name }
    }

    /// The variable of this name.
    pub fn variable(&self, name: &str) -> Option<&'static InputValueInfo> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// The oldest version from which on every manager has what the operation needs; `None` when
    /// every manager does. A manager of an older branch may have it too: see
    /// [`Requirement::is_in`].
    pub const fn min_manager_version(&self) -> Option<ManagerVersion> {
        Requirement::newest(self.requires)
    }
}

/// A stretch of GraphQL, parts of which are left out for older managers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// All of it.
    pub text: &'static str,
    /// The parts that make up the text, in order; none when every manager is sent all of it.
    pub parts: &'static [TextPart],
    /// Whether it is known to have no character that JSON escapes, so that none is searched for.
    pub plain: bool,
}

impl SourceText {
    /// A text that every manager is sent whole.
    pub const fn new(text: &'static str) -> Self {
        Self { text, parts: &[], plain: is_plain(text) }
    }

    /// A text like [`new`](Self::new) without quotes, backslashes and control characters.
    pub const fn plain(text: &'static str) -> Self {
        Self { text, parts: &[], plain: true }
    }
}

/// Whether a text has no quotes, backslashes and control characters.
const fn is_plain(text: &str) -> bool {
    let mut bytes = text.as_bytes();
    while let [byte, rest @ ..] = bytes {
        if *byte < b' ' || *byte == b'"' || *byte == b'\\' {
            return false;
        }
        bytes = rest;
    }
    true
}

/// A part of a [`SourceText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPart {
    /// Its length in bytes.
    pub len: usize,
    /// What the manager must have for the part to be sent.
    pub when: Condition,
}

/// A disjunction of conjunctions: one of these must be met wholly. Empty means always.
pub type Condition = &'static [&'static [Requirement]];

/// A field at the root of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootFieldInfo {
    /// Its key in the answer.
    pub key: &'static str,
    /// Its name in the schema.
    pub name: &'static str,
    /// The key of the `Boolean` with which a mutation reports that it was refused.
    pub ok: Option<&'static str>,
    /// The key of the reason beside it.
    pub message: Option<&'static str>,
    /// The key of the list in which a mutation of several objects reports those that failed.
    pub failed: Option<&'static str>,
}

impl RootFieldInfo {
    /// A field that is selected without an alias and cannot be refused.
    pub const fn new(name: &'static str) -> Self {
        Self { key: name, name, ok: None, message: None, failed: None }
    }
}

/// A variable of an operation, or a field of an input object.
#[derive(Clone, Copy, Debug)]
pub struct InputValueInfo {
    /// Name.
    pub name: &'static str,
    /// The type as GraphQL writes it, such as `[String!]!`.
    pub ty: &'static str,
    /// What the type holds, within its lists.
    pub holds: InputType,
    /// The default, as GraphQL writes it.
    pub default: Option<&'static str>,
    /// Documentation.
    pub docs: &'static str,
    /// What the manager must have when a value is given.
    pub requires: &'static [Requirement],
    /// What the manager must have for the value to be sent at all.
    pub when: Condition,
    /// Whether only parts of the document use it that may be left out, so that its value requires
    /// nothing.
    pub optional: bool,
    /// Whether null has a meaning of its own, by the table of nulls beside the schema.
    pub nullable: bool,
    /// Whether the value is a secret.
    pub secret: bool,
}

impl InputValueInfo {
    /// A scalar of this type, without a default.
    pub const fn new(name: &'static str, ty: &'static str) -> Self {
        Self {
            name,
            ty,
            holds: InputType::Scalar,
            default: None,
            docs: "",
            requires: &[],
            when: &[],
            optional: false,
            nullable: false,
            secret: false,
        }
    }

    /// Whether a value must be given.
    pub fn is_required(&self) -> bool {
        self.ty.ends_with('!') && self.default.is_none()
    }

    /// Whether the value is a list.
    pub fn is_list(&self) -> bool {
        self.ty.starts_with('[')
    }

    /// Name of the type within its lists, such as `String`.
    pub fn type_name(&self) -> &'static str {
        self.ty.trim_matches(['[', ']', '!'])
    }
}

/// What an input value holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum InputType {
    /// A scalar.
    Scalar,
    /// A value of an enum.
    Enum(&'static EnumInfo),
    /// An input object.
    Object(&'static InputInfo),
}

/// An enum that is sent.
#[derive(Clone, Copy, Debug)]
pub struct EnumInfo {
    /// Name in the schema.
    pub name: &'static str,
    /// Documentation.
    pub docs: &'static str,
    /// The values that the schema snapshot has.
    pub values: &'static [EnumValueInfo],
}

/// A value of an enum.
#[derive(Clone, Copy, Debug)]
pub struct EnumValueInfo {
    /// The value as it is sent.
    pub name: &'static str,
    /// Documentation.
    pub docs: &'static str,
    /// What the manager must have.
    pub requires: &'static [Requirement],
}

impl EnumValueInfo {
    /// A value that every manager has.
    pub const fn new(name: &'static str) -> Self {
        Self { name, docs: "", requires: &[] }
    }
}

/// An input object.
#[derive(Clone, Copy, Debug)]
pub struct InputInfo {
    /// Name in the schema.
    pub name: &'static str,
    /// Documentation.
    pub docs: &'static str,
    /// Whether exactly one of the fields must be given.
    pub one_of: bool,
    /// The fields.
    pub fields: &'static [InputValueInfo],
}

/// Where an answer has its rows.
#[derive(Clone, Copy, Debug)]
pub struct RowsInfo {
    /// Name of the GraphQL type of a row.
    pub on: &'static str,
    /// The fields that a row can have, in the order of the document.
    pub fields: &'static [Field],
    /// The keys that lead from the data to the list, or to the only row.
    pub path: &'static [&'static str],
    /// Key of the total number of rows, beside the last key of the path.
    pub total: Option<&'static str>,
    /// For a list of edges, the keys in and beside it.
    pub edges: Option<EdgesInfo>,
    /// How fields are chosen; `None` where the document is always sent whole.
    pub projection: Option<ProjectionInfo>,
    /// The document around the selection of a connection, of which the cursors can be requested alone;
    /// `None` where they cannot, or where the rows are not those of a connection.
    pub index: Option<ProjectionInfo>,
}

impl RowsInfo {
    /// Rows at a path, without a total.
    pub const fn new(
        on: &'static str,
        fields: &'static [Field],
        path: &'static [&'static str],
    ) -> Self {
        Self { on, fields, path, total: None, edges: None, projection: None, index: None }
    }
}

/// The keys of a Relay connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgesInfo {
    /// Key of the row in an edge; `None` where the list has the rows themselves, as `nodes`.
    pub node: Option<&'static str>,
    /// Key of the cursor in an edge.
    pub cursor: Option<&'static str>,
    /// Key of the page information beside the edges.
    pub page_info: Option<&'static str>,
    /// Key in it that reports whether rows follow.
    pub has_next_page: &'static str,
    /// Key in it of the last cursor.
    pub end_cursor: &'static str,
}

impl EdgesInfo {
    /// The keys as the Relay specification names them.
    pub const RELAY: Self = Self {
        node: Some("node"),
        cursor: Some("cursor"),
        page_info: Some("pageInfo"),
        has_next_page: "hasNextPage",
        end_cursor: "endCursor",
    };
}

/// The document around the selection of a row, or of a connection.
#[derive(Clone, Copy, Debug)]
pub struct ProjectionInfo {
    /// The text before the selection.
    pub before: SourceText,
    /// The text after it.
    pub after: SourceText,
    /// What the operation needs whatever is chosen, as [`OperationInfo::requires`].
    pub requires: &'static [Requirement],
}

/// How a list is read page by page.
#[derive(Clone, Copy, Debug)]
pub struct PagingInfo {
    /// The possible strategies, the default first.
    pub strategies: &'static [Pagination],
    /// What identifies a row.
    pub key: Option<KeyInfo>,
    /// The variables for [`Pagination::Keyset`] and [`Pagination::Offset`].
    pub window: Option<WindowInfo>,
    /// The variables for [`Pagination::Cursor`].
    pub cursor: Option<CursorInfo>,
    /// The variable of the order language.
    pub order: Option<&'static str>,
    /// The variable of the filter language.
    pub filter: Option<&'static str>,
    /// All variables that set an order, in whatever language.
    pub orders: &'static [&'static str],
}

impl PagingInfo {
    /// A list that is read by these variables `limit` and `offset`.
    pub const fn window(limit: &'static str, offset: &'static str) -> Self {
        Self {
            strategies: &[Pagination::Offset],
            key: None,
            window: Some(WindowInfo { limit, offset, unset: &[] }),
            cursor: None,
            order: None,
            filter: None,
            orders: &[],
        }
    }

    /// A list that is read by these variables `first` and `after`.
    pub const fn cursor(first: &'static str, after: &'static str) -> Self {
        Self {
            strategies: &[Pagination::Cursor],
            window: None,
            cursor: Some(CursorInfo { first, after, unset: &[] }),
            ..Self::window("", "")
        }
    }
}

/// What identifies a row of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The column in the list's order language; several with commas between them where only all
    /// together identify a row.
    pub columns: &'static str,
    /// The fields of a row that hold it.
    pub fields: &'static [&'static str],
}

/// The variables that choose rows by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowInfo {
    /// The most rows of a page.
    pub limit: &'static str,
    /// Rows to leave out before the first.
    pub offset: &'static str,
    /// Variables that must not be sent beside them.
    pub unset: &'static [&'static str],
}

/// The variables that choose rows by a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorInfo {
    /// The most rows of a page.
    pub first: &'static str,
    /// The cursor of the row before the first.
    pub after: &'static str,
    /// Variables that must not be sent beside them.
    pub unset: &'static [&'static str],
}
