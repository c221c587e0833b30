//! Login sessions at a real webserver.

use std::env;

use super::real;
use crate::{common::Home, verbs::json};

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
