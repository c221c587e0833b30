//! The requirements of the parts of a document.

use std::{cell::RefCell, collections::HashMap, ptr, rc::Rc};

use apollo_compiler::{
    Name,
    executable::{Argument, Field, Selection, SelectionSet},
};

use super::Writer;
use crate::{requirement::Requirements, schema::instruction};

/// The requirements of a field.
#[derive(Default)]
pub(super) struct FieldRequirements {
    /// Those under which it is sent, if it can be left out.
    pub(super) own: Requirements,
    /// Those that pass to the selection around it, if it cannot.
    pub(super) inherited: Requirements,
    /// For each argument, those under which it is sent, if it can be left out.
    pub(super) arguments: Vec<Requirements>,
}

/// The requirements of an operation's fields.
pub(super) type FieldCache = RefCell<HashMap<*const Field, Rc<FieldRequirements>>>;

impl Writer<'_> {
    /// The requirements of a selection other than a field. A server returns no object of a type that
    /// it does not have, so such a selection can always be left out.
    pub(super) fn condition(self, selection: &Selection, on: &Name) -> Requirements {
        let condition = match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(inline) => inline.type_condition.as_ref(),
            Selection::FragmentSpread(spread) => {
                self.spread(spread).map(|fragment| fragment.type_condition())
            }
        };
        let mut all = Requirements::default();
        if let Some(condition) = condition.filter(|condition| *condition != on) {
            all.add(self.texts.index.ty(condition));
        }
        all
    }

    pub(super) fn requirements(self, field: &Field, on: &Name) -> Rc<FieldRequirements> {
        let leaf = field.arguments.is_empty() && field.selection_set.is_empty();
        if leaf && field.definition.directives.is_empty() {
            return self.texts.none.clone();
        }
        if let Some(known) = self.cache.borrow().get(&ptr::from_ref(field)) {
            return known.clone();
        }
        let found = Rc::new(self.find(field, on));
        self.cache.borrow_mut().insert(ptr::from_ref(field), found.clone());
        found
    }

    fn find(self, field: &Field, on: &Name) -> FieldRequirements {
        let mut own = Requirements::default();
        own.add(self.texts.index.field(on, field));
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let mut needs = Requirements::default();
            needs.add(self.texts.index.argument(on, &field.definition, argument, self.operation));
            if self.can_be_unset(field, argument) {
                arguments.push(needs.decisive());
            } else {
                own.add(needs.0);
                arguments.push(Requirements::default());
            }
        }
        let inner = self.inherited(&field.selection_set);
        if own.is_empty() && inner.is_empty() {
            return FieldRequirements { own, inherited: inner, arguments };
        }
        let can_be_left_out = self.operation.is_none_or(|operation| {
            let directives = &field.directives;
            let nullable = !field.ty().is_non_null()
                && instruction(self.texts.schema, directives, "required").is_none()
                || instruction(self.texts.schema, directives, "optional").is_some()
                || directives.has("include")
                || directives.has("skip");
            // An operation needs its root field. And a mutation's answer and an event cannot be
            // read again, so they lose no more than they must.
            nullable
                && *on != operation.selection_set.ty
                && (inner.is_empty() || operation.is_query())
        });
        own.add(inner.0);
        let (own, inherited) = if can_be_left_out {
            (own.decisive(), Requirements::default())
        } else {
            (Requirements::default(), own)
        };
        FieldRequirements { own, inherited, arguments }
    }

    /// The requirements of what cannot be left out of a selection.
    pub(super) fn inherited(self, set: &SelectionSet) -> Requirements {
        let mut all = Requirements::default();
        // Everything can be left out of fields that are selected at run time.
        if self.operation.is_none() {
            return all;
        }
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    all.add(self.requirements(field, &set.ty).inherited.0.iter().cloned())
                }
                Selection::InlineFragment(inline) => {
                    all.add(self.inherited(&inline.selection_set).0)
                }
                Selection::FragmentSpread(spread) => {
                    let counts = Some(&spread.fragment_name) != self.without;
                    if let Some(fragment) = self.spread(spread).filter(|_| counts) {
                        all.add(self.fragment(fragment).inherited.0.iter().cloned());
                    }
                }
            }
        }
        all
    }

    /// Whether an argument can be left out: its value is an optional variable.
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
