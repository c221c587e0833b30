//! What people and other programs get to see.

use std::io::{self, Write};

/// Why a command ended with exit code 1.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// A text that stands for itself.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// An error of a library, with its causes.
    pub(crate) fn from_error(error: impl std::error::Error) -> Self {
        Self(with_causes("Error: ".to_owned(), &error))
    }

    /// An error of a library, with its causes, and which command it is from.
    pub(crate) fn of(group: &str, command: &str, error: &dyn std::error::Error) -> Self {
        Self(with_causes(format!("Error: [{group}] `{command}` failed: "), error))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

fn with_causes(mut text: String, error: &dyn std::error::Error) -> String {
    text.push_str(&error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// A line of the result.
pub(crate) fn out(line: impl AsRef<str>) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", line.as_ref())
        .map_err(|error| Failure::new(format!("Error: cannot write the output: {error}")))
}

/// A line for the person, beside the result.
pub(crate) fn err(line: impl AsRef<str>) {
    // There is nowhere left to say that this failed.
    let _ = writeln!(io::stderr(), "{}", line.as_ref());
}
