//! Parses a file of contexts. Errors name the line.

use std::{ops::Range, path::Path};

use secrecy::ExposeSecret as _;
use toml_edit::{Document, Item, TableLike};

use super::{
    Context, Result,
    form::{expected, from_toml},
};
use crate::{
    setting::{Field, Problem, Setting},
    suggest,
};

/// The names at the top of the file.
pub(super) const CURRENT: &str = "current";
pub(super) const CONTEXTS: &str = "contexts";

/// The contents of a file.
pub(super) struct Contents {
    pub(super) document: Document<String>,
    pub(super) contexts: Vec<Context>,
    pub(super) current: Option<String>,
}

pub(super) fn read(path: &Path, text: &str) -> Result<Contents> {
    let source = Source { path, text };
    // The parser's own message quotes the line, which can be a secret.
    let document = Document::parse(text.to_owned())
        .map_err(|error| source.problem(None, error.span(), "this is not TOML"))?;
    let (mut contexts, mut current) = (Vec::new(), None);
    let top = document.as_table();
    for (key, item) in top.iter() {
        let span = span(top, key);
        match (key, item.as_str(), item.as_table_like()) {
            (CURRENT, Some(name), _) => current = Some(name.to_owned()),
            (CURRENT, None, _) => {
                return Err(source.mistyped(None, span, item, "the name of a context"));
            }
            (CONTEXTS, _, Some(table)) => {
                for (name, item) in table.iter() {
                    contexts.push(source.context(name, item, self::span(table, name))?);
                }
            }
            (CONTEXTS, _, None) => {
                return Err(source.mistyped(None, span, item, "[contexts.NAME]"));
            }
            _ => return Err(source.unknown(key, span, &[CURRENT, CONTEXTS])),
        }
    }
    Ok(Contents { document, contexts, current })
}

fn span(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    table.key(key).and_then(toml_edit::Key::span)
}

struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn context(&self, name: &str, item: &Item, at: Option<Range<usize>>) -> Result<Context> {
        let Some(table) = item.as_table_like() else {
            return Err(self.mistyped(None, at, item, "[contexts.NAME] with keys below it"));
        };
        let mut context = Context::new(name).map_err(|problem| {
            self.problem(None, at, &format!("{name:?}: {}", problem.message()))
        })?;
        for (key, item) in table.iter() {
            let at = span(table, key);
            let Some((setting, _)) = Setting::of_contexts().find(|(_, name)| *name == key) else {
                let keys: Vec<&str> = Setting::of_contexts().map(|(_, key)| key).collect();
                return Err(self.unknown(key, at, &keys));
            };
            let (field, form) = (setting.field, setting.form);
            let text = from_toml(form, item)
                .ok_or_else(|| self.mistyped(Some(field), at.clone(), item, expected(form)))?;
            form.check(text.expose_secret())
                .map_err(|message| self.problem(Some(field), at, &format!("{key}: {message}")))?;
            context.values.insert(field, text);
        }
        Ok(context)
    }

    fn problem(&self, field: Option<Field>, at: Option<Range<usize>>, message: &str) -> Problem {
        let offset = at.map_or(0, |at| at.start);
        Problem::at_offset(field, self.path, (self.text, offset), message)
    }

    fn mistyped(
        &self,
        field: Option<Field>,
        at: Option<Range<usize>>,
        item: &Item,
        expected: &str,
    ) -> Problem {
        let message = format!("expected {expected}, found {}", item.type_name());
        self.problem(field, at, &message)
    }

    fn unknown(&self, key: &str, at: Option<Range<usize>>, known: &[&str]) -> Problem {
        let help = match suggest::near(key, known.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the keys are {}", known.join(", ")),
        };
        self.problem(None, at, &format!("there is no key {key:?}; {help}"))
    }
}
