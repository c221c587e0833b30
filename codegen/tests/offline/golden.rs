//! What is generated for the documents in `golden/`, as it is checked in. The root package compiles
//! the same file and decodes answers with it. `UPDATE_GOLDEN=1` rewrites it.

use std::{env, fs};

use backendai_codegen::configure;

fn generate(runtime: &str) -> backendai_codegen::Generated {
    configure()
        .schema("tests/golden/schema.graphql")
        .nulls("tests/golden/nulls.txt")
        .operations("tests/golden/*.graphql")
        .runtime(runtime)
        .json_scalar("Anything")
        .generate()
        .unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn the_output_is_as_checked_in() {
    let generated = generate("::backendai");
    assert_eq!(generated.warnings, []);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write("tests/golden/golden.rs", &generated.code).unwrap();
    }
    let expected = fs::read_to_string("tests/golden/golden.rs").unwrap();
    assert!(
        generated.code == expected,
        "tests/golden/golden.rs differs: UPDATE_GOLDEN=1 shows how"
    );
}

#[test]
fn the_output_does_not_depend_on_the_run() {
    assert_eq!(generate("crate").code, generate("crate").code);
}
