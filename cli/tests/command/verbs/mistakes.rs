//! The mistakes of a first day, and the words that correct them.

use super::{Home, fine, superadmin};

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
