//! Conditions in the manager's filter language.

use crate::error::{Error, Result};

/// The rows of `filter` that come after the one with this key.
///
/// The condition comes first: the language has no precedence and groups from the right, so whatever
/// the filter is, it cannot take anything back.
pub(super) fn after(
    filter: Option<&str>,
    column: &str,
    descending: bool,
    key: &str,
) -> Result<String> {
    let sign = if descending { '<' } else { '>' };
    let condition = format!("({column} {sign} {})", quote(key)?);
    Ok(match filter {
        Some(filter) if !filter.trim().is_empty() => format!("{condition} & ({filter})"),
        _ => condition,
    })
}

/// A string of the language. Nothing but a quote is escaped there, a backslash not even before
/// another one, so that some texts cannot be written.
fn quote(text: &str) -> Result<String> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut backslashes = 0_usize;
    for c in text.chars() {
        if c == '\n' || (c == '"' && backslashes % 2 == 1) {
            return Err(inexpressible(text));
        }
        if c == '"' {
            quoted.push('\\');
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        quoted.push(c);
    }
    if text.is_empty() || backslashes % 2 == 1 {
        return Err(inexpressible(text));
    }
    quoted.push('"');
    Ok(quoted)
}

fn inexpressible(text: &str) -> Error {
    Error::config(format!(
        "the list cannot be read by key behind the row {text:?}: the filter language cannot say \
         this text; walk by offset instead"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said_is_said_and_nothing_else() {
        for (text, expected) in [
            ("AKIA", Some(r#""AKIA""#)),
            ("a b'c", Some(r#""a b'c""#)),
            (r#"say "hi""#, Some(r#""say \"hi\"""#)),
            (r"a\b", Some(r#""a\b""#)),
            (r"a\\", Some(r#""a\\""#)),
            (r#"a\\"b"#, Some(r#""a\\\"b""#)),
            ("", None),
            ("a\nb", None),
            (r"a\", None),
            (r"a\\\", None),
            (r#"a\"b"#, None),
        ] {
            assert_eq!(quote(text).ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_callers_filter_stays_whole() {
        let after = |filter| after(filter, "id", false, "x").unwrap();
        assert_eq!(after(None), r#"(id > "x")"#);
        assert_eq!(after(Some(" ")), r#"(id > "x")"#);
        assert_eq!(after(Some("a == 1 | b == 2")), r#"(id > "x") & (a == 1 | b == 2)"#);
        assert_eq!(super::after(None, "id", true, "x").unwrap(), r#"(id < "x")"#);
    }
}
