//! Reads the documents of a set and proves them against the schema.

use std::path::PathBuf;

use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    collections::{IndexMap, IndexSet},
    executable::SelectionSet,
    parser::{Parser, SourceSpan},
    validation::{DiagnosticList, Valid},
};

use crate::{
    Failure,
    diagnostic::{self, Advice, Diagnostic},
    expansion, graph, lint,
    names::module,
    nulls::{Nulls, Rule},
    suggest,
};

/// All documents of a set, proven valid. Fragments are shared between the files.
pub(crate) struct Documents {
    pub(crate) executable: Valid<ExecutableDocument>,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) nulls: Nulls,
    /// The null rules of each operation's variables, by its name.
    pub(crate) rules: IndexMap<Name, IndexMap<Name, Rule>>,
}

/// Which operations need a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// All: Rust types are named after them.
    Required,
    /// All but the only one of a document.
    OptionalForOne,
}

/// Reads documents and reports the faults of all of them.
pub(crate) fn prove(
    schema: &Valid<Schema>,
    nulls: Nulls,
    files: impl IntoIterator<Item = (PathBuf, String)>,
    naming: Naming,
) -> Result<Documents, Failure> {
    let mut errors = DiagnosticList::new(Default::default());
    let mut builder = ExecutableDocument::builder(Some(schema), &mut errors);
    for (path, text) in files {
        Parser::new().parse_into_executable_builder(text, path, &mut builder);
    }
    let document = builder.build();
    // The document is complete enough to validate even if an invalid part was dropped.
    let checked = document.clone().validate(schema);
    if let Err(invalid) = &checked {
        errors.merge(invalid.errors.clone());
    }
    let mut found = diagnostic::from_validator(&errors, |fault, message| Advice {
        name: suggest::for_fault(fault, message, schema, &document),
        earlier: first_of_name(fault, message, &document),
    });
    let broken: Vec<_> = found.errors.iter().filter(|error| error.is_syntax()).cloned().collect();
    found.errors.extend(
        unsupported(&document, naming)
            .into_iter()
            .filter(|error| !broken.iter().any(|broken| broken.file() == error.file())),
    );
    let lint = lint::check(schema, &document, &nulls);
    found.add(lint.found);
    if found.errors.is_empty() {
        found.errors.extend(expansion::check(&document));
    }
    found.tidy();
    if !found.errors.is_empty() {
        return Err(found.into());
    }
    let executable = match checked {
        Ok(valid) => valid,
        // The validator reported nothing that is more than a warning here.
        Err(_) => Valid::assume_valid(document),
    };
    Ok(Documents { executable, warnings: found.warnings, nulls, rules: lint.rules })
}

/// The first definition of a name that is defined twice.
fn first_of_name(fault: &str, message: &str, document: &ExecutableDocument) -> Option<SourceSpan> {
    let name = message.split('`').nth(1)?;
    match fault {
        "OperationNameCollision" => document.operations.named.get(name)?.name.as_ref()?.location(),
        "FragmentNameCollision" => document.fragments.get(name)?.name.location(),
        _ => None,
    }
}

/// Operations that are valid GraphQL but cannot be compiled.
fn unsupported(document: &ExecutableDocument, naming: Naming) -> Vec<Diagnostic> {
    let named = naming == Naming::Required || document.operations.len() > 1;
    let anonymous = document.operations.anonymous.iter().filter(|_| named);
    let message = "the operation has no name: name it, as its Rust type is named after it";
    anonymous
        .map(|operation| Diagnostic::at(operation.location(), &document.sources, message))
        .collect()
}

impl Documents {
    /// The `#` comment directly above a node, without the marks.
    pub(crate) fn comment(&self, span: Option<SourceSpan>) -> Option<String> {
        let span = span?;
        let text = self.executable.sources.get(&span.file_id())?.source_text();
        let (above, beside) = text.get(..span.offset())?.rsplit_once('\n')?;
        // A comment above a line belongs to the first node of the line.
        if !beside.trim().is_empty() || !above.lines().next_back()?.contains('#') {
            return None;
        }
        let mut comment: Vec<_> = above
            .lines()
            .rev()
            .map_while(|line| line.trim_start().strip_prefix('#'))
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
            .collect();
        comment.reverse();
        (!comment.is_empty()).then(|| comment.join("\n"))
    }

    /// The generated module for the file that a node is in.
    pub(crate) fn module(&self, span: Option<SourceSpan>) -> String {
        let stem = span
            .and_then(|span| self.executable.sources.get(&span.file_id()))
            .and_then(|file| file.path().file_stem())
            .unwrap_or_default();
        module(&stem.to_string_lossy())
    }

    /// The fragments that a selection reaches, each once, in the order of their first use.
    pub(crate) fn fragments(&self, set: &SelectionSet) -> IndexSet<Name> {
        graph::fragments(&self.executable, set)
    }
}
