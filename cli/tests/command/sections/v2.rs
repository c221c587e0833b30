//! The v2 API.

use backendai_testing::{Fault, Manager};
use serde_json::json;

use crate::transcript::Page;

pub(crate) async fn section() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("The v2 API").of(&manager, manager.superadmin());
    page.prose(
        "Managers have a second API since 25.13. `backendai v2 NOUN VERB` has a verb for each of its \
         queries and mutations: `list` and `info` for what an administrator may see, `list-mine`, \
         `list-scoped` and `list-of-project` for what others may see, and the verbs of the mutations, \
         which work as those above: several names, `--from-file`, `--dry-run`, `--yes`. \
         `backendai v2 --help` lists the nouns and `backendai v2 NOUN --help` the verbs. Verbs that end \
         in `-legacy` are for older managers and are not listed.",
    );
    page.prose(
        "Rows are objects within objects. A table has a column for each member, which `--field` names by \
         its path or by the last part of it; `json`, `jsonl` and `yaml` have the objects as they are. \
         `--filter` takes `COLUMN=VALUE`, `!=`, `~` for a part of a text, `<` and `>`, or JSON; all that \
         are given must hold. `--order` takes columns, or JSON.",
    );
    let user = json!({
        "id": "VXNlclYyOmYzOGRlYTIzLTUwZmEtNDJhMC1iNWFlLTMzOGY1ZjQ2OTNmNA==",
        "basicInfo": { "username": "ann", "email": "ann@example.com" },
        "status": { "status": "ACTIVE" },
    });
    let list = json!({ "data": { "adminUsersV2": {
        "count": 1,
        "edges": [{ "cursor": "c", "node": user }],
        "pageInfo": { "hasNextPage": false, "endCursor": "c" },
    } } });
    manager.fail_operation("AdminUsers", Fault::json(200, list.to_string()));
    page.run(&[
        "v2",
        "user",
        "list",
        "--filter",
        "status=ACTIVE",
        "--filter",
        "email~ann",
        "--order",
        "-created_at",
        "--field",
        "id,email,status.status",
    ]);
    page.prose(
        "Tables, CSV and `name` show an id without its type, and JSON and YAML the global id with it: \
         arguments, files and conditions take both. Where an id is wanted, the name of an object is looked \
         up if the manager's list can be filtered by it, of a user the e-mail address; if several objects \
         have the name, they are listed. The fields of an input object are options; what is deeper is JSON \
         or `@FILE`.",
    );
    page.run(&[
        "v2",
        "role",
        "assign",
        "0b7a6a1c-3c40-4ad5-bd4e-5d7ae81b2a1b",
        "--user-id",
        "f38dea23-50fa-42a0-b5ae-338f5f4693f4",
        "--dry-run",
    ]);
    page.prose(
        "`--watch` and `wait` work as above, `wait` for every noun with `info` and a status. A session is \
         requested again as soon as the manager reports an event of it, not only after the interval. \
         Completions offer ids, beside the names of their objects in shells that show them.",
    );
    let session = "f0000006-0000-4000-8000-000000000001";
    page.run(&["v2", "session", "wait", session, "--until", "RUNNING", "--limit", "0"]);
    page.prose(
        "If a command is not for the caller's role, or is too new for the manager, the error names what to \
         use instead.",
    );
    page = page.of(&manager, manager.user());
    page.run(&["v2", "keypair", "list"]);
    page.prose(
        "If a mutation of several objects fails for some, they are listed with their reasons and the exit \
         code is 1. If a query has data and errors, the data is printed with a warning.",
    );
    page.prose(
        "`check`, `generate`, `schema scaffold`, `schema diff`, `schema pull` and `gql` know both schemas by \
         name: `--schema v2`. `gql` prints the events of a subscription as lines of JSON until the manager \
         or Ctrl-C ends it; `--limit` and `--timeout` end it, too. The page of `backendai proxy` switches \
         between the schemas, and the proxy forwards WebSockets.",
    );
    page.run(&["schema", "scaffold", "myClientIp", "--schema", "v2"]);
    page
}
