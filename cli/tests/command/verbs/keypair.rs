//! `keypair`: what is printed, what the exit code is, and what the manager has afterwards.

use backendai_testing::Manager;
use serde_json::json;

use super::{Home, fails, fine, json, superadmin};

/// The field of a keypair, as the manager has it now.
#[track_caller]
fn field(home: &Home, key: &str, field: &str) -> serde_json::Value {
    let ran = home.run(&["keypair", "info", key, "--field", field, "--output=json"]);
    json(fine(&ran))["items"][0][field].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_the_official_shape() {
    let manager = Manager::builder().keypairs(40).start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let total = manager.access_keys().len();
    let ran = home.run(&["keypair", "list", "--output", "json"]);
    let list = json(fine(&ran));
    assert_eq!((&list["count"], &list["total_count"]), (&json!(20), &json!(total)));
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 20);
    let first = &ran.stdout[..ran.stdout.find("\"projects\"").unwrap()];
    assert!(first.starts_with("{\n  \"count\": 20,\n  \"total_count\""), "{first}");
    assert!(first.contains("\"items\": [\n    {\n      \"user_id\": "), "{first}");
    assert!(items.iter().all(|item| item["secret_key"] == "***"));
    let made = |index: usize| items[index]["created_at"].as_str().unwrap().to_owned();
    assert!((1..20).all(|index| made(index - 1) >= made(index)), "newest first");
    let shown = home.run(&["keypair", "list", "--output=json", "--show-secrets", "--limit", "1"]);
    assert!(!shown.stdout.contains("***"));

    let ran = home.run(&["keypair", "list"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.stderr, format!("20 of {total} rows: --limit N shows more, --all shows all\n"));
    let head = ran.stdout.lines().next().unwrap();
    for title in
        ["Email", "Projects", "Full Name", "Access Key", "Secret Key", "Active?", "Res.Policy"]
    {
        assert!(head.contains(title), "{head}");
    }
    assert_eq!(ran.stdout.lines().count(), 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn most_rows_and_rows_of_a_page_are_different_things() {
    let manager = Manager::builder().keypairs(10).start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let ran = home.run(&[
        "keypair",
        "list",
        "--limit",
        "5",
        "--page-size",
        "2",
        "--output=jsonl",
        "--field",
        "access_key",
    ]);
    assert_eq!(fine(&ran).lines().count(), 5);
    // Each page begins with the last row of the one before, to know that it follows.
    let asked: Vec<_> = manager.requests().iter().filter_map(|request| request.json()).collect();
    assert!(asked.len() >= 3, "{asked:?}");
    assert!(
        asked.iter().all(|body| body["variables"]["limit"].as_u64().unwrap() <= 3),
        "{asked:?}"
    );

    let all =
        home.run(&["keypair", "list", "--all", "--output=csv", "--field", "access_key,user_id"]);
    let mut keys: Vec<_> =
        fine(&all).lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
    assert_eq!(all.stdout.lines().next(), Some("access_key,user_id"));
    keys.sort();
    assert_eq!(keys, manager.access_keys());
    let skipped =
        home.run(&["keypair", "list", "--offset", "3", "--limit", "100", "--output=jsonl"]);
    assert_eq!(fine(&skipped).lines().count(), manager.access_keys().len() - 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_chosen_and_ordered() {
    let (manager, home) = superadmin().await;
    let user = &manager.user().email;
    let keys = |arguments: &[&str]| {
        let ran = home.run(
            &[&["keypair", "list", "--output=jsonl", "--field", "access_key"], arguments].concat(),
        );
        let lines =
            fine(&ran).lines().map(|line| json(line)["access_key"].as_str().unwrap().to_owned());
        lines.collect::<Vec<_>>()
    };
    for owner in [["-u", user], ["--user-id", user], ["--email", user]] {
        assert_eq!(keys(&owner).len(), 2, "{owner:?}");
    }
    let active = keys(&["-u", user, "--is-active", "yes"]);
    assert_eq!(active, [manager.user().access_key.clone()]);
    let filter = format!("email == \"{user}\"");
    let (up, down) = (["--order", "access_key"], ["--order", "-access_key"]);
    let mut ordered = keys(&[&["--filter", filter.as_str()][..], &up].concat());
    ordered.reverse();
    assert_eq!(keys(&[&["--filter", filter.as_str()][..], &down].concat()), ordered);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_lists_are_told_before_anything_is_sent() {
    let (manager, home) = superadmin().await;
    for (arguments, says) in [
        (&["--field", "acess_key"][..], "why: did you mean `access_key`?"),
        (&["--field", "wrong_altogether"], "use some of user_id, full_name"),
        (&["--field", ""], "a name of a field is empty"),
        (&["--limit", "0"], "--limit"),
        (&["--limit", "5", "--all"], "cannot be used with"),
        (&["--page-size", "101"], "the greatest value is 100"),
        (&["--is-active", "perhaps"], "--is-active"),
        (&["--offset=-1"], "--offset"),
        (&["--oder", "x"], "--order"),
        (&["--output", "text"], "this command cannot print text"),
    ] {
        fails(&home.run(&[&["keypair", "list"], arguments].concat()), 2, says);
    }
    assert!(manager.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_column_is_told_with_those_there_are() {
    let (_manager, home) = superadmin().await;
    for wrong in [["--filter", "is_activ == true"], ["--order", "-is_activ"]] {
        let ran = home.run(&[&["keypair", "list"], &wrong[..]].concat());
        assert_ne!(ran.code, Some(0), "{ran:?}");
        let says = "fix: `is_activ` is not a column: did you mean `is_active`?\n";
        assert!(ran.stderr.contains(says), "{ran:?}");
        assert!(
            ran.stderr.contains("Columns for --filter and --order: access_key, created_at"),
            "{ran:?}"
        );
    }
    let help = home.run(&["keypair", "list", "--help"]).stdout;
    assert!(help.contains("Columns for --filter alone: ssh_public_key, user_id"), "{help}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_keypair_is_the_own_or_the_one_that_is_named() {
    let (manager, home) = superadmin().await;
    let own = home.run(&["keypair", "info", "--output=json"]);
    let own = json(fine(&own));
    assert_eq!((&own["count"], &own["total_count"]), (&json!(1), &json!(1)));
    assert_eq!(own["items"][0]["access_key"], manager.superadmin().access_key.as_str());
    let key = &manager.user().access_key;
    let ran = home.run(&["keypair", "info", key, "--field", "access_key,secret_key,is_active"]);
    let lines: Vec<_> = fine(&ran).lines().collect();
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), ["Field", "Value"]);
    assert_eq!(lines[2], format!("Access Key  {key}"));
    assert_eq!(lines[3], "Secret Key  ***");
    let shown = home.run(&["keypair", "info", key, "--show-secrets"]);
    assert!(fine(&shown).contains(&manager.user().secret_key));
    let none = home.run(&["keypair", "info", "NOPE"]);
    fails(
        &none,
        1,
        "error: there is no keypair `NOPE`\n  fix: list them with `backendai keypair list`",
    );
    assert_eq!(none.stdout, "");
    fails(&home.run(&["keypair", "info", "a", "b"]), 2, "unexpected argument 'b'");
    fails(&home.run(&["keypair", "info", "--field", "projcts"]), 2, "did you mean `projects`?");
    // What the role does not allow is not said to be missing.
    let user = Home::of(&manager, manager.user());
    let own = user.run(&["keypair", "info", "--output=json"]);
    assert_eq!(json(fine(&own))["items"][0]["access_key"], key.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_keypair_is_printed_with_its_secret_and_works() {
    let (manager, home) = superadmin().await;
    let email = manager.user().email.clone();
    let before = manager.access_keys().len();
    let ran = home.run(&["keypair", "add", &email, "default", "--admin", "-r", "77"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "store the secret key\n"));
    let (access, secret) = ran.stdout.trim_end().split_once('\n').unwrap();
    let access = access.strip_prefix("Access Key  ").unwrap();
    let secret = secret.strip_prefix("Secret Key  ").unwrap();
    assert_eq!(manager.access_keys().len(), before + 1);
    assert_eq!(field(&home, access, "is_admin"), true);
    assert_eq!(field(&home, access, "is_active"), true);
    assert_eq!(field(&home, access, "rate_limit"), 77);
    let own = Home::of(&manager, manager.user())
        .with("BACKEND_ACCESS_KEY", access)
        .with("BACKEND_SECRET_KEY", secret);
    assert_eq!(field(&own, access, "access_key"), access);

    let ran = home.run(&["keypair", "add", &email, "default", "-i", "--output=json"]);
    let new = json(fine(&ran));
    assert_eq!(new["ok"], true);
    let access = new["access_key"].as_str().unwrap();
    assert_eq!(field(&home, access, "is_active"), false);
    assert_eq!(field(&home, access, "rate_limit"), 5000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keypair_that_cannot_be_made_is_not_made() {
    let (manager, home) = superadmin().await;
    let (email, keys) = (manager.user().email.clone(), manager.access_keys());
    for (arguments, code) in [
        (&["nobody@example.com", "default"][..], 1),
        (&[&email, "no-such-policy"], 1),
        (&[&email], 2),
        (&[&email, "default", "-r", "many"], 2),
        (&[&email, "default", "-r", "-1"], 2),
        (&[&email, "default", "--output", "csv"], 2),
    ] {
        let ran = home.run(&[&["keypair", "add"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{arguments:?} {ran:?}");
    }
    let user = Home::of(&manager, manager.user());
    let ran = user.run(&["keypair", "add", &email, "default"]);
    fails(&ran, 1, &format!("error: no keypair was created for {email}\n  why: "));
    assert_eq!(manager.access_keys(), keys);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_changes_what_is_given() {
    let (manager, home) = superadmin().await;
    let key = manager.user().access_key.clone();
    let limit = field(&home, &key, "rate_limit");
    let ran = home.run(&["keypair", "update", &key, "--is-admin", "true"]);
    assert_eq!(fine(&ran), format!("{key} was updated\n"));
    assert_eq!(
        (field(&home, &key, "is_admin"), field(&home, &key, "rate_limit")),
        (json!(true), limit)
    );
    let ran =
        home.run(&["keypair", "update", &key, "-r", "12", "--is-admin", "0", "--output=json"]);
    assert_eq!(json(fine(&ran)), json!({ "ok": true, "access_key": key }));
    assert_eq!(
        (field(&home, &key, "is_admin"), field(&home, &key, "rate_limit")),
        (json!(false), json!(12))
    );

    fails(
        &home.run(&["keypair", "update", "NOPE", "--is-admin", "true"]),
        1,
        "error: NOPE was not updated\n  why: ",
    );
    fails(&home.run(&["keypair", "update", &key]), 2, "nothing is given that is to be changed");
    fails(&home.run(&["keypair", "update", &key, "--is-active", "2"]), 2, "--is-active");
    fails(
        &home.run(&["keypair", "update", &key, "--resource-policy", "no-such"]),
        1,
        "was not updated",
    );
    let failed = home.run(&["keypair", "update", "NOPE", "-r", "1", "--output=json"]);
    assert_eq!((failed.code, failed.stderr.as_str()), (Some(1), ""));
    assert_eq!(json(&failed.stdout)["error"]["what"], "NOPE was not updated");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_keys_are_reported_each() {
    let (manager, home) = superadmin().await;
    let (inactive, active) =
        (manager.inactive_key().access_key.clone(), manager.low_rate().access_key.clone());
    let ran = home.run(&["keypair", "activate", &inactive]);
    assert_eq!(fine(&ran), format!("{inactive} was activated\n"));
    let ran = home.run(&["keypair", "deactivate", "NOPE1", &inactive, "NOPE2", &inactive]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(1), &*format!("{inactive} was deactivated\n"))
    );
    for says in [
        "error: NOPE1 was not deactivated\n",
        "error: NOPE2 was not deactivated\n",
        "2 of 3 were not deactivated\n",
    ] {
        assert!(ran.stderr.contains(says), "{ran:?}");
    }
    assert_eq!(field(&home, &inactive, "is_active"), false);
    let ran = home.run(&["keypair", "activate", &inactive, "NOPE", "--output=json"]);
    assert_eq!(ran.code, Some(1));
    let report = json(&ran.stdout);
    assert_eq!(
        (&report["ok"], &report["items"][0]["ok"], &report["items"][1]["ok"]),
        (&json!(false), &json!(true), &json!(false))
    );
    assert!(report["items"][1]["msg"].as_str().unwrap().starts_with("NOPE was not activated: "));

    // Who may not change one may not change the next either, and is not asked again.
    let user = Home::of(&manager, manager.user());
    manager.forget_requests();
    let ran = user.run(&["keypair", "deactivate", &inactive, &active]);
    fails(&ran, 1, "2 of 2 were not deactivated");
    assert!(ran.stderr.contains("it was not tried after an earlier failure"), "{ran:?}");
    assert_eq!(manager.requests().len(), 1);
    fails(&home.run(&["keypair", "activate"]), 2, "<ACCESS_KEY>");
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_has_to_be_confirmed() {
    let (manager, home) = superadmin().await;
    let key = manager.inactive_key().access_key.clone();
    let keys = manager.access_keys();
    let ran = home.run_with(&["keypair", "delete", &key], "y\n");
    fails(
        &ran,
        2,
        "error: nothing was deleted: confirmation is needed and the terminal is not interactive\n  fix: give --yes",
    );
    assert_eq!((manager.access_keys(), manager.requests().len()), (keys.clone(), 0));
    let ran = home.run(&["keypair", "delete", &key, "NOPE", "--yes"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), &*format!("{key} was deleted\n")));
    assert!(ran.stderr.contains("error: NOPE was not deleted\n"), "{ran:?}");
    let left: Vec<_> = keys.into_iter().filter(|left| *left != key).collect();
    assert_eq!(manager.access_keys(), left);
    fails(&home.run(&["keypair", "delete", &key, "-y"]), 1, &format!("{key} was not deleted"));
    fails(&home.run(&["keypair", "delete", "--yes"]), 2, "<ACCESS_KEY>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_and_sends_nothing() {
    let (manager, home) = superadmin().await;
    let key = manager.inactive_key().access_key.clone();
    for arguments in [
        &["add", "user@example.com", "default"][..],
        &["update", &key, "-r", "3"],
        &["activate", &key],
        &["deactivate", &key, "other"],
        &["delete", &key],
    ] {
        let line = [&["keypair"], arguments, &["--dry-run"]].concat();
        let text = home.run(&line);
        assert!(fine(&text).starts_with("mutation "), "{text:?}");
        assert!(text.stdout.contains('\n'));
    }
    let ran = home.run(&["keypair", "update", &key, "-r", "3", "--dry-run", "--output=json"]);
    let shown = json(fine(&ran));
    assert_eq!(shown["operationName"], "ModifyKeyPair");
    assert_eq!(shown["variables"], json!({ "access_key": key, "props": { "rate_limit": 3 } }));
    assert!(manager.requests().is_empty());
    // What it shows is what is sent.
    home.run(&["keypair", "update", &key, "-r", "3"]);
    let sent = manager
        .requests()
        .into_iter()
        .find_map(|request| request.json().filter(|body| body["operationName"] == "ModifyKeyPair"));
    let sent = sent.unwrap();
    assert_eq!((&sent["query"], &sent["variables"]), (&shown["query"], &shown["variables"]));
}
