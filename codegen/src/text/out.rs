//! Stretches of text, and conditions put together.

use apollo_compiler::ast::Value;

use super::{Part, When};
use crate::{document::minify, schema::CLIENT_DIRECTIVES, since::All};

/// Takes stretches of text that are there at the same time as one.
#[derive(Default)]
pub(super) struct Out {
    pub(super) parts: Vec<Part>,
}

impl Out {
    pub(super) fn push(&mut self, when: &When, text: &str) {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let last = self.parts.last();
        let same = last.is_some_and(|part| part.when == *when);
        // What stands before may be left out, and something else then stands there.
        let gap = last.is_some_and(|part| !same || part.text.ends_with(word));
        let gap = if gap && text.starts_with(word) { " " } else { "" };
        match self.parts.last_mut().filter(|_| same) {
            Some(part) => {
                part.text.push_str(gap);
                part.text.push_str(text);
            }
            None => self.parts.push(Part { when: when.clone(), text: format!("{gap}{text}") }),
        }
    }

    pub(super) fn append(&mut self, parts: &[Part]) {
        for part in parts {
            self.push(&part.when, &part.text);
        }
    }
}

/// A value as it is sent.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Variable(name) => format!("${name}"),
        value => minify(&value.serialize().no_indent().to_string()),
    }
}

/// Whether a directive speaks to the generator.
pub(crate) fn is_client(name: &str) -> bool {
    CLIENT_DIRECTIVES.iter().any(|(known, _)| *known == name)
}

pub(super) fn and(when: &When, all: &All) -> When {
    if when.is_empty() {
        return any(std::slice::from_ref(all));
    }
    let both: Vec<_> = when.iter().map(|one| one.with(all)).collect();
    any(&both)
}

/// Any of these; always when one of them needs nothing.
pub(super) fn any(these: &[All]) -> When {
    let mut when = When::new();
    for all in these {
        if all.is_empty() {
            return When::new();
        }
        let all = all.clone().decisive();
        if !when.contains(&all) {
            when.push(all);
        }
    }
    when
}

/// As long as one of them is there.
pub(super) fn either<'w>(whens: impl IntoIterator<Item = &'w When>) -> When {
    let mut all = Vec::new();
    for when in whens {
        if when.is_empty() {
            return When::new();
        }
        all.extend(when.iter().cloned());
    }
    any(&all)
}
