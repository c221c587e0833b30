//! Texts in the filter language.

/// A text as the filter language writes it, or why it cannot.
///
/// Only `\"` is an escape there: it stands for a quote. Any other backslash is itself, before
/// another one too; but the language ends a text only at a quote with an even number of backslashes
/// before it. Hence an odd number of them can stand neither before a quote nor at the end.
pub(crate) fn quote(text: &str) -> Result<String, &'static str> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut odd = false;
    for c in text.chars() {
        match c {
            '\n' => return Err("it has a line end"),
            '\0' => return Err("it has a NUL, which the manager's database does not take"),
            '"' if odd => return Err("it has an odd number of backslashes before a quote"),
            '"' => quoted.push('\\'),
            _ => {}
        }
        odd = c == '\\' && !odd;
        quoted.push(c);
    }
    if odd {
        return Err("it ends in an odd number of backslashes");
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn what_can_be_said_is_said_and_nothing_else() {
        for (text, expected) in [
            ("", Some(r#""""#)),
            ("a b'c", Some(r#""a b'c""#)),
            (r#"say "hi""#, Some(r#""say \"hi\"""#)),
            (r"a\b", Some(r#""a\b""#)),
            (r"a\\", Some(r#""a\\""#)),
            (r#"a\\"b"#, Some(r#""a\\\"b""#)),
            ("a\rb", Some("\"a\rb\"")),
            ("a\nb", None),
            ("a\0b", None),
            (r"a\", None),
            (r"a\\\", None),
            (r#"a\"b"#, None),
        ] {
            assert_eq!(quote(text).ok().as_deref(), expected, "{text}");
        }
    }
}
