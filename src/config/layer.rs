//! What one source says, as text that nobody has read yet.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Field, Origin, Problem, dotenv,
    environment::{Env, Value},
};

/// The prefixes of variables: the present name of the product, then its old one.
const PREFIXES: [&str; 2] = ["BACKEND_", "SORNA_"];

/// One source of values.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) source: Source,
    values: BTreeMap<Field, Said>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Explicit,
    Environment,
    Dotenv(PathBuf),
    /// A profile by its directory. One that was asked for by name must say what is needed.
    Profile {
        directory: PathBuf,
        named: bool,
    },
    /// A context of this file.
    #[cfg_attr(not(feature = "context"), expect(dead_code, reason = "nobody reads contexts then"))]
    Context {
        name: String,
        path: PathBuf,
        named: bool,
    },
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Said {
    /// None when the text is not Unicode.
    pub(super) text: Option<SecretString>,
    pub(super) origin: Origin,
}

impl Said {
    /// Reads the text, or says where it is and what is wrong with it.
    pub(super) fn read<T>(
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

impl Layer {
    pub(super) const fn new(source: Source) -> Self {
        Self { source, values: BTreeMap::new() }
    }

    pub(super) fn environment(env: &Env) -> Self {
        Self::of_variables(
            Source::Environment,
            |variable| match env.get(variable)? {
                Value::Text(text) => Some(Some(text.clone())),
                Value::NotUnicode => Some(None),
            },
            |variable| Origin::Environment { variable },
        )
    }

    pub(super) fn dotenv(path: &Path, variables: &dotenv::Variables) -> Self {
        Self::of_variables(
            Source::Dotenv(path.to_owned()),
            |variable| variables.get(variable).map(|text| Some(text.as_str().into())),
            |variable| Origin::Dotenv { path: path.to_owned(), variable },
        )
    }

    fn of_variables(
        source: Source,
        get: impl Fn(&str) -> Option<Option<SecretString>>,
        origin: impl Fn(String) -> Origin,
    ) -> Self {
        let mut layer = Self::new(source);
        for field in Field::WITH_VARIABLE {
            let Some(variable) = field.variable() else { continue };
            // An empty BACKEND_X hides SORNA_X, as it does in the official client.
            let said = PREFIXES.iter().find_map(|prefix| {
                let variable = format!("{prefix}{variable}");
                get(&variable).map(|text| (text, origin(variable)))
            });
            if let Some((text, origin)) = said {
                layer.values.insert(field, Said { text, origin });
            }
        }
        layer
    }

    pub(super) fn put(&mut self, field: Field, text: SecretString, origin: Origin) {
        self.values.insert(field, Said { text: Some(text), origin });
    }

    pub(super) fn get(&self, field: Field) -> Option<&Said> {
        self.values.get(&field)
    }

    /// Whether a value is set, and set to nothing.
    pub(super) fn is_empty(&self, field: Field) -> bool {
        let text = self.get(field).and_then(|said| said.text.as_ref());
        text.is_some_and(|text| text.expose_secret().is_empty())
    }

    /// Whether it has endpoint or keys, of which all are taken from one source.
    #[cfg(feature = "context")]
    pub(super) fn is_bundle(&self) -> bool {
        let fields = [Field::Endpoint, Field::AccessKey, Field::SecretKey];
        self.must_supply() || fields.iter().any(|field| self.get(*field).is_some())
    }

    /// Whether nobody weaker may stand in when this one sets neither endpoint nor keys.
    pub(super) const fn must_supply(&self) -> bool {
        match self.source {
            Source::Profile { named, .. } | Source::Context { named, .. } => named,
            _ => false,
        }
    }

    /// Where a value that is missing would have to be.
    pub(super) fn place(&self, field: Field) -> String {
        let variable = || format!("BACKEND_{}", field.variable().unwrap_or_default());
        match &self.source {
            Source::Explicit => format!("ConfigBuilder::{}", field.method()),
            Source::Environment => variable(),
            Source::Dotenv(path) => format!("{} in {}", variable(), path.display()),
            Source::Profile { directory, .. } => {
                let file = match field {
                    Field::AccessKey | Field::SecretKey => "credentials.toml",
                    _ => "config.toml",
                };
                format!("{} in {}", field.method(), directory.join(file).display())
            }
            Source::Context { name, path, .. } => {
                format!("the {field} of context {name} in {}", path.display())
            }
        }
    }
}
