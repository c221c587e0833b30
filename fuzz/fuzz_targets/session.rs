//! Responses of a webserver to a login and the requests after it, cookies included; and the last
//! response as a session file.

#![no_main]

mod wire;

use std::{fs, os::unix::fs::PermissionsExt as _, sync::LazyLock};

use backendai::{EndpointType, Session, credential::ExposeSecret as _, admin::keypair::GetKeyPair};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use wire::{Answers, client, examine, run};

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fn file(bytes: &[u8]) {
    let path = FOLDER.path().join("session");
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    if let Ok(Some(session)) = Session::load(&path) {
        session.save(&path).unwrap();
        let again = Session::load(&path).unwrap().unwrap();
        assert_eq!(again.id().expose_secret(), session.id().expose_secret());
        assert_eq!(format!("{again:?}"), format!("{session:?}"));
    }
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.first() == Some(&b'{') {
        return file(bytes);
    }
    let client = client(Answers::read(bytes), EndpointType::Session);
    run(async {
        for _ in 0..2 {
            match client.login("user@example.com", "wJalrXUtnFEMI").await {
                Ok(session) => drop(format!("{session:?}")),
                Err(error) => examine(&error),
            }
        }
        let _ = client.check_login().await.map_err(|error| examine(&error));
        let _ = client.extend_login().await.map_err(|error| examine(&error));
        let _ = client.send(GetKeyPair::new()).await.map_err(|error| examine(&error));
        let _ = client.logout().await.map_err(|error| examine(&error));
    });
});
