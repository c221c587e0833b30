//! Authentication: verifies the signature of a request as the manager does.
//!
//! Shares no code with the client's signer on purpose: a mistake in one of two independent
//! implementations fails a test.

use hmac::{KeyInit, Mac, SimpleHmac};
use http::{HeaderMap, Uri};
use jiff::{SignedDuration, Timestamp};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::address;
use crate::date;
use crate::http::header;
use crate::problem::Problem;
use crate::state::{Caller, Role, State};

/// The versions that the manager accepts in `X-BackendAI-Version`.
const VERSIONS: [&str; 14] = [
    "v4.20181215",
    "v4.20190115",
    "v4.20190315",
    "v4.20190615",
    "v5.20191215",
    "v6.20200815",
    "v6.20220315",
    "v6.20220615",
    "v6.20221201",
    "v6.20230315",
    "v7.20230615",
    "v8.20240315",
    "v8.20240915",
    "v9.20250722",
];

/// The first version whose signature does not cover the body.
const BODY_UNSIGNED_SINCE: &str = "v4.20181215";

/// The largest accepted difference between a request's date and the manager's clock.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// A request, as far as a signature covers it.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Refuses a version that the manager does not support; the header may be missing.
pub(crate) fn check_version(headers: &HeaderMap, newest: &str) -> Result<(), Problem> {
    match version(headers) {
        Some((_, version)) if !VERSIONS.contains(&version) || version > newest => {
            Err(Problem::version())
        }
        _ => Ok(()),
    }
}

/// Returns the caller that signed the request; `None` for a request without a signature.
pub(crate) fn authenticate(
    state: &mut State,
    request: &Request<'_>,
    now: Timestamp,
) -> Result<Option<Caller>, Problem> {
    let Some(authorization) = header(request.headers, "authorization").filter(|a| !a.is_empty())
    else {
        return Ok(None);
    };
    let raw_date = ["date", "x-backendai-date", "x-sorna-date"]
        .iter()
        .find_map(|name| header(request.headers, name).filter(|date| !date.is_empty()))
        .ok_or_else(|| Problem::auth_params("Date/time sync error"))?;
    let moment = date::parse(raw_date)
        .filter(|moment| moment.at.duration_since(now).abs() < SKEW)
        .ok_or_else(|| Problem::auth_params("Date/time sync error"))?;

    let claim = Claim::parse(authorization)?;
    let caller = by_key(state, claim.access_key)?;
    let secret = state
        .keypairs
        .get(claim.access_key)
        .map(|keypair| keypair.secret_key.clone())
        .unwrap_or_default();
    let day = moment.day.strftime("%Y%m%d").to_string();
    let expected = sign(&claim, request, raw_date, &day, &secret)?;
    if !bool::from(expected.as_bytes().ct_eq(claim.signature.as_bytes())) {
        return Err(Problem::unauthorized("HMAC signature mismatch"));
    }
    let user = state.users.get(&caller.user);
    let allowed = user.and_then(|user| user.allowed_client_ip.clone());
    state.count_query(claim.access_key, now);
    address::check(request.headers, allowed.as_deref())?;
    act_as(state, request.headers, caller).map(Some)
}

/// Returns the owner of an access key, if the key and its owner are active.
pub(crate) fn by_key(state: &State, access_key: &str) -> Result<Caller, Problem> {
    let unknown = || Problem::unauthorized("Access key not found in HMAC");
    let caller = state.caller_by_key(access_key).ok_or_else(unknown)?;
    let user = state.users.get(&caller.user).ok_or_else(unknown)?;
    match user.status.may_log_in() {
        true => Ok(caller),
        false => {
            let status = user.status.as_str();
            Err(Problem::unauthorized(format!("User account is {status}")))
        }
    }
}

/// The parameters of an `Authorization` header.
struct Claim<'a> {
    method: &'a str,
    access_key: &'a str,
    signature: &'a str,
}

impl<'a> Claim<'a> {
    fn parse(header: &'a str) -> Result<Self, Problem> {
        let (scheme, parameters) = header
            .split_once(' ')
            .ok_or_else(|| Problem::auth_params("Malformed authorization header"))?;
        if !matches!(scheme, "BackendAI" | "Sorna") {
            return Err(Problem::auth_params("Invalid authorization type name"));
        }
        let (mut method, mut credential) = (None, None);
        for parameter in parameters.split(',') {
            // Observed: a parameter without `=` is an internal error, not a refusal.
            let (name, value) = parameter.split_once('=').ok_or_else(Problem::internal)?;
            match name.trim() {
                "signMethod" => method = Some(value.trim()),
                "credential" => credential = Some(value.trim()),
                _ => {}
            }
        }
        let missing = || Problem::auth_params("Missing or malformed authorization parameters");
        let (access_key, signature) =
            credential.and_then(|pair| pair.split_once(':')).ok_or_else(missing)?;
        Ok(Self { method: method.ok_or_else(missing)?, access_key, signature })
    }
}

fn sign(
    claim: &Claim<'_>,
    request: &Request<'_>,
    raw_date: &str,
    day: &str,
    secret: &str,
) -> Result<String, Problem> {
    // Exactly one hyphen: the manager unpacks two words and fails on any other number.
    let method = claim.method.to_lowercase();
    let (mac, hash) = method
        .split_once('-')
        .filter(|(_, hash)| !hash.contains('-'))
        .ok_or_else(|| Problem::unauthorized("Invalid signature"))?;
    if mac != "hmac" {
        return Err(Problem::auth_params("Unsupported request signing method (MAC type)"));
    }
    let signer: fn(&[u8], &Text<'_>) -> String = match hash {
        "sha1" => signature::<Sha1>,
        "sha224" => signature::<Sha224>,
        "sha256" => signature::<Sha256>,
        "sha384" => signature::<Sha384>,
        "sha512" => signature::<Sha512>,
        "sha3_224" => signature::<Sha3_224>,
        "sha3_256" => signature::<Sha3_256>,
        "sha3_384" => signature::<Sha3_384>,
        "sha3_512" => signature::<Sha3_512>,
        _ => {
            let msg = "Unsupported request signing method (hash type)";
            return Err(Problem::auth_params(msg));
        }
    };
    let (name, version) = version(request.headers)
        .ok_or_else(|| Problem::auth_params("API version missing in request headers"))?;
    let content_type = content_type(request.headers);
    // The manager compares the versions as strings.
    let signs_body = version < BODY_UNSIGNED_SINCE && content_type != "multipart/form-data";
    let (host, path) = target(request);
    let text = Text {
        method: request.method,
        path: &path,
        date: raw_date,
        day,
        host: &host,
        content_type: &content_type,
        version_name: name,
        version,
        body: if signs_body { request.body } else { b"" },
    };
    Ok(signer(secret.as_bytes(), &text))
}

/// The parts of the string to sign.
struct Text<'a> {
    method: &'a str,
    path: &'a str,
    date: &'a str,
    day: &'a str,
    host: &'a str,
    content_type: &'a str,
    version_name: &'a str,
    version: &'a str,
    body: &'a [u8],
}

fn signature<D>(secret: &[u8], text: &Text<'_>) -> String
where
    D: sha2::Digest + hmac::digest::block_api::BlockSizeUser,
{
    let day_key = mac::<D>(secret, text.day.as_bytes());
    let host_key = mac::<D>(&day_key, text.host.as_bytes());
    let lines = [
        text.method.to_owned(),
        text.path.to_owned(),
        text.date.to_owned(),
        format!("host:{}", text.host),
        format!("content-type:{}", text.content_type),
        format!("{}:{}", text.version_name, text.version),
        hex::encode(D::digest(text.body)),
    ];
    hex::encode(mac::<D>(&host_key, lines.join("\n").as_bytes()))
}

fn mac<D>(key: &[u8], message: &[u8]) -> Vec<u8>
where
    D: sha2::Digest + hmac::digest::block_api::BlockSizeUser,
{
    // A key may have any length, so this does not fail.
    let Ok(mut mac) = SimpleHmac::<D>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Returns the host and the path that were signed: those of the reverse proxy, if there is one.
fn target(request: &Request<'_>) -> (String, String) {
    if let Some(url) = header(request.headers, "x-forwarded-url") {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        // Observed: the query is not signed.
        let path = path.split(['?', '#']).next().unwrap_or_default();
        return (host.to_owned(), path.to_owned());
    }
    let host = header(request.headers, "host").unwrap_or_default();
    let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
    (host.to_owned(), path.to_owned())
}

/// Returns the content type as it is signed: lower case, without parameters. A missing or invalid one
/// counts as `application/octet-stream`.
fn content_type(headers: &HeaderMap) -> String {
    let raw = header(headers, "content-type").unwrap_or_default();
    let essence = raw.split(';').next().unwrap_or_default().trim();
    match essence.matches('/').count() {
        1 => essence.to_lowercase(),
        _ => "application/octet-stream".to_owned(),
    }
}

fn version(headers: &HeaderMap) -> Option<(&'static str, &str)> {
    ["x-backendai-version", "x-sorna-version"]
        .into_iter()
        .find_map(|name| Some((name, header(headers, name).filter(|v| !v.is_empty())?)))
}

fn act_as(state: &State, headers: &HeaderMap, caller: Caller) -> Result<Caller, Problem> {
    let Some(target) = header(headers, "x-backendai-act-as").filter(|t| !t.is_empty()) else {
        return Ok(caller);
    };
    if caller.role != Role::Superadmin {
        return Err(Problem::privilege("Only superadmin may use X-BackendAI-Act-As"));
    }
    let id = Uuid::try_parse(target)
        .map_err(|_| Problem::auth_params("X-BackendAI-Act-As must be a valid user UUID"))?;
    let missing =
        || Problem::no_such_user("Impersonation target user or its default keypair not found");
    let target = state.caller_by_user(id).ok_or_else(missing)?;
    match state.users.get(&id) {
        Some(user) if user.status.may_log_in() => Ok(target),
        Some(user) => {
            Err(Problem::unauthorized(format!("User account is {}", user.status.as_str())))
        }
        None => Err(missing()),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn text(version: &'static str) -> Text<'static> {
        Text {
            method: "POST",
            path: "/admin/gql",
            date: "2026-09-20T01:02:03.456789+00:00",
            day: "20260920",
            host: "api.backend.ai",
            content_type: "application/json",
            version_name: "x-backendai-version",
            version,
            body: b"",
        }
    }

    #[test]
    fn signs_like_the_official_client() {
        let secret = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            signature::<Sha256>(secret, &text("v9.20250722")),
            "8a45fe54a6c8ba570dced15c0779ac15653304b7ee5593a7622bbab5430af1e2"
        );
    }

    #[test]
    fn every_hash_gives_a_different_signature() {
        let text = text("v9.20250722");
        let all = [
            signature::<Sha1>(b"s", &text),
            signature::<Sha224>(b"s", &text),
            signature::<Sha256>(b"s", &text),
            signature::<Sha384>(b"s", &text),
            signature::<Sha512>(b"s", &text),
            signature::<Sha3_224>(b"s", &text),
            signature::<Sha3_256>(b"s", &text),
            signature::<Sha3_384>(b"s", &text),
            signature::<Sha3_512>(b"s", &text),
        ];
        let lengths = all.each_ref().map(String::len);
        assert_eq!(lengths, [40, 56, 64, 96, 128, 56, 64, 96, 128]);
        let unique: std::collections::BTreeSet<_> = all.into_iter().collect();
        assert_eq!(unique.len(), 9);
    }

    #[test]
    fn a_reverse_proxy_replaces_host_and_path_and_drops_the_query() {
        let uri = Uri::from_static("/admin/gql?a=1");
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("here:1"));
        let sent = |headers: &HeaderMap| {
            target(&Request { method: "POST", uri: &uri, headers, body: b"" })
        };
        assert_eq!(sent(&headers), ("here:1".into(), "/admin/gql?a=1".into()));
        let url = HeaderValue::from_static("http://front:2/x/y?b=2");
        headers.insert("x-forwarded-url", url);
        assert_eq!(sent(&headers), ("front:2".into(), "/x/y".into()));
    }
}
