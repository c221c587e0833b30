//! How large a document is with its fragments in place: fragments that name others several times
//! make few lines into more than any machine holds. How deep it is, the validator has checked.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Name,
    executable::{Selection, SelectionSet},
    parser::SourceSpan,
};

use crate::diagnostic::Diagnostic;

/// A document for all that a manager has is smaller by far, and every selection is looked at.
const MOST: u64 = 100_000;

/// How many selections each fragment has.
type Known<'d> = HashMap<&'d Name, u64>;

/// What is too large in a valid document.
pub(crate) fn check(document: &ExecutableDocument) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut refuse = |name: Option<&Name>, span: Option<SourceSpan>, selections: u64| {
        if selections <= MOST {
            return selections;
        }
        let name = name.map_or("", Name::as_str);
        let message = format!(
            "`{name}` has more than {MOST} selections when its fragments are put in place: select \
             less"
        );
        found.push(Diagnostic::at(span, &document.sources, message));
        // Said once, and not again of all that name it.
        0
    };
    let mut known = Known::new();
    // Those first that name no others, then those that name them.
    loop {
        let before = known.len();
        for (name, fragment) in &document.fragments {
            if !known.contains_key(name)
                && let Some(selections) = count(&fragment.selection_set, &known)
            {
                known.insert(name, refuse(Some(name), fragment.location(), selections));
            }
        }
        if known.len() == before {
            break;
        }
    }
    for operation in document.operations.iter() {
        if let Some(selections) = count(&operation.selection_set, &known) {
            refuse(operation.name.as_ref(), operation.location(), selections);
        }
    }
    found
}

/// None as long as a fragment in it is not known.
fn count(set: &SelectionSet, known: &Known<'_>) -> Option<u64> {
    set.selections.iter().try_fold(0_u64, |sum, selection| {
        let inner = match selection {
            Selection::Field(field) => count(&field.selection_set, known)?,
            Selection::InlineFragment(inline) => count(&inline.selection_set, known)?,
            Selection::FragmentSpread(spread) => *known.get(&spread.fragment_name)?,
        };
        Some(sum.saturating_add(inner).saturating_add(1))
    })
}
