//! `backendai logout`.

use backendai::{Config, EndpointType, Session, config::Field};
use clap::Args;

use crate::{
    connect, context,
    global::Global,
    interrupt::Section,
    output::{Failure, err, out},
};

/// Ends the session of a context at its webserver and deletes it here. Where the context has keys,
/// they are removed, and stay valid until they are deleted on the manager.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai logout
  backendai logout lab --yes")]
pub(crate) struct Logout {
    /// Name of the context; by default the one in use.
    name: Option<String>,
    /// Do not ask for confirmation.
    #[arg(short, long)]
    yes: bool,
}

impl Logout {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        let name = self.name.as_deref().or(global.context.as_deref());
        if name.is_none() && connect::env_wins() {
            let config = connect::config(global)?;
            if config.endpoint_type() == EndpointType::Session {
                return end(global, config).await;
            }
            return Err(Failure::new("the keys in use are those of the environment")
                .help("unset BACKEND_ACCESS_KEY and BACKEND_SECRET_KEY, or name a context"));
        }
        let contexts = connect::contexts(global)?;
        let stored = contexts.read()?;
        let found = match name {
            Some(name) => Some(stored.get(name)?),
            None => stored.current()?,
        };
        let found = found.ok_or_else(|| {
            Failure::new("there is no current context").help("name the one to log out of")
        })?;
        let name = found.name();
        if found.text(Field::EndpointType) == Some("session") {
            return end(global, connect::config_of(global, found.clone(), false)?).await;
        }
        if found.get(Field::AccessKey).is_none() && found.get(Field::SecretKey).is_none() {
            return out(format!("Context {name} has no keys"));
        }
        context::confirm_or_yes(&format!("Remove the keys from context {name}?"), self.yes).await?;
        contexts.update(|stored| {
            let mut context = stored.get(name)?.clone();
            context.unset(Field::AccessKey).unset(Field::SecretKey);
            stored.put(&context).map(drop)
        })?;
        out(format!("Removed the keys from context {name}; they are still valid on the manager"))
    }
}

/// Ends the session of this configuration, and deletes it even when the webserver does not answer.
async fn end(global: &Global, config: Config) -> Result<(), Failure> {
    let endpoint = config.endpoints().first().map(ToString::to_string).unwrap_or_default();
    let path = config.session_file().map(ToOwned::to_owned);
    // Without its file, the session must be ended.
    let _section = Section::open()?;
    let session = path.as_ref().map(Session::take).transpose()?.flatten();
    let (Some(path), Some(session)) = (path, session) else {
        return out(format!("Not logged in at {endpoint}"));
    };
    let client = match connect::builder(global, config).session(session.clone()).build() {
        Ok(client) => client,
        Err(error) => {
            session.save(path)?;
            return Err(error.into());
        }
    };
    match client.logout().await {
        Err(error) if !error.is_login_required() => {
            err("note: the session was deleted here");
            Err(Failure::from(error).message("the session may still be open at the webserver"))
        }
        _ => out(format!("Logged out at {endpoint}")),
    }
}
