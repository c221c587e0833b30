//! `backendai whoami`: shows the current user, the manager and the origin of each setting.

use std::time::Duration;

use backendai::{
    Config, EndpointType,
    admin::user::GetUser,
    config::{Endpoint, Field, Origin},
};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::{
    connect::{self, DEFAULT_RETRIES},
    context::{aligned, mask},
    global::{Global, SingleFormat},
    output::{self, Failure},
};

/// Queries the manager for the current user, and shows where each setting comes from.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai whoami
  backendai whoami --context prod --output json")]
pub(crate) struct Whoami {}

impl Whoami {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        let client = connect::client(global)?;
        let server = client.negotiate().await?;
        let user = client.send(GetUser::new()).await.map_err(|error| {
            Failure::from(error).message("the current user cannot be determined")
        })?;
        let user = user.user;
        let of_user = |text: fn(&backendai::admin::user::UserDetail) -> Option<String>| {
            user.as_ref().and_then(text).unwrap_or_else(|| "unknown".to_owned())
        };
        let session = client.session();
        let account = session.as_ref().and_then(backendai::Session::account);
        let found = [
            ("user", of_user(|user| Some(user.email.clone()))),
            ("role", of_user(|user| user.role.clone())),
            ("user domain", of_user(|user| user.domain_name.clone())),
            ("manager", server.manager().to_owned()),
            ("API version", server.negotiated().to_string()),
        ];
        let settings = settings(client.config(), global, account.map(|it| it.access_key.as_str()));
        match form {
            SingleFormat::Text => {
                let found = found.map(|(name, text)| [name.to_owned(), text, String::new()]);
                let settings = settings
                    .into_iter()
                    .map(|(name, text, from)| [name, text, format!("({from})")]);
                aligned(&found.into_iter().chain(settings).collect::<Vec<_>>())
            }
            SingleFormat::Json => {
                let key = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
                let mut all: Map<String, Value> =
                    found.map(|(name, text)| (key(name), text.into())).into_iter().collect();
                let settings = settings
                    .into_iter()
                    .map(|(name, text, from)| (key(&name), json!({ "value": text, "from": from })));
                all.insert("settings".to_owned(), settings.collect::<Map<_, _>>().into());
                output::json(&all)
            }
        }
    }
}

/// The settings of the configuration: name, value, and where it comes from.
fn settings(
    config: &Config,
    global: &Global,
    of_session: Option<&str>,
) -> Vec<(String, String, String)> {
    let endpoints: Vec<String> = config.endpoints().iter().map(ToString::to_string).collect();
    let key = config.credential().keys().map(|keys| mask(keys.access_key()));
    let limit = |limit: Option<Duration>| match limit {
        Some(limit) => format!("{} s", limit.as_secs_f64()),
        None => "none".to_owned(),
    };
    let mut settings = vec![
        (Field::Endpoint, endpoints.join(",")),
        (Field::EndpointType, config.endpoint_type().to_string()),
    ];
    settings.extend(key.map(|key| (Field::AccessKey, key)));
    settings
        .extend(config.session_file().map(|path| (Field::SessionFile, path.display().to_string())));
    settings.extend([
        (Field::Domain, config.domain().to_owned()),
        (Field::Group, config.group().to_owned()),
        (Field::ConnectTimeout, limit(config.connect_timeout())),
        (Field::ReadTimeout, limit(config.read_timeout())),
    ]);
    let origin = |field: Field| match config.origin(field) {
        // The only values that this command sets itself.
        Origin::Explicit => "--request-timeout".to_owned(),
        origin => origin.to_string(),
    };
    let mut settings: Vec<_> = settings
        .into_iter()
        .map(|(field, text)| (field.to_string(), text, origin(field)))
        .collect();
    let (retries, from) = match global.retry {
        Some(retries) => (retries, "--retry"),
        None => (DEFAULT_RETRIES, "default"),
    };
    settings.push(("retries".to_owned(), retries.to_string(), from.to_owned()));
    settings.push(tls(config, origin));
    let proxy = config.endpoints().iter().find_map(|endpoint| config.proxy(endpoint));
    settings.push(match proxy.as_deref().and_then(|proxy| proxy.rsplit_once(" of ")) {
        Some((address, variable)) => ("proxy".to_owned(), address.to_owned(), variable.to_owned()),
        None => ("proxy".to_owned(), "none".to_owned(), "default".to_owned()),
    });
    if let (EndpointType::Session, Some(key)) = (config.endpoint_type(), of_session) {
        settings.push((Field::AccessKey.to_string(), mask(key), "the login's session".to_owned()));
    }
    settings
}

/// How the certificate of the server is verified.
fn tls(config: &Config, origin: impl Fn(Field) -> String) -> (String, String, String) {
    let is_https = |endpoint: &Endpoint| endpoint.url().scheme() == "https";
    let (text, from) = if !config.endpoints().iter().any(is_https) {
        ("not used", origin(Field::Endpoint))
    } else if config.skip_tls_verification() {
        ("any certificate is accepted", origin(Field::SkipTlsVerification))
    } else if config.ca_certificates().next().is_some() {
        ("verified by the system's and own authorities", origin(Field::CaCertificates))
    } else {
        ("verified by the system's authorities", origin(Field::CaCertificates))
    };
    ("TLS".to_owned(), text.to_owned(), from)
}
