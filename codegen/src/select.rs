//! Merges selections field by field, as the GraphQL specification merges them in an answer: the
//! same field in two fragments and beside them is one field of one type.

use apollo_compiler::{
    Name, Node, Schema,
    collections::{IndexMap, IndexSet},
    executable::{DirectiveList, ExecutableDocument, Field, Selection, SelectionSet},
};

/// All that is selected under one response key.
pub(crate) struct Merged<'d> {
    /// Every place where it is selected; the first comes first.
    pub(crate) fields: Vec<&'d Node<Field>>,
    /// Whether an `@include` or `@skip` may leave it out, for each place.
    conditions: Vec<bool>,
    /// An `@include` or `@skip` may leave it out of all places.
    pub(crate) conditional: bool,
}

/// A selection set, and whether what is in it may be left out of an answer that has the rest.
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
    /// What is selected below it, in all places.
    pub(crate) fn parts(&self) -> Vec<Part<'d>> {
        // When there is but one place, the field is there with all that is selected below it.
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

    /// The client directive of this name, in whichever place has it.
    pub(crate) fn directive(
        &self,
        name: &str,
    ) -> Option<&'d Node<apollo_compiler::ast::Directive>> {
        self.fields.iter().find_map(|field| field.directives.get(name))
    }
}

pub(crate) type Fields<'d> = IndexMap<&'d Name, Merged<'d>>;

#[derive(Clone, Copy)]
pub(crate) struct Selector<'d> {
    pub(crate) schema: &'d Schema,
    pub(crate) document: &'d ExecutableDocument,
}

impl<'d> Selector<'d> {
    /// The fields that an answer of type `on` has, by response key. Of an interface or a union,
    /// those which all of its types have.
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

    /// Whether everything of type `on` meets a type condition.
    fn applies(self, condition: &Name, on: &Name) -> bool {
        condition == on || self.schema.is_subtype(condition, on)
    }

    /// The object types of an interface or a union for which more is selected than for all.
    pub(crate) fn narrower(self, parts: &[Part<'d>], on: &Name) -> IndexSet<Name> {
        let mut found = IndexSet::default();
        let possible = self.possible(on);
        for part in parts {
            self.narrow(part.set, on, &possible, &mut found);
        }
        // In the schema's order, not in that of the selections.
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

    /// The fragment whose Rust type stands for a selection of nothing else.
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
