//! The rows of an operation, and their fields that are selected at run time.

use apollo_compiler::{
    Name, Node,
    executable::{Fragment, Operation, Selection, SelectionSet},
};

use super::{
    Lowering,
    page::{is_called, is_connection},
};
use crate::{
    collect_fields::{Fields, Merged, Part},
    document_text::{DocumentText, TextPart, whole},
    graph::is_abstract,
    model::{
        EdgeKeys, Format, Level, Page, PageInfoKeys, Projection, RowFields, RowSet, Table,
        TableRow, TypeId,
    },
    names::camel,
    schema::instruction,
};

impl<'d> Lowering<'d> {
    /// The fields of a fragment on an object. Fields with variables are left out, since an operation
    /// that declares the variables cannot be sent without the field.
    pub(super) fn table(&mut self, fragment: &'d Node<Fragment>, id: TypeId) -> Option<Table> {
        let on = fragment.type_condition();
        if is_abstract(self.schema, on) {
            return None;
        }
        let fields = self.selector.fields(&[(&fragment.selection_set).into()], on);
        if self.largest.get(on).is_none_or(|(most, _)| fields.len() > *most) {
            self.largest.insert(on.clone(), (fields.len(), id));
        }
        self.table_of(&fields, on)
    }

    fn table_of(&self, fields: &Fields<'d>, on: &Name) -> Option<Table> {
        let mut rows = Vec::new();
        for (key, merged) in fields {
            let first = merged.fields.first()?;
            let parts = self.texts.row(&merged.fields, on);
            let text = whole(&parts);
            if key.as_str() == "__typename" || merged.conditional || text.contains('$') {
                continue;
            }
            let title = merged.instruction(self.schema, "title");
            let format = merged.instruction(self.schema, "format");
            let argument = |directive: Option<&Node<apollo_compiler::ast::Directive>>,
                            name: &str| {
                directive?.specified_argument_by_name(name).cloned()
            };
            let variant = argument(format, "as").and_then(|value| value.as_enum().cloned());
            rows.push(TableRow {
                name: key.to_string(),
                title: argument(title, "text").and_then(|value| value.as_str().map(str::to_owned)),
                parts,
                format: Format {
                    variant: variant.map_or_else(|| "Plain".to_owned(), |name| camel(&name)),
                    field: argument(format, "field")
                        .and_then(|value| value.as_str().map(str::to_owned)),
                },
                secret: self.is_secret(&first.definition.name, &first.definition.ty),
                secrets_below: merged
                    .fields
                    .iter()
                    .any(|field| self.selects_secrets(&field.selection_set)),
            });
        }
        Some(Table { on: on.to_string(), rows })
    }

    fn selects_secrets(&self, set: &SelectionSet) -> bool {
        set.selections.iter().any(|selection| match selection {
            Selection::Field(field) => {
                self.is_secret(&field.definition.name, &field.definition.ty)
                    || self.selects_secrets(&field.selection_set)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = self.documents.executable.fragments.get(&spread.fragment_name);
                fragment.is_some_and(|fragment| self.selects_secrets(&fragment.selection_set))
            }
            Selection::InlineFragment(inline) => self.selects_secrets(&inline.selection_set),
        })
    }

    /// Where an operation has its rows: those of the one fragment that it leads to, or those of a
    /// list or an object that nothing but its wrappers surround.
    pub(super) fn rows(
        &self,
        operation: &'d Node<Operation>,
        text: &DocumentText,
        page: Option<&Page>,
    ) -> Option<RowSet> {
        let keys = page.map_or(&[][..], |page| page.keys.as_slice());
        let is_page = |rows: &RowSet| {
            keys.is_empty() || rows.path.iter().eq(keys.iter().map(|level| &level.key))
        };
        let projected = self.projected_rows(operation, text).filter(is_page);
        projected.or_else(|| {
            let rows = self.plain_rows(operation, keys)?;
            let index = page.and_then(|_| index(operation, text, &rows));
            Some(RowSet { index, ..rows })
        })
    }

    /// The rows of an operation that selects their fields by one fragment.
    fn projected_rows(
        &self,
        operation: &'d Node<Operation>,
        text: &DocumentText,
    ) -> Option<RowSet> {
        let mut path = Vec::new();
        let mut total = None;
        // Whether the total beside the next list is that of the list.
        let mut counted = true;
        let mut set = &operation.selection_set;
        let fragment = loop {
            if let Some(name) = self.selector.sole_fragment(&[set.into()], &set.ty) {
                break self.documents.executable.fragments.get(name)?;
            }
            let fields: Option<Vec<_>> = set.selections.iter().map(Selection::as_field).collect();
            let fields = fields?;
            let mut composite = fields.iter().filter(|field| !field.selection_set.is_empty());
            let (Some(inner), None) = (composite.next(), composite.next()) else { return None };
            // A secret beside the object, such as that of a new key, is a part of the row.
            if fields.iter().any(|it| self.is_secret(&it.definition.name, &it.definition.ty)) {
                return None;
            }
            let count = fields.iter().copied().find(|field| field.name == "total_count");
            total = count.filter(|_| counted);
            counted = instruction(self.schema, &inner.directives, "uncounted").is_none();
            path.push(inner.response_key().to_string());
            set = &inner.selection_set;
        };
        let on = fragment.type_condition();
        if !self.is_row(on) || path.is_empty() {
            return None;
        }
        let (parts, requires) = self.texts.around(operation, fragment, text);
        let around = split(parts, &format!("{{...{}}}", fragment.name))?;
        let table = self.selectable(fragment)?;
        Some(RowSet {
            path,
            total: total.map(|field| field.response_key().to_string()),
            edges: None,
            fields: RowFields::Fragment(table),
            projection: Some(Projection { around, requires }),
            index: None,
        })
    }

    /// Whether a type is that of rows: neither one of several, nor a list of them.
    fn is_row(&self, on: &Name) -> bool {
        !is_abstract(self.schema, on)
            && !self.schema.get_object(on).is_some_and(|ty| is_connection(ty))
    }

    /// The fragment whose fields can be selected instead: the largest on the type, if it has all of
    /// the fields.
    fn selectable(&self, fragment: &'d Node<Fragment>) -> Option<TypeId> {
        let on = fragment.type_condition();
        let own = *self.fragments.get(&fragment.name)?;
        let Some(&(_, largest)) = self.largest.get(on) else { return Some(own) };
        let keys = |fragment: &'d Node<Fragment>| {
            self.selector.fields(&[(&fragment.selection_set).into()], on)
        };
        let name = self.fragments.iter().find(|(_, id)| **id == largest).map(|(name, _)| name)?;
        let others = keys(self.documents.executable.fragments.get(name)?);
        let has_all = keys(fragment).keys().all(|key| others.contains_key(key));
        Some(if has_all { largest } else { own })
    }

    /// The rows of a connection, or of another selection. `page` leads to those that are paginated.
    fn plain_rows(&self, operation: &'d Node<Operation>, page: &[Level]) -> Option<RowSet> {
        let (mut path, mut total, mut edges) = (Vec::new(), None, None);
        let mut counted = true;
        let mut parts = vec![Part::from(&operation.selection_set)];
        let mut on = operation.selection_set.ty.clone();
        let fields = loop {
            let level = page.get(path.len());
            if let Some(level) = level {
                on = Name::new(&level.on).ok()?;
            } else if is_abstract(self.schema, &on) {
                // Only one of its types has fields of its own.
                let mut narrower = self.selector.narrower(&parts, &on).into_iter();
                let (Some(only), None) = (narrower.next(), narrower.next()) else { return None };
                on = only;
            }
            let sole = self.selector.sole_fragment(&parts, &on).filter(|_| level.is_none());
            let with_table = sole.filter(|name| {
                let fragment = self.documents.executable.fragments.get(*name);
                fragment.is_some_and(|it| self.is_row(it.type_condition()))
            });
            if let Some(id) = with_table.and_then(|name| self.fragments.get(name)) {
                break RowFields::Fragment(*id);
            }
            let fields = self.selector.fields(&parts, &on);
            let inner = match level {
                Some(level) => {
                    let inner = fields.iter().find(|(key, _)| key.as_str() == level.key);
                    inner.map(|(key, merged)| (*key, merged))
                }
                None => wrapped(&fields),
            };
            let Some((key, inner)) = inner else {
                break RowFields::Own(self.table_of(&fields, &on)?);
            };
            let count = find(&fields, "total_count").or_else(|| find(&fields, "count"));
            total = count.filter(|_| counted).map(|(key, _)| key.to_string());
            counted = inner.instruction(self.schema, "uncounted").is_none();
            path.push(key.to_string());
            let mut row = inner;
            let edge;
            let info = || {
                let (key, info) = find(&fields, "page_info")?;
                let inner = self.selector.fields(&info.parts(), type_of(info)?);
                Some(PageInfoKeys {
                    info: key.to_string(),
                    more: find(&inner, "has_next_page")?.0.to_string(),
                    end: find(&inner, "end_cursor")?.0.to_string(),
                })
            };
            let is = |name: &str| find(&fields, name).is_some_and(|(known, _)| known == key);
            if is("nodes") {
                edges = info().map(|info| EdgeKeys { node: None, cursor: None, info: Some(info) });
            } else if is("edges") {
                edge = self.selector.fields(&inner.parts(), type_of(inner)?);
                let (node, merged) = find(&edge, "node")?;
                edges = Some(EdgeKeys {
                    node: Some(node.to_string()),
                    cursor: find(&edge, "cursor").map(|(key, _)| key.to_string()),
                    info: info(),
                });
                row = merged;
            }
            (parts, on) = (row.parts(), type_of(row)?.clone());
        };
        let rows = RowSet { path, total, edges, fields, projection: None, index: None };
        (!rows.path.is_empty()).then_some(rows)
    }
}

/// The document around the selection of a connection at the root, where that is one fragment and its keys
/// are the names of the fields, so that another selection can be written in its place.
fn index(operation: &Operation, text: &DocumentText, rows: &RowSet) -> Option<Projection> {
    let edges = rows.edges.as_ref()?;
    let usual = edges.cursor.as_deref() == Some("cursor")
        && rows.total.as_deref().is_none_or(|total| total == "count")
        && edges.info.as_ref().is_some_and(|keys| {
            (&*keys.info, &*keys.more, &*keys.end) == ("pageInfo", "hasNextPage", "endCursor")
        });
    let ([root, list], [Selection::Field(field)]) =
        (&*rows.path, &*operation.selection_set.selections)
    else {
        return None;
    };
    if !usual || list != "edges" || field.response_key().as_str() != root {
        return None;
    }
    let [Selection::FragmentSpread(page)] = &*field.selection_set.selections else { return None };
    let around = split(text.own.clone(), &format!("{{...{}}}", page.fragment_name))?;
    Some(Projection { around, requires: text.requires.clone() })
}

/// The field of this name, in either case.
fn find<'f, 'd>(fields: &'f Fields<'d>, name: &str) -> Option<(&'d Name, &'f Merged<'d>)> {
    let mut fields = fields.iter();
    let called = |merged: &Merged<'d>| {
        merged.fields.first().is_some_and(|field| is_called(&field.name, name))
    };
    fields.find(|(_, merged)| called(merged)).map(|(key, merged)| (*key, merged))
}

fn type_of<'d>(merged: &Merged<'d>) -> Option<&'d Name> {
    merged.fields.first().map(|field| field.definition.ty.inner_named_type())
}

/// The field within a wrapper: the only one with fields of its own, beside a total, a page
/// information or a refusal.
fn wrapped<'f, 'd>(fields: &'f Fields<'d>) -> Option<(&'d Name, &'f Merged<'d>)> {
    const BESIDE: [&str; 6] = ["total_count", "count", "page_info", "ok", "msg", "__typename"];
    let first = |merged: &Merged<'d>| merged.fields.first().copied();
    let beside = |merged: &Merged<'d>| {
        first(merged).is_some_and(|field| BESIDE.iter().any(|name| is_called(&field.name, name)))
    };
    let mut others = fields.iter().filter(|(_, merged)| !beside(merged));
    let (Some((key, merged)), None) = (others.next(), others.next()) else { return None };
    (!first(merged)?.selection_set.is_empty()).then_some((*key, merged))
}

/// Splits parts around a string that is always sent.
fn split(mut parts: Vec<TextPart>, at: &str) -> Option<(Vec<TextPart>, Vec<TextPart>)> {
    let index = parts.iter().position(|part| part.when.is_empty() && part.text.contains(at))?;
    let mut after = parts.split_off(index);
    let first = after.first_mut()?;
    let (head, tail) = first.text.split_once(at)?;
    let (head, tail) = (head.to_owned(), tail.to_owned());
    first.text = tail;
    parts.push(TextPart { when: Vec::new(), text: head });
    Some((parts, after))
}
