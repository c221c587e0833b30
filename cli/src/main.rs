//! The `backendai` command. Each subcommand is a file of its name, and a thin layer over a library.

mod bento;
mod check;
mod completions;
mod connect;
mod context;
mod domain;
mod generate;
mod global;
mod gql;
mod keypair;
mod login;
mod logout;
mod output;
mod prompt;
mod proxy;
mod render;
mod schema;
mod snapshot;
mod suggest;
mod terminal;
mod whoami;

use std::process::ExitCode;

use clap::{Parser, Subcommand, error::ErrorKind};

use crate::{
    global::{Early, Global},
    output::{Code, Failure},
    terminal::Terminal,
};

/// Work with Backend.AI and BentoCloud from the command line.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// One line for each, in the order of the alphabet; and one in `run`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Work with BentoCloud: credentials, bentos, models, deployments, services.
    Bento(bento::Bento),
    /// Prove documents against a schema.
    Check(check::Check),
    /// Print completions for a shell.
    Completions(completions::Completions),
    /// Keep managers and keys under names.
    Context(context::Context),
    /// Print the Rust that documents become.
    Generate(generate::Generate),
    /// Run a document of your own.
    Gql(gql::Gql),
    /// Prove keys or a password, and keep them as a context.
    Login(Box<login::Login>),
    /// End a session, or forget keys.
    Logout(logout::Logout),
    /// Sign what other programs send to a port of this machine; a browser gets GraphiQL there.
    Proxy(proxy::Proxy),
    /// Take, compare and use snapshots of a manager's schema.
    Schema(schema::Schema),
    /// Say who is asking which manager.
    Whoami(whoami::Whoami),
    #[command(flatten)]
    Domain(domain::Verb),
}

impl Command {
    async fn run(self, global: &Global) -> Result<(), Failure> {
        match self {
            Self::Bento(command) => command.run(global).await,
            Self::Check(command) => command.run(global).await,
            Self::Completions(command) => command.run(global).await,
            Self::Context(command) => command.run(global).await,
            Self::Generate(command) => command.run(global).await,
            Self::Gql(command) => command.run(global).await,
            Self::Login(command) => command.run(global).await,
            Self::Logout(command) => command.run(global).await,
            Self::Proxy(command) => command.run(global).await,
            Self::Schema(command) => command.run(global).await,
            Self::Whoami(command) => command.run(global).await,
            Self::Domain(verb) => verb.run(global).await,
        }
    }

    /// Whether Ctrl-C is the command's own way to end.
    const fn ends_by_itself(&self) -> bool {
        match self {
            Self::Bento(command) => command.ends_by_itself(),
            Self::Proxy(_) => true,
            _ => false,
        }
    }
}

/// The exit code of whoever is interrupted at the keyboard.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let early = Early::of(&arguments);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return misused(&error, &early),
    };
    let terminal = Terminal::now();
    cli.global.start_telling();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::new("cannot start").why(error.to_string());
            return failure.tell(cli.global.asked()).into();
        }
    };
    let interruptible = !cli.command.ends_by_itself();
    let code = runtime.block_on(async {
        tokio::select! {
            biased;
            Ok(()) = tokio::signal::ctrl_c(), if interruptible => {
                terminal.restore();
                INTERRUPTED
            }
            result = cli.command.run(&cli.global) => match result {
                Ok(()) => 0,
                Err(failure) => failure.tell(cli.global.asked()),
            },
        }
    });
    // A question that was interrupted still waits for its answer, and nobody else does.
    runtime.shutdown_background();
    code.into()
}

/// Help and versions, and command lines that are wrong.
fn misused(error: &clap::Error, early: &Early) -> ExitCode {
    let helps = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if !helps && matches!(early.form, Some(global::Form::Json | global::Form::Jsonl)) {
        let text = error.render().to_string();
        let (what, usage) = text.split_once("\n\n").unwrap_or((&text, ""));
        let what = what.strip_prefix("error: ").unwrap_or(what);
        let failure = Failure::new(what).code(Code::Usage).help(usage.trim());
        return failure.tell(early.form).into();
    }
    // Whoever does not read it does not want it.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(Code::Usage as u8).into()
}

/// Runs what computes, waits for a file or asks a person, so that Ctrl-C is still heard.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Failure::new("the command broke off").why(error.to_string())),
    }
}
