//! Pieces of text, and the combination of their conditions.

use apollo_compiler::ast::Value;

use super::{Condition, TextPart};
use crate::{minify::minify, requirement::Requirements};

/// Joins consecutive pieces of text that are sent under the same condition.
#[derive(Default)]
pub(super) struct PartsWriter {
    pub(super) parts: Vec<TextPart>,
}

impl PartsWriter {
    pub(super) fn push(&mut self, when: &Condition, text: &str) {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let last = self.parts.last();
        let same = last.is_some_and(|part| part.when == *when);
        // The part before may be left out; another one then precedes this.
        let gap = last.is_some_and(|part| !same || part.text.ends_with(word));
        let gap = if gap && text.starts_with(word) { " " } else { "" };
        match self.parts.last_mut().filter(|_| same) {
            Some(part) => {
                part.text.push_str(gap);
                part.text.push_str(text);
            }
            None => self.parts.push(TextPart { when: when.clone(), text: format!("{gap}{text}") }),
        }
    }

    pub(super) fn append(&mut self, parts: &[TextPart]) {
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

/// The conjunction.
pub(super) fn and(when: &Condition, all: &Requirements) -> Condition {
    if when.is_empty() {
        return any(std::slice::from_ref(all));
    }
    let both: Vec<_> = when.iter().map(|one| one.with(all)).collect();
    any(&both)
}

/// The disjunction; always, if one of them is empty.
pub(super) fn any(these: &[Requirements]) -> Condition {
    let mut when = Condition::new();
    for all in these {
        if all.is_empty() {
            return Condition::new();
        }
        let all = all.clone().decisive();
        if !when.contains(&all) {
            when.push(all);
        }
    }
    when
}

/// The disjunction of conditions.
pub(super) fn either<'w>(whens: impl IntoIterator<Item = &'w Condition>) -> Condition {
    let mut all = Vec::new();
    for when in whens {
        if when.is_empty() {
            return Condition::new();
        }
        all.extend(when.iter().cloned());
    }
    any(&all)
}
