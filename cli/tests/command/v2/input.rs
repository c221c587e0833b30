//! What is given on the command line: names in place of ids, values of enums, secrets; and what does not exist.

#[cfg(target_os = "linux")]
use std::{
    io::Read as _,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::{ID, KEY, answer, variables};
use crate::{
    common::Home,
    verbs::{fails, fine, json as parsed, superadmin},
};

const SESSION: &str = "f0000006-0000-4000-8000-000000000001";

/// A list of sessions with these ids.
fn sessions(ids: &[&str]) -> Value {
    let node = |id: &&str| {
        json!({
            "cursor": id,
            "node": {
                "id": id, "metadata": { "name": "train" }, "lifecycle": { "status": "RUNNING" },
            },
        })
    };
    json!({ "adminSessionsV2": {
        "count": ids.len(),
        "edges": ids.iter().map(node).collect::<Vec<_>>(),
        "pageInfo": { "hasNextPage": false, "endCursor": null },
    } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_name_stands_for_an_id() {
    let (manager, home) = superadmin().await;
    for (noun, name, operation) in [
        ("session", "fill-session", "Session"),
        ("vfolder", "fill-store", "Vfolder"),
        ("resource-preset", "fill-large", "AdminResourcePreset"),
        ("role-preset", "public_member", "AdminRolePreset"),
        ("runtime-variant", "custom", "RuntimeVariant"),
        ("artifact", "fill/model", "Artifact"),
        ("image-alias", "fill-python", "ImageAlias"),
        ("deployment", "fill-bare", "Deployment"),
        ("project", "default", "Project"),
    ] {
        let ran = home.run(&["v2", noun, "info", name, "-o", "json"]);
        let by_name = parsed(fine(&ran));
        let sent = variables(&manager, operation);
        let id = sent.as_object().unwrap().values().next().unwrap().as_str().unwrap();
        let ran = home.run(&["v2", noun, "info", id, "-o", "json"]);
        assert_eq!(parsed(fine(&ran)), by_name, "{noun}");
    }
    let ran =
        home.run(&["v2", "session", "wait", "fill-session", "--until", "TERMINATED", "-o", "json"]);
    assert_eq!(parsed(fine(&ran))["status"], "TERMINATED");
    // Also in an input object, in a list, and of another noun.
    let ran = home.run(&["v2", "user", "list-of-project", "default", "-o", "name"]);
    assert_ne!(fine(&ran), "");
    let ran = home.run(&["v2", "vfolder", "bulk-delete", "fill-store", "--yes"]);
    fine(&ran);
    let ids = variables(&manager, "BulkDeleteVfolders")["input"]["ids"].clone();
    assert_eq!(ids, json!(["f0000008-0000-4000-8000-000000000004"]));
    // A change of the caller's own needs no list of all.
    let home = Home::of(&manager, manager.user());
    let ran = home.run(&["v2", "vfolder", "info", "fill-folder"]);
    assert!(!manager.requests_of("MyVfolders").is_empty(), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_compared_with_all_rows_of_a_list_without_a_filter() {
    let (manager, home) = superadmin().await;
    let node = |(id, name): (&str, &str)| json!({ "cursor": id, "node": { "id": id, "name": name, "host": "h", "basePath": "/" } });
    let storages = |rows: &[(&str, &str)]| {
        let edges: Vec<_> = rows.iter().copied().map(node).collect();
        json!({ "vfsStorages": { "edges": edges } })
    };
    let other = SESSION.replace("00000001", "00000002");
    answer(&manager, "VfsStorages", &storages(&[(&other, "fast-old"), (SESSION, "fast")]));
    let ran = home.run(&["v2", "vfs-storage", "delete", "fast", "--yes"]);
    assert_eq!(variables(&manager, "DeleteVfsStorage")["input"]["id"], SESSION, "{ran:?}");
    answer(&manager, "VfsStorages", &storages(&[(&other, "fast"), (SESSION, "fast")]));
    let ran = home.run(&["v2", "vfs-storage", "info", "fast"]);
    fails(&ran, 4, "several have the name `fast`: which VFS storage is meant?");
    assert!(ran.stderr.contains(&format!("{other} (h, /)")), "{ran:?}");
    answer(&manager, "VfsStorages", &storages(&[(&other, "fast")]));
    let ran = home.run(&["v2", "vfs-storage", "info", "slow"]);
    fails(&ran, 1, "there is no VFS storage `slow`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_several_objects_lists_them() {
    let (manager, home) = superadmin().await;
    let other = SESSION.replace("00000001", "00000002");
    answer(&manager, "AdminSessions", &sessions(&[SESSION, &other]));
    let ran = home.run(&["v2", "session", "info", "train"]);
    fails(&ran, 4, "several have the name `train`: which session is meant?");
    for id in [SESSION, &other] {
        assert!(ran.stderr.contains(&format!("{id} (RUNNING")), "{ran:?}");
    }
    assert_eq!(
        variables(&manager, "AdminSessions")["filter"],
        json!({"name": {"equals": "train"}})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_without_a_name_is_asked_for() {
    let (manager, home) = superadmin().await;
    for (noun, what) in [("kernel", "a kernel"), ("retention-policy", "a retention policy")] {
        let ran = home.run(&["v2", noun, "info", "x"]);
        fails(&ran, 4, &format!("`x` is not the id of {what}"));
        let fix =
            format!("fix: give the id, a UUID such as {KEY}: `backendai v2 {noun} list` shows it");
        assert!(ran.stderr.contains(&fix), "{ran:?}");
    }
    let ran = home.run(&["v2", "retention-policy", "delete", "x", "--yes"]);
    fails(&ran, 4, "is not the id of a retention policy");
    assert!(manager.requests_of("DeleteRetentionPolicy").is_empty());
}

/// The same exit code and the same kind of hint, whatever the noun, the verb and the API.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_one_failure() {
    let (_manager, home) = superadmin().await;
    let none = "0b7a6a1c-3c40-4ad5-bd4e-5d7ae81b2a1b";
    for (line, what, list) in [
        (&["user", "info", "no@example.com"][..], "user", "user list"),
        (&["project", "info", "nope"], "project", "project list"),
        (&["session", "info", "nope"], "session", "session list"),
        (&["keypair", "info", "NOPE"], "keypair", "keypair list"),
        (&["keypair", "delete", "NOPE", "--yes"], "keypair", "keypair list"),
        (&["keypair", "activate", "NOPE"], "keypair", "keypair list"),
        (&["domain", "update", "nope", "--description", "x"], "domain", "domain list"),
        (&["user", "purge", "no@example.com", "--yes"], "user", "user list"),
        (&["group", "update", "nope", "--description", "x"], "project", "project list"),
        (&["v2", "user", "info", "no@example.com"], "user", "v2 user list"),
        (&["v2", "user", "info", none], "user", "v2 user list"),
        (&["v2", "user", "delete", none, "--yes"], "user", "v2 user list"),
        (&["v2", "session", "info", "nope"], "session", "v2 session list"),
        (&["v2", "session", "info", none], "session", "v2 session list"),
        (&["v2", "session", "wait", none, "--until", "RUNNING"], "session", "v2 session list"),
        (&["v2", "project", "info", "nope"], "project", "v2 project list"),
        (&["v2", "keypair", "info", "NOPE"], "keypair", "v2 keypair list"),
        (&["v2", "keypair", "delete", "NOPE", "--yes"], "keypair", "v2 keypair list"),
        (&["v2", "domain", "info", "nope"], "domain", "v2 domain list"),
        (
            &["v2", "resource-preset", "delete", "nope", "--yes"],
            "resource preset",
            "v2 resource-preset list",
        ),
    ] {
        let ran = home.run(line);
        let name = line.iter().find(|word| word.to_lowercase().starts_with("no") || **word == none);
        fails(&ran, 1, &format!("there is no {what} `{}`", name.unwrap()));
        let fix = format!("fix: list them with `backendai {list}`\n");
        assert!(ran.stderr.ends_with(&fix), "{line:?}: {}", ran.stderr);
    }
    // It exists, but a rule of the manager excludes it.
    let (manager, home) = superadmin().await;
    let ran = home.run(&["keypair", "deactivate", &manager.user().access_key]);
    assert!(!ran.stderr.contains("there is no"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_enums_are_checked_before_anything_is_sent() {
    let (manager, home) = superadmin().await;
    let create = |role| {
        let line = ["v2", "user", "create", "ann@example.com", "--username=ann", "--role", role];
        let more = ["--domain-name=default", "--status=before-verification", "--dry-run"];
        home.run(&[&line[..], &more, &["-o", "json"]].concat())
    };
    let input = parsed(fine(&create("superAdmin")))["variables"]["input"].clone();
    assert_eq!(input["role"], "SUPERADMIN");
    assert_eq!(input["status"], "BEFORE_VERIFICATION");
    // A secret is not asked for where the request is only shown.
    assert_eq!(input["password"], "***");
    let says =
        "`supradmin` is unknown: did you mean `SUPERADMIN`? the known values are USER, ADMIN";
    let wrong = create("supradmin");
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!((wrong.stdout + &wrong.stderr).contains(says));
    for (users, says) in [
        (json!([{ "userId": KEY, "input": { "role": "x" } }]), "the known values are USER"),
        (json!([{ "userId": KEY, "input": { "rle": "USER" } }]), "did you mean `role`?"),
    ] {
        fails(&home.run(&["v2", "user", "bulk-update", "--users", &users.to_string()]), 2, says);
    }
    fails(
        &home.run(&["v2", "user", "list", "--filter", "status=actve"]),
        4,
        "did you mean `ACTIVE`?",
    );
    assert!(manager.requests().is_empty());
    answer(&manager, "AdminUsers", &super::users(&["ann"], 1, false));
    // As in the filters of the Admin API, too.
    fine(&home.run(&["v2", "user", "list", "--filter", "status == \"active\"", "-o", "name"]));
    assert_eq!(
        variables(&manager, "AdminUsers")["filter"],
        json!({"status": {"equals": "ACTIVE"}})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_secret_names_its_flag() {
    let (manager, home) = superadmin().await;
    let line = ["v2", "user", "create", "ann@example.com", "--username=ann", "--role=USER"];
    let ran = home.run(&[&line[..], &["--domain-name=default", "--status=ACTIVE"]].concat());
    fails(&ran, 2, "the password is missing and the terminal is not interactive");
    let fix = "fix: give it by --password, as @FILE there, or - for the standard input";
    assert!(ran.stderr.contains(fix), "{ran:?}");
    let ran = home.run(&["user", "create", "default", "ann@example.com"]);
    fails(&ran, 2, "fix: give it as PASSWORD, as @FILE there, or - for the standard input");
    assert!(manager.requests().is_empty());
}

/// A terminal is asked only when everything else is right.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_asked_for_last() {
    let (_manager, home) = superadmin().await;
    let on_a_terminal = |groups: &str| {
        let words = format!(
            "{} v2 user create ann@example.com --username=ann --role=USER --domain-name=default \
             --status=ACTIVE --group-ids={groups}",
            env!("CARGO_BIN_EXE_backendai")
        );
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &words, "/dev/null"]);
        command.envs(home.env().iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (mut shown, mut output) = (Vec::new(), child.stdout.take().unwrap());
        let mut byte = [0];
        // Until it ends, or waits for the answer to a question.
        while !shown.ends_with(b"ann@example.com:") && output.read(&mut byte).unwrap_or(0) > 0 {
            shown.push(byte[0]);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        String::from_utf8_lossy(&shown).into_owned()
    };
    let wrong = on_a_terminal("nope");
    assert!(wrong.contains("there is no project `nope`"), "{wrong}");
    assert!(!wrong.contains("Password"), "{wrong}");
    let right = on_a_terminal("default");
    assert!(right.contains("Password for ann@example.com"), "{right}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_json_and_of_tables_are_both_arguments() {
    let (manager, home) = superadmin().await;
    let list = |form: &str| {
        let ran = home.run(&["v2", "session", "list", "--field", "id", "-o", form]);
        fine(&ran).to_owned()
    };
    let keys: Vec<_> = list("csv").lines().skip(1).map(str::to_owned).collect();
    let items = parsed(&list("json"))["items"].clone();
    let ids: Vec<_> = items.as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    for id in [&keys[0], ids[0].as_str().unwrap()] {
        fine(&home.run(&["v2", "session", "info", id, "-o", "json"]));
        assert_eq!(variables(&manager, "Session"), json!({ "id": keys[0] }));
    }
    // Also where the key in the id is a name, and within JSON.
    let keypairs = home.run(&["v2", "keypair", "list", "--limit=1", "--field=id", "-o", "json"]);
    let id = parsed(fine(&keypairs))["items"][0]["id"].as_str().unwrap().to_owned();
    fine(&home.run(&["v2", "keypair", "info", &id, "-o", "json"]));
    // Also where the argument is a name, and the key in the id is not.
    for noun in ["domain", "resource-group"] {
        let list =
            |form: &str| home.run(&["v2", noun, "list", "--limit=1", "--field=id", "-o", form]);
        let id = parsed(fine(&list("json")))["items"][0]["id"].as_str().unwrap().to_owned();
        let key = fine(&list("csv")).lines().nth(1).unwrap().to_owned();
        for id in [id, key] {
            fine(&home.run(&["v2", noun, "info", &id, "-o", "json"]));
        }
    }
    let users = json!([{ "userId": ID, "input": { "fullName": "Ann" } }]).to_string();
    let ran =
        home.run(&["v2", "user", "bulk-update", "--users", &users, "--dry-run", "-o", "json"]);
    let sent = parsed(fine(&ran))["variables"]["input"]["users"].clone();
    assert_eq!(sent, json!([{ "userId": KEY, "input": { "fullName": "Ann" } }]));
}

#[test]
fn the_help_of_a_flag_is_its_description() {
    let home = Home::new();
    for (line, help) in [
        (&["v2", "user", "create"][..], "E-mail address, which is the user's login name"),
        (&["v2", "user", "create"], "Ids or names of the projects"),
        (&["v2", "user", "update"], "Id or e-mail address of the user"),
        (&["v2", "session", "terminate"], "Ids or names of the sessions"),
        (&["v2", "kernel", "info"], "Id of the kernel"),
        (
            &["v2", "keypair-resource-policy", "create"],
            "that `--total-resource-slots` does not list",
        ),
    ] {
        let ran = home.run(&[line, &["-h"]].concat());
        assert!(fine(&ran).contains(help), "{line:?}: {}", ran.stdout);
    }
}

/// This list has no arguments for pages.
#[tokio::test(flavor = "multi_thread")]
async fn an_unpaged_connection_is_a_list_of_its_rows() {
    let (manager, home) = superadmin().await;
    let row = json!({ "id": "a", "name": "nfs", "host": "local:volume1", "basePath": "/mnt" });
    let list = json!({ "vfsStorages": {
        "edges": [{ "cursor": "a", "node": row }],
        "pageInfo": { "hasNextPage": false, "endCursor": "a" },
    } });
    answer(&manager, "VfsStorages", &list);
    let ran = home.run(&["v2", "vfs-storage", "list", "-o", "jsonl"]);
    assert_eq!(parsed(fine(&ran)), row);
    answer(&manager, "VfsStorages", &list);
    let ran = home.run(&["v2", "vfs-storage", "list"]);
    assert!(fine(&ran).contains("nfs   local:volume1  /mnt"), "{ran:?}");
}
