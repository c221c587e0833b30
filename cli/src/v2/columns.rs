//! The columns of rows of the v2 API, whose fields are objects: `basicInfo.email` beside `basicInfo`.

use backendai::{Field, operation::title};

use super::keep;
use crate::{input::snake, render::is_secret};

/// The most important columns, by the ends of their names.
const FIRST: [&str; 10] = [
    "id",
    "name",
    "email",
    "username",
    "access_key",
    "title",
    "status",
    "role",
    "domain_name",
    "created_at",
];
/// Columns of a table on a terminal.
const BRIEF: usize = 7;

/// The columns of rows.
pub(super) struct Columns {
    /// All fields of the rows, then the members of those that are objects.
    pub(super) all: &'static [Field],
    /// What a table shows, for a row has no objects there.
    pub(super) shown: &'static [&'static str],
    /// The same in few columns.
    pub(super) brief: &'static [&'static str],
}

impl Columns {
    pub(super) fn of(fields: &'static [Field]) -> Self {
        let mut all = fields.to_vec();
        let mut shown = Vec::new();
        for field in fields {
            let members = members(field.text());
            if members.is_empty() {
                // The key of the global id is shown in its place.
                if !matches!(field.name(), "entityId" | "fieldId") {
                    shown.push(field.name());
                }
                continue;
            }
            for member in members {
                let name = keep(format!("{}.{}", field.name(), member.name));
                let title = keep(title(&snake(member.name)));
                all.push(Field::new(
                    name,
                    Some(title),
                    member.text,
                    field.format(),
                    is_secret(member.name),
                ));
                shown.push(name);
            }
        }
        let mut brief: Vec<&'static str> = Vec::new();
        let last = |name: &str| snake(name.rsplit('.').next().unwrap_or(name));
        for wanted in FIRST {
            brief.extend(shown.iter().copied().find(|name| last(name) == wanted));
        }
        for name in &shown {
            if brief.len() < BRIEF && !brief.contains(name) {
                brief.push(name);
            }
        }
        brief.truncate(BRIEF);
        Self { all: all.leak(), shown: shown.leak(), brief: brief.leak() }
    }
}

/// A member of an object, and the text that selects it.
struct Member {
    name: &'static str,
    text: &'static str,
}

/// The members that a selection such as `basicInfo{...on X{username email{a}}}` has; none of a field
/// that is no object.
fn members(text: &'static str) -> Vec<Member> {
    let mut found = Vec::new();
    let Some((_, inside)) = text.split_once('{') else { return found };
    collect(inside.strip_suffix('}').unwrap_or(inside), &mut found);
    found
}

fn collect(text: &'static str, found: &mut Vec<Member>) {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = end(rest);
        let (one, behind) = rest.split_at(end);
        if one.starts_with("...") {
            if let Some((_, inside)) = one.split_once('{') {
                collect(inside.strip_suffix('}').unwrap_or(inside), found);
            }
        } else {
            let name = one.split(['{', '(', ':', '@']).next().unwrap_or(one).trim();
            if !name.is_empty() {
                found.push(Member { name, text: one });
            }
        }
        rest = behind.trim_start();
    }
}

/// Whether what follows the blank belongs to the field before it.
fn continues(text: &str, at: usize) -> bool {
    text.get(at..).unwrap_or_default().trim_start().starts_with(['{', '(', '@'])
}

/// The end of the first field or fragment.
fn end(text: &str) -> usize {
    let mut depth = 0_usize;
    let fragment = text.starts_with("...");
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && c == '}' {
                    return at + 1;
                }
            }
            // Arguments and a selection may follow a blank.
            ' ' if depth == 0 && !fragment && !continues(text, at) => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_of_a_selection_are_its_fields() {
        for (text, expected) in [
            ("id", &[][..]),
            ("info{...on X{username email}}", &["username", "email"]),
            ("info{a{b c}d e{f}}", &["a", "d", "e"]),
            ("info{...on X{a b{...on Y{c d}}e}f}", &["a", "b", "e", "f"]),
        ] {
            let names: Vec<_> = members(text).iter().map(|member| member.name).collect();
            assert_eq!(names, expected, "{text}");
        }
    }
}
