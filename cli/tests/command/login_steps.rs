//! What a login finds out or does before it: the type of the endpoint, an expired password, the
//! registration of a one-time password.

use backendai_testing::{Fault, Manager, Webserver};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use url::Url;

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
    for (address, advice) in [
        (format!("{}/func", web.endpoint()), "without it"),
        (format!("{}/admin/gql", manager.endpoint()), "give the address without /admin/gql"),
        (format!("{}/login", web.endpoint()), "give the address without /login"),
    ] {
        let ran = login(&home, &address, &by_key, &admin.secret_key);
        assert!(ran.stderr.contains(advice), "{address}: {ran:?}");
    }
    // Something else than a proxy answers in its place.
    let home = home.with("http_proxy", manager.endpoint()).with("no_proxy", "10.0.0.0/33");
    for _ in 0..2 {
        manager.faults().push(Fault::json(404, "{}"));
    }
    let ran = login(&home, "http://manager.invalid", &by_key, &admin.secret_key);
    fails(&ran, 1, &["is a proxy that reaches it", "no_proxy"]);
    let warned = "warning: `10.0.0.0/33` in no_proxy is no host, address or network";
    assert_eq!(ran.stderr.matches(warned).count(), 1, "{ran:?}");
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
async fn every_request_of_a_login_is_printed_without_secrets() {
    let (manager, web) = start().await;
    let (home, user, admin) = (Home::new(), manager.user(), manager.superadmin());
    web.expire_password(&user.email);
    web.require_otp_registration(&user.email, "REGISTRATION-TOKEN");
    web.accept_token("a-token-of-a-plugin", &admin.email);
    std::fs::write(home.path().join("new"), "a-new-password").unwrap();
    let by_password = ["--user", &user.email, "--password-stdin", "-vv"];
    let by_key = ["--access-key", &admin.access_key, "--secret-key-stdin", "-vv"];
    let changed = [&by_password[..], &["--new-password-file", "new", "--register-otp"]].concat();
    let with_code = [&by_password[..], &["--otp", "123456"]].concat();
    let mut secrets = vec!["a-new-password", "REGISTRATION-TOKEN", "a-token-of-a-plugin", "123456"];
    secrets.extend([user.password.as_str(), &admin.secret_key, &admin.access_key]);
    let mut sessions = Vec::new();
    for (address, more, secret, path) in [
        (web.endpoint(), &changed[..], user.password.as_str(), "/func/totp/anon"),
        (web.endpoint(), &with_code, "a-new-password", "/server/login"),
        (web.endpoint(), &["--token-stdin", "-vv"], "a-token-of-a-plugin", "/server/token-login"),
        // Another address is asked for its type.
        (manager.endpoint(), &by_key, &admin.secret_key, "/"),
    ] {
        let ran = login(&home, address, more, secret);
        assert!(ran.stderr.contains(&format!("{address}{path}")), "{path} is not in {ran:?}");
        sessions.extend(web.sessions());
        for secret in secrets.iter().copied().chain(sessions.iter().map(String::as_str)) {
            assert!(!ran.stderr.contains(secret), "{secret} is in {ran:?}");
        }
        assert!(!ran.stderr.contains("EMBEDDEDOTPKEY"), "{ran:?}");
    }
    assert_eq!(sessions.len(), 2);
    // The sessions of replaced contexts were ended.
    assert_eq!(web.sessions(), [""; 0]);
    let ran = login(&home, web.endpoint(), &["--token-stdin"], "a-token-of-a-plugin");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let session = web.sessions().remove(0);
    for command in [&["session-login", "list", "-vv"][..], &["logout", "-vv"]] {
        let ran = home.run(command);
        let begin = format!("> POST {}/", web.endpoint());
        assert!(ran.stderr.contains(&begin) && !ran.stderr.contains(&session), "{ran:?}");
    }
}

/// The answer of a page, to which a browser is redirected from this address.
async fn get(address: &str) -> String {
    let mut address = address.to_owned();
    loop {
        let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let next = answer.lines().find_map(|line| line.strip_prefix("Location: "));
        match next {
            Some(next) => address = next.to_owned(),
            None => return answer,
        }
    }
}

/// Where the page of a sign-on leads back to.
fn back_of(page: &str) -> String {
    let page = Url::parse(page).unwrap();
    let (_, back) = page.query_pairs().next().unwrap();
    back.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_on() {
    let (manager, web) = start().await;
    let (home, user) = (Home::new().with("BROWSER", "/bin/true"), manager.user());
    let ran = login(&home, web.endpoint(), &["--browser"], "");
    fails(&ran, 1, &["the single sign-on did not begin", "--token-stdin"]);
    web.offer_sign_on("a-token-of-a-plugin");
    web.accept_token("a-token-of-a-plugin", &user.email);
    let browse = async |change: fn(&str) -> String| {
        let mut command = tokio::process::Command::from(home.command(&[
            "login",
            "--endpoint",
            web.endpoint(),
            "--name",
            "c",
            "--browser",
            "-vv",
        ]));
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut text = String::new();
        let address = loop {
            let line = lines.next_line().await.unwrap().unwrap();
            text.push_str(&line);
            if let Some((_, address)) =
                line.split_once("Log in with a web browser of this machine at ")
            {
                break change(address);
            }
        };
        // Another page cannot end the login.
        let mut other = Url::parse(&back_of(&address)).unwrap();
        other.set_path("/");
        other.set_query(Some("sToken=another"));
        assert!(get(other.as_str()).await.starts_with("HTTP/1.1 404"));
        let page = get(&address).await;
        assert!(page.contains("close this page"), "{page}");
        while let Some(line) = lines.next_line().await.unwrap() {
            text.push_str(&line);
        }
        assert!(!text.contains("a-token-of-a-plugin"), "{text}");
        (child.wait().await.unwrap().code(), text)
    };
    assert_eq!(browse(str::to_owned).await.0, Some(0));
    assert!(home.run(&["whoami"]).stdout.contains(&user.email));
    // What the page of the sign-on answers in place of a token.
    let refused = browse(|address| {
        let back = back_of(address);
        let query = [("redirect_to", back.as_str()), ("bai_error", "open-id-access-denied")];
        Url::parse_with_params(&back, query).unwrap().into()
    });
    let (code, text) = refused.await;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("open-id-access-denied"), "{text}");
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
    for (code, message) in [("000000", "Not registered"), ("123456", "was registered")] {
        asked.exp_string("One-time password").unwrap();
        asked.send_line(code).unwrap();
        asked.exp_string(message).unwrap();
    }
    asked.exp_string("Logged in at").unwrap();
    asked.exp_eof().unwrap();
}
