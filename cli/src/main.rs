//! The `backendai` command. Each subcommand has a module of its name, and is a thin layer over a library.

mod bento;
mod change;
mod check;
mod complete;
mod completions;
mod connect;
mod context;
mod domain;
mod generate;
mod global;
mod gql;
mod headings;
mod input;
mod interrupt;
mod legacy;
mod login;
mod logout;
mod man;
mod mistake;
mod number;
mod output;
mod progress;
mod prompt;
mod proxy;
mod render;
mod resolve;
mod schema;
mod session_login;
mod snapshot;
mod terminal;
mod trace;
mod v2;
mod version;
mod visible;
mod whoami;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, error::ErrorKind};

use crate::{
    global::{Early, Global},
    output::{Code, Failure},
    terminal::Terminal,
};

/// Work with Backend.AI and BentoCloud from the command line.
#[derive(Debug, Parser)]
#[command(name = "backendai", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// The subcommands, in alphabetical order. Each has an arm in `run`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Work with BentoCloud: credentials, bentos, models, deployments, services.
    Bento(bento::Bento),
    /// Validate documents against a schema.
    Check(check::Check),
    /// Print or install completions for a shell.
    Completions(completions::Completions),
    /// Manage named managers and keys.
    #[command(visible_alias = "config")]
    Context(context::Context),
    /// Print the Rust code for documents.
    Generate(generate::Generate),
    /// Run a GraphQL document.
    Gql(gql::Gql),
    /// List the nouns that are not above: duplicates, and those for older managers.
    Legacy(legacy::Legacy),
    /// Check keys or a password, and store them as a context.
    Login(Box<login::Login>),
    /// End a session, or remove stored keys.
    Logout(logout::Logout),
    /// Write the manual pages.
    Man(man::Man),
    /// Sign requests that are sent to a local port, and serve GraphiQL there.
    Proxy(proxy::Proxy),
    /// Fetch, compare and use snapshots of a manager's schema.
    Schema(schema::Schema),
    /// List and end sessions of logins at a webserver.
    #[command(visible_alias = "login-session")]
    SessionLogin(session_login::SessionLogin),
    /// Work with the objects of the v2 API, which managers have since 25.13.
    V2(v2::V2),
    /// Show the versions of the client, the API and the manager.
    Version(version::Version),
    /// Show the current user, manager and settings.
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
            Self::Legacy(command) => command.run(global).await,
            Self::Login(command) => command.run(global).await,
            Self::Logout(command) => command.run(global).await,
            Self::Man(command) => command.run(global).await,
            Self::Proxy(command) => command.run(global).await,
            Self::Schema(command) => command.run(global).await,
            Self::SessionLogin(command) => command.run(global).await,
            Self::V2(command) => command.run(global).await,
            Self::Version(command) => command.run(global).await,
            Self::Whoami(command) => command.run(global).await,
            Self::Domain(verb) => verb.run(global).await,
        }
    }

    /// Whether the command handles signals itself.
    const fn handles_interrupt(&self) -> bool {
        match self {
            Self::Bento(command) => command.handles_interrupt(),
            Self::Proxy(_) => true,
            _ => false,
        }
    }
}

/// The whole command line.
fn command() -> clap::Command {
    headings::grouped(Cli::command())
}

fn main() -> ExitCode {
    complete::answer_shell();
    let arguments: Vec<_> = std::env::args_os().collect();
    let early = Early::of(&arguments);
    let mut command = command();
    let parsed = command.try_get_matches_from_mut(&arguments).and_then(|matches| {
        output::name_command(&matches);
        Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    });
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let error = mistake::advised(error, &mut command, &arguments);
            return report_parse_error(&error, &early);
        }
    };
    let terminal = Terminal::now();
    cli.global.init_tracing();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::new("cannot start").cause(error.to_string());
            return failure.report(cli.global.requested()).into();
        }
    };
    let handles_interrupt = cli.command.handles_interrupt();
    let code = runtime.block_on(async {
        let run = async {
            let result = cli.command.run(&cli.global).await;
            match (interrupt::code(), result) {
                (Some(code), _) => code,
                (None, Ok(())) => 0,
                (None, Err(failure)) => failure.report(cli.global.requested()),
            }
        };
        if handles_interrupt {
            return run.await;
        }
        match interrupt::watch(terminal) {
            Ok(stopped) => tokio::select! {
                biased;
                code = stopped => code,
                code = run => code,
            },
            Err(failure) => failure.report(cli.global.requested()),
        }
    });
    // An interrupted prompt still blocks a thread of the runtime: do not wait for it.
    runtime.shutdown_background();
    code.into()
}

/// Prints the help or the version, or reports an invalid command line.
fn report_parse_error(error: &clap::Error, early: &Early) -> ExitCode {
    let helps = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if !helps
        && matches!(early.form, Some(global::OutputFormat::Json | global::OutputFormat::Jsonl))
    {
        let text = error.render().to_string();
        let (what, usage) = text.split_once("\n\n").unwrap_or((&text, ""));
        let what = what.strip_prefix("error: ").unwrap_or(what);
        let failure = Failure::new(what).code(Code::Usage).help(usage.trim());
        return failure.report(early.form).into();
    }
    let text = error.render().to_string();
    match visible::visible(&text) {
        // A closed output is no error here.
        visible if visible == text => drop(error.print()),
        visible => output::err(visible.trim_end()),
    }
    u8::try_from(error.exit_code()).unwrap_or(Code::Usage as u8).into()
}

/// Runs blocking work on another thread, so that Ctrl-C is still handled.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            Err(Failure::new("the command stopped unexpectedly").cause(error.to_string()))
        }
    }
}
