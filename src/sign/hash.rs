//! The hashes that the manager accepts, and HMAC over them.

use std::{fmt, str::FromStr, sync::Arc};

use hmac::{Hmac, KeyInit, Mac, SimpleHmac};
use secrecy::zeroize::Zeroizing;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

/// The hash of the signature.
///
/// The manager accepts any of them: the request names its hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashType {
    /// SHA-2, 224 bits.
    Sha224,
    /// SHA-2, 256 bits: the default.
    #[default]
    Sha256,
    /// SHA-2, 384 bits.
    Sha384,
    /// SHA-2, 512 bits.
    Sha512,
    /// SHA-3, 224 bits.
    Sha3_224,
    /// SHA-3, 256 bits.
    Sha3_256,
    /// SHA-3, 384 bits.
    Sha3_384,
    /// SHA-3, 512 bits.
    Sha3_512,
}

impl HashType {
    /// All hashes.
    pub const ALL: [Self; 8] = [
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha3_224,
        Self::Sha3_256,
        Self::Sha3_384,
        Self::Sha3_512,
    ];

    /// Returns the name in lower case, such as `sha256` or `sha3_256`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Sha3_224 => "sha3_224",
            Self::Sha3_256 => "sha3_256",
            Self::Sha3_384 => "sha3_384",
            Self::Sha3_512 => "sha3_512",
        }
    }

    /// Returns the name in `Authorization`, such as `HMAC-SHA256` or `HMAC-SHA3_256`.
    pub const fn sign_method(self) -> &'static str {
        match self {
            Self::Sha224 => "HMAC-SHA224",
            Self::Sha256 => "HMAC-SHA256",
            Self::Sha384 => "HMAC-SHA384",
            Self::Sha512 => "HMAC-SHA512",
            Self::Sha3_224 => "HMAC-SHA3_224",
            Self::Sha3_256 => "HMAC-SHA3_256",
            Self::Sha3_384 => "HMAC-SHA3_384",
            Self::Sha3_512 => "HMAC-SHA3_512",
        }
    }

    /// Returns the hash of an empty string, in hexadecimal, which every request has instead of its
    /// body's.
    pub(super) const fn of_nothing(self) -> &'static str {
        match self {
            Self::Sha224 => "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
            Self::Sha256 => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            Self::Sha384 => concat!(
                "38b060a751ac96384cd9327eb1b1e36a21fdb71114be0743",
                "4c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
            ),
            Self::Sha512 => concat!(
                "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce",
                "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            ),
            Self::Sha3_224 => "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7",
            Self::Sha3_256 => "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
            Self::Sha3_384 => concat!(
                "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61",
                "995e71bbee983a2ac3713831264adb47fb6bd1e058d5f004",
            ),
            Self::Sha3_512 => concat!(
                "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6",
                "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
            ),
        }
    }

    /// Returns HMAC with this key. It is wiped on drop.
    pub(super) fn keyed(self, key: &[u8]) -> Arc<dyn Keyed> {
        match self {
            Self::Sha224 => keyed::<Hmac<Sha224>>(key),
            Self::Sha256 => keyed::<Hmac<Sha256>>(key),
            Self::Sha384 => keyed::<Hmac<Sha384>>(key),
            Self::Sha512 => keyed::<Hmac<Sha512>>(key),
            // `Hmac` requires block-level access to the hash, which SHA-3 does not provide.
            Self::Sha3_224 => keyed::<SimpleHmac<Sha3_224>>(key),
            Self::Sha3_256 => keyed::<SimpleHmac<Sha3_256>>(key),
            Self::Sha3_384 => keyed::<SimpleHmac<Sha3_384>>(key),
            Self::Sha3_512 => keyed::<SimpleHmac<Sha3_512>>(key),
        }
    }
}

impl fmt::Display for HashType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for HashType {
    type Err = UnknownHash;

    fn from_str(text: &str) -> Result<Self, UnknownHash> {
        Self::ALL
            .into_iter()
            .find(|hash| hash.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownHash(text.to_owned()))
    }
}

/// A hash that is not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unsupported hash {0:?}; one of sha224, sha256, sha384, sha512, sha3_224, sha3_256, \
     sha3_384, sha3_512 is wanted"
)]
pub struct UnknownHash(String);

/// An HMAC: a signature, or a key derived by one. Wiped on drop.
#[derive(Clone)]
pub(super) struct Tag {
    bytes: Zeroizing<[u8; 64]>,
    len: usize,
}

impl Tag {
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(super) fn push_hex(&self, text: &mut String) {
        let mut digits = [0; 128];
        let bytes = self.as_bytes();
        // Twice as many digits as bytes, in ASCII: neither can fail.
        if let Some(digits) = digits.get_mut(..2 * bytes.len())
            && hex::encode_to_slice(bytes, digits).is_ok()
        {
            text.push_str(str::from_utf8(digits).unwrap_or_default());
        }
    }
}

/// An HMAC whose key was worked in already, which is a good part of the work.
pub(super) trait Keyed: Send + Sync {
    /// Of the pieces, read as one text.
    fn tag(&self, pieces: &[&[u8]]) -> Tag;
}

impl<M: Mac + Clone + Send + Sync> Keyed for M {
    fn tag(&self, pieces: &[&[u8]]) -> Tag {
        let mut mac = self.clone();
        for piece in pieces {
            mac.update(piece);
        }
        let mac = mac.finalize().into_bytes();
        let mut tag = Tag { bytes: Zeroizing::new([0; 64]), len: mac.len() };
        for (to, from) in tag.bytes.iter_mut().zip(&mac) {
            *to = *from;
        }
        tag
    }
}

fn keyed<M: Mac + KeyInit + Clone + Send + Sync + 'static>(key: &[u8]) -> Arc<dyn Keyed> {
    #[expect(clippy::expect_used, reason = "HMAC hashes a key that is too long and pads the rest")]
    let mac = <M as KeyInit>::new_from_slice(key).expect("a key of any length");
    Arc::new(mac)
}

#[cfg(test)]
mod tests {
    use sha2::Digest;

    use super::*;

    #[test]
    fn the_constants_are_the_hashes_of_nothing() {
        fn of<D: Digest>() -> String {
            hex::encode(D::digest(b""))
        }
        let computed = [
            of::<Sha224>(),
            of::<Sha256>(),
            of::<Sha384>(),
            of::<Sha512>(),
            of::<Sha3_224>(),
            of::<Sha3_256>(),
            of::<Sha3_384>(),
            of::<Sha3_512>(),
        ];
        for (hash, computed) in HashType::ALL.into_iter().zip(computed) {
            assert_eq!(hash.of_nothing(), computed, "{hash}");
        }
    }

    #[test]
    fn a_tag_is_as_long_as_its_hash_and_is_written_in_hexadecimal() {
        for hash in HashType::ALL {
            let key = hash.keyed(b"key");
            let tag = key.tag(&[b"te", b"xt"]);
            assert_eq!(2 * tag.as_bytes().len(), hash.of_nothing().len(), "{hash}");
            let mut text = String::new();
            tag.push_hex(&mut text);
            assert_eq!(text, hex::encode(tag.as_bytes()));
            assert_eq!(tag.as_bytes(), key.tag(&[b"text"]).as_bytes());
        }
    }

    #[test]
    fn names_are_read_in_any_case_and_anything_else_is_refused() {
        for hash in HashType::ALL {
            assert_eq!(hash.name().parse(), Ok(hash));
            assert_eq!(hash.name().to_uppercase().parse(), Ok(hash));
            assert_eq!(hash.sign_method(), format!("HMAC-{}", hash.name().to_uppercase()));
        }
        for text in ["", "md5", "sha1", "sha3-256", "sha-256", " sha256", "HMAC-SHA256"] {
            let error = text.parse::<HashType>().unwrap_err();
            assert!(error.to_string().contains("sha3_256"), "{error}");
        }
    }
}
