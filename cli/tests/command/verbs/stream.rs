//! Long lists: pipes that close, Ctrl-C, and failures in the midst of one.

use std::io::{BufRead as _, BufReader, Read as _};

use backendai_testing::{Fault, Manager};

use super::{Home, fails};

const MANY: usize = 300;

async fn many() -> (Manager, Home) {
    let manager = Manager::builder().keypairs(MANY).start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    (manager, home)
}

/// Whether it is the request of a page after the first.
fn is_later(request: &backendai_testing::Recorded) -> bool {
    let body = request.json().unwrap_or_default();
    body["variables"]["filter"].is_string() || body["variables"]["offset"].as_u64() > Some(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_ends_a_list_quietly() {
    for form in ["table", "jsonl", "csv"] {
        let (manager, home) = many().await;
        let line = ["keypair", "list", "--all", "--page-size", "10", "--output", form];
        let mut child = home.command(&line).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{form}");
        assert!(manager.requests().len() < MANY / 10, "it went on for nobody");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_list_in_its_midst() {
    use rustix::process::{Pid, Signal, kill_process};

    let (manager, home) = many().await;
    manager.faults().push_when(is_later, Fault::Stall);
    let line = ["keypair", "list", "--all", "--page-size", "10", "--output=jsonl"];
    let mut child = home.command(&line).spawn().unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..10 {
        let mut row = String::new();
        rows.read_line(&mut row).unwrap();
        assert!(row.ends_with("}\n"), "{row}");
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    let mut rest = String::new();
    rows.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_came_are_printed_before_a_failure() {
    let (manager, home) = many().await;
    // Also the requests for pages ahead and for their keys.
    let forbid = || {
        for _ in 0..10 {
            let fault = Fault::json(403, r#"{"type":"x","title":"Forbidden"}"#);
            manager.faults().push_when(is_later, fault);
        }
    };
    forbid();
    let ran = home.run(&["keypair", "list", "--all", "--page-size", "10", "--output=csv"]);
    fails(&ran, 1, "error: keypair list failed");
    assert_eq!(ran.stdout.lines().count(), 11);
    // One JSON value is whole or not there.
    forbid();
    let ran = home.run(&["keypair", "list", "--all", "--page-size", "10", "--output=json"]);
    assert_eq!(ran.code, Some(1));
    assert!(super::json(&ran.stdout)["error"].is_object(), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_list_comes_once() {
    let (manager, home) = many().await;
    for order in [&[][..], &["--order=-created_at"]] {
        let line =
            [&["keypair", "list", "--all", "--output=jsonl", "--field", "access_key"], order]
                .concat();
        let ran = home.run(&line);
        let mut keys: Vec<_> = super::fine(&ran)
            .lines()
            .map(|line| super::json(line)["access_key"].as_str().unwrap().to_owned())
            .collect();
        keys.sort();
        assert_eq!(keys, manager.access_keys(), "{order:?}");
    }
}
