//! How failures are told.

use crate::transcript::Page;

pub(crate) fn section() -> Page {
    let mut page = Page::new("When something fails");
    page.prose(
        "What failed, why, and what to do stand on a line each on the standard error. With `--output \
         json` or `jsonl` they are an object on the standard output. The exit codes are those of the \
         official client: 1 for a failure, 2 for a wrong command line, 3 when the manager took too \
         long, 4 for a value that cannot be used; 130 after Ctrl-C.",
    );
    page.run(&["whoami"]);
    page.run(&["context", "show", "lab", "--output", "json"]);
    page.run(&["context", "add", "lab", "--endpoint", "manager.example"]);
    page.run(&["context", "lst"]);
    page
}
