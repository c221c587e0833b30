//! Login sessions at a real webserver.

use std::{
    env,
    process::Command,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{manager, real, root, sql};
use crate::{
    common::{Home, Ran},
    verbs::json,
};

#[test]
fn login_sessions_are_listed_and_ended() {
    let Some((admin, _, _turn)) = real() else { return };
    let Ok(webserver) = env::var("BACKEND_WEBSERVER_ENDPOINT") else {
        panic!("start the manager with --webserver");
    };
    let of_user = |what: &str| env::var(format!("BACKEND_USER_{what}")).unwrap();
    let email = of_user("EMAIL");
    let home = Home::new();
    let ran = home.run_with(
        &["login", "--endpoint", &webserver, "--user", &email, "--password-stdin"],
        &of_user("PASSWORD"),
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let list = |home: &Home, more: &[&str]| {
        let all = ["session-login", "list", "--status", "active", "--all", "-o", "json"];
        let ran = home.run(&[&all, more].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        json(&ran.stdout)["items"].as_array().unwrap().clone()
    };
    let own = list(&home, &[]);
    let newest = own[0]["id"].as_str().unwrap();
    assert_eq!(own[0]["access_key"], of_user("ACCESS_KEY"));
    assert!(list(&admin, &["--user", &email]).iter().any(|row| row["id"] == newest));
    assert_eq!(home.run(&["session-login", "list", "--admin"]).code, Some(1));

    let ran = admin.run(&["session-login", "end", "--admin", newest, "--yes"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), &*format!("{newest} was ended\n")));
    let ran = home.run(&["whoami"]);
    assert!(ran.stderr.contains("log in: `backendai login`"), "{ran:?}");
    assert!(!list(&admin, &["--user", &email]).iter().any(|row| row["id"] == newest));
    let ran = admin.run(&["session-login", "end", "--admin", newest, "--yes"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

/// A setting of the manager in etcd, until it is dropped.
struct Setting(&'static str);

impl Setting {
    fn new(key: &'static str, value: &str) -> Self {
        etcd(&[key, value]);
        Self(key)
    }
}

impl Drop for Setting {
    fn drop(&mut self) {
        etcd(&[self.0]);
    }
}

fn etcd(arguments: &[&str]) {
    manager("etcd", arguments);
}

/// A user whose password has expired, until it is dropped.
struct Expired<'a> {
    admin: &'a Home,
    email: String,
    _age: Setting,
}

const PASSWORD: &str = "first-Password-1";

impl<'a> Expired<'a> {
    fn new(admin: &'a Home) -> Self {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let (name, email) = (format!("expired{time}"), format!("expired{time}@example.com"));
        let create = ["user", "create", "default", &email, PASSWORD, "--username", &name];
        assert_eq!(admin.run(&create).code, Some(0));
        // No other password is as old as this one.
        let age = Setting::new("ai/backend/config/manager/auth/max_password_age", "3650d");
        sql(&format!(
            "update users set password_changed_at = '2000-01-01' where email = '{email}'"
        ));
        Self { admin, email, _age: age }
    }
}

impl Drop for Expired<'_> {
    fn drop(&mut self) {
        self.admin.run(&["user", "purge", &self.email, "--yes"]);
    }
}

/// Logs in until the login fails with this: the manager takes a setting a moment later.
fn await_failure(login: impl Fn() -> Ran, part: &str) {
    let begin = Instant::now();
    loop {
        let ran = login();
        if ran.stderr.contains(part) {
            return assert_eq!(ran.code, Some(1), "{ran:?}");
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{part} is not in {ran:?}");
    }
}

#[test]
fn an_expired_password_is_replaced() {
    let Some((admin, _, _turn)) = real() else { return };
    let webserver = env::var("BACKEND_WEBSERVER_ENDPOINT").unwrap();
    let user = Expired::new(&admin);
    let home = Home::new();
    std::fs::write(home.path().join("new"), "second-Password-2\n").unwrap();
    let login = |password: &str, more: &[&str]| {
        let login = ["login", "--endpoint", &webserver, "--user", &user.email, "--name", "c"];
        home.run_with(&[&login[..], &["--password-stdin"], more].concat(), password)
    };
    await_failure(|| login(PASSWORD, &[]), "Password has expired");
    let ran = login(PASSWORD, &["--new-password-file", "new"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(home.run(&["whoami"]).stdout.contains(&user.email));
    assert_eq!(home.run(&["logout"]).code, Some(0));
    assert_eq!(login(PASSWORD, &[]).code, Some(1));
    assert_eq!(login("second-Password-2", &[]).code, Some(0));
    assert_eq!(home.run(&["logout"]).code, Some(0));
}

#[test]
fn a_terminal_is_led_through_an_expired_password_and_the_registration_of_a_code() {
    let Some((admin, program, _turn)) = real() else { return };
    let webserver = env::var("BACKEND_WEBSERVER_ENDPOINT").unwrap();
    let user = Expired::new(&admin);
    let _forced = Setting::new("config/plugins/hook/totp/forced", "true");
    let other = env::var("BACKEND_USER_EMAIL").unwrap();
    let home = Home::new();
    let registration = || {
        let login = ["login", "--endpoint", &webserver, "--user", &other, "--password-stdin"];
        home.run_with(&login, &env::var("BACKEND_USER_PASSWORD").unwrap())
    };
    await_failure(registration, "Two-Factor Authentication registration required");
    let login = ["login", "--endpoint", &webserver, "--user", &user.email, "--name", "c"];
    let mut asked = rexpect::session::spawn_command(home.open(&login), Some(40_000)).unwrap();
    asked.exp_string("Password").unwrap();
    asked.send_line(PASSWORD).unwrap();
    asked.exp_string("The password has expired.").unwrap();
    for question in ["New password", "Again"] {
        asked.exp_string(question).unwrap();
        asked.send_line("second-Password-2").unwrap();
    }
    asked.exp_string("The password was changed.").unwrap();
    asked.exp_string("key      ").unwrap();
    let key = asked.read_line().unwrap();
    asked.exp_string("One-time password").unwrap();
    // The code is sent twice in its period of 30 seconds.
    let elapsed = UNIX_EPOCH.elapsed().unwrap().as_secs() % 30;
    if elapsed > 15 {
        std::thread::sleep(Duration::from_secs(30 - elapsed));
    }
    let script = root().join("tests/official/totp.py");
    let code = Command::new(program.with_file_name("python")).arg(script).arg(&key).output();
    let code: String = serde_json::from_slice(&code.unwrap().stdout).unwrap();
    asked.send_line(&code).unwrap();
    asked.exp_string("The one-time password was registered.").unwrap();
    asked.exp_string("Logged in at").unwrap();
    asked.exp_eof().unwrap();
    assert!(home.run(&["whoami"]).stdout.contains(&user.email));
    assert_eq!(home.run(&["logout"]).code, Some(0));
}
