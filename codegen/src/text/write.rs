//! The text itself.

use std::collections::BTreeMap;

use apollo_compiler::{
    Name, Node,
    executable::{DirectiveList, Field, Fragment, Operation, Selection, SelectionSet},
};

use super::{
    Variable, When, Writer,
    gate::Gate,
    out::{Out, and, either, is_client, value},
};
use crate::document::{is_abstract, minify};

impl Writer<'_> {
    pub(super) fn operation(
        self,
        operation: &Operation,
        known: &BTreeMap<String, Variable>,
        out: &mut Out,
    ) {
        let always = When::new();
        out.push(&always, operation.operation_type.name());
        out.push(&always, operation.name.as_deref().unwrap_or_default());
        if !operation.variables.is_empty() {
            let around = either(known.values().map(|variable| &variable.when));
            out.push(&around, "(");
            for variable in &operation.variables {
                let when = known.get(variable.name.as_str()).map_or(&always, |it| &it.when);
                let mut text = format!("${}:{}", variable.name, variable.ty);
                if let Some(default) = &variable.default_value {
                    text.push('=');
                    text.push_str(&value(default));
                }
                out.push(when, &text);
                self.directives(&variable.directives, when, out);
            }
            out.push(&around, ")");
        }
        self.directives(&operation.directives, &always, out);
        self.set(&operation.selection_set, &always, out);
    }

    pub(super) fn definition(self, fragment: &Node<Fragment>, when: &When, out: &mut Out) {
        out.push(when, &format!("fragment {} on {}", fragment.name, fragment.type_condition()));
        self.directives(&fragment.directives, when, out);
        self.set(&fragment.selection_set, when, out);
    }

    fn set(self, set: &SelectionSet, when: &When, out: &mut Out) {
        let selections = &set.selections;
        out.push(when, "{");
        let told = selections
            .iter()
            .filter_map(Selection::as_field)
            .filter(|field| field.name == "__typename" && field.alias.is_none())
            .any(|field| field.directives.is_empty());
        let may_go = |selection: &Selection| match selection {
            Selection::Field(field) => !self.gate(field, &set.ty).own.is_empty(),
            other => !self.condition(other, &set.ty).is_empty(),
        };
        // It decides what is decoded; and it is what stays when all else is left out.
        let decides = selections.iter().any(|selection| selection.as_field().is_none())
            && is_abstract(self.texts.schema, &set.ty);
        if !told && (decides || selections.iter().all(may_go)) {
            out.push(when, "__typename");
        }
        for selection in selections {
            let own = || and(when, &self.condition(selection, &set.ty));
            match selection {
                Selection::Field(field) => {
                    self.field(field, &self.gate(field, &set.ty), when, out);
                }
                Selection::InlineFragment(inline) => {
                    self.inline(
                        inline.type_condition.as_ref(),
                        &inline.directives,
                        &inline.selection_set,
                        &own(),
                        out,
                    );
                }
                Selection::FragmentSpread(spread) => match self.spread(spread) {
                    Some(fragment) if self.operation.is_none() => self.inline(
                        Some(fragment.type_condition()),
                        &spread.directives,
                        &fragment.selection_set,
                        &own(),
                        out,
                    ),
                    _ => {
                        let own = own();
                        out.push(&own, &format!("...{}", spread.fragment_name));
                        self.directives(&spread.directives, &own, out);
                    }
                },
            }
        }
        out.push(when, "}");
    }

    fn inline(
        self,
        on: Option<&Name>,
        directives: &DirectiveList,
        set: &SelectionSet,
        when: &When,
        out: &mut Out,
    ) {
        out.push(when, "...");
        if let Some(on) = on {
            out.push(when, &format!("on {on}"));
        }
        self.directives(directives, when, out);
        self.set(set, when, out);
    }

    /// `when` is what is around it.
    pub(super) fn field(self, field: &Field, gate: &Gate, when: &When, out: &mut Out) {
        let when = &and(when, &gate.own);
        match &field.alias {
            Some(alias) => out.push(when, &format!("{alias}:{}", field.name)),
            None => out.push(when, &field.name),
        }
        if !field.arguments.is_empty() {
            let whens: Vec<_> = gate.arguments.iter().map(|needs| and(when, needs)).collect();
            // Without an argument there may be no brackets.
            let around = either(&whens);
            out.push(&around, "(");
            for (argument, when) in field.arguments.iter().zip(&whens) {
                out.push(when, &format!("{}:{}", argument.name, value(&argument.value)));
            }
            out.push(&around, ")");
        }
        self.directives(&field.directives, when, out);
        if !field.selection_set.is_empty() {
            self.set(&field.selection_set, when, out);
        }
    }

    fn directives(self, directives: &DirectiveList, when: &When, out: &mut Out) {
        for directive in directives.iter().filter(|directive| !is_client(&directive.name)) {
            out.push(when, &minify(&directive.serialize().no_indent().to_string()));
        }
    }
}
