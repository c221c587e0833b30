//! `backendai check`, `generate` and `schema`: output, exit code and files.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use backendai_schema_tools::{
    diff::diff,
    snapshot::{Prose, Source, normalise},
};
use backendai_testing::Manager;
use serde_json::{Value, json};

fn run(folder: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_backendai"))
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .envs(env.iter().copied())
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

const RIGHT: &str = "query Names { keypair { ...Name } }";
const FRAGMENT: &str = "fragment Name on KeyPair { access_key }";
const WRONG: &str = "query Wrong { keypair { last_usd } }";

#[test]
fn right_documents_pass_silently() {
    let folder = folder(&[("a.graphql", RIGHT), ("b.graphql", FRAGMENT)]);
    let done = run(folder.path(), &["check", "a.graphql", "b.graphql"], &[]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert_eq!((text(&done.stdout), text(&done.stderr)), ("", ""));
}

#[test]
fn wrong_documents_are_shown_with_their_lines() {
    let folder = folder(&[("a.graphql", WRONG)]);
    let done = run(folder.path(), &["check", "a.graphql"], &[]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(text(&done.stdout), "");
    let mark = " ".repeat(WRONG.find("last_usd").unwrap());
    assert_eq!(
        text(&done.stderr),
        format!(
            "error: a.graphql:1:25: type `KeyPair` does not have a field `last_usd`\n 1 | {WRONG}\n   \
             | {mark}^^^^^^^^ did you mean `last_used`?\n1 error\n"
        )
    );
}

#[test]
fn programs_read_diagnostics_as_json() {
    let folder = folder(&[("a.graphql", WRONG), ("b.graphql", FRAGMENT)]);
    let done = run(folder.path(), &["check", "--output", "json", "a.graphql"], &[]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(
        serde_json::from_slice::<Value>(&done.stdout).unwrap(),
        json!({
            "errors": [{
                "file": "a.graphql",
                "line": 1,
                "column": 25,
                "message": "type `KeyPair` does not have a field `last_usd`",
                "suggestion": "last_used",
            }],
            "warnings": [],
        })
    );
    let done = run(folder.path(), &["check", "--output", "json", "b.graphql"], &[]);
    assert_eq!(done.status.code(), Some(0), "an unused fragment is a warning");
    let shown: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(shown["warnings"][0]["file"], "b.graphql");
}

#[test]
fn another_schema_can_be_named() {
    let schema = "type Query { hello(name: String!): String }";
    let folder = folder(&[("s.graphql", schema), ("a.graphql", "query A { hello }")]);
    let done = run(folder.path(), &["check", "--schema", "s.graphql", "a.graphql"], &[]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("a.graphql:1:11"), "{}", text(&done.stderr));
    let done = run(folder.path(), &["check", "--schema", "gone.graphql", "a.graphql"], &[]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("cannot read gone.graphql"), "{}", text(&done.stderr));
}

#[test]
fn generated_rust_is_readable_and_whole() {
    let folder = folder(&[("a.graphql", RIGHT), ("b.graphql", FRAGMENT), ("c.graphql", WRONG)]);
    let done = run(folder.path(), &["generate", "a.graphql", "b.graphql"], &[]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let code = text(&done.stdout);
    for line in ["pub mod a {", "    pub struct Names {", "pub mod b {", "    pub struct Name {"] {
        assert!(code.lines().any(|it| it.starts_with(line)), "{line} is not in\n{code}");
    }
    let done = run(folder.path(), &["generate", "c.graphql"], &[]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(text(&done.stdout), "");
    assert!(text(&done.stderr).contains("did you mean `last_used`?"), "{}", text(&done.stderr));
}

#[test]
fn a_scaffold_is_a_document_that_passes() {
    let folder = folder(&[]);
    for root in ["keypair_list", "user_nodes", "create_keypair", "vfolder_nodes"] {
        let done = run(folder.path(), &["schema", "scaffold", root, "--depth", "2"], &[]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        fs::write(folder.path().join("it.graphql"), &done.stdout).unwrap();
        let done = run(folder.path(), &["check", "it.graphql"], &[]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    }
    let done = run(folder.path(), &["schema", "scaffold", "keypair_lst"], &[]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(
        text(&done.stderr),
        "error: the schema has no root field `keypair_lst`: did you mean `keypair_list`?\n"
    );
}

#[test]
fn a_scaffold_is_small_unless_all_is_wanted() {
    let schema = "type Query { old: Int @deprecated pets(first: Int = 3, kind: String): [Pet!] }
        type Pet { name: String! old: Int @deprecated owner(of: Int!): Person }
        type Person { name: String pets: [Pet] }";
    let folder = folder(&[("s.graphql", schema)]);
    let scaffold = |arguments: &[&str]| {
        let always = ["schema", "scaffold", "pets", "--schema", "s.graphql"];
        let done = run(folder.path(), &[&always, arguments].concat(), &[]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        text(&done.stdout).to_owned()
    };
    assert_eq!(
        scaffold(&[]),
        "query Pets(\n  $first: Int = 3\n) {\n  pets(first: $first) {\n    name\n  }\n}\n"
    );
    assert_eq!(
        scaffold(&["--all", "--depth", "2"]),
        "query Pets(\n  $first: Int = 3\n  $kind: String\n  $of: Int!\n) {\n  pets(first: $first, \
         kind: $kind) {\n    name\n    old\n    owner(of: $of) {\n      name\n    }\n  }\n}\n"
    );
}

#[test]
fn changes_are_told_and_breaking_ones_fail() {
    let old = "type Query { a: Int b: Int }";
    let new = "type Query { a: Int! c: Int }";
    let folder = folder(&[("old.graphql", old), ("new.graphql", new)]);
    let done = run(folder.path(), &["schema", "diff", "old.graphql", "new.graphql"], &[]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(
        text(&done.stdout),
        "breaking   Query.b was removed\nsafe       Query.a was `Int` and is now `Int!`\n\
         safe       Query.c was added\n"
    );
    assert_eq!(text(&done.stderr), "1 breaking change\n");
    let json = ["schema", "diff", "--output", "json", "new.graphql", "new.graphql"];
    let done = run(folder.path(), &json, &[]);
    assert_eq!((done.status.code(), text(&done.stdout)), (Some(0), "[]\n"));
}

const OLD: &str = "type Query { pet(id: ID = 1): Pet person: Person }
    type Pet { name: String kind: Kind old: Int } type Person { name: String old: Int }
    enum Kind { CAT DOG }";
const PETS: &str = "query Pets { pet { name ...Kind } } query Cat { pet(id: 2) { ...Kind } }";
const KIND: &str = "fragment Kind on Pet { kind @required }";

/// The folder has its own snapshot among the documents.
fn beside_documents(new: &str) -> tempfile::TempDir {
    let folder = folder(&[("new.graphql", new)]);
    let ours = folder.path().join("ours");
    fs::create_dir_all(ours.join("parts")).unwrap();
    for (name, text) in [("schema", OLD), ("pets", PETS), ("parts/kind", KIND)] {
        fs::write(ours.join(format!("{name}.graphql")), text).unwrap();
    }
    folder
}

const WITH_OPERATIONS: [&str; 6] =
    ["schema", "diff", "ours/schema.graphql", "new.graphql", "--operations", "ours"];

#[test]
fn a_change_names_the_operations_that_it_affects() {
    let new = "type Query { pet(id: ID = 2): Pet person: Person }
        type Pet { kind: Kind! new: Int } type Person { name: String }
        enum Kind { CAT DOG COW }";
    let folder = beside_documents(new);
    let done = run(folder.path(), &WITH_OPERATIONS, &[]);
    assert_eq!(
        text(&done.stdout),
        "breaking   Person.old was removed
breaking   Pet.name was removed
           affects Pets
breaking   Pet.old was removed
dangerous  Kind.COW was added
           affects Cat, Pets
dangerous  Query.pet(id:) had the default `1` and now has `2`
           affects Cat, Pets
safe       Pet.kind was `Kind` and is now `Kind!`
           affects Cat, Pets
safe       Pet.new was added

2 of 2 operations change:
major  Cat: Pet.kind was `Kind` and is now `Kind!`
major  Pets: Pet.name was removed; Pet.kind was `Kind` and is now `Kind!`

A new version is at least a major version.\n"
    );
    assert_eq!(text(&done.stderr), "3 breaking changes, of which 1 affects these operations\n");
    assert_eq!(done.status.code(), Some(1));

    let done = run(folder.path(), &[&WITH_OPERATIONS[..], &["--output", "json"]].concat(), &[]);
    assert_eq!(done.status.code(), Some(1));
    let shown: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        shown[1],
        json!({
            "level": "breaking",
            "coordinate": "Pet.name",
            "what": "was removed",
            "version": "major",
            "operations": ["Pets"],
        })
    );
    assert_eq!(shown[0]["operations"], json!([]));
    assert_eq!(shown[0]["version"], Value::Null);
    assert_eq!(shown[3]["version"], "patch");
}

#[test]
fn what_breaks_others_alone_does_not_fail() {
    let folder = beside_documents(
        &OLD.replace("Person { name: String old: Int }", "Person { name: String }"),
    );
    let done = run(folder.path(), &WITH_OPERATIONS, &[]);
    assert_eq!(text(&done.stdout), "breaking   Person.old was removed\n");
    assert_eq!(text(&done.stderr), "1 breaking change, but none affects these operations\n");
    assert_eq!(done.status.code(), Some(0));
    // Without documents, every breaking change counts.
    let done = run(folder.path(), &WITH_OPERATIONS[..4], &[]);
    assert_eq!(done.status.code(), Some(1));
}

#[test]
fn documents_that_do_not_fit_the_old_snapshot_are_refused() {
    let folder = beside_documents(OLD);
    fs::write(folder.path().join("ours").join("wrong.graphql"), "query A { pets { name } }")
        .unwrap();
    let done = run(folder.path(), &WITH_OPERATIONS, &[]);
    assert_eq!((done.status.code(), text(&done.stdout)), (Some(4), ""));
    let told = text(&done.stderr);
    assert!(told.contains("ours/wrong.graphql:1:11: type `Query` does not"), "{told}");
    assert!(told.contains("the documents in ours do not fit ours/schema.graphql"), "{told}");

    fs::create_dir(folder.path().join("none")).unwrap();
    for (name, reason) in [("none", "there are no documents in none"), ("gone", "cannot read gone")]
    {
        let mut arguments = WITH_OPERATIONS;
        arguments[5] = name;
        let done = run(folder.path(), &arguments, &[]);
        assert_eq!(done.status.code(), Some(4));
        assert!(text(&done.stderr).contains(reason), "{}", text(&done.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_pulled_from_a_manager() {
    let manager = Manager::start().await.unwrap();
    let folder = folder(&[]);
    let keys = manager.superadmin();
    let env = [
        ("BACKEND_ENDPOINT", manager.endpoint()),
        ("BACKEND_ACCESS_KEY", keys.access_key.as_str()),
        ("BACKEND_SECRET_KEY", keys.secret_key.as_str()),
    ];
    for (schema, ours, path) in [
        ("admin", backendai_schema::ADMIN, "/admin/gql"),
        ("v2", backendai_schema::V2, "/admin/gql/strawberry"),
    ] {
        let pull = ["schema", "pull", "--schema", schema];
        let done = run(folder.path(), &[&pull[..], &["-f", "s.graphql"]].concat(), &env);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        assert_eq!(text(&done.stdout), "");
        let written = fs::read_to_string(folder.path().join("s.graphql")).unwrap();
        // The embedded manager's text has no descriptions, in which a real one tells the versions.
        let parse = |text: &str| backendai_codegen::Schema::parse("schema".as_ref(), text).unwrap();
        let changes = diff(&parse(ours), &parse(&written));
        let other = changes.iter().find(|it| !it.what.starts_with("changed its version"));
        assert_eq!(other, None);
        let head = format!("# Schema of POST {path}\n# manager: 26.9.6\n# date: 20");
        assert!(written.starts_with(&head), "{}", &written[..200]);
        let done = run(folder.path(), &pull, &env);
        assert_eq!(text(&done.stdout), written);
    }

    let done = run(folder.path(), &["schema", "pull", "--path", "v3"], &env);
    assert_eq!(done.status.code(), Some(2));
    let done = run(folder.path(), &["schema", "pull"], &[]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("BACKEND_ENDPOINT"), "{}", text(&done.stderr));
}

/// A snapshot of manager 26.8.3 with documents, and a changelog.
fn before_update() -> tempfile::TempDir {
    let folder = beside_documents("type Query { unused: Int }");
    let source = Source { manager: "26.8.3", path: "/admin/gql", date: "2026-11-01" };
    let snapshot = normalise(OLD, &source, Prose::Drop).unwrap();
    fs::write(folder.path().join("ours/schema.graphql"), snapshot).unwrap();
    fs::write(folder.path().join("nulls.txt"), "# None.\n").unwrap();
    fs::write(folder.path().join("C.md"), "## Unreleased\n\n- One.\n\n## 0.1\n").unwrap();
    folder
}

const UPDATE: [&str; 15] = [
    "schema",
    "update",
    "ours/schema.graphql",
    "--operations",
    "ours",
    "--nulls",
    "nulls.txt",
    "--manifest",
    "m.json",
    "--changelog",
    "C.md",
    "--from",
    "new.graphql",
    "--manager",
    "26.9.6",
];

#[test]
fn an_update_replaces_the_snapshot_and_what_is_derived_from_it() {
    let folder = before_update();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    // A dump has federation's parts, which a snapshot does not have.
    let new = OLD.replace("CAT DOG", "CAT DOG COW").replace(
        "person: Person }",
        "person: Person cow(of: Cow): Int _service: _Service! } type _Service { sdl: String } \
         input Cow { name: String }",
    );
    fs::write(folder.path().join("new.graphql"), new).unwrap();
    let report = "Schema of `/admin/gql`: manager 26.8.3 to 26.9.6

dangerous  Kind.COW was added
           affects Cat, Pets
safe       Cow was added
safe       Query.cow was added

2 of 2 operations change:
patch  Cat: Kind.COW was added
patch  Pets: Kind.COW was added

A new version is at least a patch version.

New root fields, for `backendai schema scaffold`: Query.cow

New input objects, of which each field must be tried with null: Cow
";
    let before = read("ours/schema.graphql");
    let done = run(folder.path(), &[&UPDATE[..], &["--dry-run"]].concat(), &[]);
    assert_eq!((text(&done.stdout), text(&done.stderr)), (report, ""));
    assert_eq!(read("ours/schema.graphql"), before);

    let done = run(folder.path(), &UPDATE, &[]);
    assert_eq!(text(&done.stdout), report);
    assert_eq!(text(&done.stderr), "wrote ours/schema.graphql\nwrote m.json\nwrote C.md\n");
    // Taken again, it changes nothing, and the changelog has its section.
    let again = run(folder.path(), &UPDATE, &[]);
    assert!(text(&again.stdout).ends_with("manager 26.9.6 to 26.9.6\n\nno changes\n"));
    assert_eq!(text(&again.stderr), "wrote ours/schema.graphql\nwrote m.json\n");
    assert_eq!(done.status.code(), Some(0));
    let written = read("ours/schema.graphql");
    assert!(written.starts_with("# Schema of POST /admin/gql\n# manager: 26.9.6\n"), "{written}");
    assert!(!written.contains("_service"), "{written}");
    let manifest: Value = serde_json::from_str(&read("m.json")).unwrap();
    assert_eq!(manifest["Cat"]["uses"]["Pet"], "kind");
    assert_eq!(
        read("C.md"),
        "## Unreleased\n\n- One.\n\n### Schema of `/admin/gql`: manager 26.8.3 to 26.9.6\n\n\
         - patch: `Kind.COW` was added (`Cat`, `Pets`).\n- 2 changes that affect no operation.\n\n\
         ## 0.1\n"
    );
}

/// A snapshot has its versions in directives, which the schema of a manager does not have.
#[test]
fn an_update_takes_no_snapshot_for_what_a_manager_wrote() {
    let folder = before_update();
    fs::copy(folder.path().join("ours/schema.graphql"), folder.path().join("new.graphql")).unwrap();
    let done = run(folder.path(), &UPDATE, &[]);
    assert_eq!(done.status.code(), Some(4));
    let errors = text(&done.stderr);
    assert!(
        errors.contains("new.graphql is a snapshot") && errors.contains("schema diff"),
        "{errors}"
    );
}

#[test]
fn an_update_lists_the_documents_to_change() {
    let folder = before_update();
    let new = OLD.replace("{ name: String kind: Kind old: Int }", "{ kind: Kind }");
    fs::write(folder.path().join("new.graphql"), new).unwrap();
    let done = run(folder.path(), &UPDATE, &[]);
    assert_eq!(done.status.code(), Some(1));
    let errors = text(&done.stderr);
    assert!(errors.contains("ours/pets.graphql:1:20: type `Pet` does not have"), "{errors}");
    assert!(errors.contains("wrote ours/schema.graphql") && !errors.contains("m.json"), "{errors}");
    assert!(errors.ends_with("1 error in the documents\n"), "{errors}");

    fs::write(folder.path().join("ours/schema.graphql"), OLD).unwrap();
    let done = run(folder.path(), &UPDATE, &[]);
    assert_eq!(done.status.code(), Some(4));
    assert!(text(&done.stderr).contains("does not name its origin"), "{}", text(&done.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_pulls_from_a_manager() {
    let manager = Manager::start().await.unwrap();
    let folder = before_update();
    let keys = manager.superadmin();
    let env = [
        ("BACKEND_ENDPOINT", manager.endpoint()),
        ("BACKEND_ACCESS_KEY", keys.access_key.as_str()),
        ("BACKEND_SECRET_KEY", keys.secret_key.as_str()),
    ];
    let done = run(folder.path(), &["schema", "update", "ours/schema.graphql"], &env);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(text(&done.stdout).contains("breaking   Query.pet was removed"));
    let written = fs::read_to_string(folder.path().join("ours/schema.graphql")).unwrap();
    assert!(written.contains("type KeyPair "), "{written}");
}
