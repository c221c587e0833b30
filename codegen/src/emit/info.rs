//! The static descriptions of operations and of what they are sent with.

use super::{ALLOW, Scope, Writer};
use crate::{
    model::{
        Base, EdgeKeys, Enum, EnumValue, Input, InputField, Operation, Page, Presence, Projection,
        Reused, Root, RowFields, RowSet,
    },
    names::ident,
    requirement::Requirement,
};

/// A literal of a struct: the fields that differ from a base.
struct Literal(Vec<String>);

impl Literal {
    fn field(&mut self, name: &str, value: impl Into<Option<String>>) {
        if let Some(value) = value.into() {
            self.0.push(format!("{name}: {value}"));
        }
    }

    fn write(self, ty: &str, base: &str) -> String {
        match self.0.is_empty() {
            true => base.to_owned(),
            false => format!("{ty} {{ {}, ..{base} }}", self.0.join(", ")),
        }
    }
}

fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> Option<String> {
    let items: Vec<_> = items.iter().map(write).collect();
    (!items.is_empty()).then(|| format!("&[{}]", items.join(", ")))
}

fn quoted(text: Option<&String>) -> Option<String> {
    text.map(|text| format!("Some({text:?})"))
}

impl Writer<'_> {
    fn info(&self, name: &str) -> String {
        format!("{}::operation::info::{name}", self.runtime)
    }

    pub(super) fn operation_info(
        &self,
        operation: &Operation,
        scope: Scope<'_>,
        path: &str,
    ) -> String {
        let rt = self.runtime;
        let text = &operation.text;
        let mut literal = Literal(Vec::new());
        literal.field("path", format!("{path:?}"));
        literal.field("domain", format!("{:?}", scope.module));
        let docs = operation.docs.text.as_ref();
        literal.field("docs", docs.map(|docs| format!("{docs:?}")));
        literal.field("role", docs.and_then(|docs| role(docs)).map(|it| format!("Some({it:?})")));
        literal.field("deprecated", quoted(operation.docs.deprecated.as_ref()));
        if text.parts.iter().any(|part| !part.when.is_empty()) {
            literal.field("document", self.source(&text.parts));
        }
        let requires = (!text.requires.is_empty()).then(|| self.all(&text.requires));
        literal.field("requires", requires);
        literal.field(
            "newest",
            operation.newest.map(|newest| {
                let [major, minor, patch] = newest.0;
                format!("Some({rt}::ManagerVersion::new({major}, {minor}, {patch}))")
            }),
        );
        literal.field("root_fields", list(&operation.roots, |root| self.root_field(root)));
        literal.field(
            "variables",
            list(&operation.variables, |field| self.variable(operation, field)),
        );
        literal.field("rows", operation.rows.as_ref().map(|rows| self.row_set(rows, scope)));
        let paging = operation.page.as_ref().map(|page| self.paging(operation, page));
        literal.field("paging", paging);
        let kind = operation.kind.name();
        let whole = match text.parts.as_slice() {
            [only] if only.when.is_empty() => only.text.as_str(),
            _ => "",
        };
        let name = &operation.graphql_name;
        let ty = format!("{rt}::OperationInfo");
        literal.write(&ty, &format!("{ty}::{kind}({name:?}, {whole:?})"))
    }

    fn root_field(&self, root: &Root) -> String {
        let ty = self.info("RootFieldInfo");
        let mut literal = Literal(Vec::new());
        if root.key != root.name {
            literal.field("key", format!("{:?}", root.key));
        }
        literal.field("ok", quoted(root.ok.as_ref()));
        literal.field("message", quoted(root.message.as_ref()));
        literal.field("failed", quoted(root.failed.as_ref()));
        literal.write(&ty, &format!("{ty}::new({:?})", root.name))
    }

    fn variable(&self, operation: &Operation, field: &InputField) -> String {
        let known = operation.text.variables.get(&field.key);
        let mut literal = self.input_value(field, "super::");
        if let Some(known) = known {
            let requires = (!known.needs.is_empty()).then(|| self.all(&known.needs));
            literal.field("requires", requires);
            let when = (!known.when.is_empty()).then(|| self.when(&known.when));
            literal.field("when", when);
        }
        if known.is_some_and(|known| !known.is_always_used) {
            literal.field("optional", "true".to_owned());
        }
        self.write_input_value(field, literal)
    }

    /// `up` leads from the place of the description to the descriptions of types.
    fn input_value(&self, field: &InputField, up: &str) -> Literal {
        let mut literal = Literal(Vec::new());
        literal.field("docs", field.docs.text.as_ref().map(|docs| format!("{docs:?}")));
        literal.field("default", quoted(field.default.as_ref()));
        if let Base::Shared(name) = &field.shape.base {
            let kind = if field.object { "Object" } else { "Enum" };
            let up = if up.is_empty() { String::new() } else { format!("{up}input_info::") };
            literal.field("holds", format!("{}::{kind}(&{up}{name})", self.info("InputType")));
        }
        if field.nullable {
            literal.field("nullable", "true".to_owned());
        }
        if field.secret {
            literal.field("secret", "true".to_owned());
        }
        literal
    }

    fn write_input_value(&self, field: &InputField, literal: Literal) -> String {
        let ty = self.info("InputValueInfo");
        literal.write(&ty, &format!("{ty}::new({:?}, {:?})", field.key, field.ty))
    }

    fn row_set(&self, rows: &RowSet, scope: Scope<'_>) -> String {
        let ty = self.info("RowsInfo");
        let (on, fields) = match &rows.fields {
            RowFields::Fragment(id) => {
                let path = self.path(&Base::Output(*id), scope);
                (self.on(*id), format!("{path}::FIELDS"))
            }
            RowFields::Own(table) => {
                let rows = list(&table.rows, |row| self.table_row(row));
                (table.on.clone(), rows.unwrap_or_else(|| "&[]".to_owned()))
            }
        };
        let mut literal = Literal(Vec::new());
        literal.field("total", quoted(rows.total.as_ref()));
        literal.field("edges", rows.edges.as_ref().map(|edges| self.edges(edges)));
        for (name, projection) in [("projection", &rows.projection), ("index", &rows.index)] {
            let Some(Projection { around: (before, after), requires }) = projection else {
                continue;
            };
            literal.field(
                name,
                format!(
                    "Some({} {{ before: {}, after: {}, requires: {} }})",
                    self.info("ProjectionInfo"),
                    self.source(before),
                    self.source(after),
                    self.all(requires)
                ),
            );
        }
        let base = format!("{ty}::new({on:?}, {fields}, &{:?})", rows.path);
        format!("Some({})", literal.write(&ty, &base))
    }

    fn edges(&self, edges: &EdgeKeys) -> String {
        let ty = self.info("EdgesInfo");
        let mut literal = Literal(Vec::new());
        if edges.node.as_deref() != Some("node") {
            literal.field("node", format!("{:?}", edges.node));
        }
        if edges.cursor.as_deref() != Some("cursor") {
            literal.field("cursor", format!("{:?}", edges.cursor));
        }
        match &edges.info {
            None => literal.field("page_info", "None".to_owned()),
            Some(keys) => {
                let names = [
                    ("page_info", &keys.info, "pageInfo"),
                    ("has_next_page", &keys.more, "hasNextPage"),
                    ("end_cursor", &keys.end, "endCursor"),
                ];
                for (field, key, _) in names.into_iter().filter(|(_, key, usual)| key != usual) {
                    let key = match field {
                        "page_info" => format!("Some({key:?})"),
                        _ => format!("{key:?}"),
                    };
                    literal.field(field, key);
                }
            }
        }
        format!("Some({})", literal.write(&ty, &format!("{ty}::RELAY")))
    }

    fn paging(&self, operation: &Operation, page: &Page) -> String {
        let rt = self.runtime;
        let variable = |at: &usize| operation.variables.get(*at);
        let key = |at: usize| variable(&at).map_or_else(String::new, |it| format!("{:?}", it.key));
        let nullable = |all: Vec<usize>| {
            let all = all.iter().filter_map(variable);
            let all = all.filter(|it| it.presence == Presence::Nullable);
            let names: Vec<_> = all.map(|it| format!("{:?}", it.key)).collect();
            format!("&[{}]", names.join(", "))
        };
        let strategies = [
            (page.keyset, "Keyset"),
            (page.cursor.is_some(), "Cursor"),
            (page.window.is_some(), "Offset"),
        ];
        let strategies = strategies.iter().filter(|(possible, _)| *possible);
        let strategies: Vec<_> =
            strategies.map(|(_, name)| format!("{rt}::Pagination::{name}")).collect();
        let window = page.window.as_ref().map(|window| {
            let others = page.cursor.iter().flat_map(|cursor| {
                [cursor.first, cursor.after].into_iter().chain(cursor.others.clone())
            });
            format!(
                "Some({} {{ limit: {}, offset: {}, unset: {} }})",
                self.info("WindowInfo"),
                key(window.limit),
                key(window.offset),
                nullable(others.collect())
            )
        });
        let cursor = page.cursor.as_ref().map(|cursor| {
            let window = page.window.iter().flat_map(|window| [window.limit, window.offset]);
            let others = window.chain(cursor.others.clone());
            format!(
                "Some({} {{ first: {}, after: {}, unset: {} }})",
                self.info("CursorInfo"),
                key(cursor.first),
                key(cursor.after),
                nullable(others.collect())
            )
        });
        let row_key = page.key.as_ref().map(|key| {
            format!(
                "Some({} {{ columns: {:?}, fields: &{:?} }})",
                self.info("KeyInfo"),
                key.columns,
                key.fields
            )
        });
        let none = || "None".to_owned();
        let name = |at: Option<usize>| at.map_or_else(none, |at| format!("Some({})", key(at)));
        format!(
            "Some({} {{ strategies: &[{}], key: {}, window: {}, cursor: {}, order: {}, filter: {}, \
             orders: {} }})",
            self.info("PagingInfo"),
            strategies.join(", "),
            row_key.unwrap_or_else(none),
            window.unwrap_or_else(none),
            cursor.unwrap_or_else(none),
            name(page.order),
            name(page.filter),
            nullable(page.orders.clone())
        )
    }

    /// The name in the schema of a fragment's type.
    fn on(&self, id: crate::model::TypeId) -> String {
        let groups = self.model.modules.values().flat_map(|module| &module.fragments);
        let table = groups.filter(|group| group.root == id).find_map(|group| group.table.as_ref());
        table.map_or_else(String::new, |table| table.on.clone())
    }

    /// The descriptions of the enums and input objects.
    pub(super) fn input_infos(&mut self) {
        self.line("");
        self.line("/// The descriptions of the enums and input objects, under their names.");
        self.line(ALLOW);
        self.line("#[allow(non_upper_case_globals)]");
        self.line("#[doc(hidden)]");
        self.open("pub mod input_info {");
        let rt = self.runtime;
        for Reused { name, theirs } in &self.model.reused {
            let renamed = if name == theirs { String::new() } else { format!(" as {name}") };
            self.line(&format!("pub use {rt}::admin::input_info::{theirs}{renamed};"));
        }
        for item in &self.model.enums {
            self.enum_info(item);
        }
        for item in &self.model.inputs {
            self.object_info(item);
        }
        self.close("}");
    }

    fn enum_info(&mut self, item: &Enum) {
        let value = |value: &EnumValue| {
            let ty = self.info("EnumValueInfo");
            let mut literal = Literal(Vec::new());
            literal.field("docs", value.docs.text.as_ref().map(|docs| format!("{docs:?}")));
            literal.field("requires", value.since.as_ref().map(|since| self.one(since)));
            literal.write(&ty, &format!("{ty}::new({:?})", value.value))
        };
        let values = list(&item.values, value).unwrap_or_else(|| "&[]".to_owned());
        self.line(&format!(
            "pub static {}: {ty} = {ty} {{ name: {:?}, docs: {:?}, values: {values} }};",
            item.name,
            item.graphql_name,
            item.docs.text.as_deref().unwrap_or_default(),
            ty = self.info("EnumInfo"),
        ));
    }

    fn object_info(&mut self, item: &Input) {
        let field = |field: &InputField| {
            let mut literal = self.input_value(field, "");
            // A required field is as old as its type, whose requirement is that of the argument.
            let since = field.since.as_ref();
            let since = since.filter(|_| item.one_of || field.presence != Presence::Required);
            literal.field("requires", since.map(|since| self.one(since)));
            self.write_input_value(field, literal)
        };
        let fields = list(&item.fields, field).unwrap_or_else(|| "&[]".to_owned());
        self.line(&format!(
            "pub static {}: {ty} = {ty} {{ name: {:?}, docs: {:?}, one_of: {}, fields: {fields} }};",
            item.name,
            item.graphql_name,
            item.docs.text.as_deref().unwrap_or_default(),
            item.one_of,
            ty = self.info("InputInfo"),
        ));
    }

    fn one(&self, since: &Requirement) -> String {
        format!("&[{}]", self.since(since))
    }

    /// The list of all operations.
    pub(super) fn operations(&mut self) {
        let rt = self.runtime;
        self.line("");
        self.line("/// The descriptions of all operations.");
        self.line("#[allow(dead_code, deprecated, unreachable_pub)]");
        self.open(&format!("pub static OPERATIONS: &[&{rt}::OperationInfo] = &["));
        for (module, contents) in &self.model.modules {
            for operation in &contents.operations {
                self.line(&format!(
                    "<{}::{} as {rt}::operation::Compiled>::INFO,",
                    ident(module),
                    operation.name
                ));
            }
        }
        self.close("];");
    }
}

/// The roles that a line of a comment names, without the full stop.
fn role(docs: &str) -> Option<&str> {
    let line = docs.lines().find_map(|line| line.strip_prefix("Role: "))?;
    Some(line.trim_end().trim_end_matches('.'))
}
