//! `.env` files, as python-dotenv reads them for the official client.
//!
//! The crates for this format expand `$`, which truncates a secret that contains one, and read the
//! environment of the process to do so.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use secrecy::zeroize::Zeroizing;

use crate::setting::{Problem, is_prefixed, problem::line_at};

/// Finds the nearest file `.env` in `start` and the directories above it.
pub(super) fn find(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|directory| directory.join(".env")).find(|path| path.is_file())
}

pub(super) type Variables = BTreeMap<String, Zeroizing<String>>;

pub(super) fn read(path: &Path) -> Result<Variables, Problem> {
    let text = fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        Problem::new(None, path.display(), format!("the file cannot be read: {error}"))
    })?;
    parse(&text).map_err(|(line, why)| Problem::at_line(None, path, line, why))
}

/// Returns the variables; the last of a name wins. An error is the number of a line and its cause; it
/// does not quote the line, which can contain a secret.
fn parse(text: &str) -> Result<Variables, (usize, String)> {
    let text = text.trim_start_matches('\u{feff}');
    let mut variables = Variables::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(variables);
        }
        let line = line_at(text, text.len() - rest.len());
        if rest.starts_with('#') {
            rest = after_line(rest);
            continue;
        }
        let (name, value, after) = binding(rest).map_err(|why| (line, why.to_owned()))?;
        rest = after;
        // A name alone sets nothing.
        if let Some(value) = value {
            if is_prefixed(name) && value.contains("${") {
                return Err((
                    line,
                    format!("{name} has a ${{…}}, which is not expanded; write the value out"),
                ));
            }
            variables.insert(name.to_owned(), value);
        }
    }
}

type Binding<'a> = (&'a str, Option<Zeroizing<String>>, &'a str);

fn binding(text: &str) -> Result<Binding<'_>, &'static str> {
    let text = match text.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => blanks(rest),
        _ => text,
    };
    let end = text.find(|c: char| c == '=' || c == '#' || c.is_whitespace()).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return Err("the line has no name before its =; write NAME=value");
    }
    let Some(rest) = blanks(rest).strip_prefix('=') else {
        return Ok((name, None, end_of_line(rest)?));
    };
    let value = blanks(rest);
    let (value, rest) = match value.chars().next() {
        Some('\'') => quoted(value, '\'', |c| matches!(c, '\\' | '\'').then_some(c))?,
        Some('"') => quoted(value, '"', |c| {
            Some(match c {
                '\\' | '\'' | '"' => c,
                'a' => '\u{7}',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\u{b}',
                _ => return None,
            })
        })?,
        _ => {
            let after = after_line(rest);
            let line = rest.strip_suffix(after).unwrap_or(rest);
            return Ok((name, Some(Zeroizing::new(unquoted(line).to_owned())), after));
        }
    };
    Ok((name, Some(value), end_of_line(rest)?))
}

/// Parses a quoted value, which can have several lines. A backslash before a character that needs no
/// escape is kept.
fn quoted(
    text: &str,
    quote: char,
    unescape: impl Fn(char) -> Option<char>,
) -> Result<(Zeroizing<String>, &str), &'static str> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut chars = text.chars();
    chars.next();
    loop {
        match chars.next() {
            None => return Err("a quote is opened and never closed"),
            Some(c) if c == quote => return Ok((value, chars.as_str())),
            Some('\\') => {
                let mut ahead = chars.clone();
                match ahead.next().and_then(&unescape) {
                    Some(c) => {
                        value.push(c);
                        chars = ahead;
                    }
                    None => value.push('\\'),
                }
            }
            Some(c) => value.push(c),
        }
    }
}

/// A `#` after a blank starts a comment; one inside a word does not.
fn unquoted(line: &str) -> &str {
    let comment = line.match_indices('#').find(|(at, _)| {
        line.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace))
    });
    comment.map_or(line, |(at, _)| line.get(..at).unwrap_or(line)).trim()
}

fn blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

fn after_line(text: &str) -> &str {
    text.find(['\n', '\r']).and_then(|at| text.get(at..)).unwrap_or_default()
}

fn end_of_line(text: &str) -> Result<&str, &'static str> {
    let text = blanks(text);
    match text.chars().next() {
        None | Some('\n' | '\r' | '#') => Ok(after_line(text)),
        Some(_) => Err("there is more after the value; put quotes around all of it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Option<String> {
        parse(text).unwrap().get("X").map(|value| value.to_string())
    }

    // Every expectation here was compared with python-dotenv 1.2.
    #[test]
    fn values_are_read_as_python_dotenv_reads_them() {
        for (text, value) in [
            ("X=a", "a"),
            ("X=", ""),
            ("X=\nY=b", ""),
            ("  X = a b  ", "a b"),
            ("export X=a", "a"),
            ("export\tX=a", "a"),
            ("X=a#b", "a#b"),
            ("X=#b", "#b"),
            ("X= #b", ""),
            ("X= 'a'", "a"),
            ("X=a\\", "a\\"),
            ("X=\"a\\\\\"", "a\\"),
            ("X=a #b", "a"),
            ("X=a\t# b # c", "a"),
            ("X=ab$cd$ef", "ab$cd$ef"),
            ("X='a #b' # c", "a #b"),
            ("X=\"a #b\"", "a #b"),
            ("X='a\\'b\\\\c\\n'", "a'b\\c\\n"),
            ("X=\"a\\\"b\\\\c\\nd\\qe\"", "a\"b\\c\nd\\qe"),
            ("X=\"a\nb\"\nY=c", "a\nb"),
            ("X=a\\nb", "a\\nb"),
            ("X=it's", "it's"),
            ("X=a=b", "a=b"),
            ("# X=no\n\n  # more\nX=a", "a"),
            ("X=a\r\nY=b\r\n", "a"),
            ("X=a\nX=b", "b"),
            ("\u{feff}X=a", "a"),
        ] {
            assert_eq!(one(text).as_deref(), Some(value), "{text:?}");
        }
        assert_eq!(one("X"), None);
        assert_eq!(one("X # only a name\nY=b"), None);
        assert_eq!(one(""), None);
    }

    #[test]
    fn a_broken_line_is_named_and_not_repeated() {
        for (text, line) in [
            ("A=1\nX='hunter2", 2),
            ("\n\nX=\"hunter2\" more", 3),
            ("A=\"1\n2\"\n=hunter2", 3),
            ("SECRET hunter2", 1),
            ("BACKEND_SECRET_KEY=${HUNTER2}hunter2", 1),
        ] {
            let (at, why) = parse(text).unwrap_err();
            assert_eq!(at, line, "{text:?}");
            assert!(!why.contains("hunter2"), "{why}");
        }
        assert_eq!(one("X=${HOME}").as_deref(), Some("${HOME}"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[\\\\'\"=# \t\r\n$X])*") {
            let _ = parse(&text);
        }

        #[test]
        fn any_value_survives_quotes(value in "[^'\\\\]*") {
            let text = format!("A=1\nX='{value}' # c\nB=2");
            proptest::prop_assert_eq!(one(&text), Some(value));
        }
    }

    #[test]
    fn the_nearest_file_upwards_is_found() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b/c");
        fs::create_dir_all(&deep).unwrap();
        fs::write(root.path().join("a/.env"), "").unwrap();
        fs::create_dir(deep.join(".env")).unwrap();
        assert_eq!(find(&deep), Some(root.path().join("a/.env")));
    }
}
