//! The precedence rules: which source each value is taken from.

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    ApiVersion, Config, ConfigBuilder, ConfigError, DEFAULT_CONNECT_TIMEOUT, DEFAULT_DOMAIN,
    DEFAULT_GROUP, DEFAULT_READ_TIMEOUT, DEFAULT_USER_AGENT, Endpoint, EndpointType, Field, Origin,
    Problem, Proxies, Warning,
    builder::Dotenv,
    bundle::Bundle,
    dotenv,
    layer::{Layer, Source},
    pem::Pem,
    profile::Profiles,
    value,
};
use crate::credential::Credential;

pub(super) fn resolve(builder: &ConfigBuilder) -> Result<Config, ConfigError> {
    let mut resolver = Resolver::default();
    resolver.read_sources(builder);
    resolver.unread = !resolver.problems.is_empty();
    let config = resolver.decide(builder);
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
    /// From the strongest source to the weakest.
    layers: Vec<Layer>,
    origins: BTreeMap<Field, Origin>,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
    /// Whether a source could not be read, so that nobody knows what is missing.
    unread: bool,
}

impl Resolver {
    fn read_sources(&mut self, builder: &ConfigBuilder) {
        self.layers.push(builder.layer());
        let root = builder
            .profile_dir
            .clone()
            .or_else(|| Some(builder.env.as_ref()?.home()?.join(".backend.ai")));
        let wanted = builder.profile.is_some() || builder.current_profile;
        if wanted && root.is_none() {
            let message = "the home directory is unknown; say where the profiles are";
            self.problems.push(Problem::new(None, "ConfigBuilder::profile_dir", message));
        }
        let (problems, warnings) = (&mut self.problems, &mut self.warnings);
        let mut profiles = root.as_deref().map(|root| Profiles { root, problems, warnings });
        let named = builder.profile.as_deref();
        let named = named.and_then(|name| profiles.as_mut()?.named(name));
        // A profile that was asked for by name leaves nothing for the current one to say.
        let current = (builder.current_profile && builder.profile.is_none())
            .then(|| profiles.as_mut()?.current(builder.env.as_ref()))
            .flatten();

        #[cfg(feature = "context")]
        let named_context = super::context::named(builder, &mut self.problems, &mut self.warnings);
        #[cfg(not(feature = "context"))]
        let named_context = None;

        let environment = builder.env.as_ref().map(Layer::environment);
        let dotenv = self.read_dotenv(builder);
        let variables = match builder.dotenv_overrides {
            true => [dotenv, environment],
            false => [environment, dotenv],
        };
        let stronger = [named_context, named].into_iter().chain(variables);
        self.layers.extend(stronger.flatten());
        #[cfg(feature = "context")]
        if !self.layers.iter().any(Layer::is_bundle) {
            // It is about one manager: where another is named, nothing of it counts, and a file
            // that cannot be read is in nobody's way.
            let (problems, warnings) = (&mut self.problems, &mut self.warnings);
            self.layers.extend(super::context::current(builder, problems, warnings));
        }
        self.layers.extend(current);
    }

    fn read_dotenv(&mut self, builder: &ConfigBuilder) -> Option<Layer> {
        let directory = builder.env.as_ref().and_then(|env| env.current_dir());
        let path = match (builder.dotenv.as_ref()?, directory) {
            (Dotenv::File(path), Some(directory)) => directory.join(path),
            (Dotenv::File(path), None) => path.clone(),
            (Dotenv::Upwards, Some(directory)) => dotenv::find(directory)?,
            (Dotenv::Upwards, None) => {
                let message = "the current directory is unknown; name the file with \
                               ConfigBuilder::dotenv, or give an Env that knows its directory";
                self.problems.push(Problem::new(
                    None,
                    "ConfigBuilder::dotenv_in_ancestors",
                    message,
                ));
                return None;
            }
        };
        match dotenv::read(&path) {
            Ok(variables) => Some(Layer::dotenv(&path, &variables)),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn decide(&mut self, builder: &ConfigBuilder) -> Option<Config> {
        let endpoint_type = self.pick(
            Field::EndpointType,
            builder.endpoint_type,
            |text| text.parse::<EndpointType>().map_err(|error| error.to_string()),
            EndpointType::default,
        );
        let mut bundle = Bundle {
            layers: &self.layers,
            unread: self.unread,
            origins: &mut self.origins,
            problems: &mut self.problems,
        };
        let bundle = bundle.take(endpoint_type);
        let domain = self.name(Field::Domain, builder.domain.as_deref(), DEFAULT_DOMAIN);
        let group = self.name(Field::Group, builder.group.as_deref(), DEFAULT_GROUP);
        let storage_proxies = self.storage_proxies(builder);
        let version = self.pick(
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
        let skip_tls_verification = self.pick(
            Field::SkipTlsVerification,
            builder.skip_tls_verification,
            value::parse_bool,
            || false,
        );
        let connect_timeout = self.pick(
            Field::ConnectTimeout,
            builder.connect_timeout.map(value::limit_of),
            value::parse_timeout,
            || Some(DEFAULT_CONNECT_TIMEOUT),
        );
        let read_timeout = self.pick(
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
        let session_file = self.session_file(builder, endpoint_type, bundle.as_ref());
        if skip_tls_verification == Some(true) {
            let origin = self.origin(Field::SkipTlsVerification).clone();
            self.warnings.push(Warning::TlsNotVerified { origin });
        }

        let (endpoints, credential) = bundle?;
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
            proxies: builder.env.as_ref().map(Proxies::of),
            origins: std::mem::take(&mut self.origins),
            warnings: std::mem::take(&mut self.warnings),
        })
    }

    fn origin(&self, field: Field) -> &Origin {
        self.origins.get(&field).unwrap_or(&Origin::Default)
    }

    /// Explicit, then the first source that says something, then the default. None when what was
    /// said cannot be used, which is a problem by then.
    fn pick<T>(
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
        let Some(said) = self.layers.iter().find_map(|layer| layer.get(field)) else {
            return Some(default());
        };
        self.origins.insert(field, said.origin.clone());
        said.read(field, parse).map_err(|problem| self.problems.push(problem)).ok()
    }

    /// A value that no source but code can set.
    fn explicit<T, U>(
        &mut self,
        field: Field,
        explicit: Option<T>,
        check: impl FnOnce(T) -> Result<U, String>,
        default: impl FnOnce() -> U,
    ) -> Option<U> {
        let Some(value) = explicit else { return Some(default()) };
        self.origins.insert(field, Origin::Explicit);
        let place = Layer::new(Source::Explicit).place(field);
        let problem = |message| self.problems.push(Problem::new(field, place, message));
        check(value).map_err(problem).ok()
    }

    fn name(&mut self, field: Field, explicit: Option<&str>, default: &str) -> Option<String> {
        match explicit {
            Some(_) => self.explicit(field, explicit, value::parse_name, String::new),
            None => self.pick(field, None, value::parse_name, || default.to_owned()),
        }
    }

    /// Those that are set in code, or else the file that a source names.
    fn ca_certificates(&mut self, builder: &ConfigBuilder) -> Option<Vec<Vec<u8>>> {
        let field = Field::CaCertificates;
        let explicit = Some(builder.ca_certificates.clone()).filter(|pems| !pems.is_empty());
        let pems = self.pick(field, explicit, |path| Ok(vec![Pem::File(path.into())]), Vec::new)?;
        let mut certificates = Vec::new();
        for pem in pems {
            match pem.certificates() {
                Ok(pem) => certificates.push(pem),
                Err(problem) => self.problems.push(problem),
            }
        }
        Some(certificates)
    }

    /// None inside where there is no file to be.
    fn session_file(
        &mut self,
        builder: &ConfigBuilder,
        kind: Option<EndpointType>,
        bundle: Option<&(Vec<Endpoint>, Credential)>,
    ) -> Option<Option<PathBuf>> {
        let path = |path: PathBuf| Some(path).filter(|path| !path.as_os_str().is_empty());
        if kind != Some(EndpointType::Session) {
            return Some(None);
        }
        self.pick(
            Field::SessionFile,
            builder.session_file.clone().map(path),
            |text| Ok(path(text.into())),
            || {
                let state = builder.env.as_ref()?.state_dir()?;
                let endpoint = bundle?.0.first()?;
                Some(state.join("backendai/sessions").join(endpoint.file_name()))
            },
        )
    }

    fn storage_proxies(&mut self, builder: &ConfigBuilder) -> Option<BTreeMap<String, String>> {
        let field = Field::StorageProxies;
        let Some(pairs) = &builder.storage_proxies else {
            return self.pick(field, None, value::parse_map, BTreeMap::new);
        };
        let check = |pairs: &Vec<(String, String)>| {
            let mut map = BTreeMap::new();
            pairs.iter().try_for_each(|(from, to)| value::put(&mut map, from, to)).map(|()| map)
        };
        self.explicit(field, Some(pairs), check, BTreeMap::new)
    }

    /// Both what is set in code and what a source says, in this order.
    fn vfolder_mounts(&mut self, builder: &ConfigBuilder) -> Option<Vec<String>> {
        let field = Field::VfolderMounts;
        let explicit = value::distinct(builder.vfolder_mounts.iter().cloned());
        let said = self.pick(field, None, |text| Ok(value::parse_names(text)), Vec::new)?;
        if !explicit.is_empty() {
            let origin = match said.is_empty() {
                true => Origin::Explicit,
                false => Origin::Merged(vec![Origin::Explicit, self.origin(field).clone()]),
            };
            self.origins.insert(field, origin);
        }
        Some(value::distinct(explicit.into_iter().chain(said)))
    }
}
