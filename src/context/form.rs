//! How values are written in TOML: the inverse functions [`from_toml`] and [`to_toml`].

use secrecy::{ExposeSecret as _, SecretString};
use toml_edit::{Array, InlineTable, Item, Value};

use crate::setting::{Form, value};

/// A value as a variable would have it; none when it is not of the right type.
pub(super) fn from_toml(form: Form, item: &Item) -> Option<SecretString> {
    if let (Form::Pairs, Some(table)) = (form, item.as_table_like()) {
        let pair = |(from, to): (&str, &Item)| {
            let (from, to) = (from.trim(), to.as_str()?.trim());
            // These separate the pairs of a variable.
            (!from.contains(['=', ',']) && !to.contains(',')).then(|| format!("{from}={to}"))
        };
        let pairs: Option<Vec<String>> = table.iter().map(pair).collect();
        return Some(pairs?.join(",").into());
    }
    match (form, item.as_value()?) {
        (_, Value::String(text)) => Some(text.value().as_str().into()),
        (Form::YesNo, Value::Boolean(yes)) => Some(yes.value().to_string().into()),
        (Form::Seconds, Value::Integer(number)) => Some(number.value().to_string().into()),
        (Form::Seconds, Value::Float(number)) => Some(number.value().to_string().into()),
        (Form::Endpoints | Form::Names, Value::Array(array)) => {
            let items: Option<Vec<&str>> = array.iter().map(Value::as_str).collect();
            Some(items?.join(",").into())
        }
        _ => None,
    }
}

/// The types that [`from_toml`] accepts.
pub(super) const fn expected(form: Form) -> &'static str {
    match form {
        Form::Pairs => "a table of strings without commas",
        Form::YesNo => "true or false",
        Form::Seconds => "a number of seconds",
        Form::Endpoints | Form::Names => "a string or an array of strings",
        _ => "a string",
    }
}

/// A value in the TOML type that suits its form.
pub(super) fn to_toml(form: Form, text: &SecretString) -> Value {
    let text = text.expose_secret();
    match form {
        Form::Endpoints | Form::Names if text.contains(',') => {
            Value::Array(text.split(',').map(str::trim).collect::<Array>())
        }
        Form::YesNo => value::parse_bool(text).map_or_else(|_| text.into(), Value::from),
        Form::Seconds => match (text.trim().parse::<i64>(), text.trim().parse::<f64>()) {
            (Ok(seconds), _) => seconds.into(),
            (_, Ok(seconds)) => seconds.into(),
            _ => text.into(),
        },
        Form::Pairs => {
            let pairs = value::parse_map(text).unwrap_or_default();
            Value::InlineTable(pairs.into_iter().collect::<InlineTable>())
        }
        _ => text.into(),
    }
}
