//! `backendai bento secret` and `backendai bento api-token`.

use std::fs;

use bentocloud::{
    ApiToken, CreateApiToken, DateTime, Error, Secret, SecretContent, SecretItem, SecretKind,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{
    Session,
    deployment::pair,
    show::{self, Object, object},
};
use crate::{global::Global, output::Failure};

#[derive(Debug, Subcommand)]
pub(super) enum SecretVerb {
    /// List secrets, without their values.
    List {
        /// Only those whose name contains this.
        #[arg(long)]
        search: Option<String>,
    },
    /// Create a secret.
    #[command(after_help = "Example:
  backendai bento secret create keys HF_TOKEN=@token.txt")]
    Create(SecretArguments),
    /// Replace the contents of a secret.
    Apply(SecretArguments),
    /// Delete a secret.
    Delete {
        /// The secret.
        name: String,
        /// Its cluster.
        #[arg(long)]
        cluster: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(super) struct SecretArguments {
    /// The secret.
    name: String,
    /// Keys with their values; `KEY=@FILE` reads the value from a file, which hides it from other users
    /// of this machine.
    #[arg(required = true, value_name = "KEY=VALUE", value_parser = pair)]
    items: Vec<(String, String)>,
    /// How it is provided to services.
    #[arg(short = 't', long = "type", default_value = "env")]
    kind: SecretType,
    /// The folder into which files are mounted.
    #[arg(short, long, default_value_if("kind", "file", "$BENTOML_HOME"))]
    path: Option<String>,
    /// When it is available: runtime, build or all.
    #[arg(short, long, default_value = "runtime")]
    stage: String,
    /// A description.
    #[arg(short, long)]
    description: Option<String>,
    /// Its cluster.
    #[arg(long)]
    cluster: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SecretType {
    Env,
    File,
}

impl SecretArguments {
    fn content(&self) -> Result<SecretContent, Failure> {
        let item = |(key, value): &(String, String)| {
            let value = match value.strip_prefix('@') {
                Some(path) => fs::read_to_string(path).map_err(|error| {
                    Failure::new(format!("cannot read {path}")).cause(error.to_string())
                })?,
                None => value.clone(),
            };
            Ok(SecretItem::new(key, value))
        };
        let items: Result<_, Failure> = self.items.iter().map(item).collect();
        let kind = match self.kind {
            SecretType::Env => SecretKind::Env,
            SecretType::File => SecretKind::MountFile,
        };
        let (path, stage) = (self.path.clone(), Some(self.stage.clone()));
        Ok(SecretContent { kind, items: items?, path, stage })
    }
}

impl SecretVerb {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::List { .. } => "list",
            Self::Create(_) => "create",
            Self::Apply(_) => "apply",
            Self::Delete { .. } => "delete",
        }
    }

    pub(super) async fn run(self, global: &Global, session: &Session) -> Result<(), Failure> {
        let verb = self.name();
        let failed = |error: Error| Failure::of("bento secret", verb, &error);
        let client = session.client().map_err(failed)?;
        let secrets = client.secrets();
        match self {
            Self::List { search } => {
                let all = secrets.list(search.as_deref()).await.map_err(failed)?;
                let columns = ["name", "type", "keys", "path", "stage", "created"];
                show::rows(global, &columns, all.iter().map(secret).collect())
            }
            Self::Create(secret) => {
                let (content, description) = (secret.content()?, secret.description.as_deref());
                let made =
                    secrets.create(&secret.name, &content, description, secret.cluster.as_deref());
                let made = made.await.map_err(failed)?;
                let line = format!("Secret {} created successfully", made.name);
                show::done(global, &line, &self::secret(&made))
            }
            Self::Apply(secret) => {
                let (content, description) = (secret.content()?, secret.description.as_deref());
                let made =
                    secrets.update(&secret.name, &content, description, secret.cluster.as_deref());
                let made = made.await.map_err(failed)?;
                let line = format!("Secret {} applied successfully", made.name);
                show::done(global, &line, &self::secret(&made))
            }
            Self::Delete { name, cluster } => {
                secrets.delete(&name, cluster.as_deref()).await.map_err(failed)?;
                let line = format!("Secret {name} deleted successfully");
                show::done(global, &line, &object([("deleted", json!(name))]))
            }
        }
    }
}

/// A secret without its values.
fn secret(secret: &Secret) -> Object {
    let kind = match secret.content.kind {
        SecretKind::Env => "env",
        SecretKind::MountFile => "mountfile",
    };
    let keys: Vec<_> = secret.content.items.iter().map(|item| item.key.as_str()).collect();
    object([
        ("name", json!(secret.name)),
        ("type", json!(kind)),
        ("keys", json!(keys)),
        ("path", json!(secret.content.path)),
        ("stage", json!(secret.content.stage)),
        ("created", json!(secret.created_at)),
    ])
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenVerb {
    /// List API tokens.
    List {
        /// Only those whose name contains this.
        #[arg(long)]
        search: Option<String>,
    },
    /// Show an API token.
    Get {
        /// Its id.
        uid: String,
    },
    /// Create an API token and print it; it is shown only once.
    #[command(after_help = "Example:
  backendai bento api-token create ci --scope api --expires 30d --output json")]
    Create {
        /// Its name.
        name: String,
        /// A description.
        #[arg(short, long)]
        description: Option<String>,
        /// Its permissions; can be given more than once.
        #[arg(short, long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// When it expires: after `30d`, `1w` or `24h`, or at a date in UTC.
        #[arg(short, long, value_parser = expiry)]
        expires: Option<DateTime>,
    },
    /// Delete an API token, which revokes it.
    Delete {
        /// Its id.
        uid: String,
    },
}

fn expiry(text: &str) -> Result<DateTime, String> {
    let hours = |unit: &str| match unit {
        "h" => Some(1),
        "d" => Some(24),
        "w" => Some(7 * 24),
        _ => None,
    };
    let split = text.len().saturating_sub(1);
    if let Some((number, unit)) = text.split_at_checked(split)
        && let (Ok(number), Some(hours)) = (number.parse::<i64>(), hours(unit))
    {
        let span = jiff::SignedDuration::from_hours(number.saturating_mul(hours));
        let end = jiff::Timestamp::now().checked_add(span).ok();
        let end = end.and_then(|end| DateTime::from_unix_micros(end.as_microsecond()));
        return end.ok_or_else(|| "it is too far in the future".to_owned());
    }
    let date = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    date.parse().map_err(|_| "it must be a duration such as 30d, 1w or 24h, or a date".to_owned())
}

impl TokenVerb {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::List { .. } => "list",
            Self::Get { .. } => "get",
            Self::Create { .. } => "create",
            Self::Delete { .. } => "delete",
        }
    }

    pub(super) async fn run(self, global: &Global, session: &Session) -> Result<(), Failure> {
        let verb = self.name();
        let failed = |error: Error| Failure::of("bento api-token", verb, &error);
        let client = session.client().map_err(failed)?;
        let tokens = client.api_tokens();
        match self {
            Self::List { search } => {
                let all = tokens.list(search.as_deref()).await.map_err(failed)?;
                let columns = ["name", "uid", "created", "expires", "last_used", "scopes"];
                show::rows(global, &columns, all.iter().map(token).collect())
            }
            Self::Get { uid } => {
                show::one(global, &token(&tokens.get(&uid).await.map_err(failed)?))
            }
            Self::Create { name, description, scopes, expires } => {
                let scopes = (!scopes.is_empty()).then_some(scopes);
                let wanted = CreateApiToken { name, description, scopes, expired_at: expires };
                let made = tokens.create(&wanted).await.map_err(failed)?;
                let mut shown = token(&made);
                let value = made.token.as_ref().map(|token| token.expose());
                shown.insert("token".to_owned(), json!(value));
                let line = format!(
                    "{}\n\nToken {} created successfully; its value is not shown again\n  UID: {}",
                    value.unwrap_or_default(),
                    made.name,
                    made.uid
                );
                show::done(global, &line, &shown)
            }
            Self::Delete { uid } => {
                tokens.delete(&uid).await.map_err(failed)?;
                let line = format!("API token {uid} deleted successfully");
                show::done(global, &line, &object([("deleted", json!(uid))]))
            }
        }
    }
}

fn token(token: &ApiToken) -> Object {
    object([
        ("name", json!(token.name)),
        ("uid", json!(token.uid)),
        ("description", json!(token.description)),
        ("created", json!(token.created_at)),
        ("expires", json!(token.expired_at)),
        ("last_used", json!(token.last_used_at)),
        ("scopes", json!(token.scopes)),
    ])
}
