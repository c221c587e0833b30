//! For every version of the manager, the document that is sent to it is valid against its schema.
//!
//! The schema of a version is that of the embedded manager, which shares no code with the generator.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, path::Path};

use apollo_compiler::ExecutableDocument;
use backendai_testing::schema_of_release;

use crate::{
    Schema,
    document::{self, Naming},
    document_text::{DocumentText, DocumentTexts, TextPart, whole},
    nulls::Nulls,
    requirement::Requirements,
    version::Version,
};

const ADMIN: &str = "../schema/admin/schema.graphql";

/// The rule of the runtime, `Requirement::is_satisfied_by`.
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

/// The documents in a folder, as they are sent.
fn texts(schema: &str, folder: &str) -> Vec<DocumentText> {
    let path = Path::new(schema);
    let schema = Schema::parse(path, &fs::read_to_string(path).unwrap()).unwrap().valid;
    let files = glob::glob(&format!("{folder}/*.graphql")).unwrap().map(Result::unwrap);
    let sources = files
        .filter(|file| file != path)
        .map(|file| (file.clone(), fs::read_to_string(file).unwrap()));
    let documents = document::prove(&schema, Nulls::default(), sources, Naming::Required).unwrap();
    let operations = documents.executable.operations.iter();
    let texts = DocumentTexts::new(&schema, &documents);
    operations
        .map(|operation| texts.text(operation, &documents.fragments(&operation.selection_set)))
        .collect()
}

/// Returns the number of documents sent, and how many of them lack a part.
fn check(schema: &str, folder: &str) -> (usize, usize) {
    let texts = texts(schema, folder);
    let sdl = fs::read_to_string(schema).unwrap();

    // Only the versions in directives make a difference.
    let marked = sdl.split("@since(version: \"").skip(1);
    let managers: BTreeSet<_> = marked
        .map(|rest| Version::parse(rest.split('"').next().unwrap()).unwrap())
        .chain([Version([0; 3])])
        .collect();
    let (mut sent, mut cut) = (0, 0);
    for manager in managers {
        let older = schema_of_release(&sdl, &manager.to_string()).unwrap();
        let older = Schema::parse(Path::new("older"), &older).unwrap().valid;
        for found in &texts {
            // A document without directives is the same for all versions; the oldest suffices.
            let same = found.requires.is_empty() && found.parts.len() == 1;
            if !is_there(&found.requires, manager) || same && manager > Version([0; 3]) {
                continue;
            }
            let text = text(&found.parts, manager);
            if let Err(invalid) = ExecutableDocument::parse_and_validate(&older, &text, "sent") {
                panic!("manager {manager}: {text}\n{}", invalid.errors);
            }
            sent += 1;
            cut += usize::from(text != whole(&found.parts));
        }
    }
    (sent, cut)
}

#[test]
fn what_is_sent_of_the_golden_documents_fits_every_manager() {
    let (sent, cut) = check("tests/golden/schema.graphql", "tests/golden");
    assert!(sent > cut && cut > 10, "{sent} {cut}");
}

#[test]
fn what_is_sent_of_the_shipped_documents_fits_every_manager() {
    let (sent, cut) = check(ADMIN, "../graphql/admin");
    assert!(sent > cut && cut > 10, "{sent} {cut}");
}

/// Runs with BACKENDAI_OLDER_SCHEMA=VERSION:FILE, the schema that a manager of that version serves.
#[test]
fn exactly_what_an_older_manager_serves_is_sent() {
    let Ok(older) = std::env::var("BACKENDAI_OLDER_SCHEMA") else { return };
    let (version, file) = older.split_once(':').unwrap();
    let manager = Version::parse(version).unwrap();
    let served = Schema::parse(Path::new(file), &fs::read_to_string(file).unwrap()).unwrap().valid;
    let (mut sent, mut refused, mut wrong) = (0, 0, Vec::new());
    for found in texts(ADMIN, "../graphql/admin") {
        let text = text(&found.parts, manager);
        let fits = ExecutableDocument::parse_and_validate(&served, &text, "sent");
        match (is_there(&found.requires, manager), fits) {
            (true, Ok(_)) => sent += 1,
            (true, Err(invalid)) => wrong.push(format!("{text}\n{}", invalid.errors)),
            (false, Ok(_)) => wrong.push(format!("{text}\nis refused, and served")),
            (false, Err(_)) => refused += 1,
        }
    }
    println!("manager {version}: {sent} documents are sent, {refused} refused");
    assert!(sent > 50 && wrong.is_empty(), "{} of {sent}: {}", wrong.len(), wrong.join("\n"));
}
