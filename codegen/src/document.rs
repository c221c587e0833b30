//! Reads the documents of one set and proves them against the schema.

use std::path::PathBuf;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::OperationType,
    collections::IndexSet,
    executable::{Operation, Selection, SelectionSet},
    parser::{Parser, SourceSpan},
    validation::{DiagnosticList, Valid},
};

use crate::{
    Failure,
    diagnostic::{self, Diagnostic},
    nulls::Nulls,
    suggest::suggest,
    unfold, usage,
};

/// All documents of a set, proven valid. Fragments are shared between the files.
pub(crate) struct Documents {
    pub(crate) executable: Valid<ExecutableDocument>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Which operations need a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// All: Rust types are called by it.
    Generated,
    /// Those that are not alone.
    #[cfg(feature = "tools")]
    Sent,
}

/// Reads documents; what is wrong in any of them is reported at once.
pub(crate) fn read(
    schema: &Valid<Schema>,
    nulls: &Nulls,
    files: impl IntoIterator<Item = (PathBuf, String)>,
) -> Result<Documents, Failure> {
    prove(schema, nulls, files, Names::Generated)
}

/// The same, where operations may have no names.
pub(crate) fn prove(
    schema: &Valid<Schema>,
    nulls: &Nulls,
    files: impl IntoIterator<Item = (PathBuf, String)>,
    names: Names,
) -> Result<Documents, Failure> {
    let mut errors = DiagnosticList::new(Default::default());
    let mut builder = ExecutableDocument::builder(Some(schema), &mut errors);
    for (path, text) in files {
        Parser::new().parse_into_executable_builder(text, path, &mut builder);
    }
    let document = builder.build();
    // What the validator needs is there even if a part was dropped as wrong.
    let checked = document.clone().validate(schema);
    if let Err(invalid) = &checked {
        errors.merge(invalid.errors.clone());
    }
    let mut found = diagnostic::from_validator(&errors, |fault, message| {
        suggest(fault, message, schema, &document)
    });
    let broken: Vec<_> = found.errors.iter().filter(|error| error.is_syntax()).cloned().collect();
    found.errors.extend(
        unsupported(&document, names)
            .into_iter()
            .filter(|error| !broken.iter().any(|broken| broken.file() == error.file())),
    );
    let used = usage::check(schema, &document, nulls);
    found.errors.extend(used.errors);
    found.warnings.extend(used.warnings);
    if found.errors.is_empty() {
        found.errors.extend(unfold::check(&document));
    }
    for diagnostics in [&mut found.errors, &mut found.warnings] {
        diagnostics.sort();
        diagnostics.dedup();
    }
    if !found.errors.is_empty() {
        return Err(Failure::new(found.errors).with_warnings(found.warnings));
    }
    let executable = match checked {
        Ok(valid) => valid,
        // All that was found are warnings.
        Err(_) => Valid::assume_valid(document),
    };
    Ok(Documents { executable, warnings: found.warnings })
}

/// What is valid but has no meaning here.
fn unsupported(document: &ExecutableDocument, names: Names) -> Vec<Diagnostic> {
    let at = |operation: &Node<Operation>, message: &str| {
        Diagnostic::at(operation.location(), &document.sources, message)
    };
    let named = names == Names::Generated || document.operations.len() > 1;
    let anonymous = document.operations.anonymous.iter().filter(|_| named).map(|operation| {
        at(
            operation,
            "the operation has no name: it is what the Rust type is called, so give it one",
        )
    });
    let subscriptions = document
        .operations
        .iter()
        .filter(|operation| operation.operation_type == OperationType::Subscription)
        .map(|operation| {
            at(operation, "subscriptions are not supported yet: only queries and mutations are")
        });
    anonymous.chain(subscriptions).collect()
}

impl Documents {
    /// The `#` comment right above a node, without the marks.
    pub(crate) fn comment(&self, span: Option<SourceSpan>) -> Option<String> {
        let span = span?;
        let text = self.executable.sources.get(&span.file_id())?.source_text();
        let (above, beside) = text.get(..span.offset())?.rsplit_once('\n')?;
        // What is above a line belongs to the first that stands in it.
        if !beside.trim().is_empty() || !above.lines().next_back()?.contains('#') {
            return None;
        }
        let mut comment: Vec<_> = above
            .lines()
            .rev()
            .map_while(|line| line.trim_start().strip_prefix('#'))
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
            .collect();
        comment.reverse();
        (!comment.is_empty()).then(|| comment.join("\n"))
    }

    /// Name of the file a node is in, without its folder and ending.
    pub(crate) fn stem(&self, span: Option<SourceSpan>) -> String {
        span.and_then(|span| self.executable.sources.get(&span.file_id()))
            .and_then(|file| file.path().file_stem())
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
    }

    /// The fragments that a selection reaches, each once, in the order in which they are met.
    pub(crate) fn fragments(&self, set: &SelectionSet) -> IndexSet<Name> {
        fragments(&self.executable, set)
    }
}

/// The fragments that a selection reaches, each once, in the order in which they are met.
pub(crate) fn fragments(document: &ExecutableDocument, set: &SelectionSet) -> IndexSet<Name> {
    let mut reached = IndexSet::default();
    let mut open = vec![set];
    while let Some(set) = open.pop() {
        for selection in set.selections.iter().rev() {
            match selection {
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(document)
                        && reached.insert(spread.fragment_name.clone())
                    {
                        open.push(&fragment.selection_set);
                    }
                }
            }
        }
    }
    reached
}

/// Whether a type is an interface or a union.
pub(crate) fn is_abstract(schema: &Schema, name: &str) -> bool {
    schema.get_interface(name).is_some() || schema.get_union(name).is_some()
}

/// Drops the blanks and commas that GraphQL does not need; what is in a string stays.
pub(crate) fn minify(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut gap = false;
    loop {
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { return out };
        if c == '"' {
            // An empty string before another one would read as the start of a block string.
            if out.ends_with('"') {
                out.push(' ');
            }
            let (string, after) = rest.split_at(string_end(rest));
            out.push_str(string);
            (rest, gap) = (after, false);
            continue;
        }
        rest = chars.as_str();
        if c.is_whitespace() || c == ',' {
            gap = true;
            continue;
        }
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        // A name before `$`, `-` or `...` ends by itself; only two words would run together.
        if gap && word(c) && out.ends_with(word) {
            out.push(' ');
        }
        out.push(c);
        gap = false;
    }
}

/// Where the string that a text begins with ends.
fn string_end(text: &str) -> usize {
    let (quote, escaped) =
        if text.starts_with("\"\"\"") { ("\"\"\"", "\\\"\"\"") } else { ("\"", "\\\"") };
    let mut at = quote.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quote) {
            return at + quote.len();
        }
        at += if rest.starts_with(escaped) {
            escaped.len()
        } else if quote.len() == 1 && rest.starts_with("\\\\") {
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minified_text_means_the_same() {
        for (text, expected) in [
            (
                "query A ( $a : Int = 1 , $b: [ Int ] ) { x ( a : $a ) ... F }",
                "query A($a:Int=1$b:[Int]){x(a:$a)...F}",
            ),
            ("{ a(l: [1, -2, 3.5], e: RED) b, c }", "{a(l:[1-2 3.5]e:RED)b c}"),
            (
                r#"{ a(s: "x , \" y", t: "" , u: ["", "\\"]) }"#,
                r#"{a(s:"x , \" y"t:""u:["" "\\"])}"#,
            ),
            ("{ a(s: \"\"\"x \\\"\"\" , y\"\"\") b }", "{a(s:\"\"\"x \\\"\"\" , y\"\"\")b}"),
            ("{ é", "{é"),
            ("{ a(s: \"", "{a(s:\""),
        ] {
            assert_eq!(minify(text), expected);
        }
    }
}
