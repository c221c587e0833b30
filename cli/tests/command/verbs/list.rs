//! Options of lists: width, order, formats, secrets, repetition.

use std::{
    fs,
    io::{BufRead as _, BufReader},
};

use super::{Home, fails, fine, json, superadmin};

fn sent(manager: &backendai_testing::Manager) -> String {
    let bodies = manager.requests().into_iter().filter_map(|request| request.json());
    bodies.map(|body| body["query"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_not_requested_unless_they_are_shown() {
    let (manager, home) = superadmin().await;
    for line in
        [&["keypair", "list"][..], &["keypair", "info"], &["keypair", "ls", "--width", "80"]]
    {
        let ran = home.run(line);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(!sent(&manager).contains("secret_key"), "{line:?}");
    }
    let ran = home.run(&["keypair", "list", "--field", "secret_key", "--output=csv"]);
    assert!(ran.stdout.lines().skip(1).all(|cell| cell == "***"), "{ran:?}");
    assert!(!sent(&manager).contains("secret_key"));
    fine(&home.run(&["keypair", "info", "--show-secrets"]));
    assert!(sent(&manager).contains("secret_key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_fits_eighty_columns() {
    let (_manager, home) = superadmin().await;
    for noun in ["keypair", "agent", "session", "user", "image", "vfolder", "endpoint", "group"] {
        let ran = home.run(&[noun, "list", "--width", "80"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let wide = ran.stdout.lines().find(|line| console_width(line) > 80);
        assert_eq!(wide, None, "{noun}");
        let all = home.run(&[noun, "list", "--width", "80", "--wide"]);
        assert!(!all.stderr.contains("left out"), "{all:?}");
    }
    let ran = home.run(&["user", "list", "--width", "40"]);
    assert!(ran.stderr.contains("columns left out: "), "{ran:?}");
    assert!(ran.stdout.lines().next().unwrap().starts_with("Email"), "{ran:?}");
    let bare = home.run(&["user", "list", "--no-headers", "--field", "email", "--sort=-email"]);
    let emails: Vec<_> = bare.stdout.lines().collect();
    assert!(emails.is_sorted_by(|one, other| one >= other) && emails.len() > 3, "{emails:?}");
    fails(&home.run(&["user", "list", "--sort", "emial"]), 2, "did you mean `email`?");
}

fn console_width(line: &str) -> usize {
    line.chars().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_has_a_limit_and_names() {
    let (_manager, home) = superadmin().await;
    let ran = home.run(&["scaling-group", "list", "-o", "name", "--limit", "1"]);
    assert_eq!(fine(&ran).lines().count(), 1);
    let names = home.run(&["user", "ls", "-oname", "--all"]);
    assert!(fine(&names).lines().all(|name| name.contains('@')), "{names:?}");
    let yaml = home.run(&["domain", "describe", "default", "--field", "name,is_active", "-o=yaml"]);
    assert_eq!(fine(&yaml), "- name: default\n  is_active: true\n");
    fails(&home.run(&["keypair", "list", "-o", "text"]), 2, "cannot print text");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_watched_list_marks_what_changed() {
    use rustix::process::{Pid, Signal, kill_process};

    let (_manager, home) = superadmin().await;
    let line = ["domain", "list", "--watch=2", "--field", "name,description"];
    let mut child = home.command(&line).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = |wanted: &str| {
        lines.find_map(|line| line.ok().filter(|line| line.contains(wanted))).unwrap()
    };
    assert!(next("default").starts_with("  default"));
    fine(&home.run(&["domain", "update", "default", "-d", "changed"]));
    assert!(next("changed").starts_with("* default"));
    assert!(next("default").starts_with("  default"));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    fails(&home.run(&["domain", "list", "--watch=1"]), 2, "--watch");
    fails(&home.run(&["domain", "list", "--watch", "--output=csv"]), 2, "omit --output");
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_with_the_status_or_the_limit() {
    let (manager, home) = superadmin().await;
    let email = &manager.user().email;
    let ran = home.run(&["user", "wait", email, "--until", "ACTIVE,deleted"]);
    assert_eq!(fine(&ran), format!("{email} is active\n"));
    let ran = home.run(&["user", "wait", email, "--until", "deleted", "--limit=2", "--interval=1"]);
    fails(&ran, 3, &format!("error: {email} is still active"));
    fails(
        &home.run(&["user", "wait", "nobody@example.com", "--until", "x"]),
        1,
        "there is no user",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_come_from_profiles_and_dotenv_files() {
    let (manager, home) = superadmin().await;
    let account = manager.user();
    let text = format!(
        "BACKEND_ENDPOINT={}\nBACKEND_ACCESS_KEY={}\nBACKEND_SECRET_KEY={}\n",
        manager.endpoint(),
        account.access_key,
        account.secret_key
    );
    let other = Home::new();
    fs::write(other.path().join(".env"), &text).unwrap();
    fs::write(other.path().join("other.env"), &text).unwrap();
    fails(&other.run(&["whoami"]), 1, "BACKEND_ENDPOINT: not set");
    for option in ["--dotenv", "--dotenv=other.env"] {
        let ran = other.run(&["whoami", option, "--request-timeout", "20", "--retry", "0"]);
        assert!(fine(&ran).contains(&account.email), "{ran:?}");
    }
    fails(&other.run(&["whoami", "--profile", "nope"]), 1, "nope");
    let ran = home.run(&["version", "-o", "json"]);
    let version = json(fine(&ran));
    assert_eq!(version["client"], env!("CARGO_PKG_VERSION"));
    assert_eq!(version["manager"], "26.9.6");
    let ran = Home::new().run(&["version", "--client"]);
    assert_eq!(fine(&ran), format!("client       {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn pages_and_completions_are_written() {
    let home = Home::new();
    fine(&home.run(&["man", "pages"]));
    let page = fs::read_to_string(home.path().join("pages/backendai-user-create.1")).unwrap();
    assert!(page.contains("\\-\\-full\\-name"), "{page}");
    let ran = home.run(&["completions", "install", "bash"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let path = home.path().join(".local/share/bash-completion/completions/backendai");
    let completions = fs::read_to_string(path).unwrap();
    assert!(completions.contains("--full-name") && completions.contains("superadmin"));
    fails(&home.run(&["completions", "install"]), 2, "SHELL");
}
