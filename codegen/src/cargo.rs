//! Output of a build script: generated files, and messages to cargo.

use std::{
    env,
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

use crate::{Diagnostic, Failure, Options, failure::MAX_SHOWN, options::io_failure};

impl Options {
    /// Generates from a build script: writes `NAME.rs` to `OUT_DIR`, and beside it `NAME.types`, the
    /// list of its enums and input objects; lists the files for cargo to watch, and prints errors
    /// and warnings in the form that cargo shows.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not valid. All faults are printed by then; the build script
    /// only needs to fail, for which its `main` may return this.
    pub fn compile(self, name: &str) -> Result<(), Failure> {
        let written = self.write(name);
        if let Err(failure) = &written {
            print_all("warning", failure.warnings());
            let errors = failure.diagnostics();
            print_all("error", errors.get(..MAX_SHOWN).unwrap_or(errors));
            if let Some(more @ 1..) = errors.len().checked_sub(MAX_SHOWN) {
                print("error", format!("and {more} more"));
            }
        }
        written
    }

    fn write(&self, name: &str) -> Result<(), Failure> {
        // A new file in a folder changes the set, too.
        for pattern in &self.operations {
            if let Some(folder) = watched_folder(Path::new(pattern)) {
                print("rerun-if-changed", folder.display());
            }
        }
        // These are watched even when they are not valid.
        let schema = self.schema_file()?;
        for file in std::iter::once(&schema).chain(&self.nulls_file()) {
            self.watch(file);
        }
        let generated = self.generate()?;
        for file in &generated.files {
            self.watch(file);
        }
        print_all("warning", &generated.warnings);
        let out = env::var_os("OUT_DIR").ok_or_else(|| {
            Failure::new(
                "OUT_DIR is not set: `compile` is for build scripts; elsewhere use `generate`",
            )
        })?;
        for (extension, text) in [("rs", &generated.code), ("types", &generated.types)] {
            let file = Path::new(&out).join(format!("{name}.{extension}"));
            fs::write(&file, text).map_err(|error| io_failure("write", &file, &error))?;
        }
        Ok(())
    }

    /// Reruns the build script when a file changes. A file whose content was supplied need not
    /// exist, and cargo would rerun the script every time.
    fn watch(&self, file: &Path) {
        if !self.is_supplied(file) {
            print("rerun-if-changed", file.display());
        }
    }
}

/// The folder that has every match of a pattern; cargo watches it with all folders in it. None where
/// that is the package itself with its build output, which changes with every build.
fn watched_folder(pattern: &Path) -> Option<PathBuf> {
    let parent = pattern.parent()?;
    let fixed: PathBuf = parent
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']))
        .collect();
    (fixed == parent || !fixed.as_os_str().is_empty()).then_some(fixed)
}

fn print_all(level: &str, diagnostics: &[Diagnostic]) {
    for line in lines(diagnostics) {
        print(level, line);
    }
}

/// Cargo shows one line of a message, so every line is a message.
fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    let texts = diagnostics.iter().map(ToString::to_string);
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn print(key: &str, value: impl Display) {
    print_line(&instruction(key, value));
}

fn instruction(key: &str, value: impl Display) -> String {
    format!("cargo::{key}={value}")
}

#[expect(clippy::print_stdout, reason = "cargo reads the output of build scripts")]
fn print_line(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_above_all_matches_is_watched() {
        for (pattern, folder) in [
            ("graphql/*.graphql", Some("graphql")),
            ("graphql/**/*.graphql", Some("graphql")),
            ("graphql/*/*.graphql", Some("graphql")),
            ("a/b/[xy]/c/?.graphql", Some("a/b")),
            ("*.graphql", Some("")),
            ("**/*.graphql", None),
        ] {
            assert_eq!(watched_folder(Path::new(pattern)).as_deref(), folder.map(Path::new));
        }
    }

    #[test]
    fn every_line_is_a_message_to_cargo() {
        let fault = Diagnostic::in_line(Path::new("a.graphql"), 6, "  gone", 2..6, "it is gone");
        let printed: Vec<_> = lines(&[fault.clone(), fault.suggest(Some("new"))])
            .iter()
            .map(|line| instruction("warning", line))
            .collect();
        let expected = [
            "cargo::warning=a.graphql:7:3: it is gone",
            "cargo::warning= 7 |   gone",
            "cargo::warning=   |   ^^^^",
            "cargo::warning=a.graphql:7:3: it is gone",
            "cargo::warning= 7 |   gone",
            "cargo::warning=   |   ^^^^ did you mean `new`?",
        ];
        assert_eq!(printed, expected);
    }
}
