//! What is wrong with a document, where, and what the line looks like.

use std::fmt;

use apollo_compiler::{
    diagnostic::ToCliReport,
    parser::{SourceMap, SourceSpan},
    validation::DiagnosticList,
};

/// One fault in a document or a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    place: Option<Place>,
    message: String,
}

/// A stretch of one line of a file. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    source: String,
    width: usize,
}

impl Diagnostic {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into() }
    }

    pub(crate) fn at(
        span: Option<SourceSpan>,
        sources: &SourceMap,
        message: impl Into<String>,
    ) -> Self {
        Self { place: span.and_then(|span| Place::find(span, sources)), message: message.into() }
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The file, where the fault is in one.
    pub fn file(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.file.as_str())
    }

    /// Line and column in the file, counted from 1.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.place.as_ref().map(|place| (place.line, place.column))
    }
}

impl Place {
    fn find(span: SourceSpan, sources: &SourceMap) -> Option<Self> {
        let file = sources.get(&span.file_id())?;
        let start = span.line_column(sources)?;
        let source = file.source_text().lines().nth(start.line.checked_sub(1)?).unwrap_or_default();
        // A fault that spans lines is shown on its first.
        let rest = source.chars().count().saturating_sub(start.column - 1);
        Some(Self {
            file: file.path().display().to_string(),
            line: start.line,
            column: start.column,
            source: source.to_owned(),
            width: span.node_len().clamp(1, rest.max(1)),
        })
    }
}

impl fmt::Display for Diagnostic {
    /// Several lines: the message behind its place, then the line of the file with a mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else { return f.write_str(&self.message) };
        let Place { file, line, column, source, width } = place;
        let gutter = line.to_string();
        // Tabs before the mark keep it below what it marks.
        let indent: String =
            source.chars().take(column - 1).map(|c| if c == '\t' { c } else { ' ' }).collect();
        write!(
            f,
            "{file}:{line}:{column}: {}\n {gutter} | {source}\n {:blank$} | {indent}{:^>width$}",
            self.message,
            "",
            "",
            blank = gutter.len(),
        )
    }
}

/// Turns what the validator found into errors and warnings.
pub(crate) fn from_validator(found: &DiagnosticList) -> Found {
    // A selection or a variable that the validator dropped as wrong makes it complain a second
    // time about what is then missing around it.
    let names = || found.iter().filter_map(|fault| fault.error.unstable_error_name());
    let follow_on = names().any(|name| name.starts_with("Undefined") || name == "SyntaxError");
    let mut result = Found::default();
    for fault in found.iter() {
        let name = fault.error.unstable_error_name().unwrap_or_default();
        let diagnostic =
            Diagnostic::at(fault.error.location(), fault.sources, fault.error.to_string());
        match name {
            "UnusedFragment" if follow_on => {}
            "UnusedFragment" => result.warnings.push(diagnostic),
            "MissingSubselection" | "UnusedVariable" if follow_on => {}
            _ => result.errors.push(diagnostic),
        }
    }
    result
}

/// Errors and warnings of one look at a document set.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}
