//! `backendai whoami`: shows the current user, the manager and the origin of each setting.

use backendai::{Config, EndpointType, admin::user::GetUser, config::Field};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::{
    connect,
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
        let settings = settings(client.config(), account.map(|it| it.access_key.as_str()));
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
fn settings(config: &Config, of_session: Option<&str>) -> Vec<(String, String, String)> {
    let endpoints: Vec<String> = config.endpoints().iter().map(ToString::to_string).collect();
    let key = config.credential().keys().map(|keys| mask(keys.access_key()));
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
    ]);
    if config.skip_tls_verification() {
        settings.push((Field::SkipTlsVerification, "yes".to_owned()));
    }
    let shown = |(field, text): (Field, String)| {
        (field.to_string(), text, config.origin(field).to_string())
    };
    let mut settings: Vec<_> = settings.into_iter().map(shown).collect();
    if let (EndpointType::Session, Some(key)) = (config.endpoint_type(), of_session) {
        settings.push((Field::AccessKey.to_string(), mask(key), "the login's session".to_owned()));
    }
    settings
}
