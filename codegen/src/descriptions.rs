//! The table of descriptions: the documentation that a schema lacks.
//!
//! ```text
//! CreateGroupInput ModifyGroupInput
//!     description: Text for people.
//! Color: A color.
//!     RED: The color of a stop sign.
//! ```

use std::{collections::BTreeSet, ops::Range, path::Path};

use apollo_compiler::{
    Name, Node, Schema,
    schema::{Component, EnumValueDefinition, ExtendedType, InputValueDefinition},
};

use crate::{Diagnostic, Failure, suggest::closest};

/// Adds the descriptions of a table to the types and members of a schema, and reports all of its faults.
/// What the schema describes itself is kept.
pub(crate) fn describe(path: &Path, text: &str, schema: &mut Schema) -> Result<(), Failure> {
    let mut reader =
        Reader { path, schema, types: None, described: BTreeSet::new(), errors: vec![] };
    for (number, source) in text.lines().enumerate() {
        let entry = source.trim_end();
        if !entry.trim().is_empty() && !entry.starts_with('#') {
            reader.entry(number, source, entry);
        }
    }
    if reader.errors.is_empty() { Ok(()) } else { Err(reader.errors.into()) }
}

struct Reader<'a> {
    path: &'a Path,
    schema: &'a mut Schema,
    /// The types whose members follow; none where one is unknown.
    types: Option<Vec<Name>>,
    /// The coordinates that have a line.
    described: BTreeSet<String>,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
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

    fn entry(&mut self, number: usize, source: &str, entry: &str) {
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
        let Some(types) = self.types.clone() else { return };
        let mut found = false;
        for name in types {
            let Some(description) = self.member(&name, names) else { continue };
            found = true;
            description.get_or_insert_with(|| text.into());
            if !self.described.insert(format!("{name}.{names}")) {
                self.fault(line, at.clone(), format!("`{name}.{names}` is described twice"), None);
            }
        }
        if !found {
            self.fault(line, at, format!("none of the types above has a member `{names}`"), None);
        }
    }

    fn types(&mut self, line: (usize, &str), at: Range<usize>, names: &str, text: &str) {
        let names: Vec<_> = names.split_whitespace().collect();
        self.types = names
            .iter()
            .map(|name| self.schema.types.get_key_value(*name))
            .map(|it| Some(it?.0.clone()))
            .collect();
        let Some(types) = self.types.clone() else {
            let known = |name: &str| self.schema.types.contains_key(name);
            let unknown = names.iter().find(|name| !known(name)).copied().unwrap_or_default();
            let all = self.schema.types.keys().map(|name| name.as_str());
            let near = closest(unknown, all).map(str::to_owned);
            let message = format!("the schema has no type `{unknown}`");
            self.fault(line, at, message, near.as_deref());
            return;
        };
        for name in types.iter().filter(|_| !text.is_empty()) {
            let description = match self.schema.types.get_mut(name) {
                Some(ExtendedType::Enum(def)) => &mut def.make_mut().description,
                Some(ExtendedType::InputObject(def)) => &mut def.make_mut().description,
                _ => continue,
            };
            description.get_or_insert_with(|| text.into());
        }
    }

    /// The description of a field of an input object, or of an enum value.
    fn member(&mut self, ty: &Name, member: &str) -> Option<&mut Option<Node<str>>> {
        match self.schema.types.get_mut(ty)? {
            ExtendedType::InputObject(def) => {
                let field: &mut Component<InputValueDefinition> =
                    def.make_mut().fields.get_mut(member)?;
                Some(&mut field.make_mut().description)
            }
            ExtendedType::Enum(def) => {
                let value: &mut Component<EnumValueDefinition> =
                    def.make_mut().values.get_mut(member)?;
                Some(&mut value.make_mut().description)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = "type Query { a(i: In, o: Other): E } input In { a: Int b: Int } \
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
    fn stale_lines_are_reported_with_their_places() {
        let failure =
            described("In Othr\n  a: Text.\nIn\n  c: Text.\n  a\n  a: Text.\n  a: Text.\n");
        let expected = "\
descriptions.txt:1:1: the schema has no type `Othr`
 1 | In Othr
   | ^^^^^^^ did you mean `Other`?
descriptions.txt:4:3: none of the types above has a member `c`
 4 |   c: Text.
   |   ^
descriptions.txt:5:3: expected `field: text` with an indent
 5 |   a
   |   ^
descriptions.txt:7:3: `In.a` is described twice
 7 |   a: Text.
   |   ^";
        assert_eq!(failure.err().unwrap().to_string(), expected);
    }
}
