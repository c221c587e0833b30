//! The options that say what is in a context.

use std::path::PathBuf;

use backendai::{
    config::{Field, Problem},
    context::Context,
    credential::SecretString,
};
use clap::Args;

use crate::{
    output::{Code, Failure},
    prompt,
};

/// What a context says but for its secrets.
#[derive(Args, Clone, Debug)]
pub(crate) struct Settings {
    /// Address of the manager or webserver; several of one cluster with commas.
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// What answers there: `api`, a manager, or `session`, a webserver with logins.
    #[arg(long, value_name = "TYPE")]
    pub(crate) endpoint_type: Option<String>,
    /// The access key. It is no secret.
    #[arg(long, value_name = "KEY")]
    pub(crate) access_key: Option<String>,
    /// The domain, where it is not `default`.
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,
    /// The group (project), where it is not `default`.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The newest version of the API to speak.
    #[arg(long, value_name = "VERSION")]
    api_version: Option<String>,
    /// A file of certificates to trust besides the system's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Take any certificate. Anybody on the way can read along then; better is --ca-file.
    #[arg(long)]
    skip_tls_verification: bool,
    /// Most seconds that a connection may take to be made; 0 for no limit.
    #[arg(long, value_name = "SECONDS")]
    connect_timeout: Option<String>,
    /// Most seconds without a word of an answer; 0 for no limit.
    #[arg(long, value_name = "SECONDS")]
    read_timeout: Option<String>,
    /// Use an address in place of one that the manager names; may be given more than once.
    #[arg(long, value_name = "ADDRESS=REPLACEMENT")]
    storage_proxy: Vec<String>,
}

impl Settings {
    /// Sets what was given, and leaves the rest.
    pub(crate) fn apply(&self, context: &mut Context) -> Result<(), Failure> {
        let ca_file = self.ca_file.as_ref().map(|path| {
            // The file of contexts is somewhere else than who types this.
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            path.into_os_string().into_string().unwrap_or_default()
        });
        let proxies = Some(self.storage_proxy.join(",")).filter(|map| !map.is_empty());
        let skip = self.skip_tls_verification.then(|| "yes".to_owned());
        for (field, text) in [
            (Field::Endpoint, self.endpoint.clone()),
            (Field::EndpointType, self.endpoint_type.clone()),
            (Field::AccessKey, self.access_key.clone()),
            (Field::Domain, self.domain.clone()),
            (Field::Group, self.group.clone()),
            (Field::Version, self.api_version.clone()),
            (Field::CaCertificates, ca_file),
            (Field::SkipTlsVerification, skip),
            (Field::ConnectTimeout, self.connect_timeout.clone()),
            (Field::ReadTimeout, self.read_timeout.clone()),
            (Field::StorageProxies, proxies),
        ] {
            if let Some(text) = text {
                set(context, field, text)?;
            }
        }
        Ok(())
    }
}

/// Sets a value that somebody gave.
pub(crate) fn set(
    context: &mut Context,
    field: Field,
    text: impl Into<SecretString>,
) -> Result<(), Failure> {
    context.set(field, text).map(drop).map_err(unusable)
}

/// A context of this name.
pub(crate) fn named(name: &str) -> Result<Context, Failure> {
    Context::new(name).map_err(unusable)
}

fn unusable(problem: Problem) -> Failure {
    Failure::from(problem).code(Code::Argument)
}

/// Where a secret comes from: the standard input, else a variable, else a question.
pub(crate) async fn secret(
    stdin: bool,
    variable: Option<&str>,
    question: &str,
    help: &str,
) -> Result<SecretString, Failure> {
    if stdin {
        return crate::blocking(|| {
            let text = std::io::read_to_string(std::io::stdin()).map_err(|error| {
                Failure::new("the secret cannot be read from the standard input")
                    .why(error.to_string())
            })?;
            Ok(text.trim_end_matches(['\r', '\n']).into())
        })
        .await;
    }
    if let Some(text) = variable.and_then(|name| std::env::var(name).ok()) {
        return Ok(text.into());
    }
    if !prompt::somebody_is_there() {
        let what = question.to_lowercase();
        return Err(Failure::usage(format!("there is no {what}, and nobody to ask")).help(help));
    }
    Ok(prompt::secret(question).await?.into())
}

/// A variable of this name without prefix: `BACKEND_`, else `SORNA_`; an empty one is none.
pub(crate) fn variable(name: &str) -> Option<String> {
    // The same rule as for a configuration: an empty variable hides the older name.
    let set = ["BACKEND_", "SORNA_"]
        .iter()
        .find_map(|prefix| std::env::var(format!("{prefix}{name}")).ok());
    set.filter(|text| !text.is_empty())
}
