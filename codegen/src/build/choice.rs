//! Fields that are chosen at run time: which there are, and where in a text they go.

use apollo_compiler::{
    Node,
    executable::{Fragment, InlineFragment, Operation, Selection, SelectionSet},
};

use super::Builder;
use crate::{
    document::{is_abstract, minify, tidy},
    names::camel,
    types::{Choice, Format, Table, TableRow},
};

impl<'d> Builder<'d> {
    /// The fields of a fragment on an object. What takes a variable is left out, since an
    /// operation that declares it could not do without the field.
    pub(super) fn table(&self, fragment: &'d Node<Fragment>) -> Option<Table> {
        let on = fragment.type_condition();
        if is_abstract(self.schema, on) {
            return None;
        }
        let fields = self.selector.fields(&[(&fragment.selection_set).into()], on);
        let mut rows = Vec::new();
        for (key, merged) in &fields {
            let first = merged.fields.first()?;
            let mut set = SelectionSet::new(on.clone());
            set.extend(merged.fields.iter().map(|field| Selection::Field((*field).clone())));
            self.inline(&mut set);
            tidy(self.schema, &mut set);
            let text: Vec<_> = set
                .selections
                .iter()
                .map(|it| minify(&it.serialize().no_indent().to_string()))
                .collect();
            let text = text.join(" ");
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
                text,
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

    /// Writes fragments out where they are spread: a text of chosen fields has no fragments.
    fn inline(&self, set: &mut SelectionSet) {
        for selection in &mut set.selections {
            match selection {
                Selection::Field(field) => self.inline(&mut field.make_mut().selection_set),
                Selection::InlineFragment(inline) => {
                    self.inline(&mut inline.make_mut().selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(&self.documents.executable) {
                        let mut inline = InlineFragment {
                            type_condition: Some(fragment.type_condition().clone()),
                            directives: spread.directives.clone(),
                            selection_set: fragment.selection_set.clone(),
                        };
                        self.inline(&mut inline.selection_set);
                        *selection = inline.into();
                    }
                }
            }
        }
    }

    /// An operation with one fragment at its end lets the fields of that one be chosen.
    pub(super) fn choice(&self, operation: &'d Node<Operation>) -> Option<Choice> {
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
        let own = self.documents.own_text(self.schema, operation);
        let (before, behind) = own.split_once(&format!("{{...{}}}", fragment.name))?;
        // The fullest fragment on the type has the most to choose from.
        let fullest = self
            .fragments
            .iter()
            .filter_map(|(name, place)| {
                let fragment = self.documents.executable.fragments.get(name)?;
                let fields = self.selector.fields(&[(&fragment.selection_set).into()], on).len();
                (fragment.type_condition() == on).then_some((fields, place))
            })
            .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
        Some(Choice {
            around: (before.to_owned(), behind.to_owned()),
            rows,
            total: total.map(|field| field.response_key().to_string()),
            table: fullest.1.clone(),
        })
    }
}
