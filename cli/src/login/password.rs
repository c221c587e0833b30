//! A login by password, with the steps that the manager may require before it.

use std::path::PathBuf;

use backendai::{
    Client, Error,
    credential::{ExposeSecret as _, SecretString},
};
use clap::Args;

use serde_json::json;

use super::{browser, refused};
use crate::{
    context::settings,
    global::SingleFormat,
    interrupt::Section,
    output::{self, Failure, err, out},
    prompt,
};

/// How often a new password or a code is prompted for.
const ATTEMPTS: usize = 3;

/// The options of a login by password.
#[derive(Args, Debug)]
pub(super) struct ByPassword {
    /// E-mail address, where the endpoint is of type `session`.
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    /// Read the password from the standard input.
    #[arg(long)]
    password_stdin: bool,
    /// Read a token (`sToken`) from the standard input, with which a single sign-on leads back to the web
    /// interface, in place of an e-mail address and a password.
    #[arg(long, conflicts_with_all = ["user", "password_stdin"])]
    token_stdin: bool,
    /// Log in with a web browser, where the manager has its plugin for OpenID Connect.
    #[arg(long, conflicts_with_all = ["user", "password_stdin", "token_stdin"])]
    browser: bool,
    /// Replace an expired password by the one in this file. BACKENDAI_NEW_PASSWORD sets it too.
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
    /// One-time password; prompted for if the server requires it.
    #[arg(long, value_name = "CODE")]
    otp: Option<String>,
    /// Print the key of one-time passwords, for a user who must register one; the next login with --otp
    /// completes it.
    #[arg(long, conflicts_with = "otp")]
    register_otp: bool,
    /// End the oldest sessions if the manager's limit of sessions is reached.
    #[arg(long)]
    force: bool,
}

/// The steps that were taken; each is taken once.
#[derive(Default)]
struct Steps {
    otp: Option<SecretString>,
    changed: bool,
    registered: bool,
}

impl ByPassword {
    /// Whether an option is given that only a webserver takes.
    pub(super) const fn is_given(&self) -> bool {
        self.user.is_some() || self.password_stdin || self.token_stdin || self.browser
    }

    /// Logs in with what the options name or, at a terminal, with what it prompts for.
    /// The new session has no file yet: no signal stops the command before the section is closed.
    pub(super) async fn run(
        &self,
        client: &Client,
        form: SingleFormat,
    ) -> Result<Section, Failure> {
        if self.token_stdin || self.browser {
            let token = match self.browser {
                true => browser::token(client).await?,
                false => settings::secret(true, None, "Token", "").await?,
            };
            let section = Section::open()?;
            let login = client.login_by_token(token).force(self.force);
            return login.await.map(|_| section).map_err(|error| self.refused(error));
        }
        let (email, password) = self.account().await?;
        self.log_in(client, &email, password, form).await
    }

    /// Reads the e-mail address and the password.
    async fn account(&self) -> Result<(String, SecretString), Failure> {
        let email = match &self.user {
            Some(email) => email.clone(),
            None => prompt::email().await?,
        };
        if email.trim().is_empty() {
            return Err(Failure::argument("the e-mail address is empty").help("give it by --user"));
        }
        let password = settings::secret(
            self.password_stdin,
            std::env::var("BACKENDAI_PASSWORD").ok().map(SecretString::from),
            "Password",
            "give it by --password-stdin or in BACKENDAI_PASSWORD",
        )
        .await?;
        if password.expose_secret().is_empty() {
            // It would count as a failed attempt.
            return Err(Failure::argument("the password is empty; nothing was sent"));
        }
        Ok((email, password))
    }

    /// Logs in. Replaces an expired password, registers a one-time password and prompts for one where
    /// the manager requires it.
    async fn log_in(
        &self,
        client: &Client,
        email: &str,
        mut password: SecretString,
        form: SingleFormat,
    ) -> Result<Section, Failure> {
        let otp = self.otp.clone().map(SecretString::from);
        let mut steps = Steps { otp, ..Steps::default() };
        loop {
            let section = Section::open()?;
            let login = client.login(email, password.clone()).force(self.force);
            let answer = match steps.otp.clone() {
                Some(code) => login.otp(code).await,
                None => login.await,
            };
            let Err(error) = answer else { return Ok(section) };
            drop(section);
            if error.is_password_expired() && !steps.changed {
                password = self.change_password(client, email, &password, error).await?;
                steps.changed = true;
            } else if let Some(token) = error.otp_registration_token().cloned()
                && !steps.registered
            {
                steps.otp = Some(self.register(client, token, error, form).await?);
                steps.registered = true;
            } else if error.is_otp_required() && steps.otp.is_none() && prompt::is_interactive() {
                steps.otp = Some(prompt::secret("One-time password").await?.into());
            } else {
                return Err(self.refused(error));
            }
        }
    }

    fn refused(&self, error: Error) -> Failure {
        let limit = error.is_session_limit() && !self.force;
        let failure = refused(error);
        match limit {
            true => failure
                .help("log out elsewhere, or log in with --force, which ends the oldest session"),
            false => failure,
        }
    }

    /// Replaces the expired password, and returns the new one.
    async fn change_password(
        &self,
        client: &Client,
        email: &str,
        current: &SecretString,
        expired: Error,
    ) -> Result<SecretString, Failure> {
        let change = async |new: &SecretString| {
            client.change_expired_password(email, current.clone(), new.clone()).await
        };
        if let Some(new) = self.new_password()? {
            change(&new).await.map_err(not_changed)?;
            return Ok(new);
        }
        if !prompt::is_interactive() {
            return Err(refused(expired));
        }
        err("The password has expired.");
        for attempt in 1.. {
            let new = SecretString::from(prompt::new_secret("New password").await?);
            match change(&new).await {
                Ok(()) => {
                    err("The password was changed.");
                    return Ok(new);
                }
                Err(error) if attempt < ATTEMPTS => {
                    err(format!("Not changed: {}", error.summary()))
                }
                Err(error) => return Err(not_changed(error)),
            }
        }
        Err(refused(expired))
    }

    /// The new password of the options.
    fn new_password(&self) -> Result<Option<SecretString>, Failure> {
        let Some(path) = &self.new_password_file else {
            return Ok(std::env::var("BACKENDAI_NEW_PASSWORD").ok().map(SecretString::from));
        };
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(format!("{} cannot be read", path.display())).cause(error.to_string())
        })?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).into()))
    }

    /// Registers a one-time password, and returns its first code.
    async fn register(
        &self,
        client: &Client,
        token: SecretString,
        refusal: Error,
        form: SingleFormat,
    ) -> Result<SecretString, Failure> {
        if let Some(code) = self.otp.clone().map(SecretString::from) {
            let activated = client.activate_otp(token, code.clone()).await;
            return activated.map(|()| code).map_err(|error| {
                not_registered(error).help(
                    "register a one-time password with --register-otp, and give a code of the key that it \
                     prints",
                )
            });
        }
        if !self.register_otp && !prompt::is_interactive() {
            return Err(refused(refusal));
        }
        let key = client.register_otp(token.clone()).await.map_err(not_registered)?;
        let (text, address) = (key.key().expose_secret(), key.uri().expose_secret());
        if !prompt::is_interactive() {
            match form {
                SingleFormat::Json => {
                    output::json(&json!({ "otp_key": text, "otp_address": address }))?;
                }
                SingleFormat::Text => {
                    out(format!("key      {text}"))?;
                    out(format!("address  {address}"))?;
                }
            }
            return Err(Failure::silent_exit(
                "not logged in: enter the key in an authenticator app, and log in again with a code of \
                 the app as --otp",
            ));
        }
        err("A one-time password is required. Enter this key in an authenticator app:");
        err(format!("key      {text}"));
        err(format!("address  {address}"));
        for attempt in 1.. {
            let code = SecretString::from(prompt::secret("One-time password").await?);
            match client.activate_otp(token.clone(), code.clone()).await {
                Ok(()) => {
                    err("The one-time password was registered.");
                    return Ok(code);
                }
                Err(error) if attempt < ATTEMPTS => {
                    err(format!("Not registered: {}", error.summary()))
                }
                Err(error) => return Err(not_registered(error)),
            }
        }
        Err(refused(refusal))
    }
}

fn not_changed(error: Error) -> Failure {
    Failure::from(error)
        .message("not logged in: the expired password was not changed")
        .help("give another new password, which keeps the manager's rules")
}

fn not_registered(error: Error) -> Failure {
    Failure::from(error)
        .message("not logged in: the one-time password was not registered")
        .help("log in again, and give a code that the app shows at that time")
}
