//! Lists, keypairs and documents.

use backendai_testing::Manager;

use crate::transcript::Page;

/// The lists of every domain, and the forms in which they are printed.
pub(crate) async fn lists() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("Lists").of(&manager, manager.superadmin());
    page.prose(
        "Every list of the manager has a command, such as `user`, `project` or `session`, with \
         the verb `list` and, if the manager serves single rows, `info`; `backendai --help` \
         lists all of them. `--field` selects and orders the columns. `--help` of each verb \
         lists the fields, those that are shown by default, and the columns that `--filter` and `--order` \
         accept.",
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
        "`--limit` is the maximum number of rows, 20 by default; `--all` prints all of them, \
         page by page as they arrive; `--page-size` is the number of rows per request, up to \
         100. A partial list starts with the newest rows if it has a creation time; with \
         `--all` the order is one in which no row is missed while others create and delete \
         rows. Lists without `--page-size` are one response, in which the command itself selects \
         with `--filter`, `--order` and `--limit`: `--help` states what the manager cannot do. \
         `plain-user` and `plain-keypair` end silently after 100 rows, which is the manager's limit.",
    );
    page.run(&["scaling-group", "list", "--filter", "is_active == true", "--order", "-name"]);
    page.run(&["scaling-group", "get-available", "default"]);
    page.prose(
        "A value of an option or a filter that the manager is not known to have is answered with the known \
         ones: in the error where the manager refuses it, else in a note where nothing is found. Known values \
         of options can be written in lower or upper case.",
    );
    page.run(&["agent", "list", "--status", "ALIV"]);
    page.prose(
        "`-o` or `--output` is `table`, `json`, `jsonl`, `csv`, `yaml` or `name`. On a terminal null \
         and what is empty are `-`; in a pipe no cell is cut or wrapped. JSON has the official command's structure, \
         and is printed after the last row has arrived; `jsonl`, `csv` and tables start at once.",
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
        "CSV is for spreadsheets: null is an empty cell, lists and objects are JSON, and a \
         string that starts like a formula (`=`, `+`, `-`, `@`) is prefixed with `'`, unless it \
         is a number, so that an administrator's spreadsheet does not evaluate a user's name. \
         Programs that need unchanged strings use `jsonl`.",
    );
    page.prose(
        "Secrets are not requested unless `--show-secrets` is given, and shown as `***` in every \
         format; so are those inside objects.",
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
    page.prose(
        "`--sort` orders the fetched rows, `--order` has the manager order the whole list. `yaml` and `name` \
         are further formats; `name` prints only what other commands take as arguments. `--watch` repeats a \
         list or an `info` and marks what changed; `wait` ends when one object has a status.",
    );
    page.run(&["scaling-group", "ls", "-o", "name", "--sort", "-name"]);
    page.run(&["domain", "get", "default", "--field", "name,total_resource_slots", "-o", "yaml"]);
    page.run(&["agent", "wait", "i-fill-bare", "--until", "ALIVE", "--limit", "0"]);
    page.run(&["user", "list", "--field", "emial"]);
    page.run(&["user", "list", "--order", "emial"]);
    page
}

/// The verbs that change keypairs.
pub(crate) async fn keypairs() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("Keypairs").of(&manager, manager.superadmin());
    page.prose(
        "`keypair` has the official command's verbs and options. `info` shows your own keypair, or the given one.",
    );
    let (key, other) = (&manager.inactive_key().access_key, &manager.user().access_key);
    page.run(&["keypair", "info", "--field", "access_key,is_active,rate_limit"]);
    page.prose(
        "`add` prints the new secret key: store it. With `--dry-run`, every verb that \
         changes something prints the request without sending it.",
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
    page.prose(
        "With several keypairs each result is reported, and the exit code is 1 if any failed.",
    );
    page.run(&["keypair", "activate", key, "NOPE"]);
    page.prose(
        "`delete` asks for confirmation. Without a terminal it needs `--yes`, and otherwise deletes nothing.",
    );
    page.run(&["keypair", "delete", key]);
    page.run(&["keypair", "delete", key, "--yes", "--output", "json"]);
    page.run(&["keypair", "deactivate", other]);
    page
}

/// Documents of the caller's own.
pub(crate) async fn documents() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("GraphQL documents").of(&manager, manager.superadmin());
    page.prose(
        "`gql` runs a document: a file, `-` for the standard input, or `--execute DOCUMENT`. It \
         is validated against the schema that this command was built with, or `--schema FILE`, \
         before it is sent; `--no-validate` skips this, and `--path v2` selects the newer \
         schema. All numbers and strings of the data are printed unchanged.",
    );
    page.run(&["gql", "-e", "{ keypair { access_key is_active } }"]);
    page.run(&["gql", "-e", "{ keypair { acces_key } }"]);
    page.prose(
        "`--variables` is a JSON object or `@FILE`; `--operation` selects one operation of \
         several. A mutation is sent only after confirmation, or with `--allow-mutation`, and \
         `ok: false` is a failure. If a response has data and errors, the data goes to the \
         standard output, the errors to the standard error, and the exit code is 1.",
    );
    let mutation = "mutation Off($key: String!) { modify_keypair(access_key: $key, props: { is_active: false }) { ok msg } }";
    page.run(&["gql", "-e", mutation, "--variables", r#"{"key": "NOPE"}"#]);
    page.run(&["gql", "-e", mutation, "--variables", r#"{"key": "NOPE"}"#, "--allow-mutation"]);
    page.prose(
        "`--all` reads a list page by page, if the document passes variables to `limit` and \
         `offset`, or to `first` and `after`. The pages are merged into one response, or \
         printed as one row per line with `--output jsonl`. Use an order that is unique for \
         every row; the lists above do so automatically.",
    );
    let pages = "query Q($limit: Int!, $offset: Int!) { user_list(limit: $limit, offset: $offset, order: \"email\", filter: \"role == \\\"superadmin\\\"\") { total_count items { email role } } }";
    page.run(&["gql", "-e", pages, "--all"]);
    page.run(&["gql", "-e", pages, "--all", "--output", "jsonl"]);
    page
}
