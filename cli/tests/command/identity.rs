//! Identity: no command acts as another user than the one that its context names, and no session stays
//! open that no context has.

mod sequences;
#[cfg(unix)]
mod signals;

use std::path::PathBuf;

use backendai_testing::{Account, Fault, Manager, Webserver};

use crate::common::{Home, Ran, sessions};

/// The arguments of a login at a webserver under this name.
fn arguments<'a>(web: &'a Webserver, account: &'a Account, name: &'a str) -> Vec<&'a str> {
    let at = ["login", "--endpoint", web.endpoint(), "--endpoint-type", "session"];
    [&at[..], &["--user", &account.email, "--name", name, "--password-stdin"]].concat()
}

/// Logs in at a webserver under this name.
fn login(home: &Home, web: &Webserver, account: &Account, name: &str, more: &[&str]) -> Ran {
    home.run_with(&[&arguments(web, account, name)[..], more].concat(), &account.password)
}

fn succeeds(ran: &Ran) -> &str {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    &ran.stdout
}

fn fails(ran: &Ran, parts: &[&str]) {
    assert_ne!(ran.code, Some(0), "{ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} is not in {}", ran.stderr);
    }
}

/// The e-mail address that commands of this context act as.
fn user(home: &Home, name: &str) -> Option<String> {
    let ran = home.run(&["whoami", "--context", name, "--output", "json"]);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    if ran.code != Some(0) {
        let what = found["error"].to_string();
        assert!(what.contains("needs a login") || what.contains("log in"), "{ran:?}");
        return None;
    }
    Some(found["user"].as_str().unwrap().to_owned())
}

/// The ids of the sessions in files, sorted.
fn kept(home: &Home) -> Vec<String> {
    let id = |path: PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let session: serde_json::Value = serde_json::from_str(&text).unwrap();
        session["id"].as_str().unwrap().to_owned()
    };
    let mut ids: Vec<String> = sessions(home).into_iter().map(id).collect();
    ids.sort();
    ids
}

async fn start() -> (Manager, Webserver, Home) {
    let manager = Manager::start().await.unwrap();
    let web = manager.webserver().await.unwrap();
    (manager, web, Home::new())
}

/// 01 of the inputs from the field.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_under_the_old_name_of_a_context_is_another_session() {
    let (manager, web, home) = start().await;
    let (plain, admin) = (manager.user(), manager.domain_admin());
    succeeds(&login(&home, &web, plain, "prod", &[]));
    succeeds(&home.run(&["context", "rename", "prod", "old"]));
    succeeds(&login(&home, &web, admin, "prod", &[]));
    assert_eq!(user(&home, "old").as_ref(), Some(&plain.email));
    assert_eq!(user(&home, "prod").as_ref(), Some(&admin.email));
    succeeds(&home.run(&["--context", "old", "logout", "--yes"]));
    assert_eq!((user(&home, "old"), user(&home, "prod")), (None, Some(admin.email.clone())));
}

/// 02: with room for two sessions, a context can log in again any number of times.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_over_a_context_ends_its_earlier_session() {
    let (manager, web, home) = start().await;
    web.limit_sessions(2);
    for _ in 0..4 {
        succeeds(&login(&home, &web, manager.user(), "cap", &[]));
        assert_eq!(web.sessions(), kept(&home));
        assert_eq!(web.sessions().len(), 1);
    }
    // Also by a login with keys, and by a context that takes its place.
    let keys = ["--access-key", &manager.user().access_key, "--secret-key-stdin", "--name", "cap"];
    let at = ["login", "--endpoint-type", "api", "--endpoint", manager.endpoint()];
    succeeds(&home.run_with(&[&at[..], &keys].concat(), &manager.user().secret_key));
    assert!(web.sessions().is_empty() && sessions(&home).is_empty());
    succeeds(&login(&home, &web, manager.user(), "cap", &[]));
    let add = ["context", "add", "cap", "--endpoint", web.endpoint(), "--endpoint-type=session"];
    succeeds(&home.run(&[&add[..], &["--replace"]].concat()));
    assert!(web.sessions().is_empty() && sessions(&home).is_empty());
    assert_eq!(user(&home, "cap"), None);
}

/// 02: the option is named where it helps, and not where it was given.
#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_sessions_has_advice_that_fits() {
    let (manager, web, home) = start().await;
    web.limit_sessions(1);
    succeeds(&login(&home, &web, manager.user(), "a", &[]));
    let ran = login(&home, &web, manager.user(), "b", &[]);
    fails(&ran, &["Too many concurrent login sessions", "log in with --force"]);
    let ran = login(&home, &web, manager.user(), "b", &["--force"]);
    succeeds(&ran);
    assert_eq!((user(&home, "a"), user(&home, "b").is_some()), (None, true));
    let body = concat!(
        r#"{"authenticated": false, "data": {"#,
        r#""type": "https://api.backend.ai/probs/active-login-session-exists", "#,
        r#""title": "Active login session already exists.", "#,
        r#""details": "Too many concurrent login sessions"}}"#,
    );
    web.faults().push(Fault::json(409, body));
    let ran = login(&home, &web, manager.user(), "b", &["--force"]);
    fails(&ran, &["Too many concurrent login sessions", "log out elsewhere"]);
    assert!(!ran.stderr.contains("--force"), "{}", ran.stderr);
}

/// 02: a session that cannot be stored is ended, and what was there stays.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_stored_is_ended() {
    let (manager, web, home) = start().await;
    succeeds(&login(&home, &web, manager.user(), "web", &[]));
    let before = home.files();
    // A file in place of the folder.
    let ran = login(&home, &web, manager.user(), "web", &["--session-file", "/dev/null/x"]);
    fails(&ran, &["/dev/null/x", "cannot be"]);
    assert_eq!((home.files(), web.sessions()), (before, kept(&home)));
    // The lock of the file of contexts is a folder.
    let contexts = home.path().join("own.toml");
    std::fs::create_dir(home.path().join("own.toml.lock")).unwrap();
    let contexts = ["--contexts", contexts.to_str().unwrap()];
    fails(&login(&home, &web, manager.user(), "web", &contexts), &["cannot be locked"]);
    // The manager does not know the user.
    let unknown = Fault::json(200, r#"{"data":{"user":null},"errors":null}"#);
    web.faults().push_when(|request| request.path().starts_with("/func"), unknown);
    fails(&login(&home, &web, manager.user(), "new", &[]), &["does not know the current user"]);
    assert_eq!(web.sessions(), kept(&home));
    assert_eq!(web.sessions().len(), 1);
    assert_eq!(user(&home, "web").as_ref(), Some(&manager.user().email));
}

/// 03: a context that is removed is logged out.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_context_is_logged_out() {
    let (manager, web, home) = start().await;
    for name in ["gone", "lost"] {
        succeeds(&login(&home, &web, manager.user(), name, &[]));
    }
    succeeds(&home.run(&["context", "remove", "gone", "--yes"]));
    assert_eq!((web.sessions(), web.sessions().len()), (kept(&home), 1));
    // What cannot be ended is reported, and the context is removed all the same.
    web.faults().push(Fault::gateway(502));
    let ran = home.run(&["context", "remove", "lost", "--yes"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "Removed context lost\n"), "{ran:?}");
    assert!(ran.stderr.contains("may still be open"), "{}", ran.stderr);
    assert!(ran.stderr.contains(web.endpoint()) && sessions(&home).is_empty());
    // A session that has ended already is nothing to report.
    succeeds(&login(&home, &web, manager.user(), "late", &[]));
    web.forget_sessions();
    succeeds(&home.run(&["context", "remove", "late", "--yes"]));
}

/// A context without a session has none: neither that of the environment nor that of its address.
#[tokio::test(flavor = "multi_thread")]
async fn a_context_has_the_session_of_its_own_login_alone() {
    let (manager, web, home) = start().await;
    succeeds(&login(&home, &web, manager.domain_admin(), "boss", &[]));
    let file = sessions(&home).remove(0);
    for name in ["plain", "current"] {
        let add = ["context", "add", name, "--endpoint", web.endpoint(), "--switch"];
        succeeds(&home.run(&[&add[..], &["--endpoint-type", "session"]].concat()));
    }
    // The file that programs without a context use.
    let usual = format!("{}.json", web.endpoint().replace("://", "_").replace(':', "_"));
    std::fs::copy(&file, file.with_file_name(usual)).unwrap();
    let home = home.with("BACKEND_SESSION_FILE", &file);
    assert_eq!((user(&home, "plain"), user(&home, "current")), (None, None));
    fails(&home.run(&["whoami"]), &["needs a login"]);
    let ran = home.run(&["logout", "plain", "--yes"]);
    assert!(ran.stdout.starts_with("Not logged in"), "{ran:?}");
    assert_eq!(user(&home, "boss").as_ref(), Some(&manager.domain_admin().email));
}

/// The names of two files of contexts have nothing to do with each other.
#[tokio::test(flavor = "multi_thread")]
async fn contexts_of_two_files_share_no_session() {
    let (manager, web, home) = start().await;
    let other = ["--contexts", "other.toml"];
    succeeds(&login(&home, &web, manager.user(), "prod", &[]));
    succeeds(&home.run(&["logout", "prod"]));
    succeeds(&login(&home, &web, manager.domain_admin(), "prod", &other));
    assert_eq!(user(&home, "prod"), None);
    succeeds(&login(&home, &web, manager.user(), "prod", &[]));
    let ran = home.run(&[&other[..], &["whoami"]].concat());
    assert!(succeeds(&ran).contains(&manager.domain_admin().email), "{ran:?}");
}

/// A session file of another context is refused before anything is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_file_belongs_to_one_context() {
    let (manager, web, home) = start().await;
    succeeds(&login(&home, &web, manager.user(), "a", &["--session-file", "mine.json"]));
    let sent = web.requests().len();
    let file = ["--session-file", "mine.json"];
    let ran = login(&home, &web, manager.domain_admin(), "b", &file);
    fails(&ran, &["context a has this session file already", "name another file"]);
    let add = ["context", "add", "b", "--endpoint", web.endpoint(), "--endpoint-type=session"];
    fails(&home.run(&[&add[..], &file].concat()), &["context a has this session file already"]);
    assert_eq!(web.requests().len(), sent);
    // Its own context may keep it.
    succeeds(&login(&home, &web, manager.domain_admin(), "a", &file));
    assert_eq!(web.sessions().len(), 1);
    assert_eq!(user(&home, "a").as_ref(), Some(&manager.domain_admin().email));
}

/// Logins that cannot succeed send nothing, and names and files that are none are explained.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_login_is_refused_before_it_is_sent() {
    let (manager, web, home) = start().await;
    let mut account = manager.user().clone();
    account.password = "\n".to_owned();
    fails(&login(&home, &web, &account, "a", &[]), &["the password is empty"]);
    account.email = " ".to_owned();
    fails(&login(&home, &web, &account, "a", &[]), &["the e-mail address is empty"]);
    assert!(web.requests().is_empty());
    // A manager in place of its webserver.
    let at = ["login", "--endpoint", manager.endpoint(), "--endpoint-type", "session"];
    let who = ["--user", "a@example.com", "--password-stdin"];
    let ran = home.run_with(&[&at[..], &who].concat(), "pw");
    fails(&ran, &["Unknown URL path", "if it is a manager, set the endpoint type `api`"]);

    succeeds(&login(&home, &web, manager.user(), "a", &[]));
    let ran = home.run(&["context", "rename", "a", "a"]);
    fails(&ran, &["has this name already", "give another one"]);
    assert!(!ran.stderr.contains("remove"), "{}", ran.stderr);
    std::fs::create_dir(home.path().join("folder.json")).unwrap();
    let add = ["context", "add", "b", "--endpoint", web.endpoint(), "--endpoint-type=session"];
    succeeds(&home.run(&[&add[..], &["--session-file", "folder.json"]].concat()));
    fails(&home.run(&["whoami", "--context", "b"]), &["folder.json is a folder"]);
    assert_eq!(user(&home, "a").as_ref(), Some(&manager.user().email));
}

/// Files of an earlier release, where two contexts share a session.
#[tokio::test(flavor = "multi_thread")]
async fn a_shared_session_stays_with_the_other_context() {
    let (manager, web, home) = start().await;
    succeeds(&login(&home, &web, manager.user(), "a", &[]));
    let path = home.path().join(".config/backendai/contexts.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (_, table) = text.split_once("[contexts.a]").unwrap();
    std::fs::write(&path, format!("{text}\n[contexts.b]{table}\n[contexts.c]{table}")).unwrap();
    succeeds(&home.run(&["context", "remove", "b", "--yes"]));
    succeeds(&login(&home, &web, manager.domain_admin(), "c", &[]));
    assert_eq!(user(&home, "a").as_ref(), Some(&manager.user().email));
    assert_eq!(user(&home, "c").as_ref(), Some(&manager.domain_admin().email));
    assert_eq!(web.sessions(), kept(&home));
}
