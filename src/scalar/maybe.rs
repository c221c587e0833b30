//! Unset, null or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};

/// An optional variable or input field: left out, null, or a value. The manager tells the first
/// two apart: left out keeps what is there, null clears it (or is refused).
///
/// ```
/// use backendai::Maybe;
///
/// let filter: Maybe<String> = "is_active == true".into();
/// assert_eq!(filter.as_ref().value().map(String::as_str), Some("is_active == true"));
/// // An `Option` that is `None` leaves the field out; null has to be said.
/// assert_eq!(Maybe::<i32>::from(None), Maybe::Unset);
/// assert_ne!(Maybe::<i32>::Null, Maybe::Unset);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Maybe<T> {
    /// Not sent.
    #[default]
    Unset,
    /// Sent as `null`.
    Null,
    /// Sent as this value.
    Value(T),
}

impl<T> Maybe<T> {
    /// Whether the field is left out.
    pub const fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Whether the field is sent as `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }

    /// The same, borrowed.
    pub const fn as_ref(&self) -> Maybe<&T> {
        match self {
            Self::Unset => Maybe::Unset,
            Self::Null => Maybe::Null,
            Self::Value(value) => Maybe::Value(value),
        }
    }
}

impl<T> From<T> for Maybe<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Maybe<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Self::Value)
    }
}

impl<T> From<T> for Maybe<Box<T>> {
    fn from(value: T) -> Self {
        Self::Value(Box::new(value))
    }
}

impl From<&str> for Maybe<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl From<&String> for Maybe<String> {
    fn from(value: &String) -> Self {
        Self::Value(value.clone())
    }
}

impl<T: Serialize> Serialize for Maybe<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // Whoever holds a `Maybe` skips it when unset; outside a struct there is nothing to skip.
            Self::Unset => Err(S::Error::custom(
                "an unset value cannot be serialised: skip the field with `Maybe::is_unset`",
            )),
            Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Input {
        #[serde(default, skip_serializing_if = "Maybe::is_unset")]
        name: Maybe<String>,
    }

    #[test]
    fn unset_null_and_value_differ_on_the_wire() {
        for (name, expected) in [
            (Maybe::Unset, json!({})),
            (Maybe::Null, json!({ "name": null })),
            (Maybe::from("x"), json!({ "name": "x" })),
        ] {
            let input = Input { name };
            assert_eq!(serde_json::to_value(&input).unwrap(), expected);
            assert_eq!(serde_json::from_value::<Input>(expected).unwrap(), input);
        }
    }

    #[test]
    fn an_unset_value_outside_a_struct_is_refused() {
        assert!(serde_json::to_string(&Maybe::<i32>::Unset).is_err());
    }
}
