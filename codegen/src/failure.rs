//! Why nothing was generated.

use std::{error::Error, fmt};

use crate::Diagnostic;

/// Everything that is wrong with a document set.
pub struct Failure {
    diagnostics: Vec<Diagnostic>,
}

impl Failure {
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics }
    }

    pub(crate) fn of(message: impl Into<String>) -> Self {
        Self::new(vec![Diagnostic::new(message)])
    }

    /// The faults, in the order of the files.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
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
