//! Writes the parts of a document.

use std::collections::BTreeMap;

use apollo_compiler::{
    Name, Node,
    executable::{DirectiveList, Field, Fragment, Operation, Selection, SelectionSet},
};

use super::{
    Condition, Variable, Writer,
    parts::{PartsWriter, and, either, value},
    requirements::FieldRequirements,
};
use crate::{graph::is_abstract, minify::minify, schema::is_instruction};

impl Writer<'_> {
    pub(super) fn operation(
        self,
        operation: &Operation,
        known: &BTreeMap<String, Variable>,
        out: &mut PartsWriter,
    ) {
        let always = Condition::new();
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

    pub(super) fn definition(
        self,
        fragment: &Node<Fragment>,
        when: &Condition,
        out: &mut PartsWriter,
    ) {
        out.push(when, &format!("fragment {} on {}", fragment.name, fragment.type_condition()));
        self.directives(&fragment.directives, when, out);
        self.set(&fragment.selection_set, when, out);
    }

    fn set(self, set: &SelectionSet, when: &Condition, out: &mut PartsWriter) {
        let selections = &set.selections;
        out.push(when, "{");
        let has_typename = selections
            .iter()
            .filter_map(Selection::as_field)
            .filter(|field| field.name == "__typename" && field.alias.is_none())
            .any(|field| field.directives.is_empty());
        let can_be_left_out = |selection: &Selection| match selection {
            Selection::Field(field) => !self.requirements(field, &set.ty).own.is_empty(),
            other => !self.condition(other, &set.ty).is_empty(),
        };
        // It selects the variant to decode, and it remains when everything else is left out.
        let is_polymorphic = selections.iter().any(|selection| selection.as_field().is_none())
            && is_abstract(self.texts.schema, &set.ty);
        if !has_typename && (is_polymorphic || selections.iter().all(can_be_left_out)) {
            out.push(when, "__typename");
        }
        for selection in selections {
            let own = || and(when, &self.condition(selection, &set.ty));
            match selection {
                Selection::Field(field) => {
                    self.field(field, &self.requirements(field, &set.ty), when, out);
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
        when: &Condition,
        out: &mut PartsWriter,
    ) {
        out.push(when, "...");
        if let Some(on) = on {
            out.push(when, &format!("on {on}"));
        }
        self.directives(directives, when, out);
        self.set(set, when, out);
    }

    /// `when` is the condition of what is around it.
    pub(super) fn field(
        self,
        field: &Field,
        requirements: &FieldRequirements,
        when: &Condition,
        out: &mut PartsWriter,
    ) {
        let when = &and(when, &requirements.own);
        match &field.alias {
            Some(alias) => out.push(when, &format!("{alias}:{}", field.name)),
            None => out.push(when, &field.name),
        }
        if !field.arguments.is_empty() {
            let whens: Vec<_> =
                requirements.arguments.iter().map(|needs| and(when, needs)).collect();
            // GraphQL has no empty brackets.
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

    fn directives(self, directives: &DirectiveList, when: &Condition, out: &mut PartsWriter) {
        let schema = self.texts.schema;
        for directive in directives.iter().filter(|it| !is_instruction(schema, &it.name)) {
            out.push(when, &minify(&directive.serialize().no_indent().to_string()));
        }
    }
}
