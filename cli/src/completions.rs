//! `backendai completions`.

use std::io::{self, Write as _};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{Cli, global::Global, output::Failure};

/// Prints what a shell needs to complete commands and options.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:
  backendai completions bash > ~/.local/share/bash-completion/completions/backendai
  backendai completions zsh > ~/.zfunc/_backendai
  backendai completions fish > ~/.config/fish/completions/backendai.fish"
)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "backendai", &mut text);
        io::stdout().write_all(&text).map_err(Failure::writing)
    }
}
