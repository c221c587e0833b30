//! The lists of every domain.

use backendai_testing::Manager;
use serde_json::{Value, json};

use super::{Home, fails, fine, json, superadmin};
use crate::common::subcommands;

/// A word, the options that its list cannot do without, and whether the list has pages.
type Word = (String, Vec<String>, bool);

/// Every word.
fn words(home: &Home) -> Vec<Word> {
    let lists = subcommands(home, &[]).into_iter().filter_map(|word| {
        let help = home.run(&[&word, "list", "--help"]);
        help.stdout.contains("--field").then_some((word, help.stdout))
    });
    lists
        .map(|(word, help)| {
            let usage = help.lines().find(|line| line.starts_with("Usage:")).unwrap();
            let needed = usage.split(' ').filter(|part| part.starts_with("--"));
            let given = needed.flat_map(|option| [option.to_owned(), value(option).to_owned()]);
            (word, given.collect(), help.contains("--page-size"))
        })
        .collect()
}

fn value(option: &str) -> &'static str {
    match option {
        "--scope-id" => "system",
        "--domain" | "--resource-group-id" | "--name" => "default",
        "--access-key" => "EMBEDDEDUSER00000001",
        "--services" => "manager",
        _ => "00000000-0000-4000-8000-000000000001",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_asked_for_and_printed() {
    let (manager, home) = superadmin().await;
    let words = words(&home);
    assert_eq!(words.len(), 50, "{words:?}");
    let mut rows = 0;
    for (word, needed, _) in &words {
        let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
        let before = manager.requests().len();
        let ran = home.run(&[&[word, "list", "--output=json"], needed.as_slice()].concat());
        assert!(manager.requests().len() > before, "{word} asked for nothing: {ran:?}");
        if ran.code == Some(0) {
            let list = json(&ran.stdout);
            let items = list["items"].as_array().unwrap();
            assert_eq!(list["count"], items.len(), "{word}");
            rows += usize::from(!items.is_empty());
            continue;
        }
        // Some lists the manager does not answer for the values above, as a real one does not.
        let error = json(&ran.stdout)["error"].clone();
        assert!(error["operation"].is_string(), "{word}: {ran:?}");
        assert!(!ran.stdout.contains("Unknown argument"), "{word}: {ran:?}");
    }
    assert!(rows >= 30, "only {rows} lists had rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_that_has_pages_is_read_whole() {
    let manager = Manager::builder().keypairs(7).start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let mut streamed = 0;
    for (word, needed, _) in words(&home).into_iter().filter(|(.., pages)| *pages) {
        streamed += 1;
        let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
        let count = |size: &str| {
            let line = [
                &[&*word, "list", "--all", "--output=jsonl", "--page-size", size],
                needed.as_slice(),
            ]
            .concat();
            let ran = home.run(&line);
            (ran.code == Some(0)).then(|| ran.stdout.lines().count())
        };
        assert_eq!(count("2"), count("100"), "{word}");
    }
    assert_eq!(streamed, 28);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_row_of_a_list_is_found_by_its_key() {
    let (_manager, home) = superadmin().await;
    for (word, key) in [
        ("agent", "id"),
        ("agent-node", "id"),
        ("domain", "name"),
        ("group", "id"),
        ("project", "id"),
        ("keypair-resource-policy", "name"),
        ("network", "id"),
        ("scaling-group", "name"),
        ("resource-group", "name"),
        ("user", "email"),
        ("vfolder", "id"),
    ] {
        let list = json(fine(&home.run(&[word, "list", "--output=json", "--field", key])));
        let which = list["items"][0][key].as_str().unwrap_or_else(|| panic!("{word}: {list}"));
        let one = home.run(&[word, "info", which, "--output=json", "--field", key]);
        assert_eq!(json(fine(&one))["items"], json!([{ key: which }]), "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_options() {
    let (manager, home) = superadmin().await;
    let sent = |manager: &Manager| -> Value {
        let last = manager.requests().into_iter().rev().find_map(|it| it.json()).unwrap();
        last["variables"].clone()
    };
    home.run(&[
        "group",
        "list",
        "--type",
        "GENERAL",
        "--type",
        "MODEL_STORE",
        "--is-active",
        "on",
        "--domain-name",
        "default",
    ]);
    assert_eq!(
        sent(&manager),
        json!({ "type": ["GENERAL", "MODEL_STORE"], "is_active": true, "domain_name": "default" })
    );
    home.run(&["image-node", "list", "--scope-id", "system", "--limit", "7", "--order", "-name"]);
    assert_eq!(sent(&manager), json!({ "scope_id": "system", "order": "-name", "first": 7 }));
    home.run(&["audit-log", "list"]);
    assert_eq!(sent(&manager), json!({ "order": "-created_at", "first": 20 }));
    home.run(&[
        "image",
        "info",
        "cr.example/python:3",
        "--architecture",
        "aarch64",
        "--field",
        "id",
    ]);
    assert_eq!(
        sent(&manager),
        json!({ "reference": "cr.example/python:3", "architecture": "aarch64" })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_words_and_values_are_told() {
    let (manager, home) = superadmin().await;
    for (line, code, says) in [
        (&["agents", "list"][..], 2, "'agent'"),
        (&["agent", "lst"], 2, "'list'"),
        (&["agent"], 2, "Usage: backendai"),
        (&["agent", "delete"], 2, "unrecognized subcommand"),
        (&["container", "list"], 2, "--session-id"),
        (&["group", "list", "--all", "--limit", "1"], 2, "--all"),
        (&["group", "list", "--page-size", "1"], 2, "--page-size"),
        (&["group", "list", "--filter", "x"], 4, "--filter is invalid"),
        (&["vfolder", "info"], 2, "<ID>"),
        (&["routing", "info", "not-an-id"], 4, "error: `routing_id` is invalid\n  why: "),
        (&["user", "list", "--field", "emial"], 2, "did you mean `email`?"),
        (&["invited-vfolder", "info", "x"], 2, "unrecognized subcommand"),
    ] {
        fails(&home.run(line), code, says);
    }
    assert!(manager.requests().is_empty());
    fails(&home.run(&["agent-node", "list", "--all", "--order", "id"]), 1, "leave out the order");
    fails(
        &home.run(&["user-node", "list", "--filter", "emial == \"x\""]),
        4,
        "did you mean `email`?",
    );
    fails(
        &home.run(&["domain", "info", "no-such-domain"]),
        1,
        "there is no domain `no-such-domain`",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_secret_in_a_row_is_masked() {
    let (_manager, home) = superadmin().await;
    for line in [
        &["container-registry", "list", "--field", "username,password"][..],
        &["legacy-container-registry", "list"],
    ] {
        for form in ["table", "json", "jsonl", "csv"] {
            let ran = home.run(&[line, &["--output", form]].concat());
            assert_eq!(ran.code, Some(0), "{ran:?}");
            let help = home.run(&[line[0], "list", "--help"]).stdout;
            assert!(help.contains("--show-secrets"), "{help}");
        }
    }
    let plain = home.run(&["user", "list", "--help"]).stdout;
    assert!(!plain.contains("--show-secrets"), "{plain}");
    for note in [("plain-user", "at most 100 rows"), ("image", "without an upper limit")] {
        let help = home.run(&[note.0, "list", "--help"]).stdout;
        assert!(help.contains(note.1), "{help}");
    }
}
