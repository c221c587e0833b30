//! Fields that are selected at run time, and their place in a document.

use apollo_compiler::{
    Node,
    executable::{Fragment, Operation, Selection},
};

use super::Lowering;
use crate::{
    document_text::{DocumentText, TextPart, whole},
    graph::is_abstract,
    model::{Format, Projection, Table, TableRow, TypeId},
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
        let mut rows = Vec::new();
        for (key, merged) in &fields {
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

    /// The projection of an operation that selects its rows by one fragment.
    pub(super) fn projection(
        &self,
        operation: &'d Node<Operation>,
        text: &DocumentText,
    ) -> Option<Projection> {
        let mut rows = Vec::new();
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
            rows.push(inner.response_key().to_string());
            set = &inner.selection_set;
        };
        let on = fragment.type_condition();
        if is_abstract(self.schema, on) || rows.is_empty() {
            return None;
        }
        let (parts, requires) = self.texts.around(operation, fragment, text);
        let around = split(parts, &format!("{{...{}}}", fragment.name))?;
        // The largest fragment on the type offers the most fields.
        let (_, table) = self.largest.get(on)?;
        Some(Projection {
            around,
            requires,
            rows,
            total: total.map(|field| field.response_key().to_string()),
            table: *table,
        })
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
