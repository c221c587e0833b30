//! Recognises lists that a document can paginate, and how.

use apollo_compiler::{
    Node,
    ast::{Value, VariableDefinition},
    executable::Field,
    schema::ObjectType,
};

use super::Lowering;
use crate::{
    collect_fields::{Fields, Merged},
    model::{
        Base, Cursor, InputField, Key, Member, OutputField, Page, Presence, Rows, Shape, TypeId,
        Window, Wrap,
    },
    names::snake,
};

/// Whether a field has this name, which is in snake case, or the same in camel case.
pub(super) fn is_called(field: &str, name: &str) -> bool {
    field == name || field.bytes().any(|c| c.is_ascii_uppercase()) && snake(field) == name
}

/// A list and its selection in the document.
struct List<'a> {
    field: &'a Node<Field>,
    merged: &'a Merged<'a>,
    ty: &'a Node<ObjectType>,
    /// The declared variables, and what they are lowered to.
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

    /// The variable that the document passes as an argument.
    fn variable(&self, argument: &str) -> Option<usize> {
        match &**self.field.specified_argument_by_name(argument)? {
            Value::Variable(name) => {
                self.variables.iter().position(|known| known.key == name.as_str())
            }
            _ => None,
        }
    }

    /// Whether a variable can be left out of a request.
    fn can_be_unset(&self, variable: usize) -> bool {
        self.variables.get(variable).is_some_and(|it| it.presence == Presence::Nullable)
            && self.declared.get(variable).is_some_and(|it| it.default_value.is_none())
    }

    /// The variable of a filter or an order, if it is an optional string.
    fn text(&self, argument: &str) -> Option<usize> {
        let at = self.variable(argument)?;
        let variable = self.variables.get(at)?;
        let is_text = variable.shape.wraps.is_empty()
            && matches!(&variable.shape.base, Base::Rust(path) if path == "String");
        (is_text && variable.presence == Presence::Nullable).then_some(at)
    }
}

/// A field by its name in the schema, in snake case.
fn find<'f>(fields: &'f [OutputField], name: &str) -> Option<&'f OutputField> {
    fields.iter().find(|member| is_called(&member.field, name))
}

/// Fixes for what a document leaves out.
type Missing = Vec<String>;

fn note(missing: &mut Missing, absent: bool, fix: impl Into<String>) {
    if absent {
        missing.push(fix.into());
    }
}

impl Lowering<'_> {
    /// The pagination of a query for one list.
    pub(super) fn page(
        &mut self,
        fields: &Fields<'_>,
        declared: &[Node<VariableDefinition>],
        variables: &[InputField],
        root: TypeId,
    ) -> Option<Page> {
        let (1, Some((key, merged))) = (fields.len(), fields.first()) else { return None };
        if merged.directive("unpaged").is_some() {
            return None;
        }
        let field = *merged.fields.first()?;
        let ty = self.schema.get_object(field.definition.ty.inner_named_type())?;
        let list = List { field, merged, ty, declared, variables };
        let mut members = self.model.fields(&Base::Output(root)).iter();
        let member = members.find(|member| member.key == key.as_str())?;
        let (root, base) = (Member::from(member), member.shape.base.clone());
        let (window, cursor) = (
            ["limit", "offset"].map(|it| list.takes(it)),
            ["first", "after"].map(|it| list.takes(it)),
        );
        let mut missing = Missing::new();
        let mut unsure = Missing::new();
        let page = if window == [true; 2] && list.has("items") && list.has("total_count") {
            self.items(&list, &base, &mut missing, &mut unsure)
        } else if (window == [true; 2] || cursor == [true; 2])
            && list.has("edges")
            && list.has("page_info")
        {
            self.connection(&list, &base, &mut missing)
        } else {
            return None;
        };
        let name = &field.name;
        let page = page.filter(|_| missing.is_empty());
        if page.is_none() {
            let message = format!("`{name}` cannot be paginated here: {}", missing.join(", "));
            self.warn(field.location(), message);
        } else if !unsure.is_empty() {
            let message = format!(
                "`{name}` can be paginated by offset only, which may miss rows while others are created or \
                 deleted: {}",
                unsure.join(", ")
            );
            self.warn(field.location(), message);
        }
        page.map(|page| Page { root, ..page })
    }

    /// `limit`, `offset` → `items`, `total_count`.
    fn items(
        &self,
        list: &List<'_>,
        base: &Base,
        missing: &mut Missing,
        unsure: &mut Missing,
    ) -> Option<Page> {
        let window = window(list, missing);
        let fields = self.model.fields(base);
        let (items, total) = (find(fields, "items"), find(fields, "total_count"));
        note(missing, items.is_none(), "select `items`");
        note(missing, total.is_none(), "select `total_count`");
        let items = items?;
        let item = element(&items.shape);
        let key = key(list, self.model.fields(&items.shape.base), unsure);
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
    fn connection(&self, list: &List<'_>, base: &Base, missing: &mut Missing) -> Option<Page> {
        let by_window = list.takes("limit") && list.takes("offset");
        let by_cursor = list.takes("first") && list.takes("after");
        // If both are possible, one is enough: the server refuses both at once.
        let gives = |pair: [&str; 2]| pair.iter().any(|name| list.gives(name));
        let window = (by_window && (gives(["limit", "offset"]) || !gives(["first", "after"])))
            .then(|| window(list, missing))
            .flatten();
        let cursor = (by_cursor && (gives(["first", "after"]) || !by_window))
            .then(|| cursor(list, missing))
            .flatten();
        for name in ["before", "last", "offset", "limit", "first", "after"] {
            let fix = || format!("leave out `{name}`, or pass a variable that can be unset");
            if !list.gives(name) {
                continue;
            }
            let ours = match name {
                "limit" | "offset" => window.is_some(),
                "first" | "after" => cursor.is_some(),
                _ => false,
            };
            let unset = list.variable(name).is_some_and(|at| list.can_be_unset(at));
            // A variable that every page sets may have a default.
            let only = window.is_some() != cursor.is_some();
            note(missing, !(unset || ours && only) && missing.is_empty(), fix());
        }
        let fields = self.model.fields(base);
        let inner = |field: Option<&OutputField>| {
            field.map_or(&[][..], |field| self.model.fields(&field.shape.base))
        };
        let (edges, info) = (find(fields, "edges"), find(fields, "page_info"));
        let (node, at) = (find(inner(edges), "node"), find(inner(edges), "cursor"));
        let (more, end) = (find(inner(info), "has_next_page"), find(inner(info), "end_cursor"));
        let total = find(fields, "count");
        note(missing, node.is_none() || at.is_none(), "select `edges { node cursor }`");
        note(
            missing,
            more.is_none() || end.is_none(),
            "select `pageInfo { hasNextPage endCursor }`",
        );
        let counted = list.merged.directive("uncounted").is_none();
        note(missing, counted && total.is_none() && list.has("count"), "select `count`");
        let total = total.filter(|_| counted);
        let (edges, node) = (edges?, node?);
        let rows = Rows::Edges {
            edges: edges.into(),
            edge_optional: element(&edges.shape).wraps.first() == Some(&Wrap::Option),
            node: node.into(),
            at: at?.into(),
            info: info?.into(),
            more: more?.into(),
            end: end?.into(),
        };
        let mut item = node.shape.clone();
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

/// The variables that set an order, in any of the order languages.
fn orders(list: &List<'_>) -> Vec<usize> {
    let names = ["order", "order_by", "orderBy", "order_key"];
    let variables = names.iter().filter_map(|name| list.variable(name));
    variables
        .filter(|at| list.variables.get(*at).is_some_and(|it| it.presence == Presence::Nullable))
        .collect()
}

/// The shape of an element of a list.
fn element(list: &Shape) -> Shape {
    let wraps = list.wraps.iter().skip_while(|wrap| **wrap == Wrap::Option).skip(1);
    Shape { wraps: wraps.copied().collect(), base: list.base.clone() }
}

/// The key that `@unique` names, and its fields in the rows.
fn key(list: &List<'_>, row: &[OutputField], unsure: &mut Missing) -> Option<Key> {
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
        let field = row.iter().find(|member| member.field == name);
        let comparable = field.filter(|field| {
            matches!(field.shape.wraps.as_slice(), [] | [Wrap::Option])
                && matches!(&field.shape.base, Base::Rust(path) | Base::Runtime(path)
                    if path == "String" || path == "Uuid")
        });
        match (field, comparable) {
            (None, _) if name.is_empty() => {
                unsure.push("name a column in `@unique(by:)`".to_owned());
            }
            (None, _) => unsure.push(format!("select `{name}`, which identifies rows")),
            (Some(_), None) => {
                unsure.push(format!(
                    "`{name}` is neither a string nor a UUID: `@unique` cannot use it"
                ));
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
