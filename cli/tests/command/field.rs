//! Inputs that users met: one test for each.

use backendai_testing::{Fault, Manager};
use serde_json::{Value, json};

use crate::common::{Home, Ran};

async fn start() -> (Manager, Home) {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    (manager, home)
}

fn succeeds(ran: Ran) -> String {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    ran.stdout
}

fn fails(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} is not in {}", ran.stderr);
    }
}

/// Answers the next document so.
fn answer(manager: &Manager, body: &Value) {
    let fault = Fault::json(200, body.to_string());
    manager.faults().push_when(|request| request.path() == "/admin/gql", fault);
}

/// 04: a list that ends before the offset has not changed.
#[tokio::test(flavor = "multi_thread")]
async fn an_offset_at_the_end_of_a_list_is_no_change() {
    let (_manager, home) = start().await;
    let list =
        succeeds(home.run(&["user", "list", "--output", "json", "--all", "--field", "email"]));
    let total = serde_json::from_str::<Value>(&list).unwrap()["total_count"].as_u64().unwrap();
    for offset in [total, total + 5] {
        let offset = offset.to_string();
        let ran = home.run(&["user", "list", "--offset", &offset, "--field", "email"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stderr.starts_with(&format!("0 of {total} rows")), "{}", ran.stderr);
    }
    let last = (total - 1).to_string();
    let ran = home.run(&["user", "list", "--offset", &last, "--field", "email"]);
    assert!(!ran.stderr.contains("changed"), "{}", ran.stderr);
}

/// 05: a variable that is refused keeps its path, its type and the reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_variable_is_explained() {
    let (manager, home) = start().await;
    let message = "Variable '$p' got invalid value 9007199254740993 at 'p.idle_timeout'; Expected type \
                   'BigInt'. Cannot serialize integer out of the safe range.";
    answer(&manager, &json!({ "data": null, "errors": [{ "message": message }] }));
    let ran = home.run(&["user", "list"]);
    fails(&ran, 4, &["at 'p.idle_timeout'", "Expected type 'BigInt'", "out of the safe range"]);
    assert!(!ran.stderr.contains("9007199254740993"), "{}", ran.stderr);
}

/// 07: integers stay integers in every output.
#[tokio::test(flavor = "multi_thread")]
async fn large_integers_are_integers_in_every_output() {
    let (manager, home) = start().await;
    let row = json!({
        "id": "UserResourcePolicy:big", "name": "big", "max_quota_scope_size": 5497558138880.0,
    });
    for form in ["table", "json", "jsonl", "csv"] {
        answer(&manager, &json!({ "data": { "user_resource_policies": [row] }, "errors": null }));
        let fields = ["--field", "name,max_quota_scope_size", "--output", form];
        let list = succeeds(home.run(&[&["user-resource-policy", "list"], &fields[..]].concat()));
        assert!(list.contains("5497558138880") && !list.contains("880.0"), "{form}: {list}");
    }
    answer(&manager, &json!({ "data": { "user_resource_policies": [row] }, "errors": null }));
    let document = "{ user_resource_policies { name max_quota_scope_size } }";
    let data = succeeds(home.run(&["gql", "--execute", document]));
    assert!(data.contains("\"max_quota_scope_size\": 5497558138880"), "{data}");
}

/// 09: a proxy is named with its variable and without its password.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_named_where_it_fails() {
    let (manager, home) = start().await;
    let home = home.with("http_proxy", "http://u:secretpw@127.0.0.1:1");
    for command in [
        &["keypair", "info"][..],
        &["user", "list"],
        &["gql", "--execute", "{ __typename }", "--no-validate"],
    ] {
        let ran = home.run(command);
        fails(&ran, 1, &["through the proxy http://127.0.0.1:1 of http_proxy"]);
        let lines =
            ran.stderr.lines().filter(|line| line.contains("why:") || line.contains("fix:"));
        let text: String = lines.collect();
        assert!(!text.contains("manager") && !ran.stderr.contains("secretpw"), "{}", ran.stderr);
    }
    let home = home.with("http_proxy", "socks5://u:secretpw@127.0.0.1:1");
    let ran = home.run(&["keypair", "info"]);
    fails(&ran, 1, &["http_proxy: ", "socks5:// is not supported"]);
    let home = home.with("http_proxy", "::::");
    fails(&home.run(&["keypair", "info"]), 1, &["http_proxy: ", "http://HOST:PORT"]);
    let port = manager.endpoint().rsplit(':').next().unwrap();
    succeeds(home.with("no_proxy", format!("127.0.0.1:{port}")).run(&["keypair", "info"]));
}

/// 10: a session that has ended, whatever the status of the answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_session_needs_a_login() {
    let (manager, home) = start().await;
    let web = manager.webserver().await.unwrap();
    let user = manager.user();
    let at = ["login", "--endpoint", web.endpoint(), "--endpoint-type", "session", "--name", "w"];
    let user_option = ["--user", &user.email, "--password-stdin"];
    assert_eq!(home.run_with(&[&at[..], &user_option].concat(), &user.password).code, Some(0));
    let body = r#"{"data": null, "errors": [{"message": "Unauthorized access", "extensions": {"code": "user_auth_unauthorized"}}]}"#;
    for context in [&["--context", "w"][..], &[]] {
        let faults = if context.is_empty() { manager.faults() } else { web.faults() };
        faults.push_when(|request| request.path().ends_with("/admin/gql"), Fault::json(200, body));
        let ran = home.run(&[context, &["keypair", "info"]].concat());
        let fix = if context.is_empty() { "check the access key" } else { "`backendai login`" };
        fails(&ran, 1, &["Unauthorized access", fix]);
    }
    // 13: a user that was deleted meanwhile.
    let body = r#"{"type":"https://api.backend.ai/probs/auth-failed","title":"Credential/signature mismatch.","error_code":"user_auth_unauthorized","msg":"User account is deleted"}"#;
    web.faults().push(Fault::json(401, body));
    let ran = home.run(&["--context", "w", "whoami"]);
    fails(&ran, 1, &["User account is deleted", "log in as another user"]);
    assert!(!ran.stderr.contains("key"), "{}", ran.stderr);
}

/// 11 and 12: an expired password, and a one-time password that has to be registered.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_refused_has_the_next_step() {
    let (manager, home) = start().await;
    let web = manager.webserver().await.unwrap();
    let user = manager.user();
    let login = |more: &[&str]| {
        let at = ["login", "--endpoint", web.endpoint(), "--endpoint-type", "session"];
        let who = ["--user", &user.email, "--password-stdin", "--name", "web"];
        home.run_with(&[&at[..], &who, more].concat(), &user.password)
    };
    let expired = include_str!("../../../tests/answers/bodies/password-expired.json");
    web.faults().push(Fault::json(401, expired));
    let ran = login(&[]);
    fails(&ran, 1, &["Password has expired", "fix: change the password"]);
    assert!(!ran.stderr.contains("key") && !ran.stderr.contains("Host"), "{}", ran.stderr);

    web.require_otp_registration(&user.email, "REGISTRATION-TOKEN");
    let ran = login(&[]);
    fails(&ran, 1, &["fix: register a one-time password in the web interface", "--output json"]);
    assert!(!ran.stderr.contains("REGISTRATION-TOKEN"), "{}", ran.stderr);
    let error: Value = serde_json::from_str(&login(&["--output", "json"]).stdout).unwrap();
    assert_eq!(error["error"]["otp_registration_token"], "REGISTRATION-TOKEN");
}

/// 14: filters and orders of other languages.
#[tokio::test(flavor = "multi_thread")]
async fn filters_of_other_languages_have_advice() {
    let (_manager, home) = start().await;
    for (filter, part) in [
        ("username == 'f'", "double quotes"),
        (r#"email == "x" or email like "field%""#, "`|` for or"),
        (r#"role = "user""#, "`==`"),
    ] {
        fails(&home.run(&["user", "list", "--filter", filter]), 4, &["fix: write", part]);
    }
    let ran = home.run(&["user", "list", "--order", "email desc"]);
    fails(&ran, 4, &["fix: write `-created_at`"]);
    for filter in [r#"username == "f\"q\\b""#, r#"full_name ilike "%한국어%""#] {
        let ran = home.run(&["user", "list", "--filter", filter]);
        assert!(!ran.stderr.contains("is not a column"), "{}", ran.stderr);
    }
}

/// 15: a byte-order mark in a file with variables.
#[tokio::test(flavor = "multi_thread")]
async fn variables_may_have_a_byte_order_mark() {
    let (manager, home) = start().await;
    let key = &manager.superadmin().access_key;
    std::fs::write(home.path().join("v.json"), format!("\u{feff}{{\"k\": \"{key}\"}}\n")).unwrap();
    let document = "query Q($k: String) { keypair(access_key: $k) { access_key } }";
    let ran = home.run(&["gql", "--execute", document, "--variables", "@v.json"]);
    assert!(succeeds(ran).contains(key.as_str()));
}

/// 17: empty variables send unsigned requests.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_access_key_is_named() {
    let (_manager, home) = start().await;
    let home = home.with("BACKEND_ACCESS_KEY", "").with("BACKEND_SECRET_KEY", "");
    let ran = home.run(&["keypair", "info"]);
    fails(&ran, 1, &["fix: the access key is empty"]);
    assert!(!ran.stderr.contains("proxy"), "{}", ran.stderr);
}

/// 18: a keypair that only the list has.
#[tokio::test(flavor = "multi_thread")]
async fn a_keypair_of_a_user_without_a_project_is_found() {
    let (manager, home) = start().await;
    let key = &manager.inactive_user().access_key;
    answer(&manager, &json!({ "data": { "keypair": null }, "errors": null }));
    let shown = succeeds(home.run(&["keypair", "info", key]));
    assert!(shown.contains(key.as_str()), "{shown}");
    fails(&home.run(&["keypair", "info", "NOPE"]), 1, &["there is no keypair `NOPE`"]);
}

/// 19: a field that is named twice is shown once.
#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_shown_once() {
    let (_manager, home) = start().await;
    let fields = ["user", "list", "--field", "email,email", "--limit", "1", "--output"];
    let list = succeeds(home.run(&[&fields[..], &["json"]].concat()));
    assert_eq!(list.matches("\"email\"").count(), 1, "{list}");
    assert!(succeeds(home.run(&[&fields[..], &["csv"]].concat())).starts_with("email\n"));
}

/// 20: what the database refuses changed nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_too_long_is_a_bad_argument() {
    let (manager, home) = start().await;
    let message = "(sqlalchemy.dialects.postgresql.asyncpg.Error) <class \
                   'asyncpg.exceptions.StringDataRightTruncationError'>: value too long for type \
                   character varying(64)";
    answer(
        &manager,
        &json!({
            "data": { "create_keypair": null },
            "errors": [{ "message": message, "path": ["create_keypair"] }],
        }),
    );
    let add = ["keypair", "add", "someone@example.com", "default"];
    let ran = home.run(&add);
    fails(&ran, 4, &["value too long", "correct the value"]);
    assert!(
        !ran.stderr.contains("administrator") && !ran.stderr.contains("taken effect"),
        "{ran:?}"
    );
}

/// Values that are none of their enum, by value and by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_does_not_exist_is_a_bad_argument() {
    let (manager, home) = start().await;
    for message in ["'king' is not a valid UserRole", "'RUNING'"] {
        let code = json!({ "code": "backendai_generic_internal-error" });
        let error = json!({ "message": message, "path": ["user_list"], "extensions": code });
        answer(&manager, &json!({ "data": { "user_list": null }, "errors": [error] }));
        let ran = home.run(&["user", "list"]);
        fails(&ran, 4, &[message, "correct the value"]);
        assert!(!ran.stderr.contains("administrator"), "{}", ran.stderr);
    }
}

/// A refused value of an option, a column or an argument that has known values lists them.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_value_lists_the_known_ones() {
    let (manager, home) = start().await;
    for (arguments, message, parts) in [
        (
            &["session", "list", "--status", "runing"][..],
            "'RUNING'",
            &["did you mean `RUNNING`?", "values of --status are PENDING, "][..],
        ),
        (
            &["session", "list", "--filter", r#"status == "RUNING""#],
            "'RUNING'",
            &["did you mean `RUNNING`?", "values of `status` are PENDING, "],
        ),
        (
            &["agent", "list", "--status", "Alife"],
            "'ALIFE'",
            &["did you mean `ALIVE`?", "ALIVE, LOST, RESTARTING, TERMINATED"],
        ),
        (
            &["user", "list", "--filter", r#"role == "king""#],
            "'king' is not a valid UserRole",
            &["values of `role` are user, admin"],
        ),
        (
            &["user", "update", "a@example.com", "--role", "admn"],
            "'admn' is not a valid UserRole",
            &["did you mean `admin`?", "values of --role are user, admin"],
        ),
        (
            &["image", "list", "--filter-by-statuses", "ALVE"],
            "'ALVE'",
            &["did you mean `ALIVE`?", "ALIVE, DELETED"],
        ),
        (
            &["domain-node", "list", "--permission", "read"],
            "'read' is not a valid DomainPermission",
            &["values of --permission are read_attribute"],
        ),
    ] {
        let code = json!({ "code": "backendai_generic_internal-error" });
        let error = json!({ "message": message, "path": ["x"], "extensions": code });
        let fault = Fault::json(200, json!({ "data": null, "errors": [error] }).to_string());
        manager.faults().push_when(|request| request.path() == "/admin/gql", fault);
        fails(&home.run(arguments), 4, parts);
        assert_eq!(manager.faults().pending(), 0, "{arguments:?}");
    }
    // The help lists them, too; a value that only a newer manager knows is sent.
    let help = succeeds(home.run(&["session", "list", "--help"]));
    assert!(help.contains("[possible values: PENDING, "), "{help}");
    let ran = home.run(&["session", "list", "--status", "LATER"]);
    assert_ne!(ran.code, Some(2), "{ran:?}");
}

/// Empty names of fields and objects are no names.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_name_is_refused_before_anything_is_sent() {
    let (manager, home) = start().await;
    for (arguments, code, parts) in [
        (
            &["keypair", "info", ""][..],
            4,
            &["the access_key is empty", "`backendai keypair list`"][..],
        ),
        (&["user", "info", " "], 4, &["the email is empty"]),
        (&["user", "list", "--field", "email,,role"], 2, &["a name of a field is empty", "comma"]),
        (&["user", "list", "--field", "EMAIL"], 2, &["did you mean `email`?"]),
    ] {
        fails(&home.run(arguments), code, parts);
    }
    assert!(manager.requests_of("GetKeyPair").is_empty());
}

/// Filters of other languages, and blank ones.
#[tokio::test(flavor = "multi_thread")]
async fn more_filters_of_other_languages_have_advice() {
    let (_manager, home) = start().await;
    for (filter, part) in [
        ("email == x", "double quotes"),
        ("created_at > 2024-01-01", "times in double quotes"),
        (r#"email in ("a", "b")"#, "square brackets"),
        (" ", "leave --filter out"),
    ] {
        let ran = home.run(&["user", "list", "--filter", filter]);
        fails(&ran, 4, &["fix: ", part]);
        assert!(!ran.stderr.contains("is not a column"), "{filter}: {}", ran.stderr);
    }
}

/// A total that the manager reports of no list.
#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_total_of_replicas_is_not_used() {
    let (manager, home) = start().await;
    let rows = json!([{ "routing_id": "5c000000-0000-4000-8000-000000000001", "id": "x" }]);
    for (pages, count) in [(vec![json!([])], 0_u64), (vec![rows, json!([])], 1)] {
        for items in pages {
            let list = json!({ "items": items, "total_count": 1 });
            answer(&manager, &json!({ "data": { "routing_list": list } }));
        }
        let ran = home.run(&["routing", "list", "--field", "routing_id", "--output", "json"]);
        let list: Value = serde_json::from_str(&succeeds(ran)).unwrap();
        assert_eq!(list["count"], count, "{list}");
        let total = list.get("total_count").and_then(Value::as_u64);
        assert!(total.is_none_or(|total| total == count), "{list}");
        assert_eq!(manager.faults().pending(), 0, "{list}");
    }
}

/// A retry is a sentence, without the fields of the log.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_reported_as_a_sentence() {
    let (manager, home) = start().await;
    manager.fail_operation("PagedUsers", Fault::gateway(502));
    let ran = home.run(&["user", "list"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let address = manager.endpoint().split("//").nth(1).unwrap();
    let begin = format!("warning: PagedUsers failed at {address} (502); the next attempt is in 0.");
    let lines: Vec<_> = ran.stderr.lines().collect();
    assert!(lines.len() == 1 && lines[0].starts_with(&begin), "{}", ran.stderr);
    assert!(!ran.stderr.contains('='), "{}", ran.stderr);
}

/// Of the inputs for BentoCloud: a system without root certificates needs none for `http://`.
#[tokio::test(flavor = "multi_thread")]
async fn a_system_without_certificates_is_named_for_https_alone() {
    let home = Home::new().with("SSL_CERT_FILE", "/none").with("SSL_CERT_DIR", "/none");
    for (scheme, named) in [("https", true), ("http", false)] {
        let endpoint = format!("{scheme}://127.0.0.1:1");
        let ran = home.run(&["bento", "login", "--endpoint", &endpoint, "--api-token", "x"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(ran.stderr.contains("SSL_CERT_FILE"), named, "{}", ran.stderr);
    }
}

/// A verb that asks nothing accepts the answer all the same.
#[tokio::test(flavor = "multi_thread")]
async fn every_verb_accepts_yes() {
    let (_manager, home) = start().await;
    std::fs::write(home.path().join("d.csv"), "name\nsoon\n").unwrap();
    let ran = home.run(&["domain", "create", "--from-file", "d.csv", "--yes"]);
    assert_eq!(succeeds(ran), "d.csv:2: soon was created\n");
    succeeds(home.run(&["domain", "update", "soon", "--description", "x", "-y"]));
}

/// A name where an id is needed is resolved, or is an error that names it.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_place_of_an_id_is_resolved_or_named() {
    let (_manager, home) = start().await;
    let shown = succeeds(home.run(&["group", "info", "default"]));
    assert!(shown.contains("default"), "{shown}");
    let ran = home.run(&["group", "info", "nowhere"]);
    assert!(ran.code != Some(0) && ran.stderr.contains("nowhere"), "{ran:?}");
    assert!(!ran.stderr.contains("found `"), "{}", ran.stderr);
}

/// An object that a manager fails to look up, because it does not exist.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_does_not_exist_is_not_found() {
    let (manager, home) = start().await;
    let code = json!({ "code": "backendai_generic_internal-error" });
    let message = "'NoneType' object has no attribute 'status'";
    let error = json!({ "message": message, "path": ["agent"], "extensions": code });
    let failed = json!({ "data": { "agent": null }, "errors": [error] });
    answer(&manager, &failed);
    let ran = home.run(&["agent", "info", "none"]);
    fails(&ran, 1, &["there is no agent `none`", "`backendai agent list`"]);
    // One that exists keeps the failure.
    let list = succeeds(home.run(&["agent", "list", "--field", "id", "--output", "json"]));
    let list: Value = serde_json::from_str(&list).unwrap();
    let id = list["items"][0]["id"].as_str().unwrap();
    answer(&manager, &failed);
    fails(&home.run(&["agent", "info", id]), 1, &[message, "administrator"]);
}
