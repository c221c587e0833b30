//! Fields that are chosen at run time: which there are, and where in a text they go.

use apollo_compiler::{
    Node,
    executable::{Fragment, Operation, Selection},
};

use super::Builder;
use crate::{
    document::is_abstract,
    names::camel,
    text::{Part, Text, whole},
    types::{Choice, Format, Table, TableRow},
};

impl<'d> Builder<'d> {
    /// The fields of a fragment on an object. What takes a variable is left out, since an
    /// operation that declares it could not do without the field.
    pub(super) fn table(
        &mut self,
        fragment: &'d Node<Fragment>,
        place: (&str, &str),
    ) -> Option<Table> {
        let on = fragment.type_condition();
        if is_abstract(self.schema, on) {
            return None;
        }
        let fields = self.selector.fields(&[(&fragment.selection_set).into()], on);
        if self.fullest.get(on).is_none_or(|(most, _)| fields.len() > *most) {
            let place = (place.0.to_owned(), place.1.to_owned());
            self.fullest.insert(on.clone(), (fields.len(), place));
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

    /// An operation with one fragment at its end lets the fields of that one be chosen.
    pub(super) fn choice(&self, operation: &'d Node<Operation>, text: &Text) -> Option<Choice> {
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
        // The fullest fragment on the type has the most to choose from.
        let (_, table) = self.fullest.get(on)?;
        Some(Choice {
            around,
            requires,
            rows,
            total: total.map(|field| field.response_key().to_string()),
            table: table.clone(),
        })
    }
}

/// Splits parts around a text that is always there.
fn split(mut parts: Vec<Part>, at: &str) -> Option<(Vec<Part>, Vec<Part>)> {
    let index = parts.iter().position(|part| part.when.is_empty() && part.text.contains(at))?;
    let mut behind = parts.split_off(index);
    let first = behind.first_mut()?;
    let (head, tail) = first.text.split_once(at)?;
    let (head, tail) = (head.to_owned(), tail.to_owned());
    first.text = tail;
    parts.push(Part { when: Vec::new(), text: head });
    Some((parts, behind))
}
