//! Builds a client from the options, the contexts and the environment.

use backendai::{
    Client, ClientBuilder, Config, ConfigBuilder, Retry,
    config::{Env, Field, Problem},
    context::{Context, Contexts},
    transport::HttpTransport,
};

use crate::{global::Global, output::Failure, trace::Traced};

/// Attempts after a failure, as the library makes them.
pub(crate) const DEFAULT_RETRIES: u32 = 2;

/// The configuration: the context named by an option, else the environment, else the current
/// context.
pub(crate) fn config(global: &Global) -> Result<Config, Failure> {
    let builder = sources(global);
    let builder = match (&global.context, &global.profile) {
        (Some(name), _) => builder.context(name),
        (None, Some(name)) => builder.profile(name),
        (None, None) => builder.current_context(),
    };
    Ok(builder.build()?)
}

/// The client of a command. Nothing is sent yet.
pub(crate) fn client(global: &Global) -> Result<Client, Failure> {
    Ok(builder(global, config(global)?).build()?)
}

/// The builder of a client that repeats and prints its requests as the options say.
pub(crate) fn builder(global: &Global, config: Config) -> ClientBuilder {
    let traced = match global.verbose() {
        0 => None,
        // Where there is no transport, the builder reports why.
        level => HttpTransport::new(&config).ok().map(|http| Traced::new(http, level > 1)),
    };
    let mut builder = Client::builder(config);
    if let Some(traced) = traced {
        builder = builder.transport(traced);
    }
    match global.retry {
        Some(0) => builder.retry(Retry::disabled()),
        Some(retries) => builder.retry(Retry::new().max_attempts(retries.saturating_add(1))),
        None => builder,
    }
}

/// The configuration of a context that need not be stored; `fresh` leaves out its keys and session.
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
    // Deliberately empty: requests are not signed, and a session stays in memory.
    let anonymous = context.text(Field::EndpointType) != Some("session");
    if anonymous {
        context.set(Field::AccessKey, "")?;
    }
    Ok(builder.inline_context(context).session_file("").build()?)
}

/// The file of contexts.
pub(crate) fn contexts(global: &Global) -> Result<Contexts, Failure> {
    match &global.contexts {
        Some(path) => Ok(Contexts::open(path)),
        None => Ok(Contexts::from_env(&Env::process())?),
    }
}

/// Whether the environment names a manager or a key, and so wins over the current context.
pub(crate) fn env_wins() -> bool {
    let env = Env::process();
    [Field::Endpoint, Field::AccessKey, Field::SecretKey].iter().any(|field| env.is_set(*field))
}

fn sources(global: &Global) -> ConfigBuilder {
    let agent = concat!("backendai-cli/", env!("CARGO_PKG_VERSION"));
    let builder = Config::builder().environment(Env::process()).user_agent(agent);
    let builder = match &global.dotenv {
        Some(Some(path)) => builder.dotenv(path),
        Some(None) => builder.dotenv_in_ancestors(),
        None => builder,
    };
    let builder = match global.request_timeout {
        Some(seconds) => {
            let limit = std::time::Duration::from_secs(seconds.into());
            builder.connect_timeout(limit).read_timeout(limit)
        }
        None => builder,
    };
    match &global.contexts {
        Some(path) => builder.contexts(Contexts::open(path)),
        None => builder,
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        // A message is the cause, then the fix.
        let failure = |what: &str| Self::new(format!("{}: {what}", problem.place()));
        match problem.message().split_once("; ") {
            Some((what, help)) => failure(what).help(help),
            None => failure(problem.message()),
        }
    }
}
