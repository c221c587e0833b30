//! `docs/cli.md` is what the command really prints.

use crate::{common, sections, transcript};

const HEAD: &str = "# The command line

<!-- Written by `UPDATE_GOLDEN=1 cargo test -p backendai-cli docs`, which runs every command here \
                    against an
     embedded manager. Change the sections in `cli/tests/command/sections`. -->
";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_what_the_command_prints() {
    let sections = sections::all().await.into_iter().map(transcript::Page::into_text);
    let text: Vec<String> = std::iter::once(HEAD.to_owned()).chain(sections).collect();
    common::golden("../docs/cli.md", &text.join("\n"));
}
