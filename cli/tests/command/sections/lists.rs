//! Lists, keypairs and documents.

use backendai_testing::Manager;

use crate::transcript::Page;

/// The lists of every domain, and the forms in which they are printed.
pub(crate) async fn lists() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("Lists").of(&manager, manager.superadmin());
    page.prose(
        "Every list of the manager has a word, such as `user`, `project` or `session`, with the verbs \
         `list` and, where one row can be asked for, `info`; `backendai --help` shows all words. \
         `--field` chooses and orders the columns. `--help` of each verb names the fields, and the \
         columns that `--filter` and `--order` know.",
    );
    page.run(&[
        "user",
        "list",
        "--field",
        "username,email,role",
        "--order",
        "email",
        "--limit",
        "3",
    ]);
    page.run(&["domain", "info", "default", "--field", "name,is_active,allowed_docker_registries"]);
    page.prose(
        "`--limit` is the most rows in total, 20 unless it is given; `--all` prints all of them, page by \
         page as they come; `--page-size` is how many one request asks for, up to 100. A part of a list \
         begins with the newest rows where the list knows when they were made, and with `--all` the \
         rows come in the order in which none is missed while others make and delete some. Lists \
         without these options come in one answer; `plain-user` and `plain-keypair` end after 100 rows \
         without a word, which is the manager's limit.",
    );
    page.prose(
        "`--output` is `table`, `json`, `jsonl` or `csv`. On a terminal a table fits its width; through a \
         pipe no cell is broken. JSON has the official command's shape, and is printed when all rows \
         are there; `jsonl`, `csv` and tables begin at once.",
    );
    page.run(&[
        "user",
        "list",
        "--field",
        "email,role",
        "--order=-email",
        "--limit",
        "1",
        "--output",
        "json",
    ]);
    page.run(&[
        "agent",
        "list",
        "--field",
        "id,available_slots",
        "--output",
        "jsonl",
        "--limit",
        "1",
    ]);
    page.run(&["scaling-group", "list", "--field", "name,is_active,scheduler", "--output", "csv"]);
    page.prose(
        "CSV is for spreadsheets: null is an empty cell, lists and objects are JSON, and a text that \
         begins as a formula does (`=`, `+`, `-`, `@`) gets a `'` before it, unless it is a number, so \
         that a user's name is nothing that an administrator's spreadsheet computes. Programs that want \
         texts untouched take `jsonl`.",
    );
    page.prose(
        "Secrets are shown as `***` in every form, also inside of objects, unless `--show-secrets` says \
         otherwise.",
    );
    page.run(&[
        "keypair",
        "list",
        "--field",
        "access_key,secret_key",
        "--limit",
        "1",
        "--order",
        "access_key",
    ]);
    page.run(&["user", "list", "--field", "emial"]);
    page.run(&["user", "list", "--order", "emial"]);
    page
}

/// The verbs that change keypairs.
pub(crate) async fn keypairs() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("Keypairs").of(&manager, manager.superadmin());
    page.prose(
        "`keypair` has the official command's verbs and options. `info` shows the caller's own keypair, \
         or the one that is named.",
    );
    let (key, other) = (&manager.inactive_key().access_key, &manager.user().access_key);
    page.run(&["keypair", "info", "--field", "access_key,is_active,rate_limit"]);
    page.prose(
        "`add` prints the new secret key. This is the only time: keep it. `--dry-run` of every verb that \
         changes something shows what would be sent, and sends nothing.",
    );
    page.run(&[
        "keypair",
        "add",
        "user@example.com",
        "default",
        "--rate-limit",
        "100",
        "--dry-run",
    ]);
    page.run(&["keypair", "update", key, "--rate-limit", "100"]);
    page.prose("Of several keypairs each is reported, and the exit code is 1 if any failed.");
    page.run(&["keypair", "activate", key, "NOPE"]);
    page.prose(
        "`delete` asks. Where nobody can be asked, `--yes` has to be said; without it nothing is done.",
    );
    page.run(&["keypair", "delete", key]);
    page.run(&["keypair", "delete", key, "--yes", "--output", "json"]);
    page.run(&["keypair", "deactivate", other]);
    page
}

/// Documents of the caller's own.
pub(crate) async fn documents() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("Documents of your own").of(&manager, manager.superadmin());
    page.prose(
        "`gql` runs a document: a file, `-` for the standard input, or `--execute DOCUMENT`. It is proven \
         against the schema that this command was built with, or `--schema FILE`, before it is sent; \
         `--no-validate` sends it as it is, `--path v2` to the newer schema. The data is printed as the \
         manager wrote it, to the last digit.",
    );
    page.run(&["gql", "-e", "{ keypair { access_key is_active } }"]);
    page.run(&["gql", "-e", "{ keypair { acces_key } }"]);
    page.prose(
        "`--variables` is a JSON object or `@FILE`; `--operation` says which operation of several. A \
         mutation is sent only after a question, or with `--allow-mutation`, and `ok: false` is a \
         failure. Of an answer with data and errors the data goes to the standard output, the errors \
         to the standard error, and the exit code is 1.",
    );
    let mutation = "mutation Off($key: String!) { modify_keypair(access_key: $key, props: { is_active: false }) { ok msg } }";
    page.run(&["gql", "-e", mutation, "--variables", r#"{"key": "NOPE"}"#]);
    page.run(&["gql", "-e", mutation, "--variables", r#"{"key": "NOPE"}"#, "--allow-mutation"]);
    page.prose(
        "`--all` reads a list page by page, if the document passes on variables as `limit` and `offset`, \
         or as `first` and `after`. The pages become one answer, or a row a line with `--output jsonl`. \
         Give an order that tells all rows apart; the lists above do so themselves.",
    );
    let pages = "query Q($limit: Int!, $offset: Int!) { user_list(limit: $limit, offset: $offset, order: \"email\", filter: \"role == \\\"superadmin\\\"\") { total_count items { email role } } }";
    page.run(&["gql", "-e", pages, "--all"]);
    page.run(&["gql", "-e", pages, "--all", "--output", "jsonl"]);
    page
}
