//! Whether a document lets its list be read page by page, and in which ways.

use apollo_compiler::{
    Node,
    ast::{Value, VariableDefinition},
    executable::Field,
    schema::ObjectType,
};

use super::{Builder, Nest};
use crate::{
    names::snake,
    select::{Fields, Merged},
    types::{
        Base, Body, Cursor, Group, InputField, Key, Member, Output, OutputField, Page, Presence,
        Rows, Shape, Window, Wrap,
    },
};

/// Whether a field has this name, which is in snake case, or the same in camel case.
fn is_called(field: &str, name: &str) -> bool {
    field == name || field.bytes().any(|c| c.is_ascii_uppercase()) && snake(field) == name
}

/// A list as the document asks for it.
struct List<'a> {
    field: &'a Node<Field>,
    merged: &'a Merged<'a>,
    ty: &'a Node<ObjectType>,
    /// What is declared, and what becomes of it.
    declared: &'a [Node<VariableDefinition>],
    variables: &'a [InputField],
}

impl List<'_> {
    fn takes(&self, argument: &str) -> bool {
        self.field.definition.argument_by_name(argument).is_some()
    }

    fn has(&self, field: &str) -> bool {
        self.ty.fields.keys().any(|name| is_called(name, field))
    }

    /// Whether the document gives an argument at all.
    fn gives(&self, argument: &str) -> bool {
        self.field.specified_argument_by_name(argument).is_some()
    }

    /// The variable that the document passes on as an argument.
    fn variable(&self, argument: &str) -> Option<usize> {
        match &**self.field.specified_argument_by_name(argument)? {
            Value::Variable(name) => {
                self.variables.iter().position(|known| known.key == name.as_str())
            }
            _ => None,
        }
    }

    /// Whether a variable can be left unset, and is not sent then.
    fn can_be_unset(&self, variable: usize) -> bool {
        self.variables.get(variable).is_some_and(|it| it.presence == Presence::Nullable)
            && self.declared.get(variable).is_some_and(|it| it.default_value.is_none())
    }

    /// A condition or an order, as a text that can be changed.
    fn text(&self, argument: &str) -> Option<usize> {
        let at = self.variable(argument)?;
        let variable = self.variables.get(at)?;
        let is_text = variable.shape.wraps.is_empty()
            && matches!(&variable.shape.base, Base::Rust(path) if path == "String");
        (is_text && variable.presence == Presence::Nullable).then_some(at)
    }
}

/// A type that has been made already: its fields, and the types nested beside it.
#[derive(Clone, Copy)]
struct Made<'a> {
    fields: &'a [OutputField],
    nested: &'a [Output],
    /// The file's module and the group, where that is a fragment's.
    group: Option<(&'a str, &'a Group)>,
}

impl<'a> Made<'a> {
    /// A field by its name in the schema, in snake case.
    fn field(self, name: &str) -> Option<&'a OutputField> {
        self.fields.iter().find(|member| is_called(&member.field, name))
    }

    /// A type as it is called from outside its group.
    fn outside(self, base: &Base) -> Base {
        match (base, self.group) {
            (Base::Nested(name), Some((module, group))) => Base::Within {
                module: module.to_owned(),
                group: group.module.clone(),
                name: name.clone(),
            },
            _ => base.clone(),
        }
    }
}

/// What a document leaves out, each with its mend.
type Missing = Vec<String>;

fn note(missing: &mut Missing, absent: bool, mend: impl Into<String>) {
    if absent {
        missing.push(mend.into());
    }
}

impl Builder<'_> {
    fn made<'a>(&'a self, base: &Base, at: Made<'a>) -> Made<'a> {
        let (output, nested, group) = match base {
            Base::Nested(name) => {
                (at.nested.iter().find(|output| &output.name == name), at.nested, at.group)
            }
            Base::Fragment { module, name } => {
                let group =
                    self.model.modules.get(module).and_then(|made| {
                        made.fragments.iter().find(|group| &group.root.name == name)
                    });
                let key = self.model.modules.get_key_value(module).map(|(key, _)| key.as_str());
                match (group, key) {
                    (Some(group), Some(key)) => {
                        (Some(&group.root), group.nested.as_slice(), Some((key, group)))
                    }
                    _ => (None, &[][..], None),
                }
            }
            _ => (None, &[][..], None),
        };
        let fields = match output.map(|output| &output.body) {
            Some(Body::Struct(fields)) => fields.as_slice(),
            _ => &[],
        };
        Made { fields, nested, group }
    }

    /// Recognises a list that is read page by page.
    pub(super) fn page(
        &mut self,
        fields: &Fields<'_>,
        declared: &[Node<VariableDefinition>],
        variables: &[InputField],
        root: &Output,
        nest: &Nest,
    ) -> Option<Page> {
        let Body::Struct(members) = &root.body else { return None };
        let (1, Some((key, merged))) = (fields.len(), fields.first()) else { return None };
        if merged.directive("unpaged").is_some() {
            return None;
        }
        let field = *merged.fields.first()?;
        let ty = self.schema.get_object(field.definition.ty.inner_named_type())?;
        let list = List { field, merged, ty, declared, variables };
        let member = members.iter().find(|member| member.key == key.as_str())?;
        let root = Made { fields: members, nested: &nest.types, group: None };
        let made = self.made(&member.shape.base, root);
        let (window, cursor) = (
            ["limit", "offset"].map(|it| list.takes(it)),
            ["first", "after"].map(|it| list.takes(it)),
        );
        let mut missing = Missing::new();
        let mut unsure = Missing::new();
        let page = if window == [true; 2] && list.has("items") && list.has("total_count") {
            self.items(&list, made, &mut missing, &mut unsure)
        } else if (window == [true; 2] || cursor == [true; 2])
            && list.has("edges")
            && list.has("page_info")
        {
            self.connection(&list, made, &mut missing)
        } else {
            return None;
        };
        let name = &field.name;
        let page = page.filter(|_| missing.is_empty());
        if page.is_none() {
            let message =
                format!("`{name}` cannot be read page by page here: {}", missing.join(", "));
            self.warn(field.location(), message);
        } else if !unsure.is_empty() {
            let message = format!(
                "`{name}` can be read by offset only, which may miss rows when others are made or deleted: {}",
                unsure.join(", ")
            );
            self.warn(field.location(), message);
        }
        page.map(|page| Page { root: member.into(), ..page })
    }

    /// `limit`, `offset` → `items`, `total_count`.
    fn items(
        &self,
        list: &List<'_>,
        made: Made<'_>,
        missing: &mut Missing,
        unsure: &mut Missing,
    ) -> Option<Page> {
        let window = window(list, missing);
        let (items, total) = (made.field("items"), made.field("total_count"));
        note(missing, items.is_none(), "select `items`");
        note(missing, total.is_none(), "select `total_count`");
        let items = items?;
        let item = element(&items.shape, made);
        let row = self.made(&items.shape.base, made);
        let key = key(list, row, unsure);
        let (order, filter) = (list.text("order"), list.text("filter"));
        let mut keyset = false;
        if let Some(key) = key.as_ref().filter(|key| key.filtered && list.takes("filter")) {
            note(unsure, order.is_none(), "pass a variable `String` as `order`");
            note(unsure, filter.is_none(), "pass a variable `String` as `filter`");
            note(
                unsure,
                item.wraps.first() == Some(&Wrap::Option),
                "mark `items` with `@required`",
            );
            for member in key.members.iter().filter(|member| member.optional) {
                unsure.push(format!("mark `{}` with `@required`", member.ident));
            }
            keyset = unsure.is_empty();
        }
        Some(Page {
            root: items.into(),
            rows: Rows::Items(items.into()),
            total: total.map(Member::from),
            item,
            window,
            cursor: None,
            keyset,
            order,
            filter,
            orders: orders(list),
            key,
        })
    }

    /// `first`, `after` or `limit`, `offset` → `edges`, `pageInfo`, `count`.
    fn connection(&self, list: &List<'_>, made: Made<'_>, missing: &mut Missing) -> Option<Page> {
        let by_window = list.takes("limit") && list.takes("offset");
        let by_cursor = list.takes("first") && list.takes("after");
        // Where both are possible one is enough; they exclude each other on the manager.
        let gives = |pair: [&str; 2]| pair.iter().any(|name| list.gives(name));
        let window = (by_window && (gives(["limit", "offset"]) || !gives(["first", "after"])))
            .then(|| window(list, missing))
            .flatten();
        let cursor = (by_cursor && (gives(["first", "after"]) || !by_window))
            .then(|| cursor(list, missing))
            .flatten();
        for name in ["before", "last", "offset", "limit", "first", "after"] {
            let mend = || format!("leave out `{name}`, or pass a variable that can be unset");
            if !list.gives(name) {
                continue;
            }
            let ours = match name {
                "limit" | "offset" => window.is_some(),
                "first" | "after" => cursor.is_some(),
                _ => false,
            };
            let unset = list.variable(name).is_some_and(|at| list.can_be_unset(at));
            // What is used in every walk may have a default.
            let only = window.is_some() != cursor.is_some();
            note(missing, !(unset || ours && only) && missing.is_empty(), mend());
        }
        let edges = made.field("edges");
        let edge = edges.map(|edges| self.made(&edges.shape.base, made));
        let part = |name: &str| edge.and_then(|edge| edge.field(name));
        let (node, at) = (part("node"), part("cursor"));
        let info = made.field("page_info");
        let about = info.map(|info| self.made(&info.shape.base, made));
        let (more, end) = (
            about.and_then(|about| about.field("has_next_page")),
            about.and_then(|about| about.field("end_cursor")),
        );
        let total = made.field("count");
        note(missing, node.is_none() || at.is_none(), "select `edges { node cursor }`");
        note(
            missing,
            more.is_none() || end.is_none(),
            "select `pageInfo { hasNextPage endCursor }`",
        );
        note(missing, total.is_none() && list.has("count"), "select `count`");
        let (edges, edge, node) = (edges?, edge?, node?);
        let rows = Rows::Edges {
            edges: edges.into(),
            edge_optional: element(&edges.shape, made).wraps.first() == Some(&Wrap::Option),
            node: node.into(),
            at: at?.into(),
            info: info?.into(),
            more: more?.into(),
            end: end?.into(),
        };
        let mut item =
            Shape { wraps: node.shape.wraps.clone(), base: edge.outside(&node.shape.base) };
        if matches!(&rows, Rows::Edges { edge_optional: true, .. })
            && item.wraps.first() != Some(&Wrap::Option)
        {
            item.wraps.insert(0, Wrap::Option);
        }
        Some(Page {
            root: edges.into(),
            rows,
            total: total.map(Member::from),
            item,
            window,
            cursor,
            keyset: false,
            order: list.text("order"),
            filter: list.text("filter"),
            orders: orders(list),
            key: None,
        })
    }
}

fn window(list: &List<'_>, missing: &mut Missing) -> Option<Window> {
    let [limit, offset] = ["limit", "offset"].map(|name| passed(list, name, missing));
    Some(Window { limit: limit?, offset: offset? })
}

fn cursor(list: &List<'_>, missing: &mut Missing) -> Option<Cursor> {
    let [first, after] = ["first", "after"].map(|name| passed(list, name, missing));
    let after = after.filter(|after| {
        let can = list.can_be_unset(*after);
        note(missing, !can, "let the variable of `after` be unset: `String` without a default");
        can
    });
    let unused = ["before", "last", "offset"];
    let others = unused.into_iter().filter(|name| *name != "offset" || !list.takes("limit"));
    let others = others.filter_map(|name| list.variable(name)).collect();
    Some(Cursor { first: first?, after: after?, others })
}

fn passed(list: &List<'_>, argument: &str, missing: &mut Missing) -> Option<usize> {
    let variable = list.variable(argument);
    note(missing, variable.is_none(), format!("pass a variable as `{argument}`"));
    variable
}

/// The variables that give an order, in whatever language.
fn orders(list: &List<'_>) -> Vec<usize> {
    let names = ["order", "order_by", "orderBy", "order_key"];
    let variables = names.iter().filter_map(|name| list.variable(name));
    variables
        .filter(|at| list.variables.get(*at).is_some_and(|it| it.presence == Presence::Nullable))
        .collect()
}

/// What an element of a list is, as it is called from outside.
fn element(list: &Shape, made: Made<'_>) -> Shape {
    let wraps = list.wraps.iter().skip_while(|wrap| **wrap == Wrap::Option).skip(1);
    Shape { wraps: wraps.copied().collect(), base: made.outside(&list.base) }
}

/// What `@unique` says of a list, and where its rows have it.
fn key(list: &List<'_>, row: Made<'_>, unsure: &mut Missing) -> Option<Key> {
    let directive = list.merged.directive("unique")?;
    let text = |name: &str| {
        let value = directive.specified_argument_by_name(name)?;
        value.as_str().map(str::to_owned)
    };
    let columns = text("by")?;
    let names = text("field").unwrap_or_else(|| columns.clone());
    let filter = directive.specified_argument_by_name("filter").and_then(|value| value.to_bool());
    let (mut members, mut fields) = (Vec::new(), Vec::new());
    for name in names.split(',').map(str::trim) {
        let field = row.fields.iter().find(|member| member.field == name);
        let comparable = field.filter(|field| {
            matches!(field.shape.wraps.as_slice(), [] | [Wrap::Option])
                && matches!(&field.shape.base, Base::Rust(path) | Base::Runtime(path)
                    if path == "String" || path == "Uuid")
        });
        match (field, comparable) {
            (None, _) if name.is_empty() => {
                unsure.push("name a column in `@unique(by:)`".to_owned());
            }
            (None, _) => unsure.push(format!("select `{name}`, which tells rows apart")),
            (Some(_), None) => {
                unsure.push(format!("`{name}` is no string and no UUID: `@unique` cannot use it"));
            }
            (Some(_), Some(field)) => {
                fields.push(field.field.clone());
                members.push(Member { optional: !field.shape.wraps.is_empty(), ..field.into() });
            }
        }
    }
    let single = !columns.contains(',');
    Some(Key { columns, members, fields, filtered: single && filter.unwrap_or(true) })
}
