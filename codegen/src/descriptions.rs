//! The table of descriptions: the documentation that a schema lacks.
//!
//! ```text
//! CreateGroupInput ModifyGroupInput
//!     description: Text for people.
//! Color: A color.
//!     RED: The color of a stop sign.
//! Query.group
//!     id: Id of the group.
//! *
//!     created_at: Time of creation.
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
};

use apollo_compiler::{
    Name, Node, Schema,
    collections::IndexMap,
    schema::{Component, ExtendedType, FieldDefinition},
};

use crate::{Diagnostic, Failure, suggest::closest};

/// Adds the descriptions of a table to the types, members and arguments of a schema, and reports all of
/// its faults. What the schema describes itself is kept.
pub(crate) fn describe(path: &Path, text: &str, schema: &mut Schema) -> Result<(), Failure> {
    let mut reader = Reader {
        path,
        schema,
        owners: None,
        described: BTreeSet::new(),
        defaults: Defaults::default(),
        errors: vec![],
    };
    for (number, source) in text.lines().enumerate() {
        let entry = source.trim_end();
        if !entry.trim().is_empty() && !entry.starts_with('#') {
            reader.entry(number, source, entry);
        }
    }
    reader.defaults();
    if reader.errors.is_empty() { Ok(()) } else { Err(reader.errors.into()) }
}

/// What the lines of a block describe.
#[derive(Clone)]
enum Owner {
    /// The members of a type.
    Type(Name),
    /// The arguments of a field.
    Field(Name, Name),
    /// All members and arguments that have no line of their own.
    All,
}

struct Reader<'a> {
    path: &'a Path,
    schema: &'a mut Schema,
    /// The owners of the members that follow; none where one is unknown.
    owners: Option<Vec<Owner>>,
    /// The coordinates that have a line.
    described: BTreeSet<String>,
    defaults: Defaults<'a>,
    errors: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn fault(
        &mut self,
        line: (usize, &str),
        columns: Range<usize>,
        message: String,
        near: Option<&str>,
    ) {
        let (number, source) = line;
        let fault = Diagnostic::in_line(self.path, number, source, columns, message);
        self.errors.push(fault.suggest(near));
    }

    fn entry(&mut self, number: usize, source: &'a str, entry: &'a str) {
        let indent = entry.chars().take_while(|c| c.is_whitespace()).count();
        let (names, text) = match entry.trim_start().split_once(':') {
            Some((names, text)) => (names, text.trim()),
            None => (entry.trim_start(), ""),
        };
        let at = indent..indent + names.chars().count();
        let line = (number, source);
        if indent == 0 {
            self.types(line, at, names, text);
            return;
        }
        if text.is_empty() {
            let message = "expected `field: text` with an indent".to_owned();
            self.fault(line, at, message, None);
            return;
        }
        // An unknown type above has been reported already.
        let Some(owners) = self.owners.clone() else { return };
        let mut found = false;
        for owner in owners {
            let coordinate = match &owner {
                Owner::Type(ty) => format!("{ty}.{names}"),
                Owner::Field(ty, field) => format!("{ty}.{field}({names}:)"),
                Owner::All => {
                    found = true;
                    let default = Line { text, line, at: at.clone(), is_used: false };
                    self.defaults.0.insert(names, default);
                    format!("*.{names}")
                }
            };
            if let Some(description) = self.member(&owner, names) {
                description.get_or_insert_with(|| text.into());
                found = true;
            } else if !matches!(owner, Owner::All) {
                continue;
            }
            if !self.described.insert(coordinate.clone()) {
                self.fault(line, at.clone(), format!("`{coordinate}` is described twice"), None);
            }
        }
        if !found {
            self.fault(line, at, format!("none of the above has a member `{names}`"), None);
        }
    }

    fn types(&mut self, line: (usize, &str), at: Range<usize>, names: &str, text: &str) {
        let mut owners = Vec::new();
        for name in names.split_whitespace() {
            match self.owner(name) {
                Ok(owner) => owners.push(owner),
                Err(near) => {
                    let message = format!("the schema has no `{name}`");
                    self.fault(line, at, message, near.as_deref());
                    self.owners = None;
                    return;
                }
            }
        }
        for owner in owners.iter().filter(|_| !text.is_empty()) {
            let Owner::Type(name) = owner else { continue };
            let description = match self.schema.types.get_mut(name) {
                Some(ExtendedType::Enum(def)) => &mut def.make_mut().description,
                Some(ExtendedType::InputObject(def)) => &mut def.make_mut().description,
                Some(ExtendedType::Object(def)) => &mut def.make_mut().description,
                Some(ExtendedType::Interface(def)) => &mut def.make_mut().description,
                Some(ExtendedType::Union(def)) => &mut def.make_mut().description,
                Some(ExtendedType::Scalar(_)) | None => continue,
            };
            description.get_or_insert_with(|| text.into());
        }
        self.owners = Some(owners);
    }

    /// What a name in the head of a block stands for, or else a name like it.
    fn owner(&mut self, name: &str) -> Result<Owner, Option<String>> {
        let near = |name: &str, known: Vec<&str>| closest(name, known).map(str::to_owned);
        if name == "*" {
            return Ok(Owner::All);
        }
        let (ty, field) = match name.split_once('.') {
            Some((ty, field)) => (ty, Some(field)),
            None => (name, None),
        };
        let Some((_, ty, definition)) = self.schema.types.get_full_mut(ty) else {
            return Err(near(ty, self.schema.types.keys().map(Name::as_str).collect()));
        };
        let Some(field) = field else { return Ok(Owner::Type(ty.clone())) };
        let fields = fields(definition).ok_or(None)?;
        match fields.get_key_value(field) {
            Some((field, _)) => Ok(Owner::Field(ty.clone(), field.clone())),
            None => Err(near(field, fields.keys().map(Name::as_str).collect())),
        }
    }

    /// The description of a member of a type, or of an argument.
    fn member(&mut self, owner: &Owner, member: &str) -> Option<&mut Option<Node<str>>> {
        let (ty, field) = match owner {
            Owner::Type(ty) => (ty, None),
            Owner::Field(ty, field) => (ty, Some(field)),
            Owner::All => return None,
        };
        let fields = match self.schema.types.get_mut(ty)? {
            ExtendedType::InputObject(def) => {
                return Some(&mut def.make_mut().fields.get_mut(member)?.make_mut().description);
            }
            ExtendedType::Enum(def) => {
                return Some(&mut def.make_mut().values.get_mut(member)?.make_mut().description);
            }
            ty => fields(ty)?,
        };
        let Some(field) = field else {
            return Some(&mut fields.get_mut(member)?.make_mut().description);
        };
        let arguments = &mut fields.get_mut(field)?.make_mut().arguments;
        let argument = arguments.iter_mut().find(|argument| argument.name == member)?;
        Some(&mut argument.make_mut().description)
    }

    /// Describes the members and arguments that have no line of their own.
    fn defaults(&mut self) {
        let mut defaults = std::mem::take(&mut self.defaults);
        for ty in self.schema.types.values_mut() {
            match ty {
                ExtendedType::InputObject(def) => {
                    for field in def.make_mut().fields.values_mut().map(|field| field.make_mut()) {
                        defaults.add(&field.name, &mut field.description);
                    }
                }
                ty => fields(ty).into_iter().for_each(|fields| defaults.fields(fields)),
            }
        }
        for (name, Line { line, at, .. }) in defaults.0.into_iter().filter(|(_, it)| !it.is_used) {
            self.fault(line, at, format!("nothing has a member `{name}`"), None);
        }
    }
}

type Fields = IndexMap<Name, Component<FieldDefinition>>;

/// The fields of an object or an interface.
fn fields(ty: &mut ExtendedType) -> Option<&mut Fields> {
    match ty {
        ExtendedType::Object(def) => Some(&mut def.make_mut().fields),
        ExtendedType::Interface(def) => Some(&mut def.make_mut().fields),
        _ => None,
    }
}

/// The lines for all members of a name.
#[derive(Default)]
struct Defaults<'a>(BTreeMap<&'a str, Line<'a>>);

struct Line<'a> {
    text: &'a str,
    line: (usize, &'a str),
    at: Range<usize>,
    is_used: bool,
}

impl Defaults<'_> {
    fn add(&mut self, name: &Name, description: &mut Option<Node<str>>) {
        if let Some(line) = self.0.get_mut(name.as_str()) {
            line.is_used = true;
            description.get_or_insert_with(|| line.text.into());
        }
    }

    fn fields(&mut self, fields: &mut Fields) {
        for field in fields.values_mut().map(|field| field.make_mut()) {
            self.add(&field.name, &mut field.description);
            for argument in field.arguments.iter_mut().map(Node::make_mut) {
                self.add(&argument.name, &mut argument.description);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = "type Query { a(i: In, o: Other): E b: Row } \
                       type Row { x: Int y: Int } input In { a: Int b: Int } \
                       input Other { \"Own.\" a: Int } enum E { X }";

    fn described(text: &str) -> Result<String, Failure> {
        let mut schema = Schema::parse_and_validate(SDL, "schema").unwrap().into_inner();
        describe(Path::new("descriptions.txt"), text, &mut schema)?;
        Ok(schema.to_string())
    }

    #[test]
    fn a_table_describes_types_and_members() {
        let text = "# Why.\n\nIn Other\n  a: Both: one # and all.\n\tb: Only here.\nE: An enum.\n  X: A value.\n";
        let schema = described(text).unwrap();
        for part in [
            "\"\"\"Both: one # and all.\"\"\"\n  a: Int\n  \"\"\"Only here.\"\"\"\n  b: Int",
            "\"\"\"Own.\"\"\"\n  a: Int\n}",
            "\"\"\"An enum.\"\"\"\nenum E {\n  \"\"\"A value.\"\"\"\n  X",
        ] {
            assert!(schema.contains(part), "{part}\n{schema}");
        }
    }

    #[test]
    fn fields_and_arguments_are_described_each_or_by_name() {
        let text = "*\n  x: Any x.\n  a: Any a.\n  o: Any o.\nRow: A row.\n  y: A number.\nQuery\n  b: The row.\n\
                    Query.a\n  i: The input.\nE\n  X: A value.\n";
        let schema = described(text).unwrap();
        for part in [
            "\"\"\"Any a.\"\"\"\n  a(",
            "\"\"\"The input.\"\"\"\n    i: In",
            "\"\"\"Any o.\"\"\"\n    o: Other",
            "\"\"\"The row.\"\"\"\n  b: Row",
            "\"\"\"A row.\"\"\"\ntype Row {\n  \"\"\"Any x.\"\"\"\n  x: Int\n  \"\"\"A number.\"\"\"\n  y: Int",
            "\"\"\"Any a.\"\"\"\n  a: Int\n  b: Int",
            "\"\"\"Own.\"\"\"\n  a: Int\n}",
            "\"\"\"A value.\"\"\"\n  X",
        ] {
            assert!(schema.contains(part), "{part}\n{schema}");
        }
    }

    #[test]
    fn stale_lines_are_reported_with_their_places() {
        let failure = described(
            "In Othr\n  a: Text.\nIn\n  c: Text.\n  a\n  a: Text.\n  a: Text.\nQuery.aa\n*\n  zz: Text.\n",
        );
        let expected = "\
descriptions.txt:1:1: the schema has no `Othr`
 1 | In Othr
   | ^^^^^^^ did you mean `Other`?
descriptions.txt:4:3: none of the above has a member `c`
 4 |   c: Text.
   |   ^
descriptions.txt:5:3: expected `field: text` with an indent
 5 |   a
   |   ^
descriptions.txt:7:3: `In.a` is described twice
 7 |   a: Text.
   |   ^
descriptions.txt:8:1: the schema has no `Query.aa`
 8 | Query.aa
   | ^^^^^^^^ did you mean `a`?
descriptions.txt:10:3: nothing has a member `zz`
 10 |   zz: Text.
    |   ^^";
        assert_eq!(failure.err().unwrap().to_string(), expected);
    }
}
