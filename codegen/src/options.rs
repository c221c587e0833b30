//! What to generate from what, and where to put it.

use std::{
    collections::BTreeMap,
    env,
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Diagnostic, Failure, build, document, emit,
    nulls::Nulls,
    schema,
    types::{Base, Model},
};

/// A document set, and how it becomes Rust.
pub struct Options {
    schema: Option<PathBuf>,
    nulls: Option<PathBuf>,
    operations: Vec<String>,
    runtime: String,
    path: String,
    pub(crate) scalars: BTreeMap<String, Base>,
    pub(crate) secret: Box<dyn Fn(&str) -> bool>,
}

/// Generated code.
#[derive(Debug)]
pub struct Generated {
    /// Rust items, to be included in a module.
    pub code: String,
    /// What is right but should be looked at.
    pub warnings: Vec<Diagnostic>,
    /// The files it was made from.
    pub files: Vec<PathBuf>,
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

    /// Files with operations and fragments, as a pattern such as `graphql/*.graphql`, from the
    /// folder of the package. All files are one set: they share fragments. The schema file is
    /// left out even if it matches.
    #[must_use]
    pub fn operations(mut self, pattern: impl Into<String>) -> Self {
        self.operations.push(pattern.into());
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
    /// Replaces the rule that takes passwords, tokens and private keys for secret.
    #[must_use]
    pub fn secret(mut self, rule: impl Fn(&str) -> bool + 'static) -> Self {
        self.secret = Box::new(rule);
        self
    }

    /// Generates, for a build script: writes `NAME.rs` to `OUT_DIR`, tells cargo which files to
    /// watch, and prints errors and warnings in the form that cargo shows.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not valid. Every fault has been printed by then; a build
    /// script has only to fail, for which its `main` may return this.
    pub fn compile(self, name: &str) -> Result<(), Failure> {
        let written = self.write(name);
        if let Err(failure) = &written {
            show("error", failure.diagnostics());
        }
        written
    }

    fn write(&self, name: &str) -> Result<(), Failure> {
        // A new file in a folder changes the set just as a changed file does.
        for pattern in &self.operations {
            let folder = Path::new(pattern).parent().unwrap_or(Path::new(""));
            if !folder.to_string_lossy().contains('*') {
                tell_cargo("rerun-if-changed", folder.display());
            }
        }
        tell_cargo("rerun-if-changed", self.schema_file()?.display());
        if let Some(table) = self.nulls_file() {
            tell_cargo("rerun-if-changed", table.display());
        }
        let generated = self.generate()?;
        for file in &generated.files {
            tell_cargo("rerun-if-changed", file.display());
        }
        show("warning", &generated.warnings);
        let out = env::var_os("OUT_DIR").ok_or_else(|| {
            Failure::of(
                "OUT_DIR is not set: `compile` is for build scripts; elsewhere use `generate`",
            )
        })?;
        let out = Path::new(&out).join(format!("{name}.rs"));
        fs::write(&out, generated.code).map_err(|error| unreadable("write", &out, &error))
    }

    /// Generates, without writing a file.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not valid, with every fault of all files.
    pub fn generate(&self) -> Result<Generated, Failure> {
        let (model, files) = self.model()?;
        let code = emit::emit(&model, &self.runtime, &self.path);
        Ok(Generated { code, warnings: model.warnings, files })
    }

    /// What the operations name in the schema and which manager has that, as JSON: an entry for
    /// each, to be checked in.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate).
    #[cfg(feature = "manifest")]
    pub fn manifest(&self) -> Result<String, Failure> {
        Ok(crate::manifest::manifest(&self.model()?.0))
    }

    fn model(&self) -> Result<(Model, Vec<PathBuf>), Failure> {
        let path = self.schema_file()?;
        let schema = schema::load(&path, read(&path)?)?;
        let nulls = match self.nulls_file() {
            Some(table) => Nulls::read(&table, &read(&table)?, &schema)?,
            None => Nulls::default(),
        };
        let files = self.files(&path)?;
        let sources: Result<Vec<_>, _> =
            files.iter().map(|file| Ok((file.clone(), read(file)?))).collect();
        let documents = document::read(&schema, sources?)?;
        let model = build::model(&schema, &documents, &nulls, self);
        let files = std::iter::once(path).chain(self.nulls_file()).chain(files).collect();
        Ok((model, files))
    }

    fn schema_file(&self) -> Result<PathBuf, Failure> {
        // Cargo sets it for build scripts of packages that depend on `backendai`.
        let carried = || env::var_os("DEP_BACKENDAI_SCHEMA").map(PathBuf::from);
        self.schema.clone().or_else(carried).ok_or_else(|| {
            Failure::of(
                "no schema: name the file with `.schema(\"graphql/schema.graphql\")`, or let the \
                 package depend on `backendai` itself, which carries one",
            )
        })
    }

    fn nulls_file(&self) -> Option<PathBuf> {
        let carried = || env::var_os("DEP_BACKENDAI_NULLS").map(PathBuf::from);
        self.nulls.clone().or_else(|| if self.schema.is_none() { carried() } else { None })
    }

    /// The document files, in the order of their names.
    fn files(&self, schema: &Path) -> Result<Vec<PathBuf>, Failure> {
        let mut files = Vec::new();
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

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| unreadable("read", path, &error))
}

fn unreadable(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::of(format!("cannot {verb} {}: {error}", path.display()))
}

/// Cargo keeps one line of each message, so every line goes by itself.
fn show(level: &str, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        for line in diagnostic.to_string().lines() {
            tell_cargo(level, line);
        }
    }
}

#[expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]
fn tell_cargo(key: &str, value: impl Display) {
    println!("cargo::{key}={value}");
}

/// Names under which the manager's schemas keep what nobody else may know.
fn is_secret(field: &str) -> bool {
    let field = field.to_ascii_lowercase().replace('_', "");
    ["password", "secretkey", "privatekey", "apitoken", "passphrase"]
        .iter()
        .any(|part| field.contains(part))
        || ["token", "secret", "otp"].iter().any(|end| field.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for field in ["password", "secret_key", "wsproxy_api_token", "sshPrivateKey", "token"] {
            assert!(is_secret(field), "{field}");
        }
        for field in ["access_key", "ssh_public_key", "tokens_used", "description"] {
            assert!(!is_secret(field), "{field}");
        }
    }
}
