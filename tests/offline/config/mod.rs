//! The source of each value, and the errors when there is none.

mod bundle;
mod errors;
mod files;
mod precedence;
mod process;
#[cfg(feature = "profile")]
mod profiles;
mod settings;

use std::{fs, path::Path};

use backendai::{
    Config, ConfigBuilder, ConfigError,
    config::{Env, Field},
};

/// A valid credential set, for cases about other settings.
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

/// A home directory with files in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new(files: &[(&str, &str)]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(home.path().join("work/deep")).unwrap();
        for (path, text) in files {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn with(&self, pairs: &[(&str, &str)]) -> ConfigBuilder {
        let home = ("HOME", self.path().to_str().unwrap());
        let env = Env::from_pairs(pairs.iter().copied().chain([home]));
        Config::builder().environment(env.in_directory(self.path().join("work/deep")))
    }
}

fn host(config: &Config) -> &str {
    config.endpoints().first().unwrap().authority()
}

#[track_caller]
fn only_problem(result: Result<Config, ConfigError>) -> String {
    let error = result.expect_err("a configuration that cannot be used");
    match error.problems() {
        [problem] => problem.to_string(),
        problems => panic!("{problems:?}"),
    }
}
