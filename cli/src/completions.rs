//! `backendai completions`.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::{Args, CommandFactory as _, Subcommand};
use clap_complete::Shell;

use crate::{
    Cli,
    global::Global,
    output::{Failure, out},
};

/// Prints or installs what a shell needs to complete commands and options.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  backendai completions install
  backendai completions bash > ~/.local/share/bash-completion/completions/backendai"
)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(required = true)]
    shell: Option<Shell>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the completions to where the shell reads them.
    Install {
        /// The shell; by default that of the variable SHELL.
        shell: Option<Shell>,
    },
}

impl Completions {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        match (self.command, self.shell) {
            (Some(Command::Install { shell }), _) => install(shell),
            (None, Some(shell)) => {
                io::stdout().write_all(&generated(shell)).map_err(Failure::writing)
            }
            (None, None) => Err(Failure::usage("the shell is missing")),
        }
    }
}

fn generated(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "backendai", &mut text);
    text
}

fn install(shell: Option<Shell>) -> Result<(), Failure> {
    let shell = shell.or_else(Shell::from_env).ok_or_else(|| {
        Failure::usage("the variable SHELL names no known shell").help("name the shell")
    })?;
    let home = std::env::home_dir().ok_or_else(|| Failure::new("there is no home folder"))?;
    let (path, hint) = place(shell, &home)?;
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&path, generated(shell)));
    let shown = path.display();
    written
        .map_err(|error| Failure::new(format!("cannot write {shown}")).cause(error.to_string()))?;
    out(format!("Wrote {shown}\n{hint}"))
}

/// Where a shell reads completions, and what the user must do.
fn place(shell: Shell, home: &Path) -> Result<(PathBuf, &'static str), Failure> {
    let begin = "Start a new shell to use them";
    match shell {
        Shell::Bash => Ok((home.join(".local/share/bash-completion/completions/backendai"), begin)),
        Shell::Fish => Ok((home.join(".config/fish/completions/backendai.fish"), begin)),
        Shell::Zsh => Ok((
            home.join(".zfunc/_backendai"),
            "In ~/.zshrc, before compinit: fpath+=~/.zfunc; then start a new shell",
        )),
        Shell::Elvish => Ok((home.join(".config/elvish/lib/backendai.elv"), "Add: use backendai")),
        other => Err(Failure::usage(format!("{other} has no folder for completions"))
            .help(format!("add the output of `backendai completions {other}` to its profile"))),
    }
}
