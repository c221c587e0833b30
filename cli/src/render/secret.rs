//! Secrets nested inside a field.

use std::{borrow::Cow, ops::BitOr};

use serde_json::Value;

use super::MASK;

/// The value with its secret members masked, also inside a string of JSON.
pub(super) fn hide(value: &Value) -> Cow<'_, Value> {
    let mut hidden = match value {
        Value::Object(_) | Value::Array(_) => value.clone(),
        Value::String(text) if mentions(text) => match serde_json::from_str(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => inner,
            _ => return Cow::Borrowed(value),
        },
        _ => return Cow::Borrowed(value),
    };
    match (replace(&mut hidden), value) {
        (false, _) => Cow::Borrowed(value),
        (true, Value::String(_)) => Cow::Owned(hidden.to_string().into()),
        (true, _) => Cow::Owned(hidden),
    }
}

/// Masks the secret members, and returns whether there were any.
fn replace(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().map(replace).fold(false, BitOr::bitor),
        Value::Object(members) => members.iter_mut().map(member).fold(false, BitOr::bitor),
        _ => false,
    }
}

fn member((name, value): (&String, &mut Value)) -> bool {
    if is_secret(name) && value.is_string() {
        *value = MASK.into();
        return true;
    }
    replace(value)
}

/// Whether a string contains the name of a secret.
fn mentions(text: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).any(is_secret)
}

/// Whether a member of this name is secret. The library's rule for secret fields is the same.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['_', '-'], "");
    ["password", "secretkey", "privatekey", "apitoken", "passphrase"]
        .iter()
        .any(|part| name.contains(part))
        || ["token", "secret", "otp"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn passwords_are_hidden_wherever_they_are() {
        let open = json!({"db": {"user": "u", "password": "p"}, "list": [{"api-token": "t"}]});
        let masked =
            json!({"db": {"user": "u", "password": "***"}, "list": [{"api-token": "***"}]});
        assert_eq!(*hide(&open), masked);
        assert_eq!(*hide(&open.to_string().into()), masked.to_string());
    }

    #[test]
    fn the_rest_stays_to_the_letter() {
        for value in [
            json!(null),
            json!("password"),
            json!("{\"a\": 1.0}"),
            json!({"password": null}),
            json!({"tokens_used": 1, "access_key": "AK", "need_password_change": true}),
        ] {
            assert!(matches!(hide(&value), Cow::Borrowed(same) if *same == value), "{value}");
        }
    }
}
