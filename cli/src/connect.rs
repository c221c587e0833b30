//! From the options, the contexts and the environment to a client.

use backendai::{
    Client, Config, ConfigBuilder,
    config::{Env, Field, Problem},
    context::{Context, Contexts},
};

use crate::{global::Global, output::Failure};

/// Everything that decides which manager is asked, and by whom: the context that was named, else
/// the environment, else the current context.
pub(crate) fn config(global: &Global) -> Result<Config, Failure> {
    let builder = sources(global);
    let builder = match &global.context {
        Some(name) => builder.context(name),
        None => builder.current_context(),
    };
    Ok(builder.build()?)
}

/// The client that a command asks with. Nothing is sent yet.
pub(crate) fn client(global: &Global) -> Result<Client, Failure> {
    Ok(Client::new(config(global)?)?)
}

/// Of a context that need not be stored. `fresh` is for whoever has no keys and no session yet.
pub(crate) fn config_of(
    global: &Global,
    mut context: Context,
    fresh: bool,
) -> Result<Config, Failure> {
    let builder = sources(global);
    if !fresh {
        return Ok(builder.inline_context(context).build()?);
    }
    context.unset(Field::AccessKey).unset(Field::SecretKey);
    // Deliberately empty: not signed, and in memory alone.
    let anonymous = context.text(Field::EndpointType) != Some("session");
    if anonymous {
        context.set(Field::AccessKey, "")?;
    }
    Ok(builder.inline_context(context).session_file("").build()?)
}

/// The file of contexts.
pub(crate) fn contexts(global: &Global) -> Result<Contexts, Failure> {
    match &global.contexts {
        Some(path) => Ok(Contexts::at(path)),
        None => Ok(Contexts::of(&Env::process())?),
    }
}

/// Whether the environment names a manager, which then counts more than the current context.
pub(crate) fn variables_win() -> bool {
    let names = ["ENDPOINT", "ACCESS_KEY", "SECRET_KEY"];
    let set =
        |prefix| names.iter().any(|name| std::env::var_os(format!("{prefix}{name}")).is_some());
    set("BACKEND_") || set("SORNA_")
}

fn sources(global: &Global) -> ConfigBuilder {
    let agent = concat!("backendai-cli/", env!("CARGO_PKG_VERSION"));
    let builder = Config::builder().environment(Env::process()).user_agent(agent);
    match &global.contexts {
        Some(path) => builder.contexts(Contexts::at(path)),
        None => builder,
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        // What is wrong comes first, and then what would be right.
        let failure = |what: &str| Self::new(format!("{}: {what}", problem.place()));
        match problem.message().split_once("; ") {
            Some((what, help)) => failure(what).help(help),
            None => failure(problem.message()),
        }
    }
}
