//! What the manager means where its codes do not say so.
//!
//! One code, `backendai_generic_internal-error`, stands for a filter with a typing error and for a
//! bug alike, and a document that cannot be parsed is a 500. The texts are those of 26.9.

use std::borrow::Cow;

use serde::Deserialize;

use super::GraphqlError;

/// What is wrong with one GraphQL error or refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Role,
    Missing,
    Conflict,
    Argument(Argument),
    Document(Fault),
    Bug,
    /// A code or a text that says something else.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Filter,
    Order,
    Window,
    Null,
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Several operations and no word which.
    Unnamed,
    Introspection,
    Schema,
}

impl GraphqlError {
    pub(super) fn class(&self) -> Class {
        let text = self.full_message();
        if let Some(argument) = argument(text) {
            return Class::Argument(argument);
        }
        let Some(code) = self.code() else {
            // What fails while it runs has a path; what is refused before has none.
            return if self.path().is_some() { Class::Bug } else { Class::Document(fault(text)) };
        };
        match code.rsplit('_').next() {
            // Not the caller's role is in the way but the keypair's: it is a default one.
            _ if code == "user-keypair_read_forbidden" => Class::Conflict,
            Some("forbidden") => Class::Role,
            Some("not-found") => Class::Missing,
            Some("conflict") => Class::Conflict,
            Some("invalid-parameters") => Class::Argument(Argument::Value),
            Some("internal-error") => Class::Bug,
            _ => Class::Other,
        }
    }
}

/// Of the message of `ok: false`.
pub(super) fn refusal(message: Option<&str>) -> Class {
    let text = message.unwrap_or_default();
    if text.starts_with("no permission") {
        Class::Role
    } else if text.starts_with("no matching")
        || text.contains("ForeignKeyViolationError") && text.contains("insert or update on table")
    {
        Class::Missing
    } else if text.contains("used as the default access key") {
        Class::Conflict
    } else if text.contains("NotNullViolationError") {
        Class::Argument(Argument::Null)
    } else {
        Class::Other
    }
}

fn argument(text: &str) -> Option<Argument> {
    // A value of a filter reaches the database, which wants another type.
    let types = ["builtins.ValueError", "UndefinedFunctionError"];
    if text.starts_with("Query filter parsing error:")
        || text.starts_with('(')
            && text.contains("[SQL: SELECT")
            && types.iter().any(|of| text.contains(of))
    {
        Some(Argument::Filter)
    } else if text.starts_with("Query ordering parsing error:") {
        Some(Argument::Order)
    } else if text.ends_with("LIMIT must not be negative")
        || text.ends_with("OFFSET must not be negative")
    {
        Some(Argument::Window)
    } else if text.starts_with("Variable '$") || text.contains(" cannot represent ") {
        Some(Argument::Value)
    } else {
        None
    }
}

fn fault(text: &str) -> Fault {
    if text.starts_with("Must provide operation name") {
        Fault::Unnamed
    } else if text.contains("introspection is disabled") {
        Fault::Introspection
    } else {
        Fault::Schema
    }
}

/// What is known of the document that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    /// Proved when it was compiled, or there is none.
    Proved,
    /// Nobody looked into it.
    Own,
    /// It cannot be parsed.
    Broken,
    /// There is none, but a login whose body was encrypted.
    #[cfg(feature = "session")]
    Login,
}

impl Document {
    /// Looks into the body of a request whose document was not proved.
    pub(crate) fn of(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow)]
            query: Cow<'a, str>,
        }
        match serde_json::from_slice::<Body<'_>>(body) {
            Ok(Body { query }) if is_broken(&query) => Self::Broken,
            Ok(_) => Self::Own,
            Err(_) => Self::Proved,
        }
    }
}

/// Whether a document has no operation, or brackets and quotes that do not close. The manager does
/// not say so; what else a parser finds stays unknown.
fn is_broken(document: &str) -> bool {
    let mut open = Vec::new();
    let mut any = false;
    let mut rest = document;
    while let Some(next) = rest.chars().next() {
        let after = rest.get(next.len_utf8()..).unwrap_or_default();
        rest = match next {
            '#' => after.split_once(['\n', '\r']).map_or("", |(_, rest)| rest),
            '"' => match text(after) {
                Some(rest) => rest,
                None => return true,
            },
            '{' | '(' | '[' => {
                any |= next == '{';
                open.push(next);
                after
            }
            '}' | ')' | ']' => {
                let wanted = match next {
                    '}' => '{',
                    ')' => '(',
                    _ => '[',
                };
                if open.pop() != Some(wanted) {
                    return true;
                }
                after
            }
            _ => after,
        };
    }
    !any || !open.is_empty()
}

/// What follows a text whose first quote was read; `None` when it does not end.
fn text(rest: &str) -> Option<&str> {
    if let Some(mut block) = rest.strip_prefix("\"\"") {
        loop {
            let (before, after) = block.split_once("\"\"\"")?;
            if !before.ends_with('\\') {
                return Some(after);
            }
            block = after;
        }
    }
    let mut escaped = false;
    for (index, next) in rest.char_indices() {
        match next {
            '\n' | '\r' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return rest.get(index + 1..),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_close_is_broken() {
        for document in [
            "",
            " # nothing { }",
            "query A",
            "{ a(limit: 1 ",
            "{ a ) }",
            "{ a } }",
            "{ a(b: \"open) }",
            "{ a(b: \"\"\"open\\\"\"\" ) }",
            "{ a(b: \"two\nlines\") }",
        ] {
            assert!(is_broken(document), "{document}");
        }
    }

    #[test]
    fn what_closes_may_be_right() {
        for document in [
            "{ a }",
            "query A($b: [Int!]) { a(b: $b, c: { d: [1] }) { e } } # }",
            r#"{ a(b: "} \" \\", c: "") { e } }"#,
            "{ a(b: \"\"\"} \" \\\"\"\" \n {\"\"\") }",
            "{ a(b: \"\"\"\"\"\") }",
            "# }\r\n{ a(b: \"é{\") }",
        ] {
            assert!(!is_broken(document), "{document}");
        }
    }

    #[test]
    fn only_a_document_can_be_broken() {
        assert_eq!(Document::of(br#"{"query":"{ \"","variables":{}}"#), Document::Broken);
        assert_eq!(Document::of(br#"{"query":"{ a }","variables":{}}"#), Document::Own);
        assert_eq!(Document::of(b""), Document::Proved);
    }
}
