//! Output of a build script: generated files, and messages to cargo.

use std::{
    collections::BTreeSet,
    env,
    fmt::Display,
    fs,
    path::{Component, Path, PathBuf},
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
            print_warnings(failure.warnings());
            let errors = failure.diagnostics();
            print_all("error", errors.get(..MAX_SHOWN).unwrap_or(errors));
            if let more @ 1.. = failure.not_shown() {
                print("error", format!("and {more} more"));
            }
        }
        written
    }

    fn write(&self, name: &str) -> Result<(), Failure> {
        let out = env::var_os("OUT_DIR").ok_or_else(|| {
            Failure::new(
                "OUT_DIR is not set: `compile` is for build scripts; elsewhere use `generate`",
            )
        })?;
        // The files are watched even when they are not valid. A new file in a folder changes the
        // set, too.
        let schema = self.schema_file()?;
        let inputs: Vec<_> = std::iter::once(schema.clone())
            .chain(self.nulls_file())
            .chain(self.shared_types_file())
            .chain(self.documents(&schema)?)
            .filter(|file| !self.is_supplied(file))
            .collect();
        let full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (root, out_full) = (full(Path::new(".")), full(Path::new(&out)));
        let watched = watched(&self.operations, &inputs, &root, &out_full);
        for path in &watched.paths {
            print("rerun-if-changed", path.display());
        }
        for pattern in &watched.missed {
            print(
                "warning",
                format!(
                    "a new file that matches `{pattern}` is not noticed, since cargo would watch \
                     the build output, too: move the documents to a folder of their own"
                ),
            );
        }
        let generated = self.generate()?;
        print_warnings(&generated.warnings);
        for (extension, text) in [("rs", &generated.code), ("types", &generated.types)] {
            let file = Path::new(&out).join(format!("{name}.{extension}"));
            fs::write(&file, text).map_err(|error| io_failure("write", &file, &error))?;
        }
        Ok(())
    }
}

/// What a build depends on.
#[derive(Debug, Default, PartialEq)]
struct Watched {
    /// Files, and folders that cargo watches with all that is in them. If there are none, cargo
    /// watches all files of the package, but not its build output.
    paths: BTreeSet<PathBuf>,
    /// The patterns of which a new file is not noticed.
    missed: Vec<String>,
}

/// `inputs` are the files that exist, `root` is the folder of the package.
fn watched(patterns: &[String], inputs: &[PathBuf], root: &Path, out: &Path) -> Watched {
    let mut watched = Watched { paths: inputs.iter().cloned().collect(), missed: Vec::new() };
    let mut package = Vec::new();
    for pattern in patterns {
        let folder = folder_of_matches(Path::new(pattern));
        let full = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if folder.as_os_str().is_empty() {
            package.push(pattern.clone());
        } else if out.starts_with(full) {
            watched.missed.push(pattern.clone());
        } else {
            watched.paths.insert(folder);
        }
    }
    let is_outside = |path: &PathBuf| {
        path.is_absolute() || path.components().any(|part| part == Component::ParentDir)
    };
    if package.is_empty() {
        return watched;
    }
    if !watched.paths.iter().any(is_outside) {
        watched.paths.clear();
    } else if out.starts_with(root) {
        watched.missed.extend(package);
    } else {
        watched.paths.insert(".".into());
    }
    watched
}

/// The folder that has every match of a pattern; empty for the package itself.
fn folder_of_matches(pattern: &Path) -> PathBuf {
    let is_fixed =
        |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let folders = pattern.parent().map(Path::components).into_iter().flatten();
    folders.take_while(is_fixed).filter(|part| *part != Component::CurDir).collect()
}

fn print_warnings(warnings: &[Diagnostic]) {
    print_all("warning", warnings.get(..MAX_SHOWN).unwrap_or(warnings));
    if let more @ 1.. = warnings.len().saturating_sub(MAX_SHOWN) {
        print("warning", format!("and {more} more"));
    }
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
    fn the_files_and_the_folder_above_all_matches_are_watched() {
        let watch = |pattern: &str, schema: &str| {
            let (root, out) = (Path::new("/out/package"), Path::new("/out/package/target"));
            let watched = watched(&[pattern.to_owned()], &[schema.into()], root, out);
            let paths: Vec<_> = watched.paths.iter().map(|it| it.display().to_string()).collect();
            (paths.join(" "), watched.missed.len())
        };
        for (pattern, folder) in [
            ("graphql/*.graphql", "graphql"),
            ("./graphql/*.graphql", "graphql"),
            ("graphql/**/*.graphql", "graphql"),
            ("graphql/*/*.graphql", "graphql"),
            ("a/b/[xy]/c/?.graphql", "a/b"),
            ("a/one.graphql", "a"),
            ("../a/*.graphql", "../a"),
        ] {
            let expected = [folder, "schema.graphql"];
            assert_eq!(watch(pattern, "schema.graphql"), (expected.join(" "), 0), "{pattern}");
        }
        for pattern in ["*.graphql", "**/*.graphql", "*/a.graphql", "./*.graphql"] {
            // All of the package.
            assert_eq!(watch(pattern, "schema.graphql"), (String::new(), 0), "{pattern}");
            // Then cargo does not watch what is elsewhere.
            assert_eq!(watch(pattern, "../s.graphql"), ("../s.graphql".to_owned(), 1), "{pattern}");
        }
        // The build output would cause every build to run again.
        assert_eq!(watch("/out/**/*.graphql", "s.graphql"), ("s.graphql".to_owned(), 1));
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
