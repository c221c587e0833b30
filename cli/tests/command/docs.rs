//! `docs/cli.md` is what the command really prints.

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
