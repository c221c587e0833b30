//! What a login finds out or does before it: the type of the endpoint, an expired password, the
//! registration of a one-time password.

use backendai_testing::{Fault, Manager, Webserver};
use serde_json::Value;

use crate::common::{Home, Ran};

async fn start() -> (Manager, Webserver) {
    let manager = Manager::start().await.unwrap();
    let web = manager.webserver().await.unwrap();
    (manager, web)
}

/// Runs `login` at this address, with further arguments and a secret on the standard input.
fn login(home: &Home, address: &str, more: &[&str], secret: &str) -> Ran {
    home.run_with(&[&["login", "--endpoint", address, "--name", "c"], more].concat(), secret)
}

#[track_caller]
fn fails(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} is not in {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_type_of_an_endpoint_is_found_out() {
    let (manager, web) = start().await;
    let (home, admin) = (Home::new(), manager.superadmin());
    let by_key = ["--access-key", &admin.access_key, "--secret-key-stdin"];
    let by_password = ["--user", &admin.email, "--password-stdin"];
    for (address, more, secret, kind) in [
        (manager.endpoint(), by_key, &admin.secret_key, "api"),
        (web.endpoint(), by_password, &admin.password, "session"),
    ] {
        let ran = login(&home, address, &more, secret);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let ran = home.run(&["context", "show", "c", "--output", "json"]);
        let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(shown["endpoint_type"], kind);
        assert_eq!(home.run(&["whoami"]).code, Some(0));
        home.run(&["context", "remove", "c", "--yes"]);
    }
    let ran = login(&home, web.endpoint(), &by_key, &admin.secret_key);
    fails(&ran, 2, &["is a webserver, which takes no access key", "fix: give --user"]);
    let ran = login(&home, manager.endpoint(), &by_password, &admin.password);
    fails(&ran, 2, &["is a manager, which takes no password", "fix: give --access-key"]);
    for _ in 0..2 {
        manager.faults().push(Fault::json(404, "{}"));
    }
    let ran = login(&home, manager.endpoint(), &by_key, &admin.secret_key);
    fails(&ran, 1, &["neither a manager nor a webserver", "--endpoint-type"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_single_sign_on_is_taken() {
    let (manager, web) = start().await;
    let (home, user) = (Home::new(), manager.user());
    web.accept_token("a-token-of-a-plugin", &user.email);
    let more = ["--token-stdin"];
    fails(&login(&home, web.endpoint(), &more, "another"), 1, &["unknown token"]);
    let ran = login(&home, web.endpoint(), &more, "a-token-of-a-plugin\n");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(home.run(&["whoami"]).stdout.contains(&user.email));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_password_is_replaced() {
    let (manager, web) = start().await;
    let user = manager.user();
    let more = ["--user", &user.email, "--password-stdin"];
    web.expire_password(&user.email);
    let ran = login(&Home::new(), web.endpoint(), &more, &user.password);
    fails(&ran, 1, &["Password has expired", "--new-password-file or in BACKENDAI_NEW_PASSWORD"]);

    let home = Home::new().with("BACKENDAI_NEW_PASSWORD", &user.password);
    let ran = login(&home, web.endpoint(), &more, &user.password);
    fails(&ran, 1, &["the expired password was not changed", "same password"]);

    std::fs::write(home.path().join("new"), "a-new-password\n").unwrap();
    let file = [&more[..], &["--new-password-file", "new"]].concat();
    let ran = login(&home, web.endpoint(), &file, &user.password);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.stdout.contains("a-new-password") && !ran.stderr.contains("a-new-password"));
    let home = Home::new();
    assert_eq!(login(&home, web.endpoint(), &more, &user.password).code, Some(1));
    assert_eq!(login(&home, web.endpoint(), &more, "a-new-password").code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_password_is_registered_in_two_logins() {
    let (manager, web) = start().await;
    let (home, user) = (Home::new(), manager.user());
    web.require_otp_registration(&user.email, "REGISTRATION-TOKEN");
    let run = |more: &[&str]| {
        let all = [&["--user", &user.email, "--password-stdin"], more].concat();
        login(&home, web.endpoint(), &all, &user.password)
    };
    fails(&run(&[]), 1, &["--register-otp"]);
    let ran = run(&["--register-otp"]);
    fails(&ran, 1, &["log in again with a code of the app as --otp"]);
    assert!(ran.stdout.starts_with("key      EMBEDDED"), "{ran:?}");
    assert!(ran.stdout.contains("address  otpauth://totp/"), "{ran:?}");
    let ran = run(&["--register-otp", "--output", "json"]);
    let key: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(key["otp_address"].as_str().unwrap().contains(key["otp_key"].as_str().unwrap()));
    let ran = run(&["--otp", "000000"]);
    fails(&ran, 1, &["the one-time password was not registered", "TOTP authorization failed"]);
    assert!(!ran.stderr.contains("REGISTRATION-TOKEN"), "{ran:?}");
    assert_eq!(run(&["--otp", "123456"]).code, Some(0));
    // It is registered now.
    fails(&run(&[]), 1, &["give the one-time password by --otp"]);
    assert_eq!(run(&["--otp", "123456"]).code, Some(0));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_led_through_all_steps() {
    let (manager, web) = start().await;
    let (home, user) = (Home::new(), manager.user());
    web.expire_password(&user.email);
    web.require_otp_registration(&user.email, "REGISTRATION-TOKEN");
    let arguments = ["login", "--endpoint", web.endpoint(), "--user", &user.email];
    let mut asked = rexpect::session::spawn_command(home.open(&arguments), Some(20_000)).unwrap();
    asked.exp_string("Password").unwrap();
    asked.send_line(&user.password).unwrap();
    asked.exp_string("The password has expired.").unwrap();
    // The same as before is refused. The prompt is printed once more after its answer, so that the next one
    // is the one after the message.
    for (password, message) in
        [(user.password.as_str(), "Not changed"), ("a-new-password", "The password was changed.")]
    {
        for question in ["New password", "Again"] {
            asked.exp_string(question).unwrap();
            asked.send_line(password).unwrap();
        }
        asked.exp_string(message).unwrap();
    }
    asked.exp_string("EMBEDDEDOTPKEY").unwrap();
    for code in ["000000", "123456"] {
        asked.exp_string("One-time password").unwrap();
        asked.send_line(code).unwrap();
    }
    asked.exp_string("was registered").unwrap();
    asked.exp_string("Logged in at").unwrap();
    asked.exp_eof().unwrap();
}
