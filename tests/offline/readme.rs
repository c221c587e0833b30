//! The readme's first program, which runs as an example.

#[test]
fn the_first_program_is_the_example() {
    let (readme, example) =
        (include_str!("../../README.md"), include_str!("../../examples/keypairs.rs"));
    let (_, section) = readme.split_once("\n## Ten lines\n").unwrap();
    let (_, program) = section.split_once("\n```rust,no_run\n").unwrap();
    let (program, _) = program.split_once("```").unwrap();
    assert!(example.ends_with(program), "examples/keypairs.rs differs from the readme");
}
