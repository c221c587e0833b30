//! For every manager there can be, the text that it is sent fits what it has.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, path::Path};

use apollo_compiler::{ExecutableDocument, ast::Document};

use crate::{
    Schema,
    document::{self, Naming},
    document_text::{DocumentText, DocumentTexts, TextPart, whole},
    nulls::Nulls,
    requirement::Requirements,
    version::Version,
};

#[path = "../../testing/src/release.rs"]
#[allow(unreachable_pub, clippy::indexing_slicing)]
mod release;

/// The rule once more, as `Since::is_in` of the runtime has it.
fn is_there(all: &Requirements, manager: Version) -> bool {
    all.0.iter().all(|since| {
        let branch = since.versions.iter().find(|it| it.0[..2] == manager.0[..2]);
        branch.or(since.versions.first()).is_none_or(|first| *first <= manager)
    })
}

fn text(parts: &[TextPart], manager: Version) -> String {
    let there = |part: &&TextPart| {
        part.when.is_empty() || part.when.iter().any(|all| is_there(all, manager))
    };
    parts.iter().filter(there).map(|part| part.text.as_str()).collect()
}

fn texts(folder: &str) -> Vec<DocumentText> {
    let path = Path::new(folder).join("schema.graphql");
    let Schema(schema) = Schema::parse(&path, &fs::read_to_string(&path).unwrap()).unwrap();
    let files = glob::glob(&format!("{folder}/*.graphql")).unwrap().map(Result::unwrap);
    let sources = files
        .filter(|file| *file != path)
        .map(|file| (file.clone(), fs::read_to_string(file).unwrap()));
    let documents = document::prove(&schema, Nulls::default(), sources, Naming::Required).unwrap();
    let operations = documents.executable.operations.iter();
    let texts = DocumentTexts::new(&schema, &documents);
    operations
        .map(|operation| texts.text(operation, &documents.fragments(&operation.selection_set)))
        .collect()
}

/// How many texts were sent, and how many of them had lost something.
fn check(folder: &str) -> (usize, usize) {
    let texts = texts(folder);
    let sdl = fs::read_to_string(Path::new(folder).join("schema.graphql")).unwrap();

    // Between two versions that are marked nothing changes.
    let marked = sdl.split("@since(version: \"").skip(1);
    let managers: BTreeSet<_> = marked
        .map(|rest| release::numbers(rest.split('"').next().unwrap()))
        .chain([[0; 3]])
        .collect();
    let (mut sent, mut cut) = (0, 0);
    for manager in managers {
        let [major, minor, patch] = manager;
        let older = release::cut(
            Document::parse(sdl.as_str(), "schema").unwrap(),
            &format!("{major}.{minor}.{patch}"),
        );
        let Schema(older) = Schema::parse(Path::new("older"), &older.to_string()).unwrap();
        for found in &texts {
            // Without marks it is the same for all; then the oldest says enough.
            let same = found.requires.is_empty() && found.parts.len() == 1;
            if !is_there(&found.requires, Version(manager)) || same && manager > [0; 3] {
                continue;
            }
            let text = text(&found.parts, Version(manager));
            if let Err(invalid) = ExecutableDocument::parse_and_validate(&older, &text, "sent") {
                panic!("manager {manager:?}: {text}\n{}", invalid.errors);
            }
            sent += 1;
            cut += usize::from(text != whole(&found.parts));
        }
    }
    (sent, cut)
}

#[test]
fn what_is_sent_of_the_golden_documents_fits_every_manager() {
    let (sent, cut) = check("tests/golden");
    assert!(sent > cut && cut > 10, "{sent} {cut}");
}

#[test]
fn what_is_sent_of_the_shipped_documents_fits_every_manager() {
    let (sent, cut) = check("../graphql/admin");
    assert!(sent > cut && cut > 10, "{sent} {cut}");
}

/// With BACKENDAI_OLDER_SCHEMA=VERSION:FILE, the schema that a manager of that version serves.
#[test]
fn what_is_sent_fits_what_an_older_manager_serves() {
    let Ok(older) = std::env::var("BACKENDAI_OLDER_SCHEMA") else { return };
    let (version, file) = older.split_once(':').unwrap();
    let manager = Version(release::numbers(version));
    let Schema(served) =
        Schema::parse(Path::new(file), &fs::read_to_string(file).unwrap()).unwrap();
    let mut wrong = Vec::new();
    let mut sent = 0;
    for found in texts("../graphql/admin") {
        if is_there(&found.requires, manager) {
            let text = text(&found.parts, manager);
            sent += 1;
            if let Err(invalid) = ExecutableDocument::parse_and_validate(&served, &text, "sent") {
                wrong.push(format!("{text}\n{}", invalid.errors));
            }
        }
    }
    assert!(sent > 50 && wrong.is_empty(), "{} of {sent}: {}", wrong.len(), wrong.join("\n"));
}
