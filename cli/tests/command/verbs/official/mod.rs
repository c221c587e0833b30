//! The official command beside ours, on the same real manager.

mod changes;
mod filled;
mod logins;
mod steps;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value};

use super::{Home, Ran, json, people};
use crate::sections::official as table;

/// They change with every request of the caller.
const MOVING: [&str; 1] = ["last_used"];

/// Held by the test whose turn it is: some compare what others change.
static TURN: Mutex<()> = Mutex::new(());

/// A home of the superadmin of the real manager, the official command, and the turn of the test. `None`
/// when there is no real manager.
fn real() -> Option<(Home, PathBuf, MutexGuard<'static, ()>)> {
    let required = env::var("BACKENDAI_LIVE").is_ok_and(|value| value == "1");
    let (Ok(endpoint), Ok(python)) =
        (env::var("BACKEND_ENDPOINT"), env::var("BACKENDAI_OFFICIAL_PYTHON"))
    else {
        assert!(!required, "run tests/manager/up and source the env file that it names");
        return None;
    };
    let key = |what: &str| env::var(format!("BACKEND_SUPERADMIN_{what}")).unwrap();
    let home = Home::new()
        .with("BACKEND_ENDPOINT", endpoint)
        .with("BACKEND_ENDPOINT_TYPE", "api")
        .with("BACKEND_ACCESS_KEY", key("ACCESS_KEY"))
        .with("BACKEND_SECRET_KEY", key("SECRET_KEY"));
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    Some((home, PathBuf::from(python).with_file_name("backend.ai"), turn))
}

fn official(home: &Home, program: &PathBuf, arguments: &[&str]) -> Ran {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().current_dir(home.path());
    for (name, value) in home.env() {
        command.env(name, value);
    }
    command.env("PATH", env::var_os("PATH").unwrap_or_default());
    let done = command.output().unwrap();
    Ran {
        code: done.status.code(),
        stdout: String::from_utf8(done.stdout).unwrap(),
        stderr: String::from_utf8(done.stderr).unwrap(),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What a script of `tests/manager` prints.
fn manager(script: &str, arguments: &[&str]) -> String {
    let script = root().join("tests/manager").join(script);
    let done = Command::new(script).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The rows of a query of the manager's database.
fn sql(query: &str) -> Vec<String> {
    let text = manager("sql", &[query]);
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The rows without what changes meanwhile.
fn rows(list: &Value) -> Vec<Map<String, Value>> {
    let items = list["items"].as_array().unwrap().iter();
    let rows = items.map(|item| {
        let mut row = item.as_object().unwrap().clone();
        row.retain(|name, _| !MOVING.contains(&name.as_str()));
        row
    });
    rows.collect()
}

#[test]
fn a_list_of_keypairs_is_the_official_one() {
    let Some((home, program, _turn)) = real() else { return };
    // The official order has no column that tells rows of one time apart, so a list is compared in
    // an order that does.
    for arguments in [
        &["--order", "access_key"][..],
        &["--order", "-access_key", "--limit", "3"],
        &["--order", "access_key", "--offset", "2", "--limit", "2"],
        &["--order", "access_key", "--is-active", "true"],
        &["--order", "access_key", "--is-active", "false"],
        &["--order", "access_key", "--filter", "is_admin == true"],
        &["--order", "access_key", "--user-id", "nobody@example.com"],
        &["--order", "-created_at,access_key", "--limit", "7"],
    ] {
        let theirs = [&["--output", "json", "admin", "keypair", "list"], arguments].concat();
        let theirs = official(&home, &program, &theirs);
        // The official list shows secrets, ours only when told to.
        let line = [&["keypair", "list", "--output=json", "--show-secrets"], arguments].concat();
        let ours = home.run(&line);
        assert_eq!((theirs.code, ours.code), (Some(0), Some(0)), "{theirs:?} {ours:?}");
        let (theirs, ours) = (json(&theirs.stdout), json(&ours.stdout));
        assert_eq!(rows(&theirs), rows(&ours), "{arguments:?}");
        assert_eq!(theirs["count"], ours["count"], "{arguments:?}");
        assert_eq!(theirs["total_count"], ours["total_count"], "{arguments:?}");
    }
}

#[test]
fn every_official_command_is_in_the_table() {
    let Some((_, program, _turn)) = real() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/official/tree.py");
    let done = Command::new(program.with_file_name("python")).arg(script).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let tree = String::from_utf8(done.stdout).unwrap();
    let missing: Vec<_> = tree.lines().filter(|command| !table::mentions(command)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let is_there = |mentioned: &str| {
        let begin = mentioned.trim_end_matches('…');
        tree.lines().any(|command| command.starts_with(begin) || mentioned.starts_with(command))
    };
    let stale: Vec<_> = table::mentioned().filter(|mentioned| !is_there(mentioned)).collect();
    assert!(stale.is_empty(), "{stale:#?}");
}

#[test]
fn a_list_without_an_order_has_the_same_first_rows_times() {
    let Some((home, program, _turn)) = real() else { return };
    let theirs = official(&home, &program, &["--output", "json", "admin", "keypair", "list"]);
    let ours = home.run(&["keypair", "list", "--output=json", "--show-secrets"]);
    let (theirs, ours) = (json(&theirs.stdout), json(&ours.stdout));
    // Rows of one time come in any order from the official command, and by key from ours.
    let times = |list: &Value| -> Vec<Value> {
        list["items"].as_array().unwrap().iter().map(|item| item["created_at"].clone()).collect()
    };
    assert_eq!(times(&theirs), times(&ours));
    assert_eq!(theirs["total_count"], ours["total_count"]);
}

#[test]
fn the_own_keypair_is_the_official_one() {
    let Some((home, program, _turn)) = real() else { return };
    let theirs = official(&home, &program, &["--output", "json", "admin", "keypair", "info"]);
    let theirs = json(&theirs.stdout);
    let names: Vec<_> = theirs["items"][0].as_object().unwrap().keys().cloned().collect();
    let ours = home.run(&[
        "keypair",
        "info",
        "--output=json",
        "--show-secrets",
        "--field",
        &names.join(","),
    ]);
    assert_eq!(rows(&theirs), rows(&json(&ours.stdout)));
}

#[test]
fn failing_calls_end_with_the_official_exit_codes() {
    let Some((home, program, _turn)) = real() else { return };
    for (arguments, code) in [
        (&["update", "NO-SUCH-KEY", "--is-active", "false"][..], 1),
        (&["activate", "NO-SUCH-KEY"], 1),
        (&["deactivate", "NO-SUCH-KEY"], 1),
        (&["add", "nobody@example.com", "default"], 1),
        (&["list", "--no-such"], 2),
        (&["list", "--is-active", "perhaps"], 2),
        (&["no-such"], 2),
    ] {
        let theirs = official(&home, &program, &[&["admin", "keypair"], arguments].concat());
        let ours = home.run(&[&["keypair"], arguments].concat());
        let codes = (theirs.code, ours.code);
        assert_eq!(codes, (Some(code), Some(code)), "{arguments:?} {theirs:?} {ours:?}");
    }
    // The official command sends null for a policy that is not given, and the manager's refusal is 1.
    let theirs = official(&home, &program, &["admin", "keypair", "add", "nobody@example.com"]);
    let ours = home.run(&["keypair", "add", "nobody@example.com"]);
    assert_eq!((theirs.code, ours.code), (Some(1), Some(2)), "{theirs:?} {ours:?}");
    // The official command has a code for values that are wrong and does not use it here; with 4 a
    // script tells a filter to be corrected from a manager that does not answer.
    let theirs = ["admin", "keypair", "list", "--filter", "no_such == 1"];
    let theirs = official(&home, &program, &theirs);
    let ours = home.run(&["keypair", "list", "--filter", "no_such == 1"]);
    assert_eq!((theirs.code, ours.code), (Some(1), Some(4)), "{theirs:?} {ours:?}");
    let theirs = official(&home, &program, &["admin", "keypair", "delete", "NO-SUCH-KEY"]);
    let ours = home.run(&["keypair", "delete", "--yes", "NO-SUCH-KEY"]);
    assert_eq!((theirs.code, ours.code), (Some(1), Some(1)), "{theirs:?} {ours:?}");
}
