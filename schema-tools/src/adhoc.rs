//! Ad-hoc documents: sent as they are written, without generated code.

use std::path::{Path, PathBuf};

use apollo_compiler::{
    Node,
    ast::{
        self, Definition, DirectiveList, Field, OperationDefinition, OperationType, Selection,
        Value,
    },
};

use backendai_codegen::{Diagnostic, Failure, Options, is_client_directive};

/// An operation of a document.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name; the only operation of a document may have none.
    pub name: Option<String>,
    /// Its kind.
    pub kind: OperationKind,
    /// The variables that it declares.
    pub variables: Vec<Variable>,
    /// The list that it reads, if it can be paginated.
    pub pagination: Option<Pagination>,
}

/// The kind of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
    /// Subscribes.
    Subscription,
}

/// A variable of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, without the `$`.
    pub name: String,
    /// Whether a value must be given.
    pub required: bool,
}

/// A paginated list, and the variables that select the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// The name of the list's root field.
    pub field: String,
    /// The key of the list in the answer's data.
    pub root: String,
    /// The variables of `limit` and `offset`.
    pub window: Option<(String, String)>,
    /// The variables of `first` and `after`.
    pub cursor: Option<(String, String)>,
}

/// A document with its operations.
#[derive(Clone, Debug)]
pub struct Document {
    path: PathBuf,
    source: String,
    /// The document to send, without instructions to the generator.
    pub text: String,
    /// Its operations, in their order.
    pub operations: Vec<Operation>,
}

impl Document {
    /// Parses a document, without a schema. `path` is where it is from, for messages.
    ///
    /// # Errors
    ///
    /// When it cannot be parsed, or has no operation.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Failure> {
        let parsed = ast::Document::parse(text, path)
            .map_err(|invalid| Failure::from_validator(&invalid.errors))?;
        let operations: Vec<_> = parsed
            .definitions
            .iter()
            .filter_map(Definition::as_operation_definition)
            .map(|definition| operation(definition))
            .collect();
        if operations.is_empty() {
            return Err(Failure::new(format!("{} has no operation", path.display())));
        }
        let (path, source) = (path.to_owned(), text.to_owned());
        Ok(Self { path, source, text: sent(parsed, text), operations })
    }

    /// Proves the document against the schema of `options`, as those are that Rust is generated from;
    /// but an operation that is the only one needs no name. Returns the warnings.
    ///
    /// # Errors
    ///
    /// When the document does not fit the schema, with all of its faults.
    pub fn prove(&self, options: Options) -> Result<Vec<Diagnostic>, Failure> {
        let options = options.allow_anonymous().files([&self.path]).text(&self.path, &self.source);
        Ok(options.prove()?.warnings().to_vec())
    }

    /// Returns the operation of that name; without a name, the only one.
    ///
    /// # Errors
    ///
    /// When there is none, or there are several and no name, with the names of all.
    pub fn operation(&self, name: Option<&str>) -> Result<&Operation, Failure> {
        let names = || {
            let names = self.operations.iter().map(|it| it.name.as_deref().unwrap_or("(no name)"));
            names.collect::<Vec<_>>().join(", ")
        };
        match (name, self.operations.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Failure::new(format!("name the operation to run: {}", names()))),
            (Some(name), operations) => operations
                .iter()
                .find(|operation| operation.name.as_deref() == Some(name))
                .ok_or_else(|| {
                    Failure::new(format!("there is no operation `{name}`, only {}", names()))
                }),
        }
    }
}

fn operation(operation: &OperationDefinition) -> Operation {
    let variables = operation.variables.iter().map(|variable| Variable {
        name: variable.name.to_string(),
        required: variable.ty.is_non_null() && variable.default_value.is_none(),
    });
    Operation {
        name: operation.name.as_ref().map(ToString::to_string),
        kind: match operation.operation_type {
            OperationType::Query => OperationKind::Query,
            OperationType::Mutation => OperationKind::Mutation,
            OperationType::Subscription => OperationKind::Subscription,
        },
        variables: variables.collect(),
        pagination: match operation.selection_set.as_slice() {
            [Selection::Field(root)] => pagination(root),
            _ => None,
        },
    }
}

/// Recognises the arguments by which generated operations paginate.
fn pagination(root: &Node<Field>) -> Option<Pagination> {
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
    let (field, root) = (root.name.to_string(), root.response_name().to_string());
    found.then_some(Pagination { field, root, window, cursor })
}

/// The document as it was written, unless it has instructions to the generator.
fn sent(mut document: ast::Document, text: &str) -> String {
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
    directives.0.retain(|directive| !is_client_directive(&directive.name));
    directives.len() != before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document {
        Document::parse("it.graphql".as_ref(), text).unwrap()
    }

    #[test]
    fn instructions_to_the_generator_are_not_sent() {
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
    fn paginated_lists_are_known_by_their_variables() {
        let pages = |text| parse(text).operations.remove(0).pagination;
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
    fn operations_are_found_by_name() {
        let two = parse("query A { a } mutation B($x: Int! $y: Int! = 1) { b }");
        let b = two.operation(Some("B")).unwrap();
        assert_eq!(b.kind, OperationKind::Mutation);
        let required: Vec<_> = b.variables.iter().map(|it| it.required).collect();
        assert_eq!(required, [true, false]);
        for (name, message) in [
            (None, "name the operation to run: A, B"),
            (Some("C"), "there is no operation `C`, only A, B"),
        ] {
            assert_eq!(two.operation(name).unwrap_err().to_string(), message);
        }
        assert_eq!(parse("{ a }").operation(None).unwrap().name, None);
    }

    #[test]
    fn what_is_no_document_is_shown_with_its_place() {
        for (text, message) in [
            ("query {", "it.graphql:1:"),
            ("fragment F on K { a }", "it.graphql has no operation"),
            ("", "it.graphql:1:1: syntax error"),
        ] {
            let failure = Document::parse("it.graphql".as_ref(), text).unwrap_err().to_string();
            assert!(failure.starts_with(message), "{text}: {failure}");
        }
    }

    #[test]
    fn an_operation_that_is_alone_needs_no_name() {
        let options = || Options::new().schema("s").text("s", "type Query { a: Int }");
        let prove = |text| parse(text).prove(options());
        assert!(prove("{ a }").unwrap().is_empty());
        let several = prove("{ a } query B { a }").unwrap_err().to_string();
        assert!(several.contains("the operation has no name"), "{several}");
        let wrong = prove("{ b }").unwrap_err().to_string();
        assert!(wrong.starts_with("it.graphql:1:3"), "{wrong}");
        assert!(prove("fragment F on Query { a } { a }").unwrap().len() == 1);
    }
}
