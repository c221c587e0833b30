//! The operations of a document set and the parts of the schema that they use. The manifest is
//! checked in, so that a change of a document shows its effect.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use backendai_codegen::{DocumentSet, Requirement, SentOperation};
use sha2::{Digest, Sha256};

use crate::coordinates::{self, Named, named};

/// Writes the manifest as JSON, sorted by name. Every line holds one fact, so that files merge line by
/// line.
pub fn manifest(set: &DocumentSet) -> String {
    let operations: BTreeMap<_, _> = set
        .sent()
        .iter()
        .filter_map(|sent| {
            let operation = set.document().operations.named.get(sent.name.as_str())?;
            let named = named(set.schema().definitions(), set.document(), operation);
            let kind = operation.operation_type.name();
            Some((sent.name.clone(), entry(sent, kind, &named)))
        })
        .collect();
    let operations: Vec<_> =
        operations.iter().map(|(name, entry)| format!("  \"{name}\": {entry}")).collect();
    format!("{{\n{}\n}}\n", operations.join(",\n"))
}

/// The coordinates in the schema that each operation uses, for
/// [`Change::affects`](crate::diff::Change::affects): fields, their arguments, the types around and
/// below them, and the input objects of its variables.
pub fn coordinates(set: &DocumentSet) -> BTreeMap<String, BTreeSet<String>> {
    let schema = set.schema().definitions();
    let operations = set.document().operations.named.iter();
    let each = operations.map(|(name, operation)| {
        let named = named(schema, set.document(), operation);
        (name.to_string(), coordinates::coordinates(schema, &named))
    });
    each.collect()
}

// GraphQL names and versions need no escapes in JSON.
fn entry(sent: &SentOperation, kind: &str, named: &Named) -> String {
    let SentOperation { module, requires, left_out, .. } = sent;
    let digest = hex::encode(Sha256::digest(sent.document.as_bytes()));
    let newest = requires.iter().filter_map(Requirement::newest).max();
    let newest = newest.map_or("null".to_owned(), |newest| format!("\"{newest}\""));
    let mut entry = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        entry,
        "{{\n    \"kind\": \"{kind}\",\n    \"file\": \"{module}\",\n    \"sha256\": \"{digest}\",\n    \"min_manager\": {newest}"
    );
    for (name, all) in [("requires", requires), ("left_out", left_out)] {
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

fn reasons(all: &[Requirement]) -> String {
    let all: Vec<_> = all
        .iter()
        .map(|requirement| {
            let versions: Vec<_> = requirement.versions.iter().map(ToString::to_string).collect();
            format!("      \"{}\": \"{}\"", requirement.coordinate, versions.join(" "))
        })
        .collect();
    format!("{{\n{}\n    }}", all.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_is_as_the_documents_are() {
        let set = backendai_codegen::configure()
            .schema("../schema/admin/schema.graphql")
            .operations("../graphql/admin/*.graphql")
            .prove()
            .unwrap();
        let checked_in =
            std::fs::read_to_string("../graphql/admin/operations.json").unwrap_or_default();
        assert!(
            manifest(&set) == checked_in,
            "graphql/admin/operations.json is stale: rewrite it with\n\n    \
             cargo run -p backendai-schema-tools --example manifest \
             > graphql/admin/operations.json\n"
        );
    }
}
