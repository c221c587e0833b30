//! Undefined, null or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};

/// An optional variable or input field: left out, null, or a value. The manager tells the first
/// two apart: left out keeps what is there, null clears it (or is refused).
///
/// ```
/// use backendai::MaybeUndefined;
///
/// let filter: MaybeUndefined<String> = "is_active == true".into();
/// assert_eq!(filter.as_ref().value().map(String::as_str), Some("is_active == true"));
/// // An `Option` that is `None` leaves the field out; null has to be said.
/// assert_eq!(MaybeUndefined::<i32>::from(None), MaybeUndefined::Undefined);
/// assert_ne!(MaybeUndefined::<i32>::Null, MaybeUndefined::Undefined);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MaybeUndefined<T> {
    /// Not sent.
    #[default]
    Undefined,
    /// Sent as `null`.
    Null,
    /// Sent as this value.
    Value(T),
}

impl<T> MaybeUndefined<T> {
    /// Whether the field is left out.
    pub const fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    /// Whether the field is sent as `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Undefined | Self::Null => None,
        }
    }

    /// The same, borrowed.
    pub const fn as_ref(&self) -> MaybeUndefined<&T> {
        match self {
            Self::Undefined => MaybeUndefined::Undefined,
            Self::Null => MaybeUndefined::Null,
            Self::Value(value) => MaybeUndefined::Value(value),
        }
    }
}

impl<T> From<T> for MaybeUndefined<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for MaybeUndefined<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Undefined, Self::Value)
    }
}

impl<T> From<T> for MaybeUndefined<Box<T>> {
    fn from(value: T) -> Self {
        Self::Value(Box::new(value))
    }
}

impl From<&str> for MaybeUndefined<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl From<&String> for MaybeUndefined<String> {
    fn from(value: &String) -> Self {
        Self::Value(value.clone())
    }
}

impl<T: Serialize> Serialize for MaybeUndefined<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // A struct skips an unset field; elsewhere there is nothing to skip.
            Self::Undefined => Err(S::Error::custom(
                "an unset value cannot be serialised: skip the field with `MaybeUndefined::is_undefined`",
            )),
            Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for MaybeUndefined<T> {
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
        #[serde(default, skip_serializing_if = "MaybeUndefined::is_undefined")]
        name: MaybeUndefined<String>,
    }

    #[test]
    fn unset_null_and_value_differ_on_the_wire() {
        for (name, expected) in [
            (MaybeUndefined::Undefined, json!({})),
            (MaybeUndefined::Null, json!({ "name": null })),
            (MaybeUndefined::from("x"), json!({ "name": "x" })),
        ] {
            let input = Input { name };
            assert_eq!(serde_json::to_value(&input).unwrap(), expected);
            assert_eq!(serde_json::from_value::<Input>(expected).unwrap(), input);
        }
    }

    #[test]
    fn an_unset_value_outside_a_struct_is_refused() {
        assert!(serde_json::to_string(&MaybeUndefined::<i32>::Undefined).is_err());
    }
}
