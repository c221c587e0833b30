//! The rows of an operation, and their fields that are selected at run time.

use apollo_compiler::{
    Name, Node,
    executable::{Field, Fragment, Operation, Selection},
};

use super::{Lowering, page::is_called};
use crate::{
    collect_fields::Fields,
    document_text::{DocumentText, TextPart, whole},
    graph::is_abstract,
    model::{
        EdgeKeys, Format, PageInfoKeys, Projection, RowFields, RowSet, Table, TableRow, TypeId,
    },
    names::camel,
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
            let title = merged.directive("title");
            let format = merged.directive("format");
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
            });
        }
        Some(Table { on: on.to_string(), rows })
    }

    /// Where an operation has its rows: those of the one fragment that it leads to, or those of a
    /// list or an object that nothing but its wrappers surround.
    pub(super) fn rows(
        &self,
        operation: &'d Node<Operation>,
        text: &DocumentText,
    ) -> Option<RowSet> {
        self.projected_rows(operation, text).or_else(|| self.plain_rows(operation))
    }

    /// The rows of an operation that selects their fields by one fragment.
    fn projected_rows(
        &self,
        operation: &'d Node<Operation>,
        text: &DocumentText,
    ) -> Option<RowSet> {
        let mut path = Vec::new();
        let mut total = None;
        let mut set = &operation.selection_set;
        let fragment = loop {
            if let Some(name) = self.selector.sole_fragment(&[set.into()], &set.ty) {
                break self.documents.executable.fragments.get(name)?;
            }
            let fields: Option<Vec<_>> = set.selections.iter().map(Selection::as_field).collect();
            let fields = fields?;
            let mut composite = fields.iter().filter(|field| !field.selection_set.is_empty());
            let (Some(inner), None) = (composite.next(), composite.next()) else { return None };
            total = fields.iter().copied().find(|field| field.name == "total_count");
            path.push(inner.response_key().to_string());
            set = &inner.selection_set;
        };
        let on = fragment.type_condition();
        if is_abstract(self.schema, on) || path.is_empty() {
            return None;
        }
        let (parts, requires) = self.texts.around(operation, fragment, text);
        let around = split(parts, &format!("{{...{}}}", fragment.name))?;
        // The largest fragment on the type offers the most fields.
        let (_, table) = self.largest.get(on)?;
        Some(RowSet {
            path,
            total: total.map(|field| field.response_key().to_string()),
            edges: None,
            fields: RowFields::Fragment(*table),
            projection: Some(Projection { around, requires }),
        })
    }

    /// The rows of a connection, or of another selection.
    fn plain_rows(&self, operation: &'d Node<Operation>) -> Option<RowSet> {
        let mut rows = RowSet {
            path: Vec::new(),
            total: None,
            edges: None,
            fields: RowFields::Own(Table { on: String::new(), rows: Vec::new() }),
            projection: None,
        };
        let mut set = &operation.selection_set;
        loop {
            let on = &set.ty;
            if is_abstract(self.schema, on) {
                return None;
            }
            let sole = self.selector.sole_fragment(&[set.into()], on);
            if let Some(id) = sole.and_then(|name| self.fragments.get(name)) {
                rows.fields = RowFields::Fragment(*id);
                break;
            }
            let fields: Option<Vec<_>> = set.selections.iter().map(Selection::as_field).collect();
            let Some(inner) = fields.as_ref().and_then(|fields| wrapped(fields)) else {
                if rows.path.is_empty() {
                    return None;
                }
                rows.fields =
                    RowFields::Own(self.table_of(&self.selector.fields(&[set.into()], on), on)?);
                break;
            };
            let fields = fields.unwrap_or_default();
            let called = |name: &str| fields.iter().find(|field| is_called(&field.name, name));
            let total = called("total_count").or_else(|| called("count"));
            rows.total = total.map(|field| field.response_key().to_string());
            rows.path.push(inner.response_key().to_string());
            set = &inner.selection_set;
            if inner.name != "edges" {
                continue;
            }
            let edge = set.selections.iter().filter_map(Selection::as_field);
            let edge: Vec<_> = edge.collect();
            let node = edge.iter().find(|field| field.name == "node")?;
            let cursor = edge.iter().find(|field| field.name == "cursor");
            let info = called("page_info").and_then(|info| {
                let inner = info.selection_set.selections.iter().filter_map(Selection::as_field);
                let inner: Vec<_> = inner.collect();
                let key = |name: &str| {
                    let field = inner.iter().find(|field| is_called(&field.name, name));
                    field.map(|field| field.response_key().to_string())
                };
                Some(PageInfoKeys {
                    info: info.response_key().to_string(),
                    more: key("has_next_page")?,
                    end: key("end_cursor")?,
                })
            });
            rows.edges = Some(EdgeKeys {
                node: node.response_key().to_string(),
                cursor: cursor.map(|field| field.response_key().to_string()),
                info,
            });
            set = &node.selection_set;
        }
        (!rows.path.is_empty()).then_some(rows)
    }
}

/// The field within a wrapper: the only one with fields of its own, beside a total, a page
/// information or a refusal.
fn wrapped<'f>(fields: &[&'f Node<Field>]) -> Option<&'f Node<Field>> {
    const BESIDE: [&str; 6] = ["total_count", "count", "page_info", "ok", "msg", "__typename"];
    let beside = |field: &&&Node<Field>| BESIDE.iter().any(|name| is_called(&field.name, name));
    let mut others = fields.iter().filter(|field| !beside(field));
    match (others.next(), others.next()) {
        (Some(field), None) if !field.selection_set.is_empty() => Some(field),
        _ => None,
    }
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
