//! The official client, which is written in Python.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Took, Variables, peers};
use crate::Result;

/// The measured release, the same as that of the manager of the schema snapshot.
const CLIENT: &str = "backend.ai-client==26.9.6";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/wire/official.py");

/// A Python with the client: the one in `BACKENDAI_OFFICIAL_PYTHON`, or that of a venv created for
/// it in the target folder.
pub(super) fn python() -> Option<PathBuf> {
    if let Some(python) = env::var_os("BACKENDAI_OFFICIAL_PYTHON") {
        return Some(python.into());
    }
    let venv = crate::scratch("official").ok()?;
    let python = venv.join("bin/python");
    let run = |program: &Path, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).status();
        status.is_ok_and(|status| status.success())
    };
    let has_it = |python: &Path| run(python, &["-c", "import ai.backend.client.session"]);
    if python.exists() && has_it(&python) {
        return Some(python);
    }
    let made = run(Path::new("python3.13"), &["-m", "venv", &venv.display().to_string()])
        && run(&python, &["-m", "pip", "install", "--quiet", CLIENT])
        && has_it(&python);
    if !made {
        println!(
            "\nThe official client is left out: it wants CPython 3.13 and PyPI, or \
             BACKENDAI_OFFICIAL_PYTHON with the path of a Python that has {CLIENT}."
        );
    }
    made.then_some(python)
}

/// The cost that it reports.
pub(super) fn run(
    python: &Path,
    endpoint: &str,
    variables: &Variables,
    arguments: &[&str],
) -> Result<Took> {
    let output = Command::new(python)
        .arg(SCRIPT)
        .args(arguments)
        .env("BACKEND_ENDPOINT", endpoint)
        .env("BACKEND_ENDPOINT_TYPE", "api")
        .envs(peers::keys())
        .envs(variables.iter().cloned())
        .output()?;
    Took::read(&output)
}
