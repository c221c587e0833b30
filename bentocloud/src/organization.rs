//! What belongs to an organisation besides deployments: bentos, models, secrets, API tokens.

mod secret;
mod token;

pub use secret::{Secret, SecretContent, SecretItem, SecretKind, Secrets};
pub use token::{ApiToken, ApiTokens, CreateApiToken};

use crate::{
    Client,
    error::Result,
    request::{self, Call},
    schema::{Bento, List, Model},
};

const BENTOS: &str = "/api/v1/bento_repositories";
const MODELS: &str = "/api/v1/model_repositories";

impl Client {
    /// Returns all bentos of the organisation whose tags contain `search`, newest first.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn bentos(&self, search: Option<&str>) -> Result<Vec<Bento>> {
        let call = || Call::get("/api/v1/bentos").query("search", search.map(str::to_owned));
        request::pages(&self.inner, || Ok(call())).await
    }

    /// Returns all models of the organisation whose tags contain `search`, newest first.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn models(&self, search: Option<&str>) -> Result<Vec<Model>> {
        let call = || Call::get("/api/v1/models").query("search", search.map(str::to_owned));
        request::pages(&self.inner, || Ok(call())).await
    }

    /// Returns the newest version of a bento. None if the server has none.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn latest_bento(&self, repository: &str) -> Result<Option<Bento>> {
        let call = Call::get(BENTOS).name(repository)?.part("bentos");
        let call = call.query("count", Some("1".to_owned()));
        let list: Option<List<Bento>> = request::maybe(&self.inner, call).await?;
        Ok(list.and_then(|list| list.items.into_iter().next()))
    }

    /// Returns a model by repository and version. None if there is none.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn model(&self, repository: &str, version: &str) -> Result<Option<Model>> {
        let call = Call::get(MODELS).name(repository)?.part("models").name(version)?;
        request::maybe(&self.inner, call).await
    }

    /// Returns the newest version of a model. None if the server has none.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn latest_model(&self, repository: &str) -> Result<Option<Model>> {
        let call = Call::get(MODELS).name(repository)?.part("models");
        let call = call.query("start", Some("0".to_owned())).query("count", Some("10".to_owned()));
        let list: Option<List<Model>> = request::maybe(&self.inner, call).await?;
        Ok(list.and_then(|list| list.items.into_iter().next()))
    }

    /// The calls about secrets.
    pub fn secrets(&self) -> Secrets<'_> {
        Secrets { client: &self.inner }
    }

    /// The calls about API tokens.
    pub fn api_tokens(&self) -> ApiTokens<'_> {
        ApiTokens { client: &self.inner }
    }
}
