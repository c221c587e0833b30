//! `docs/cli.md` is what the command really prints.

use std::{fs, path::Path};

use crate::{common, sections, transcript};

const HEAD: &str = "# The command line

<!-- Written by `UPDATE_GOLDEN=1 cargo test -p backendai-cli docs`, which runs every command here \
                    against an
     embedded manager. Change the sections in `cli/tests/command/sections`. -->
";

const BENTO: &str = "# BentoCloud from the command line

<!-- Written by `UPDATE_GOLDEN=1 cargo test -p backendai-cli docs`, which runs every command here \
                     against an
     embedded BentoCloud. Change the sections in `cli/tests/command/sections/bento.rs`. -->

`backendai bento` works on the contexts file, the local stores and the server of `bentoml`, and both
programs can be used at the same time. Where they differ on purpose is in
[DIFFERENCES.md](../bentocloud/DIFFERENCES.md); what faults leave behind is in
[bentocloud-transfers.md](bentocloud-transfers.md).

| command | what it does |
| --- | --- |
| `login`, `logout`, `current-context`, `list-context`, `update-current-context` | credentials |
| `push`, `pull`, `list`, `get`, `delete`, `export`, `import` | bentos |
| `models push`, `models pull`, … | the same for models |
| `deployment list`, `get`, `create`, `update`, `apply`, `start`, `terminate`, `delete`, `wait`, `logs`, `list-instance-types` | deployments |
| `secret list`, `create`, `apply`, `delete` | secrets |
| `api-token list`, `get`, `create`, `delete` | API tokens |
| `call URL ROUTE [JSON\\|@FILE\\|-]` | a deployed service |

Every command takes `--context NAME` and `--output json`; lists also take `jsonl` and `csv`.
";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_bentocloud_is_what_the_command_prints() {
    let sections = sections::bento::all().await.into_iter().map(transcript::Page::into_text);
    let text: Vec<String> = std::iter::once(BENTO.to_owned()).chain(sections).collect();
    common::golden("../docs/bento.md", &text.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_what_the_command_prints() {
    let sections = sections::all().await.into_iter().map(transcript::Page::into_text);
    let text: Vec<String> = std::iter::once(HEAD.to_owned()).chain(sections).collect();
    common::golden("../docs/cli.md", &text.join("\n"));
}

/// Verbs that the nouns have in common: those of one noun stand for all.
const COMMON: [&str; 7] = ["list", "info", "wait", "create", "update", "delete", "purge"];

#[test]
fn every_command_has_a_transcript() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let pages =
        ["docs/cli.md", "docs/bento.md"].map(|page| fs::read_to_string(root.join(page)).unwrap());
    let lines = pages.iter().flat_map(|page| page.lines());
    let shown: Vec<Vec<&str>> = lines
        .filter_map(|line| Some(line.strip_prefix("$ backendai ")?.split(' ').collect()))
        .collect();
    let is_shown = |command: &[&str]| shown.iter().any(|words| words.starts_with(command));
    let of_a_noun = |verb: &&str| shown.iter().any(|words| words.get(1) == Some(verb));
    let missing: Vec<_> = COMMON.into_iter().filter(|verb| !of_a_noun(verb)).collect();
    assert!(missing.is_empty(), "no noun has a transcript of {missing:?}");

    let home = common::Home::new();
    let mut missing = Vec::new();
    for command in common::leaves(&home) {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let is_described = match words[..] {
            // The page says that they are the same.
            ["bento", "models", verb] => is_shown(&["bento", verb]),
            // The section of the changes describes every verb that sends a mutation.
            [_, verb] => {
                let help = home.run(&[&words[..], &["-h"]].concat()).stdout;
                let has = |option| help.contains(option);
                has("--dry-run") && has("--from-file")
                    || (has("--field") || has("--until")) && COMMON.contains(&verb)
            }
            ["v2", ..] => is_shown(&["v2"]),
            _ => false,
        };
        if !is_described && !is_shown(&words) {
            missing.push(command.join(" "));
        }
    }
    assert!(missing.is_empty(), "without a transcript: {missing:#?}");
}
