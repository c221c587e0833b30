//! The readme's first program, which runs as an example, and the features in the documentation.

#[test]
fn the_first_program_is_the_example() {
    let (readme, example) =
        (include_str!("../../README.md"), include_str!("../../examples/keypairs.rs"));
    let (_, section) = readme.split_once("\n## Ten lines\n").unwrap();
    let (_, program) = section.split_once("\n```rust,no_run\n").unwrap();
    let (program, _) = program.split_once("```").unwrap();
    assert!(example.ends_with(program), "examples/keypairs.rs differs from the readme");
}

#[test]
fn the_features_are_documented() {
    let (manifest, docs) = (include_str!("../../Cargo.toml"), include_str!("../../src/lib.rs"));
    let (_, features) = manifest.split_once("\n[features]\n").unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let mut features: Vec<_> = features
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| *name != "default")
        .collect();
    let (_, table) = docs.split_once("\n//! # Features\n").unwrap();
    let mut rows: Vec<_> = table
        .split("\n//! # ")
        .next()
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split('`').next())
        .collect();
    features.sort_unstable();
    rows.sort_unstable();
    assert_eq!(rows, features);
}
