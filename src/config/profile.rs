//! The official client's profiles: `config.toml` and `credentials.toml` in `~/.backend.ai`, or
//! in a directory of their own below `~/.backend.ai/profiles`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use secrecy::{SecretString, zeroize::Zeroizing};
use toml::{Table, Value};

use super::{
    Field, Origin, Problem, Warning,
    environment::Env,
    layer::{Layer, Source},
};

/// The variable that chooses the current profile.
const CHOICE: &str = "BACKEND_PROFILE";

/// The keys that each file may have.
const CONFIG: [(Field, &str); 4] = [
    (Field::Endpoint, "endpoint"),
    (Field::EndpointType, "endpoint_type"),
    (Field::Version, "api_version"),
    (Field::SkipTlsVerification, "skip_ssl_verification"),
];
const CREDENTIALS: [(Field, &str); 2] =
    [(Field::AccessKey, "access_key"), (Field::SecretKey, "secret_key")];

/// Reads profiles and collects what is wrong with them.
pub(super) struct Profiles<'a> {
    pub(super) root: &'a Path,
    pub(super) problems: &'a mut Vec<Problem>,
    pub(super) warnings: &'a mut Vec<Warning>,
}

impl Profiles<'_> {
    /// The profile of this name.
    pub(super) fn named(&mut self, name: &str) -> Option<Layer> {
        let directory = self.directory(name, "ConfigBuilder::profile")?;
        Some(self.read(directory, Some(name), true))
    }

    /// The profile that `BACKEND_PROFILE` or else the file `current-profile` names; without
    /// either, the files beside the profiles.
    pub(super) fn current(&mut self, env: Option<&Env>) -> Option<Layer> {
        let chosen = env.filter(|env| env.get(CHOICE).is_some());
        // A name that is not Unicode is as wrong as any other that no profile can have.
        let chosen = chosen.map(|env| env.text(CHOICE).unwrap_or("\u{fffd}"));
        if let Some(name) = chosen.filter(|name| !name.is_empty()) {
            let directory = self.directory(name, CHOICE)?;
            return Some(self.read(directory, Some(name), false));
        }
        let pointer = self.root.join("current-profile");
        match self.text(&pointer)?.as_deref().map(|name| name.trim()) {
            None | Some("") => Some(self.read(self.root.to_owned(), None, false)),
            Some(name) => {
                let directory = self.directory(name, &pointer.display().to_string())?;
                Some(self.read(directory, Some(name), false))
            }
        }
    }

    fn directory(&mut self, name: &str, place: &str) -> Option<PathBuf> {
        let mut chars = name.chars();
        let valid = chars.next().is_some_and(|c| c.is_ascii_alphanumeric())
            && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if !valid {
            self.problems.push(Problem::new(
                None,
                place,
                format!(
                    "{name:?} is not a profile's name; a letter or digit comes first, then \
                     letters, digits, dots, underscores and hyphens"
                ),
            ));
            return None;
        }
        let directory = self.root.join("profiles").join(name);
        if !directory.is_dir() {
            let message = match self.names().as_slice() {
                [] => format!(
                    "there is no profile {name:?}, nor any other, in {}",
                    self.root.display()
                ),
                names => format!("there is no profile {name:?}; there are {}", names.join(", ")),
            };
            self.problems.push(Problem::new(None, place, message));
            return None;
        }
        Some(directory)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.join("profiles")).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    fn read(&mut self, directory: PathBuf, name: Option<&str>, named: bool) -> Layer {
        let mut layer = Layer::new(Source::Profile { directory: directory.clone(), named });
        let files = [("config.toml", CONFIG.as_slice()), ("credentials.toml", &CREDENTIALS)];
        for (file, keys) in files {
            let path = directory.join(file);
            let Some(mut table) = self.table(&path) else { continue };
            if file == "credentials.toml" {
                self.warnings.extend(too_open(&path));
            }
            for &(field, key) in keys {
                let text = match table.remove(key) {
                    None => continue,
                    Some(Value::String(text)) => SecretString::from(text),
                    Some(Value::Boolean(yes)) => SecretString::from(yes.to_string()),
                    Some(other) => {
                        let message = format!("it is {}; text is wanted", other.type_str());
                        let place = format!("{key} in {}", path.display());
                        self.problems.push(Problem::new(field, place, message));
                        continue;
                    }
                };
                let (name, key) = (name.map(str::to_owned), key.to_owned());
                layer.put(field, text, Origin::Profile { name, path: path.clone(), key });
            }
        }
        layer
    }

    /// The table `[backend-ai]` of a file, which may be absent.
    fn table(&mut self, path: &Path) -> Option<Table> {
        let text = self.text(path)??;
        let mut file: Table = match text.parse() {
            Ok(file) => file,
            Err(error) => {
                // The error's own text shows the line, and with it a secret.
                let error: toml::de::Error = error;
                let start = error.span().map_or(0, |span| span.start);
                let line = 1 + text.get(..start).map_or(0, |seen| seen.matches('\n').count());
                let place = format!("{}:{line}", path.display());
                self.problems.push(Problem::new(None, place, "this is not TOML"));
                return None;
            }
        };
        match file.remove("backend-ai") {
            Some(Value::Table(table)) => Some(table),
            None => None,
            Some(_) => {
                let message = "backend-ai is not a table; write [backend-ai] on a line of its own";
                self.problems.push(Problem::new(None, path.display(), message));
                None
            }
        }
    }

    /// The text of a file; the inner option is empty when there is no such file.
    fn text(&mut self, path: &Path) -> Option<Option<Zeroizing<String>>> {
        match fs::read_to_string(path) {
            Ok(text) => Some(Some(Zeroizing::new(text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(None),
            Err(error) => {
                let message = format!("the file cannot be read: {error}");
                self.problems.push(Problem::new(None, path.display(), message));
                None
            }
        }
    }
}

#[cfg(unix)]
fn too_open(path: &Path) -> Option<Warning> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| Warning::CredentialsReadable { path: path.to_owned(), mode })
}

#[cfg(not(unix))]
const fn too_open(_: &Path) -> Option<Warning> {
    None
}
