//! What to generate, and from which files.

use std::{
    collections::BTreeMap,
    env, fmt, fs,
    path::{Path, PathBuf},
};

use crate::{Failure, model::Base};

/// A document set, and how it becomes Rust.
///
/// Setters replace what was set before, except that [`operations`](Self::operations),
/// [`files`](Self::files), [`text`](Self::text) and [`scalar`](Self::scalar) add to it.
pub struct Options {
    schema: Option<PathBuf>,
    nulls: Option<PathBuf>,
    descriptions: Option<PathBuf>,
    pub(crate) operations: Vec<String>,
    files: Vec<PathBuf>,
    texts: BTreeMap<PathBuf, String>,
    links: Option<String>,
    own_types: bool,
    runtime: Option<String>,
    pub(crate) path: String,
    pub(crate) scalars: BTreeMap<String, Base>,
    pub(crate) input_types: BTreeMap<String, Base>,
    pub(crate) absent_nulls: bool,
    pub(crate) one_of: OneOf,
    pub(crate) secret: Box<dyn Fn(&str) -> bool>,
    pub(crate) anonymous: bool,
    pub(crate) testing: bool,
}

/// Shows what is read, and not how each type is generated.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("schema", &self.schema)
            .field("operations", &self.operations)
            .field("files", &self.files)
            .field("texts", &self.texts.keys())
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Whether exactly one field of an input object, given its name and its fields, must be sent.
type OneOf = Box<dyn Fn(&str, &[&str]) -> bool>;

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// Options that know no server. At least [`schema`](Self::schema),
    /// [`operations`](Self::operations) and [`runtime`](Self::runtime) must be set. Every custom
    /// scalar is any JSON value until [`scalar`](Self::scalar) names its type, and no field is
    /// secret until [`secret`](Self::secret) gives a rule.
    #[must_use]
    pub fn new() -> Self {
        Self {
            schema: None,
            nulls: None,
            descriptions: None,
            operations: Vec::new(),
            files: Vec::new(),
            texts: BTreeMap::new(),
            links: None,
            own_types: false,
            runtime: None,
            path: "/graphql".to_owned(),
            scalars: ["JSON", "JSONObject"]
                .map(|scalar| (scalar.to_owned(), Base::any_json()))
                .into(),
            input_types: BTreeMap::new(),
            absent_nulls: false,
            one_of: Box::new(|_, _| false),
            secret: Box::new(|_| false),
            anonymous: false,
            testing: false,
        }
    }

    /// Sets the schema file, relative to the package: a snapshot, or what a server serves. If not
    /// set, the schema of the crate that [`links`](Self::links) names.
    #[must_use]
    pub fn schema(mut self, file: impl Into<PathBuf>) -> Self {
        self.schema = Some(file.into());
        self
    }

    /// Sets the table of the input fields that take null, relative to the package. For the input
    /// objects that it lists, null can be sent only where it is listed:
    ///
    /// ```text
    /// # A comment.
    /// ModifyGroupInput
    ///     description: null           # may be left out, null, or a value
    ///     container_registry: stated  # must be given, as a value or null: an argument of `new`
    ///     # every other field may be left out, and is never null: `Option`
    /// ```
    ///
    /// Input objects that are not listed take null wherever the schema allows it. If neither this
    /// nor [`schema`](Self::schema) is set, the table of the crate that [`links`](Self::links)
    /// names.
    #[must_use]
    pub fn nulls(mut self, file: impl Into<PathBuf>) -> Self {
        self.nulls = Some(file.into());
        self
    }

    /// Sets the table of descriptions, relative to the package: the documentation of types, of their
    /// fields and values, and of arguments that the schema lacks. Each line must fit the schema.
    ///
    /// ```text
    /// # A comment.
    /// CreateGroupInput ModifyGroupInput
    ///     description: Text for people.
    /// Color: A color.
    ///     RED: The color of a stop sign.
    /// # The arguments of a field.
    /// Query.group
    ///     id: Id of the group.
    /// # Every field and argument of that name that has no line of its own.
    /// *
    ///     created_at: Time of creation.
    /// ```
    ///
    /// A comment in a document has precedence. A variable without one has the description of the
    /// argument or input field that it is passed as.
    #[must_use]
    pub fn descriptions(mut self, file: impl Into<PathBuf>) -> Self {
        self.descriptions = Some(file.into());
        self
    }

    /// Supplies the content of a file, which is then not read and need not exist.
    #[must_use]
    pub fn text(mut self, file: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.texts.insert(file.into(), text.into());
        self
    }

    /// Adds files with operations and fragments, as a pattern such as `graphql/*.graphql`, relative
    /// to the package. All files are one set: they share fragments. The schema file is left out
    /// even if it matches.
    #[must_use]
    pub fn operations(mut self, pattern: impl Into<String>) -> Self {
        self.operations.push(pattern.into());
        self
    }

    /// Adds files with operations and fragments by their own paths.
    #[must_use]
    pub fn files<P: Into<PathBuf>>(mut self, files: impl IntoIterator<Item = P>) -> Self {
        self.files.extend(files.into_iter().map(Into::into));
        self
    }

    /// Sets the `links` name of a crate that passes on its schema, its null table and the list of
    /// its enums and input objects as metadata (`DEP_<LINKS>_SCHEMA`, `_NULLS` and `_TYPES`). They
    /// are used where [`schema`](Self::schema) is not set.
    #[must_use]
    pub fn links(mut self, name: impl Into<String>) -> Self {
        self.links = Some(name.into());
        self
    }

    /// Generates every enum and input object, also those that the crate of
    /// [`links`](Self::links) has.
    ///
    /// Without this, and with that crate's schema, its types are used and re-exported from the
    /// generated `types`, so that a value fits the operations of both; their scalars and secrets
    /// are as that crate has them.
    #[must_use]
    pub fn own_types(mut self) -> Self {
        self.own_types = true;
        self
    }

    /// Sets the path of the crate that runs the operations, such as `::backendai`.
    #[must_use]
    pub fn runtime(mut self, path: impl Into<String>) -> Self {
        self.runtime = Some(path.into());
        self
    }

    /// Sets the path of the schema on a server; `/graphql` if not set.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Treats a default of null in the schema as "null is the same as left out": such a field of an
    /// input object is an `Option` and never sent as null. The other optional fields can be.
    #[must_use]
    pub fn absent_nulls(mut self) -> Self {
        self.absent_nulls = true;
        self
    }

    /// Sets the rule for input objects that are treated as `@oneOf` although the schema does not mark
    /// them, by their names and those of their fields: for conditions of which a server applies one
    /// and ignores the others.
    #[must_use]
    pub fn one_of(mut self, rule: impl Fn(&str, &[&str]) -> bool + 'static) -> Self {
        self.one_of = Box::new(rule);
        self
    }

    /// Sets the Rust type of a custom scalar or of `ID`, as a path that is valid everywhere, such as
    /// `::std::string::String`. The type must implement `Serialize` and `Deserialize`. A scalar
    /// without a type is any JSON value, with a warning where it is used. `ID` can be given another
    /// type, too; it is a `String`, also where a server sends a number.
    #[must_use]
    pub fn scalar(mut self, scalar: impl Into<String>, ty: impl Into<String>) -> Self {
        self.scalars.insert(scalar.into(), Base::Rust(ty.into()));
        self
    }

    /// Accepts that a custom scalar is any JSON value, without a warning. `JSON` and `JSONObject` are
    /// accepted.
    #[must_use]
    pub fn json_scalar(mut self, scalar: impl Into<String>) -> Self {
        self.scalars.insert(scalar.into(), Base::any_json());
        self
    }

    /// Sets the Rust type of a scalar or an input object where it is sent, like
    /// [`scalar`](Self::scalar). The type of an input object is not generated then.
    #[must_use]
    pub fn input_type(mut self, name: impl Into<String>, ty: impl Into<String>) -> Self {
        self.input_types.insert(name.into(), Base::Rust(ty.into()));
        self
    }

    /// Lets tests build what is decoded: rows implement `Default` and are not `#[non_exhaustive]`, so that
    /// a test in any crate can write `Row { name: "a".into(), ..Default::default() }`. The scalars must
    /// implement `Default`, too. Pass whether a feature is enabled, such as `cfg!(feature = "testing")`:
    /// other programs have no use for a row without values.
    #[must_use]
    pub fn testing(mut self, enabled: bool) -> Self {
        self.testing = enabled;
        self
    }

    /// Sets the rule for secret fields, by their names in the schema: `Debug` hides their values.
    #[must_use]
    pub fn secret(mut self, rule: impl Fn(&str) -> bool + 'static) -> Self {
        self.secret = Box::new(rule);
        self
    }

    /// Lets [`prove`](Self::prove) accept an operation without a name where it is the only one, for
    /// documents that are sent and not compiled. Generating Rust requires names in any case.
    #[must_use]
    pub fn allow_anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// The content of a file, as supplied or read.
    pub(crate) fn read(&self, file: &Path) -> Result<String, Failure> {
        match self.texts.get(file) {
            Some(text) => Ok(text.clone()),
            None => fs::read_to_string(file).map_err(|error| io_failure("read", file, &error)),
        }
    }

    /// Whether the content of a file was supplied.
    pub(crate) fn is_supplied(&self, file: &Path) -> bool {
        self.texts.contains_key(file)
    }

    pub(crate) fn runtime_path(&self) -> Result<&str, Failure> {
        self.runtime.as_deref().ok_or_else(|| {
            Failure::new(
                "no runtime: name the crate that runs the operations, with \
                 `.runtime(\"::backendai\")`",
            )
        })
    }

    pub(crate) fn schema_file(&self) -> Result<PathBuf, Failure> {
        self.schema.clone().or_else(|| self.linked("SCHEMA")).ok_or_else(|| {
            let dependency = self.links.as_ref().map_or_else(String::new, |links| {
                format!(", or let the package depend on `{links}` itself, which passes one on")
            });
            Failure::new(format!(
                "no schema: name the file with `.schema(\"graphql/schema.graphql\")`{dependency}"
            ))
        })
    }

    /// The null table that fits the schema: that of the linked crate fits no other.
    pub(crate) fn nulls_file(&self) -> Option<PathBuf> {
        self.nulls.clone().or_else(|| self.linked("NULLS").filter(|_| self.schema.is_none()))
    }

    pub(crate) fn descriptions_file(&self) -> Option<PathBuf> {
        self.descriptions.clone()
    }

    pub(crate) fn shared_types_file(&self) -> Option<PathBuf> {
        self.linked("TYPES").filter(|_| self.schema.is_none() && !self.own_types)
    }

    /// A file of the linked crate. Cargo passes its path to the build scripts of dependents.
    fn linked(&self, key: &str) -> Option<PathBuf> {
        let links = self.links.as_ref()?.to_ascii_uppercase().replace('-', "_");
        env::var_os(format!("DEP_{links}_{key}")).map(PathBuf::from)
    }

    /// The document files, sorted by name.
    pub(crate) fn documents(&self, schema: &Path) -> Result<Vec<PathBuf>, Failure> {
        if self.operations.is_empty() && self.files.is_empty() {
            return Err(Failure::new(
                "no documents: name them with `.operations(\"graphql/*.graphql\")`",
            ));
        }
        let mut files = self.files.clone();
        for pattern in &self.operations {
            let found = glob::glob(pattern)
                .map_err(|error| Failure::new(format!("`{pattern}` is not a pattern: {error}")))?;
            let before = files.len();
            for file in found {
                let file = file.map_err(|error| io_failure("read", error.path(), error.error()))?;
                if file != schema && !file.is_dir() {
                    files.push(file);
                }
            }
            if files.len() == before {
                return Err(Failure::new(format!("no file matches `{pattern}`")));
            }
        }
        files.sort();
        files.dedup();
        Ok(files)
    }
}

pub(crate) fn io_failure(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    let fix = match error.kind() {
        std::io::ErrorKind::InvalidData => ": save it as UTF-8",
        _ => "",
    };
    Failure::new(format!("cannot {verb} {}: {error}{fix}", path.display()))
}
