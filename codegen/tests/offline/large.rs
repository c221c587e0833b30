//! Documents that are too large or too deep are refused quickly, with a reason.

use std::{fs, path::Path};

use backendai_codegen::configure;

fn refused(name: &str, document: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.graphql"));
    fs::write(&file, document).unwrap();
    match configure().schema("tests/golden/schema.graphql").files([file]).generate() {
        Ok(_) => panic!("{name} was accepted"),
        Err(failure) => failure.to_string(),
    }
}

/// Fragments of which each has the text with the name of the next one in it.
fn chain(length: usize, text: &str) -> String {
    let mut document = String::from("query Chain { me { ...F0 } }\n");
    for at in 0..length {
        let body = text.replace("NEXT", &format!("...F{}", at + 1));
        document.push_str(&format!("fragment F{at} on User {{ {body} }}\n"));
    }
    document + &format!("fragment F{length} on User {{ id }}\n")
}

#[test]
fn fragments_that_multiply() {
    for text in ["NEXT NEXT", "friend { NEXT } other: friend { NEXT }", "a: friend { NEXT } NEXT"] {
        let message = refused("multiply", &chain(60, text));
        let expected = "has more than 100000 selections after its fragments are expanded";
        assert!(message.contains(expected), "{message}");
        // Not of each of the sixty.
        assert!(message.matches(expected).count() < 5, "{message}");
    }
}

#[test]
fn fragments_that_nest() {
    let message = refused("nest", &chain(90, "friend { friend { friend { NEXT } } }"));
    assert!(message.contains("too much recursion"), "{message}");
}

#[test]
fn brackets_that_nest() {
    let [open, close] = ["friend { ", "} "].map(|brace| brace.repeat(300));
    let message = refused("fields", &format!("query Deep {{ me {{ {open} id {close} }} }}"));
    assert!(message.contains("too much recursion"), "{message}");

    let [open, close] = ["[", "]"].map(|bracket| bracket.repeat(100_000));
    let message = refused("types", &format!("query Deep($a: {open}Int{close}) {{ me {{ id }} }}"));
    assert!(message.contains("limit"), "{message}");
    let message = refused("values", &format!("query Deep {{ match(x: {open}1{close}) }}"));
    assert!(message.contains("limit"), "{message}");
}

#[test]
fn a_schema_that_is_none_is_one_error() {
    let mut seen = Vec::new();
    for text in ["x: ; ".repeat(20_000), format!("{{\"data\": [{}", "{\"a\": 1}, ".repeat(20_000))]
    {
        let failure = configure()
            .schema("s")
            .text("s", text)
            .files(["q"])
            .text("q", "{ a }")
            .generate()
            .unwrap_err();
        assert_eq!(failure.diagnostics().len(), 1);
        let is_json = failure.to_string().contains("s: this JSON is not an introspection answer");
        assert_eq!(is_json, !failure.to_string().contains("syntax error"));
        seen.push(is_json);
    }
    assert_eq!(seen, [false, true]);
}

#[test]
fn errors_are_capped() {
    let fields: String = (0..300).map(|at| format!("no{at}: nothing{at} ")).collect();
    let message = refused("capped", &format!("query Many {{ {fields} }}"));
    assert!(message.ends_with("\nand 250 more"), "{message}");
}
