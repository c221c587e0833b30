//! Documents and schemas of programs.

use std::fs;

use backendai_testing::Manager;

use crate::transcript::Page;

pub(crate) async fn section() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page =
        Page::new("Documents and schemas of programs").of(&manager, manager.superadmin());
    let write = |page: &Page, name: &str, text: &str| {
        fs::write(page.home().path().join(name), text).unwrap();
    };
    page.prose(
        "`check` validates the documents of a program, and `generate` prints the Rust code that a build makes of \
         them.",
    );
    write(&page, "keys.graphql", "query Keys { keypair { access_key } }\n");
    write(&page, "wrong.graphql", "query Wrong { keypair { last_usd } }\n");
    page.run(&["check", "keys.graphql", "wrong.graphql"]);
    page.run_head(&["generate", "keys.graphql"], 3);
    page.prose(
        "`schema pull` takes a snapshot of the manager's schema, `schema diff` compares two, and `schema update` \
         replaces one and reports what changes for the operations of a folder; \
         [schema-update.md](schema-update.md) has more.",
    );
    page.run(&["schema", "pull", "-f", "schema.graphql"]);
    write(&page, "old.graphql", "type Query { name: String, size: Int }\n");
    write(&page, "new.graphql", "type Query { name: String!, color: String }\n");
    page.run(&["schema", "diff", "old.graphql", "new.graphql"]);
    fs::create_dir(page.home().path().join("graphql")).unwrap();
    write(&page, "graphql/keys.graphql", "query Keys { keypair { access_key } }\n");
    page.run(&["schema", "update", "schema.graphql", "--operations", "graphql", "--dry-run"]);
    page
}
