//! `backendai context add`.

use backendai::{
    config::{Env, Field},
    context::Contexts,
};
use clap::Args;

use super::{
    session,
    settings::{self, Settings},
};
use crate::{
    global::Global,
    interrupt::Section,
    output::{Failure, out},
    prompt,
};

#[derive(Args, Debug)]
pub(super) struct Add {
    /// Name of the context.
    name: String,
    #[command(flatten)]
    settings: Settings,
    /// Read the secret key from the standard input.
    #[arg(long)]
    secret_key_stdin: bool,
    /// Make it the current context.
    #[arg(long)]
    switch: bool,
    /// Replace a context of this name.
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
        let name = context.name().to_owned();
        let how = session::How { replace: self.replace, switch: self.switch };
        let _section = Section::open()?;
        let (replaced, lost) = session::store(contexts, context, None, how)?;
        session::end(global, lost).await;
        let what = if replaced { "Replaced" } else { "Added" };
        out(format!("{what} context {name} in {}", contexts.path().display()))?;
        if self.switch {
            super::warn_if_env_wins();
        }
        Ok(())
    }
}
