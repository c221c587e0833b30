//! GraphQL without the characters that mean nothing.

use apollo_parser::{Lexer, TokenKind};

/// Drops blanks, commas and comments; what is in a string stays.
pub(crate) fn minify(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for token in Lexer::new(text) {
        let data = match &token {
            Ok(token) => match token.kind() {
                TokenKind::Whitespace | TokenKind::Comma | TokenKind::Comment | TokenKind::Eof => {
                    continue;
                }
                _ => token.data(),
            },
            // Text that is not GraphQL is kept: the validator reports it.
            Err(error) => error.data(),
        };
        // Two words would become one, and an empty string before another would open a block string.
        if (out.ends_with(is_word) && data.starts_with(is_word))
            || (out.ends_with('"') && data.starts_with('"'))
        {
            out.push(' ');
        }
        out.push_str(data);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minified_text_means_the_same() {
        for (text, expected) in [
            (
                "query A ( $a : Int = 1 , $b: [ Int ] ) { x ( a : $a ) ... F }",
                "query A($a:Int=1$b:[Int]){x(a:$a)...F}",
            ),
            ("{ a(l: [1, -2, 3.5], e: RED) b, c }", "{a(l:[1-2 3.5]e:RED)b c}"),
            (
                r#"{ a(s: "x , \" y", t: "" , u: ["", "\\"]) }"#,
                r#"{a(s:"x , \" y"t:""u:["" "\\"])}"#,
            ),
            ("{ a(s: \"\"\"x \\\"\"\" , y\"\"\") b }", "{a(s:\"\"\"x \\\"\"\" , y\"\"\")b}"),
            ("{ é", "{é"),
            ("{ a(s: \"", "{a(s:\""),
        ] {
            assert_eq!(minify(text), expected);
        }
    }
}
