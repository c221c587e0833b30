//! The versions of a server that have a part of the schema, which the schema marks with `@since`.

use std::{cell::RefCell, cmp::Reverse, collections::HashMap, rc::Rc};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, FieldDefinition, InputValueDefinition, Type, Value},
    collections::IndexSet,
    executable::{Argument, Field, Operation},
    schema::ExtendedType,
};

use crate::version::Version;

/// A part of the schema that a server must have, and the versions that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// Such as `Query.keypair_list(filter:)`.
    pub coordinate: String,
    /// The first version of each branch that has it, newest first; at least one.
    pub versions: Vec<Version>,
}

impl Requirement {
    /// Returns the version from which on every version has it.
    pub fn newest(&self) -> Option<Version> {
        self.versions.first().copied()
    }
}

/// Several requirements, newest first, without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requirements(pub(crate) Vec<Requirement>);

impl Requirements {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, others: impl IntoIterator<Item = Requirement>) {
        let before = self.0.len();
        for other in others {
            if !self.0.contains(&other) {
                self.0.push(other);
            }
        }
        if self.0.len() > before {
            self.0.sort_by(|a, b| {
                (Reverse(&a.versions), &a.coordinate).cmp(&(Reverse(&b.versions), &b.coordinate))
            });
        }
    }

    /// The union of two sets.
    pub(crate) fn with(&self, others: &Self) -> Self {
        let mut all = self.clone();
        all.add(others.0.iter().cloned());
        all
    }

    /// Removes those that the newest requirement of a single branch implies.
    pub(crate) fn decisive(mut self) -> Self {
        let first = self.0.iter().position(|since| since.versions.len() == 1);
        if let Some(newest) = first.and_then(|first| self.0.get(first)).cloned() {
            self.0.retain(|since| *since == newest || since.newest() > newest.newest());
        }
        self
    }
}

/// The requirements of everything in a schema. Results are cached.
pub(crate) struct Index<'s> {
    schema: &'s Schema,
    /// Whether anything is marked; most schemas of other servers have no marks.
    is_marked: bool,
    /// The requirements of objects, interfaces and unions themselves, which are few.
    composite: HashMap<Name, Requirement>,
    /// The requirements of every value of an input type, and the newest of any of its values.
    inputs: RefCell<HashMap<Name, Rc<[Requirement]>>>,
    newest: RefCell<HashMap<Name, Option<Version>>>,
}

impl<'s> Index<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        let mut composite = HashMap::new();
        for (name, ty) in &schema.types {
            let is_composite = ty.is_object() || ty.is_interface() || ty.is_union();
            if let Some(since) = is_composite.then(|| mark(name, ty)).flatten() {
                composite.insert(name.clone(), since);
            }
        }
        let is_marked = schema.directive_definitions.contains_key("since");
        Self {
            schema,
            is_marked,
            composite,
            inputs: RefCell::default(),
            newest: RefCell::default(),
        }
    }

    /// The requirements of a field and of the object type it returns.
    pub(crate) fn field(&self, on: &Name, field: &Field) -> Vec<Requirement> {
        let Field { definition, selection_set, .. } = field;
        let own = marked(definition.directives.iter(), || format!("{on}.{}", field.name));
        let gives = definition.ty.inner_named_type();
        let gives = (!selection_set.is_empty()).then(|| self.composite.get(gives)).flatten();
        own.into_iter().chain(gives.cloned()).collect()
    }

    /// The requirement of a type itself; for an input object without a mark, that of its oldest
    /// field, since it cannot have existed without fields.
    pub(crate) fn ty(&self, name: &Name) -> Option<Requirement> {
        let ty = self.schema.types.get(name)?;
        mark(name, ty).or_else(|| {
            let fields = self.schema.get_input_object(name)?.fields.values();
            let marks: Option<Vec<_>> =
                fields.map(|field| marked(field.directives.iter(), || name.to_string())).collect();
            marks?.into_iter().min_by_key(Requirement::newest)
        })
    }

    /// The requirements of an argument, its type and its value. `operation` declares the variables.
    pub(crate) fn argument(
        &self,
        on: &Name,
        field: &FieldDefinition,
        argument: &Argument,
        operation: Option<&Operation>,
    ) -> Vec<Requirement> {
        let Some(definition) = field.argument_by_name(&argument.name) else { return Vec::new() };
        let coordinate = || format!("{on}.{}({}:)", field.name, argument.name);
        let own = marked(definition.directives.iter(), coordinate);
        let mut found: Vec<_> = own.into_iter().collect();
        found.extend(self.needed(definition.ty.inner_named_type()).iter().cloned());
        self.literal(&definition.ty, &argument.value, &mut found);
        for name in variables(&argument.value) {
            let variables = operation.map(|operation| operation.variables.as_slice());
            let mut variables = variables.unwrap_or_default().iter();
            if let Some(variable) = variables.find(|variable| variable.name == *name)
                && let Some(default) = &variable.default_value
            {
                self.literal(&variable.ty, default, &mut found);
            }
        }
        found
    }

    /// The requirements of every value of an input type.
    fn needed(&self, name: &Name) -> Rc<[Requirement]> {
        if let Some(known) = self.inputs.borrow().get(name) {
            return known.clone();
        }
        let mut found = Vec::new();
        self.input(name, &mut IndexSet::default(), &mut found);
        let found: Rc<[Requirement]> = found.into();
        self.inputs.borrow_mut().insert(name.clone(), found.clone());
        found
    }

    /// Collects those of an input type and of its required fields.
    fn input(&self, name: &Name, seen: &mut IndexSet<Name>, found: &mut Vec<Requirement>) {
        if !seen.insert(name.clone()) {
            return;
        }
        found.extend(self.ty(name));
        let Some(input) = self.schema.get_input_object(name) else { return };
        for field in input.fields.values().filter(|field| field.is_required()) {
            found.extend(input_field(name, field));
            self.input(field.ty.inner_named_type(), seen, found);
        }
    }

    /// Collects those of a literal.
    fn literal(&self, ty: &Type, value: &Value, found: &mut Vec<Requirement>) {
        let name = ty.inner_named_type();
        match value {
            Value::List(values) => {
                for value in values {
                    self.literal(ty.item_type(), value, found);
                }
            }
            Value::Enum(value) => {
                let values = self.schema.get_enum(name).map(|def| &def.values);
                if let Some(def) = values.and_then(|values| values.get(value)) {
                    found.extend(marked(def.directives.iter(), || format!("{name}.{value}")));
                }
            }
            Value::Object(fields) => {
                let Some(input) = self.schema.get_input_object(name) else { return };
                for (key, value) in fields {
                    if let Some(field) = input.fields.get(key) {
                        found.extend(input_field(name, field));
                        found.extend(self.ty(field.ty.inner_named_type()));
                        self.literal(&field.ty, value, found);
                    }
                }
            }
            _ => {}
        }
    }

    /// The requirement of a given field of an input object: its own, or that of the input object it
    /// takes if that is newer.
    pub(crate) fn given(&self, on: &Name, field: &InputValueDefinition) -> Option<Requirement> {
        if !self.is_marked {
            return None;
        }
        let takes = field.ty.inner_named_type();
        let object = self.schema.get_input_object(takes).and_then(|_| self.ty(takes));
        [input_field(on, field), object].into_iter().flatten().max_by_key(Requirement::newest)
    }

    /// The newest version that a value of an input type can require.
    pub(crate) fn newest_value(&self, name: &Name) -> Option<Version> {
        if !self.is_marked {
            return None;
        }
        if let Some(known) = self.newest.borrow().get(name) {
            return *known;
        }
        let newest = self.find_newest(name);
        self.newest.borrow_mut().insert(name.clone(), newest);
        newest
    }

    fn find_newest(&self, name: &Name) -> Option<Version> {
        let mut seen = IndexSet::default();
        let mut open = vec![name.clone()];
        let mut newest = None;
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            if let Some(input) = self.schema.get_input_object(&name) {
                for field in input.fields.values() {
                    newest = newest.max(self.given(&name, field).and_then(|it| it.newest()));
                    open.push(field.ty.inner_named_type().clone());
                }
            }
            if let Some(def) = self.schema.get_enum(&name) {
                for value in def.values.values() {
                    let since = marked(value.directives.iter(), String::new);
                    newest = newest.max(since.and_then(|it| it.newest()));
                }
            }
        }
        newest
    }
}

/// The requirement of a field of an input object.
fn input_field(on: &Name, field: &InputValueDefinition) -> Option<Requirement> {
    marked(field.directives.iter(), || format!("{on}.{}", field.name))
}

/// The requirement of a type itself.
fn mark(name: &Name, ty: &ExtendedType) -> Option<Requirement> {
    marked(ty.directives().iter().map(|it| &it.node), || name.to_string())
}

/// The requirement that `@since` marks; versions that cannot be parsed are ignored.
pub(crate) fn marked<'a>(
    directives: impl Iterator<Item = &'a Node<Directive>>,
    coordinate: impl FnOnce() -> String,
) -> Option<Requirement> {
    let mut versions = Vec::new();
    for directive in directives.filter(|directive| directive.name == "since") {
        let version = directive.specified_argument_by_name("version");
        versions.extend(version.and_then(|it| it.as_str()).and_then(Version::parse));
    }
    if versions.is_empty() {
        return None;
    }
    versions.sort_by_key(|version| Reverse(*version));
    versions.dedup();
    Some(Requirement { coordinate: coordinate(), versions })
}

/// The variables in a value.
pub(crate) fn variables(value: &Value) -> Vec<&Name> {
    match value {
        Value::Variable(name) => vec![name],
        Value::List(values) => values.iter().flat_map(|value| variables(value)).collect(),
        Value::Object(fields) => fields.iter().flat_map(|(_, value)| variables(value)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(versions: &[[u32; 3]]) -> Requirement {
        let versions: Vec<_> = versions.iter().copied().map(Version).collect();
        Requirement { coordinate: format!("{versions:?}"), versions }
    }

    #[test]
    fn the_newest_of_one_branch_implies_what_is_older() {
        let mut all = Requirements::default();
        let branches = since(&[[25, 1, 0], [24, 9, 6]]);
        let older = since(&[[24, 3, 1], [23, 9, 6]]);
        all.add([since(&[[23, 9, 0]]), older, since(&[[24, 9, 0]]), branches.clone()]);
        assert_eq!(all.decisive().0, [branches, since(&[[24, 9, 0]])]);
    }
}
