//! The mistakes of a first day, and the words that correct them.

use super::{Home, fails, fine, json, superadmin};

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_line_has_advice_that_is_right() {
    let (manager, home) = superadmin().await;
    let whole = "a whole number is expected";
    for (line, code, says) in [
        (&["user", "list", "--role", "admin"][..], 2, "tip: use --filter 'role == \"admin\"'\n"),
        (&["user", "list", "--role=admin"], 2, "tip: use --filter 'role == \"admin\"'\n"),
        (&["user", "list", "--sudo-session-enabled", "true"], 2, "sudo_session_enabled == true'"),
        (&["v2", "user", "list", "--role", "ADMIN"], 2, "tip: use --filter 'role=ADMIN'\n"),
        (&["domain", "list", "--name", "it's"], 2, "tip: use --filter 'name == \"it'\\''s\"'\n"),
        (
            &["user", "create", "default", "a@b.c", "--password", "foo"],
            2,
            "tip: give it as the argument PASSWORD\n",
        ),
        (&["v2", "role", "create", "--name", "ops"], 2, "tip: give it as the argument NAME\n"),
        (&["user", "list", "--filtre", "x"], 2, "a similar argument exists: '--filter'"),
        (&["usr", "list"], 2, "tip: some similar subcommands exist: 'user', "),
        (&["user", "list", "--field", "name"], 2, "`username` or `full_name` or `domain_name`?"),
        (&["user", "list", "--limit", "0"], 2, "the least value is 1"),
        (&["user", "list", "--limit", "-3"], 2, "the least value is 1"),
        (&["user", "list", "--limit", "x"], 2, whole),
        (&["user", "list", "--page-size", "101"], 2, "the greatest value is 100"),
        (&["user", "list", "--watch=1"], 2, "the least value is 2"),
        (&["user", "list", "--watch", "1"], 2, "the least value is 2"),
        (&["user", "list", "--watch", "5"], 2, "tip: write --watch=SECONDS\n"),
        (&["--retry", "x", "whoami"], 2, whole),
        (&["keypair", "add", "a@b", "default", "--rate-limit", "-5"], 2, "the least value is 0"),
        (&["keypair", "add", "a@b", "default", "-r", "-5"], 2, "the least value is 0"),
        (&["keypair", "add", "a@b", "default", "-r", "abc"], 2, whole),
        (&["quota-scope", "set", "h", "user:x", "-5"], 2, "the least value is 0"),
        (&["user", "create", "default", "a@b.c", "@nofile"], 4, "error: PASSWORD is invalid\n"),
        (&["user", "update", "a@b.c", "-p", "@nofile"], 4, "error: --password is invalid\n"),
        (&["context", "use", "nope"], 1, "fix: log in to add one\n"),
    ] {
        fails(&home.run(line), code, says);
    }
    for line in [
        &["keypair", "list", "--secret-key", "hunter2"][..],
        &["user", "update", "a@b.c", "--password", "-hunter2"],
        &["user", "create", "a@b.c", "hunter2"],
    ] {
        let ran = home.run(line);
        assert!(ran.code != Some(0) && !ran.stderr.contains("hunter2"), "{ran:?}");
    }
    let ran = home.run(&["keypair", "create", "a@b.c", "default", "--secret-key", "x"]);
    assert!(ran.code == Some(2) && !ran.stderr.contains("tip:"), "{ran:?}");
    let ran = home.run(&["user", "list", "--emial", "x"]);
    assert!(ran.stderr.contains("--emial") && !ran.stderr.contains("tip:"), "{ran:?}");
    // A domain that was left out shifts the arguments behind it.
    fails(
        &home.run(&["user", "create", "ann@example.com", "@pw"]),
        2,
        "why: the arguments were taken as DOMAIN_NAME, EMAIL\n  \
         fix: give it as PASSWORD, as @FILE there, or - for the standard input\n       \
         the order is `backendai user create [OPTIONS] <DOMAIN_NAME> <EMAIL> <PASSWORD>`\n",
    );
    assert!(manager.requests().is_empty());
    fails(&home.run(&["user", "list", "--filter", "x ="]), 4, "error: user list failed\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn help_names_options_and_their_defaults() {
    let (_manager, home) = superadmin().await;
    let help = |noun: &str, verb: &str| fine(&home.run(&[noun, verb, "-h"])).to_owned();
    let create = help("user-resource-policy", "create");
    assert!(create.contains("Deprecated: use `--max-quota-scope-size`"), "{create}");
    let list = help("project", "list");
    for part in ["[default: GENERAL]", "of the type PERSONAL, and not listed by default"] {
        assert!(list.contains(part), "{part} is not in {list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_is_named_with_the_access_key() {
    let (_manager, home) = superadmin().await;
    let email = "new@example.com";
    let ran = home.run(&["user", "create", "default", email, "a-password"]);
    let said = fine(&ran).to_owned();
    let ran = home.run(&["user", "info", email, "--field", "main_access_key", "-o", "json"]);
    let shown = json(fine(&ran));
    let key = shown["items"][0]["main_access_key"].as_str().unwrap();
    assert_eq!(said, format!("{email} was created (access key {key})\n"));
}

/// The pty of the test has no size.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn no_rows_are_words_on_a_terminal_and_a_head_in_a_pipe() {
    let (_manager, home) = superadmin().await;
    let none = ["user", "list", "--field", "email,role", "--filter", "email == \"x\""];
    let all = ["user", "list", "--limit", "1"];
    let terminal = |home: &Home, line: &[&str]| {
        let mut shown = rexpect::session::spawn_command(home.open(line), Some(20_000)).unwrap();
        shown.exp_eof().unwrap()
    };
    let shown = terminal(&home, &none);
    assert_eq!(shown.trim_end(), "no users match the given options");
    assert_eq!(
        terminal(&home, &["network", "list", "--filter", "name == \"x\""]).trim_end(),
        "no networks match the given options"
    );
    let shown = terminal(&home, &all);
    assert!(shown.starts_with("Email ") && !shown.contains("---"), "{shown}");
    assert_eq!(fine(&home.run(&none)), "Email  Role\n-----  ----\n");
    let form = |form| home.run(&[&none[..], &["-o", form]].concat());
    assert_eq!(fine(&form("csv")), "email,role\n");
    assert_eq!((fine(&form("name")), fine(&form("jsonl"))), ("", ""));
}
