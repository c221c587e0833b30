//! What has to be there for a part of a document.

use std::{cell::RefCell, collections::HashMap, ptr, rc::Rc};

use apollo_compiler::{
    Name,
    executable::{Argument, Field, Selection, SelectionSet},
};

use super::Writer;
use crate::since::All;

/// What a field needs.
#[derive(Default)]
pub(super) struct Gate {
    /// As one that can be left out.
    pub(super) own: All,
    /// For the selection above it.
    pub(super) up: All,
    /// For each argument what it needs as one that can be left out.
    pub(super) arguments: Vec<All>,
}

/// Those of one operation's fields that need a look, found out once.
pub(super) type Gates = RefCell<HashMap<*const Field, Rc<Gate>>>;

impl Writer<'_> {
    /// What has to be there for a selection other than a field: no object comes of a type that is
    /// not there yet, so nothing of it is missed.
    pub(super) fn condition(self, selection: &Selection, on: &Name) -> All {
        let condition = match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(inline) => inline.type_condition.as_ref(),
            Selection::FragmentSpread(spread) => {
                self.spread(spread).map(|fragment| fragment.type_condition())
            }
        };
        let mut all = All::default();
        if let Some(condition) = condition.filter(|condition| *condition != on) {
            all.add(self.texts.facts.ty(condition));
        }
        all
    }

    pub(super) fn gate(self, field: &Field, on: &Name) -> Rc<Gate> {
        let leaf = field.arguments.is_empty() && field.selection_set.is_empty();
        if leaf && field.definition.directives.is_empty() {
            return self.texts.open.clone();
        }
        if let Some(known) = self.gates.borrow().get(&ptr::from_ref(field)) {
            return known.clone();
        }
        let gate = Rc::new(self.find(field, on));
        self.gates.borrow_mut().insert(ptr::from_ref(field), gate.clone());
        gate
    }

    fn find(self, field: &Field, on: &Name) -> Gate {
        let mut own = All::default();
        own.add(self.texts.facts.field(on, field));
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let mut needs = All::default();
            needs.add(self.texts.facts.argument(on, &field.definition, argument, self.operation));
            if self.can_be_unset(field, argument) {
                arguments.push(needs.decisive());
            } else {
                own.add(needs.0);
                arguments.push(All::default());
            }
        }
        let inner = self.up(&field.selection_set);
        if own.is_empty() && inner.is_empty() {
            return Gate { own, up: inner, arguments };
        }
        let can_go = self.operation.is_none_or(|operation| {
            let directives = &field.directives;
            let nullable = !field.ty().is_non_null() && !directives.has("required")
                || directives.has("include")
                || directives.has("skip");
            // Without its only root an operation says nothing. And what a mutation answers comes
            // once: there no more goes than has to.
            nullable
                && *on != operation.selection_set.ty
                && (inner.is_empty() || operation.is_query())
        });
        own.add(inner.0);
        let (own, up) =
            if can_go { (own.decisive(), All::default()) } else { (All::default(), own) };
        Gate { own, up, arguments }
    }

    /// What a selection needs that cannot be left out of it.
    pub(super) fn up(self, set: &SelectionSet) -> All {
        let mut all = All::default();
        // Of rows of JSON everything can be.
        if self.operation.is_none() {
            return all;
        }
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => all.add(self.gate(field, &set.ty).up.0.iter().cloned()),
                Selection::InlineFragment(inline) => all.add(self.up(&inline.selection_set).0),
                Selection::FragmentSpread(spread) => {
                    let counts = Some(&spread.fragment_name) != self.but;
                    if let Some(fragment) = self.spread(spread).filter(|_| counts) {
                        all.add(self.fragment(fragment).up.0.iter().cloned());
                    }
                }
            }
        }
        all
    }

    /// Whether an argument can be left out: it is an optional variable of the document.
    fn can_be_unset(self, field: &Field, argument: &Argument) -> bool {
        let Some(operation) = self.operation else { return false };
        let definition = field.definition.argument_by_name(&argument.name);
        let variable = argument
            .value
            .as_variable()
            .and_then(|name| operation.variables.iter().find(|variable| variable.name == *name));
        let (Some(definition), Some(variable)) = (definition, variable) else { return false };
        let may_be_unset = !variable.ty.is_non_null() || variable.default_value.is_some();
        may_be_unset && !definition.is_required()
    }
}
