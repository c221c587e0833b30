//! Which changes cargo builds a user's crate again for. The build script of the crate here is this test binary.

use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

use backendai_codegen::Options;

/// The variable with the pattern of the documents, in the environment of the build script.
const PATTERN: &str = "BACKENDAI_CODEGEN_TEST_PATTERN";

const BUILD: &str = r#"
fn main() {
    let test = std::process::Command::new(env!("TEST_BINARY"))
        .args(["--exact", "watch::build_script", "--nocapture"])
        .output()
        .unwrap();
    print!("{}", String::from_utf8_lossy(&test.stdout));
    let runs = std::path::Path::new(env!("RUNS"));
    let before = std::fs::read_to_string(runs).unwrap_or_default();
    std::fs::write(runs, before + "x").unwrap();
    assert!(test.status.success());
}
"#;

/// What the build script of a user does.
#[test]
fn build_script() {
    let Ok(pattern) = env::var(PATTERN) else { return };
    // Ends the line that the test harness began.
    println!();
    let options = Options::new().runtime("::runtime").schema("schema.graphql").operations(pattern);
    options.compile("q").unwrap();
}

/// A crate, and how often its build script has run.
struct Crate {
    folder: tempfile::TempDir,
    pattern: &'static str,
    runs: usize,
}

impl Crate {
    fn new(pattern: &'static str) -> Self {
        let one = Self { folder: tempfile::tempdir().unwrap(), pattern, runs: 0 };
        one.write("Cargo.toml", "[package]\nname = \"user\"\nedition = \"2024\"\n[workspace]\n");
        one.write("src/lib.rs", "");
        one.write("build.rs", BUILD);
        one.write("schema.graphql", "type Query { a: Int }");
        one.write("graphql/a/one.graphql", "query One { a }");
        one
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.folder.path().join("package").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.folder.path().join("package").join(file)).unwrap();
    }

    fn cargo(&self) -> Output {
        let folder = self.folder.path();
        Command::new(env!("CARGO"))
            .args(["build", "--offline"])
            .current_dir(folder.join("package"))
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .env("TEST_BINARY", env::current_exe().unwrap())
            .env("RUNS", folder.join("runs"))
            .env(PATTERN, self.pattern)
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }

    /// Builds. `again` is whether the build script must run, `valid` whether it must succeed.
    #[track_caller]
    fn build(&mut self, what: &str, again: bool, valid: bool) {
        let output = self.cargo();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), valid, "{}: {what}: {error}", self.pattern);
        let runs = fs::read_to_string(self.folder.path().join("runs")).unwrap_or_default().len();
        assert_eq!(runs - self.runs, usize::from(again), "{}: {what}: {error}", self.pattern);
        self.runs = runs;
    }
}

fn check(pattern: &'static str, inner: &str) {
    let mut one = Crate::new(pattern);
    assert!(Path::new(env!("CARGO")).exists());
    one.build("the first build", true, true);
    one.build("nothing has changed", false, true);
    one.write("README.md", "A new file elsewhere");
    one.write("src/lib.rs", "pub fn changed() {}");
    one.build("other files have changed", false, true);
    one.write(inner, "query Two { b }");
    one.build("a new file that is wrong", true, false);
    one.write(inner, "query Two { a }");
    one.build("a changed file", true, true);
    one.build("nothing has changed since", false, true);
    one.write("schema.graphql", "type Query { a: Int b: Int }");
    one.build("a changed schema", true, true);
    one.remove(inner);
    one.build("a removed file", true, true);
    one.build("nothing has changed at the end", false, true);
}

#[test]
fn files_below_any_folder_are_noticed_and_nothing_else() {
    check("graphql/**/*.graphql", "graphql/b/c/two.graphql");
}

#[test]
fn files_in_any_folder_are_noticed_and_nothing_else() {
    check("graphql/*/*.graphql", "graphql/b/two.graphql");
}
