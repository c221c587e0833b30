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
    excerpt: Excerpt,
}

/// A line, or a part of a long one, with the characters before what is marked, and their number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Excerpt {
    text: String,
    before: usize,
    width: usize,
}

impl Excerpt {
    /// How much of a line is shown before a mark, and from its beginning on.
    const SHOWN: (usize, usize) = (160, 240);

    /// `left` is the line up to the mark, `right` the rest.
    fn new(left: &str, right: &str, width: usize) -> Self {
        let (most_left, most_right) = Self::SHOWN;
        let begin = left.char_indices().rev().nth(most_left - 1).map_or(0, |(at, _)| at);
        let end = right.char_indices().nth(most_right).map_or(right.len(), |(at, _)| at);
        let cut = |is_cut: bool| if is_cut { "…" } else { "" };
        let left = format!("{}{}", cut(begin > 0), left.get(begin..).unwrap_or_default());
        let right = format!("{}{}", right.get(..end).unwrap_or(right), cut(end < right.len()));
        let before = left.chars().count();
        let width = width.clamp(1, right.chars().count().max(1));
        Self { text: left + &right, before, width }
    }
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

    /// Adds the place of what the fault contradicts.
    pub(crate) fn earlier(mut self, span: Option<SourceSpan>, sources: &SourceMap) -> Self {
        if let Some(Place { file, line, column, .. }) = span.and_then(|it| Place::find(it, sources))
        {
            self.message = format!("{} ({file}:{line}:{column})", self.message);
        }
        self
    }

    /// A fault in a file that is not GraphQL. `line` counts from 0 and `columns` in characters.
    pub(crate) fn in_line(
        file: &Path,
        line: usize,
        source: &str,
        columns: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        let at = source.char_indices().nth(columns.start).map_or(source.len(), |(at, _)| at);
        let (left, right) = source.split_at(at);
        let place = Place {
            file: file.display().to_string(),
            line: line + 1,
            column: columns.start + 1,
            excerpt: Excerpt::new(left, right, columns.len()),
        };
        Self { place: Some(place), message: message.into(), suggestion: None }
    }

    /// Names the file of a fault without a place.
    pub(crate) fn of_file(mut self, file: &Path) -> Self {
        if self.place.is_none() {
            self.message = format!("{}: {}", file.display(), self.message);
        }
        self
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

    /// Returns the message, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the name that was probably meant, if a similar one exists.
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// Returns the file, if the fault is in one.
    pub fn file(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.file.as_str())
    }

    /// Returns line and column in the file, counting from 1.
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
            excerpt: Excerpt::new(left, right, marked.chars().count()),
        })
    }
}

impl fmt::Display for Diagnostic {
    /// Several lines: the message after its place, then the line of the file with a mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else { return f.write_str(&self.message) };
        let Place { file, line, column, excerpt: Excerpt { text: source, before, width } } = place;
        let gutter = line.to_string();
        // Tabs before the mark align it with what it marks.
        let indent: String =
            source.chars().take(*before).map(|c| if c == '\t' { c } else { ' ' }).collect();
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

/// What is known of a fault beside the validator's message.
#[derive(Default)]
pub(crate) struct Advice {
    /// The name that was probably meant.
    pub(crate) name: Option<String>,
    /// The place of what it contradicts.
    pub(crate) earlier: Option<SourceSpan>,
}

/// The parser's names of signs, and the signs.
const SIGNS: [(&str, &str); 14] = [
    ("L_CURLY", "`{`"),
    ("R_CURLY", "`}`"),
    ("L_PAREN", "`(`"),
    ("R_PAREN", "`)`"),
    ("L_BRACK", "`[`"),
    ("R_BRACK", "`]`"),
    ("COLON", "`:`"),
    ("DOLLAR", "`$`"),
    ("BANG", "`!`"),
    ("EQ", "`=`"),
    ("PIPE", "`|`"),
    ("SPREAD", "`...`"),
    ("EOF", "the end of the text"),
    ("<EOF>", "the end of the text"),
];

/// Returns the parser's message with signs in place of their names.
fn with_signs(message: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_end_matches([',', '.']);
        let sign = SIGNS.iter().find(|(name, _)| *name == bare);
        sign.map_or_else(|| word.to_owned(), |(name, sign)| word.replacen(name, sign, 1))
    };
    message.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Turns the validator's diagnostics into errors and warnings. `advise` receives the kind of a fault
/// and its message.
pub(crate) fn from_validator(
    found: &DiagnosticList,
    advise: impl Fn(&str, &str) -> Advice,
) -> Found {
    // Only the parser's first error in a file is reliable, and there can be one per character.
    let mut broken = HashSet::new();
    let mut reliable = found.iter().filter(|fault| {
        let is_syntax = fault.error.unstable_error_name().is_none()
            && fault.error.to_string().starts_with("syntax error");
        let file = fault.error.location().map(|span| span.file_id());
        !is_syntax || broken.insert(file)
    });
    let faults: Vec<_> = reliable
        .by_ref()
        .take(MAX_FAULTS)
        .map(|fault| {
            let name = fault.error.unstable_error_name().unwrap_or_default();
            let (span, message) = (fault.error.location(), fault.error.to_string());
            let message = match message.as_str() {
                "syntax error: Unexpected <EOF>." => {
                    "syntax error: the file has no definitions, only blanks or comments".to_owned()
                }
                text if text.starts_with("syntax error") => with_signs(text),
                _ => message,
            };
            let advice = advise(name, &message);
            let mut diagnostic =
                Diagnostic::at(span, fault.sources, message).earlier(advice.earlier, fault.sources);
            diagnostic.suggestion = advice.name;
            let name = if diagnostic.is_syntax() { SYNTAX } else { name };
            Fault { name, span, diagnostic }
        })
        .collect();
    let mut result = Found { more_errors: reliable.count(), ..Found::default() };
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

/// How many faults of a kind are reported with their places; the others are counted. Each is compared
/// with all, to leave out those that follow from others.
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
    /// The number of errors and warnings that are not listed.
    pub(crate) more_errors: usize,
    pub(crate) more_warnings: usize,
}

impl Found {
    pub(crate) fn error(&mut self, make: impl FnOnce() -> Diagnostic) {
        note(&mut self.errors, &mut self.more_errors, make);
    }

    pub(crate) fn warn(&mut self, make: impl FnOnce() -> Diagnostic) {
        note(&mut self.warnings, &mut self.more_warnings, make);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.warnings.extend(other.warnings);
        self.more_errors += other.more_errors;
        self.more_warnings += other.more_warnings;
    }

    /// Sorts by place and removes duplicates.
    pub(crate) fn tidy(&mut self) {
        for diagnostics in [&mut self.errors, &mut self.warnings] {
            diagnostics.sort();
            diagnostics.dedup();
        }
    }
}

/// Finding a place takes time in proportion to the file, so that not all are found.
fn note(list: &mut Vec<Diagnostic>, more: &mut usize, make: impl FnOnce() -> Diagnostic) {
    if list.len() < MAX_FAULTS {
        list.push(make());
    } else {
        *more += 1;
    }
}
