//! Where variables and fragments are used.

use std::collections::BTreeMap;

use apollo_compiler::{
    Name, Node,
    ast::VariableDefinition,
    executable::{Operation, Selection, SelectionSet},
};

use super::{
    Variable, Writer,
    out::{any, is_client},
};
use crate::since::{All, variables};

/// What a selection uses, with all fragments in it.
#[derive(Default)]
pub(super) struct Walk {
    /// For each use what the selections around need, and what the argument needs.
    pub(super) variables: BTreeMap<Name, Vec<(All, All)>>,
    /// What the selections around each fragment need, everywhere it is spread.
    pub(super) fragments: BTreeMap<Name, Vec<All>>,
}

impl Walk {
    fn variable(&mut self, name: &Name, path: &All, argument: &All) {
        let uses = self.variables.entry(name.clone()).or_default();
        note(uses, (path.clone(), argument.clone()));
    }
}

/// Several uses in the same circumstances are one.
fn note<T: PartialEq>(uses: &mut Vec<T>, new: T) {
    if !uses.contains(&new) {
        uses.push(new);
    }
}

impl Writer<'_> {
    pub(super) fn walk(self, set: &SelectionSet) -> Walk {
        let mut walk = Walk::default();
        self.visit(set, &All::default(), &mut walk);
        walk
    }

    fn visit(self, set: &SelectionSet, around: &All, walk: &mut Walk) {
        for selection in &set.selections {
            // Most fields are a name alone.
            if let Selection::Field(field) = selection
                && field.arguments.is_empty()
                && field.directives.is_empty()
                && field.selection_set.is_empty()
            {
                continue;
            }
            let gate = selection.as_field().map(|field| self.gate(field, &set.ty));
            let path = match &gate {
                Some(gate) => around.with(&gate.own),
                None => around.with(&self.condition(selection, &set.ty)),
            };
            for directive in selection.directives().iter().filter(|it| !is_client(&it.name)) {
                for name in directive.arguments.iter().flat_map(|it| variables(&it.value)) {
                    walk.variable(name, &path, &All::default());
                }
            }
            match selection {
                Selection::Field(field) => {
                    let needs = gate.iter().flat_map(|gate| &gate.arguments);
                    for (argument, needs) in field.arguments.iter().zip(needs) {
                        for name in variables(&argument.value) {
                            walk.variable(name, &path, needs);
                        }
                    }
                    self.visit(&field.selection_set, &path, walk);
                }
                Selection::InlineFragment(inline) => self.visit(&inline.selection_set, &path, walk),
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.spread(spread) else { continue };
                    let contexts = walk.fragments.entry(fragment.name.clone()).or_default();
                    note(contexts, path.clone());
                    let inner = self.fragment(fragment);
                    for (name, uses) in &inner.walk.variables {
                        for (inside, argument) in uses {
                            walk.variable(name, &path.with(inside), argument);
                        }
                    }
                    for (name, contexts) in &inner.walk.fragments {
                        let known = walk.fragments.entry(name.clone()).or_default();
                        contexts.iter().for_each(|inside| note(known, path.with(inside)));
                    }
                }
            }
        }
    }

    pub(super) fn variables(
        self,
        operation: &Operation,
        walk: &Walk,
    ) -> BTreeMap<String, Variable> {
        let of = |variable: &Node<VariableDefinition>| {
            let mut found = Variable::default();
            let uses = walk.variables.get(&variable.name).map(Vec::as_slice).unwrap_or_default();
            let mut contexts = Vec::new();
            for (path, argument) in uses {
                contexts.push(path.with(argument));
                if path.is_empty() {
                    found.matters = true;
                    found.needs.add(argument.0.iter().cloned());
                }
            }
            found.when = any(&contexts);
            (variable.name.to_string(), found)
        };
        operation.variables.iter().map(of).collect()
    }
}
