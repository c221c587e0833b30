//! Values that GraphQL has and Rust has not: unset beside null, and the manager's scalars.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::Error as _};

pub use uuid::Uuid;

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

/// A point in time. The manager writes ISO 8601 with an offset; a time without one is UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(jiff::Timestamp);

impl DateTime {
    /// The instant.
    pub const fn timestamp(self) -> jiff::Timestamp {
        self.0
    }
}

impl From<jiff::Timestamp> for DateTime {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp)
    }
}

impl From<DateTime> for jiff::Timestamp {
    fn from(time: DateTime) -> Self {
        time.0
    }
}

impl FromStr for DateTime {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>()
            .or_else(|error| {
                let civil: jiff::civil::DateTime = text.parse().map_err(|_| error)?;
                Ok(civil.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
            })
            .map(Self)
    }
}

impl fmt::Display for DateTime {
    /// As Python's `isoformat` in UTC, which is how the manager writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = jiff::tz::TimeZone::UTC.to_datetime(self.0);
        let format = if civil.subsec_nanosecond() == 0 { "%FT%T" } else { "%FT%T.%6f" };
        write!(f, "{}+00:00", civil.strftime(format))
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = DateTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ISO 8601 date and time")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<DateTime, E> {
                text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// A whole number wider than GraphQL's 32 bits. The manager writes large ones as a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct BigInt(pub i64);

impl From<i64> for BigInt {
    fn from(value: i64) -> Self {
        Self(value)
    }
}

impl From<i32> for BigInt {
    fn from(value: i32) -> Self {
        Self(value.into())
    }
}

impl From<BigInt> for i64 {
    fn from(value: BigInt) -> Self {
        value.0
    }
}

impl fmt::Display for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for BigInt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = BigInt;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number that fits in 64 bits")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<BigInt, E> {
                Ok(BigInt(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<BigInt, E> {
                i64::try_from(value)
                    .map(BigInt)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }

            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<BigInt, E> {
                // 2^63 itself is one too many, and is the first float above the largest i64.
                let limit = 9_223_372_036_854_775_808.0;
                if value.fract() == 0.0 && (-limit..limit).contains(&value) {
                    Ok(BigInt(value as i64))
                } else {
                    Err(E::invalid_value(de::Unexpected::Float(value), &self))
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

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

    #[test]
    fn times_are_read_in_every_form_that_the_manager_writes() {
        let expected = "2024-01-02T03:04:05.678901+00:00";
        for text in [
            expected,
            "2024-01-02T03:04:05.678901Z",
            "2024-01-02T03:04:05.678901",
            "2024-01-02 03:04:05.678901+00:00",
            "2024-01-02T12:04:05.678901+09:00",
        ] {
            let time: DateTime = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(time.to_string(), expected, "{text}");
        }
        assert_eq!(
            "2024-05-06T07:08:09+00:00".parse::<DateTime>().unwrap().to_string(),
            "2024-05-06T07:08:09+00:00"
        );
        let error = serde_json::from_value::<DateTime>(json!("soon")).unwrap_err().to_string();
        assert!(error.contains("\"soon\"") && error.contains("ISO 8601"), "{error}");
    }

    #[test]
    fn big_ints_may_be_floats_but_not_fractions() {
        for (value, expected) in [
            (json!(7), 7),
            (json!(-7.0), -7),
            (json!(9_007_199_254_740_991.0), 9_007_199_254_740_991),
        ] {
            assert_eq!(serde_json::from_value::<BigInt>(value).unwrap(), BigInt(expected));
        }
        for value in [json!(1.5), json!(9_223_372_036_854_775_808.0), json!(u64::MAX), json!("7")] {
            assert!(serde_json::from_value::<BigInt>(value.clone()).is_err(), "{value}");
        }
    }

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
