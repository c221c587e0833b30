//! Ten thousand requests, signed here and by the official client.
//!
//! Wants a python that has `backend.ai-client`: `BACKENDAI_OFFICIAL_PYTHON=path/to/python`.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, Ipv6Addr},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use backendai::{
    Endpoint, HashType, Keys,
    credential::ExposeSecret as _,
    sign::{RequestDate, SignableRequest, Signer, string_to_sign},
};
use jiff::Timestamp;
use proptest::{
    prelude::*,
    sample::select,
    strategy::ValueTree as _,
    test_runner::{Config, RngSeed, TestRunner},
};
use serde::{Deserialize, Serialize};

const REQUESTS: usize = 10_000;

#[derive(Clone, Debug, Serialize)]
struct Request {
    method: String,
    endpoint: String,
    path: String,
    date: String,
    content_type: String,
    version: String,
    access_key: String,
    secret_key: String,
    hash: String,
}

#[derive(Deserialize)]
struct Answer {
    error: Option<String>,
    #[serde(default)]
    string_to_sign: String,
    #[serde(default)]
    signing_key: String,
    #[serde(default)]
    signature: String,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
}

/// Requests on which both must agree: no default port, no parameter of the content type.
fn requests() -> impl Strategy<Value = Request> {
    let method = select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "post"]);
    let host = prop_oneof![
        "[a-z][a-z0-9]{0,12}(\\.[a-z][a-z0-9]{0,8}){0,3}",
        any::<Ipv4Addr>().prop_map(|ip| ip.to_string()),
        // Not the addresses that embed an IPv4 one: they have two spellings, and either is signed
        // as it is sent.
        any::<[u16; 7]>().prop_map(|[a, b, c, d, e, f, g]| {
            format!("[{}]", Ipv6Addr::new(0x2001, a, b, c, d, e, f, g))
        }),
    ];
    let port =
        prop_oneof![Just(String::new()), (1024..=u16::MAX).prop_map(|port| format!(":{port}"))];
    let endpoint = (select(vec!["http", "https"]), host, port)
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"));
    let path = "(/[!-~]{0,12}){1,4}(\\?[!-~]{0,24})?";
    // Before the year 1000, `strftime` leaves out the zeros of the year.
    let date = prop_oneof![
        (-30_610_224_000_i64..253_370_764_800, select(vec![0, 1, 999_999, 500_000, 123_456]))
            .prop_map(|(s, us)| {
                RequestDate::new(Timestamp::new(s, us * 1_000).unwrap()).to_string()
            }),
        "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{5}[1-9])?([+-](0[1-9]|1[0-4]):[0-5][0-9])?",
    ];
    let content_type =
        select(vec!["application/json", "text/plain", "Multipart/Form-Data", "text/event-stream"]);
    let version = (1..=20_u32, 20_180_101..20_991_231_u32).prop_map(|(m, d)| format!("v{m}.{d}"));
    let keys = ("[!-+\\--9;-~]{1,40}", "[!-~가-힣]{1,24}|[!-~]{60,150}");
    let hash = select(HashType::ALL.to_vec());
    (method, endpoint, path, date, content_type, version, keys, hash).prop_map(
        |(method, endpoint, path, date, content_type, version, (access_key, secret_key), hash)| {
            Request {
                method: method.into(),
                endpoint,
                path,
                date,
                content_type: content_type.into(),
                version,
                access_key,
                secret_key,
                hash: hash.name().into(),
            }
        },
    )
}

fn check(request: &Request, right: &Answer) {
    assert_eq!(right.error, None, "{request:?}");
    let endpoint: Endpoint = request.endpoint.parse().unwrap();
    let hash: HashType = request.hash.parse().unwrap();
    let date = RequestDate::parse(&request.date).unwrap();
    let authority = endpoint.authority();
    let signable =
        SignableRequest::new(&request.method, &request.path, authority, &request.version)
            .content_type(&request.content_type);
    assert_eq!(string_to_sign(hash, &signable, &date), right.string_to_sign, "{request:?}");
    let keys = Keys::new(request.access_key.as_str(), request.secret_key.as_str()).unwrap();
    let signer = Signer::new(&keys, hash);
    let key = signer.signing_key(endpoint.authority(), &date);
    assert_eq!(hex::encode(key.expose_secret()), right.signing_key, "{request:?}");
    assert_eq!(signer.signature(&signable, &date), right.signature, "{request:?}");
    let header = signer.authorization(&signable, &date);
    assert_eq!(
        Some(header.to_str().unwrap()),
        right.headers.get("Authorization").map(String::as_str)
    );
}

#[test]
fn the_official_client_signs_alike() {
    let Some(python) = env::var_os("BACKENDAI_OFFICIAL_PYTHON") else {
        assert!(
            env::var_os("BACKENDAI_LIVE").is_none_or(|live| live != "1"),
            "BACKENDAI_LIVE=1 wants BACKENDAI_OFFICIAL_PYTHON, a python with backend.ai-client"
        );
        eprintln!("skipped: BACKENDAI_OFFICIAL_PYTHON names no python with backend.ai-client");
        return;
    };
    let mut runner =
        TestRunner::new(Config { rng_seed: RngSeed::Fixed(20_250_722), ..Config::default() });
    let strategy = requests();
    let requests: Vec<Request> =
        (0..REQUESTS).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official/sign.py");
    let mut official = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("BACKENDAI_OFFICIAL_PYTHON is a program");
    let mut input = official.stdin.take().unwrap();
    let output = BufReader::new(official.stdout.take().unwrap());
    // Written from a thread of its own: neither side may wait for the other to read.
    let lines: Vec<String> = requests.iter().map(|r| serde_json::to_string(r).unwrap()).collect();
    let writer = thread::spawn(move || lines.iter().try_for_each(|line| writeln!(input, "{line}")));
    let mut answers = 0;
    for (request, line) in requests.iter().zip(output.lines()) {
        check(request, &serde_json::from_str(&line.unwrap()).unwrap());
        answers += 1;
    }
    writer.join().unwrap().expect("the official client reads every request");
    assert!(official.wait().unwrap().success());
    assert_eq!(answers, REQUESTS);
}
