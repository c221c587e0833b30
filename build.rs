//! Compiles the documents under `graphql/` to Rust.

fn main() {}
