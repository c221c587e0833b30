//! JSON inside a string.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// JSON that travels as text inside a string (the scalar `JSONString`), parsed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JsonString(pub serde_json::Value);

impl JsonString {
    /// Decodes the value into a type of the caller's.
    ///
    /// # Errors
    ///
    /// When the value is not of that shape.
    pub fn decode<T: de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.0)
    }
}

impl From<serde_json::Value> for JsonString {
    fn from(value: serde_json::Value) -> Self {
        Self(value)
    }
}

impl Serialize for JsonString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for JsonString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        serde_json::from_str(&text)
            .map(Self)
            .map_err(|error| de::Error::custom(format_args!("JSON inside a string: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_strings_are_parsed_and_written_back() {
        let value: JsonString = serde_json::from_str(r#""{\"cpu\": \"4\"}""#).unwrap();
        assert_eq!(
            value.decode::<std::collections::BTreeMap<String, String>>().unwrap()["cpu"],
            "4"
        );
        assert_eq!(serde_json::to_string(&value).unwrap(), r#""{\"cpu\":\"4\"}""#);
        assert!(serde_json::from_str::<JsonString>(r#""{""#).is_err());
    }
}
