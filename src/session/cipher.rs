//! The encrypted body of a login over plain http. It protects the password from casual readers only: the
//! key is derived from what is sent along with it. Only https keeps a secret.

use aes::Aes256;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7},
};

use crate::error::{Error, Result};

/// Bytes of the initialisation vector.
const IV: usize = 16;
/// Bytes of the key.
const KEY: usize = 32;
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Returns `iv:base64`, as the webserver at `address` reads it: `scheme://host`, with a port only where
/// it is not the scheme's default. `None` unless `iv` has 16 bytes.
pub fn encode(address: &str, iv: &str, body: &[u8]) -> Option<String> {
    let key: Vec<u8> =
        STANDARD.encode(address).bytes().chain(iv.bytes()).chain(iv.bytes()).take(KEY).collect();
    let cipher = Encryptor::<Aes256>::new_from_slices(&key, iv.as_bytes()).ok()?;
    let encrypted = cipher.encrypt_padded_vec::<Pkcs7>(body);
    Some(format!("{iv}:{}", STANDARD.encode(encrypted)))
}

/// Encrypts a body with a random initialisation vector.
pub(super) fn encrypt(address: &str, body: &[u8]) -> Result<String> {
    encode(address, &letters(IV)?, body)
        .ok_or_else(|| Error::config("the login cannot be encrypted for plain http: use https"))
}

/// Returns random letters and digits.
fn letters(count: usize) -> Result<String> {
    let random = rustls::crypto::ring::default_provider().secure_random;
    let mut text = String::new();
    while text.len() < count {
        let mut bytes = [0; 64];
        random
            .fill(&mut bytes)
            .map_err(|_| Error::config("the system gives no random numbers: try again later"))?;
        // Bytes above the last multiple of the number of letters would make the first letters more
        // frequent.
        let fair = bytes.iter().filter(|byte| usize::from(**byte) < 256 - 256 % LETTERS.len());
        let drawn = fair.filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()));
        text.extend(drawn.take(count - text.len()).map(|letter| char::from(*letter)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_login_has_a_vector_of_its_own() {
        let [one, two] = [(); 2].map(|()| encrypt("http://h", b"{}").unwrap());
        assert_ne!(one, two);
        let (iv, _) = one.split_once(':').unwrap();
        assert!(iv.len() == IV && iv.bytes().all(|byte| LETTERS.contains(&byte)), "{iv}");
    }

    #[test]
    fn a_vector_of_another_length_is_none() {
        assert_eq!(encode("http://h", "short", b"{}"), None);
        assert!(encode("", "0123456789abcdef", b"").is_some());
    }
}
