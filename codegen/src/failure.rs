//! Why nothing was generated.

use std::{error::Error, fmt};

use crate::Diagnostic;

/// Everything that is wrong with a document set.
pub struct Failure {
    diagnostics: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Failure {
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, warnings: Vec::new() }
    }

    pub(crate) fn with_warnings(mut self, warnings: Vec<Diagnostic>) -> Self {
        self.warnings = warnings;
        self
    }

    pub(crate) fn of(message: impl Into<String>) -> Self {
        Self::new(vec![Diagnostic::new(message)])
    }

    /// The faults, in the order of the files.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// What is right but should be looked at, in the order of the files.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Failure {
    /// Short, since a build script that returns a failure prints this after cargo has been told
    /// every fault.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.diagnostics.len();
        write!(f, "nothing was generated: {count} error{}", if count == 1 { "" } else { "s" })
    }
}

impl Error for Failure {}
