//! Secrets.

use std::fmt;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    context::Token,
    error::Result,
    http::Inner,
    request::{self, Call},
    schema::resource,
};

const PATH: &str = "/api/v1/org_secrets";

resource! {
    /// A secret. Servers may leave the values out.
    pub struct Secret {
        /// The description.
        #[serde(default)]
        pub description: Option<String>,
        /// What is in it.
        pub content: SecretContent,
    }
}

/// What is in a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretContent {
    /// How services see it.
    #[serde(rename = "type")]
    pub kind: SecretKind,
    /// Its keys with their values.
    pub items: Vec<SecretItem>,
    /// The folder into which files are mounted.
    #[serde(default)]
    pub path: Option<String>,
    /// When it is there: `runtime`, `build` or `all`.
    #[serde(default)]
    pub stage: Option<String>,
}

/// How services see a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretKind {
    /// As environment variables.
    Env,
    /// As files.
    MountFile,
}

/// A key with its value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretItem {
    /// The variable, or the name of the file.
    pub key: String,
    /// The folder of the file below that of the secret.
    #[serde(default)]
    pub sub_path: Option<String>,
    /// The value.
    #[serde(default, serialize_with = "expose", deserialize_with = "enclose")]
    pub value: Token,
}

fn expose<S: serde::Serializer>(value: &Token, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.expose())
}

fn enclose<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Token, D::Error> {
    let value = Option::<String>::deserialize(deserializer)?;
    Ok(value.unwrap_or_default().into())
}

impl fmt::Debug for SecretItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, sub_path) = (&self.key, &self.sub_path);
        f.debug_struct("SecretItem")
            .field("key", key)
            .field("sub_path", sub_path)
            .finish_non_exhaustive()
    }
}

impl SecretItem {
    /// A key with its value.
    pub fn new(key: impl Into<String>, value: impl Into<Token>) -> Self {
        Self { key: key.into(), sub_path: None, value: value.into() }
    }
}

/// The calls about secrets. `cluster` is always optional.
#[derive(Clone, Copy)]
pub struct Secrets<'a> {
    pub(super) client: &'a Inner,
}

impl Secrets<'_> {
    /// Returns all secrets whose names contain `search`.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn list(&self, search: Option<&str>) -> Result<Vec<Secret>> {
        let call = || {
            Call::get(PATH)
                .query("q", None)
                .query("search", search.map(str::to_owned))
                .query("all", Some("true".to_owned()))
        };
        request::pages(self.client, || Ok(call())).await
    }

    /// Returns a secret.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) if there is none; all that every call
    /// can end in.
    pub async fn get(&self, name: &str, cluster: Option<&str>) -> Result<Secret> {
        self.named(Call::get(PATH).name(name)?, name, cluster).await
    }

    /// Creates a secret.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn create(
        &self,
        name: &str,
        content: &SecretContent,
        description: Option<&str>,
        cluster: Option<&str>,
    ) -> Result<Secret> {
        let body = json!({"name": name, "content": content, "description": description});
        let call = clustered(Call::new(Method::POST, PATH), cluster).json(&body)?;
        request::must(self.client, call, None).await
    }

    /// Replaces all that is in a secret.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    pub async fn update(
        &self,
        name: &str,
        content: &SecretContent,
        description: Option<&str>,
        cluster: Option<&str>,
    ) -> Result<Secret> {
        let body = json!({"content": content, "description": description});
        self.named(Call::new(Method::PATCH, PATH).name(name)?.json(&body)?, name, cluster).await
    }

    /// Deletes a secret.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    pub async fn delete(&self, name: &str, cluster: Option<&str>) -> Result<()> {
        let call = clustered(Call::new(Method::DELETE, PATH).name(name)?, cluster);
        request::done(self.client, call, format!("Secret {name}")).await
    }

    async fn named(&self, call: Call<'_>, name: &str, cluster: Option<&str>) -> Result<Secret> {
        let what = Some(format!("Secret {name}"));
        request::must(self.client, clustered(call, cluster), what).await
    }
}

fn clustered<'a>(call: Call<'a>, cluster: Option<&str>) -> Call<'a> {
    match cluster {
        Some(cluster) => call.query("cluster", Some(cluster.to_owned())),
        None => call,
    }
}

impl fmt::Debug for Secrets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}
