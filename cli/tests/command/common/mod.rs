//! The real command, in a home folder of its own and with no environment but what a test gives it.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use backendai_testing::{Account, Manager};

/// What a command did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A user's folder and environment.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    env: Vec<(OsString, OsString)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let env = vec![("HOME".into(), folder.path().into())];
        Self { folder, env }
    }

    /// A home whose environment names this manager and this account.
    pub(crate) fn of(manager: &Manager, account: &Account) -> Self {
        Self::new()
            .with("BACKEND_ENDPOINT", manager.endpoint())
            .with("BACKEND_ACCESS_KEY", &account.access_key)
            .with("BACKEND_SECRET_KEY", &account.secret_key)
    }

    /// The same with this variable, in place of one of that name.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.retain(|(other, _)| *other != *name);
        self.env.push((name.into(), value.into()));
        self
    }

    /// The environment of the command.
    pub(crate) fn env(&self) -> &[(OsString, OsString)] {
        &self.env
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The command with these arguments, not yet run. Its standard input is empty.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.open(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The same, whose standard streams the caller sets.
    pub(crate) fn open(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backendai"));
        command
            .args(arguments)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// Runs it with this text as its standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A command that does not read it breaks the pipe.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Every file below the home folder with its text and its permission bits, in order.
    pub(crate) fn files(&self) -> Vec<(PathBuf, u32, String)> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let inside = path.strip_prefix(self.path()).unwrap().to_owned();
                found.push((inside, mode(&path), fs::read_to_string(&path).unwrap()));
            }
        }
        found.sort();
        found
    }
}

/// The files of sessions below a home folder.
pub(crate) fn sessions(home: &Home) -> Vec<PathBuf> {
    let files = home.files().into_iter().map(|(path, ..)| home.path().join(path));
    files.filter(|path| path.parent().is_some_and(|folder| folder.ends_with("sessions"))).collect()
}

#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[cfg(not(unix))]
pub(crate) fn mode(_: &Path) -> u32 {
    0o600
}

/// Compares with a file of this crate, or writes it where UPDATE_GOLDEN is set.
pub(crate) fn golden(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differing = kept.lines().zip(text.lines()).position(|(kept, now)| kept != now);
    let line = differing.unwrap_or_else(|| kept.lines().count().min(text.lines().count()));
    assert!(
        kept == text,
        "{file} differs from line {} on: {:?} is there, {:?} is printed now. Run the test with \
         UPDATE_GOLDEN=1 and look at the difference",
        line + 1,
        kept.lines().nth(line),
        text.lines().nth(line),
    );
}

/// The names of the commands below one, in its short help. The overviews have them below headings, and
/// that of the whole command leaves out those that `backendai legacy` lists.
pub(crate) fn subcommands(home: &Home, path: &[&str]) -> Vec<String> {
    let help = home.run(&[path, &["-h"]].concat());
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""), "{path:?}");
    let overview = || help.stdout.split("\nOptions:\n").next().unwrap().to_owned();
    let lines = match path {
        [] => overview() + &home.run(&["legacy"]).stdout,
        ["v2"] => overview(),
        _ => {
            let commands = help.stdout.split("\nCommands:\n").nth(1).unwrap_or_default();
            commands.split("\n\n").next().unwrap().to_owned()
        }
    };
    let named = lines.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = named.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The commands that have no commands below them; of the verbs of v2 with one name, which share their code, one.
pub(crate) fn leaves(home: &Home) -> Vec<Vec<String>> {
    let (mut leaves, mut open) = (Vec::new(), vec![Vec::new()]);
    let mut verbs_of_v2 = BTreeSet::new();
    while let Some(path) = open.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let mut below = subcommands(home, &words);
        if let ["v2", _] = words[..] {
            below.retain(|verb| verbs_of_v2.insert(verb.clone()));
        } else if below.is_empty() {
            leaves.push(path.clone());
        }
        open.extend(below.into_iter().map(|name| [&path[..], &[name]].concat()));
    }
    leaves
}
