//! How failures are reported, and what is sent.

use backendai_testing::Manager;

use crate::transcript::Page;

pub(crate) fn section() -> Page {
    let mut page = Page::new("When something fails");
    page.prose(
        "The message, its cause and the fix are printed on a line each on the standard error. \
         With `--output json` or `jsonl` they are an object on the standard output. The exit \
         codes are those of the official client: 1 for a failure, also if there is no object of a name or an id, 2 for an invalid command \
         line, 3 for a timeout, 4 for an invalid value, 130 after Ctrl-C, 143 after SIGTERM. A login, a \
         logout or a removal that is interrupted ends the session that it holds first; a second Ctrl-C does not wait \
         for that. A login that is killed (SIGKILL) after the webserver's answer can leave its session open: end it \
         with `session-login list` and `session-login end`.",
    );
    page.run(&["whoami"]);
    page.run(&["context", "show", "lab", "--output", "json"]);
    page.run(&["context", "add", "lab", "--endpoint", "manager.example"]);
    page.run(&["context", "lst"]);
    page
}

pub(crate) async fn requests() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("What is sent").of(&manager, manager.superadmin());
    page.prose(
        "`-v` prints each request and its answer to the standard error, with the variables of the \
         operation; `-vv` also the headers and the log of the library, `-vvv` all of the log. \
         Secrets are masked.",
    );
    for time in 0..10_000 {
        page.replace(format!(" bytes, {time} ms"), " bytes, 12 ms");
    }
    page.run(&["user", "list", "--field", "email", "--limit", "1", "-v"]);
    page
}
