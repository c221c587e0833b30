//! The columns of rows of the v2 API, whose fields are objects: `basicInfo.email` beside `basicInfo`.

use backendai::{Field, operation::title};

use super::keep;
use crate::{input::snake, render::is_secret};

/// The most important columns, by the last part of their names; one that begins with an underscore is
/// any that ends so.
const FIRST: [&str; 15] = [
    "name",
    "_name",
    "alias",
    "email",
    "access_key",
    "status",
    "is_active",
    "enabled",
    "entity_type",
    "operation",
    "phase",
    "result",
    "type",
    "role",
    "created_at",
];
/// As many of them name an object.
const NAMING: usize = 5;
/// Columns of a table on a terminal.
const BRIEF: usize = 6;

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
    /// The columns of rows. In few columns, what names an object for an argument is the first; the
    /// others are those that the Admin API's list of the same objects has, else the usual ones.
    pub(super) fn of(fields: &'static [Field], argument: &[String], usual: &[&str]) -> Self {
        let titled = |field: &Field, name, text, secret| {
            let last = snake(last(name));
            Field::new(name, Some(keep(title(&last))), text, field.format(), secret)
        };
        let own = fields.iter().map(|it| titled(it, it.name(), it.text(), it.is_secret()));
        let mut all: Vec<_> = own.collect();
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
            for member in members.into_iter().filter(|member| member.name != "__typename") {
                let name = keep(format!("{}.{}", field.name(), member.name));
                let secret = field.has_secrets() && is_secret(member.name);
                all.push(titled(field, name, member.text, secret));
                shown.push(name);
            }
        }
        let usual = if usual.is_empty() { &FIRST } else { usual };
        let argument = argument.iter().find_map(|name| find(&shown, name));
        let mut brief: Vec<&'static str> = argument.into_iter().collect();
        let usual = usual.iter().filter_map(|name| find(&shown, name));
        let mut usual: Vec<_> = usual.filter(|name| !is_id(name)).collect();
        let naming = |columns: &[&'static str]| {
            FIRST.iter().take(NAMING).find_map(|name| find(columns, name))
        };
        if naming(&usual).is_none() {
            usual.splice(0..0, naming(&shown));
        }
        let rest = shown.iter().copied().filter(|name| *name != "id");
        // Where the usual columns say little, any do.
        for name in usual.iter().copied().chain(rest.filter(|_| usual.len() < 2)) {
            if !brief.contains(&name) {
                brief.push(name);
            }
        }
        brief.truncate(BRIEF);
        Self { all: all.leak(), shown: shown.leak(), brief: brief.leak() }
    }
}

/// The most important of these columns, the first before all others.
pub(crate) fn main_columns<'n>(columns: &[&'n str]) -> Vec<&'n str> {
    let mut main = Vec::new();
    for name in FIRST.iter().filter_map(|name| find(columns, name)) {
        if !main.contains(&name) {
            main.push(name);
        }
    }
    main.truncate(BRIEF);
    main
}

/// The last part of the name of a column.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether a column has ids, which tell people little.
fn is_id(name: &str) -> bool {
    matches!(last(name), "id" | "uuid") || name.ends_with("Id")
}

/// The first column whose name ends so.
pub(super) fn find<'n>(columns: &[&'n str], wanted: &str) -> Option<&'n str> {
    let fits = |name: &&str| {
        let last = snake(last(name));
        last == wanted || wanted.starts_with('_') && last.ends_with(wanted)
    };
    columns.iter().copied().find(fits)
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
