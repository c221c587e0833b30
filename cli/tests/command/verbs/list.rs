//! Options of lists: width, order, formats, secrets, repetition.

use std::{
    fs,
    io::{BufRead as _, BufReader},
};

use backendai_testing::Manager;

use super::{Home, candidates, fails, fine, json, superadmin};

fn sent(manager: &Manager) -> String {
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
async fn a_value_that_the_manager_is_not_known_to_have_is_noted() {
    let (_manager, home) = superadmin().await;
    for (line, note) in [
        (
            &["session", "list", "--status", "RUNING"][..],
            "did you mean `RUNNING`? the known values of --status",
        ),
        (&["agent", "list", "--status", "ALIV", "-o", "json"], "did you mean `ALIVE`?"),
        (&["user", "list", "--filter", "status == \"activ\""], "did you mean `active`?"),
        (
            &["user", "list", "--filter", "role in [\"usr\"]"],
            "the known values of `role` are user, ",
        ),
        (&["group", "list", "--filter", "type == \"GENERL\""], "did you mean `GENERAL`?"),
    ] {
        let ran = home.run(line);
        // A real manager refuses some of them.
        let begin = if ran.code == Some(0) { "note: " } else { "  fix: " };
        let advice = ran.stderr.lines().find(|line| line.starts_with(begin));
        assert!(advice.is_some_and(|it| it.contains(note)), "{line:?}: {ran:?}");
    }
    for line in [
        &["session", "list", "--status", "CANCELLED,TERMINATED"][..],
        &["user", "list", "--filter", "(username == \"nobody\") & (status == \"active\")"],
        &["group", "list", "--filter", "type like \"GENERL%\""],
        // Values are sent in the spelling of the manager.
        &["session", "list", "--status", "running"],
        &["user", "list", "--status", "ACTIVE"],
    ] {
        let ran = home.run(line);
        assert!(ran.code == Some(0) && !ran.stderr.contains("note: "), "{line:?}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_take_names_where_the_manager_takes_ids() {
    let (manager, home) = superadmin().await;
    for option in ["-g", "--group", "--project", "--group-id"] {
        let ran = home.run(&["user", "list", option, "default", "-o", "name"]);
        let emails: Vec<_> = fine(&ran).lines().collect();
        assert!(emails.contains(&manager.user().email.as_str()), "{emails:?}");
        assert!(!emails.contains(&"other-admin@embedded.invalid"), "{emails:?}");
    }
    fails(&home.run(&["user", "list", "-g", "nope"]), 1, "there is no project `nope`");
    let ran = home.run(&["container", "list", "--session-id", "fill-session", "-o", "name"]);
    assert_eq!(fine(&ran).lines().count(), 1, "{ran:?}");
}

/// Help, usage and errors have the name that the caller used.
#[tokio::test(flavor = "multi_thread")]
async fn a_noun_is_called_as_the_caller_calls_it() {
    let (_manager, home) = superadmin().await;
    for noun in ["group", "project", "scaling-group", "resource-group"] {
        let help = home.run(&[noun, "create", "-h"]);
        let usage = format!("\nUsage: backendai {noun} create [OPTIONS]");
        assert!(fine(&help).contains(&usage), "{}", help.stdout);
        let help = home.run(&[noun, "list", "-h"]);
        assert!(fine(&help).contains(&format!("\nUsage: backendai {noun} list [OPTIONS]")));
        let absent = home.run(&[noun, "info", "f0000000-0000-4000-8000-000000000099"]);
        fails(&absent, 1, &format!("there is no {} ", noun.replace('-', " ")));
        assert!(absent.stderr.contains(&format!("`backendai {noun} list`")), "{absent:?}");
    }
    let help = home.run(&["project", "delete", "-h"]);
    assert!(fine(&help).contains("`project purge` deletes it"), "{}", help.stdout);
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
        let piped = home.run(&[noun, "list"]).stdout;
        assert!(all.stdout.lines().take(2).eq(piped.lines().take(2)), "as in a pipe: {all:?}");
        assert_eq!(all.stdout.lines().count(), piped.lines().count(), "{all:?}");
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

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_watched_object_marks_what_changed() {
    use rustix::process::{Pid, Signal, kill_process};

    let (_manager, home) = superadmin().await;
    let line = ["domain", "info", "default", "--watch=2", "--field", "name,description"];
    let mut child = home.command(&line).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = |wanted: &str| {
        lines.find_map(|line| line.ok().filter(|line| line.contains(wanted))).unwrap()
    };
    assert!(next("Description").starts_with("  Description"));
    fine(&home.run(&["domain", "update", "default", "-d", "changed"]));
    assert!(next("changed").starts_with("* Description"));
    assert!(next("Description").starts_with("  Description"));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    fails(&home.run(&["domain", "info", "default", "--watch=1"]), 2, "--watch");
    fails(&home.run(&["domain", "info", "default", "--watch", "-o", "csv"]), 2, "omit --output");
    fails(&home.run(&["domain", "info", "nope", "--watch"]), 1, "there is no domain `nope`");
}

/// The manager has no filter and no order for this list.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_one_response_is_filtered_and_ordered_here() {
    let (_manager, home) = superadmin().await;
    let names = |more: &[&str]| {
        let line = ["scaling-group", "list", "--field", "name", "-o", "csv", "--no-headers"];
        let ran = home.run(&[&line[..], more].concat());
        fine(&ran).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&["--order", "-name"]), ["fill-gpu", "fill-bare", "default"]);
    assert_eq!(names(&["--all", "--order=is_active,name"]), ["fill-bare", "default", "fill-gpu"]);
    let filter = "(is_active == true) & (name like \"fill%\")";
    assert_eq!(names(&["--filter", filter]), ["fill-gpu"]);
    let ran = home.run(&["scaling-group", "list", "--filter", "is_active == true", "--limit=1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("1 of 2 rows: --limit N shows more"), "{ran:?}");
    let counted = ["scaling-group", "list", "--filter=is_active == true", "-o", "json"];
    let counted = json(fine(&home.run(&counted)));
    assert_eq!((&counted["count"], &counted["total_count"]), (&2.into(), &2.into()));
    fails(&home.run(&["scaling-group", "list", "--filter", "nam == 1"]), 2, "did you mean `name`?");
    fails(&home.run(&["scaling-group", "list", "--filter", "name = 1"]), 4, "--filter is invalid");
    fails(&home.run(&["scaling-group", "list", "--order", "nam"]), 2, "did you mean `name`?");
    let help = home.run(&["scaling-group", "list", "--help"]).stdout;
    assert!(help.contains("The manager cannot do --filter and --order"), "{help}");
    let help = home.run(&["user", "list", "--help"]).stdout;
    assert!(help.contains("Operators of --filter: == "), "{help}");
    assert!(help.contains("--filter '(") && help.contains("--order=-created_at"), "{help}");
    assert!(!help.contains("The manager cannot do"), "{help}");
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_with_the_status_or_the_limit() {
    let (manager, home) = superadmin().await;
    let email = &manager.user().email;
    let ran = home.run(&["user", "wait", email, "--until", "ACTIVE,deleted"]);
    assert_eq!(fine(&ran), format!("{email} is active\n"));
    let ran = home.run(&["user", "wait", email, "--until", "deleted", "--limit=2", "--interval=1"]);
    fails(&ran, 3, &format!("error: {email} is still active"));
    // The manager fails to look it up.
    let ran = home.run(&["agent", "wait", "i-nope", "--until", "ALIVE"]);
    fails(&ran, 1, "there is no agent `i-nope`");
    fails(&home.run(&["user", "info", "nobody"]), 1, "give the e-mail address");
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
    let installed = fs::read_to_string(path).unwrap();
    assert_eq!(installed, "source <(backendai completions bash)\n");
    fails(&home.run(&["completions", "install"]), 2, "SHELL");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = home.run(&["completions", shell]);
        assert!(fine(&script).contains("BACKENDAI_COMPLETE"), "{script:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn completions_know_commands_fields_contexts_and_names() {
    let manager = Manager::start().await.unwrap();
    let new = || Home::of(&manager, manager.superadmin());
    let options = candidates(new(), &["user", "create", "--"]);
    assert!(options.contains(&"--full-name".to_owned()), "{options:?}");
    let values = candidates(new(), &["user", "create", "--role", ""]);
    assert!(values.contains(&"superadmin".to_owned()), "{values:?}");
    let nouns = candidates(new(), &["keyp"]);
    assert!(nouns.contains(&"keypair".to_owned()), "{nouns:?}");
    assert!(!candidates(new(), &["plain"]).is_empty(), "nouns that help omits are completed");
    for (line, name) in [
        (&["keypair", "list", "--field", "is_a"][..], "is_active"),
        (&["keypair", "list", "--field", "user_id,is_a"], "user_id,is_active"),
        (&["user", "list", "--sort", "usern"], "username"),
        (&["user", "info", &manager.user().email[..6]], &manager.user().email),
        (&["user", "delete", "user@"], &manager.user().email),
        (&["user", "wait", ""], &manager.superadmin().email),
        (&["agent", "info", "i-fill-b"], "i-fill-bare"),
        (&["group", "update", "defau"], "default"),
        (&["user", "create", "def"], "default"),
        (&["user", "update", "a@b", "--domain-name", "d"], "default"),
        (&["keypair", "create", "user@"], &manager.user().email),
    ] {
        let offered = candidates(new(), line);
        assert!(offered.contains(&name.to_owned()), "{line:?}: {offered:?}");
    }
    // A manager that does not answer costs no more than the limit.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let begin = std::time::Instant::now();
    let home = new().with("BACKEND_ENDPOINT", endpoint);
    assert!(!candidates(home, &["user", "info", "u"]).iter().any(|name| name.contains('@')));
    assert!(begin.elapsed() < std::time::Duration::from_secs(8), "{:?}", begin.elapsed());

    let home = Home::new();
    let text = "[contexts.lab]\nendpoint = \"http://127.0.0.1:1\"\n";
    fs::write(home.path().join("contexts.toml"), text).unwrap();
    let line = ["--contexts", "contexts.toml", "whoami", "--context", "l"];
    assert_eq!(candidates(home, &line), ["lab"]);
}
