//! Text that reaches a terminal: no command prints what steers it or hides in it.

use std::path::Path;

use backendai_testing::{Fault, Manager};
use serde_json::json;

use crate::common::{Home, Ran, leaves};

/// Controls, a change of direction, characters without a width, a separator, a tag.
const EVIL: &str =
    "evil\u{1b}[31m\u{9b}1m\u{7}\u{202e}\u{2066}\u{200b}\u{200d}\u{feff}\u{ad}\u{2028}\u{e0041}";

fn check(arguments: &[&str], ran: &Ran) {
    for (stream, text) in [("output", &ran.stdout), ("error", &ran.stderr)] {
        let found = text.chars().find(|c| EVIL.contains(*c) && !c.is_ascii_graphic() && *c != ' ');
        assert_eq!(found, None, "{arguments:?} on the standard {stream}: {text:?}");
    }
}

/// Every answer of the manager has hostile text, as has every argument and every file.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_prints_invisible_characters() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin())
        .with("BENTOML_HOME", Path::new("/dev/null").join(EVIL))
        .with("BENTO_CLOUD_API_ENDPOINT", manager.endpoint())
        .with("BENTO_CLOUD_API_KEY", "key");
    let body = json!({
        "data": null,
        "message": EVIL,
        "error": EVIL,
        "errors": [{ "message": EVIL, "path": [EVIL], "extensions": { "code": EVIL } }],
    });
    let commands = leaves(&Home::new());
    assert!(commands.len() > 80, "{commands:?}");
    for command in &commands {
        // These print fixed text, or wait for requests or for a browser.
        let skipped = ["completions", "proxy"];
        if skipped.contains(&command[0].as_str()) || command[..] == ["bento", "login"] {
            continue;
        }
        manager.faults().clear();
        for _ in 0..4 {
            manager.faults().push(Fault::json(200, body.to_string()));
        }
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        for more in [&[EVIL][..], &["-v", EVIL, EVIL]] {
            let arguments = [&words[..], more].concat();
            check(&arguments, &home.run(&arguments));
        }
    }
}

/// Rows with hostile text: escaped in a table and in details, unchanged as JSON and CSV.
#[tokio::test(flavor = "multi_thread")]
async fn names_are_visible_in_tables_and_unchanged_for_programs() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let row = json!({ "email": "c1@example.com", "full_name": EVIL });
    let list = json!({ "data": { "user_list": { "items": [row], "total_count": 1 } } });
    let run = |form: &str| {
        manager.faults().push_when(
            |request| request.path() == "/admin/gql",
            Fault::json(200, list.to_string()),
        );
        let fields = ["user", "list", "--field", "email,full_name", "--output", form];
        let ran = home.run(&fields);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran
    };
    let table = run("table");
    check(&["table"], &table);
    assert!(
        table.stdout.contains("evil\\x1b[31m\\x9b1m\\x07\\u{202e}\\u{2066}"),
        "{}",
        table.stdout
    );
    assert!(run("csv").stdout.contains(EVIL));
    for form in ["json", "jsonl"] {
        let value: serde_json::Value = serde_json::from_str(&run(form).stdout).unwrap();
        let row = if form == "json" { &value["items"][0] } else { &value };
        assert_eq!(row["full_name"], EVIL);
    }
}

/// What is printed goes through the module `output`, which makes it visible.
#[test]
fn no_other_module_writes_to_the_streams() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![folder.clone()];
    let mut found = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !["output.rs", "visible.rs"].contains(&name.as_str())
                && !name.ends_with("tests.rs")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                let writes =
                    ["io::stdout", "io::stderr", "anstream::std", "println!", "print!(", "dbg!"];
                found.extend(
                    code.lines()
                        .filter(|line| !line.trim_start().starts_with("//"))
                        .filter(|line| writes.iter().any(|write| line.contains(write)))
                        .map(|line| format!("{name}: {}", line.trim())),
                );
            }
        }
    }
    found.sort();
    // Bytes: archives, the binary answers of services.
    assert_eq!(
        found,
        [
            "bento/local.rs: store.export(&item, format, io::stdout().lock()).map_err(failed)",
            "bento/show.rs: let mut stdout = io::stdout();",
        ]
    );
}
