//! What the integration tests share: the golden data and a small language for them.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
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

/// Local stores, and archives as others make them.
#[cfg(feature = "transfer")]
pub mod local {
    use bentocloud::store::{Kind, Store};

    use super::*;

    /// Writes a file and the folders above it.
    pub fn write(path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        fs::create_dir_all(path.as_ref().parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// A store with the bento `hello_svc:v1`, which uses the model `tiny_model:v1`.
    pub fn store() -> (tempfile::TempDir, Store) {
        let home = tempfile::tempdir().unwrap();
        let store = Store::at(home.path());
        model(&store, "v1", "2026-11-28T13:21:57.196964+00:00", &[7; 2048]);
        bento(&store, "v1", "2026-11-28T13:21:58.063356+00:00");
        (home, store)
    }

    /// Adds a version of the model, as the real client does.
    pub fn model(store: &Store, version: &str, created: &str, weights: &[u8]) {
        let folder = store.home().join("models/tiny_model");
        let yaml = format!(
            "name: tiny_model\nversion: {version}\nmodule: ''\nlabels:\n  kind: toy\n\
             options: {{}}\nmetadata:\n  acc: 0.5\ncontext:\n  framework_name: ''\n  \
             framework_versions: {{}}\n  bentoml_version: 1.4.40\n  python_version: 3.11.7\n\
             signatures: {{}}\napi_version: v1\ncreation_time: '{created}'\n"
        );
        write(folder.join(version).join("model.yaml"), yaml);
        write(folder.join(version).join("weights.bin"), weights);
        write(folder.join("latest"), version);
    }

    /// Adds a version of the bento.
    pub fn bento(store: &Store, version: &str, created: &str) {
        let folder = store.home().join("bentos/hello_svc");
        let yaml = format!(
            "service: service:Hello\nname: hello_svc\nversion: {version}\n\
             bentoml_version: 1.4.40\ncreation_time: '{created}'\nlabels:\n  owner: ada\n  \
             stage: dev\nmodels: []\nentry_service: Hello\nservices:\n- name: Hello\n  \
             service: ''\n  models:\n  - tag: tiny_model:v1\n    module: ''\n    \
             creation_time: '2026-11-28T13:21:57.196964+00:00'\n  dependencies: []\n  config: {{}}\n\
             envs: []\nschema:\n  name: Hello\n  type: service\n  routes: []\nargs: {{}}\nspec: 2\n\
             image:\n  base_image: python:3.11-slim\n  python_version: '3.11'\n  commands: []\n  \
             python_requirements: 'bentoml==1.4.40\n\n    '\n  post_commands: []\n  build_include: []\n"
        );
        let place = folder.join(version);
        write(place.join("bento.yaml"), yaml);
        write(place.join("README.md"), "A tiny bento.");
        write(place.join("src/service.py"), "import bentoml\n");
        write(place.join("env/docker/entrypoint.sh"), "#!/bin/sh\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, symlink};
            let script = place.join("env/docker/entrypoint.sh");
            fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
            symlink("service.py", place.join("src/link.py")).unwrap();
        }
        write(folder.join("latest"), version);
    }

    /// All files of a folder with their content, links with their target, in order.
    pub fn tree(folder: &Path) -> Vec<(String, Vec<u8>, u32)> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).into_iter().flatten() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                let metadata = fs::symlink_metadata(&path).unwrap();
                #[cfg(unix)]
                let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
                #[cfg(not(unix))]
                let mode = 0;
                if metadata.is_dir() {
                    folders.push(path);
                } else if metadata.is_symlink() {
                    let target = fs::read_link(&path).unwrap();
                    files.push((name, target.to_str().unwrap().into(), 0));
                } else {
                    files.push((name, fs::read(&path).unwrap(), mode & 0o777));
                }
            }
        }
        files.sort();
        files
    }

    /// The folder of a version.
    pub fn version(store: &Store, kind: Kind, tag: &str) -> PathBuf {
        let folder = if kind == Kind::Bento { "bentos" } else { "models" };
        store.home().join(folder).join(tag.replace(':', "/"))
    }

    /// Names of folders that a transfer or import has left behind.
    pub fn leftovers(store: &Store) -> Vec<String> {
        let entries = fs::read_dir(store.home().join("tmp")).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "backendai.lock").collect()
    }

    /// One member of a tar archive: name, type flag, link or content.
    pub fn tar(members: &[(&str, u8, &str)]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, flag, text) in members {
            let is_file = matches!(flag, b'0' | b'7');
            let mut header = [0; 512];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[100..108].copy_from_slice(b"0000755\0");
            header[108..116].copy_from_slice(b"0000000\0");
            header[116..124].copy_from_slice(b"0000000\0");
            let size = if is_file { text.len() } else { 0 };
            header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
            header[136..148].copy_from_slice(b"00000000000\0");
            header[156] = *flag;
            if !is_file {
                header[157..157 + text.len()].copy_from_slice(text.as_bytes());
            }
            header[257..265].copy_from_slice(b"ustar\x0000");
            header[148..156].copy_from_slice(b"        ");
            let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            archive.extend_from_slice(&header);
            if is_file {
                archive.extend_from_slice(text.as_bytes());
                archive.resize(archive.len().next_multiple_of(512), 0);
            }
        }
        archive.resize((archive.len() + 1024).next_multiple_of(10240), 0);
        archive
    }
}
