//! The tree to text that YAML 1.1 reads back as the same values.

use super::{node::Node, resolve::is_plain_string};

/// A string, in double quotes unless it consists of harmless characters.
pub(crate) fn string(text: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "_-./@%".contains(c);
    // A colon only separates if a blank follows it.
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.split(':').all(|part| !part.is_empty() && part.chars().all(harmless));
    if plain && is_plain_string(text) { text.to_owned() } else { quoted(text) }
}

/// A node that is only passed through, on one line.
pub(crate) fn flow(node: &Node) -> String {
    let tagged = |tag: &Option<String>, text: String| match tag {
        Some(tag) => format!("!!{tag} {text}"),
        None => text,
    };
    match node {
        Node::Scalar(scalar) => match &scalar.tag {
            Some(tag) if tag != "str" => format!("!!{tag} {}", quoted(&scalar.text)),
            // Not a string: the text must stay without quotes to stay what it is.
            None if scalar.plain && !is_plain_string(&scalar.text) => match scalar.text.as_str() {
                "" => "~".to_owned(),
                text => text.to_owned(),
            },
            _ => string(&scalar.text),
        },
        Node::Sequence { tag, items } => {
            let items: Vec<_> = items.iter().map(flow).collect();
            tagged(tag, format!("[{}]", items.join(", ")))
        }
        Node::Mapping { tag, entries } => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| match key.as_key() {
                    Some(key) if key.len() < 100 => format!("{}: {}", string(key), flow(value)),
                    _ => format!("? {} : {}", flow(key), flow(value)),
                })
                .collect();
            tagged(tag, format!("{{{}}}", entries.join(", ")))
        }
    }
}

/// Everything but ASCII is escaped, so that no reader can take a character for a line break.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            ' '..='~' => quoted.push(c),
            _ => match u32::from(c) {
                code @ 0..=0xff => quoted.push_str(&format!("\\x{code:02X}")),
                code @ 0x100..=0xffff => quoted.push_str(&format!("\\u{code:04X}")),
                code => quoted.push_str(&format!("\\U{code:08X}")),
            },
        }
    }
    quoted.push('"');
    quoted
}
