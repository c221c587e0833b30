//! `backendai bento`: BentoCloud contexts, bentos and models, deployments, and calls of services.

mod call;
mod deployment;
mod local;
mod login;
mod organization;
mod progress;
mod show;

use std::time::Duration;

use bentocloud::{
    Client, Context, Contexts, Environment, Error, env, store::Kind, without_password,
};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::{
    global::Global,
    number::whole,
    output::{Failure, err, json, out},
};

/// The arguments of `backendai bento`.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct Bento {
    /// Name of the context to use, to store a login under, or to log out of; by default what
    /// BENTOML_CLOUD_CONTEXT names, or the current one.
    // Replaces the global option of this name.
    #[arg(long, global = true, value_name = "NAME")]
    context: Option<String>,
    /// Omit warnings and hints.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Ignored, since nothing is tracked; for compatibility with `bentoml`.
    #[arg(long, global = true, hide = true)]
    do_not_track: bool,
    /// Same as -v; for compatibility with `bentoml`.
    #[arg(long, global = true, hide = true)]
    debug: bool,
    #[command(flatten)]
    patience: Patience,
    #[command(subcommand)]
    command: Command,
}

/// How long a request may take.
#[derive(Args, Clone, Copy, Debug)]
struct Patience {
    /// Timeout in seconds, for a connection and for each part of a response [default: 60].
    #[arg(long, value_name = "SECONDS", value_parser = whole(0, u64::MAX))]
    timeout: Option<u64>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check an API token and store it.
    Login(login::Login),
    /// Print the context in use as JSON. The environment takes precedence.
    #[command(after_help = "Example:
  backendai bento current-context --show-token")]
    CurrentContext {
        /// Print the API token, too.
        #[arg(long)]
        show_token: bool,
    },
    /// Print the names of all stored contexts as JSON.
    #[command(after_help = "Example:
  backendai bento list-context")]
    ListContext,
    /// Make a stored context the current one.
    #[command(after_help = "Example:
  backendai bento update-current-context stage")]
    UpdateCurrentContext {
        /// Name of the context.
        context_name: String,
    },
    /// Remove a stored context. The token stays valid; delete it on the server.
    #[command(after_help = "Example:
  backendai bento logout stage")]
    Logout {
        /// Name of the context; by default as for login.
        context_name: Option<String>,
    },
    #[command(flatten)]
    Local(local::Verb),
    /// Models: the same commands as for bentos.
    #[command(subcommand, arg_required_else_help = true)]
    Models(local::Verb),
    /// Deployments.
    #[command(subcommand, arg_required_else_help = true)]
    Deployment(Box<deployment::Verb>),
    /// Secrets, whose values are never printed.
    #[command(subcommand, arg_required_else_help = true)]
    Secret(organization::SecretVerb),
    /// API tokens.
    #[command(subcommand, arg_required_else_help = true)]
    ApiToken(organization::TokenVerb),
    /// Call a route of a deployed service.
    Call(call::Call),
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Login(_) => "login",
            Self::CurrentContext { .. } => "current-context",
            Self::ListContext => "list-context",
            Self::UpdateCurrentContext { .. } => "update-current-context",
            Self::Logout { .. } => "logout",
            Self::Local(verb) | Self::Models(verb) => verb.name(),
            Self::Deployment(verb) => verb.name(),
            Self::Secret(verb) => verb.name(),
            Self::ApiToken(verb) => verb.name(),
            Self::Call(_) => "call",
        }
    }
}

/// The state that all subcommands share.
struct Session {
    contexts: Contexts,
    /// The option `--context`; empty is absent.
    context: Option<String>,
    quiet: bool,
    patience: Patience,
}

impl Session {
    /// The context in use.
    fn resolve(&self) -> Result<Context, Error> {
        self.contexts.resolve(self.context.as_deref())
    }

    /// A client for it.
    fn client(&self) -> Result<Client, Error> {
        self.patient(self.patience)
    }

    /// A client for it, with the timeout of a command over that of all commands.
    fn patient(&self, patience: Patience) -> Result<Client, Error> {
        let context = self.resolve()?;
        let builder = Client::builder(&context.endpoint, context.api_token.clone());
        builder.timeout(self.timeout(patience)).build()
    }

    fn timeout(&self, patience: Patience) -> Duration {
        Duration::from_secs(patience.timeout.or(self.patience.timeout).unwrap_or(60).max(1))
    }

    /// Prints a hint or warning, unless `--quiet` is given.
    fn hint(&self, line: impl AsRef<str>) {
        if !self.quiet {
            err(line);
        }
    }
}

impl Bento {
    /// Whether the command handles Ctrl-C.
    pub(crate) const fn handles_interrupt(&self) -> bool {
        match &self.command {
            Command::Local(verb) | Command::Models(verb) => verb.handles_interrupt(),
            _ => false,
        }
    }

    /// Runs the command with this process's environment.
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.command {
            Command::CurrentContext { .. } | Command::ListContext => drop(global.single()?),
            Command::Login(_) | Command::UpdateCurrentContext { .. } | Command::Logout { .. } => {
                global.require_text()?;
            }
            _ => {}
        }
        let name = self.command.name();
        let failed = |error: Error| Failure::of("bento", name, &error);
        let session = Session {
            contexts: Contexts::new(Environment::process()).map_err(failed)?,
            context: self.context.filter(|name| !name.is_empty()),
            quiet: self.quiet,
            patience: self.patience,
        };
        match self.command {
            Command::Login(arguments) => login::run(&session, arguments).await,
            Command::Local(verb) => verb.run(global, &session, Kind::Bento).await,
            Command::Models(verb) => verb.run(global, &session, Kind::Model).await,
            Command::Deployment(verb) => verb.run(global, &session).await,
            Command::Secret(verb) => verb.run(global, &session).await,
            Command::ApiToken(verb) => verb.run(global, &session).await,
            Command::Call(call) => call.run(global, &session).await,
            command => crate::blocking(move || command.run(&session)).await,
        }
    }
}

impl Command {
    fn run(self, session: &Session) -> Result<(), Failure> {
        let name = self.name();
        let failed = |error: Error| Failure::of("bento", name, &error);
        match self {
            Self::CurrentContext { show_token } => {
                let context = session.contexts.current().map_err(failed)?;
                if context.is_from_environment() && context.api_token.is_empty() {
                    session.hint(format!(
                        "WARNING: {} is set, but empty: stored contexts are not used",
                        env::API_KEY
                    ));
                }
                json(&Shown::new(&context, show_token))
            }
            Self::ListContext => {
                let config = session.contexts.read().map_err(failed)?;
                json(&config.contexts().map(|context| context.name.as_str()).collect::<Vec<_>>())
            }
            Self::UpdateCurrentContext { context_name } => {
                session.contexts.set_current(&context_name).map_err(failed)?;
                out(format!("Successfully switched to context: {context_name}"))?;
                warn_if_env_wins(session);
                Ok(())
            }
            Self::Logout { context_name } => {
                let name = context_name.as_deref().or(session.context.as_deref());
                let name = session.contexts.name_for_login(name).map_err(failed)?;
                session.contexts.delete(&name).map_err(failed)?;
                out(format!("Removed context: {name}"))?;
                warn_if_env_wins(session);
                Ok(())
            }
            // The caller runs these.
            Self::Login(_)
            | Self::Local(_)
            | Self::Models(_)
            | Self::Deployment(_)
            | Self::Secret(_)
            | Self::ApiToken(_)
            | Self::Call(_) => Ok(()),
        }
    }
}

/// Warns that the file was changed but is not in use.
fn warn_if_env_wins(session: &Session) {
    if session.contexts.env().contains(env::API_KEY) {
        session.hint(format!("WARNING: {} is set and wins over stored contexts", env::API_KEY));
    }
}

/// A context with the members of the official client, in their order.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    endpoint: String,
    api_token: &'a str,
    email: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn new(context: &'a Context, show_token: bool) -> Self {
        Self {
            name: &context.name,
            endpoint: match show_token {
                true => context.endpoint.clone(),
                false => without_password(&context.endpoint),
            },
            api_token: if show_token { context.api_token.expose() } else { "***" },
            email: context.email.as_deref(),
        }
    }
}
