//! Changes the whitespace of JSON without parsing it, so that numbers and strings stay unchanged.

use std::borrow::Cow;

use backendai::BigInt;

/// JSON on several lines, indented by two spaces.
pub(super) fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut rest = tokens(json).peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(token) = rest.next() {
        match token {
            "{" | "[" => {
                out.push_str(token);
                if !matches!(rest.peek(), Some(&("}" | "]"))) {
                    depth += 1;
                    line(&mut out, depth);
                } else if let Some(end) = rest.next() {
                    out.push_str(end);
                }
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            token => out.push_str(&number(token)),
        }
    }
    out
}

/// A number as it is, but whole numbers beyond 32 bits as integers: the manager sends them as floats.
fn number(token: &str) -> Cow<'_, str> {
    let is_float = !token.starts_with('"') && token.contains(['.', 'e', 'E']);
    let whole = is_float.then(|| serde_json::from_str::<BigInt>(token).ok()).flatten();
    match whole.filter(|BigInt(whole)| i32::try_from(*whole).is_err()) {
        Some(whole) => Cow::Owned(whole.to_string()),
        None => Cow::Borrowed(token),
    }
}

/// JSON on one line.
pub(super) fn compact(json: &str) -> String {
    tokens(json).map(number).collect()
}

/// The tokens of valid JSON: brackets, commas, colons, strings, numbers and words.
fn tokens(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let end = match rest.chars().next()? {
            '"' => text_end(rest),
            '{' | '}' | '[' | ']' | ',' | ':' => 1,
            _ => rest
                .find(|c: char| c.is_ascii_whitespace() || "{}[],:\"".contains(c))
                .unwrap_or(rest.len()),
        };
        let (token, behind) = rest.split_at(end);
        rest = behind;
        Some(token)
    })
}

/// The end of the string at the start of `json`.
fn text_end(json: &str) -> usize {
    let mut escaped = false;
    let end = json.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::{compact, indented};

    /// 07 of the inputs from the field.
    #[test]
    fn large_integers_have_no_fraction() {
        let json = r#"{"a":5497558138880.0,"b":-2147483649.0,"c":2147483647.0,"d":1.5,"e":"5497558138880.0","f":1e300,"g":5497558138880.5}"#;
        let shown = json.replacen("5497558138880.0", "5497558138880", 1).replace("649.0", "649");
        assert_eq!(compact(json), shown);
        assert!(indented(json).contains("\"a\": 5497558138880,\n"));
    }

    #[test]
    fn only_blanks_change() {
        let json = r#" { "a" : [ ] , "b":[1.10,{"c\"}[, ":"\\"}], "d":{}, "n":123456789012345678901234567890e+1 , "u":"\u00e9 é" }"#;
        let lines = "{\n  \"a\": [],\n  \"b\": [\n    1.10,\n    {\n      \"c\\\"}[, \": \"\\\\\"\n    }\n  ],\n  \"d\": {},\n  \
            \"n\": 123456789012345678901234567890e+1,\n  \"u\": \"\\u00e9 é\"\n}";
        assert_eq!(indented(json), lines);
        let line = r#"{"a":[],"b":[1.10,{"c\"}[, ":"\\"}],"d":{},"n":123456789012345678901234567890e+1,"u":"\u00e9 é"}"#;
        assert_eq!(compact(json), line);
        assert_eq!(compact(&indented(json)), line);
        assert_eq!((indented("null"), compact("[]")), ("null".to_owned(), "[]".to_owned()));
    }
}
