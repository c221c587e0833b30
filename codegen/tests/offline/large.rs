//! Documents that are too large or too deep are refused quickly, with a reason.

use std::{fs, path::Path};

use backendai_codegen::{Options, configure};

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

/// The bytes that are allocated for a schema and a document, as a measure of the work on them. It
/// counts what time would show, on any machine.
fn allocated(schema: &str, document: &str) -> u64 {
    let options = || {
        let options = Options::new().runtime("crate").schema("s").text("s", schema);
        options.files(["q.graphql"]).text("q.graphql", document)
    };
    let info = allocation_counter::measure(|| match options().generate() {
        Ok(generated) => assert!(!generated.code.is_empty()),
        Err(failure) => assert!(failure.to_string().len() < 100_000),
    });
    info.bytes_total
}

fn repeated(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

#[test]
fn work_grows_with_the_input_and_not_faster() {
    const SMALL: &str =
        "type Query { a: Int b(i: I): Int old: Int @deprecated } input I { a: Int }";
    type Input = fn(usize) -> (String, String);
    let inputs: [(&str, Input); 12] = [
        ("no SDL", |n| (repeated(n, |_| "x: ; ".into()), "{ a }".into())),
        ("JSON", |n| {
            (format!("[{}", repeated(n, |_| "{\"a\": [1, \"b\"]}, ".into())), "{ a }".into())
        }),
        ("cut introspection", |n| {
            let field = r#"{"name": "f", "args": [], "type": {"kind": "SCALAR", "name": "Int"}}, "#;
            let head = r#"{"data": {"__schema": {"queryType": {"name": "T0"}, "types": [{"kind": "OBJECT", "name": "T0", "fields": ["#;
            (format!("{head}{}", repeated(n, |_| field.into())), "{ a }".into())
        }),
        ("introspection", |n| {
            let ty = |at| {
                format!(
                    r#", {{"kind": "OBJECT", "name": "T{at}", "fields": [{{"name": "a", "type": {{"kind": "SCALAR", "name": "Int"}}}}]}}"#
                )
            };
            let head = r#"{"__schema": {"queryType": {"name": "T0"}, "types": [{"kind": "SCALAR", "name": "Int"}"#;
            (format!("{head}{}]}}}}", repeated(n, ty)), "query A { a }".into())
        }),
        ("repeated fields", |n| {
            (
                format!("type Query {{ {} }}", repeated(n, |_| "a: Int ".into())),
                "query A { a }".into(),
            )
        }),
        ("unknown types", |n| {
            (
                format!("type Query {{ {} }}", repeated(n, |at| format!("a{at}: No{at} "))),
                "{ a }".into(),
            )
        }),
        ("unknown fields on one line", |n| {
            (SMALL.into(), format!("query A {{ {} }}", repeated(n, |at| format!("no{at} "))))
        }),
        ("deprecated fields on one line", |n| {
            (SMALL.into(), format!("query A {{ {} }}", repeated(n, |at| format!("a{at}: old "))))
        }),
        ("names that become one", |n| {
            let name = |at: usize| {
                let bits = (0..12).map(|bit| if at >> bit & 1 == 1 { "a__" } else { "a_" });
                format!("{}b: a ", bits.collect::<String>())
            };
            (SMALL.into(), format!("query A {{ {} }}", repeated(n, name)))
        }),
        ("inputs in cycles", |n| {
            let input = |at| {
                let next = (at + 1) % n;
                format!("input I{at} {{ a: I{at} b: I{next} c: [I{next}!] d: Int }} ")
            };
            let schema = format!("type Query {{ a(i: I0): Int }} {}", repeated(n, input));
            (schema, "query A($i: I0) { a(i: $i) }".into())
        }),
        ("operations", |n| {
            (SMALL.into(), repeated(n, |at| format!("query Q{at}($i: I) {{ a b(i: $i) }} ")))
        }),
        ("fragments", |n| {
            let fragment =
                |at| format!("fragment F{at} on Query {{ a }} query Q{at} {{ ...F{at} }} ");
            (SMALL.into(), repeated(n, fragment))
        }),
    ];
    for (name, input) in inputs {
        let (few, many) = (512, 2048);
        let work = |count| {
            let (schema, document) = input(count);
            allocated(&schema, &document)
        };
        let (few, many) = (work(few), work(many));
        // Four times the input; some grow less, since what is reported is capped.
        assert!(many < few * 5, "{name}: {few} bytes, then {many}");
    }
}

/// A schema in which all input objects contain all others.
#[test]
fn input_objects_that_contain_each_other() {
    let input = |at| {
        let fields = repeated(60, |to| format!("f{to}: I{to} "));
        format!("input I{at} {{ {fields} }} ")
    };
    let schema = format!("type Query {{ a(i: I0): Int }} {}", repeated(60, input));
    let bytes = allocated(&schema, "query A($i: I0) { a(i: $i) }");
    assert!(bytes < 100_000_000, "{bytes}");
}
