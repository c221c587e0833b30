//! Lists on a terminal, watching and waiting, completions, and what is said when the manager refuses.

use std::{
    io::{BufRead as _, BufReader},
    time::Duration,
};

use backendai_testing::{Manager, Step};
use serde_json::{Value, json};

use super::{KEY, answer, user, users};
use crate::{
    common::Home,
    verbs::{candidates, fails, fine, json, superadmin},
};

const SESSION: &str = "f0000006-0000-4000-8000-000000000001";
const EVENTS: &str = "schedulingEventsBySession";

/// The answer about a session with this status.
fn session(status: &str) -> Value {
    json!({ "sessionV2": { "id": SESSION, "lifecycle": { "status": status } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_fits_eighty_columns() {
    let (manager, home) = superadmin().await;
    answer(&manager, "AdminUsers", &users(&["ann", "ben"], 2, false));
    let ran = home.run(&["v2", "user", "list", "--width", "80"]);
    let lines: Vec<_> = fine(&ran).lines().collect();
    assert_eq!(lines[0], "Email            Username  Role  Status  Domain Name");
    assert_eq!(lines[1], "ann@example.com  ann       USER  ACTIVE  default");

    for noun in ["domain", "keypair", "project", "role", "session", "vfolder"] {
        let ran = home.run(&["v2", noun, "list", "--width", "80"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    }
    // An id is whole, or left out.
    let list = |width| home.run(&["v2", "session", "list", "--width", width]).stdout;
    assert!(list("80").contains(SESSION), "{}", list("80"));
    let by_name = ["v2", "session", "list", "--field", "name,id", "--width", "40"];
    let ran = home.run(&by_name);
    assert!(!ran.stdout.contains("f0000006") && ran.stderr.contains("left out: id"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_is_no_secret_whatever_its_name() {
    let (manager, home) = superadmin().await;
    answer(&manager, "AdminUser", &json!({ "adminUserV2": user("ann") }));
    let line = ["v2", "user", "info", KEY, "--field", "needPasswordChange", "-o", "json"];
    let ran = home.run(&line);
    assert_eq!(json(fine(&ran))["items"], json!([{ "status.needPasswordChange": false }]));
    let help = home.run(&["v2", "user", "info", "--help"]);
    assert!(!fine(&help).contains("--show-secrets"), "{help:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_watched_object_marks_what_changed() {
    use rustix::process::{Pid, Signal, kill_process};

    let (manager, home) = superadmin().await;
    for name in ["ann", "ben"] {
        answer(&manager, "AdminUser", &json!({ "adminUserV2": user(name) }));
    }
    let mut child = home.command(&["v2", "user", "info", KEY, "--watch=2"]).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines: Vec<_> = lines
        .map(Result::unwrap)
        .filter(|line| line.contains("Username") || line.contains("Domain Name"))
        .take(4)
        .collect();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let marked: Vec<_> = lines.iter().map(|line| line.starts_with('*')).collect();
    assert_eq!(marked, [false, false, true, false], "{lines:?}");
    fails(&home.run(&["v2", "user", "info", KEY, "--watch=1"]), 2, "--watch");
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_with_the_status_or_the_limit() {
    let (manager, home) = superadmin().await;
    answer(&manager, "AdminUser", &json!({ "adminUserV2": user("ann") }));
    let ran = home.run(&["v2", "user", "wait", KEY, "--until", "ACTIVE"]);
    assert_eq!(fine(&ran), format!("{KEY} is ACTIVE\n"));
    answer(&manager, "AdminUser", &json!({ "adminUserV2": user("ann") }));
    let ran = home.run(&["v2", "user", "wait", KEY, "--until", "FROZEN", "--limit", "0"]);
    fails(&ran, 3, &format!("error: {KEY} is still ACTIVE"));
    assert!(ran.stderr.contains("the known values of --until are"), "{ran:?}");
    let ran = home.run(&["v2", "user", "wait", KEY, "--until", "DELETE"]);
    fails(&ran, 4, "did you mean `DELETED`?");
}

/// The event of a session ends the pause between two requests, which is longer than the test.
#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_session_follows_its_events() {
    let (manager, home) = superadmin().await;
    answer(&manager, "Session", &session("PENDING"));
    answer(&manager, "Session", &session("RUNNING"));
    let line = ["v2", "session", "wait", SESSION, "--until", "RUNNING", "--interval", "500"];
    let child = home.command(&line).spawn().unwrap();
    manager.subscriptions().wait_for(EVENTS, 1).await;
    assert_eq!(manager.subscriptions().open(EVENTS), [json!({ "sessionId": SESSION })]);
    let event = json!({ "sessionId": SESSION, "statusTransition": "RUNNING", "reason": "" });
    while manager.requests_of("Session").is_empty() {
        tokio::task::yield_now().await;
    }
    manager.subscriptions().send(EVENTS, &Step::Event(event));
    let ended = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap());
    let output = tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{SESSION} is RUNNING\n"));
    assert_eq!(manager.requests_of("Session").len(), 2);

    // Without events the interval is enough.
    manager.subscriptions().script(EVENTS, [Step::Close(4403, "Forbidden".to_owned())]);
    answer(&manager, "Session", &session("PENDING"));
    answer(&manager, "Session", &session("RUNNING"));
    let line = ["v2", "session", "wait", SESSION, "--until", "RUNNING", "--interval", "1"];
    assert_eq!(fine(&home.run(&line)), format!("{SESSION} is RUNNING\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn completions_know_nouns_verbs_columns_and_names() {
    let manager = Manager::start().await.unwrap();
    let offered = |words: &[&str]| candidates(Home::of(&manager, manager.superadmin()), words);
    let email = &manager.user().email;
    for (line, name) in [
        (&["v2", "keyp"][..], "keypair"),
        (&["v2", "session", "wa"], "wait"),
        (&["v2", "session", "list", "--field", "lifecycle.st"], "lifecycle.status"),
        (&["v2", "session", "wait", SESSION, "--until", "RUNN"], "RUNNING"),
        (&["v2", "session", "info", "f000"], SESSION),
        (&["v2", "session", "wait", "f000"], SESSION),
        (&["v2", "session", "terminate", "f000"], SESSION),
        (&["v2", "user", "info", &email[..3]], email),
        (&["v2", "user", "create", "x@y", "--domain-name", "def"], "default"),
        (&["v2", "keypair", "info", "EMBEDDEDS"], &manager.superadmin().access_key),
    ] {
        let offered = offered(line);
        assert!(offered.contains(&name.to_owned()), "{line:?}: {offered:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_who_may_and_what_else_there_is() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.user());
    let ran = home.run(&["v2", "keypair", "list"]);
    fails(&ran, 1, "`list` is for superadmins; others can use `list-mine`");

    for (version, noun, needs, more) in [
        ("26.4.16", "idle-checker", "`Query.adminIdleCheckers` needs 26.8.0", None),
        ("25.6.17", "user", "`Query.adminUsersV2` needs 26.2.0", Some("`backendai user list`")),
    ] {
        let manager = Manager::builder().manager_version(version).start().await.unwrap();
        let home = Home::of(&manager, manager.superadmin());
        let ran = home.run(&["v2", noun, "list"]);
        fails(&ran, 1, &format!("is of version {version}, and this needs a newer one: "));
        assert!(ran.stderr.contains(needs), "{ran:?}");
        assert!(
            ran.stderr.contains("fix: update the manager, or leave out what is newer"),
            "{ran:?}"
        );
        let advice = more.map(|command| format!("the Admin API has {command}"));
        assert!(advice.is_none_or(|advice| ran.stderr.contains(&advice)), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_printed_without_secrets() {
    let (manager, home) = superadmin().await;
    answer(&manager, "AdminUser", &json!({ "adminUserV2": user("ann") }));
    let ran = home.run(&["v2", "user", "info", KEY, "-o", "json", "-v"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("/admin/gql/strawberry AdminUser {\"userId\":\""), "{ran:?}");
    assert!(ran.stderr.contains("< 200 OK"), "{ran:?}");
    let line =
        ["v2", "user", "create", "ann@example.com", "--username=ann", "--domain-name=default"];
    let more = ["--status=ACTIVE", "--role=USER", "--password", "-", "-vv"];
    let ran = home.run_with(&[&line[..], &more].concat(), "secret word\n");
    assert!(ran.stderr.contains("\"password\":\"***\""), "{ran:?}");
    assert!(ran.stderr.contains("authorization: ***"), "{ran:?}");
    assert!(!ran.stderr.contains("secret word"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_a_new_key_is_shown_once() {
    let (manager, home) = superadmin().await;
    let made = json!({ "adminCreateKeypairV2": {
        "keypair": { "id": "a", "accessKey": "AKIANEW", "isActive": true, "userId": KEY },
        "secretKey": "shown once",
    } });
    answer(&manager, "AdminCreateKeypair", &made);
    let line = ["v2", "keypair", "create", "--user-id", KEY, "--resource-policy=default"];
    let more = ["--is-active", "--is-admin=false", "--rate-limit=100"];
    let ran = home.run(&[&line[..], &more].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("Access Key  AKIANEW"), "{ran:?}");
    assert!(ran.stdout.contains("Secret Key  shown once"), "{ran:?}");
}
