//! The parts of a schema that operations name.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    ast::{Type, Value},
    executable::{Operation, Selection, SelectionSet},
    schema::ExtendedType,
};

/// Arguments by field by type. Fields of an input object have no arguments.
pub(crate) type Named = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// What an operation names, with its fragments: the fields that it selects, their arguments, and the
/// fields of all input objects that its literals and variables can have.
pub(crate) fn named(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
) -> Named {
    let mut collector =
        Collector { schema, document, named: Named::new(), fragments: BTreeSet::new() };
    collector.set(&operation.selection_set);
    for variable in &operation.variables {
        collector.input(variable.ty.inner_named_type());
    }
    collector.named
}

/// The coordinates of what is named, of the types around it and of its own type, and of enum values.
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

struct Collector<'d> {
    schema: &'d Schema,
    document: &'d ExecutableDocument,
    named: Named,
    /// The fragments that were visited.
    fragments: BTreeSet<Name>,
}

impl Collector<'_> {
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
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    if let Some(fragment) = spread.fragment_def(document)
                        && self.fragments.insert(spread.fragment_name.clone())
                    {
                        self.set(&fragment.selection_set);
                    }
                }
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
