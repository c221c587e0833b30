//! Which versions of the manager have what: the facts that a schema carries as `@since`.

use std::{cell::RefCell, cmp::Reverse, collections::HashMap, fmt, rc::Rc};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, FieldDefinition, InputValueDefinition, Type, Value},
    collections::IndexSet,
    executable::{Argument, Field, Operation},
    schema::ExtendedType,
};

/// The release of a manager. A pre-release counts as its release: what is marked with 26.4.2 is
/// there in 26.4.2rc1 already, since markers are written while it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Version(pub(crate) [u32; 3]);

impl Version {
    /// `24.3.0` and `24.03.0` are one version, and `25.6` is `25.6.0`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for (index, number) in numbers.iter_mut().enumerate() {
            let part = parts.next().unwrap_or_default();
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            match part.get(..end).unwrap_or_default().parse() {
                Ok(value) => *number = value,
                Err(_) if index > 0 => break,
                Err(_) => return None,
            }
            if end < part.len() {
                break;
            }
        }
        Some(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// A part of the schema that came with a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Since {
    /// Such as `Query.keypair_list(filter:)`.
    pub(crate) coordinate: String,
    /// The first version of each branch that has it, newest first; at least one.
    pub(crate) versions: Vec<Version>,
}

impl Since {
    /// The version from which on all have it.
    pub(crate) fn newest(&self) -> Option<Version> {
        self.versions.first().copied()
    }
}

/// Several, newest first, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct All(pub(crate) Vec<Since>);

impl All {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, others: impl IntoIterator<Item = Since>) {
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

    /// These and others.
    pub(crate) fn with(&self, others: &Self) -> Self {
        let mut all = self.clone();
        all.add(others.0.iter().cloned());
        all
    }

    /// Without those that the newest of one branch implies.
    pub(crate) fn decisive(mut self) -> Self {
        let first = self.0.iter().position(|since| since.versions.len() == 1);
        if let Some(newest) = first.and_then(|first| self.0.get(first)).cloned() {
            self.0.retain(|since| *since == newest || since.newest() > newest.newest());
        }
        self
    }
}

/// The versions of the things in a schema. What was asked once is kept.
pub(crate) struct Facts<'s> {
    schema: &'s Schema,
    /// The marks of objects, interfaces and unions, which are few.
    composite: HashMap<Name, Since>,
    /// What values of input types need, and the newest mark that they can meet.
    inputs: RefCell<HashMap<Name, Rc<[Since]>>>,
    newest: RefCell<HashMap<Name, Option<Version>>>,
}

impl<'s> Facts<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        let mut composite = HashMap::new();
        for (name, ty) in &schema.types {
            let is_composite = ty.is_object() || ty.is_interface() || ty.is_union();
            if let Some(since) = is_composite.then(|| mark(name, ty)).flatten() {
                composite.insert(name.clone(), since);
            }
        }
        Self { schema, composite, inputs: RefCell::default(), newest: RefCell::default() }
    }

    /// A field, and what it gives: an object type that nobody has yet cannot be selected from.
    pub(crate) fn field(&self, on: &Name, field: &Field) -> Vec<Since> {
        let Field { definition, selection_set, .. } = field;
        let own = marked(definition.directives.iter(), || format!("{on}.{}", field.name));
        let gives = definition.ty.inner_named_type();
        let gives = (!selection_set.is_empty()).then(|| self.composite.get(gives)).flatten();
        own.into_iter().chain(gives.cloned()).collect()
    }

    /// The mark of a type itself; of an input object without one, that of its first field, since
    /// it cannot have been there without any.
    pub(crate) fn ty(&self, name: &Name) -> Option<Since> {
        let ty = self.schema.types.get(name)?;
        mark(name, ty).or_else(|| {
            let fields = self.schema.get_input_object(name)?.fields.values();
            let marks: Option<Vec<_>> =
                fields.map(|field| marked(field.directives.iter(), || name.to_string())).collect();
            marks?.into_iter().min_by_key(Since::newest)
        })
    }

    /// An argument, its type, and what a value of it needs. `operation` has the variables.
    pub(crate) fn argument(
        &self,
        on: &Name,
        field: &FieldDefinition,
        argument: &Argument,
        operation: Option<&Operation>,
    ) -> Vec<Since> {
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

    /// What every value of an input type needs.
    fn needed(&self, name: &Name) -> Rc<[Since]> {
        if let Some(known) = self.inputs.borrow().get(name) {
            return known.clone();
        }
        let mut found = Vec::new();
        self.input(name, &mut IndexSet::default(), &mut found);
        let found: Rc<[Since]> = found.into();
        self.inputs.borrow_mut().insert(name.clone(), found.clone());
        found
    }

    /// An input type, and the fields of it that have to be given.
    fn input(&self, name: &Name, seen: &mut IndexSet<Name>, found: &mut Vec<Since>) {
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

    /// What a document writes out.
    fn literal(&self, ty: &Type, value: &Value, found: &mut Vec<Since>) {
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

    /// What a field of an input object needs when it is given: its mark, or that of the input object
    /// it takes where that is newer.
    pub(crate) fn given(&self, on: &Name, field: &InputValueDefinition) -> Option<Since> {
        let takes = field.ty.inner_named_type();
        let object = self.schema.get_input_object(takes).and_then(|_| self.ty(takes));
        [input_field(on, field), object].into_iter().flatten().max_by_key(Since::newest)
    }

    /// The newest mark that a value of an input type can meet.
    pub(crate) fn newest_value(&self, name: &Name) -> Option<Version> {
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

/// The mark of a field of an input object.
fn input_field(on: &Name, field: &InputValueDefinition) -> Option<Since> {
    marked(field.directives.iter(), || format!("{on}.{}", field.name))
}

/// The mark of a type itself.
fn mark(name: &Name, ty: &ExtendedType) -> Option<Since> {
    marked(ty.directives().iter().map(|it| &it.node), || name.to_string())
}

/// What `@since` says; a version that cannot be read says nothing.
pub(crate) fn marked<'a>(
    directives: impl Iterator<Item = &'a Node<Directive>>,
    coordinate: impl FnOnce() -> String,
) -> Option<Since> {
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
    Some(Since { coordinate: coordinate(), versions })
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

    fn since(versions: &[[u32; 3]]) -> Since {
        let versions: Vec<_> = versions.iter().copied().map(Version).collect();
        Since { coordinate: format!("{versions:?}"), versions }
    }

    #[test]
    fn versions_are_numbers() {
        for (text, numbers) in [
            ("24.03.0", Some([24, 3, 0])),
            ("24.3.0", Some([24, 3, 0])),
            ("25.6", Some([25, 6, 0])),
            ("26.4.2rc1", Some([26, 4, 2])),
            ("26.4.2.dev1", Some([26, 4, 2])),
            ("26.10rc2.7", Some([26, 10, 0])),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(Version::parse(text), numbers.map(Version), "{text}");
        }
    }

    #[test]
    fn the_newest_of_one_branch_implies_what_is_older() {
        let mut all = All::default();
        let branches = since(&[[25, 1, 0], [24, 9, 6]]);
        let older = since(&[[24, 3, 1], [23, 9, 6]]);
        all.add([since(&[[23, 9, 0]]), older, since(&[[24, 9, 0]]), branches.clone()]);
        assert_eq!(all.decisive().0, [branches, since(&[[24, 9, 0]])]);
    }
}
