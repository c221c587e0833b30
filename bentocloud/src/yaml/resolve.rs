//! What a scalar is in YAML 1.1, and which string the real client makes of it.
//!
//! The real client turns every field into a string with Python's `str`, so an unquoted `0123` is
//! the token `83` there. Reading it otherwise here would give two programs two tokens from one
//! file.

use super::{
    node::{Problem, Scalar},
    number::{float, integer, is_numberless},
    time::timestamp,
};

/// A scalar's type, with Python's `str` of it where that is not the text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// In decimal, without leading zeros or a plus.
    Int(String),
    /// As Python prints it.
    Float(String),
    /// As Python prints a `date` or `datetime`.
    Time(String),
    /// The text.
    Str,
}

impl Scalar {
    /// Its value by tag, quotes and the implicit rules of YAML 1.1. The error is a reason.
    pub(crate) fn value(&self) -> Result<Value, Problem> {
        let refuse = |message: String| Problem { line: self.line, column: self.column, message };
        let text = self.text.as_str();
        let misfit = |tag: &str| refuse(format!("`!!{tag}` does not fit this value"));
        match self.tag.as_deref() {
            None if !self.plain => Ok(Value::Str),
            None => implicit(text).map_err(refuse),
            Some("str") => Ok(Value::Str),
            Some("null") => Ok(Value::Null),
            Some("bool") => boolean(text).map(Value::Bool).ok_or_else(|| misfit("bool")),
            Some("int") => integer(text).map(Value::Int).ok_or_else(|| misfit("int")),
            Some("float") => float(text)
                .or_else(|| integer(text).and_then(|digits| float(&format!("{digits}."))))
                .map(Value::Float)
                .ok_or_else(|| misfit("float")),
            Some("timestamp") => match timestamp(text) {
                Some(Ok(time)) => Ok(Value::Time(time)),
                _ => Err(misfit("timestamp")),
            },
            Some(tag) => Err(refuse(format!("a `!!{tag}` cannot be used as text"))),
        }
    }

    /// The string that the real client sees, or nothing for null.
    pub(crate) fn string(&self) -> Result<Option<String>, Problem> {
        Ok(match self.value()? {
            Value::Null => None,
            Value::Bool(true) => Some("True".to_owned()),
            Value::Bool(false) => Some("False".to_owned()),
            Value::Int(text) | Value::Float(text) | Value::Time(text) => Some(text),
            Value::Str => Some(self.text.clone()),
        })
    }

    /// Whether Python would take it for false, which makes the whole file count as empty.
    pub(crate) fn is_falsy(&self) -> Result<bool, Problem> {
        Ok(match self.value()? {
            Value::Null | Value::Bool(false) => true,
            Value::Bool(true) | Value::Time(_) => false,
            Value::Int(text) => text == "0",
            Value::Float(text) => matches!(text.as_str(), "0.0" | "-0.0"),
            Value::Str => self.text.is_empty(),
        })
    }
}

/// Whether YAML 1.1 reads `text` back as a string if it is written without quotes.
pub(super) fn is_plain_string(text: &str) -> bool {
    implicit(text) == Ok(Value::Str)
}

fn implicit(text: &str) -> Result<Value, String> {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Value::Null);
    }
    if let Some(value) = boolean(text) {
        return Ok(Value::Bool(value));
    }
    if matches!(text, "=" | "<<") {
        return Err(format!("an unquoted `{text}` has a meaning of its own in YAML 1.1: quote it"));
    }
    // Digits, signs and dots start every number and time; most strings stop here.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return Ok(Value::Str);
    }
    if let Some(digits) = integer(text) {
        return Ok(Value::Int(digits));
    }
    if is_numberless(text) {
        return Err(format!("`{text}` starts a number in YAML 1.1, but has no digits: quote it"));
    }
    if let Some(number) = float(text) {
        return Ok(Value::Float(number));
    }
    match timestamp(text) {
        Some(Ok(time)) => Ok(Value::Time(time)),
        Some(Err(reason)) => Err(format!("`{text}` looks like a time but is none: {reason}")),
        None => Ok(Value::Str),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}
