//! Every document in `invalid/` is refused, with the text that is checked in beside it.
//! `UPDATE_GOLDEN=1` rewrites the texts.

use std::{env, fs, path::Path};

use backendai_codegen::configure;

const SCHEMA: &str = "tests/golden/schema.graphql";

fn refused(document: &str) -> String {
    let generated =
        configure().schema(SCHEMA).nulls("tests/golden/nulls.txt").operations(document).generate();
    match generated {
        Ok(_) => panic!("{document} was accepted"),
        Err(failure) => {
            let warnings = failure.warnings().iter().map(|warning| format!("warning: {warning}\n"));
            format!("{failure}\n{}", warnings.collect::<String>())
        }
    }
}

#[test]
fn every_invalid_document_is_refused_as_checked_in() {
    let mut differing = Vec::new();
    let mut seen = 0;
    for file in glob::glob("tests/invalid/*.graphql").unwrap() {
        let file = file.unwrap();
        let text = refused(&file.display().to_string());
        let golden = file.with_extension("txt");
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &text).unwrap();
        }
        if fs::read_to_string(&golden).ok().as_deref() != Some(&text) {
            differing.push(format!("{}:\n{text}", golden.display()));
        }
        seen += 1;
    }
    assert!(seen > 30, "only {seen} documents were found");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn the_faults_of_all_files_are_reported_at_once() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("at_once");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("a.graphql"), "query A { nope }").unwrap();
    fs::write(folder.join("b.graphql"), "query B { me { id }").unwrap();
    fs::write(folder.join("c.graphql"), "query C($x: Int) { me { id nope } match(x: 1) }").unwrap();
    let text = refused(&folder.join("*.graphql").display().to_string());
    for place in ["a.graphql:1:11:", "b.graphql:1:20:", "c.graphql:1:28:", "c.graphql:1:41:"] {
        assert!(text.contains(place), "{place} in\n{text}");
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    for (schema, operations, expected) in [
        ("tests/nowhere.graphql", "tests/golden/*.graphql", "cannot read tests/nowhere.graphql"),
        (
            "tests/golden/schema.graphql",
            "tests/nowhere/*.graphql",
            "no file matches `tests/nowhere/*.graphql`",
        ),
        ("tests/golden/schema.graphql", "tests/***", "`tests/***` is not a pattern"),
        ("tests/golden/people.graphql", "tests/golden/*.graphql", "people.graphql:4:1"),
    ] {
        let failure = configure().schema(schema).operations(operations).generate().unwrap_err();
        assert!(failure.to_string().contains(expected), "{failure}");
    }
    for named in [configure(), configure().files(["tests/nowhere.graphql"])] {
        let failure = named.schema(SCHEMA).generate().unwrap_err().to_string();
        assert!(
            failure.contains(".operations(") || failure.contains("nowhere.graphql"),
            "{failure}"
        );
    }
    let failure = configure().operations("x").generate().unwrap_err();
    assert!(failure.to_string().contains(".schema("), "{failure}");
}

/// The warnings about a document that is valid.
fn warned(name: &str, text: &str) -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, text).unwrap();
    let generated = configure()
        .schema(SCHEMA)
        .nulls("tests/golden/nulls.txt")
        .files([&file])
        .generate()
        .unwrap_or_else(|failure| panic!("{failure}"));
    let warnings = generated.warnings.iter().map(|warning| format!("{warning}\n"));
    warnings.collect::<String>().replace(&file.display().to_string(), name)
}

#[test]
fn an_unused_fragment_is_a_warning() {
    let text = "query Q { match }\n\nfragment F on User {\n  id\n}\n";
    let warnings = warned("unused.graphql", text);
    assert!(warnings.contains("unused.graphql:3:1: fragment `F` must be used"), "{warnings}");
}

#[test]
fn a_deprecated_member_is_a_warning() {
    let text = "\
query Q($level: Level = HIGH, $props: ChangeUser!) {
  echo(nick: \"n\", level: HIGH)
  me {
    ...F
  }
}

mutation M {
  change(id: 1, props: { old: 1, registry: null, parent: { old: 2, registry: \"{}\" } }) {
    ok
    msg
  }
}

fragment F on User {
  g: gone @include(if: true)
}
";
    let text = text.replace(", $props: ChangeUser!", "");
    let expected = "\
deprecated.graphql:1:25: `Level.HIGH` is deprecated: Use LOW (`@legacy` marks it as intended)
 1 | query Q($level: Level = HIGH) {
   |                         ^^^^
deprecated.graphql:2:8: `Query.echo(nick:)` is deprecated (`@legacy` marks it as intended)
 2 |   echo(nick: \"n\", level: HIGH)
   |        ^^^^
deprecated.graphql:2:26: `Level.HIGH` is deprecated: Use LOW (`@legacy` marks it as intended)
 2 |   echo(nick: \"n\", level: HIGH)
   |                          ^^^^
deprecated.graphql:9:26: `ChangeUser.old` is deprecated since 25.1.0 (`@legacy` marks it as intended)
 9 |   change(id: 1, props: { old: 1, registry: null, parent: { old: 2, registry: \"{}\" } }) {
   |                          ^^^
deprecated.graphql:9:60: `ChangeUser.old` is deprecated since 25.1.0 (`@legacy` marks it as intended)
 9 |   change(id: 1, props: { old: 1, registry: null, parent: { old: 2, registry: \"{}\" } }) {
   |                                                            ^^^
deprecated.graphql:16:6: `User.gone` is deprecated since 25.6.0 (`@legacy` marks it as intended)
 16 |   g: gone @include(if: true)
    |      ^^^^
";
    let used = text.replace("HIGH) {", "HIGH) { again: echo(level: $level)");
    let warnings = warned("deprecated.graphql", &used);
    assert_eq!(warnings.replace(" again: echo(level: $level)", ""), expected);
    // `@legacy` on each silences them.
    let meant = used
        .replace("HIGH) {", "HIGH) @legacy {")
        .replace("mutation M", "mutation M @legacy")
        .replace("on User", "on User @legacy");
    assert_eq!(warned("meant.graphql", &meant), "");
}
