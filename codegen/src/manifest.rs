//! The operations of a document set, one entry each: what they name in the schema and which manager
//! has that. It is checked in, so that a change of a document shows what it changes.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest, Sha256};

use apollo_compiler::Schema;

use crate::{
    coordinates::{Named, named},
    document::Documents,
    emit::left_out,
    since::{All, Since},
    text::whole,
    types::{Model, Operation},
};

/// As JSON, sorted by name; every line says one thing, so that it can be merged line by line.
pub(crate) fn manifest(model: &Model, schema: &Schema, documents: &Documents) -> String {
    let mut operations = BTreeMap::new();
    for (module, contents) in &model.modules {
        for operation in &contents.operations {
            let name = &operation.graphql_name;
            let Some(document) = documents.executable.operations.named.get(name.as_str()) else {
                continue;
            };
            let named = named(schema, documents, document);
            operations.insert(name, entry(module, operation, &named));
        }
    }
    let operations: Vec<_> =
        operations.iter().map(|(name, entry)| format!("  \"{name}\": {entry}")).collect();
    format!("{{\n{}\n}}\n", operations.join(",\n"))
}

// Names of GraphQL and versions have nothing that JSON would escape.
fn entry(module: &str, operation: &Operation, named: &Named) -> String {
    let text = &operation.text;
    let kind = if operation.is_query { "query" } else { "mutation" };
    let digest = hex::encode(Sha256::digest(whole(&text.parts).as_bytes()));
    let newest = text.requires.0.iter().filter_map(Since::newest).max();
    let newest = newest.map_or("null".to_owned(), |newest| format!("\"{newest}\""));
    let mut entry = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        entry,
        "{{\n    \"kind\": \"{kind}\",\n    \"file\": \"{module}\",\n    \"sha256\": \"{digest}\",\n    \"min_manager\": {newest}"
    );
    for (name, all) in [("requires", &text.requires), ("left_out", &left_out(&text.parts))] {
        if !all.is_empty() {
            let _ = write!(entry, ",\n    \"{name}\": {}", reasons(all));
        }
    }
    let uses: Vec<_> = named
        .iter()
        .map(|(on, fields)| {
            let fields: Vec<_> = fields
                .iter()
                .map(|(field, arguments)| {
                    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
                    match arguments.as_slice() {
                        [] => field.clone(),
                        all => format!("{field}({})", all.join(" ")),
                    }
                })
                .collect();
            format!("      \"{on}\": \"{}\"", fields.join(" "))
        })
        .collect();
    let _ = write!(entry, ",\n    \"uses\": {{\n{}\n    }}\n  }}", uses.join(",\n"));
    entry
}

fn reasons(all: &All) -> String {
    let all: Vec<_> = all
        .0
        .iter()
        .map(|since| {
            let versions: Vec<_> = since.versions.iter().map(ToString::to_string).collect();
            format!("      \"{}\": \"{}\"", since.coordinate, versions.join(" "))
        })
        .collect();
    format!("{{\n{}\n    }}", all.join(",\n"))
}
