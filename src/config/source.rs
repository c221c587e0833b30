//! The values of one source, not yet parsed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString};

use super::dotenv;
use crate::setting::{Env, Field, Origin, Problem, SETTINGS, lookup};

/// The fields that are taken together from one source.
pub(super) const CREDENTIAL_SET: [Field; 3] = [Field::Endpoint, Field::AccessKey, Field::SecretKey];

/// One source of values.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) kind: SourceKind,
    values: BTreeMap<Field, RawValue>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SourceKind {
    Explicit,
    Environment,
    Dotenv(PathBuf),
    /// A profile by its directory. One selected by name must supply the credential set.
    #[cfg(feature = "profile")]
    Profile {
        directory: PathBuf,
        named: bool,
    },
    /// A context of this file. One selected by name must supply the credential set.
    #[cfg(feature = "context")]
    Context {
        name: String,
        path: PathBuf,
        named: bool,
    },
}

/// A value and its origin.
#[derive(Debug)]
pub(super) struct RawValue {
    /// None when the value is not Unicode.
    pub(super) text: Option<SecretString>,
    pub(super) origin: Origin,
}

impl RawValue {
    /// Parses the value, or reports it with its origin.
    pub(super) fn parse<T>(
        &self,
        field: Field,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Problem> {
        match &self.text {
            Some(text) => parse(text.expose_secret())
                .map_err(|message| Problem::new(field, &self.origin, message)),
            None => Err(Problem::new(field, &self.origin, "the value is not Unicode")),
        }
    }
}

impl Source {
    pub(super) const fn new(kind: SourceKind) -> Self {
        Self { kind, values: BTreeMap::new() }
    }

    pub(super) fn environment(env: &Env) -> Self {
        Self::of_variables(
            SourceKind::Environment,
            |name| env.variable(name).map(Option::<&SecretString>::cloned),
            |variable| Origin::Environment { variable },
        )
    }

    pub(super) fn dotenv(path: &Path, variables: &dotenv::Variables) -> Self {
        Self::of_variables(
            SourceKind::Dotenv(path.to_owned()),
            |name| variables.get(name).map(|text| Some(text.as_str().into())),
            |variable| Origin::Dotenv { path: path.to_owned(), variable },
        )
    }

    fn of_variables(
        kind: SourceKind,
        get: impl Fn(&str) -> Option<Option<SecretString>>,
        origin: impl Fn(String) -> Origin,
    ) -> Self {
        let values = SETTINGS.iter().filter_map(|setting| {
            let (variable, text) = lookup(setting.field, &get)?;
            Some((setting.field, RawValue { text, origin: origin(variable) }))
        });
        Self { kind, values: values.collect() }
    }

    pub(super) fn put(&mut self, field: Field, text: SecretString, origin: Origin) {
        self.values.insert(field, RawValue { text: Some(text), origin });
    }

    pub(super) fn get(&self, field: Field) -> Option<&RawValue> {
        self.values.get(&field)
    }

    /// Whether a value is set to the empty string.
    pub(super) fn is_empty(&self, field: Field) -> bool {
        let text = self.get(field).and_then(|value| value.text.as_ref());
        text.is_some_and(|text| text.expose_secret().is_empty())
    }

    /// Whether the credential set is taken from this source or a stronger one.
    #[cfg(feature = "context")]
    pub(super) fn has_credential_set(&self) -> bool {
        self.must_supply() || CREDENTIAL_SET.iter().any(|field| self.get(*field).is_some())
    }

    /// Whether no weaker source may supply the credential set in its place.
    pub(super) const fn must_supply(&self) -> bool {
        match self.kind {
            #[cfg(feature = "profile")]
            SourceKind::Profile { named, .. } => named,
            #[cfg(feature = "context")]
            SourceKind::Context { named, .. } => named,
            _ => false,
        }
    }

    /// Where a missing value must be set.
    pub(super) fn place(&self, field: Field) -> String {
        let setting = field.setting();
        let variable = || format!("BACKEND_{}", setting.variable.unwrap_or_default());
        match &self.kind {
            SourceKind::Explicit => format!("ConfigBuilder::{}", setting.method),
            SourceKind::Environment => variable(),
            SourceKind::Dotenv(path) => format!("{} in {}", variable(), path.display()),
            #[cfg(feature = "profile")]
            SourceKind::Profile { directory, .. } => {
                let (file, key) = setting.profile.unwrap_or_default();
                format!("{key} in {}", directory.join(file).display())
            }
            #[cfg(feature = "context")]
            SourceKind::Context { name, path, .. } => {
                format!("the {field} of context {name} in {}", path.display())
            }
        }
    }
}
