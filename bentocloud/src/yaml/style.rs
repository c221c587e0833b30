//! Which quotes a string needs, and what stands between them.

use super::resolve::is_plain_string;

/// The text in runs: single line breaks together, spaces together, everything else together.
pub(super) fn runs(text: &str) -> impl Iterator<Item = &str> {
    let kind = |c: char| match c {
        ' ' => 0,
        '\n' => 1,
        _ => 2,
    };
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = kind(rest.chars().next()?);
        let end = rest.find(|c| kind(c) != first).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        rest = tail;
        Some(run)
    })
}

/// How a string is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
}

impl Style {
    /// The style that PyYAML chooses.
    pub(super) fn of(text: &str) -> Self {
        if !text.chars().all(|c| c == '\n' || matches!(c, ' '..='~'))
            || text.contains(" \n")
            || text.contains("\n ")
        {
            return Self::Double;
        }
        let outside = text.starts_with(' ') || text.ends_with(' ');
        if outside || text.contains('\n') || has_indicator(text) || !is_plain_string(text) {
            return Self::Single;
        }
        Self::Plain
    }
}

/// Whether the text would mean something to a reader if it stood without quotes.
fn has_indicator(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    let alone = chars.next().is_none_or(|c| c == ' ');
    text.starts_with("---")
        || text.starts_with("...")
        || first.is_some_and(|c| "#,[]{}&*!|>'\"%@`".contains(c))
        || (first.is_some_and(|c| "?:-".contains(c)) && alone)
        || text.contains(": ")
        || text.ends_with(':')
        || text.contains(" #")
}

/// The escape for a character that may not stand in double quotes as it is.
pub(super) fn escape(c: char) -> Option<String> {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        ' '..='~' => return None,
        _ => {
            let code = u32::from(c);
            return Some(match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            });
        }
    };
    Some(format!("\\{short}"))
}
