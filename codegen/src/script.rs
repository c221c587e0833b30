//! What a build script does besides generating: it writes the code and tells cargo.

use std::{env, fmt::Display, fs, path::Path};

use crate::{Diagnostic, Failure, Options, options::unreadable};

impl Options {
    /// Generates, for a build script: writes `NAME.rs` to `OUT_DIR`, and beside it `NAME.types`, the
    /// list of the enums and input objects in it; tells cargo which files to watch, and prints
    /// errors and warnings in the form that cargo shows.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not valid. Every fault has been printed by then; a build
    /// script has only to fail, for which its `main` may return this.
    pub fn compile(self, name: &str) -> Result<(), Failure> {
        let written = self.write(name);
        if let Err(failure) = &written {
            show("warning", failure.warnings());
            show("error", failure.diagnostics());
        }
        written
    }

    fn write(&self, name: &str) -> Result<(), Failure> {
        // A new file in a folder changes the set just as a changed file does.
        for pattern in &self.operations {
            let folder = Path::new(pattern).parent().unwrap_or(Path::new(""));
            if !folder.to_string_lossy().contains('*') {
                tell_cargo("rerun-if-changed", folder.display());
            }
        }
        // These are watched even when something is wrong in them.
        let schema = self.schema_file()?;
        for file in std::iter::once(&schema).chain(&self.nulls_file()) {
            self.watch(file);
        }
        let generated = self.generate()?;
        for file in &generated.files {
            self.watch(file);
        }
        show("warning", &generated.warnings);
        let out = env::var_os("OUT_DIR").ok_or_else(|| {
            Failure::of(
                "OUT_DIR is not set: `compile` is for build scripts; elsewhere use `generate`",
            )
        })?;
        for (ending, text) in [("rs", &generated.code), ("types", &generated.types)] {
            let file = Path::new(&out).join(format!("{name}.{ending}"));
            fs::write(&file, text).map_err(|error| unreadable("write", &file, &error))?;
        }
        Ok(())
    }

    /// Reruns the build script when the file changes. Cargo would rerun it every time for a file that
    /// does not exist, which one given by its text need not.
    fn watch(&self, file: &Path) {
        if !self.is_given(file) {
            tell_cargo("rerun-if-changed", file.display());
        }
    }
}

fn show(level: &str, diagnostics: &[Diagnostic]) {
    for line in lines(diagnostics) {
        tell_cargo(level, line);
    }
}

/// Cargo keeps one line of each message, so every line goes by itself.
fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    let texts = diagnostics.iter().map(ToString::to_string);
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn tell_cargo(key: &str, value: impl Display) {
    print_line(&directive(key, value));
}

fn directive(key: &str, value: impl Display) -> String {
    format!("cargo::{key}={value}")
}

#[expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]
fn print_line(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_message_to_cargo() {
        let fault = Diagnostic::in_line(Path::new("a.graphql"), 6, "  gone", 2..6, "it is gone");
        let printed: Vec<_> = lines(&[fault.clone(), fault.suggest(Some("new".into()))])
            .iter()
            .map(|line| directive("warning", line))
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
