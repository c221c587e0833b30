//! How failures are reported.

use crate::transcript::Page;

pub(crate) fn section() -> Page {
    let mut page = Page::new("When something fails");
    page.prose(
        "The message, its cause and the fix are printed on a line each on the standard error. \
         With `--output json` or `jsonl` they are an object on the standard output. The exit \
         codes are those of the official client: 1 for a failure, 2 for an invalid command \
         line, 3 for a timeout, 4 for an invalid value, 130 after Ctrl-C, 143 after SIGTERM. A login, a \
         logout or a removal that is interrupted ends the session that it holds first; a second Ctrl-C does not wait \
         for that.",
    );
    page.run(&["whoami"]);
    page.run(&["context", "show", "lab", "--output", "json"]);
    page.run(&["context", "add", "lab", "--endpoint", "manager.example"]);
    page.run(&["context", "lst"]);
    page
}
