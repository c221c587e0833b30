//! Every folder of `tests/vectors`, stage by stage: `tests/vectors/README.md` says what is in one.

use std::{fs, path::Path};

use backendai::{
    Endpoint, HashType, Keys,
    credential::ExposeSecret as _,
    sign::{RequestDate, SignableRequest, Signer, string_to_sign},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Request {
    endpoint: String,
    path: String,
    target: String,
    method: String,
    content_type: String,
    version: String,
    date: String,
    access_key: String,
    secret_key: String,
    hash: String,
}

/// The first stage that differs, with both values.
fn check(folder: &Path) -> Result<(), String> {
    let expected = |file: &str| {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        text.strip_suffix('\n').map(str::to_owned).expect("a line feed at the end")
    };
    let same = |stage: &str, ours: &str, expected: &str| match ours == expected {
        true => Ok(()),
        false => Err(format!("{stage}:\n   ours: {ours:?}\n  right: {expected:?}")),
    };
    let request: Request = serde_json::from_str(&expected("request.json")).unwrap();
    let hash: HashType = request.hash.parse().unwrap();
    let endpoint: Endpoint = request.endpoint.parse().unwrap();
    let url = endpoint.join(&request.path);
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    same("target", &target, &request.target)?;

    let date = RequestDate::parse(&request.date).unwrap();
    if let (Ok(moment), true) = (request.date.parse(), request.date.ends_with("+00:00")) {
        same("date", RequestDate::new(moment).as_str(), &request.date)?;
    }
    let authority = endpoint.authority();
    let signable = SignableRequest::new(&request.method, &target, authority, &request.version)
        .content_type(&request.content_type);
    let text = string_to_sign(hash, &signable, &date);
    same("string to sign", &text, &expected("string-to-sign.txt"))?;
    let signer = Signer::new(&Keys::new(request.access_key, request.secret_key).unwrap(), hash);
    let key = signer.signing_key(endpoint.authority(), &date);
    same("signing key", &hex::encode(key.expose_secret()), &expected("signing-key.txt"))?;
    same("signature", &signer.signature(&signable, &date), &expected("signature.txt"))?;
    // The second time, the key is the one that the signer kept.
    same("signature, kept key", &signer.signature(&signable, &date), &expected("signature.txt"))?;
    let header = signer.authorization(&signable, &date);
    same("header", header.to_str().unwrap(), &expected("authorization.txt"))
}

#[test]
fn every_vector_comes_out_stage_by_stage() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut folders: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("request.json").exists())
        .collect();
    folders.sort();
    assert!(folders.len() >= 50, "only {} vectors were found", folders.len());
    let failures: Vec<String> = folders
        .iter()
        .filter_map(|folder| {
            let name = folder.file_name()?.to_string_lossy();
            check(folder).err().map(|why| format!("{name}, {why}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
