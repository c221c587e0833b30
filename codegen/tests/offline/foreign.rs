//! Schemas and documents of other servers, in `foreign/`: each becomes the Rust that is checked in
//! beside it, which the root package compiles. `UPDATE_GOLDEN=1` rewrites it.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use apollo_compiler::{ExecutableDocument, ast};
use backendai_codegen::{DocumentSet, Options, Schema, introspection, is_client_directive};

/// The sets: their schemas and documents.
fn sets() -> Vec<(String, PathBuf, PathBuf)> {
    let mut sets: Vec<_> = fs::read_dir("tests/foreign")
        .unwrap()
        .filter_map(|entry| {
            let schema = entry.unwrap().path();
            let name = schema.file_name()?.to_str()?;
            let name = name.split_once(".schema.")?.0.to_owned();
            let documents = schema.with_file_name(format!("{name}.graphql"));
            Some((name, schema, documents))
        })
        .collect();
    sets.sort();
    sets
}

fn options(schema: &Path, documents: &Path) -> Options {
    Options::new().runtime("::backendai").schema(schema).files([documents])
}

#[test]
fn the_output_is_as_checked_in() {
    let (mut differing, mut seen) = (Vec::new(), 0);
    for (name, schema, documents) in sets() {
        let generated = options(&schema, &documents)
            .generate()
            .unwrap_or_else(|failure| panic!("{name}:\n{failure}"));
        let warnings = generated.warnings.iter().map(|warning| {
            let (line, column) = warning.position().unwrap();
            format!("// warning: {line}:{column}: {}\n", warning.message())
        });
        let text = warnings.collect::<String>() + &generated.code;
        let golden = schema.with_file_name(format!("{name}.rs"));
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &text).unwrap();
        }
        if fs::read_to_string(&golden).ok().as_deref() != Some(&text) {
            differing.push(golden.display().to_string());
        }
        seen += 1;
    }
    assert!(seen >= 20, "only {seen} sets were found");
    assert!(differing.is_empty(), "UPDATE_GOLDEN=1 shows how these differ: {differing:?}");
}

/// The document without instructions to the generator and with everything else, as apollo-compiler
/// writes it; selections are compared as sets, since `__typename` may be added.
fn parts(document: &str, own: bool) -> BTreeSet<String> {
    fn visit(set: &[ast::Selection], at: &str, own: bool, found: &mut BTreeSet<String>) {
        let directives = |directives: &ast::DirectiveList| {
            let kept = directives.iter().filter(|it| own || !is_client_directive(&it.name));
            kept.map(|it| it.serialize().no_indent().to_string()).collect::<Vec<_>>().join(" ")
        };
        for selection in set {
            let (name, inner): (_, &[_]) = match selection {
                ast::Selection::Field(field) if field.name == "__typename" => continue,
                ast::Selection::Field(field) => {
                    let arguments: Vec<_> = field
                        .arguments
                        .iter()
                        .map(|it| format!("{}:{}", it.name, it.value.serialize().no_indent()))
                        .collect();
                    let (key, name) = (field.response_name(), &field.name);
                    let directives = directives(&field.directives);
                    (format!("{key}:{name}({arguments:?}){directives}"), &field.selection_set)
                }
                ast::Selection::InlineFragment(inline) => {
                    let on = inline.type_condition.as_deref().unwrap_or_default();
                    (format!("...{on}{}", directives(&inline.directives)), &inline.selection_set)
                }
                ast::Selection::FragmentSpread(spread) => {
                    (format!("...{}{}", spread.fragment_name, directives(&spread.directives)), &[])
                }
            };
            let at = format!("{at}/{name}");
            visit(inner, &at, own, found);
            found.insert(at);
        }
    }
    let mut found = BTreeSet::new();
    for definition in ast::Document::parse(document, "document").unwrap().definitions {
        match definition {
            ast::Definition::OperationDefinition(it) => {
                let mut head = it.clone();
                head.make_mut().selection_set.clear();
                let head = head.serialize().no_indent().to_string();
                let head = head.replace(" @legacy", if own { " @legacy" } else { "" });
                visit(&it.selection_set, &head, own, &mut found);
                found.insert(head);
            }
            ast::Definition::FragmentDefinition(it) => {
                visit(
                    &it.selection_set,
                    &format!("{} on {}", it.name, it.type_condition),
                    own,
                    &mut found,
                );
            }
            _ => {}
        }
    }
    found
}

/// What is sent is valid by apollo-compiler, and selects what was written.
fn check_sent(name: &str, schema: &Path, set: &DocumentSet) {
    let schema = Schema::parse(schema, &fs::read_to_string(schema).unwrap()).unwrap();
    let own = name == "directives";
    let written = parts(&set.document().to_string(), own);
    let mut sent = BTreeSet::new();
    for operation in set.sent() {
        let text = &operation.document;
        let document = ExecutableDocument::parse_and_validate(schema.definitions(), text, "sent");
        if let Err(invalid) = document {
            panic!("{name}: {text}\n{}", invalid.errors);
        }
        sent.extend(parts(text, own));
    }
    let only =
        |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    let (more, less) = (only(&sent, &written), only(&written, &sent));
    assert!(more.is_empty() && less.is_empty(), "{name}: {more:#?} for {less:#?}");
}

#[test]
fn what_is_sent_is_what_was_written() {
    for (name, schema, documents) in sets() {
        let set = options(&schema, &documents).prove().unwrap_or_else(|it| panic!("{name}: {it}"));
        check_sent(&name, &schema, &set);
    }
}

/// A schema by introspection is the schema, and gives the same Rust.
#[test]
fn a_schema_by_introspection_is_the_same() {
    use apollo_compiler::{
        introspection::partial_execute, request::coerce_variable_values, response::JsonMap,
    };
    for (name, schema, documents) in sets() {
        let text = fs::read_to_string(&schema).unwrap();
        let known = Schema::parse(&schema, &text).unwrap();
        let known = known.definitions();
        // Newer servers know this, too.
        let query = introspection::QUERY.replace("locations\n", "locations isRepeatable\n");
        let query = ExecutableDocument::parse_and_validate(known, query, "query");
        let query = query.unwrap();
        let operation = query.operations.get(None).unwrap();
        let variables = coerce_variable_values(known, operation, &JsonMap::new()).unwrap();
        let implementers = known.implementers_map();
        let answer = partial_execute(known, &implementers, &query, operation, &variables).unwrap();
        let answer = serde_json::to_string(&answer).unwrap();
        // The generator's instructions would be the server's own, and are then sent.
        if name == "directives" {
            continue;
        }
        let answer = answer.replace("\"name\":\"FieldFormat\"", "\"name\":\"Unused\"");
        let mut value: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let all = value["data"]["__schema"]["directives"].as_array_mut().unwrap();
        all.retain(|it| !is_client_directive(it["name"].as_str().unwrap()));
        let generate = |schema: &str| {
            let options = Options::new().runtime("::backendai").schema("s").text("s", schema);
            let generated = options.files([&documents]).generate();
            generated.unwrap_or_else(|failure| panic!("{name}:\n{failure}")).code
        };
        let (again, code) = (generate(&value.to_string()), generate(&text));
        // Introspection does not tell a `@oneOf` input object from any other, with this query.
        if name != "inputs" {
            assert!(again == code, "{name}");
        }
    }
}
