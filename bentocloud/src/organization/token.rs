//! API tokens.

use std::fmt;

use reqwest::Method;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    DateTime,
    context::Token,
    error::Result,
    http::Inner,
    request::{self, Call},
    schema::{User, resource},
    time,
};

const PATH: &str = "/api/v1/api_tokens";

resource! {
    /// An API token, mostly without the token itself.
    pub struct ApiToken {
        /// The description.
        #[serde(default)]
        pub description: Option<String>,
        /// What it may be used for.
        #[serde(default)]
        pub scopes: Option<Vec<String>>,
        /// The account it acts for.
        #[serde(default)]
        pub user: Option<User>,
        /// When it stops working.
        #[serde(default, deserialize_with = "time::maybe")]
        pub expired_at: Option<DateTime>,
        /// When it was last used.
        #[serde(default, deserialize_with = "time::maybe")]
        pub last_used_at: Option<DateTime>,
        /// Whether it has stopped working.
        #[serde(default)]
        pub is_expired: bool,
        /// The token itself, in the answer to its creation only.
        #[serde(default, deserialize_with = "enclose")]
        pub token: Option<Token>,
    }
}

fn enclose<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Token>, D::Error> {
    let token = Option::<String>::deserialize(deserializer)?;
    Ok(token.filter(|token| !token.is_empty()).map(Token::from))
}

/// An API token to be created.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CreateApiToken {
    /// Its name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// What it may be used for, such as `api` or `read_organization`; by default what the server
    /// chooses.
    pub scopes: Option<Vec<String>>,
    /// When it stops working; never by default.
    pub expired_at: Option<DateTime>,
}

/// The calls about API tokens.
#[derive(Clone, Copy)]
pub struct ApiTokens<'a> {
    pub(super) client: &'a Inner,
}

impl ApiTokens<'_> {
    /// Returns all tokens whose names contain `search`.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn list(&self, search: Option<&str>) -> Result<Vec<ApiToken>> {
        let call = || match search {
            Some(search) => Call::get(PATH).query("search", Some(search.to_owned())),
            None => Call::get(PATH),
        };
        request::pages(self.client, || Ok(call())).await
    }

    /// Returns a token by its id.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) if there is none; all that every call
    /// can end in.
    pub async fn get(&self, uid: &str) -> Result<ApiToken> {
        let what = Some(format!("API token with UID '{uid}'"));
        request::must(self.client, Call::get(PATH).name(uid)?, what).await
    }

    /// Creates a token; the answer has the token itself.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn create(&self, token: &CreateApiToken) -> Result<ApiToken> {
        request::must(self.client, Call::new(Method::POST, PATH).json(token)?, None).await
    }

    /// Deletes a token, which stops working.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    pub async fn delete(&self, uid: &str) -> Result<()> {
        let call = Call::new(Method::DELETE, PATH).name(uid)?;
        request::done(self.client, call, format!("API token with UID '{uid}'")).await
    }
}

impl fmt::Debug for ApiTokens<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiTokens").finish_non_exhaustive()
    }
}
