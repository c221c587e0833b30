//! `backendai context add`.

use backendai::{
    config::{Env, Field},
    context::Contexts,
};
use clap::Args;

use super::settings::{self, Settings};
use crate::{
    global::Global,
    output::{Code, Failure, out},
    prompt,
};

#[derive(Args, Debug)]
pub(super) struct Add {
    /// Name of the context
    name: String,
    #[command(flatten)]
    settings: Settings,
    /// Read the secret key from the standard input
    #[arg(long)]
    secret_key_stdin: bool,
    /// Make it the current context
    #[arg(long)]
    switch: bool,
    /// Replace a context of this name
    #[arg(long)]
    replace: bool,
}

impl Add {
    pub(super) async fn run(self, global: &Global, contexts: &Contexts) -> Result<(), Failure> {
        global.require_text()?;
        let mut context = settings::named(&self.name)?;
        self.settings.apply(&mut context)?;
        if context.get(Field::Endpoint).is_none() {
            let address = prompt::address(None).await?;
            settings::set(&mut context, Field::Endpoint, address)?;
        }
        if context.get(Field::EndpointType).is_none() {
            settings::set(&mut context, Field::EndpointType, "api")?;
        }
        // With an empty access key, requests are not signed.
        if context.text(Field::AccessKey).is_some_and(|key| !key.is_empty()) {
            let secret = settings::secret(
                self.secret_key_stdin,
                Env::process().get(Field::SecretKey).cloned(),
                "Secret key",
                "give it by --secret-key-stdin or in BACKEND_SECRET_KEY",
            );
            settings::set(&mut context, Field::SecretKey, secret.await?)?;
        }
        let name = context.name();
        let exists = || {
            Failure::new(format!("there is already a context {name}"))
                .help("give --replace, or another name")
                .code(Code::Failure)
        };
        // Checked under the lock, so that no other process can add it in between.
        let replace = self.replace;
        let switch = self.switch;
        let stored = contexts.update(|stored| {
            if !replace && stored.get(name).is_ok() {
                return Ok(None);
            }
            let replaced = stored.put(&context)?;
            if switch {
                stored.set_current(name)?;
            }
            Ok(Some(replaced))
        })?;
        let replaced = stored.ok_or_else(exists)?;
        let what = if replaced { "Replaced" } else { "Added" };
        out(format!("{what} context {name} in {}", contexts.path().display()))?;
        if switch {
            super::warn_if_env_wins();
        }
        Ok(())
    }
}
