//! Recognises lists that a document can paginate, and how.

use apollo_compiler::{
    Name, Node,
    ast::{Directive, Value, VariableDefinition},
    executable::Field,
    schema::ObjectType,
};

use super::Lowering;
use crate::{
    collect_fields::{Merged, Part},
    model::{
        Base, Body, Cursor, InputField, Key, Level, Member, OutputField, Page, Presence, Rows,
        Shape, Step, TypeId, Window, Wrap,
    },
    names::snake,
};

/// Whether a field has this name, which is in snake case, or the same in camel case.
pub(super) fn is_called(field: &str, name: &str) -> bool {
    field == name || field.bytes().any(|c| c.is_ascii_uppercase()) && snake(field) == name
}

/// Whether a type has rows, beside the information about their page.
pub(super) fn is_connection(ty: &ObjectType) -> bool {
    let has = |field: &str| ty.fields.keys().any(|name| is_called(name, field));
    (has("edges") || has("nodes")) && has("page_info")
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

/// A list in an operation, and the way to it.
struct Found<'d> {
    merged: Merged<'d>,
    ty: &'d Node<ObjectType>,
    base: Base,
    way: Way,
}

/// The way from the data to a selection.
#[derive(Clone, Default)]
struct Way {
    steps: Vec<Step>,
    keys: Vec<Level>,
    /// Whether it leads into the rows of another list.
    in_list: bool,
}

impl List<'_> {
    fn takes(&self, argument: &str) -> bool {
        self.field.definition.argument_by_name(argument).is_some()
    }

    fn has(&self, field: &str) -> bool {
        self.ty.fields.keys().any(|name| is_called(name, field))
    }

    /// Whether it selects rows by a window or by a cursor.
    fn is_paged_list(&self) -> bool {
        let window = ["limit", "offset"].iter().all(|it| self.takes(it));
        let cursor = ["first", "after"].iter().all(|it| self.takes(it));
        self.is_window() || (window || cursor) && is_connection(self.ty)
    }

    fn is_window(&self) -> bool {
        ["limit", "offset"].iter().all(|it| self.takes(it))
            && self.has("items")
            && self.has("total_count")
    }

    /// Whether the document means to read it page by page: it varies where a page begins.
    fn is_asked_for(&self) -> bool {
        ["after", "offset"].iter().any(|argument| self.variable(argument).is_some())
    }

    /// Whether the document reads a fixed number of rows, and no page.
    fn is_fixed(&self) -> bool {
        let paging = ["first", "last", "after", "before", "limit", "offset"];
        ["first", "last"].iter().any(|it| self.gives(it))
            && paging.iter().all(|it| self.variable(it).is_none())
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

impl<'d> Lowering<'d> {
    /// The pagination of a query for one list.
    pub(super) fn page(
        &mut self,
        parts: &[Part<'d>],
        on: &Name,
        declared: &[Node<VariableDefinition>],
        variables: &[InputField],
        root: TypeId,
    ) -> Option<Page> {
        let mut lists = Vec::new();
        self.lists(parts, on, root, &Way::default(), &mut lists);
        let list = |found: &Found<'_>| {
            found.as_list(declared, variables).is_some_and(|list| {
                list.is_asked_for() && list.merged.instruction(self.schema, "unpaged").is_none()
            })
        };
        let is_root = |found: &Found<'_>| found.way.keys.len() == 1;
        let single = self.selector.fields(parts, on).len() == 1;
        let (nested, outer): (Vec<_>, Vec<_>) =
            lists.iter().filter(|found| list(found)).partition(|found| found.way.in_list);
        let wanted = match (outer.as_slice(), lists.iter().find(|found| is_root(found))) {
            // The only root field is paginated, or what hinders that is a warning.
            (_, Some(found)) if single => Some(found),
            ([only], _) => Some(*only),
            _ => None,
        };
        let mut warnings = Vec::new();
        let mut hinder = |found: &Found<'_>, why: &str| {
            let field = found.merged.fields.first();
            let message = field.map(|field| {
                (field.location(), format!("`{}` cannot be paginated here: {why}", field.name))
            });
            warnings.extend(message);
        };
        if wanted.is_none() {
            for found in outer {
                hinder(found, "the operation has several such lists, so move each to its own");
            }
        }
        for found in nested {
            hinder(
                found,
                "it is in the rows of a list, and each row has other pages: select it by an \
                 operation for one row",
            );
        }
        for (span, message) in warnings {
            self.warn(span, message);
        }
        let found = wanted?;
        self.paged(found.as_list(declared, variables)?, &found.base, &found.way)
    }

    /// Finds the lists below a selection.
    fn lists(
        &self,
        parts: &[Part<'d>],
        on: &Name,
        ty: TypeId,
        way: &Way,
        found: &mut Vec<Found<'d>>,
    ) {
        let members = match &self.model.output(ty).body {
            Body::Struct(members) => members,
            Body::Enum(variants) => {
                for variant in variants {
                    let on = variant.typename.as_deref().and_then(|name| Name::new(name).ok());
                    let Some(on) = on else { continue };
                    let mut way = way.clone();
                    way.steps.push(Step::Variant { of: ty, name: variant.name.clone() });
                    self.lists(parts, &on, variant.holds, &way, found);
                }
                return;
            }
        };
        for (key, merged) in self.selector.fields(parts, on) {
            let Some(field) = merged.fields.first().copied() else { continue };
            let member = members.iter().find(|member| member.key == key.as_str());
            let Some(member) = member else { continue };
            let Base::Output(inner) = member.shape.base else { continue };
            let mut way = way.clone();
            way.steps.push(Step::Field(member.into()));
            way.keys.push(Level { key: key.to_string(), on: on.to_string() });
            let (parts, on) = (merged.parts(), field.definition.ty.inner_named_type());
            let is_list = field.definition.ty.is_list();
            if let Some(ty) = self.schema.get_object(on).filter(|_| !is_list) {
                let list = Found { merged, ty, base: Base::Output(inner), way: way.clone() };
                if list.as_list(&[], &[]).is_some_and(|list| list.is_paged_list()) {
                    found.push(list);
                    way.in_list = true;
                }
            }
            way.in_list |= is_list;
            self.lists(&parts, on, inner, &way, found);
        }
    }

    fn paged(&mut self, list: List<'_>, base: &Base, way: &Way) -> Option<Page> {
        if list.is_fixed() || list.merged.instruction(self.schema, "unpaged").is_some() {
            return None;
        }
        let mut missing = Missing::new();
        let mut unsure = Missing::new();
        let page = if list.is_window() {
            self.items(&list, base, way, &mut missing, &mut unsure)
        } else {
            self.connection(&list, base, way, &mut missing)
        };
        let (name, span) = (&list.field.name, list.field.location());
        let page = page.filter(|_| missing.is_empty());
        if page.is_none() {
            let message = format!("`{name}` cannot be paginated here: {}", missing.join(", "));
            self.warn(span, message);
        } else if !unsure.is_empty() {
            let message = format!(
                "`{name}` can be paginated by offset only, which may miss rows while others are created or \
                 deleted: {}",
                unsure.join(", ")
            );
            self.warn(span, message);
        }
        page
    }

    /// `limit`, `offset` → `items`, `total_count`.
    fn items(
        &self,
        list: &List<'_>,
        base: &Base,
        way: &Way,
        missing: &mut Missing,
        unsure: &mut Missing,
    ) -> Option<Page> {
        let window = window(list, missing);
        let fields = self.model.fields(base);
        let (items, total) = (find(fields, "items"), find(fields, "total_count"));
        note(missing, items.is_none(), "select `items`");
        let counted = list.merged.instruction(self.schema, "uncounted").is_none();
        note(missing, counted && total.is_none(), "select `total_count`");
        let total = total.filter(|_| counted);
        let items = items?;
        let item = element(&items.shape);
        let unique = list.merged.instruction(self.schema, "unique");
        let rows = self.model.fields(&items.shape.base);
        let key = unique.and_then(|unique| key(unique, rows, unsure));
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
            path: way.steps.clone(),
            keys: way.to(&items.key, list.ty),
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

    /// `first`, `after` or `limit`, `offset` → `edges` or `nodes`, `pageInfo`, `count`.
    fn connection(
        &self,
        list: &List<'_>,
        base: &Base,
        way: &Way,
        missing: &mut Missing,
    ) -> Option<Page> {
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
        other_arguments(list, window.is_some(), cursor.is_some(), missing);
        let fields = self.model.fields(base);
        let inner = |field: Option<&OutputField>| {
            field.map_or(&[][..], |field| self.model.fields(&field.shape.base))
        };
        let (edges, nodes) = (find(fields, "edges"), find(fields, "nodes"));
        let (node, at) = (find(inner(edges), "node"), find(inner(edges), "cursor"));
        let info = find(fields, "page_info");
        let (more, end) = (find(inner(info), "has_next_page"), find(inner(info), "end_cursor"));
        let total = find(fields, "count").or_else(|| find(fields, "total_count"));
        let edge = edges.zip(node).zip(at);
        let select =
            if list.has("edges") { "select `edges { node cursor }`" } else { "select `nodes`" };
        note(missing, edge.is_none() && nodes.is_none(), select);
        note(
            missing,
            more.is_none() || end.is_none(),
            "select `pageInfo { hasNextPage endCursor }`",
        );
        let counted = list.merged.instruction(self.schema, "uncounted").is_none();
        note(missing, counted && total.is_none() && list.has("count"), "select `count`");
        let total = total.filter(|_| counted);
        let (info, more, end) = (info?.into(), more?.into(), end?.into());
        let (list_of_rows, rows, item) = match (edge, nodes) {
            (Some(((edges, node), at)), _) => {
                let edge_optional = element(&edges.shape).wraps.first() == Some(&Wrap::Option);
                let mut item = node.shape.clone();
                if edge_optional && item.wraps.first() != Some(&Wrap::Option) {
                    item.wraps.insert(0, Wrap::Option);
                }
                let (node, at) = (node.into(), at.into());
                let rows =
                    Rows::Edges { edges: edges.into(), edge_optional, node, at, info, more, end };
                (edges, rows, item)
            }
            (None, Some(nodes)) => {
                let rows = Rows::Nodes { nodes: nodes.into(), info, more, end };
                (nodes, rows, element(&nodes.shape))
            }
            (None, None) => return None,
        };
        Some(Page {
            path: way.steps.clone(),
            keys: way.to(&list_of_rows.key, list.ty),
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

/// Notes the first argument of pagination that pages neither set nor can leave out.
fn other_arguments(list: &List<'_>, by_window: bool, by_cursor: bool, missing: &mut Missing) {
    let names = ["before", "last", "offset", "limit", "first", "after"];
    for name in names.into_iter().filter(|name| list.gives(name)) {
        let is_set = match name {
            "limit" | "offset" => by_window,
            "first" | "after" => by_cursor,
            _ => false,
        };
        let can_be_unset = list.variable(name).is_some_and(|at| list.can_be_unset(at));
        // A variable that every page sets may have a default.
        let fits = can_be_unset || is_set && by_window != by_cursor;
        let fix = format!("leave out `{name}`, or pass a variable that can be unset");
        note(missing, !fits && missing.is_empty(), fix);
    }
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

impl Way {
    /// The keys to the rows, in a field of the list.
    fn to(&self, key: &str, list: &ObjectType) -> Vec<Level> {
        let rows = Level { key: key.to_owned(), on: list.name.to_string() };
        self.keys.iter().cloned().chain([rows]).collect()
    }
}

impl<'d> Found<'d> {
    fn as_list<'a>(
        &'a self,
        declared: &'a [Node<VariableDefinition>],
        variables: &'a [InputField],
    ) -> Option<List<'a>> {
        let (field, merged) = (*self.merged.fields.first()?, &self.merged);
        Some(List { field, merged, ty: self.ty, declared, variables })
    }
}

/// The key that `@unique` names, and its fields in the rows.
fn key(directive: &Directive, row: &[OutputField], unsure: &mut Missing) -> Option<Key> {
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
