//! What operations name in a schema.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::{
    Name, Schema,
    ast::{Type, Value},
    executable::{Operation, Selection, SelectionSet},
    schema::ExtendedType,
};

use crate::document::Documents;

/// Arguments by field by type. Of an input object the fields are there, without arguments.
pub(crate) type Named = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// What an operation names with its fragments: the fields it selects, their arguments, and the
/// fields of all input objects that it writes out or that its variables can have.
pub(crate) fn named(schema: &Schema, documents: &Documents, operation: &Operation) -> Named {
    let mut look = Look { schema, named: Named::new() };
    look.set(&operation.selection_set);
    for name in documents.fragments(&operation.selection_set) {
        if let Some(fragment) = documents.executable.fragments.get(&name) {
            look.set(&fragment.selection_set);
        }
    }
    for variable in &operation.variables {
        look.input(variable.ty.inner_named_type());
    }
    look.named
}

/// The coordinates of what is named, of the types it is in and has, and of the values of enums.
pub(crate) fn coordinates(schema: &Schema, named: &Named) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut types = BTreeSet::new();
    for (on, fields) in named {
        all.insert(on.clone());
        for (field, arguments) in fields {
            all.insert(format!("{on}.{field}"));
            if let Some(input) = schema.get_input_object(on) {
                types.extend(input.fields.get(field.as_str()).map(|it| it.ty.inner_named_type()));
            } else if let Ok(definition) = schema.type_field(on, field) {
                types.insert(definition.ty.inner_named_type());
                for argument in arguments {
                    all.insert(format!("{on}.{field}({argument}:)"));
                    let known = definition.argument_by_name(argument);
                    types.extend(known.map(|known| known.ty.inner_named_type()));
                }
            }
        }
    }
    for name in types {
        all.insert(name.to_string());
        if let Some(ExtendedType::Enum(def)) = schema.types.get(name) {
            all.extend(def.values.keys().map(|value| format!("{name}.{value}")));
        }
    }
    all
}

struct Look<'d> {
    schema: &'d Schema,
    named: Named,
}

impl Look<'_> {
    fn set(&mut self, set: &SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let on = self.named.entry(set.ty.to_string()).or_default();
                    let arguments = on.entry(field.name.to_string()).or_default();
                    arguments.extend(field.arguments.iter().map(|it| it.name.to_string()));
                    for argument in &field.arguments {
                        if let Some(known) = field.definition.argument_by_name(&argument.name) {
                            self.literal(&argument.value, &known.ty);
                        }
                    }
                    self.set(&field.selection_set);
                }
                Selection::InlineFragment(inline) => self.set(&inline.selection_set),
                // Those that are reached are looked at, each once.
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn literal(&mut self, value: &Value, ty: &Type) {
        match value {
            Value::List(values) => {
                for value in values {
                    self.literal(value, ty.item_type());
                }
            }
            Value::Object(fields) => {
                let schema = self.schema;
                let Some(input) = schema.get_input_object(ty.inner_named_type()) else { return };
                for (name, value) in fields {
                    let on = self.named.entry(input.name.to_string()).or_default();
                    on.entry(name.to_string()).or_default();
                    if let Some(known) = input.fields.get(name) {
                        self.literal(value, &known.ty);
                    }
                }
            }
            _ => {}
        }
    }

    /// The input objects that a value of a type can have, with their fields.
    fn input(&mut self, name: &Name) {
        let mut seen = BTreeSet::new();
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            let Some(input) = self.schema.get_input_object(name) else { continue };
            if seen.insert(name) {
                let on = self.named.entry(name.to_string()).or_default();
                for (key, field) in &input.fields {
                    on.entry(key.to_string()).or_default();
                    open.push(field.ty.inner_named_type());
                }
            }
        }
    }
}
