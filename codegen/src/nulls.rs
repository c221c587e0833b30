//! The input fields that take null. By the schema every optional field does, but a server refuses
//! most nulls: a table beside the schema lists those that it accepts.
//!
//! ```text
//! ModifyGroupInput               # only these fields take null
//!     description: null          # takes null
//!     container_registry: stated # must be given, as a value or null
//! ```

use std::{collections::BTreeMap, ops::Range, path::Path};

use apollo_compiler::{Schema, schema::InputObjectType};

use crate::{Diagnostic, Failure, suggest::closest};

/// The rules for the fields of the listed input objects.
#[derive(Default)]
pub(crate) struct Nulls(BTreeMap<String, BTreeMap<String, Rule>>);

/// What may be sent for an optional field of a listed input object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It may be left out; it is never null.
    Never,
    /// It may be left out or null.
    Null,
    /// It must be given, as a value or null: if left out, the server applies an unwanted default.
    Stated,
}

impl Nulls {
    /// Reads a table and reports all of its faults.
    pub(crate) fn read(path: &Path, text: &str, schema: &Schema) -> Result<Self, Failure> {
        let mut reader =
            Reader { path, schema, input: None, nulls: Self::default(), errors: vec![] };
        for (number, source) in text.lines().enumerate() {
            let entry = source.split('#').next().unwrap_or_default().trim_end();
            if !entry.trim().is_empty() {
                reader.entry(number, source, entry);
            }
        }
        if reader.errors.is_empty() { Ok(reader.nulls) } else { Err(reader.errors.into()) }
    }

    /// The rule of a field, if its input object is listed.
    pub(crate) fn rule(&self, input: &str, field: &str) -> Option<Rule> {
        let fields = self.0.get(input)?;
        Some(fields.get(field).copied().unwrap_or(Rule::Never))
    }

    /// The fields of an input object that must be given.
    pub(crate) fn stated(&self, input: &str) -> impl Iterator<Item = &str> {
        let fields = self.0.get(input).into_iter().flatten();
        fields.filter(|(_, rule)| **rule == Rule::Stated).map(|(field, _)| field.as_str())
    }
}

struct Reader<'a> {
    path: &'a Path,
    schema: &'a Schema,
    /// The input object whose fields follow; none where it is unknown.
    input: Option<&'a InputObjectType>,
    nulls: Nulls,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn entry(&mut self, number: usize, source: &str, entry: &str) {
        let indent = entry.chars().take_while(|c| c.is_whitespace()).count();
        let text = entry.trim_start();
        let whole = indent..indent + text.chars().count();
        let fault = |columns: Range<usize>, message: String, suggestion: Option<&str>| {
            Diagnostic::in_line(self.path, number, source, columns, message).suggest(suggestion)
        };
        if indent == 0 {
            self.input = self.schema.get_input_object(text).map(|input| &**input);
            if self.input.is_none() {
                let inputs = self.schema.types.iter().filter(|(_, ty)| ty.is_input_object());
                let near = closest(text, inputs.map(|(name, _)| name.as_str()));
                let message = format!("the schema has no input object `{text}`");
                self.errors.push(fault(whole, message, near));
            } else if self.nulls.0.insert(text.to_owned(), BTreeMap::new()).is_some() {
                self.errors.push(fault(whole, format!("`{text}` is listed twice"), None));
            }
            return;
        }
        let Some((name, rule)) = text.split_once(':') else {
            let message =
                "expected an input object, or `field: null` or `field: stated` with an indent";
            self.errors.push(fault(whole, message.to_owned(), None));
            return;
        };
        let at = indent..indent + name.chars().count();
        let (name, word) = (name.trim_end(), rule.trim());
        let rule = match word {
            "null" => Rule::Null,
            "stated" => Rule::Stated,
            _ => {
                let near = closest(word, ["null", "stated"]);
                let message = format!("`{word}` is not a rule: use `null` or `stated`");
                self.errors.push(fault(at.end + 1..whole.end, message, near));
                return;
            }
        };
        // The unknown input object above a field has been reported already.
        let Some(input) = self.input else {
            if self.nulls.0.is_empty() && self.errors.is_empty() {
                self.errors.push(fault(at, "a field needs an input object above it".into(), None));
            }
            return;
        };
        let message = match input.fields.get(name) {
            None => format!("`{}` does not have a field `{name}`", input.name),
            Some(field) if field.ty.is_non_null() => {
                format!("`{name}` is `{}`, which never takes null", field.ty)
            }
            Some(_) => {
                let fields = self.nulls.0.entry(input.name.to_string()).or_default();
                if fields.insert(name.to_owned(), rule).is_none() {
                    return;
                }
                format!("`{name}` is listed twice")
            }
        };
        let known = input.fields.keys().map(|field| field.as_str());
        let near = closest(name, known).filter(|near| *near != name);
        self.errors.push(fault(at, message, near));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str =
        "type Query { a(i: In): Int } input In { a: Int b: Int c: Int! } enum E { X }";

    fn read(text: &str) -> Result<Nulls, Failure> {
        let schema = Schema::parse_and_validate(SDL, "schema").unwrap();
        Nulls::read(Path::new("nulls.txt"), text, &schema)
    }

    #[test]
    fn a_table_is_read() {
        let nulls = read("# Why.\n\nIn # all\n  a: null\n\tb : stated # so\n").unwrap();
        assert_eq!(nulls.rule("In", "a"), Some(Rule::Null));
        assert_eq!(nulls.rule("In", "b"), Some(Rule::Stated));
        assert_eq!(nulls.rule("In", "c"), Some(Rule::Never));
        assert_eq!(nulls.rule("Other", "a"), None);
        assert_eq!(nulls.stated("In").collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn all_faults_are_reported_with_their_places() {
        let failure = read(
            "Im\n  a: null\nIn\n  aa: null\n  a: nul\n  c: null\n  a\n  b: null\n  b: null\nIn\n",
        )
        .err()
        .unwrap();
        let expected = "\
nulls.txt:1:1: the schema has no input object `Im`
 1 | Im
   | ^^ did you mean `In`?
nulls.txt:4:3: `In` does not have a field `aa`
 4 |   aa: null
   |   ^^ did you mean `a`?
nulls.txt:5:5: `nul` is not a rule: use `null` or `stated`
 5 |   a: nul
   |     ^^^^ did you mean `null`?
nulls.txt:6:3: `c` is `Int!`, which never takes null
 6 |   c: null
   |   ^
nulls.txt:7:3: expected an input object, or `field: null` or `field: stated` with an indent
 7 |   a
   |   ^
nulls.txt:9:3: `b` is listed twice
 9 |   b: null
   |   ^
nulls.txt:10:1: `In` is listed twice
 10 | In
    | ^^";
        assert_eq!(failure.to_string(), expected);
        let lost = read("  a: null").err().unwrap().to_string();
        assert!(
            lost.starts_with("nulls.txt:1:3: a field needs an input object above it"),
            "{lost}"
        );
    }
}
