//! The files of a configuration: `.env`, `config.toml`, `credentials.toml` and `current-profile`,
//! separated by lines `---`; and a client built from the result.

#![no_main]

use std::{
    fs,
    future::{IntoFuture as _, ready},
    sync::LazyLock,
};

use backendai::{
    Client, Config,
    config::Env,
    admin::keypair::GetKeyPair,
    transport::{HttpRequest, HttpResponse, Transport, TransportFuture},
};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("profiles/a")).unwrap();
    folder
});

struct Nothing;

impl Transport for Nothing {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        drop(format!("{request:?}"));
        Box::pin(ready(Ok(HttpResponse::new(http::StatusCode::OK, "{}"))))
    }
}

fuzz_target!(|text: &str| {
    let folder = FOLDER.path();
    let mut parts = text.split("\n---\n");
    let mut texts = [""; 4];
    for (slot, part) in texts.iter_mut().zip(&mut parts) {
        *slot = part;
    }
    let files =
        [".env", "profiles/a/config.toml", "profiles/a/credentials.toml", "current-profile"];
    for (file, text) in files.into_iter().zip(texts) {
        fs::write(folder.join(file), text).unwrap();
    }
    let sources = || Config::builder().environment(Env::from_pairs([("HOME", folder)]));
    for builder in [
        sources().dotenv(folder.join(".env")),
        sources().profile("a").profile_dir(folder),
        sources().dotenv(folder.join(".env")).current_profile().profile_dir(folder),
    ] {
        match builder.build() {
            Err(error) => drop(format!("{error} {error:?}")),
            Ok(config) => {
                let _ = format!("{config:?} {:?}", config.warnings());
                let Ok(client) = Client::builder(config).transport(Nothing).build() else {
                    continue;
                };
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .start_paused(true)
                    .build();
                let _ = runtime.unwrap().block_on(client.send(GetKeyPair::new()).into_future());
            }
        }
    }
});
