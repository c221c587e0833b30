//! `backendai completions`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueEnum as _};
use clap_complete::{Shell, env::Shells};

use crate::{
    complete::VARIABLE,
    global::Global,
    output::{Failure, data, out},
};

/// Prints or installs what a shell needs to complete commands, options, contexts and names of the
/// manager.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  backendai completions install
  backendai completions bash > backendai.bash && source backendai.bash"
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
            (None, Some(shell)) => data(script(shell)?.trim_end()),
            (None, None) => Err(Failure::usage("the shell is missing")),
        }
    }
}

/// The name of a shell in its script.
fn name(shell: Shell) -> String {
    shell.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// What a shell runs to complete this command from now on.
fn script(shell: Shell) -> Result<String, Failure> {
    let shells = Shells::builtins();
    let known = shells.completer(&name(shell));
    let known = known.ok_or_else(|| Failure::usage(format!("{shell} cannot complete commands")))?;
    let mut text = Vec::new();
    known
        .write_registration(VARIABLE, "backendai", "backendai", "backendai", &mut text)
        .map_err(Failure::writing)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(match shell {
        Shell::Bash => {
            let ours = "-F _backendai backendai";
            text.replace("-F _clap_complete_backendai backendai", ours) + WHOLE_WORDS
        }
        _ => text,
    })
}

/// Bash ends words also at `@`, `:` and `=`, and replaces only what follows.
const WHOLE_WORDS: &str = r#"
_backendai() {
    local rest=$COMP_LINE words=() at=-1 index word
    for (( index = 0; index <= COMP_CWORD; index++ )); do
        word=${COMP_WORDS[index]}
        if [[ $index == 0 || $rest == [[:space:]]* ]]; then
            at=$((at + 1))
        fi
        words[at]+=$word
        rest=${rest#"${rest%%[![:space:]]*}"}
        rest=${rest#"$word"}
    done
    local current=${words[at]}
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$at
    _clap_complete_backendai "$1" "$current" "$3"
    COMPREPLY=("${COMPREPLY[@]#"${current%"$2"}"}")
}
"#;

fn install(shell: Option<Shell>) -> Result<(), Failure> {
    let shell = shell.or_else(Shell::from_env).ok_or_else(|| {
        Failure::usage("the variable SHELL names no known shell").help("name the shell")
    })?;
    let home = std::env::home_dir().ok_or_else(|| Failure::new("there is no home folder"))?;
    let (path, text, hint) = place(shell, &home)?;
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&path, format!("{text}\n")));
    let shown = path.display();
    written
        .map_err(|error| Failure::new(format!("cannot write {shown}")).cause(error.to_string()))?;
    out(format!("Wrote {shown}\n{hint}"))
}

/// Where a shell reads completions, what the file has, and what the user must do. The file takes the
/// script from the command, so that it always fits the installed version.
fn place(shell: Shell, home: &Path) -> Result<(PathBuf, String, &'static str), Failure> {
    let begin = "Start a new shell to use them";
    let source = |shell: &str| format!("source <({VARIABLE}={shell} backendai)");
    match shell {
        Shell::Bash => Ok((
            home.join(".local/share/bash-completion/completions/backendai"),
            "source <(backendai completions bash)".to_owned(),
            begin,
        )),
        Shell::Fish => Ok((
            home.join(".config/fish/completions/backendai.fish"),
            format!("{VARIABLE}=fish backendai | source"),
            begin,
        )),
        Shell::Zsh => Ok((
            home.join(".zfunc/_backendai"),
            format!(
                "#compdef backendai\n{}\n_clap_dynamic_completer_backendai \"$@\"",
                source("zsh")
            ),
            "In ~/.zshrc, before compinit: fpath+=~/.zfunc; then start a new shell",
        )),
        Shell::Elvish => Ok((
            home.join(".config/elvish/lib/backendai.elv"),
            format!("eval (E:{VARIABLE}=elvish backendai | slurp)"),
            "Add: use backendai",
        )),
        other => Err(Failure::usage(format!("{other} has no folder for completions"))
            .help(format!("add the output of `backendai completions {other}` to its profile"))),
    }
}
