//! The verbs that change something.

use std::fs;

use backendai_testing::Manager;

use crate::transcript::Page;

pub(crate) async fn section() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("Changing things").of(&manager, manager.superadmin());
    let write = |page: &Page, name: &str, text: &str| {
        fs::write(page.home().path().join(name), text).unwrap();
    };
    page.prose(
        "Every mutation of the Admin API has a verb: `backendai NOUN --help` lists them. The \
         options are the inputs of the mutation; `update` sends only what is given, and \
         `--clear OPTION` or `--no-OPTION` sets to null what the manager can clear. Lists are \
         repeated or separated by commas, JSON is text or `@FILE`. A secret is prompted for, or \
         `@FILE`, or `-` for the standard input; given as an argument, other users of the machine \
         can see it.",
    );
    write(&page, "password", "correct horse\n");
    page.run(&[
        "user",
        "create",
        "default",
        "ada@example.com",
        "@password",
        "--full-name",
        "Ada",
        "--role",
        "admin",
    ]);
    page.prose(
        "A new user has a keypair: `keypair info KEY --field secret_key --show-secrets` prints its secret key.",
    );
    page.run(&["user", "update", "ada@example.com", "--clear", "full-name", "--dry-run"]);
    page.prose(
        "Where an id is wanted, a name that only one object has is accepted: of a project, \
         model service, session, network, preset or registry, the e-mail address of a user, the \
         full name of an image.",
    );
    page.run(&["group", "add-users", "default", "ada@example.com"]);
    page.run(&["group", "update", "defalt", "--description", "All"]);
    page.prose(
        "`--from-file` runs a verb for every row of a CSV, JSON or JSONL file. Its columns are \
         the options with underscores or hyphens; options apply to all rows that do not have the \
         column. Columns, types and missing values of the whole file are checked before anything is \
         sent, and the manager checks the rest of each row. The first failure ends it, \
         unless `--continue-on-error` is given, and the exit code is 1. Where a name is unique, \
         rows whose object exists with the same values are skipped, so that an interrupted file \
         is simply run again. Where it is not, as for keypairs, `FILE.done` records the rows that \
         are done, and those that were sent without a known result, which are not repeated.",
    );
    write(
        &page,
        "people.csv",
        "email,username,password,group_ids\nbob@example.com,bob,b-secret,default\n\
         eve@example.com,eve,e-secret,\n",
    );
    page.run(&["user", "create", "default", "--from-file", "people.csv"]);
    page.run(&["user", "create", "default", "--from-file", "people.csv"]);
    write(&page, "people.csv", "email,usrname\nbob@example.com,bob\n");
    page.run(&["user", "create", "default", "--from-file", "people.csv"]);
    page.prose("What destroys something is confirmed, or needs `--yes`.");
    page.run(&["user", "purge", "bob@example.com", "eve@example.com"]);
    page.run(&["user", "purge", "bob@example.com", "eve@example.com", "--yes"]);
    page
}
