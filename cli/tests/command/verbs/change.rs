//! The verbs that change something: one object, several, and the rows of a file.

use std::fs;

use backendai_testing::Manager;
use serde_json::{Value, json};

use super::{Home, fails, fine, json, people, superadmin};
use crate::common::subcommands;

/// The rows of a list with some fields, in the order of the first.
#[track_caller]
fn rows(home: &Home, noun: &str, fields: &str) -> Vec<Value> {
    let mut arguments = vec![noun, "list", "--field", fields, "--output=jsonl"];
    if noun == "user" {
        arguments.push("--all");
    }
    let ran = home.run(&arguments);
    let mut rows: Vec<_> = fine(&ran).lines().map(json).collect();
    rows.sort_by_key(ToString::to_string);
    rows
}

fn people_of(home: &Home) -> Vec<Value> {
    let mut all = rows(home, "user", "email,full_name,role,domain_name,need_password_change");
    all.retain(|row| row["email"].as_str().unwrap().starts_with("person"));
    all
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_users_are_made_once_although_interrupted() {
    let (manager, home) = superadmin().await;
    fs::write(home.path().join("people.csv"), people::file("person", "example.com", 200)).unwrap();
    let line = ["user", "create", "default", "--from-file", "people.csv"];
    people::interrupted(&home, &line, 20);
    let before = people_of(&home).len();
    assert!((20..200).contains(&before), "{before}");

    let ran = home.run(&line);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, format!("{} created, {before} before\n", 200 - before));
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 200);
    assert_eq!(lines[0], "people.csv:2: person000@example.com was created before");
    assert!(
        lines[199].starts_with("people.csv:201: person199@example.com was created (access key ")
    );
    assert!(!ran.stdout.contains("Secret,"));

    let all = people_of(&home);
    assert_eq!(all.len(), 200);
    for (index, row) in all.iter().enumerate() {
        let role = if index % 50 == 0 { "admin" } else { "user" };
        let expected = json!({
            "email": format!("person{index:03}@example.com"),
            "full_name": format!("Person {index}"),
            "role": role,
            "domain_name": "default",
            "need_password_change": true,
        });
        assert_eq!(*row, expected);
    }
    // A third run sends nothing but two requests for what there is.
    manager.forget_requests();
    let ran = home.run(&line);
    assert_eq!(ran.stderr, "0 created, 200 before\n");
    assert!(manager.requests_of("CreateUser").is_empty());
    assert!(manager.requests().len() <= 4, "{}", manager.requests().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_every_format_are_the_same() {
    let (_manager, home) = superadmin().await;
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    write("a.csv", "name,description,allowed-docker-registries\na,one,\"x.io,y.io\"\n");
    write(
        "b.json",
        r#"[{"name": "b", "description": "one", "allowed_docker_registries": ["x.io", "y.io"]}]"#,
    );
    write(
        "c.jsonl",
        r#"{"name": "c", "description": "one", "allowed_docker_registries": "x.io,y.io"}"#,
    );
    for (file, name) in [("a.csv", "a"), ("b.json", "b"), ("c.jsonl", "c")] {
        let ran =
            home.run(&["domain", "create", "--from-file", file, "--inactive", "--output=json"]);
        let report = json(fine(&ran));
        assert_eq!((&report["ok"], &report["items"][0]["name"]), (&json!(true), &json!(name)));
    }
    let ran = home.run_with(&["domain", "add", "--from-file", "-"], "name\nd\n");
    assert_eq!(fine(&ran), "input:2: d was created\n");
    let fields = "name,description,is_active,allowed_docker_registries";
    let all = rows(&home, "domain", fields);
    for name in ["a", "b", "c"] {
        let row = all.iter().find(|row| row["name"] == name).unwrap();
        assert_eq!(
            (&row["description"], &row["is_active"], &row["allowed_docker_registries"]),
            (&json!("one"), &json!(false), &json!(["x.io", "y.io"]))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_fails_ends_the_file_unless_told_otherwise() {
    let (manager, home) = superadmin().await;
    let text = "name,resource-policy\none,default\ntwo,no-such-policy\nthree,default\n";
    fs::write(home.path().join("g.csv"), text).unwrap();
    let line = ["group", "create", "default", "--from-file", "g.csv"];
    let ran = home.run(&line);
    fails(&ran, 1, "error: g.csv:3: two was not created\n  why: ");
    assert!(ran.stderr.ends_with(
        "1 of 3 was not created; 1 was not tried: correct the file and run it again, or give \
         --continue-on-error\n"
    ));
    assert_eq!(ran.stdout, "g.csv:2: one was created\n");
    let ran = home.run(&[&line[..], &["--continue-on-error", "--output=jsonl"]].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let items: Vec<_> = ran.stdout.lines().map(json).collect();
    assert_eq!(items.len(), 3);
    assert_eq!((&items[0]["skipped"], &items[0]["row"]), (&json!(true), &json!("g.csv:2")));
    assert_eq!((&items[1]["ok"], &items[2]["ok"]), (&json!(false), &json!(true)));
    assert_eq!(items[2]["group"]["name"], "three");

    // What is there with other values is not taken for done.
    fs::write(home.path().join("g.csv"), "name,description\none,another\n").unwrap();
    let ran = home.run(&line);
    fails(&ran, 1, "why: it exists already, and its description is ");
    // What is wrong in the file is reported before anything is sent.
    manager.forget_requests();
    for (text, says) in [
        ("nam\nx\n", "g.csv:2: there is no column `nam`\n  why: did you mean `name`?"),
        ("name,is_active\nx,perhaps\n", "g.csv:2: `is_active` is invalid"),
        ("name\nx\nx\n", "g.csv:3: x is in g.csv:2 already"),
        ("description\nx\n", "g.csv:2: `name` is missing"),
        ("", "g.csv has no rows"),
        ("[{\"name\": null}]", "null has no meaning here"),
    ] {
        fs::write(home.path().join("g.csv"), text).unwrap();
        let ran = home.run(&line);
        assert!(matches!(ran.code, Some(2 | 4)), "{ran:?}");
        assert!(ran.stderr.contains(says), "{says} is not in {ran:?}");
    }
    assert!(manager.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_made_changed_and_purged_as_by_the_official_command() {
    let (manager, home) = superadmin().await;
    let email = "new@example.com";
    let info = |field: &str| {
        let ran = home.run(&["user", "info", email, "--field", field, "--output=json"]);
        json(fine(&ran))["items"][0][field].clone()
    };
    let ran = home.run(&[
        "user",
        "add",
        "default",
        email,
        "pw12345!",
        "-u",
        "new",
        "-n",
        "New One",
        "-r",
        "ADMIN",
        "--need-password-change",
        "--allowed-ip",
        "10.0.0.0/8,::1",
        "--cuid",
        "1200",
        "-g",
        "default",
    ]);
    assert!(fine(&ran).starts_with("new@example.com was created (access key "));
    assert_eq!((info("username"), info("full_name")), (json!("new"), json!("New One")));
    assert_eq!((info("role"), info("need_password_change")), (json!("admin"), json!(true)));
    assert_eq!(info("container_uid"), 1200);
    let groups = info("groups");
    assert!(groups.as_array().unwrap().iter().any(|group| group["name"] == "default"), "{groups}");
    assert_eq!(info("allowed_client_ip"), json!(["10.0.0.0/8", "::1/128"]));

    let ran = home.run(&[
        "user",
        "update",
        email,
        "--unset-cuid",
        "-n",
        "Other",
        "--clear",
        "allowed-client-ip",
    ]);
    assert_eq!(fine(&ran), "new@example.com was updated\n");
    assert_eq!((info("container_uid"), info("allowed_client_ip")), (json!(null), json!(null)));
    assert_eq!(info("full_name"), "Other");
    fails(
        &home.run(&["user", "update", email]),
        2,
        "error: nothing is given that is to be changed",
    );
    fails(&home.run(&["user", "update", email, "--clear", "role"]), 2, "invalid value 'role'");

    // A password is not an argument: it may be in a file, or come from the standard input.
    fs::write(home.path().join("pw"), "from-a-file\n").unwrap();
    let ran = home.run(&["user", "create", "default", "b@example.com", "@pw", "--dry-run"]);
    assert!(fine(&ran).contains("\"password\": \"***\""), "{ran:?}");
    assert!(!ran.stdout.contains("from-a-file"));
    manager.forget_requests();
    let ran = home.run_with(&["user", "create", "default", "b@example.com", "-"], "from-stdin\n");
    fine(&ran);
    let sent = manager.requests().iter().filter_map(|it| it.json()).collect::<Vec<_>>();
    let sent = sent.iter().find(|body| body["operationName"] == "CreateUser").unwrap();
    assert_eq!(sent["variables"]["props"]["password"], "from-stdin");
    let ran = home.run(&["user", "create", "default", "c@example.com"]);
    fails(&ran, 2, "error: the password is missing");
    // Without a user name the e-mail address is it: an empty one is taken after the first user.
    for email in ["c@example.com", "d@example.com"] {
        fine(&home.run(&["user", "create", "default", email, "@pw"]));
        let ran = home.run(&["user", "info", email, "--field", "username", "-o", "csv"]);
        assert_eq!(fine(&ran), format!("username\n{email}\n"));
    }

    fails(&home.run(&["user", "purge", email]), 2, "fix: give --yes");
    let ran = home.run(&[
        "user",
        "purge",
        email,
        "nobody@example.com",
        "--yes",
        "--purge-shared-vfolders",
    ]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "new@example.com was purged\n"));
    assert!(ran.stderr.contains("error: nobody@example.com was not purged"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_stand_for_ids() {
    let (manager, home) = superadmin().await;
    let info = |field: &str| {
        let ran = home.run(&["group", "info", "default", "--field", field, "--output=json"]);
        json(fine(&ran))["items"][0][field].clone()
    };
    let id = info("id").as_str().unwrap().to_owned();
    assert_eq!(home.run(&["group", "info", &id]).code, Some(0));
    let members = || {
        let ran = home.run(&["user", "info", &manager.other_admin().email, "--output=json"]);
        json(fine(&ran))["items"][0]["groups"].clone()
    };
    fails(&home.run(&["group", "info", "nope"]), 1, "error: there is no project `nope`");
    let user = &manager.inactive_user().email;
    for verb in ["remove-users", "add-users"] {
        let ran = home.run(&["group", verb, "default", user]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    assert!(members().is_array());
    // The registry that committed images go to is kept, which the manager clears otherwise.
    let ran = home.run(&[
        "group",
        "update",
        "default",
        "--container-registry",
        r#"{"registry": "cr.io", "project": "p"}"#,
    ]);
    assert_eq!(fine(&ran), "default was updated\n");
    let registry = info("container_registry");
    assert!(registry.to_string().contains("cr.io"), "{registry}");
    fine(&home.run(&["project", "update", "default", "-d", "kept"]));
    assert_eq!((info("container_registry"), info("description")), (registry, json!("kept")));
    fine(&home.run(&["group", "update", "default", "--no-container-registry"]));
    assert!(!info("container_registry").to_string().contains("cr.io"));
    // One name of several projects is no id.
    let other = &manager.other_admin().email;
    let ran = home.run(&["group", "create", "other", "twin"]);
    assert_eq!(ran.code, Some(0), "{ran:?} {other}");
    fine(&home.run(&["group", "create", "default", "twin"]));
    let ran = home.run(&["group", "purge", "twin", "--yes"]);
    fails(&ran, 4, "several have the name `twin`");
    assert!(
        ran.stderr.contains("(other, true)") && ran.stderr.contains("(default, true)"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn scaling_groups_have_the_official_verbs() {
    let (_manager, home) = superadmin().await;
    let info = |field: &str| {
        let ran = home.run(&["scaling-group", "info", "sg", "--field", field, "--output=json"]);
        json(fine(&ran))["items"][0][field].clone()
    };
    fine(&home.run(&[
        "scaling-group",
        "add",
        "sg",
        "-d",
        "text",
        "--private",
        "--driver-opts",
        "{\"a\": 1}",
        "--wsproxy-addr",
        "http://proxy",
    ]));
    assert_eq!((info("is_public"), info("is_active")), (json!(false), json!(true)));
    assert_eq!((info("driver"), info("scheduler")), (json!("static"), json!("fifo")));
    fine(&home.run(&["scaling-group", "update", "sg", "-a", "false", "--private", "no"]));
    assert_eq!((info("is_public"), info("is_active")), (json!(true), json!(false)));
    let ran = home.run(&["scaling-group", "update", "sg", "--clear", "wsproxy-addr", "--dry-run"]);
    assert!(fine(&ran).contains("\"wsproxy_addr\": null"), "{ran:?}");
    fine(&home.run(&["scaling-group", "associate-scaling-group", "sg", "default"]));
    fine(&home.run(&["domain-scaling-group", "remove", "default", "sg"]));
    fine(&home.run(&["group-scaling-group", "add", "default", "sg"]));
    fine(&home.run(&["group-scaling-group", "clear", "default", "--yes"]));
    assert_eq!(fine(&home.run(&["resource-group", "rm", "sg", "-y"])), "sg was deleted\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_shows_its_request() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let mut seen = 0;
    for noun in &subcommands(&home, &[]) {
        let verbs = home.run(&[noun, "--help"]).stdout;
        for verb in ["purge", "delete"] {
            if !verbs.lines().any(|line| line.trim_start().starts_with(&format!("{verb} "))) {
                continue;
            }
            let usage = home.run(&[noun, verb, "--help"]).stdout;
            if !usage.contains("--dry-run") {
                continue;
            }
            let ran = home.run(&[noun, verb, "some-name", "--dry-run", "--output=json"]);
            let request = json(fine(&ran));
            assert!(request["query"].as_str().unwrap().starts_with("mutation "), "{request}");
            assert!(request["variables"].to_string().contains("some-name"), "{request}");
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen}");
    assert!(manager.requests().is_empty());
}

/// Keypairs have no name of their own: the file of results has the rows that are done.
#[tokio::test(flavor = "multi_thread")]
async fn keypairs_are_made_once_although_a_row_is_interrupted() {
    let (manager, home) = superadmin().await;
    let email = &manager.user().email;
    let row = format!("{email},default\n");
    fs::write(home.path().join("keys.csv"), format!("user_id,resource_policy\n{row}{row}{row}"))
        .unwrap();
    let line = ["keypair", "create", "--from-file", "keys.csv", "--yes"];
    let count = || rows(&home, "keypair", "access_key").len();
    let before = count();

    // The second one is sent, and nothing is known of its outcome.
    let created = std::sync::atomic::AtomicUsize::new(0);
    let second = move |request: &backendai_testing::Recorded| {
        let is_create = request.json().is_some_and(|body| body["operationName"] == "CreateKeyPair");
        is_create && created.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 1
    };
    manager.faults().push_when(second, backendai_testing::Fault::Close);
    let ran = home.run(&line);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("1 was not tried"), "{ran:?}");
    assert_eq!(count(), before + 1);

    // It is not repeated without the caller's word.
    let ran = home.run(&[&line[..], &["--continue-on-error"]].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains(&format!("keys.csv:2: {email} was created before")), "{ran:?}");
    assert!(ran.stderr.contains("keys.csv:3: no keypair was created"), "{ran:?}");
    assert!(ran.stderr.contains("no result is known"), "{ran:?}");
    assert_eq!(count(), before + 2);

    let done = home.path().join("keys.csv.done");
    let text = fs::read_to_string(&done).unwrap();
    assert_eq!(text.lines().count(), 6, "{text}");
    let failed = |line: &str| match line.contains("\"nth\":1") {
        true => line.replace("begun", "failed") + "\n",
        false => line.to_owned() + "\n",
    };
    fs::write(&done, text.lines().map(failed).collect::<String>()).unwrap();
    let ran = home.run(&line);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(count(), before + 3);
    let ran = home.run(&line);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "0 created, 3 before\n"), "{ran:?}");
    assert_eq!(count(), before + 3);
}
