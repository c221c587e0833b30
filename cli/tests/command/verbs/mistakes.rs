//! The mistakes of a first day, and the words that correct them.

use super::{Home, fine, json, superadmin};

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
