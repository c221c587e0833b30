//! Documents that are sent as they are written, and not generated from.

use std::path::{Path, PathBuf};

use apollo_compiler::{
    Node,
    ast::{
        Definition, DirectiveList, Document, Field, OperationDefinition, OperationType, Selection,
        Value,
    },
};

use crate::{Diagnostic, Failure, Schema, diagnostic, document, nulls::Nulls, text::is_client};

/// An operation of a document.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its name; it may have none when it is alone.
    pub name: Option<String>,
    /// Whether it reads or writes.
    pub kind: StatementKind,
    /// The variables that it declares.
    pub variables: Vec<StatementVariable>,
    /// The list that it reads, where it is made to be read page by page.
    pub pages: Option<StatementPages>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
    /// Listens.
    Subscription,
}

/// A variable of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementVariable {
    /// Its name, without the `$`.
    pub name: String,
    /// Whether it has to be given.
    pub required: bool,
}

/// A list that is read page by page, and the variables that choose the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementPages {
    /// The key of the list in the answer's data.
    pub root: String,
    /// The variables of `limit` and `offset`.
    pub window: Option<(String, String)>,
    /// The variables of `first` and `after`.
    pub cursor: Option<(String, String)>,
}

/// A document that was read: what is sent, and the operations that it has.
#[derive(Clone, Debug)]
pub struct Statements {
    /// The document without the directives that speak to the generator.
    pub text: String,
    /// Its operations, in their order.
    pub operations: Vec<Statement>,
}

impl Statements {
    /// Reads a document. It is not compared with any schema. The path is where it is from.
    ///
    /// # Errors
    ///
    /// When it cannot be parsed, or has no operation.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Failure> {
        let parsed = Document::parse(text, path).map_err(|invalid| {
            Failure::new(diagnostic::from_validator(&invalid.errors, |_, _| None).errors)
        })?;
        let operations: Vec<_> = parsed
            .definitions
            .iter()
            .filter_map(Definition::as_operation_definition)
            .map(|operation| statement(operation))
            .collect();
        if operations.is_empty() {
            return Err(Failure::of(format!("{} has no operation", path.display())));
        }
        Ok(Self { text: sent(parsed, text), operations })
    }

    /// The operation of that name; without a name the only one.
    ///
    /// # Errors
    ///
    /// When there is none, or several to choose from, with their names.
    pub fn choose(&self, name: Option<&str>) -> Result<&Statement, Failure> {
        let names = || {
            let names = self.operations.iter().map(|it| it.name.as_deref().unwrap_or("(no name)"));
            names.collect::<Vec<_>>().join(", ")
        };
        match (name, self.operations.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Failure::of(format!("say which operation to run: {}", names()))),
            (Some(name), operations) => operations
                .iter()
                .find(|operation| operation.name.as_deref() == Some(name))
                .ok_or_else(|| {
                    Failure::of(format!("there is no operation `{name}`, only {}", names()))
                }),
        }
    }
}

impl Schema {
    /// Proves a document that is to be sent, as those are that Rust is generated from; but an
    /// operation that is alone needs no name. `nulls` is the table beside the schema, and where it
    /// is from. What is right but odd is given.
    ///
    /// # Errors
    ///
    /// When the document does not fit the schema, with everything that is wrong in it.
    pub fn prove(
        &self,
        path: &Path,
        text: &str,
        nulls: Option<(&Path, &str)>,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let nulls = match nulls {
            Some((path, text)) => Nulls::read(path, text, &self.0)?,
            None => Nulls::default(),
        };
        let files = [(PathBuf::from(path), text.to_owned())];
        let proven = document::prove(&self.0, &nulls, files, document::Names::Sent)?;
        Ok(proven.warnings)
    }
}

fn statement(operation: &OperationDefinition) -> Statement {
    let variables = operation.variables.iter().map(|variable| StatementVariable {
        name: variable.name.to_string(),
        required: variable.ty.is_non_null() && variable.default_value.is_none(),
    });
    Statement {
        name: operation.name.as_ref().map(ToString::to_string),
        kind: match operation.operation_type {
            OperationType::Query => StatementKind::Query,
            OperationType::Mutation => StatementKind::Mutation,
            OperationType::Subscription => StatementKind::Subscription,
        },
        variables: variables.collect(),
        pages: match operation.selection_set.as_slice() {
            [Selection::Field(root)] => pages(root),
            _ => None,
        },
    }
}

/// The same arguments that generated operations are walked by.
fn pages(root: &Node<Field>) -> Option<StatementPages> {
    let variable = |name: &str| {
        let argument = root.arguments.iter().find(|argument| argument.name == name)?;
        match &*argument.value {
            Value::Variable(name) => Some(name.to_string()),
            _ => None,
        }
    };
    let window = variable("limit").zip(variable("offset"));
    let cursor = variable("first").zip(variable("after"));
    let found = window.is_some() || cursor.is_some();
    found.then(|| StatementPages { root: root.response_name().to_string(), window, cursor })
}

/// The document as it was written, unless there is something in it that is not sent.
fn sent(mut document: Document, text: &str) -> String {
    let mut changed = false;
    for definition in &mut document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                let operation = operation.make_mut();
                changed |= strip(&mut operation.directives);
                for variable in &mut operation.variables {
                    changed |= strip(&mut variable.make_mut().directives);
                }
                changed |= strip_all(&mut operation.selection_set);
            }
            Definition::FragmentDefinition(fragment) => {
                let fragment = fragment.make_mut();
                changed |= strip(&mut fragment.directives);
                changed |= strip_all(&mut fragment.selection_set);
            }
            _ => {}
        }
    }
    if changed { document.to_string() } else { text.to_owned() }
}

fn strip_all(selections: &mut [Selection]) -> bool {
    let mut changed = false;
    for selection in selections {
        changed |= match selection {
            Selection::Field(field) => {
                let field = field.make_mut();
                strip(&mut field.directives) | strip_all(&mut field.selection_set)
            }
            Selection::InlineFragment(inline) => {
                let inline = inline.make_mut();
                strip(&mut inline.directives) | strip_all(&mut inline.selection_set)
            }
            Selection::FragmentSpread(spread) => strip(&mut spread.make_mut().directives),
        };
    }
    changed
}

fn strip(directives: &mut DirectiveList) -> bool {
    let before = directives.len();
    directives.0.retain(|directive| !is_client(&directive.name));
    directives.len() != before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Statements {
        Statements::parse("it.graphql".as_ref(), text).unwrap()
    }

    #[test]
    fn what_speaks_to_the_generator_is_not_sent() {
        let plain = "query A {   keypair { access_key } }";
        assert_eq!(parse(plain).text, plain);
        let marked =
            "query A($a: Int @legacy) @legacy { keypair @required { ...F ... on K @legacy { a } } }
            fragment F on K { a @title(text: \"A\") @include(if: true) b(x: 1) }";
        let text = parse(marked).text;
        assert!(
            !text.contains("@legacy") && !text.contains("@required") && !text.contains("@title")
        );
        assert!(text.contains("@include(if: true)") && text.contains("b(x: 1)"), "{text}");
    }

    #[test]
    fn lists_that_can_be_walked_are_known_by_their_variables() {
        let pages = |text| parse(text).operations.remove(0).pages;
        let window = pages(
            "query($n: Int! $o: Int!) { all: agent_list(limit: $n, offset: $o) { items { id } } }",
        );
        let expected = Some(("n".to_owned(), "o".to_owned()));
        assert_eq!(window.as_ref().map(|it| &it.window), Some(&expected));
        assert_eq!(window.map(|it| it.root), Some("all".to_owned()));
        let cursor =
            pages("query($n: Int $a: String) { x(first: $n, after: $a) { edges { cursor } } }");
        assert!(cursor.unwrap().window.is_none());
        assert_eq!(pages("{ agent_list(limit: 1, offset: 0) { items { id } } }"), None);
        assert_eq!(pages("query($n: Int!) { a(limit: $n, offset: $n) { b } c }"), None);
    }

    #[test]
    fn operations_are_chosen_by_name() {
        let two = parse("query A { a } mutation B($x: Int! $y: Int! = 1) { b }");
        let b = two.choose(Some("B")).unwrap();
        assert_eq!(b.kind, StatementKind::Mutation);
        let required: Vec<_> = b.variables.iter().map(|it| it.required).collect();
        assert_eq!(required, [true, false]);
        for (name, message) in [
            (None, "say which operation to run: A, B"),
            (Some("C"), "there is no operation `C`, only A, B"),
        ] {
            assert_eq!(two.choose(name).unwrap_err().to_string(), message);
        }
        assert_eq!(parse("{ a }").choose(None).unwrap().name, None);
    }

    #[test]
    fn what_is_no_document_is_shown_with_its_place() {
        for (text, message) in [
            ("query {", "it.graphql:1:"),
            ("fragment F on K { a }", "it.graphql has no operation"),
            ("", "it.graphql:1:1: syntax error"),
        ] {
            let failure = Statements::parse("it.graphql".as_ref(), text).unwrap_err().to_string();
            assert!(failure.starts_with(message), "{text}: {failure}");
        }
    }

    #[test]
    fn an_operation_that_is_alone_needs_no_name() {
        let schema = Schema::parse("s.graphql".as_ref(), "type Query { a: Int }").unwrap();
        let prove = |text| schema.prove("it.graphql".as_ref(), text, None);
        assert!(prove("{ a }").unwrap().is_empty());
        let several = prove("{ a } query B { a }").unwrap_err().to_string();
        assert!(several.contains("the operation has no name"), "{several}");
        let wrong = prove("{ b }").unwrap_err().to_string();
        assert!(wrong.starts_with("it.graphql:1:3"), "{wrong}");
        assert!(prove("fragment F on Query { a } { a }").unwrap().len() == 1);
    }
}
