//! Logging in and out, contexts and whoami: output, exit codes, files and questions.

use std::path::{Path, PathBuf};

use crate::common::{Home, Ran};
use backendai_testing::{Account, Manager, Webserver};
use serde_json::Value;

const FILE: &str = ".config/backendai/contexts.toml";

/// Runs `login` for this account under this name, with the secret on the standard input.
fn login(home: &Home, manager: &Manager, account: &Account, name: &str) -> Ran {
    let key = ["--access-key", &account.access_key, "--secret-key-stdin", "--name", name];
    let all = [&["login", "--endpoint", manager.endpoint()], &key[..]].concat();
    home.run_with(&all, &format!("{}\n", account.secret_key))
}

fn stored(manager: &Manager, account: &Account, name: &str) -> String {
    format!(
        "current = \"{name}\"\n\n[contexts.{name}]\nendpoint = \"{}\"\nendpoint_type = \"api\"\n\
         access_key = \"{}\"\nsecret_key = \"{}\"\n",
        manager.endpoint(),
        account.access_key,
        account.secret_key
    )
}

fn failed(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} is not in {}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_proved_and_kept() {
    let manager = Manager::start().await.unwrap();
    let (home, admin) = (Home::new(), manager.superadmin());
    let ran = login(&home, &manager, admin, "prod");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, "");
    let at = manager.endpoint();
    let who = "superadmin@embedded.invalid (superadmin)";
    assert_eq!(
        ran.stdout,
        format!("Logged in at {at} as {who}\nAdded context prod, which is the current one\n")
    );
    assert!(!manager.requests().is_empty());
    let file = (PathBuf::from(FILE), 0o600, stored(&manager, admin, "prod"));
    let lock = (PathBuf::from(format!("{FILE}.lock")), 0o600, String::new());
    assert_eq!(home.files(), [file, lock]);

    // A second one takes its place and does not pile up.
    let ran = login(&home, &manager, manager.user(), "prod");
    assert!(ran.stdout.ends_with("(user)\nReplaced context prod, which is the current one\n"));
    assert_eq!(home.files()[0].2, stored(&manager, manager.user(), "prod"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_not_kept() {
    let manager = Manager::start().await.unwrap();
    let home = Home::new();
    let mut wrong = manager.superadmin().clone();
    wrong.secret_key = "a-wrong-key".to_owned();
    let ran = login(&home, &manager, &wrong, "prod");
    failed(
        &ran,
        1,
        &["error: not logged in, and nothing was stored\n  why: ", "\n  fix: check the "],
    );
    assert!(!ran.stderr.contains("a-wrong-key"));
    assert_eq!(home.files(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_taken_for_what_is_not_given() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let ran = home.run(&["login", "--name", "prod", "--output", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&told["context"], &told["role"]), (&"prod".into(), &"superadmin".into()));
    assert!(ran.stderr.starts_with("note: the variables BACKEND_"), "{}", ran.stderr);
    assert_eq!(home.files()[0].2, stored(&manager, manager.superadmin(), "prod"));
    // The secret key of a variable is not the one of another access key.
    let key = &manager.user().access_key;
    let ran = home.run(&["login", "--name", "prod", "--access-key", key]);
    failed(
        &ran,
        2,
        &["the secret key is missing and the terminal is not interactive", "--secret-key-stdin"],
    );
}

#[test]
fn missing_values_are_errors_without_a_terminal() {
    let home = Home::new();
    let endpoint = ["login", "--endpoint", "http://127.0.0.1:9"];
    failed(
        &home.run(&["login"]),
        2,
        &["the endpoint is missing and the terminal is not interactive", "--endpoint"],
    );
    failed(&home.run(&endpoint), 2, &["the access key is missing", "--access-key"]);
    let key = [&endpoint[..], &["--access-key", "AK"]].concat();
    failed(&home.run(&key), 2, &["the secret key is missing", "BACKEND_SECRET_KEY"]);
    let session = [&endpoint[..], &["--endpoint-type", "session"]].concat();
    failed(&home.run(&session), 2, &["the e-mail address is missing", "--user"]);
    let user = [&session[..], &["--user", "me@example.com"]].concat();
    failed(&home.run(&user), 2, &["the password is missing", "--password-stdin"]);
    assert_eq!(home.files(), []);
}

#[test]
fn wrong_values_name_their_place_and_what_is_right() {
    let home = Home::new();
    let cases: [(&[&str], &[&str]); 9] = [
        (&["login", "--endpoint", "x"], &["the endpoint: ", "https://manager.example:8081"]),
        (&["login", "--endpoint-type", "web"], &["the endpoint type: ", "\"session\""]),
        (&["login", "--access-key", "a b"], &["the access key: ", "copy the key again"]),
        (&["login", "--name", "a b"], &["it must start with a letter or digit"]),
        (&["context", "add", "-x"], &[]),
        (&["context", "add", "a/b"], &["it must start with a letter or digit"]),
        (&["context", "add", "a", "--read-timeout", "soon"], &["the read timeout: ", "as in 10"]),
        (&["context", "add", "a", "--domain", ""], &["the domain: it is empty", "give a name"]),
        (&["context", "add", "a", "--storage-proxy", "x"], &["\"x=\" is no mapping"]),
    ];
    for (arguments, parts) in cases {
        let code = if parts.is_empty() { 2 } else { 4 };
        failed(&home.run(arguments), code, parts);
    }
    for (command, part) in [("use", "no context \"x\""), ("show", "no context \"x\"")] {
        failed(&home.run(&["context", command, "x"]), 1, &[FILE, part, "nor any other"]);
    }
    failed(&home.run(&["context", "remove", "x", "-y"]), 1, &["no context \"x\""]);
    failed(&home.run(&["context", "rename", "x", "y"]), 1, &["no context \"x\""]);
    failed(&home.run(&["logout"]), 1, &["there is no current context", "name the one"]);
    failed(&home.run(&["logout", "x"]), 1, &["no context \"x\""]);
    failed(&home.run(&["whoami"]), 1, &["BACKEND_ENDPOINT: not set", "backendai login"]);
    failed(&home.run(&["whoami", "--context", "x"]), 1, &["no context \"x\""]);
    failed(&home.run(&["context", "list", "--output", "csv"]), 2, &["text or json"]);
    failed(&home.run(&["completions", "tcsh"]), 2, &["possible values", "bash"]);
    assert!(!home.path().join(FILE).exists());

    let broken = "[contexts.a]\nendpont = \"x\"\n";
    std::fs::write(home.path().join("my.toml"), broken).unwrap();
    let ran = home.run(&["--contexts", "my.toml", "context", "use", "a"]);
    failed(&ran, 1, &["my.toml:2: there is no key \"endpont\"", "did you mean endpoint?"]);
    assert_eq!(std::fs::read_to_string(home.path().join("my.toml")).unwrap(), broken);
}

#[tokio::test(flavor = "multi_thread")]
async fn contexts_are_kept_listed_and_forgotten() {
    let home = Home::new();
    let run = |arguments: &[&str]| {
        let ran = home.run_with(arguments, "sk-lab\r\n");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        ran.stdout
    };
    let path = home.path().join(FILE);
    let lab = ["context", "add", "lab", "--endpoint", "https://a.example,https://b.example"];
    let key = ["--access-key", "AKIALAB", "--secret-key-stdin", "--domain", "research"];
    let limits = ["--read-timeout", "2.5", "--skip-tls-verification", "--ca-file", "ca.pem"];
    let map = ["--storage-proxy", "x=y", "--storage-proxy", "https://p:1=https://q", "--switch"];
    let added = run(&[&lab[..], &key, &limits, &map].concat());
    assert_eq!(added, format!("Added context lab in {}\n", path.display()));
    let text = format!(
        "current = \"lab\"\n\n[contexts.lab]\n\
         endpoint = [\"https://a.example\", \"https://b.example\"]\nendpoint_type = \"api\"\n\
         access_key = \"AKIALAB\"\nsecret_key = \"sk-lab\"\ndomain = \"research\"\n\
         skip_tls_verification = true\nread_timeout = 2.5\nca_file = \"{}\"\n\
         storage_proxies = {{ \"https://p:1\" = \"https://q\", x = \"y\" }}\n",
        home.path().join("ca.pem").display()
    );
    assert_eq!(home.files()[0], (FILE.into(), 0o600, text));
    failed(&home.run(&lab), 1, &["there is already a context lab", "--replace"]);
    run(&["context", "add", "web", "--endpoint", "https://w.example", "--endpoint-type=session"]);
    assert_eq!(
        run(&["context", "list"]),
        "   NAME  ENDPOINT                             TYPE     ACCESS KEY\n\
         *  lab   https://a.example,https://b.example  api      AKIA***\n   \
            web   https://w.example                    session\n"
    );
    let list: Value = serde_json::from_str(&run(&["context", "list", "--output=json"])).unwrap();
    assert_eq!(list[0]["current"], true);
    assert_eq!((&list[1]["name"], &list[1]["access_key"]), (&"web".into(), &Value::Null));
    let shown = run(&["context", "show"]);
    assert!(shown.contains("secret_key             ***\n") && !shown.contains("sk-lab"), "{shown}");
    assert!(run(&["context", "show", "lab", "--reveal"]).contains("sk-lab\n"));
    let shown: Value =
        serde_json::from_str(&run(&["context", "show", "--output", "json"])).unwrap();
    assert_eq!((&shown["access_key"], &shown["secret_key"]), (&"AKIA***".into(), &"***".into()));
    assert_eq!(run(&["context", "use", "web"]), "Context web is now the current one\n");
    assert_eq!(run(&["context", "rename", "web", "ui"]), "Renamed context web to ui\n");
    assert!(home.files()[0].2.starts_with("current = \"ui\"\n"));
    failed(
        &home.run(&["context", "remove", "ui"]),
        2,
        &["confirmation is needed and the terminal is not interactive", "--yes"],
    );
    assert_eq!(run(&["context", "remove", "ui", "--yes"]), "Removed context ui\n");
    assert!(!home.files()[0].2.contains("ui"));
    let asked = run(&["logout", "lab", "--yes"]);
    assert!(asked.starts_with("Removed the keys from context lab"), "{asked}");
    assert!(!home.files()[0].2.contains("sk-lab") && !home.files()[0].2.contains("AKIALAB"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoami_says_where_everything_comes_from() {
    let manager = Manager::start().await.unwrap();
    let home = Home::new().with("BACKEND_DOMAIN", "default");
    assert_eq!(login(&home, &manager, manager.domain_admin(), "d").code, Some(0));
    let ran = home.run(&["whoami", "--output", "json"]);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&told["role"], &told["manager"]), (&"admin".into(), &"26.9.6".into()));
    let settings = &told["settings"];
    let context = format!("context d in {}", home.path().join(FILE).display());
    assert_eq!(settings["endpoint"]["from"], context);
    assert_eq!(settings["domain"]["from"], "BACKEND_DOMAIN");
    assert_eq!(settings["group"]["from"], "default");
    assert!(!ran.stdout.contains(&manager.domain_admin().secret_key));
    // Variables win over the current context, and a named one over them.
    let home = home.with("BACKEND_ENDPOINT", "http://127.0.0.1:9");
    let home = home.with("BACKEND_ACCESS_KEY", "AK").with("BACKEND_SECRET_KEY", "sk");
    failed(&home.run(&["whoami"]), 1, &["no connection to the manager at http://127.0.0.1:9"]);
    assert_eq!(home.run(&["whoami", "--context", "d"]).code, Some(0));
}

/// A webserver and the arguments to log in there.
async fn web(manager: &Manager) -> (Webserver, Vec<String>) {
    let web = manager.webserver().await.unwrap();
    let all =
        ["login", "--endpoint", web.endpoint(), "--endpoint-type", "session", "--name", "web"];
    let all = all.map(str::to_owned).to_vec();
    (web, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_kept_used_and_ended() {
    let manager = Manager::start().await.unwrap();
    let (web, mut arguments) = web(&manager).await;
    let user = manager.user();
    arguments.extend(["--user", &user.email, "--password-stdin"].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let home = Home::new();

    let ran = home.run_with(&arguments, "not the password");
    failed(&ran, 1, &["not logged in, and nothing was stored", "check the e-mail address"]);
    assert_eq!(home.files(), []);

    let ran = home.run_with(&arguments, &user.password);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.stdout.contains(&format!("as {} (user)\n", user.email)), "{}", ran.stdout);
    let [session] = &crate::common::sessions(&home)[..] else { panic!("{:?}", home.files()) };
    let file = session.file_name().unwrap().to_str().unwrap();
    assert!(file.starts_with("context-web-") && file.ends_with(".json"), "{file}");
    assert_eq!(crate::common::mode(session), 0o600);
    let context = format!(
        "current = \"web\"\n\n[contexts.web]\nendpoint = \"{}\"\nendpoint_type = \"session\"\n\
         session_file = \"{}\"\n",
        web.endpoint(),
        session.display()
    );
    assert_eq!(home.files()[0], (Path::new(FILE).into(), 0o600, context));

    let ran = home.run(&["whoami"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains(&user.email) && ran.stdout.contains("(the login's session)"));
    let ran = home.run(&["logout"]);
    assert_eq!(ran.stdout, format!("Logged out at {}/\n", web.endpoint()));
    assert!(!session.exists());
    failed(&home.run(&["whoami"]), 1, &["needs a login", "log in: `backendai login`"]);
    let ran = home.run(&["logout"]);
    assert_eq!(ran.stdout, format!("Not logged in at {}/\n", web.endpoint()));
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = Home::new().run(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert!(ran.stdout.contains("BACKENDAI_COMPLETE"), "{shell}");
    }
}

#[cfg(unix)]
mod terminal {
    use std::process::Command;

    use rexpect::session::PtySession;

    use super::*;

    fn at_a_terminal(command: Command) -> PtySession {
        rexpect::session::spawn_command(command, Some(20_000)).unwrap()
    }

    fn ends(session: &mut PtySession, code: i32) {
        session.exp_eof().unwrap();
        let status = format!("{:?}", session.process().wait().unwrap());
        assert!(
            status.starts_with("Exited") && status.ends_with(&format!(", {code})")),
            "{status}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_not_given_is_asked_and_no_secret_is_shown() {
        let manager = Manager::start().await.unwrap();
        let (home, admin) = (Home::new(), manager.superadmin());
        let mut asked = at_a_terminal(home.open(&["login", "--name", "prod"]));
        asked.exp_string("Endpoint").unwrap();
        asked.send_line(manager.endpoint()).unwrap();
        asked.exp_string("Access key").unwrap();
        asked.send_line(&admin.access_key).unwrap();
        asked.exp_string("Secret key").unwrap();
        asked.send_line(&admin.secret_key).unwrap();
        let shown = asked.exp_string("Logged in at").unwrap();
        assert!(!shown.contains(&admin.secret_key), "{shown}");
        ends(&mut asked, 0);
        assert_eq!(home.files()[0].2, stored(&manager, admin, "prod"));

        for (answer, left) in [("n", true), ("y", false)] {
            let mut asked = at_a_terminal(home.open(&["context", "remove", "prod"]));
            asked.exp_string("Remove context prod and its keys?").unwrap();
            asked.send(answer).unwrap();
            asked.flush().unwrap();
            ends(&mut asked, i32::from(left));
            assert_eq!(home.files()[0].2.contains("prod"), left);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_one_time_password_is_asked_where_it_is_needed() {
        let manager = Manager::start().await.unwrap();
        let (web, arguments) = web(&manager).await;
        let (home, user) = (Home::new(), manager.user());
        web.require_otp(&user.email, "123456");
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut asked = at_a_terminal(home.open(&arguments));
        asked.exp_string("E-mail address").unwrap();
        asked.send_line(&user.email).unwrap();
        asked.exp_string("Password").unwrap();
        asked.send_line(&user.password).unwrap();
        asked.exp_string("One-time password").unwrap();
        asked.send_line("123456").unwrap();
        asked.exp_string("(user)").unwrap();
        ends(&mut asked, 0);
    }

    #[test]
    fn ctrl_c_at_a_question_gives_the_terminal_back() {
        let home = Home::new();
        let line = format!(
            "stty echo; trap : INT; {} login --endpoint http://127.0.0.1:9 --access-key AK; \
             echo \"exit $?\"; stty -a",
            env!("CARGO_BIN_EXE_backendai")
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).env_clear().env("HOME", home.path());
        shell.env("PATH", "/usr/bin:/bin").current_dir(home.path());
        let mut asked = at_a_terminal(shell);
        asked.exp_string("Secret key").unwrap();
        asked.send_control('c').unwrap();
        asked.exp_string("exit 130").unwrap();
        let settings = asked.exp_eof().unwrap();
        let on = settings.split([' ', ';', '\r', '\n']).any(|word| word == "echo");
        assert!(on, "{settings}");
    }
}
