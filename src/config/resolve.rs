//! The precedence rules: which source supplies each value.

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    Config, ConfigBuilder, ConfigError, DEFAULT_CONNECT_TIMEOUT, DEFAULT_DOMAIN, DEFAULT_GROUP,
    DEFAULT_READ_TIMEOUT, DEFAULT_USER_AGENT,
    builder::Dotenv,
    credential_set::CredentialSet,
    dotenv,
    pem::Pem,
    source::{RawValue, Source, SourceKind},
};
use crate::{
    credential::Credential,
    setting::{
        ApiVersion, Endpoint, EndpointType, Field, Origin, Problem, Proxies, Warning, value,
    },
};

pub(super) fn resolve(builder: &ConfigBuilder) -> Result<Config, ConfigError> {
    let mut resolver = Resolver::default();
    resolver.read_sources(builder);
    resolver.unread = !resolver.problems.is_empty();
    let config = resolver.config(builder);
    match config {
        Some(config) if resolver.problems.is_empty() => {
            for warning in &config.warnings {
                tracing::warn!("{warning}");
            }
            Ok(config)
        }
        _ => Err(ConfigError::new(resolver.problems)),
    }
}

#[derive(Default)]
struct Resolver {
    /// Strongest first.
    sources: Vec<Source>,
    origins: BTreeMap<Field, Origin>,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
    /// Whether a source could not be read, so that missing values cannot be reported.
    unread: bool,
}

impl Resolver {
    fn read_sources(&mut self, builder: &ConfigBuilder) {
        self.sources.push(builder.source());
        #[cfg(feature = "profile")]
        let (named_profile, current_profile) =
            super::profile::read(builder, &mut self.problems, &mut self.warnings);
        #[cfg(not(feature = "profile"))]
        let (named_profile, current_profile) = (None, None);
        #[cfg(feature = "context")]
        let named_context = super::context::named(builder, &mut self.problems, &mut self.warnings);
        #[cfg(not(feature = "context"))]
        let named_context = None;

        let environment = builder.env.as_ref().map(Source::environment);
        let dotenv = self.read_dotenv(builder);
        let variables = match builder.dotenv_overrides {
            true => [dotenv, environment],
            false => [environment, dotenv],
        };
        let stronger = [named_context, named_profile].into_iter().chain(variables);
        self.sources.extend(stronger.flatten());
        #[cfg(feature = "context")]
        if !self.sources.iter().any(Source::has_credential_set) {
            // Where a stronger source names another manager, the current context is not read: none of
            // its values applies, and a broken file does no harm.
            let (problems, warnings) = (&mut self.problems, &mut self.warnings);
            self.sources.extend(super::context::current(builder, problems, warnings));
        }
        self.sources.extend(current_profile);
    }

    fn read_dotenv(&mut self, builder: &ConfigBuilder) -> Option<Source> {
        let directory = builder.env.as_ref().and_then(|env| env.current_dir());
        let path = match (builder.dotenv.as_ref()?, directory) {
            (Dotenv::File(path), Some(directory)) => directory.join(path),
            (Dotenv::File(path), None) => path.clone(),
            (Dotenv::InAncestors, Some(directory)) => dotenv::find(directory)?,
            (Dotenv::InAncestors, None) => {
                let message = "the current directory is unknown; name the file with \
                               ConfigBuilder::dotenv, or use an Env with a current directory";
                self.problems.push(Problem::new(
                    None,
                    "ConfigBuilder::dotenv_in_ancestors",
                    message,
                ));
                return None;
            }
        };
        match dotenv::read(&path) {
            Ok(variables) => Some(Source::dotenv(&path, &variables)),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn config(&mut self, builder: &ConfigBuilder) -> Option<Config> {
        let endpoint_type = self.resolve(
            Field::EndpointType,
            builder.endpoint_type,
            |text| text.parse::<EndpointType>().map_err(|error| error.to_string()),
            EndpointType::default,
        );
        let mut credential_set = CredentialSet {
            sources: &self.sources,
            unread: self.unread,
            origins: &mut self.origins,
            problems: &mut self.problems,
        };
        let credential_set = credential_set.resolve(endpoint_type);
        let domain = self.name(Field::Domain, builder.domain.as_deref(), DEFAULT_DOMAIN);
        let group = self.name(Field::Group, builder.group.as_deref(), DEFAULT_GROUP);
        let storage_proxies = self.storage_proxies(builder);
        let version = self.resolve(
            Field::Version,
            builder.version,
            |text| text.parse::<ApiVersion>().map_err(|error| error.to_string()),
            ApiVersion::default,
        );
        let user_agent = self.explicit(
            Field::UserAgent,
            builder.user_agent.as_deref(),
            value::parse_user_agent,
            || DEFAULT_USER_AGENT.to_owned(),
        );
        let hash_type = self.explicit(Field::HashType, builder.hash_type, Ok, Default::default);
        let vfolder_mounts = self.vfolder_mounts(builder);
        let skip_tls_verification = self.resolve(
            Field::SkipTlsVerification,
            builder.skip_tls_verification,
            value::parse_bool,
            || false,
        );
        let connect_timeout = self.resolve(
            Field::ConnectTimeout,
            builder.connect_timeout.map(value::limit_of),
            value::parse_timeout,
            || Some(DEFAULT_CONNECT_TIMEOUT),
        );
        let read_timeout = self.resolve(
            Field::ReadTimeout,
            builder.read_timeout.map(value::limit_of),
            value::parse_timeout,
            || Some(DEFAULT_READ_TIMEOUT),
        );
        let ca_certificates = self.ca_certificates(builder);
        let client_identity = builder.client_identity.as_ref().and_then(|pem| {
            self.origins.insert(Field::ClientIdentity, Origin::Explicit);
            pem.identity().map_err(|problem| self.problems.push(problem)).ok()
        });
        let session_file = self.session_file(builder, endpoint_type, credential_set.as_ref());
        if skip_tls_verification == Some(true) {
            let origin = self.origin(Field::SkipTlsVerification).clone();
            self.warnings.push(Warning::TlsNotVerified { origin });
        }

        let (endpoints, credential) = credential_set?;
        let proxies = builder.env.as_ref().map(Proxies::from_env);
        if let Some(proxies) = &proxies {
            let mut is_used = false;
            for endpoint in &endpoints {
                match proxies.of(endpoint.url()) {
                    Ok(proxy) => is_used |= proxy.is_some(),
                    Err(problem) if self.problems.contains(&problem) => {}
                    Err(problem) => self.problems.push(problem),
                }
            }
            if is_used {
                self.warnings.extend(proxies.warnings().iter().cloned());
            }
        }
        Some(Config {
            endpoints,
            endpoint_type: endpoint_type?,
            credential,
            domain: domain?,
            group: group?,
            storage_proxies: storage_proxies?,
            version: version?,
            user_agent: user_agent?,
            hash_type: hash_type?,
            vfolder_mounts: vfolder_mounts?,
            skip_tls_verification: skip_tls_verification?,
            connect_timeout: connect_timeout?,
            read_timeout: read_timeout?,
            ca_certificates: ca_certificates?,
            client_identity,
            session_file: session_file?,
            proxies,
            origins: std::mem::take(&mut self.origins),
            warnings: std::mem::take(&mut self.warnings),
        })
    }

    fn origin(&self, field: Field) -> &Origin {
        self.origins.get(&field).unwrap_or(&Origin::Default)
    }

    /// The explicit value, else that of the first source with one, else the default. None when the
    /// value is invalid, which is reported.
    fn resolve<T>(
        &mut self,
        field: Field,
        explicit: Option<T>,
        parse: impl Fn(&str) -> Result<T, String>,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        if let Some(value) = explicit {
            self.origins.insert(field, Origin::Explicit);
            return Some(value);
        }
        let Some(value) = find(&self.sources, field) else { return Some(default()) };
        self.origins.insert(field, value.origin.clone());
        value.parse(field, parse).map_err(|problem| self.problems.push(problem)).ok()
    }

    /// An explicit value, which must be checked.
    fn explicit<T, U>(
        &mut self,
        field: Field,
        explicit: Option<T>,
        check: impl FnOnce(T) -> Result<U, String>,
        default: impl FnOnce() -> U,
    ) -> Option<U> {
        let Some(value) = explicit else { return Some(default()) };
        self.origins.insert(field, Origin::Explicit);
        let place = Source::new(SourceKind::Explicit).place(field);
        let problem = |message| self.problems.push(Problem::new(field, place, message));
        check(value).map_err(problem).ok()
    }

    fn name(&mut self, field: Field, explicit: Option<&str>, default: &str) -> Option<String> {
        match explicit {
            Some(_) => self.explicit(field, explicit, value::parse_name, String::new),
            None => self.resolve(field, None, value::parse_name, || default.to_owned()),
        }
    }

    /// The certificates that are set in code, or else those in the file that a source names.
    fn ca_certificates(&mut self, builder: &ConfigBuilder) -> Option<Vec<Vec<u8>>> {
        let field = Field::CaCertificates;
        let explicit = Some(builder.ca_certificates.clone()).filter(|pems| !pems.is_empty());
        let pems =
            self.resolve(field, explicit, |path| Ok(vec![Pem::File(path.into())]), Vec::new)?;
        let mut certificates = Vec::new();
        for pem in pems {
            match pem.certificates() {
                Ok(pem) => certificates.push(pem),
                Err(problem) => self.problems.push(problem),
            }
        }
        Some(certificates)
    }

    /// None inside where no file is used.
    fn session_file(
        &mut self,
        builder: &ConfigBuilder,
        kind: Option<EndpointType>,
        credential_set: Option<&(Vec<Endpoint>, Credential)>,
    ) -> Option<Option<PathBuf>> {
        let path = |path: PathBuf| Some(path).filter(|path| !path.as_os_str().is_empty());
        if kind != Some(EndpointType::Session) {
            return Some(None);
        }
        self.resolve(
            Field::SessionFile,
            builder.session_file.clone().map(path),
            |text| Ok(path(text.into())),
            || {
                let folder = builder.env.as_ref()?.session_dir()?;
                let endpoint = credential_set?.0.first()?;
                Some(folder.join(endpoint.file_name()))
            },
        )
    }

    fn storage_proxies(&mut self, builder: &ConfigBuilder) -> Option<BTreeMap<String, String>> {
        let field = Field::StorageProxies;
        let Some(pairs) = &builder.storage_proxies else {
            return self.resolve(field, None, value::parse_map, BTreeMap::new);
        };
        let check = |pairs: &Vec<(String, String)>| {
            let mut map = BTreeMap::new();
            pairs.iter().try_for_each(|(from, to)| value::put(&mut map, from, to)).map(|()| map)
        };
        self.explicit(field, Some(pairs), check, BTreeMap::new)
    }

    /// The names that are set in code, then those of the first source with some.
    fn vfolder_mounts(&mut self, builder: &ConfigBuilder) -> Option<Vec<String>> {
        let field = Field::VfolderMounts;
        let explicit = value::distinct(builder.vfolder_mounts.iter().cloned());
        let others = self.resolve(field, None, |text| Ok(value::parse_names(text)), Vec::new)?;
        if !explicit.is_empty() {
            let origin = match others.is_empty() {
                true => Origin::Explicit,
                false => Origin::Merged(vec![Origin::Explicit, self.origin(field).clone()]),
            };
            self.origins.insert(field, origin);
        }
        Some(value::distinct(explicit.into_iter().chain(others)))
    }
}

/// The value of the first source with one. A session belongs to an endpoint: its file is that of the
/// endpoint's source, if that has one.
fn find(sources: &[Source], field: Field) -> Option<&RawValue> {
    let of_endpoint = || sources.iter().find(|source| source.get(Field::Endpoint).is_some());
    let own = (field == Field::SessionFile).then(of_endpoint).flatten();
    own.into_iter().chain(sources).find_map(|source| source.get(field))
}
