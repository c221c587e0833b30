//! Archives and manifests of bentos and models: imported, and nothing outside of the store changes.

#![no_main]

use std::{fs, io::Cursor};

use bentocloud::{
    Limits,
    store::{Kind, Store},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("home"));
    let limits = Limits { members: 1_000, bytes: 1 << 20 };
    match store.import(Cursor::new(bytes), limits, false) {
        Ok(items) => assert!(items.iter().all(|item| item.path().is_dir())),
        Err(error) => drop(format!("{error} {error:?}")),
    }
    let outside = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(outside, 1, "something was written outside of the store");

    // The same bytes as a manifest in a store that somebody else has written.
    let model = folder.path().join("home/models/m/v1");
    fs::create_dir_all(&model).unwrap();
    fs::write(model.join("model.yaml"), bytes).unwrap();
    for item in store.list(Kind::Model, None).unwrap() {
        let _ = (item.created_at(), item.labels(), item.models(), item.size());
    }
});
