//! Signals while the command has a session that no file has.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use backendai_testing::{Account, Fault, Webserver};
use rustix::process::{Pid, Signal, kill_process};

use super::{arguments, kept, login, start, succeeds, user};
use crate::common::{Home, Ran, sessions};

/// Starts a login.
fn started(home: &Home, web: &Webserver, account: &Account, name: &str) -> Child {
    let arguments = arguments(web, account, name);
    let mut child = home.command(&arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(account.password.as_bytes()).unwrap();
    child
}

/// How long an answer is delayed that a test releases.
const HELD: Duration = Duration::from_secs(3600);

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Sends a signal and waits until the command says that it has received it.
fn signalled(child: &mut Child, signal: Signal) {
    send(child, signal);
    let mut told = [0; WAITING.len()];
    child.stderr.as_mut().unwrap().read_exact(&mut told).unwrap();
    assert_eq!(str::from_utf8(&told), Ok(WAITING));
}

const WAITING: &str = "waiting until";

fn wait(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[track_caller]
fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits for a request with this path that is not the first so many.
fn requested(web: &Webserver, path: &str, before: usize) {
    until(path, || web.requests().iter().skip(before).any(|it| it.path().starts_with(path)));
}

/// Runs a login and stops it after a while, whatever it does by then.
pub(super) fn stop(home: &Home, web: &Webserver, who: (&Account, &str), after: u64) -> Ran {
    let child = started(home, web, who.0, who.1);
    thread::sleep(Duration::from_millis(after));
    send(&child, if after.is_multiple_of(2) { Signal::INT } else { Signal::TERM });
    wait(child)
}

/// Between the webserver's answer and the stored context, and while the answer is on its way.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_stopped_leaves_no_session() {
    let (manager, web, home) = start().await;
    for (path, signal, code) in [
        ("/server/login", Signal::INT, 130),
        ("/server/login", Signal::TERM, 143),
        ("/func", Signal::INT, 130),
        ("/func", Signal::TERM, 143),
    ] {
        let before = web.requests().len();
        let held = Fault::DelayAnswer(HELD);
        web.faults().push_when(move |request| request.path().starts_with(path), held);
        let mut child = started(&home, &web, manager.user(), "a");
        requested(&web, path, before);
        until("a session", || web.sessions().len() == 1);
        signalled(&mut child, signal);
        web.faults().release();
        let ran = wait(child);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{path}: {ran:?}");
        assert!(web.sessions().is_empty() && home.files().is_empty(), "{path}: {ran:?}");
    }
}

/// While another process has the lock of the file of contexts.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_waits_for_the_lock_leaves_no_session() {
    let (manager, web, home) = start().await;
    succeeds(&login(&home, &web, manager.user(), "a", &[]));
    let files = home.files();
    let held = File::open(home.path().join(".config/backendai/contexts.toml.lock")).unwrap();
    held.lock().unwrap();
    let before = web.requests().len();
    let child = started(&home, &web, manager.domain_admin(), "a");
    requested(&web, "/func", before);
    thread::sleep(Duration::from_millis(300));
    send(&child, Signal::TERM);
    let ran = wait(child);
    assert_eq!(ran.code, Some(143), "{ran:?}");
    drop(held);
    assert_eq!((web.sessions(), home.files()), (kept(&home), files));
    assert_eq!(user(&home, "a").as_ref(), Some(&manager.user().email));
}

/// A session whose file is gone is ended before the command stops.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_is_stopped_ends_the_session() {
    let (manager, web, home) = start().await;
    for command in [
        &["context", "remove", "a", "--yes"][..],
        &["logout", "a", "--yes"],
        &["context", "add", "a", "--replace", "--endpoint", "http://127.0.0.1:1"],
    ] {
        succeeds(&login(&home, &web, manager.user(), "a", &[]));
        let before = web.requests().len();
        let held = Fault::Delay(HELD);
        web.faults().push_when(|request| request.path() == "/server/logout", held);
        let mut child = home.command(command).spawn().unwrap();
        requested(&web, "/server/logout", before);
        signalled(&mut child, Signal::INT);
        web.faults().release();
        let ran = wait(child);
        assert_eq!(ran.code, Some(130), "{command:?}: {ran:?}");
        assert!(web.sessions().is_empty() && sessions(&home).is_empty(), "{command:?}: {ran:?}");
    }
}

/// A second signal does not wait for a webserver that does not answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_stops_at_once() {
    let (manager, web, home) = start().await;
    web.faults().push_when(|request| request.path() == "/server/login", Fault::Stall);
    let mut child = started(&home, &web, manager.user(), "a");
    requested(&web, "/server/login", 0);
    signalled(&mut child, Signal::INT);
    let began = Instant::now();
    send(&child, Signal::INT);
    let ran = wait(child);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stderr.contains("may still be open"), "{ran:?}");
    // Without the second signal it waits for 10 s.
    assert!(began.elapsed() < Duration::from_secs(8), "{ran:?}");
}
