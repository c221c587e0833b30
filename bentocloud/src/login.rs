//! Logging in: prove the token, then store it.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::Deserialize;
use url::Url;

use crate::{
    Client, Contexts, Saved,
    client::{ClientBuilder, parse_endpoint},
    context::{Context, Token, without_password},
    error::{Error, Kind, Result},
    http::{Inner, Settings},
    request::{self, Call},
    schema::{Organization, User},
};

/// The pause between two requests for the confirmation of a code.
pub const POLL: Duration = Duration::from_secs(1);

/// A successful login.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Login {
    /// What was stored.
    pub context: Context,
    /// Whether that overrode a context of the same name.
    pub saved: Saved,
    /// The token's user.
    pub user: User,
    /// Where the user works.
    pub organization: Organization,
}

impl Contexts {
    /// Verifies the token with the server, and only then stores it, with the e-mail address. It
    /// is stored as `name`, or as [`name_for_login`](Self::name_for_login) returns. The current
    /// context does not change.
    ///
    /// # Errors
    ///
    /// [`Error::is_unauthorized`] for a wrong token; [`Error::is_not_found`] if the server knows
    /// no user or organisation for it; [`Error::is_file`] if the file cannot be read or written.
    /// The file is unchanged then.
    pub async fn login(&self, client: ClientBuilder, name: Option<&str>) -> Result<Login> {
        let (endpoint, token) = client.credentials();
        let client = client.build()?;
        let (user, organization) = identity(&client).await?;
        let mut context = Context::new(self.name_for_login(name)?, endpoint, token);
        context.email = Some(user.email.clone());
        let saved = self.save(context.clone())?;
        Ok(Login { context, saved, user, organization })
    }

    /// The e-mail address of a context's user: the stored one, or the server's, which is then
    /// stored. For a context from the environment nothing is stored.
    ///
    /// # Errors
    ///
    /// `Unable to get current user from yatai server` (code 500) if the server knows none; all
    /// that every call can end in; the file cannot be written.
    pub async fn email(&self, context: &Context) -> Result<String> {
        if let Some(email) = &context.email {
            return Ok(email.clone());
        }
        let email = Client::from_context(context)?.email().await?;
        if !context.is_from_environment() {
            self.save(Context { email: Some(email.clone()), ..context.clone() })?;
        }
        Ok(email)
    }
}

async fn identity(client: &Client) -> Result<(User, Organization)> {
    let missing = |what| Error::from(Kind::LoginNotFound { what });
    let user = client.current_user().await?.ok_or_else(|| missing("user"))?;
    let organization = client.current_organization().await?;
    Ok((user, organization.ok_or_else(|| missing("organization"))?))
}

/// A login in a web browser: the server gives a code, a person confirms it, and the server gives
/// a token for it.
///
/// ```no_run
/// # async fn example() -> bentocloud::Result<()> {
/// use bentocloud::{BrowserLogin, Client, Contexts, DEFAULT_ENDPOINT};
///
/// let login = BrowserLogin::begin(DEFAULT_ENDPOINT).await?;
/// println!("Open {} yourself", login.url());
/// let token = login.wait(bentocloud::POLL).await?;
/// Contexts::from_env()?.login(Client::builder(login.endpoint(), token), None).await?;
/// # Ok(())
/// # }
/// ```
pub struct BrowserLogin {
    inner: Inner,
    /// Without a slash at the end: this is what gets stored.
    typed: String,
    code: String,
}

impl BrowserLogin {
    /// Gets a code from the server.
    ///
    /// # Errors
    ///
    /// The endpoint is no HTTP address; all that every call can end in.
    pub async fn begin(endpoint: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Code {
            code: String,
        }
        let typed = endpoint.trim().trim_end_matches('/').to_owned();
        let endpoint = parse_endpoint(&typed)?;
        let timeout = Duration::from_secs(5);
        let inner = Inner {
            http: Settings::default().build(timeout, true, endpoint.scheme())?,
            // There is no token yet.
            headers: HeaderMap::new(),
            endpoint,
            timeout,
            attempts: 3,
            pause: Duration::from_millis(250),
        };
        let Code { code } = request::must(&inner, Call::get("/api/v1/auth/code"), None).await?;
        Ok(Self { inner, typed, code })
    }

    /// The endpoint as it will be stored: without a slash at the end.
    pub fn endpoint(&self) -> &str {
        &self.typed
    }

    /// The page on which a person confirms the code.
    pub fn url(&self) -> Url {
        let mut url = self.inner.endpoint.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("api_tokens");
        }
        url.query_pairs_mut().append_pair("code", &self.code);
        url
    }

    /// Requests the confirmation every `pause`, for ever. Drop the future to give up.
    /// An error status means "not yet"; so does a network that is away for a moment.
    ///
    /// # Errors
    ///
    /// The server's success is not one that this client understands.
    pub async fn wait(&self, pause: Duration) -> Result<Token> {
        loop {
            match self.poll().await {
                Ok(Some(token)) => return Ok(token),
                Ok(None) => {}
                Err(error) if error.status().is_some() || error.is_network() => {
                    tracing::debug!(%error, "not yet");
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn poll(&self) -> Result<Option<Token>> {
        #[derive(Deserialize)]
        struct Confirmed {
            token: String,
        }
        let call = Call::get("/api/v1/auth/token").query("code", Some(self.code.clone()));
        let confirmed: Option<Confirmed> = request::maybe(&self.inner, call).await?;
        Ok(confirmed.map(|confirmed| Token::from(confirmed.token)))
    }
}

impl std::fmt::Debug for BrowserLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The code is worth a token once it is confirmed.
        f.debug_struct("BrowserLogin")
            .field("endpoint", &without_password(&self.typed))
            .finish_non_exhaustive()
    }
}
