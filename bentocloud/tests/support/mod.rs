//! What the integration tests share: the golden data and a small language for them.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is test code, and each test binary uses its own part"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use backendai_testing::bentocloud::{Account, BentoCloud, Builder};
use bentocloud::Client;
use serde_json::Value;

/// A golden file.
pub fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(path)
}

#[track_caller]
pub fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

#[track_caller]
pub fn text(path: &str) -> String {
    let path = golden(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A folder with a `.yatai.yaml` of this text, if any.
pub fn home(text: Option<&str>) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    if let Some(text) = text {
        fs::write(home.path().join(".yatai.yaml"), text).unwrap();
    }
    home
}

/// The file's text now, if there is one.
pub fn file(home: &tempfile::TempDir) -> Option<String> {
    fs::read_to_string(home.path().join(".yatai.yaml")).ok()
}

/// A server with one user and two bentos.
pub fn server() -> Builder {
    BentoCloud::builder()
        .token("ok-ada", Account::new("ada", "acme"))
        .bento("svc", "v1", &["Svc"])
        .bento("svc", "v2", &["Svc"])
}

/// That user's client.
pub fn client(server: &BentoCloud) -> Client {
    let builder = Client::builder(server.endpoint(), "ok-ada").pause(Duration::from_millis(1));
    builder.build().unwrap()
}
