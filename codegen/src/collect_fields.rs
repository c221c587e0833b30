//! Merges selections field by field, as an answer merges them (`CollectFields` in the GraphQL
//! specification): a field in two fragments is one field of one type.

use apollo_compiler::{
    Name, Node, Schema,
    ast::Directive,
    collections::{IndexMap, IndexSet},
    executable::{DirectiveList, ExecutableDocument, Field, Selection, SelectionSet},
};

use crate::schema::instruction;

/// All selections under one response key.
#[derive(Clone)]
pub(crate) struct Merged<'d> {
    /// The field in every place that selects it, in their order.
    pub(crate) fields: Vec<&'d Node<Field>>,
    /// Whether `@include` or `@skip` may exclude it, for each place.
    conditions: Vec<bool>,
    /// Whether `@include` or `@skip` may exclude it in all places.
    pub(crate) conditional: bool,
}

/// A selection set, and whether it may be missing from an answer that has the rest.
#[derive(Clone, Copy)]
pub(crate) struct Part<'d> {
    set: &'d SelectionSet,
    conditional: bool,
}

impl<'d> From<&'d SelectionSet> for Part<'d> {
    fn from(set: &'d SelectionSet) -> Self {
        Self { set, conditional: false }
    }
}

impl<'d> Merged<'d> {
    /// The selections below it, in all places.
    pub(crate) fn parts(&self) -> Vec<Part<'d>> {
        // With a single place, the field comes with everything selected below it.
        let several = self.fields.len() > 1;
        self.fields
            .iter()
            .zip(&self.conditions)
            .map(|(field, &conditional)| Part {
                set: &field.selection_set,
                conditional: several && conditional,
            })
            .collect()
    }

    /// An instruction to the generator, from the first place that has it.
    pub(crate) fn instruction(&self, schema: &Schema, name: &str) -> Option<&'d Node<Directive>> {
        self.fields.iter().find_map(|field| instruction(schema, &field.directives, name))
    }
}

pub(crate) type Fields<'d> = IndexMap<&'d Name, Merged<'d>>;

#[derive(Clone, Copy)]
pub(crate) struct Selector<'d> {
    pub(crate) schema: &'d Schema,
    pub(crate) document: &'d ExecutableDocument,
}

impl<'d> Selector<'d> {
    /// The fields of an answer of type `on`, by response key; for an interface or a union, those that
    /// all its types have.
    pub(crate) fn fields(self, parts: &[Part<'d>], on: &Name) -> Fields<'d> {
        let mut fields = Fields::default();
        for part in parts {
            self.collect(part.set, on, part.conditional, &mut fields);
        }
        fields
    }

    fn collect(self, set: &'d SelectionSet, on: &Name, conditional: bool, into: &mut Fields<'d>) {
        for selection in &set.selections {
            let conditional = conditional || is_conditional(selection.directives());
            match selection {
                Selection::Field(field) => {
                    let merged = into.entry(field.response_key()).or_insert_with(|| Merged {
                        fields: Vec::new(),
                        conditions: Vec::new(),
                        conditional: true,
                    });
                    merged.fields.push(field);
                    merged.conditions.push(conditional);
                    merged.conditional &= conditional;
                }
                Selection::InlineFragment(inline) => {
                    if self.applies(&inline.selection_set.ty, on) {
                        self.collect(&inline.selection_set, on, conditional, into);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(self.document)
                        && self.applies(fragment.type_condition(), on)
                    {
                        self.collect(&fragment.selection_set, on, conditional, into);
                    }
                }
            }
        }
    }

    /// Whether a type condition holds for every value of type `on`.
    fn applies(self, condition: &Name, on: &Name) -> bool {
        condition == on || self.schema.is_subtype(condition, on)
    }

    /// The object types of an interface or a union with more fields than all of them have.
    pub(crate) fn narrower(self, parts: &[Part<'d>], on: &Name) -> IndexSet<Name> {
        let mut found = IndexSet::default();
        let possible = self.possible(on);
        for part in parts {
            self.narrow(part.set, on, &possible, &mut found);
        }
        // In the order of the schema.
        possible.into_iter().filter(|name| found.contains(name)).collect()
    }

    fn narrow(self, set: &SelectionSet, on: &Name, possible: &[Name], found: &mut IndexSet<Name>) {
        for selection in &set.selections {
            let inner = match selection {
                Selection::Field(_) => continue,
                Selection::InlineFragment(inline) => Some(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    spread.fragment_def(self.document).map(|fragment| &fragment.selection_set)
                }
            };
            let Some(inner) = inner else { continue };
            if self.applies(&inner.ty, on) {
                self.narrow(inner, on, possible, found);
            } else {
                found.extend(possible.iter().filter(|name| self.applies(&inner.ty, name)).cloned());
            }
        }
    }

    fn possible(self, on: &Name) -> Vec<Name> {
        if let Some(union) = self.schema.get_union(on) {
            return union.members.iter().map(|member| member.name.clone()).collect();
        }
        let is_object = |name: &&Name| self.schema.get_object(name).is_some();
        let types = self.schema.types.keys();
        types.filter(is_object).filter(|name| self.schema.is_subtype(on, name)).cloned().collect()
    }

    /// The fragment that a selection consists of: its Rust type is then used.
    pub(crate) fn sole_fragment(self, parts: &[Part<'d>], on: &Name) -> Option<&'d Name> {
        let mut sole = None;
        for part in parts {
            let [Selection::FragmentSpread(spread)] = part.set.selections.as_slice() else {
                return None;
            };
            let fragment = spread.fragment_def(self.document)?;
            let first = *sole.get_or_insert(&spread.fragment_name);
            if first != &spread.fragment_name
                || is_conditional(&spread.directives)
                || !self.applies(fragment.type_condition(), on)
            {
                return None;
            }
        }
        sole
    }
}

fn is_conditional(directives: &DirectiveList) -> bool {
    !directives.is_empty() && (directives.has("include") || directives.has("skip"))
}
