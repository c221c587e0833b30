//! What a file of contexts says, and on which line it says something that is not understood.

use std::{ops::Range, path::Path};

use secrecy::{ExposeSecret as _, SecretString};
use toml_edit::{Document, Item, TableLike, Value};

use super::{Context, KEYS, Result};
use crate::config::{self, Field, Problem};

/// The names at the top of the file.
pub(super) const CURRENT: &str = "current";
pub(super) const CONTEXTS: &str = "contexts";

/// What is in a file.
pub(super) struct Read {
    pub(super) document: Document<String>,
    pub(super) contexts: Vec<Context>,
    pub(super) current: Option<String>,
}

pub(super) fn read(path: &Path, text: &str) -> Result<Read> {
    let source = Source { path, text };
    // The error's own text shows the line, and with it a secret.
    let document = Document::parse(text.to_owned())
        .map_err(|error| source.problem(None, error.span(), "this is not TOML"))?;
    let (mut contexts, mut current) = (Vec::new(), None);
    let top = document.as_table();
    for (key, item) in top.iter() {
        let span = span(top, key);
        match (key, item.as_str(), item.as_table_like()) {
            (CURRENT, Some(name), _) => current = Some(name.to_owned()),
            (CURRENT, None, _) => return Err(source.unfit(None, span, item, "a context's name")),
            (CONTEXTS, _, Some(table)) => {
                for (name, item) in table.iter() {
                    contexts.push(source.context(name, item, self::span(table, name))?);
                }
            }
            (CONTEXTS, _, None) => {
                return Err(source.unfit(None, span, item, "[contexts.NAME]"));
            }
            _ => return Err(source.unknown(key, span, &[CURRENT, CONTEXTS])),
        }
    }
    Ok(Read { document, contexts, current })
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
            return Err(self.unfit(None, at, item, "[contexts.NAME] with keys below it"));
        };
        let mut context = Context::new(name).map_err(|problem| {
            self.problem(None, at, &format!("{name:?}: {}", problem.message()))
        })?;
        for (key, item) in table.iter() {
            let at = span(table, key);
            let Some((field, _)) = KEYS.iter().find(|(_, name)| *name == key) else {
                return Err(self.unknown(key, at, &KEYS.map(|(_, name)| name)));
            };
            let text = text(*field, item)
                .ok_or_else(|| self.unfit(Some(*field), at.clone(), item, wanted(*field)))?;
            config::check(*field, text.expose_secret())
                .map_err(|message| self.problem(Some(*field), at, &format!("{key}: {message}")))?;
            context.values.insert(*field, text);
        }
        Ok(context)
    }

    fn problem(&self, field: Option<Field>, at: Option<Range<usize>>, message: &str) -> Problem {
        let start = at.map_or(0, |at| at.start);
        let line = 1 + self.text.get(..start).map_or(0, |seen| seen.matches('\n').count());
        Problem::new(field, format!("{}:{line}", self.path.display()), message)
    }

    fn unfit(
        &self,
        field: Option<Field>,
        at: Option<Range<usize>>,
        item: &Item,
        wanted: &str,
    ) -> Problem {
        self.problem(field, at, &format!("it is of type {}; {wanted} is wanted", item.type_name()))
    }

    fn unknown(&self, key: &str, at: Option<Range<usize>>, known: &[&str]) -> Problem {
        let near = known
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)));
        let near = near.filter(|near| strsim::jaro_winkler(key, near) > 0.8);
        let mend = match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.problem(None, at, &format!("there is no key {key:?} here; {mend}"))
    }
}

/// A value as the text that a variable would have.
fn text(field: Field, item: &Item) -> Option<SecretString> {
    if let (Field::StorageProxies, Some(table)) = (field, item.as_table_like()) {
        let pair = |(from, to): (&str, &Item)| {
            let (from, to) = (from.trim(), to.as_str()?.trim());
            // In a variable, these would part them.
            (!from.contains(['=', ',']) && !to.contains(',')).then(|| format!("{from}={to}"))
        };
        let pairs: Option<Vec<String>> = table.iter().map(pair).collect();
        return Some(pairs?.join(",").into());
    }
    let seconds = matches!(field, Field::ConnectTimeout | Field::ReadTimeout);
    match item.as_value()? {
        Value::String(text) => Some(text.value().as_str().into()),
        Value::Boolean(yes) if field == Field::SkipTlsVerification => {
            Some(yes.value().to_string().into())
        }
        Value::Integer(number) if seconds => Some(number.value().to_string().into()),
        Value::Float(number) if seconds => Some(number.value().to_string().into()),
        Value::Array(array) if field == Field::Endpoint => {
            let addresses: Option<Vec<&str>> = array.iter().map(Value::as_str).collect();
            Some(addresses?.join(",").into())
        }
        _ => None,
    }
}

const fn wanted(field: Field) -> &'static str {
    match field {
        Field::StorageProxies => "a table of texts without commas",
        Field::SkipTlsVerification => "true or false",
        Field::ConnectTimeout | Field::ReadTimeout => "a number of seconds",
        Field::Endpoint => "a text, or an array of texts,",
        _ => "a text",
    }
}
