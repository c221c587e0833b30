//! `backendai check`: validates documents against a schema.

use std::path::PathBuf;

use backendai_codegen::{Diagnostic, Failure as Invalid, Generated};
use clap::Args;
use serde_json::{Value, json};

use crate::{
    global::{Global, SingleFormat},
    output::{self, Failure, err},
    snapshot::Snapshot,
};

/// Validates documents as the build does: all files are one set and share their fragments. Exits
/// with 1 if there are errors, and reports each with its place and the name that was probably meant.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:
  backendai check graphql/*.graphql
  backendai check --schema v2 users.graphql
  backendai check --schema my.graphql --output json queries.graphql"
)]
pub(crate) struct Check {
    #[command(flatten)]
    documents: Documents,
}

/// A set of documents and its schema.
#[derive(Args, Debug)]
pub(crate) struct Documents {
    /// Files with operations and fragments.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The schema: `admin`, `v2`, or a file; by default `admin`.
    #[arg(long, value_name = "SCHEMA")]
    schema: Option<PathBuf>,
}

impl Documents {
    /// Generates code for them; the inner failure has their faults.
    pub(crate) fn generate(&self) -> Result<Result<Generated, Invalid>, Failure> {
        let snapshot = Snapshot::read(self.schema.as_deref())?;
        Ok(snapshot.options().files(&self.files).generate())
    }
}

impl Check {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        crate::blocking(move || check(&self.documents, form)).await
    }
}

/// Prints the faults; as text, with the lines of the files, on the standard error.
fn check(documents: &Documents, form: SingleFormat) -> Result<(), Failure> {
    let generated = documents.generate()?;
    let (errors, warnings) = match &generated {
        Ok(generated) => (&[][..], generated.warnings.as_slice()),
        Err(invalid) => (invalid.diagnostics(), invalid.warnings()),
    };
    match form {
        SingleFormat::Text => {
            print("warning", warnings);
            print("error", errors);
        }
        SingleFormat::Json => {
            let shown = json!({
                "errors": errors.iter().map(shown).collect::<Value>(),
                "warnings": warnings.iter().map(shown).collect::<Value>(),
            });
            output::json(&shown)?;
        }
    }
    match errors.len() {
        0 => Ok(()),
        1 => Err(Failure::silent_exit("1 error")),
        count => Err(Failure::silent_exit(format!("{count} errors"))),
    }
}

/// Prints errors or warnings for people.
pub(crate) fn print(level: &str, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        err(format!("{level}: {diagnostic}"));
    }
}

fn shown(diagnostic: &Diagnostic) -> Value {
    let position = diagnostic.position();
    json!({
        "file": diagnostic.file(),
        "line": position.map(|(line, _)| line),
        "column": position.map(|(_, column)| column),
        "message": diagnostic.message(),
        "suggestion": diagnostic.suggestion(),
    })
}
