//! Everything that is wrong with a configuration, at once.

use std::fmt;

use super::Field;

/// A configuration that cannot be used. It lists every problem, each with its place and its
/// mend, and never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    pub(super) const fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// The problems; there is at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [problem] => write!(f, "the configuration cannot be used: {problem}"),
            problems => {
                write!(f, "the configuration cannot be used; it has {} problems:", problems.len())?;
                problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self::new(vec![problem])
    }
}

/// One thing that is wrong: where, what, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    field: Option<Field>,
    place: String,
    message: String,
}

impl Problem {
    pub(crate) fn new(
        field: impl Into<Option<Field>>,
        place: impl fmt::Display,
        message: impl fmt::Display,
    ) -> Self {
        Self { field: field.into(), place: place.to_string(), message: message.to_string() }
    }

    /// The field that is concerned; none when a whole file is.
    pub const fn field(&self) -> Option<Field> {
        self.field
    }

    /// Where the value is: the name of a variable, a file, or a method of the builder.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong with it and what would be right.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for Problem {}
