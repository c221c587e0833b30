//! `backendai bento login`.

use bentocloud::{
    BrowserLogin, Client, DEFAULT_ENDPOINT, Error, POLL, Token, env, without_password,
};
use clap::Args;

use super::{Patience, Session, warn_if_env_wins};
use crate::{
    output::{Failure, err, out},
    prompt,
};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai bento login
  BENTO_CLOUD_API_KEY=… backendai bento login --context stage --switch")]
pub(super) struct Login {
    #[arg(long, help = format!(
        "BentoCloud or Yatai address [env: {}] [default: {DEFAULT_ENDPOINT}]", env::API_ENDPOINT
    ))]
    endpoint: Option<String>,
    #[arg(long, help = format!(
        "API token. Other users of this machine can see it here; prefer the variable [env: {}]",
        env::API_KEY
    ))]
    api_token: Option<String>,
    /// Make it the current context, too.
    #[arg(long)]
    switch: bool,
    #[command(flatten)]
    patience: Patience,
}

/// The question where no token is given.
const QUESTION: &str = "How would you like to authenticate";
const ANSWERS: [&str; 2] =
    ["Create a new API token with a web browser", "Paste an existing API token"];

pub(super) async fn run(session: &Session, login: Login) -> Result<(), Failure> {
    let failed = |error: Error| Failure::of("bento", "login", &error);
    let variables = session.contexts.env();
    // An empty variable or token counts as absent; an empty endpoint is an error.
    let variable = |name| Ok(variables.get(name)?.filter(|value| !value.is_empty()));
    let endpoint = match login.endpoint.as_deref() {
        Some(endpoint) => endpoint,
        None => variable(env::API_ENDPOINT).map_err(failed)?.unwrap_or(DEFAULT_ENDPOINT),
    };
    let token = match login.api_token.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => Some(token),
        None => variable(env::API_KEY).map_err(failed)?,
    };
    let (endpoint, token) = match token {
        Some(token) => (endpoint.to_owned(), Token::from(token)),
        None => ask(endpoint).await?,
    };

    let client = Client::builder(&endpoint, token).timeout(session.timeout(login.patience));
    let login_as = session.context.as_deref();
    let done = session.contexts.login(client, login_as).await;
    let done = done.map_err(|error| refused(&error, &endpoint))?;

    let name = &done.context.name;
    if let Some(warning) = done.saved.warning(name) {
        session.hint(format!("WARNING: {warning}"));
    }
    if login.switch {
        session.contexts.set_current(name).map_err(failed)?;
    }
    let is_current = session.contexts.read().map_err(failed)?.current_name() == name;
    let what = if is_current { "current-context" } else { "context" };
    out(format!("✅ Configured BentoCloud credentials ({what}: {name})"))?;
    out(format!("✅ Logged in as {} at {} organization", done.user.email, done.organization.name))?;
    if !is_current {
        let quoted =
            match name.contains(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))) {
                true => format!("'{}'", name.replace('\'', "'\\''")),
                false => name.clone(),
            };
        session.hint(format!(
            "👉 It is not the current context. Run `backendai bento update-current-context \
             {quoted}` to make it so."
        ));
    }
    warn_if_env_wins(session);
    Ok(())
}

fn refused(error: &Error, endpoint: &str) -> Failure {
    let page = format!("{}/api_tokens", without_password(endpoint).trim_end_matches('/'));
    match error.status() {
        Some(401) => {
            Failure::plain(format!("🚨 Error validating token: HTTP 401: Bad credentials ({page})"))
        }
        Some(status) => {
            let body = error.body().map(str::trim).filter(|body| status >= 400 && !body.is_empty());
            let body = body.map(|body| format!(": {}", body.chars().take(500).collect::<String>()));
            let body = body.unwrap_or_default();
            Failure::plain(format!("🚨 Error validating token: HTTP {status}{body}"))
        }
        None => Failure::of("bento", "login", error),
    }
}

/// Prompts for a token, and returns it with the endpoint to store.
async fn ask(endpoint: &str) -> Result<(String, Token), Failure> {
    if !prompt::is_interactive() {
        return Err(Failure::plain(format!(
            "Error: [bento] `login` failed: the API token is missing and the terminal is not interactive: \
             set {} or give --api-token",
            env::API_KEY
        )));
    }
    if prompt::choose(QUESTION, &ANSWERS).await? == 0 {
        return browse(endpoint).await;
    }
    let token = prompt::secret("🔑 Paste your API token").await?;
    Ok((endpoint.to_owned(), Token::from(token)))
}

async fn browse(endpoint: &str) -> Result<(String, Token), Failure> {
    let failed = |error: Error| match error.status() {
        Some(_) => Failure::plain(format!("🚨 Error fetching auth code: {error}")),
        None => Failure::of("bento", "login", &error),
    };
    let login = BrowserLogin::begin(endpoint).await.map_err(failed)?;
    let url = login.url();
    let shown = without_password(url.as_str());
    let question = format!("Would you like to open {shown} in your browser?");
    if !prompt::confirm(question, true).await? {
        out(format!("👉 Open {shown} yourself..."))?;
    } else if webbrowser::open(url.as_str()).is_ok() {
        out(format!("✅ Opened {shown} in your web browser."))?;
    } else {
        err(format!("🚨 Failed to open browser. Try creating a new API token at {shown} yourself"));
    }
    out("⌛ Waiting for authentication...")?;
    let token = login.wait(POLL).await.map_err(failed)?;
    Ok((login.endpoint().to_owned(), token))
}
