//! What a scalar is in YAML 1.1.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Number;

use super::node::{Node, Problem, Scalar};

/// A scalar's type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number in decimal notation.
    Number(Number),
    Str,
    /// A date, or a number in another notation: octal, base 60, with underscores, infinite.
    Other,
}

/// Everything that PyYAML's resolver takes for something else than a string.
static SPECIAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let forms = [
        r"|~|null|Null|NULL|=|<<",
        r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
        // Integers: binary, octal, decimal, hexadecimal, base 60.
        r"[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+",
        r"[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+",
        // Floats.
        r"[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?",
        r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        // Dates, and dates with a time.
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        concat!(
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}",
            r"(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?"
        ),
    ];
    Regex::new(&format!("^({})$", forms.join("|"))).ok()
});

/// Whether YAML 1.1 reads `text` as a string if it stands without quotes.
pub(super) fn is_plain_string(text: &str) -> bool {
    SPECIAL.as_ref().is_some_and(|special| !special.is_match(text))
}

impl Scalar {
    /// Its type by tag, quotes and the implicit rules.
    pub(crate) fn value(&self) -> Value {
        match self.tag.as_deref() {
            Some("str") => Value::Str,
            None if !self.plain => Value::Str,
            None => implicit(&self.text),
            Some("null") => Value::Null,
            Some(_) => Value::Other,
        }
    }

    /// The string that the real client sees, or nothing for null. What Python would rewrite is an
    /// error: two programs must not take two tokens from one file.
    pub(crate) fn string(&self) -> Result<Option<String>, Problem> {
        match self.value() {
            Value::Null => Ok(None),
            Value::Str => Ok(Some(self.text.clone())),
            Value::Number(number) if number.to_string() == self.text => Ok(Some(self.text.clone())),
            // Python writes truth values so.
            Value::Bool(_) if matches!(self.text.as_str(), "True" | "False") => {
                Ok(Some(self.text.clone()))
            }
            Value::Bool(_) | Value::Number(_) | Value::Other => Err(Problem {
                line: self.line,
                column: self.column,
                message: format!("`{}` is not text in YAML 1.1: put it in quotes", self.text),
            }),
        }
    }

    /// Whether Python takes it for false, which makes the whole file count as empty.
    pub(crate) fn is_falsy(&self) -> bool {
        match self.value() {
            Value::Null | Value::Bool(false) => true,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::Str => self.text.is_empty(),
            Value::Bool(true) | Value::Other => false,
        }
    }
}

impl Node {
    /// The scalar's text if it is a string: how keys are compared.
    pub(crate) fn as_key(&self) -> Option<&str> {
        match self {
            Self::Scalar(scalar) if scalar.value() == Value::Str => Some(&scalar.text),
            _ => None,
        }
    }
}

/// The tree as JSON. What JSON has no type for becomes its text.
pub(crate) fn to_json(node: &Node) -> serde_json::Value {
    use serde_json::Value as Json;

    match node {
        Node::Scalar(scalar) => match scalar.value() {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(number) => Json::Number(number),
            Value::Str | Value::Other => Json::String(scalar.text.clone()),
        },
        Node::Sequence { items, .. } => items.iter().map(to_json).collect(),
        Node::Mapping { entries, .. } => {
            let key = |key: &Node| match key {
                Node::Scalar(scalar) => scalar.text.clone(),
                other => to_json(other).to_string(),
            };
            entries.iter().map(|(name, value)| (key(name), to_json(value))).collect()
        }
    }
}

fn implicit(text: &str) -> Value {
    if is_plain_string(text) {
        return Value::Str;
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    // JSON has no leading zeros, underscores or colons, so what it reads means the same there.
    match serde_json::from_str(text) {
        Ok(number) => Value::Number(number),
        Err(_) => Value::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_told_from_everything_else() {
        for text in
            ["1e3", "0o17", "08", "0.1.2", "1:60", "-.5", "2024-1-2", "a b", "y", "nan", "-"]
        {
            assert!(is_plain_string(text), "{text}");
        }
        for text in ["010", "1:59", "1_0", "0b1", "0xF", ".5", "1.", "1.e+3", "-.INF", "2024-01-02"]
        {
            assert!(!is_plain_string(text), "{text}");
        }
        for (text, value) in [
            ("2024-1-2 3:04:05 -2:30", Value::Other),
            ("0123", Value::Other),
            ("=", Value::Other),
            ("-12", Value::Number((-12).into())),
            ("Off", Value::Bool(false)),
            ("~", Value::Null),
        ] {
            assert_eq!(implicit(text), value, "{text}");
        }
        assert_eq!(implicit("1.5e+3"), Value::Number(Number::from_f64(1500.0).unwrap()));
    }
}
