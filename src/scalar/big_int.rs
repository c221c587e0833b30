//! Whole numbers beyond 32 bits.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A whole number wider than GraphQL's 32 bits. The manager writes large ones as a float.
///
/// It accepts none beyond 53 bits in either direction: a request with one is not sent, and its error is
/// [`is_bad_argument`](crate::Error::is_bad_argument).
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
}
