//! Questions about a schema and a document that no step owns.

use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    collections::IndexSet,
    executable::{Selection, SelectionSet},
};

/// The fragments that a selection reaches, each once, in the order of their first use.
pub(crate) fn fragments(document: &ExecutableDocument, set: &SelectionSet) -> IndexSet<Name> {
    let mut reached = IndexSet::default();
    let mut open = vec![set];
    while let Some(set) = open.pop() {
        for selection in set.selections.iter().rev() {
            match selection {
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(document)
                        && reached.insert(spread.fragment_name.clone())
                    {
                        open.push(&fragment.selection_set);
                    }
                }
            }
        }
    }
    reached
}

/// Whether a type is an interface or a union.
pub(crate) fn is_abstract(schema: &Schema, name: &str) -> bool {
    schema.get_interface(name).is_some() || schema.get_union(name).is_some()
}
