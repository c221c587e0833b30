//! Why nothing was generated.

use std::{error::Error, fmt, path::Path};

use apollo_compiler::validation::DiagnosticList;

use crate::{
    Diagnostic,
    diagnostic::{self, Advice, Found},
};

/// How many errors are shown; the others are counted.
pub(crate) const MAX_SHOWN: usize = 50;

/// Everything that is wrong with a document set.
pub struct Failure {
    diagnostics: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    /// The number of errors that are not listed.
    more: usize,
}

impl Failure {
    /// Creates a failure that is not about a place in a file.
    pub fn new(message: impl Into<String>) -> Self {
        vec![Diagnostic::new(message)].into()
    }

    /// Collects the errors that the validator reports, without warnings and without follow-on errors.
    pub fn from_validator(errors: &DiagnosticList) -> Self {
        let found = diagnostic::from_validator(errors, |_, _| Advice::default());
        Found { warnings: Vec::new(), ..found }.into()
    }

    /// Names the file in errors without a place, such as that of a definition that is missing.
    pub(crate) fn of_file(mut self, file: &Path) -> Self {
        self.diagnostics = self.diagnostics.into_iter().map(|it| it.of_file(file)).collect();
        self
    }

    /// Returns the errors, in the order of the files.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The number of errors that [`Display`](fmt::Display) counts only.
    pub(crate) fn not_shown(&self) -> usize {
        self.diagnostics.len().saturating_sub(MAX_SHOWN) + self.more
    }

    /// Returns the warnings, in the order of the files.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, warnings: Vec::new(), more: 0 }
    }
}

impl From<Found> for Failure {
    fn from(found: Found) -> Self {
        Self { diagnostics: found.errors, warnings: found.warnings, more: found.more_errors }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().take(MAX_SHOWN).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        match self.not_shown() {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl fmt::Debug for Failure {
    /// Short, since a build script that returns a failure prints this after all diagnostics.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.diagnostics.len() + self.more;
        write!(f, "nothing was generated: {count} error{}", if count == 1 { "" } else { "s" })
    }
}

impl Error for Failure {}
