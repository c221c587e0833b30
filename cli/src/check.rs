//! `backendai check`: documents against a schema.

use std::path::PathBuf;

use backendai_codegen::{Diagnostic, Failure as Invalid, Generated};
use clap::Args;
use serde_json::{Value, json};

use crate::{
    global::{Global, Single},
    output::{self, Failure, err},
    snapshot::Snapshot,
};

/// Proves documents as the build would: all files are one set and share their fragments. Ends with
/// 1 and says what is wrong, where, and what was probably meant.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:
  backendai check graphql/*.graphql
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
    /// The schema; the snapshot of the Admin API if left out.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
}

impl Documents {
    /// Generates from them; what is wrong in them is the inner failure.
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

/// In text, each has the line of the file, on the standard error.
fn check(documents: &Documents, form: Single) -> Result<(), Failure> {
    let generated = documents.generate()?;
    let (errors, warnings) = match &generated {
        Ok(generated) => (&[][..], generated.warnings.as_slice()),
        Err(invalid) => (invalid.diagnostics(), invalid.warnings()),
    };
    match form {
        Single::Text => {
            tell("warning", warnings);
            tell("error", errors);
        }
        Single::Json => {
            let shown = json!({
                "errors": errors.iter().map(shown).collect::<Value>(),
                "warnings": warnings.iter().map(shown).collect::<Value>(),
            });
            output::json(&shown)?;
        }
    }
    match errors.len() {
        0 => Ok(()),
        1 => Err(Failure::verdict("1 error")),
        count => Err(Failure::verdict(format!("{count} errors"))),
    }
}

/// Tells people what is wrong or odd.
pub(crate) fn tell(level: &str, diagnostics: &[Diagnostic]) {
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
