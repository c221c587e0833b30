//! The uses of variables and fragments.

use std::collections::BTreeMap;

use apollo_compiler::{
    Name, Node,
    ast::VariableDefinition,
    executable::{Operation, Selection, SelectionSet},
};

use super::{Variable, Writer, parts::any};
use crate::{
    requirement::{Requirements, variables},
    schema::is_instruction,
};

/// The variables and fragments that a selection uses, including its fragments.
#[derive(Default)]
pub(super) struct Uses {
    /// For each use, the requirements of the selections around it and of the argument.
    pub(super) variables: BTreeMap<Name, Vec<(Requirements, Requirements)>>,
    /// For each spread, the requirements of the selections around it.
    pub(super) fragments: BTreeMap<Name, Vec<Requirements>>,
}

impl Uses {
    fn variable(&mut self, name: &Name, path: &Requirements, argument: &Requirements) {
        let uses = self.variables.entry(name.clone()).or_default();
        note(uses, (path.clone(), argument.clone()));
    }
}

/// Adds a use unless one like it is known.
fn note<T: PartialEq>(uses: &mut Vec<T>, new: T) {
    if !uses.contains(&new) {
        uses.push(new);
    }
}

impl Writer<'_> {
    pub(super) fn uses(self, set: &SelectionSet) -> Uses {
        let mut uses = Uses::default();
        self.visit(set, &Requirements::default(), &mut uses);
        uses
    }

    fn visit(self, set: &SelectionSet, around: &Requirements, found: &mut Uses) {
        for selection in &set.selections {
            // Most fields are only a name.
            if let Selection::Field(field) = selection
                && field.arguments.is_empty()
                && field.directives.is_empty()
                && field.selection_set.is_empty()
            {
                continue;
            }
            let needs = selection.as_field().map(|field| self.requirements(field, &set.ty));
            let path = match &needs {
                Some(needs) => around.with(&needs.own),
                None => around.with(&self.condition(selection, &set.ty)),
            };
            for directive in selection
                .directives()
                .iter()
                .filter(|it| !is_instruction(self.texts.schema, &it.name))
            {
                for name in directive.arguments.iter().flat_map(|it| variables(&it.value)) {
                    found.variable(name, &path, &Requirements::default());
                }
            }
            match selection {
                Selection::Field(field) => {
                    let needs = needs.iter().flat_map(|needs| &needs.arguments);
                    for (argument, needs) in field.arguments.iter().zip(needs) {
                        for name in variables(&argument.value) {
                            found.variable(name, &path, needs);
                        }
                    }
                    self.visit(&field.selection_set, &path, found);
                }
                Selection::InlineFragment(inline) => {
                    self.visit(&inline.selection_set, &path, found)
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.spread(spread) else { continue };
                    let contexts = found.fragments.entry(fragment.name.clone()).or_default();
                    note(contexts, path.clone());
                    let inner = self.fragment(fragment);
                    for (name, uses) in &inner.uses.variables {
                        for (inside, argument) in uses {
                            found.variable(name, &path.with(inside), argument);
                        }
                    }
                    for (name, contexts) in &inner.uses.fragments {
                        let known = found.fragments.entry(name.clone()).or_default();
                        contexts.iter().for_each(|inside| note(known, path.with(inside)));
                    }
                }
            }
        }
    }

    pub(super) fn variables(
        self,
        operation: &Operation,
        uses: &Uses,
    ) -> BTreeMap<String, Variable> {
        let of = |variable: &Node<VariableDefinition>| {
            let mut found = Variable::default();
            let uses = uses.variables.get(&variable.name).map(Vec::as_slice).unwrap_or_default();
            let mut contexts = Vec::new();
            for (path, argument) in uses {
                contexts.push(path.with(argument));
                if path.is_empty() {
                    found.is_always_used = true;
                    found.needs.add(argument.0.iter().cloned());
                }
            }
            found.when = any(&contexts);
            (variable.name.to_string(), found)
        };
        operation.variables.iter().map(of).collect()
    }
}
