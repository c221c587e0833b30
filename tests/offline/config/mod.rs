//! Which source each value is taken from, and what is said when none will do.

mod bundle;
mod errors;
mod files;
mod precedence;
mod process;

use backendai::{
    Config, ConfigBuilder, ConfigError,
    config::{Env, Field},
};

/// What every case starts from, so that it can be about something else.
const BUNDLE: [(&str, &str); 3] = [
    ("BACKEND_ENDPOINT", "https://env.example"),
    ("BACKEND_ACCESS_KEY", "AKENV"),
    ("BACKEND_SECRET_KEY", "sk-env"),
];

fn env(pairs: &[(&str, &str)]) -> Env {
    Env::from_pairs(pairs.iter().copied())
}

fn with_bundle(pairs: &[(&str, &str)]) -> ConfigBuilder {
    Config::builder().environment(env(&[&BUNDLE, pairs].concat()))
}

#[track_caller]
fn problems(result: Result<Config, ConfigError>) -> Vec<(Option<Field>, String)> {
    let error = result.expect_err("a configuration that cannot be used");
    error.problems().iter().map(|p| (p.field(), p.to_string())).collect()
}

/// The only problem, which concerns this field.
#[track_caller]
fn problem(result: Result<Config, ConfigError>, field: Field) -> String {
    match problems(result).as_slice() {
        [(Some(of), text)] if *of == field => text.clone(),
        other => panic!("{other:?}"),
    }
}
