//! The verbs of the command, run as people run them: `keypair`, the lists of every domain, and `gql`.

mod change;
mod domain;
mod gql;
mod keypair;
mod list;
mod mistakes;
#[cfg(unix)]
mod official;
mod options;
#[cfg(unix)]
mod people;
mod stream;

use crate::common::{Home, Ran};
use backendai_testing::Manager;
use serde_json::Value;

/// A manager and a home of its superadmin.
pub(crate) async fn superadmin() -> (Manager, Home) {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    (manager, home)
}

/// What a command printed that has to go well and quietly.
#[track_caller]
pub(crate) fn fine(ran: &Ran) -> &str {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    &ran.stdout
}

#[track_caller]
pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// A command that has to fail with this code and say this.
#[track_caller]
pub(crate) fn fails(ran: &Ran, code: i32, says: &str) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert!(ran.stderr.contains(says), "{says} is not in {ran:?}");
}

/// What a shell is offered for the last of these words.
pub(crate) fn candidates(home: Home, words: &[&str]) -> Vec<String> {
    let home = home
        .with("BACKENDAI_COMPLETE", "bash")
        .with("_CLAP_IFS", "\n")
        .with("_CLAP_COMPLETE_INDEX", words.len().to_string());
    let ran = home.run(&[&["--", "backendai"], words].concat());
    fine(&ran).lines().map(str::to_owned).collect()
}
