//! The request signature: what is signed, with which key, and its form.
//!
//! Everything here is pure. The date is an argument, nothing is read and nothing is sent.
//!
//! ```
//! use backendai::{HashType, credential::Keys, sign::{RequestDate, SignableRequest, Signer}};
//!
//! let keys = Keys::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let request = SignableRequest::new("POST", "/admin/gql", "api.backend.ai", "v9.20250722");
//! let date = RequestDate::parse("2026-09-20T01:02:03.456789+00:00")?;
//! let header = Signer::new(&keys, HashType::Sha256).authorization(&request, &date);
//! assert_eq!(
//!     header.to_str()?,
//!     "BackendAI signMethod=HMAC-SHA256, credential=AKIAIOSFODNN7EXAMPLE:\
//!      8a45fe54a6c8ba570dced15c0779ac15653304b7ee5593a7622bbab5430af1e2",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod date;
mod hash;

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretSlice};

use self::hash::{Keyed, Tag};
pub use self::{
    date::{InvalidDate, RequestDate},
    hash::{HashType, UnknownHash},
};
use crate::{credential::Keys, http::essence};

/// What the signature covers of one request. The body is not covered: since API version
/// v4.20181215 the manager hashes an empty string instead.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SignableRequest<'a> {
    /// HTTP method; signed in upper case.
    pub method: &'a str,
    /// Path with the query, percent-encoded as it is sent, such as `/admin/gql?a=1`.
    pub target: &'a str,
    /// The `Host` header: `host` or `host:port`, without a default port.
    pub authority: &'a str,
    /// The `Content-Type` header; signed in lower case and without parameters, as the manager reads
    /// it. It treats a request without one as `application/octet-stream`.
    pub content_type: &'a str,
    /// The `X-BackendAI-Version` header, such as `v9.20250722`.
    ///
    /// The manager compares versions as text to find clients older than v4.20181215, so a major
    /// version of two digits (`v10.…`) would make today's manager hash the body as well.
    pub api_version: &'a str,
}

impl<'a> SignableRequest<'a> {
    /// Creates a request with the content type `application/json`.
    pub const fn new(
        method: &'a str,
        target: &'a str,
        authority: &'a str,
        api_version: &'a str,
    ) -> Self {
        Self { method, target, authority, content_type: "application/json", api_version }
    }

    /// Sets the `Content-Type` header.
    #[must_use]
    pub const fn content_type(self, content_type: &'a str) -> Self {
        Self { content_type, ..self }
    }
}

impl SignableRequest<'_> {
    /// The signed text, in pieces, so that signing copies nothing.
    fn pieces<'a>(&'a self, hash: HashType, date: &'a RequestDate) -> [Cow<'a, str>; 13] {
        [
            upper(self.method),
            "\n".into(),
            self.target.into(),
            "\n".into(),
            date.as_str().into(),
            "\nhost:".into(),
            self.authority.into(),
            "\ncontent-type:".into(),
            lower(essence(self.content_type)),
            "\nx-backendai-version:".into(),
            self.api_version.into(),
            "\n".into(),
            hash.of_nothing().into(),
        ]
    }
}

fn upper(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|b| b.is_ascii_lowercase()) {
        true => text.to_ascii_uppercase().into(),
        false => text.into(),
    }
}

fn lower(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|b| b.is_ascii_uppercase()) {
        true => text.to_ascii_lowercase().into(),
        false => text.into(),
    }
}

/// Returns the string that is signed: seven lines, joined by line feeds, without one at the end.
pub fn string_to_sign(hash: HashType, request: &SignableRequest<'_>, date: &RequestDate) -> String {
    request.pieces(hash, date).concat()
}

/// Signs requests with one pair of keys.
///
/// The signing key depends on the day and the authority alone; it is derived once for each pair of the
/// two and cached until a request of another day.
pub struct Signer {
    keys: Keys,
    hash: HashType,
    /// `Authorization` up to the signature.
    prefix: String,
    derived: RwLock<Derived>,
}

/// The signing keys of one day.
#[derive(Default)]
struct Derived {
    day: String,
    by_authority: Vec<(String, Arc<dyn Keyed>)>,
}

/// Number of authorities whose keys are cached, which bounds the memory of a signer for many hosts.
const KEPT_AUTHORITIES: usize = 16;

impl Signer {
    /// Creates a signer with these keys.
    pub fn new(keys: &Keys, hash: HashType) -> Self {
        let method = hash.sign_method();
        let prefix = format!("BackendAI signMethod={method}, credential={}:", keys.access_key());
        Self { keys: keys.clone(), hash, prefix, derived: RwLock::default() }
    }

    /// Returns the `Authorization` header of a request with this date in its `Date` header. It is
    /// marked sensitive, so that it is not logged.
    pub fn authorization(&self, request: &SignableRequest<'_>, date: &RequestDate) -> HeaderValue {
        let tag = self.tag(request, date);
        let mut text = String::with_capacity(self.prefix.len() + 2 * tag.as_bytes().len());
        text.push_str(&self.prefix);
        tag.push_hex(&mut text);
        #[expect(clippy::expect_used, reason = "the access key was checked; the rest is ours")]
        let mut value = HeaderValue::try_from(text).expect("printable ASCII");
        value.set_sensitive(true);
        value
    }

    /// Returns the signature alone, in hexadecimal.
    pub fn signature(&self, request: &SignableRequest<'_>, date: &RequestDate) -> String {
        let mut text = String::new();
        self.tag(request, date).push_hex(&mut text);
        text
    }

    /// Returns the key for requests to `authority` on the day of `date`, so that a signature can be
    /// verified stage by stage. It is as secret as the secret key.
    pub fn signing_key(&self, authority: &str, date: &RequestDate) -> SecretSlice<u8> {
        self.derive(authority, date.day()).as_bytes().to_vec().into()
    }

    fn tag(&self, request: &SignableRequest<'_>, date: &RequestDate) -> Tag {
        let key = self.key(request.authority, date.day());
        let pieces = request.pieces(self.hash, date);
        key.tag(&pieces.each_ref().map(|piece| piece.as_bytes()))
    }

    fn key(&self, authority: &str, day: &str) -> Arc<dyn Keyed> {
        // Values are replaced as a whole, so a poisoned lock still holds complete ones.
        let kept = self.derived.read().unwrap_or_else(PoisonError::into_inner).get(authority, day);
        if let Some(key) = kept {
            return key;
        }
        let key = self.hash.keyed(self.derive(authority, day).as_bytes());
        let mut derived = self.derived.write().unwrap_or_else(PoisonError::into_inner);
        derived.put(authority, day, key.clone());
        key
    }

    fn derive(&self, authority: &str, day: &str) -> Tag {
        let secret = self.keys.secret_key().expose_secret().as_bytes();
        let of_day = self.hash.keyed(secret).tag(&[day.as_bytes()]);
        self.hash.keyed(of_day.as_bytes()).tag(&[authority.as_bytes()])
    }
}

impl Derived {
    fn get(&self, authority: &str, day: &str) -> Option<Arc<dyn Keyed>> {
        if self.day != day {
            return None;
        }
        self.by_authority.iter().find(|(of, _)| of == authority).map(|(_, key)| key.clone())
    }

    fn put(&mut self, authority: &str, day: &str, key: Arc<dyn Keyed>) {
        if self.day != day {
            self.by_authority.clear();
            day.clone_into(&mut self.day);
        }
        // Two threads may derive the same key at once.
        if self.get(authority, day).is_none() && self.by_authority.len() < KEPT_AUTHORITIES {
            self.by_authority.push((authority.to_owned(), key));
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("keys", &self.keys)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: SignableRequest<'_> = SignableRequest {
        method: "POST",
        target: "/admin/gql",
        authority: "api.example.com",
        content_type: "application/json",
        api_version: "v9.20250722",
    };

    fn signer(hash: HashType) -> Signer {
        Signer::new(&Keys::new("AKIAIOSFODNN7EXAMPLE", "test-secret-key").unwrap(), hash)
    }

    fn date(text: &str) -> RequestDate {
        RequestDate::parse(text).unwrap()
    }

    #[test]
    fn the_signed_text_has_seven_lines_and_no_last_line_feed() {
        let text =
            string_to_sign(HashType::Sha256, &REQUEST, &date("2025-01-01T00:00:00.000001+00:00"));
        assert_eq!(
            text,
            "POST\n/admin/gql\n2025-01-01T00:00:00.000001+00:00\nhost:api.example.com\n\
             content-type:application/json\nx-backendai-version:v9.20250722\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn case_and_parameters_do_not_change_the_signature() {
        let signer = signer(HashType::Sha256);
        let date = date("2025-01-01T00:00:00+00:00");
        let plain = signer.signature(&REQUEST, &date);
        assert_eq!(plain, "03f0b89778c206e302a697483cf694909c8762e5ae2a61144a259a84975b86cc");
        for content_type in
            ["application/json; charset=utf-8", "Application/JSON ;q", " application/json"]
        {
            assert_eq!(
                signer.signature(&SignableRequest { content_type, ..REQUEST }, &date),
                plain
            );
        }
        assert_eq!(signer.signature(&SignableRequest { method: "post", ..REQUEST }, &date), plain);
    }

    #[test]
    fn every_covered_part_changes_the_signature() {
        let signer = signer(HashType::Sha256);
        let day = date("2025-01-01T00:00:00+00:00");
        let plain = signer.signature(&REQUEST, &day);
        for changed in [
            SignableRequest { method: "GET", ..REQUEST },
            SignableRequest { target: "/admin/gql?", ..REQUEST },
            SignableRequest { authority: "api.example.com:443", ..REQUEST },
            SignableRequest { content_type: "text/plain", ..REQUEST },
            SignableRequest { api_version: "v8.20240915", ..REQUEST },
        ] {
            assert_ne!(signer.signature(&changed, &day), plain, "{changed:?}");
        }
        assert_ne!(signer.signature(&REQUEST, &date("2025-01-01T00:00:01+00:00")), plain);
    }

    #[test]
    fn a_kept_key_is_used_for_its_day_and_authority_only() {
        let one = signer(HashType::Sha256);
        let dates = [date("2025-01-01T23:59:59+00:00"), date("2025-01-02T00:00:00+00:00")];
        for authority in ["a.example", "b.example", "a.example"] {
            for date in dates.iter().chain(&dates) {
                let request = SignableRequest { authority, ..REQUEST };
                let fresh = signer(HashType::Sha256).signature(&request, date);
                assert_eq!(one.signature(&request, date), fresh);
            }
        }
    }

    #[test]
    fn a_derived_key_is_kept_but_not_without_end() {
        let signer = signer(HashType::Sha256);
        let date = date("2025-01-01T00:00:00+00:00");
        for host in 0..2 * KEPT_AUTHORITIES {
            let authority = format!("host-{host}");
            signer.signature(&SignableRequest { authority: &authority, ..REQUEST }, &date);
        }
        let derived = signer.derived.read().unwrap();
        assert_eq!(derived.by_authority.len(), KEPT_AUTHORITIES);
        assert!(derived.get("host-0", date.day()).is_some());
        assert!(derived.get("host-0", "20250102").is_none());
    }

    #[test]
    fn the_header_is_sensitive_and_no_debug_shows_a_secret() {
        let signer = signer(HashType::Sha3_256);
        let date = date("2025-01-01T00:00:00+00:00");
        let header = signer.authorization(&REQUEST, &date);
        assert!(header.is_sensitive());
        assert_eq!(format!("{header:?}"), "Sensitive");

        let key = signer.signing_key(REQUEST.authority, &date);
        let debug = format!("{signer:?} {key:?}");
        assert!(debug.contains("AKIAIOSFODNN7EXAMPLE"), "{debug}");
        assert!(!debug.contains("test-secret-key"), "{debug}");
        assert!(!debug.contains(&format!("{:?}", key.expose_secret())), "{debug}");
    }
}
