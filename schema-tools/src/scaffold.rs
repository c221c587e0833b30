//! A first document for a root field, to be edited by hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use apollo_compiler::{
    Name, Schema,
    ast::{FieldDefinition, InputValueDefinition, OperationType},
    schema::{Component, ExtendedType},
};
use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

use backendai_codegen::{Failure, Schema as SourceSchema, suggest::closest};

/// Arguments that select the rows of a list.
const PAGING: [&str; 6] = ["limit", "offset", "first", "after", "filter", "order"];

/// The extent of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaffold {
    /// The number of nested objects. The rows of a list are on the first level, whatever is around
    /// them.
    pub depth: usize,
    /// Whether to include optional arguments that do not select rows, and deprecated fields.
    pub all: bool,
}

/// The fields of the query and the mutation type, in the order of the schema.
pub fn roots(schema: &SourceSchema) -> impl Iterator<Item = &str> {
    let schema = schema.definitions();
    let roots = [OperationType::Query, OperationType::Mutation];
    roots
        .into_iter()
        .filter_map(|kind| schema.get_object(schema.root_operation(kind)?))
        .flat_map(|ty| ty.fields.keys().map(|name| name.as_str()))
}

impl Default for Scaffold {
    fn default() -> Self {
        Self { depth: 1, all: false }
    }
}

impl Scaffold {
    /// Writes the document for a root field. It selects every leaf field down to the depth, and every
    /// argument is a variable.
    ///
    /// # Errors
    ///
    /// When the schema has no such root field, with the closest name.
    pub fn document(&self, schema: &SourceSchema, root: &str) -> Result<String, Failure> {
        let schema = schema.definitions();
        let kinds = [OperationType::Query, OperationType::Mutation, OperationType::Subscription];
        let mut names = Vec::new();
        for kind in kinds {
            let Some(ty) = schema.root_operation(kind).and_then(|ty| schema.get_object(ty)) else {
                continue;
            };
            if let Some(field) = ty.fields.get(root) {
                return Writer::new(schema, *self).operation(kind, field);
            }
            names.extend(ty.fields.keys().map(Name::as_str));
        }
        let near = closest(root, names)
            .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        Err(Failure::new(format!("the schema has no root field `{root}`{near}")))
    }
}

/// A position in a document.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// The number of nested objects from here.
    depth: usize,
    /// The indent.
    level: usize,
    /// The fields around it, for the names of variables.
    prefix: &'p str,
}

impl Place<'_> {
    fn indent(self) -> String {
        "  ".repeat(self.level)
    }

    const fn deeper(self, depth: usize) -> Self {
        Self { depth, level: self.level + 1, ..self }
    }
}

struct Writer<'a> {
    schema: &'a Schema,
    options: Scaffold,
    /// Names, types and defaults, in the order of their use.
    variables: Vec<(String, String)>,
    taken: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    const fn new(schema: &'a Schema, options: Scaffold) -> Self {
        Self { schema, options, variables: Vec::new(), taken: BTreeSet::new() }
    }

    fn operation(
        mut self,
        kind: OperationType,
        field: &'a Component<FieldDefinition>,
    ) -> Result<String, Failure> {
        let mut selection = String::new();
        // The payload of a mutation contains its object, as a page contains its rows.
        let around = usize::from(kind == OperationType::Mutation);
        let place = Place { depth: self.options.depth + around, level: 1, prefix: "" };
        self.field(&mut selection, field, None, place);
        let name = field.name.to_upper_camel_case();
        let mut text = format!("{kind} {name}");
        if !self.variables.is_empty() {
            text.push_str("(\n");
            for (name, ty) in &self.variables {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "  ${name}: {ty}");
            }
            text.push(')');
        }
        let _ = writeln!(text, " {{\n{selection}}}");
        Ok(text)
    }

    /// Writes a field with its arguments and its selection.
    fn field(
        &mut self,
        out: &mut String,
        field: &'a FieldDefinition,
        alias: Option<&str>,
        place: Place<'_>,
    ) {
        let indent = place.indent();
        let alias = alias.map_or_else(String::new, |alias| format!("{alias}: "));
        let _ = write!(out, "{indent}{alias}{}", field.name);
        let at_root = place.level == 1;
        let wanted: Vec<_> =
            field.arguments.iter().filter(|argument| self.wants(argument, at_root)).collect();
        for (index, argument) in wanted.iter().enumerate() {
            let variable = self.variable(argument, place.prefix);
            let opening = if index == 0 { "(" } else { ", " };
            let _ = write!(out, "{opening}{}: ${variable}", argument.name);
        }
        if !wanted.is_empty() {
            out.push(')');
        }
        let Some(ty) = self.composite(field) else {
            out.push('\n');
            return;
        };
        out.push_str(" {\n");
        let prefix = format!("{}{}_", place.prefix, field.name);
        self.selection(out, ty, Place { prefix: &prefix, ..place.deeper(place.depth) });
        let _ = writeln!(out, "{indent}}}");
    }

    fn wants(&self, argument: &InputValueDefinition, at_root: bool) -> bool {
        argument.is_required()
            || at_root && (PAGING.contains(&argument.name.as_str()) || self.options.all)
    }

    /// Declares a variable for an argument, with the fields around it as a prefix if the name is taken.
    fn variable(&mut self, argument: &InputValueDefinition, prefix: &str) -> String {
        let mut name = argument.name.to_string();
        if self.taken.contains(&name) {
            name = format!("{prefix}{name}");
        }
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        let default = argument
            .default_value
            .as_ref()
            .map_or_else(String::new, |value| format!(" = {}", value.serialize().no_indent()));
        self.variables.push((name.clone(), format!("{}{default}", argument.ty)));
        name
    }

    fn composite(&self, field: &FieldDefinition) -> Option<&'a ExtendedType> {
        let ty = self.schema.types.get(field.ty.inner_named_type())?;
        (ty.is_object() || ty.is_interface() || ty.is_union()).then_some(ty)
    }

    /// Writes the selection of a type. It is never empty: an object without leaf fields has its
    /// `__typename`.
    fn selection(&mut self, out: &mut String, ty: &'a ExtendedType, place: Place<'_>) {
        let before = out.len();
        let indent = place.indent();
        // The type of each response key: a key cannot have two.
        let mut shapes = BTreeMap::new();
        if !ty.is_object() {
            let _ = writeln!(out, "{indent}__typename");
        }
        self.fields(out, ty, &mut shapes, &BTreeMap::new(), place);
        if !ty.is_object() {
            let common = shapes.clone();
            for object in self.objects(ty.name()) {
                let mut inner = String::new();
                let place = place.deeper(place.depth);
                self.fields(&mut inner, object, &mut shapes, &common, place);
                if !inner.is_empty() {
                    let _ = writeln!(out, "{indent}... on {} {{\n{inner}{indent}}}", object.name());
                }
            }
        }
        if out.len() == before {
            let _ = writeln!(out, "{indent}__typename");
        }
    }

    /// Writes the fields of a type itself, without those `common` to it and others.
    fn fields(
        &mut self,
        out: &mut String,
        ty: &'a ExtendedType,
        shapes: &mut BTreeMap<String, String>,
        common: &BTreeMap<String, String>,
        place: Place<'_>,
    ) {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => return,
        };
        let has = |name: &str| fields.contains_key(name);
        let around_rows = has("items") && has("total_count")
            || has("edges") && has("pageInfo")
            || has("node") && has("cursor");
        for field in fields.values() {
            if field.directives.has("deprecated") && !self.options.all {
                continue;
            }
            let depth = match self.composite(field) {
                // A page is of no use without its rows.
                Some(_) if !around_rows && place.depth > 1 => place.depth - 1,
                Some(_) if !around_rows => continue,
                _ => place.depth,
            };
            let place = Place { depth, ..place };
            let name = field.name.as_str();
            if common.get(name).is_some_and(|shape| *shape == field.ty.to_string()) {
                continue;
            }
            let shape = shapes.entry(name.to_owned()).or_insert_with(|| field.ty.to_string());
            if *shape == field.ty.to_string() {
                self.field(out, field, None, place);
            } else {
                let alias = format!("{}_{name}", ty.name().to_snake_case());
                shapes.insert(alias.clone(), field.ty.to_string());
                self.field(out, field, Some(&alias), place);
            }
        }
    }

    /// The object types of an interface or a union, sorted by name.
    fn objects(&self, ty: &Name) -> Vec<&'a ExtendedType> {
        let mut objects: Vec<_> = self
            .schema
            .types
            .values()
            .filter(|other| other.is_object() && self.schema.is_subtype(ty, other.name()))
            .collect();
        objects.sort_by_key(|object| object.name());
        objects
    }
}
