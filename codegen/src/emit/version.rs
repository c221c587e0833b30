//! Code for what depends on the server's version.

use super::Writer;
use crate::{
    document_text::{Condition, TextPart, whole},
    model::{Operation, TableRow},
    requirement::{Requirement, Requirements},
};

impl Writer<'_> {
    pub(super) fn since(&self, since: &Requirement) -> String {
        let rt = self.runtime;
        let versions: Vec<_> = since
            .versions
            .iter()
            .map(|version| {
                let [major, minor, patch] = version.0;
                format!("{rt}::ManagerVersion::new({major}, {minor}, {patch})")
            })
            .collect();
        format!("{rt}::Requirement::new({:?}, &[{}])", since.coordinate, versions.join(", "))
    }

    pub(super) fn all(&self, all: &Requirements) -> String {
        let all: Vec<_> = all.0.iter().map(|since| self.since(since)).collect();
        format!("&[{}]", all.join(", "))
    }

    pub(super) fn when(&self, when: &Condition) -> String {
        let when: Vec<_> = when.iter().map(|all| self.all(all)).collect();
        format!("&[{}]", when.join(", "))
    }

    /// The parts of a text; none when every server is sent all of it.
    fn parts(&self, parts: &[TextPart]) -> Option<String> {
        let rt = self.runtime;
        if parts.iter().all(|part| part.when.is_empty()) {
            return None;
        }
        let part = |part: &TextPart| {
            let when = self.when(&part.when);
            format!("{rt}::operation::info::TextPart {{ len: {}, when: {when} }}", part.text.len())
        };
        let parts: Vec<_> = parts.iter().map(part).collect();
        Some(format!("&[{}]", parts.join(", ")))
    }

    /// A text with its parts.
    pub(super) fn source(&self, parts: &[TextPart]) -> String {
        let source = format!("{}::operation::info::SourceText", self.runtime);
        let text = whole(parts);
        let plain = !text.contains(|c: char| c == '"' || c == '\\' || c.is_control());
        match self.parts(parts) {
            None if plain => format!("{source}::plain({text:?})"),
            None => format!("{source}::new({text:?})"),
            Some(parts) => {
                format!("{source} {{ text: {text:?}, parts: {parts}, plain: {plain} }}")
            }
        }
    }

    /// The documentation of the versions that an operation needs.
    pub(super) fn versions(&mut self, operation: &Operation) {
        let text = &operation.text;
        let list = |all: &Requirements| -> Vec<String> {
            let each = all.0.iter().map(|since| {
                let versions: Vec<_> = since.versions.iter().map(ToString::to_string).collect();
                format!("`{}` ({})", since.coordinate, versions.join(" and "))
            });
            each.collect()
        };
        let mut gap = operation.docs.text.is_some();
        let mut say = |line: String| {
            if gap {
                self.line("///");
            }
            gap = true;
            self.line(&format!("/// {line}"));
        };
        if let Some(newest) = text.requires.0.iter().filter_map(Requirement::newest).max() {
            let reasons = list(&text.requires).join(", ");
            say(format!("Needs manager {newest} or newer: {reasons}."));
        }
        let optional = left_out(&text.parts);
        if !optional.is_empty() {
            say(format!("Left out for a manager without them: {}.", list(&optional).join(", ")));
        }
    }

    /// The parts of a field in a table, if not every server knows all of it.
    pub(super) fn row_parts(&self, row: &TableRow) -> String {
        self.parts(&row.parts).map_or_else(String::new, |parts| format!(".parts({parts})"))
    }
}

/// The requirements of what can be left out.
pub(crate) fn left_out(parts: &[TextPart]) -> Requirements {
    let mut all = Requirements::default();
    all.add(parts.iter().flat_map(|part| &part.when).flat_map(|all| all.0.clone()));
    all
}
