//! Bytes that travel as hex digits.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bytes that travel as hex digits (the scalar `Bytes`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HexBytes(pub Vec<u8>);

impl From<Vec<u8>> for HexBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for HexBytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<HexBytes> for Vec<u8> {
    fn from(bytes: HexBytes) -> Self {
        bytes.0
    }
}

impl AsRef<[u8]> for HexBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for HexBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl Serialize for HexBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = Cow::<'de, str>::deserialize(deserializer)?;
        // The error omits the digits, which may be secret.
        let bytes = hex::decode(digits.as_bytes())
            .map_err(|error| de::Error::custom(format_args!("bytes in hex: {error}")))?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_travel_as_hex_digits() {
        let bytes: HexBytes = serde_json::from_str("\"90FF\"").unwrap();
        assert_eq!(bytes.as_ref(), [0x90, 0xff]);
        assert_eq!(serde_json::to_string(&bytes).unwrap(), "\"90ff\"");
        for wrong in ["\"9\"", "\"xy\"", "144"] {
            assert!(serde_json::from_str::<HexBytes>(wrong).is_err(), "{wrong}");
        }
    }
}
