//! The contexts file of BentoCloud, which is YAML: read, changed and read again.

#![no_main]

use std::{fs, sync::LazyLock};

use bentocloud::{Context, Contexts, Environment};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join(".yatai.yaml");
    fs::write(&path, bytes).unwrap();
    let contexts = Contexts::at(&path, Environment::default());
    let config = match contexts.read() {
        Ok(config) => config,
        Err(error) => return drop(format!("{error} {error:?}")),
    };
    let _ = (format!("{config:?}"), contexts.current().map_err(|error| error.to_string()));
    let known = config.contexts().map(|context| context.name.clone()).collect::<Vec<_>>();
    if contexts.save(Context::new("fuzz", "https://cloud.example", "the token")).is_ok() {
        let config = contexts.read().unwrap();
        assert!(config.get("fuzz").is_some(), "what was saved is gone");
        assert!(known.iter().all(|name| config.get(name).is_some()), "a context is gone");
    }
    for name in &known {
        let _ = contexts.set_current(name).map_err(|error| error.to_string());
        let _ = contexts.delete(name).map_err(|error| error.to_string());
    }
});
