//! Rust names for GraphQL names: legal, idiomatic, and unique in their scope.

use std::collections::{BTreeSet, HashMap};

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Keywords that are legal as raw identifiers, sorted.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Words that are not legal even as raw identifiers.
const PATH_KEYWORDS: &[&str] = &["self", "Self", "super", "crate", "_", ""];

/// The names in use in one scope.
#[derive(Default)]
pub(crate) struct Names {
    taken: &'static [&'static str],
    given: BTreeSet<String>,
    /// How many forms of a name were tried.
    tried: HashMap<String, usize>,
}

impl Names {
    /// A scope with reserved names.
    pub(crate) fn with(taken: &'static [&'static str]) -> Self {
        Self { taken, ..Self::default() }
    }

    /// Returns the name, with underscores or a number appended if it is not unique in the scope.
    pub(crate) fn claim(&mut self, wanted: String) -> String {
        let tried = self.tried.entry(wanted.clone()).or_default();
        loop {
            let name = match *tried {
                few @ ..=2 => wanted.clone() + "_".repeat(few).as_str(),
                many => format!("{wanted}_{many}"),
            };
            *tried += 1;
            let is_taken =
                PATH_KEYWORDS.contains(&name.as_str()) || self.taken.contains(&name.as_str());
            if !is_taken && self.given.insert(name.clone()) {
                return name;
            }
        }
    }

    /// Claims the names of several keys. Where two want the same name, the keys decide and not their
    /// order: first those that are written like the name itself.
    pub(crate) fn claim_all<'k>(
        &mut self,
        keys: impl IntoIterator<Item = &'k str>,
        rust: impl Fn(&str) -> String,
    ) -> Vec<String> {
        let mut wanted: Vec<_> = keys
            .into_iter()
            .enumerate()
            .map(|(index, key)| {
                let name = rust(key);
                (name != key, key, index, name)
            })
            .collect();
        wanted.sort();
        let claimed = wanted.into_iter().map(|(_, _, index, name)| (index, self.claim(name)));
        let mut claimed: Vec<_> = claimed.collect();
        claimed.sort();
        claimed.into_iter().map(|(_, name)| name).collect()
    }
}

/// Writes a name as an identifier, raw where it is a keyword.
pub(crate) fn ident(name: &str) -> String {
    if KEYWORDS.binary_search(&name).is_ok() { format!("r#{name}") } else { name.to_owned() }
}

/// The name of a field, a method or a module. A name in snake case is kept, so that `_id` does not
/// become `id`.
pub(crate) fn snake(name: &str) -> String {
    let is_kept = |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if name.bytes().all(is_kept) { name.to_owned() } else { name.to_snake_case() }
}

/// The name of a type or a variant. A name in camel case keeps its capitals, so that names which
/// differ by case alone stay apart.
pub(crate) fn camel(name: &str) -> String {
    let is_kept = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().any(|c| c.is_ascii_lowercase())
        && !name.contains('_');
    let name = if is_kept { name.to_owned() } else { name.to_upper_camel_case() };
    // A name of underscores becomes empty, and a digit may come first.
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("X{name}") }
}

/// The name of the module for a file. Some are reserved for what the files share.
pub(crate) fn module(stem: &str) -> String {
    let name = snake(&stem.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
    let is_legal = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    Names::with(&["input_info", "types"]).claim(if is_legal { name } else { format!("_{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn names_are_legal_and_idiomatic() {
        for (name, expected) in [
            ("access_key", "access_key"),
            ("pageInfo", "page_info"),
            ("_id", "_id"),
            ("in_", "in_"),
            ("type", "r#type"),
            ("AND", "and"),
        ] {
            assert_eq!(ident(&snake(name)), expected);
        }
        for (name, expected) in [
            ("KeyPair", "KeyPair"),
            ("UUIDFloatMap", "UUIDFloatMap"),
            ("PURGE_ERROR", "PurgeError"),
            ("ALIVE", "Alive"),
            ("list", "List"),
            ("_Service", "Service"),
            ("_1", "X1"),
            ("__", "X"),
        ] {
            assert_eq!(camel(name), expected);
        }
    }

    #[test]
    fn a_taken_name_gets_an_underscore() {
        let mut names = Names::with(&["Vec"]);
        assert_eq!(names.claim("Vec".into()), "Vec_");
        assert_eq!(names.claim("Vec".into()), "Vec__");
        assert_eq!(names.claim("a".into()), "a");
        assert_eq!(names.claim("self".into()), "self_");
        assert_eq!(names.claim("Vec".into()), "Vec_3");
    }

    #[test]
    fn names_do_not_depend_on_the_order_of_keys() {
        let claim = |keys: [&str; 3]| Names::default().claim_all(keys, snake);
        assert_eq!(claim(["fooBar", "foo_bar", "FOO_BAR"]), ["foo_bar__", "foo_bar", "foo_bar_"]);
        assert_eq!(claim(["foo_bar", "FOO_BAR", "fooBar"]), ["foo_bar", "foo_bar_", "foo_bar__"]);
    }
}
