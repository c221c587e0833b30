//! `backendai login`: checks keys or a password with the manager, and stores them.

mod browser;
mod detect;
mod password;

use std::pin::pin;

use backendai::{
    Client, Config,
    admin::user::{GetUser, UserDetail},
    config::{Env, Field},
    context::{Context, Contexts},
};
use clap::Args;
use serde_json::json;

use self::password::ByPassword;
use crate::{
    connect,
    context::{
        self,
        session::{self, How},
        settings::{self, Settings},
    },
    global::{Global, SingleFormat},
    interrupt::{self, Section},
    output::{self, Failure, err, out},
    prompt,
};

/// How long a context may take to be written after a signal.
const WRITING: std::time::Duration = std::time::Duration::from_secs(1);

/// Prompts for missing values, checks them with the manager, and stores them as a context, which
/// becomes the current one. A context of the same name is replaced, and its session is ended.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai login
  backendai login --endpoint https://manager.example --access-key AKIA… --name prod
  backendai login --endpoint https://manager.example --access-key AKIA… --secret-key-stdin < key
  backendai login --endpoint https://webui.example --user me@example.com
  backendai login --endpoint https://webui.example --browser
  backendai login --name prod          (again, with the settings that prod has)

The endpoint is asked whether it is a manager, which takes keys, or a webserver, which takes a
password. At a terminal an expired password is replaced, and a missing one-time password registered.

The secret key or the password is read from a prompt, from the standard input, or from
BACKEND_SECRET_KEY or BACKENDAI_PASSWORD; it is never an argument.")]
pub(crate) struct Login {
    /// Name of the context; by default the host of the endpoint.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    settings: Settings,
    /// Read the secret key from the standard input.
    #[arg(long)]
    secret_key_stdin: bool,
    #[command(flatten)]
    by_password: ByPassword,
}

impl Login {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        let contexts = connect::contexts(global)?;
        let mut context = self.context(global, &contexts).await?;
        let (client, section) = match context.text(Field::EndpointType) {
            Some("session") => self.by_password(global, &mut context, form).await?,
            _ => (self.by_keys(global, &mut context).await?, Section::open()?),
        };
        let stored = store(&client, &contexts, &context).await;
        if stored.is_err()
            && let Err(error) = client.logout().await
        {
            err(format!("note: the new session may still be open at the webserver: {error}"));
        }
        let (user, replaced, lost) = stored?;
        session::end(global, lost).await;
        drop(section);
        let name = context.name();
        let role = user.role.as_deref().unwrap_or("of an unknown role");
        match form {
            SingleFormat::Json => output::json(&json!({
                "context": name,
                "replaced": replaced,
                "endpoint": context.text(Field::Endpoint),
                "user": user.email,
                "role": role,
            }))?,
            SingleFormat::Text => {
                let endpoint = context.text(Field::Endpoint).unwrap_or_default();
                out(format!("Logged in at {endpoint} as {} ({role})", user.email))?;
                let what = if replaced { "Replaced" } else { "Added" };
                out(format!("{what} context {name}, which is the current one"))?;
            }
        }
        context::warn_if_env_wins();
        Ok(())
    }

    /// The context without its secret: the stored settings of that name, overridden by the options.
    async fn context(&self, global: &Global, contexts: &Contexts) -> Result<Context, Failure> {
        let name = self.name.as_deref().or(global.context.as_deref());
        let stored = contexts.read()?;
        let old = name.and_then(|name| stored.get(name).ok());
        let mut context = match (name, old) {
            (_, Some(old)) => old.clone(),
            (Some(name), None) => settings::named(name)?,
            (None, None) => settings::named("new")?,
        };
        self.settings.apply(&mut context)?;
        let is_moved =
            old.is_some_and(|old| old.text(Field::Endpoint) != context.text(Field::Endpoint));
        if is_moved && self.settings.get(Field::EndpointType).is_none() {
            context.unset(Field::EndpointType);
        }
        session::require_own_file(contexts, &stored, &context, old)?;
        for field in [Field::Endpoint, Field::EndpointType] {
            if let (None, Some(text)) = (context.get(field), settings::variable(field)) {
                settings::set(&mut context, field, text)?;
            }
        }
        if context.get(Field::Endpoint).is_none() {
            let current = stored.current().ok().flatten();
            let address = prompt::address(current.and_then(|it| it.text(Field::Endpoint))).await?;
            settings::set(&mut context, Field::Endpoint, address)?;
        }
        if context.get(Field::EndpointType).is_none() {
            let found = detect::endpoint_type(global, &context).await?;
            self.require_fitting(found)?;
            settings::set(&mut context, Field::EndpointType, found)?;
        }
        if name.is_some() {
            return Ok(context);
        }
        let config = connect::config_of(global, context.clone(), true)?;
        let mut of_host = settings::named(&host(&config))?;
        for (field, text) in context.values() {
            settings::set(&mut of_host, field, text.clone())?;
        }
        Ok(of_host)
    }

    async fn by_keys(&self, global: &Global, context: &mut Context) -> Result<Client, Failure> {
        let from_variables = settings::variable(Field::AccessKey);
        // The secret key of a variable belongs to the access key of a variable.
        let given = self.settings.get(Field::AccessKey);
        let fits =
            given.is_none() || from_variables.is_none() || given == from_variables.as_deref();
        let access_key = match (given, from_variables, context.text(Field::AccessKey)) {
            (Some(key), _, _) => key.to_owned(),
            (None, Some(key), _) => key,
            (None, None, known) => prompt::access_key(known).await?,
        };
        settings::set(context, Field::AccessKey, access_key)?;
        let secret = settings::secret(
            self.secret_key_stdin,
            Env::process().get(Field::SecretKey).filter(|_| fits).cloned(),
            "Secret key",
            "give it by --secret-key-stdin or in BACKEND_SECRET_KEY",
        );
        settings::set(context, Field::SecretKey, secret.await?)?;
        context.unset(Field::SessionFile);
        let client = connect::builder(global, connect::config_of(global, context.clone(), false)?)
            .build()?;
        client.negotiate().await.map_err(refused)?;
        Ok(client)
    }

    /// Logs in. No signal stops the command before the section is closed, as the session has no file yet.
    async fn by_password(
        &self,
        global: &Global,
        context: &mut Context,
        form: SingleFormat,
    ) -> Result<(Client, Section), Failure> {
        if context.get(Field::SessionFile).is_none() {
            session::folder()?;
        }
        context.unset(Field::AccessKey).unset(Field::SecretKey);
        // The stored session, if any, is not loaded.
        let client =
            connect::builder(global, connect::config_of(global, context.clone(), true)?).build()?;
        let section = self.by_password.run(&client, form).await?;
        Ok((client, section))
    }

    /// Fails where the options are for the other type of endpoint than the one that was found.
    fn require_fitting(&self, found: &str) -> Result<(), Failure> {
        if found == "session" && self.settings.get(Field::AccessKey).is_some() {
            return Err(Failure::usage("the endpoint is a webserver, which takes no access key")
                .help("give --user, or the address of the manager"));
        }
        if found == "api" && self.by_password.is_given() {
            return Err(Failure::usage("the endpoint is a manager, which takes no password")
                .help("give --access-key, or the address of the webserver"));
        }
        Ok(())
    }
}

/// Looks up the user, and stores the context with its session. Fails after a signal, unless it is stored by then.
async fn store(
    client: &Client,
    contexts: &Contexts,
    context: &Context,
) -> Result<(UserDetail, bool, Vec<session::Lost>), Failure> {
    let user = interrupt::unless_signalled(client.send(GetUser::new())).await?;
    let user = user.map_err(refused)?.user;
    let user = user.ok_or_else(|| Failure::new("the manager does not know the current user"))?;
    let how = How { replace: true, switch: true };
    let (contexts, context, session) = (contexts.clone(), context.clone(), client.session());
    let stored = crate::blocking(move || session::store(&contexts, context, session.as_ref(), how));
    let mut stored = pin!(stored);
    let (replaced, lost) = tokio::select! {
        stored = &mut stored => stored?,
        () = interrupt::signalled() => {
            // While it waits for the lock it sees the signal; with the lock it is about to end.
            tokio::time::timeout(WRITING, stored).await.unwrap_or_else(|_| {
                interrupt::check().map(|()| (false, Vec::new()))
            })?
        }
    };
    Ok((user, replaced, lost))
}

fn refused(error: backendai::Error) -> Failure {
    let help = if error.is_otp_required() {
        Some("give the one-time password by --otp")
    } else if error.is_otp_registration_required() {
        Some(
            "register a one-time password in the web interface at the same address, with --register-otp, \
             or with the token that --output json shows; then log in with --otp",
        )
    } else if error.is_password_expired() {
        Some(
            "change the password in the web interface, or give a new one by --new-password-file or in \
             BACKENDAI_NEW_PASSWORD",
        )
    } else {
        None
    };
    let failure = Failure::from(error).message("not logged in, and nothing was stored");
    match help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// The default name of a context: the host of its address, with the port if there is one.
fn host(config: &Config) -> String {
    let url = config.endpoints().first().map(backendai::Endpoint::url);
    let host = url.and_then(|url| url.host_str()).unwrap_or("manager");
    let port = url.and_then(|url| url.port()).map(|port| format!("-{port}")).unwrap_or_default();
    // An IPv6 address has brackets and colons.
    format!("{}{port}", host.trim_matches(['[', ']']).replace(':', "."))
        .trim_start_matches('.')
        .to_owned()
}
