//! What every command has in common: forms, failures, exit codes, colours, pipes and Ctrl-C.

use std::{io::Read as _, net::TcpListener};

use crate::common::{Home, Ran};
use backendai_testing::Manager;
use serde_json::{Value, json};

/// A home whose manager is nobody: its port was free a moment ago.
fn nobody() -> (Home, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    (at(&format!("http://127.0.0.1:{port}")), port.to_string())
}

fn at(endpoint: &str) -> Home {
    Home::new()
        .with("BACKEND_ENDPOINT", endpoint)
        .with("BACKEND_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE")
        .with("BACKEND_SECRET_KEY", "a-very-secret-key")
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text:?}"))
}

#[test]
fn people_are_told_what_why_and_what_to_do() {
    let (home, port) = nobody();
    let ran = home.run(&["schema", "pull"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    let lines: Vec<&str> =
        ran.stderr.lines().filter(|line| !line.starts_with("warning: ")).collect();
    let [what, why, fix] = lines[..] else { panic!("{}", ran.stderr) };
    assert_eq!(what, "error: schema pull failed");
    let begin = format!("  why: no connection to the manager at http://127.0.0.1:{port}: ");
    assert!(why.starts_with(&begin), "{why}");
    assert_eq!(
        fix,
        "  fix: check the host and the port of the address, and that the manager runs there"
    );
}

#[test]
fn programs_are_told_as_json_on_the_standard_output() {
    let (home, port) = nobody();
    let home = home.with("BACKEND_CONNECTION_TIMEOUT", "soon");
    for form in [&["--output", "json"][..], &["--output=jsonl"], &["--output=json"]] {
        let arguments = [&["check"][..], form, &["gone.graphql"]].concat();
        let ran = home.run(&arguments);
        assert_ne!(ran.code, Some(0), "{ran:?}");
        parse(&ran.stdout);
    }
    let ran = home.run(&["--output", "json", "schema", "diff", "gone.graphql", "gone.graphql"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let error = &parse(&ran.stdout)["error"];
    assert_eq!(error["what"], "cannot read gone.graphql");
    assert_eq!((&error["exit_code"], &error["fix"]), (&json!(1), &Value::Null));
    assert!(!ran.stdout.contains(&port));
}

#[test]
fn a_wrong_command_line_ends_with_2_in_either_form() {
    let home = Home::new();
    for wrong in [&["chekc"][..], &["check", "--colour"], &["schema", "pull", "--path", "v3"]] {
        let ran = home.run(wrong);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{wrong:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
        let ran = home.run(&[&["--output", "json"], wrong].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""), "{wrong:?}");
        assert_eq!(parse(&ran.stdout)["error"]["exit_code"], 2);
    }
    assert!(home.run(&["chekc"]).stderr.contains("'check'"));
}

#[test]
fn a_command_refuses_a_form_that_it_has_not() {
    let home = Home::new();
    let told = |what: &str, why: &str| Ran {
        code: Some(2),
        stdout: String::new(),
        stderr: format!("error: this command cannot print {what}\n  why: it prints {why}\n"),
    };
    assert_eq!(home.run(&["check", "--output", "csv", "a"]), told("csv", "text or json"));
    assert_eq!(
        home.run(&["schema", "diff", "--output", "table", "a", "b"]),
        told("table", "text or json")
    );
    let own = "only its fixed format: omit --output";
    assert_eq!(
        home.run(&["schema", "scaffold", "keypair", "--output", "table"]),
        told("table", own)
    );
    assert_eq!(home.run(&["bento", "login", "--output", "csv"]), told("csv", own));
}

#[test]
fn colours_are_for_those_who_want_them() {
    let coloured = |home: Home, more: &[&str]| {
        let ran = home.run(&[&["schema", "scaffold", "keypair_lst"], more].concat());
        assert_eq!(ran.code, Some(1));
        ran.stderr.contains('\u{1b}')
    };
    assert!(!coloured(Home::new(), &[]));
    let forced = || Home::new().with("CLICOLOR_FORCE", "1");
    assert!(coloured(forced(), &[]));
    assert!(!coloured(forced(), &["--no-color"]));
    assert!(!coloured(Home::new().with("NO_COLOR", "1"), &[]));
    // Help and wrong command lines obey, too.
    let help = |arguments: &[&str]| forced().run(arguments).stdout.contains('\u{1b}');
    assert!(help(&["--help"]) && !help(&["--no-color", "--help"]));
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = Home::new().command(&["schema", "scaffold", "keypair"]).stdout(writer).spawn();
    let output = child.unwrap().wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn no_answer_in_time_ends_with_3() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = at(&format!("http://{}", silent.local_addr().unwrap()));
    let ran = home.with("BACKEND_READ_TIMEOUT", "0.05").run(&["schema", "pull"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("did not answer in time"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130() {
    use rustix::process::{Pid, Signal, kill_process};

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = at(&format!("http://{}", silent.local_addr().unwrap()));
    let child = home.command(&["schema", "pull"]).spawn().unwrap();
    // It listens to signals before it asks anybody.
    let (mut asked, _) = silent.accept().unwrap();
    asked.read_exact(&mut [0]).unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b""[..], &b""[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn verbose_commands_tell_every_request_and_no_secret() {
    let manager = Manager::start().await.unwrap();
    let account = manager.superadmin();
    let home = Home::of(&manager, account);
    assert_eq!(home.run(&["schema", "pull"]).stderr, "");
    for verbose in ["-vv", "-vvv"] {
        let ran = home.run(&["schema", verbose, "pull"]);
        assert!(ran.stderr.contains("backendai.request"), "{}", ran.stderr);
        assert!(!ran.stderr.contains(&account.secret_key), "{}", ran.stderr);
        assert_eq!(ran.code, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_printed_with_their_variables_and_without_secrets() {
    let manager = Manager::start().await.unwrap();
    let account = manager.superadmin();
    let home = Home::of(&manager, account);
    let ran = home.run(&["user", "list", "--limit", "1", "--order", "email", "-v"]);
    let lines: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with(['>', '<'])).collect();
    let [.., asked, answered] = lines[..] else { panic!("{ran:?}") };
    let begin = format!("> POST {}/admin/gql PagedUsers {{", manager.endpoint());
    assert!(asked.starts_with(&begin) && asked.contains(r#""order":"email,uuid""#), "{asked}");
    assert!(answered.starts_with("< 200 OK, ") && answered.ends_with(" ms"), "{answered}");
    assert!(!ran.stderr.contains(">   "), "{ran:?}");
    let line = ["user", "create", "default", "new@example.com", "@password", "-vv"];
    std::fs::write(home.path().join("password"), "pass-that-is-secret").unwrap();
    let ran = home.run(&line);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains(r#""password":"***""#), "{ran:?}");
    assert!(ran.stderr.contains(">   authorization: ***"), "{ran:?}");
    assert!(ran.stderr.contains("<   content-type: application/json"), "{ran:?}");
    for secret in ["pass-that-is-secret", &account.secret_key, &account.access_key] {
        assert!(!ran.stderr.contains(secret), "{ran:?}");
    }
    // Without a connection the reason is printed as well.
    let (home, port) = nobody();
    let ran = home.run(&["user", "list", "-v", "--retry", "0"]);
    assert!(
        ran.stderr.contains(&format!("> POST http://127.0.0.1:{port}/admin/gql PagedUsers")),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("\n< cannot connect, "), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_used_is_shown_with_its_source() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin())
        .with("BACKEND_READ_TIMEOUT", "7.5")
        .with("http_proxy", "http://user:hidden@proxy.invalid:3128")
        .with("no_proxy", "127.0.0.1");
    let settings = |home: &Home, more: &[&str]| {
        let ran = home.run(&[&["whoami", "--output=json"], more].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        parse(&ran.stdout)["settings"].clone()
    };
    let set = settings(&home, &[]);
    assert_eq!(set["read_timeout"], json!({ "value": "7.5 s", "from": "BACKEND_READ_TIMEOUT" }));
    assert_eq!(set["connect_timeout"], json!({ "value": "10 s", "from": "default" }));
    assert_eq!(set["retries"], json!({ "value": "2", "from": "default" }));
    assert_eq!(set["tls"], json!({ "value": "not used", "from": "BACKEND_ENDPOINT" }));
    assert_eq!(set["proxy"], json!({ "value": "none", "from": "default" }));
    let set = settings(&home, &["--request-timeout", "0", "--retry", "5"]);
    assert_eq!(set["read_timeout"], json!({ "value": "none", "from": "--request-timeout" }));
    assert_eq!(set["retries"], json!({ "value": "5", "from": "--retry" }));
    // The embedded manager is its own proxy.
    let home = home.with("no_proxy", "").with("http_proxy", manager.endpoint());
    let set = settings(&home, &[]);
    assert_eq!(set["proxy"], json!({ "value": manager.endpoint(), "from": "http_proxy" }));
}
