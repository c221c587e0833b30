//! Limits the size of a document after its fragments are expanded: fragments that name others several
//! times turn a few lines into more than fits into memory. The validator limits the depth.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Name,
    executable::{Selection, SelectionSet},
    parser::SourceSpan,
};

use crate::diagnostic::Diagnostic;

/// A document with everything that a manager offers is far smaller. Lowering visits every selection.
const MAX_SELECTIONS: u64 = 100_000;

/// The number of selections in each fragment.
type Sizes<'d> = HashMap<&'d Name, u64>;

/// Reports what is too large in a valid document.
pub(crate) fn check(document: &ExecutableDocument) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut limit = |name: Option<&Name>, span: Option<SourceSpan>, selections: u64| {
        if selections <= MAX_SELECTIONS {
            return selections;
        }
        let name = name.map_or("", Name::as_str);
        let message = format!(
            "`{name}` has more than {MAX_SELECTIONS} selections after its fragments are expanded: \
             select less"
        );
        found.push(Diagnostic::at(span, &document.sources, message));
        // Reported once, not for every fragment that names this one.
        0
    };
    let mut sizes = Sizes::new();
    // First the fragments that name no others, then those that name them.
    loop {
        let before = sizes.len();
        for (name, fragment) in &document.fragments {
            if !sizes.contains_key(name)
                && let Some(selections) = count(&fragment.selection_set, &sizes)
            {
                sizes.insert(name, limit(Some(name), fragment.location(), selections));
            }
        }
        if sizes.len() == before {
            break;
        }
    }
    for operation in document.operations.iter() {
        if let Some(selections) = count(&operation.selection_set, &sizes) {
            limit(operation.name.as_ref(), operation.location(), selections);
        }
    }
    found
}

/// The selections in a set; none while the size of a fragment in it is unknown.
fn count(set: &SelectionSet, sizes: &Sizes<'_>) -> Option<u64> {
    set.selections.iter().try_fold(0_u64, |sum, selection| {
        let inner = match selection {
            Selection::Field(field) => count(&field.selection_set, sizes)?,
            Selection::InlineFragment(inline) => count(&inline.selection_set, sizes)?,
            Selection::FragmentSpread(spread) => *sizes.get(&spread.fragment_name)?,
        };
        Some(sum.saturating_add(inner).saturating_add(1))
    })
}
