//! What makes a value unusable.

use std::{fmt, path::Path};

use super::Field;

/// One error in a configuration: its location, its cause, and how to fix it. It never contains a
/// secret.
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

    /// An error at an offset into the contents of a file; the place is the file and the line.
    #[cfg(any(feature = "context", feature = "profile"))]
    pub(crate) fn at_offset(
        field: impl Into<Option<Field>>,
        path: &Path,
        (contents, offset): (&str, usize),
        message: impl fmt::Display,
    ) -> Self {
        Self::at_line(field, path, line_at(contents, offset), message)
    }

    /// An error on a line of a file.
    pub(crate) fn at_line(
        field: impl Into<Option<Field>>,
        path: &Path,
        line: usize,
        message: impl fmt::Display,
    ) -> Self {
        Self::new(field, format_args!("{}:{line}", path.display()), message)
    }

    /// The setting concerned; none when the problem is about a whole file.
    pub const fn field(&self) -> Option<Field> {
        self.field
    }

    /// Where the value is set: the name of a variable, a file, or a method of the builder.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong, and how to fix it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The number of the line with this offset, from 1.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    1 + text.get(..offset).map_or(0, |before| before.matches('\n').count())
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for Problem {}
