//! Every document in `invalid/` is refused, with the text that is checked in beside it.
//! `UPDATE_GOLDEN=1` writes the texts anew.

#![allow(clippy::panic, clippy::unwrap_used)]

use std::{env, fs, path::Path};

use backendai_codegen::configure;

fn refused(document: &str) -> String {
    let generated =
        configure().schema("tests/golden/schema.graphql").operations(document).generate();
    match generated {
        Ok(_) => panic!("{document} was accepted"),
        Err(failure) => format!("{failure}\n"),
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
    let failure = configure().operations("x").generate().unwrap_err();
    assert!(failure.to_string().contains(".schema("), "{failure}");
}

#[test]
fn an_unused_fragment_is_a_warning() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("unused.graphql");
    fs::write(&file, "query Q { match }\n\nfragment F on User {\n  id\n}\n").unwrap();
    let generated = configure()
        .schema("tests/golden/schema.graphql")
        .operations(file.display().to_string())
        .generate()
        .unwrap();
    let warnings: Vec<_> = generated.warnings.iter().map(ToString::to_string).collect();
    let warnings = warnings.join("\n");
    assert!(warnings.contains("unused.graphql:3:1: fragment `F` must be used"), "{warnings}");
    assert!(!generated.code.contains("struct F"));
}
