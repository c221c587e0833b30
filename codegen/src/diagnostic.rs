//! Faults in documents and schemas, with their places and lines.

use std::{collections::HashSet, fmt, ops::Range, path::Path};

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
    suggestion: Option<String>,
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
        Self { place: None, message: message.into(), suggestion: None }
    }

    pub(crate) fn at(
        span: Option<SourceSpan>,
        sources: &SourceMap,
        message: impl Into<String>,
    ) -> Self {
        let place = span.and_then(|span| Place::find(span, sources));
        Self { place, message: message.into(), suggestion: None }
    }

    /// A fault in a file that is not GraphQL. `line` counts from 0 and `columns` in characters.
    pub(crate) fn in_line(
        file: &Path,
        line: usize,
        source: &str,
        columns: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        let place = Place {
            file: file.display().to_string(),
            line: line + 1,
            column: columns.start + 1,
            source: source.to_owned(),
            width: columns.len().max(1),
        };
        Self { place: Some(place), message: message.into(), suggestion: None }
    }

    /// Adds the name that was probably meant.
    pub(crate) fn suggest(mut self, name: Option<&str>) -> Self {
        self.suggestion = name.map(str::to_owned);
        self
    }

    /// Whether parsing of the file failed.
    pub(crate) fn is_syntax(&self) -> bool {
        self.message.starts_with("syntax error")
    }

    /// The message, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The name that was probably meant, if a similar one exists.
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// The file, if the fault is in one.
    pub fn file(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.file.as_str())
    }

    /// Line and column in the file, counting from 1.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.place.as_ref().map(|place| (place.line, place.column))
    }
}

impl Place {
    fn find(span: SourceSpan, sources: &SourceMap) -> Option<Self> {
        let file = sources.get(&span.file_id())?;
        let text = file.source_text();
        // What is missing at the end of a file is shown after the last character.
        let offset = span.offset().min(text.trim_end_matches(['\n', '\r']).len());
        // Lines end as in GraphQL, and columns are characters, as in editors.
        let (before, behind) = text.split_at_checked(offset)?;
        let begin = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let (above, left) = before.split_at_checked(begin)?;
        let returns = above.matches('\r').count();
        let lines = above.matches('\n').count() + returns - above.matches("\r\n").count();
        let right = behind.split(['\n', '\r']).next().unwrap_or_default();
        // A fault that spans lines is shown on the first.
        let marked = right.get(..span.node_len()).unwrap_or(right);
        Some(Self {
            file: file.path().display().to_string(),
            line: lines + 1,
            column: left.chars().count() + 1,
            source: format!("{left}{right}"),
            width: marked.chars().count().max(1),
        })
    }
}

impl fmt::Display for Diagnostic {
    /// Several lines: the message after its place, then the line of the file with a mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else { return f.write_str(&self.message) };
        let Place { file, line, column, source, width } = place;
        let gutter = line.to_string();
        // Tabs before the mark align it with what it marks.
        let indent: String =
            source.chars().take(column - 1).map(|c| if c == '\t' { c } else { ' ' }).collect();
        let (blank, mark) = (" ".repeat(gutter.len()), "^".repeat(*width));
        write!(
            f,
            "{file}:{line}:{column}: {}\n {gutter} | {source}\n {blank} | {indent}{mark}",
            self.message,
        )?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

/// Turns the validator's diagnostics into errors and warnings. `suggest` receives the kind of a
/// fault and its message.
pub(crate) fn from_validator(
    found: &DiagnosticList,
    suggest: impl Fn(&str, &str) -> Option<String>,
) -> Found {
    // Only the parser's first error in a file is reliable, and there can be one per character.
    let mut broken = HashSet::new();
    let faults: Vec<_> = found
        .iter()
        .filter(|fault| {
            let is_syntax = fault.error.to_string().starts_with("syntax error");
            let file = fault.error.location().map(|span| span.file_id());
            !is_syntax || broken.insert(file)
        })
        .take(MAX_FAULTS)
        .map(|fault| {
            let name = fault.error.unstable_error_name().unwrap_or_default();
            let (span, message) = (fault.error.location(), fault.error.to_string());
            let mut diagnostic = Diagnostic::at(span, fault.sources, message);
            diagnostic.suggestion = suggest(name, &diagnostic.message);
            let name = if diagnostic.is_syntax() { SYNTAX } else { name };
            Fault { name, span, diagnostic }
        })
        .collect();
    let mut result = Found::default();
    for (index, fault) in faults.iter().enumerate() {
        // `document::prove` reports operations without a name, with a fix.
        if fault.name == "AmbiguousAnonymousOperation" {
            continue;
        }
        if faults
            .iter()
            .enumerate()
            .any(|(other, cause)| other != index && fault.follows(cause, other < index))
        {
            continue;
        }
        if fault.name == "UnusedFragment" {
            result.warnings.push(fault.diagnostic.clone());
        } else {
            result.errors.push(fault.diagnostic.clone());
        }
    }
    result
}

/// How many faults are compared with each other, to leave out those that follow from others.
const MAX_FAULTS: usize = 1000;

const SYNTAX: &str = "SyntaxError";

struct Fault {
    name: &'static str,
    span: Option<SourceSpan>,
    diagnostic: Diagnostic,
}

impl Fault {
    /// Whether this fault only follows from the other: the validator drops an invalid part, and then
    /// reports its absence.
    fn follows(&self, cause: &Self, cause_is_earlier: bool) -> bool {
        let same_file = self.diagnostic.file() == cause.diagnostic.file();
        let undefined =
            cause.name.starts_with("Undefined") || cause.name.starts_with("Subselection");
        let suggested = cause.diagnostic.suggestion().unwrap_or_default();
        match (self.name, cause.name) {
            // Only the parser's first error in a file is reliable.
            (SYNTAX, SYNTAX) => same_file && cause_is_earlier,
            (_, SYNTAX) if same_file => true,
            ("UndefinedFragment" | "UnusedFragment", SYNTAX) => true,
            ("UnusedFragment", _) => undefined && same_file,
            ("UnusedVariable", _) => undefined && same_file,
            ("MissingSubselection", _) => undefined && cause.within(self),
            ("UndefinedFragment", "UndefinedTypeInNamedFragmentTypeCondition") => {
                cause.quoted(1) == self.quoted(0)
            }
            ("RequiredField", "UndefinedInputValue") => {
                cause.within(self) && self.quoted(0).is_some_and(|it| it.ends_with(suggested))
            }
            ("RequiredArgument", "UndefinedArgument") => {
                let missing = format!("({suggested}:)");
                cause.within(self) && self.quoted(0).is_some_and(|it| it.ends_with(&missing))
            }
            ("DisallowedVariableUsage", "UndefinedDefinition") => {
                let name = |ty: &str| ty.replace(['[', ']', '!'], "");
                self.quoted(1).map(name).as_deref() == cause.quoted(0)
            }
            ("DisallowedVariableUsage", "VariableInputType") => self.quoted(0) == cause.quoted(0),
            ("ConflictingFieldType", "ConflictingFieldName") => self.span == cause.span,
            _ => false,
        }
    }

    fn within(&self, other: &Self) -> bool {
        match (self.span, other.span) {
            (Some(inner), Some(outer)) => {
                inner.file_id() == outer.file_id()
                    && outer.offset() <= inner.offset()
                    && inner.end_offset() <= outer.end_offset()
            }
            _ => false,
        }
    }

    /// A name that the message has between backticks; see `suggest::for_fault`.
    fn quoted(&self, index: usize) -> Option<&str> {
        self.diagnostic.message.split('`').skip(1).step_by(2).nth(index)
    }
}

/// Errors and warnings about a document set.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}
