//! What to generate from what, and where to put it.

#[cfg(feature = "manifest")]
use std::collections::BTreeSet;
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use apollo_compiler::{Schema, validation::Valid};

#[cfg(feature = "manifest")]
use crate::coordinates;
use crate::{
    Diagnostic, Failure, build,
    carried::Carried,
    document::{self, Documents},
    emit,
    nulls::Nulls,
    schema,
    types::{Base, Model},
};

/// A document set, and how it becomes Rust.
pub struct Options {
    schema: Option<PathBuf>,
    nulls: Option<PathBuf>,
    pub(crate) operations: Vec<String>,
    files: Vec<PathBuf>,
    texts: BTreeMap<PathBuf, String>,
    own_types: bool,
    runtime: String,
    path: String,
    pub(crate) scalars: BTreeMap<String, Base>,
    pub(crate) secret: Box<dyn Fn(&str) -> bool>,
}

/// Generated code.
#[derive(Debug)]
#[non_exhaustive]
pub struct Generated {
    /// Rust items, to be included in a module.
    pub code: String,
    /// The enums and input objects in it, one a line: the name in the schema and that in Rust.
    pub types: String,
    /// What is right but should be looked at.
    pub warnings: Vec<Diagnostic>,
    /// The files it was made from.
    pub files: Vec<PathBuf>,
}

/// All that was read, and found right.
struct Set {
    schema: Valid<Schema>,
    nulls: Nulls,
    carried: Carried,
    documents: Documents,
    files: Vec<PathBuf>,
}

/// Scalars of the manager's schemas, and the types of the runtime crate that they become.
const SCALARS: [(&str, &str); 7] = [
    ("BigInt", "BigInt"),
    ("Bytes", "HexBytes"),
    ("Date", "Date"),
    ("DateTime", "DateTime"),
    ("JSONString", "JsonString"),
    ("UUID", "Uuid"),
    ("UUIDFloatMap", "UuidFloatMap"),
];

/// Those that are text. What the manager knows of them grows, so they are no enums; numbers are
/// among them that a float would make inexact.
const STRINGS: [&str; 15] = [
    "AgentPermissionField",
    "ByteSize",
    "ContainerRegistryScopeField",
    "ContainerRegistryTypeField",
    "Decimal",
    "DomainPermissionValueField",
    "FieldSet",
    "GlobalIDField",
    "GroupPermissionField",
    "ImagePermissionValueField",
    "ScopeField",
    "SessionPermissionValueField",
    "VFolderPermissionValueField",
    "federation__Policy",
    "federation__Scope",
];

impl Default for Options {
    fn default() -> Self {
        let scalars = SCALARS
            .iter()
            .map(|&(scalar, ty)| (scalar.to_owned(), Base::Runtime(ty.to_owned())))
            .chain(STRINGS.iter().map(|&scalar| (scalar.to_owned(), Base::Rust("String".into()))));
        Self {
            schema: None,
            nulls: None,
            operations: Vec::new(),
            files: Vec::new(),
            texts: BTreeMap::new(),
            own_types: false,
            runtime: "::backendai".to_owned(),
            path: "/admin/gql".to_owned(),
            scalars: scalars.collect(),
            secret: Box::new(is_secret),
        }
    }
}

impl Options {
    /// The schema file, from the folder of the package: a snapshot, or what a manager serves. If
    /// not set, the snapshot that `backendai` carries, for a package that depends on it directly.
    #[must_use]
    pub fn schema(mut self, file: impl Into<PathBuf>) -> Self {
        self.schema = Some(file.into());
        self
    }

    /// A table of the input fields that take null, from the folder of the package. For the input
    /// objects it lists, null can be sent only where it says so:
    ///
    /// ```text
    /// # What follows a `#` is a comment.
    /// ModifyGroupInput
    ///     description: null           # may be left out, null, or a value: `Maybe`
    ///     container_registry: stated  # has to be said, as a value or null: `new` asks for it
    ///     # every other field may be left out, and is never null: `Option`
    /// ```
    ///
    /// Input objects that are not listed take null wherever the schema allows it. If neither this
    /// nor [`schema`](Self::schema) is set, the table that `backendai` carries with its schema.
    #[must_use]
    pub fn nulls(mut self, file: impl Into<PathBuf>) -> Self {
        self.nulls = Some(file.into());
        self
    }

    /// The text of one of the files, which is then not read: it may be from elsewhere.
    #[must_use]
    pub fn text(mut self, file: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.texts.insert(file.into(), text.into());
        self
    }

    /// Files with operations and fragments, as a pattern such as `graphql/*.graphql`, from the
    /// folder of the package. All files are one set: they share fragments. The schema file is
    /// left out even if it matches.
    #[must_use]
    pub fn operations(mut self, pattern: impl Into<String>) -> Self {
        self.operations.push(pattern.into());
        self
    }

    /// Files with operations and fragments by their own paths, beside those of
    /// [`operations`](Self::operations).
    #[must_use]
    pub fn files<P: Into<PathBuf>>(mut self, files: impl IntoIterator<Item = P>) -> Self {
        self.files.extend(files.into_iter().map(Into::into));
        self
    }

    /// Generates every enum and input object, also those that `backendai::types` has already.
    ///
    /// Without this, and with the schema that `backendai` carries, those are used and shown again in
    /// the generated `types`, so that a value fits its operations and one's own; their scalars and
    /// their secrets are then as `backendai` has them.
    #[must_use]
    pub fn own_types(mut self) -> Self {
        self.own_types = true;
        self
    }

    /// Path of the crate that runs the operations, `::backendai` if not set.
    #[must_use]
    pub fn runtime(mut self, path: impl Into<String>) -> Self {
        self.runtime = path.into();
        self
    }

    /// Path of the schema on a manager, `/admin/gql` if not set.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The Rust type of a custom scalar, as a path that is good everywhere, such as
    /// `::std::string::String`. It has to serialise and deserialise. A scalar without a type is
    /// any JSON value.
    #[must_use]
    pub fn scalar(mut self, scalar: impl Into<String>, ty: impl Into<String>) -> Self {
        self.scalars.insert(scalar.into(), Base::Rust(ty.into()));
        self
    }

    /// Which fields are secret, by their name in the schema: `Debug` does not show their values.
    /// Replaces the rule that takes passwords, tokens, private keys and the configuration of services
    /// for secret.
    #[must_use]
    pub fn secret(mut self, rule: impl Fn(&str) -> bool + 'static) -> Self {
        self.secret = Box::new(rule);
        self
    }

    /// Generates, without writing or printing anything. Where [`schema`](Self::schema) is set, the
    /// environment of a build script is not needed.
    ///
    /// The code is laid out line by line, but not as rustfmt does it: pass it through `prettyplease`
    /// where people read it.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not valid, with every fault of all files, and with what
    /// would have been warnings.
    pub fn generate(&self) -> Result<Generated, Failure> {
        let set = self.read_set()?;
        let model = self.model(&set);
        let code = emit::emit(&model, &self.runtime, &self.path);
        let types = Carried::list(&model);
        Ok(Generated { code, types, warnings: model.warnings, files: set.files })
    }

    /// What the operations name in the schema and which manager has that, as JSON: an entry for
    /// each, to be checked in.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate).
    #[cfg(feature = "manifest")]
    pub fn manifest(&self) -> Result<String, Failure> {
        let set = self.read_set()?;
        Ok(crate::manifest::manifest(&self.model(&set), &set.schema, &set.documents))
    }

    /// The coordinates in the schema that each operation names, for
    /// `diff::Change::touches`: fields, their arguments, the types around and behind them, and
    /// what its variables can have.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate).
    #[cfg(feature = "manifest")]
    pub fn coordinates(&self) -> Result<BTreeMap<String, BTreeSet<String>>, Failure> {
        let Set { schema, documents, .. } = self.read_set()?;
        let operations = documents.executable.operations.named.iter();
        let each = operations.map(|(name, operation)| {
            let named = coordinates::named(&schema, &documents, operation);
            (name.to_string(), coordinates::coordinates(&schema, &named))
        });
        Ok(each.collect())
    }

    fn model(&self, set: &Set) -> Model {
        build::model(&set.schema, &set.documents, &set.nulls, &set.carried, self)
    }

    fn read_set(&self) -> Result<Set, Failure> {
        let path = self.schema_file()?;
        let schema = schema::load(&path, self.read(&path)?)?;
        let nulls = match self.nulls_file() {
            Some(table) => Nulls::read(&table, &self.read(&table)?, &schema)?,
            None => Nulls::default(),
        };
        let carried = match self.carried_file() {
            Some(list) => Carried::read(&self.read(&list)?),
            None => Carried::default(),
        };
        let files = self.documents(&path)?;
        let sources: Result<Vec<_>, _> =
            files.iter().map(|file| Ok((file.clone(), self.read(file)?))).collect();
        let documents = document::read(&schema, &nulls, sources?)?;
        let beside = self.nulls_file().into_iter().chain(self.carried_file());
        let files = std::iter::once(path).chain(beside).chain(files).collect();
        Ok(Set { schema, nulls, carried, documents, files })
    }

    fn read(&self, file: &Path) -> Result<String, Failure> {
        match self.texts.get(file) {
            Some(text) => Ok(text.clone()),
            None => fs::read_to_string(file).map_err(|error| unreadable("read", file, &error)),
        }
    }

    /// Whether the file's text was set, so that the file itself is not read.
    pub(crate) fn is_given(&self, file: &Path) -> bool {
        self.texts.contains_key(file)
    }

    pub(crate) fn schema_file(&self) -> Result<PathBuf, Failure> {
        self.schema.clone().or_else(|| carried("DEP_BACKENDAI_SCHEMA")).ok_or_else(|| {
            Failure::of(
                "no schema: name the file with `.schema(\"graphql/schema.graphql\")`, or let the \
                 package depend on `backendai` itself, which carries one",
            )
        })
    }

    /// The table that fits the schema: what `backendai` carries fits no other.
    pub(crate) fn nulls_file(&self) -> Option<PathBuf> {
        let carries = self.schema.is_none();
        self.nulls.clone().or_else(|| carried("DEP_BACKENDAI_NULLS").filter(|_| carries))
    }

    fn carried_file(&self) -> Option<PathBuf> {
        let carries = self.schema.is_none() && !self.own_types;
        carried("DEP_BACKENDAI_TYPES").filter(|_| carries)
    }

    /// The document files, in the order of their names.
    fn documents(&self, schema: &Path) -> Result<Vec<PathBuf>, Failure> {
        if self.operations.is_empty() && self.files.is_empty() {
            return Err(Failure::of(
                "no documents: name them with `.operations(\"graphql/*.graphql\")`",
            ));
        }
        let mut files = self.files.clone();
        for pattern in &self.operations {
            let found = glob::glob(pattern)
                .map_err(|error| Failure::of(format!("`{pattern}` is not a pattern: {error}")))?;
            let before = files.len();
            for file in found {
                let file = file.map_err(|error| {
                    Failure::of(format!(
                        "cannot read {}: {}",
                        error.path().display(),
                        error.error()
                    ))
                })?;
                if file != schema {
                    files.push(file);
                }
            }
            if files.len() == before {
                return Err(Failure::of(format!("no file matches `{pattern}`")));
            }
        }
        files.sort();
        files.dedup();
        Ok(files)
    }
}

/// A file of `backendai`, which cargo names to build scripts of packages that depend on it.
fn carried(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from)
}

pub(crate) fn unreadable(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    let mend = match error.kind() {
        std::io::ErrorKind::InvalidData => ": save it as UTF-8",
        _ => "",
    };
    Failure::of(format!("cannot {verb} {}: {error}{mend}", path.display()))
}

/// Names under which the manager's schemas keep what nobody else may know.
fn is_secret(field: &str) -> bool {
    let field = field.to_ascii_lowercase().replace('_', "");
    // The whole configuration of a service has the manager's passwords in it.
    field == "configuration"
        || ["password", "secretkey", "privatekey", "apitoken", "passphrase"]
            .iter()
            .any(|part| field.contains(part))
        || ["token", "secret", "otp"].iter().any(|end| field.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for field in [
            "password",
            "secret_key",
            "wsproxy_api_token",
            "sshPrivateKey",
            "token",
            "configuration",
        ] {
            assert!(is_secret(field), "{field}");
        }
        for field in ["access_key", "ssh_public_key", "tokens_used", "description"] {
            assert!(!is_secret(field), "{field}");
        }
    }
}
