//! What the variables of an operation are for: the descriptions of the arguments and input fields that
//! they are passed as.

use apollo_compiler::{
    Name, Node, Schema,
    ast::Value,
    collections::IndexMap,
    executable::{Selection, SelectionSet},
};

/// The first description of each variable.
pub(super) struct Meanings<'d> {
    schema: &'d Schema,
    found: IndexMap<&'d Name, &'d Node<str>>,
}

impl<'d> Meanings<'d> {
    pub(super) fn new(schema: &'d Schema, sets: impl Iterator<Item = &'d SelectionSet>) -> Self {
        let mut meanings = Self { schema, found: IndexMap::default() };
        for set in sets {
            meanings.selections(set);
        }
        meanings
    }

    pub(super) fn get(&self, variable: &Name) -> Option<String> {
        self.found.get(variable).map(|text| text.to_string())
    }

    fn selections(&mut self, set: &'d SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        let known = field.definition.argument_by_name(&argument.name);
                        let Some(known) = known else { continue };
                        let (ty, text) = (known.ty.inner_named_type(), known.description.as_ref());
                        self.value(&argument.value, ty, text);
                    }
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn value(&mut self, value: &'d Node<Value>, ty: &Name, text: Option<&'d Node<str>>) {
        match &**value {
            Value::Variable(name) => {
                if let Some(text) = text {
                    self.found.entry(name).or_insert(text);
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item, ty, text)),
            Value::Object(fields) => {
                let Some(input) = self.schema.get_input_object(ty) else { return };
                for (name, value) in fields {
                    let Some(known) = input.fields.get(name) else { continue };
                    self.value(value, known.ty.inner_named_type(), known.description.as_ref());
                }
            }
            _ => {}
        }
    }
}
