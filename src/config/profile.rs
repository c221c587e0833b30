//! The official client's profiles: `config.toml` and `credentials.toml` in `~/.backend.ai`, or in a
//! directory of their own below `~/.backend.ai/profiles`.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use secrecy::{SecretString, zeroize::Zeroizing};
use toml_edit::{Document, Value};

use super::{
    ConfigBuilder,
    source::{Source, SourceKind},
};
use crate::{
    owner_file,
    setting::{
        Env, Origin, Problem, SETTINGS, Warning,
        value::{NAME_RULE, is_name},
    },
};

/// The variable that selects the current profile.
const SELECTED: &str = "BACKEND_PROFILE";
/// The table that both files have.
const TABLE: &str = "backend-ai";
/// The file with the secret key.
const CREDENTIALS: &str = "credentials.toml";

/// Reads the profiles that the builder selects: the one selected by name, and the current one.
pub(super) fn read(
    builder: &ConfigBuilder,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Warning>,
) -> (Option<Source>, Option<Source>) {
    if builder.profile.is_none() && !builder.current_profile {
        return (None, None);
    }
    let home = || Some(builder.env.as_ref()?.home()?.join(".backend.ai"));
    let Some(root) = builder.profile_dir.clone().or_else(home) else {
        let message = "the home directory is unknown; set the directory of the profiles";
        problems.push(Problem::new(None, "ConfigBuilder::profile_dir", message));
        return (None, None);
    };
    let mut profiles = Profiles { root: &root, problems, warnings };
    match &builder.profile {
        // A profile selected by name leaves nothing to the current one.
        Some(name) => (profiles.named(name), None),
        None => (None, profiles.current(builder.env.as_ref())),
    }
}

/// Reads profiles and collects their problems.
struct Profiles<'a> {
    root: &'a Path,
    problems: &'a mut Vec<Problem>,
    warnings: &'a mut Vec<Warning>,
}

impl Profiles<'_> {
    /// The profile of this name.
    fn named(&mut self, name: &str) -> Option<Source> {
        let directory = self.directory(name, "ConfigBuilder::profile")?;
        Some(self.profile(directory, Some(name), true))
    }

    /// The profile that `BACKEND_PROFILE` or else the file `current-profile` names; without either,
    /// the files beside the profiles.
    fn current(&mut self, env: Option<&Env>) -> Option<Source> {
        // A name that is not Unicode is as invalid as any other that no profile can have.
        let selected = env.and_then(|env| env.variable(SELECTED).map(|_| env.text(SELECTED)));
        let selected = selected.map(|name| name.unwrap_or("\u{fffd}"));
        if let Some(name) = selected.filter(|name| !name.is_empty()) {
            let directory = self.directory(name, SELECTED)?;
            return Some(self.profile(directory, Some(name), false));
        }
        let pointer = self.root.join("current-profile");
        let name = self.contents(&pointer)?.map(|(text, _)| text);
        match name.as_deref().map(|name| name.trim()) {
            None | Some("") => Some(self.profile(self.root.to_owned(), None, false)),
            Some(name) => {
                let directory = self.directory(name, &pointer.display().to_string())?;
                Some(self.profile(directory, Some(name), false))
            }
        }
    }

    fn directory(&mut self, name: &str, place: &str) -> Option<PathBuf> {
        let directory = self.root.join("profiles").join(name);
        let message = if !is_name(name) {
            format!("{name:?} is not a profile's name; {NAME_RULE}")
        } else if directory.is_dir() {
            return Some(directory);
        } else {
            match self.names().as_slice() {
                [] => format!(
                    "there is no profile {name:?}, nor any other, in {}",
                    self.root.display()
                ),
                names => format!("there is no profile {name:?}; there are {}", names.join(", ")),
            }
        };
        self.problems.push(Problem::new(None, place, message));
        None
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

    fn profile(&mut self, directory: PathBuf, name: Option<&str>, named: bool) -> Source {
        let mut source = Source::new(SourceKind::Profile { directory: directory.clone(), named });
        let files = SETTINGS.iter().filter_map(|setting| setting.profile).map(|(file, _)| file);
        for file in files.collect::<BTreeSet<_>>() {
            let path = directory.join(file);
            let Some(text) = self.toml(&path, file == CREDENTIALS) else { continue };
            self.file(&mut source, name, file, &path, &text);
        }
        source
    }

    /// Adds the values of one file.
    fn file(
        &mut self,
        source: &mut Source,
        name: Option<&str>,
        file: &str,
        path: &Path,
        document: &Document<String>,
    ) {
        let Some(item) = document.get(TABLE) else { return };
        let Some(table) = item.as_table_like() else {
            let message = "backend-ai is not a table; write [backend-ai] on a line of its own";
            self.problems.push(Problem::new(None, path.display(), message));
            return;
        };
        for setting in SETTINGS {
            let Some((_, key)) = setting.profile.filter(|(of, _)| *of == file) else { continue };
            let Some(item) = table.get(key) else { continue };
            let text = match item.as_value() {
                Some(Value::String(text)) => SecretString::from(text.value().as_str()),
                Some(Value::Boolean(yes)) => SecretString::from(yes.value().to_string()),
                _ => {
                    let message = format!("expected a string, found {}", item.type_name());
                    let place = format!("{key} in {}", path.display());
                    self.problems.push(Problem::new(setting.field, place, message));
                    continue;
                }
            };
            let (name, path, key) = (name.map(str::to_owned), path.to_owned(), key.to_owned());
            source.put(setting.field, text, Origin::Profile { name, path, key });
        }
    }

    /// The document in a file; none when there is no file, or a problem with it.
    fn toml(&mut self, path: &Path, secret: bool) -> Option<Document<String>> {
        let (text, mode) = self.contents(path)??;
        if let Some(mode) = mode.filter(|_| secret) {
            self.warnings.push(Warning::CredentialsReadable { path: path.to_owned(), mode });
        }
        // The parser's own message quotes the line, which can be a secret.
        let parsed = Document::parse(text.as_str().to_owned()).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            Problem::at_offset(None, path, (&text, offset), "this is not TOML")
        });
        parsed.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// The contents of a file, and its permission bits if others than its owner can read it. None
    /// inside when there is no file; none when it cannot be read.
    fn contents(&mut self, path: &Path) -> Option<Option<(Zeroizing<String>, Option<u32>)>> {
        let read = || {
            let mut file = File::open(path)?;
            let mut text = Zeroizing::new(String::new());
            file.read_to_string(&mut text)?;
            Ok((text, owner_file::too_open(&file)?))
        };
        let contents: io::Result<_> = read();
        match contents {
            Ok(contents) => Some(Some(contents)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(None),
            Err(error) => {
                let message = format!("the file cannot be read: {error}");
                self.problems.push(Problem::new(None, path.display(), message));
                None
            }
        }
    }
}
