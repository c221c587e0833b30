//! Changes of what a file holds, which keep everything else in it.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{
    Context, KEYS, Result,
    read::{self, CONTEXTS, CURRENT},
};
use crate::config::{self, Field, Problem};

/// What a file of contexts holds.
#[derive(Clone)]
pub struct Stored {
    path: PathBuf,
    document: DocumentMut,
    contexts: Vec<Context>,
    current: Option<String>,
}

impl Stored {
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self> {
        let read = read::read(path, text)?;
        let (path, document) = (path.to_owned(), read.document.into_mut());
        Ok(Self { path, document, contexts: read.contexts, current: read.current })
    }

    pub(super) fn to_text(&self) -> String {
        // The blank line before the first table is for what comes to stand above it.
        self.document.to_string().trim_start_matches('\n').to_owned()
    }

    /// All contexts, in the order of the file.
    pub fn contexts(&self) -> &[Context] {
        &self.contexts
    }

    /// The context of this name.
    ///
    /// # Errors
    ///
    /// When there is none; the error says which there are.
    pub fn get(&self, name: &str) -> Result<&Context> {
        self.find(name).ok_or_else(|| self.absent(name))
    }

    /// The name of the current context.
    pub fn current_name(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// The current context; none when none is.
    ///
    /// # Errors
    ///
    /// When the name that the file says is no context's.
    pub fn current(&self) -> Result<Option<&Context>> {
        self.current_name().map(|name| self.get(name)).transpose()
    }

    /// Puts a context there, in place of one of this name. Gives whether there was one.
    ///
    /// # Errors
    ///
    /// When a value of it cannot be in the file.
    pub fn put(&mut self, context: &Context) -> Result<bool> {
        let old = self.find(context.name()).cloned();
        let replaced = old.is_some();
        let table = self.tables()?;
        if !replaced {
            let mut new = Table::new();
            new.decor_mut().set_prefix("\n");
            table.insert(context.name(), Item::Table(new));
        }
        if let Some(table) = table.get_mut(context.name()).and_then(Item::as_table_like_mut) {
            for (field, key) in KEYS {
                let before =
                    old.as_ref().and_then(|old| old.get(field)).map(SecretString::expose_secret);
                match context.get(field) {
                    None => drop(table.remove(key)),
                    // As it is written, it may be prettier.
                    Some(text) if before == Some(text.expose_secret()) => {}
                    Some(text) => write(table, key, value(field, text)),
                }
            }
        }
        self.read_again()?;
        Ok(replaced)
    }

    /// Makes a context the current one.
    ///
    /// # Errors
    ///
    /// When there is none of this name.
    pub fn set_current(&mut self, name: &str) -> Result<()> {
        self.get(name)?;
        write(self.document.as_table_mut(), CURRENT, name.into());
        self.read_again()
    }

    /// Takes a context away, and gives it. If it was the current one, none is any more.
    ///
    /// # Errors
    ///
    /// When there is none of this name.
    pub fn remove(&mut self, name: &str) -> Result<Context> {
        let context = self.get(name)?.clone();
        self.tables()?.remove(name);
        if self.current_name() == Some(name) {
            self.document.remove(CURRENT);
        }
        self.read_again()?;
        Ok(context)
    }

    /// Gives a context another name. If it was the current one, it still is.
    ///
    /// # Errors
    ///
    /// When there is none of this name, or one of the new name, or the new name cannot be one.
    pub fn rename(&mut self, name: &str, to: &str) -> Result<()> {
        self.get(name)?;
        Context::new(to)?;
        if self.find(to).is_some() {
            let message = format!("there is a context {to:?} already; remove it first");
            return Err(Problem::new(None, self.path.display(), message));
        }
        let tables = self.tables()?;
        if let Some(table) = tables.remove(name) {
            tables.insert(to, table);
        }
        if self.current_name() == Some(name) {
            write(self.document.as_table_mut(), CURRENT, to.into());
        }
        self.read_again()
    }

    fn find(&self, name: &str) -> Option<&Context> {
        self.contexts.iter().find(|context| context.name() == name)
    }

    fn absent(&self, name: &str) -> Problem {
        let names: Vec<&str> = self.contexts.iter().map(Context::name).collect();
        let message = match names.as_slice() {
            [] => format!("there is no context {name:?}, nor any other"),
            names => format!("there is no context {name:?}; there are {}", names.join(", ")),
        };
        Problem::new(None, self.path.display(), message)
    }

    fn tables(&mut self) -> Result<&mut dyn TableLike> {
        let path = self.path.display().to_string();
        let all = self.document.entry(CONTEXTS).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        all.as_table_like_mut()
            .ok_or_else(|| Problem::new(None, path, "contexts is not a table; make it one"))
    }

    /// What was changed has to be what is read the next time.
    fn read_again(&mut self) -> Result<()> {
        *self = Self::parse(&self.path, &self.document.to_string())?;
        Ok(())
    }
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored")
            .field("path", &self.path)
            .field("current", &self.current)
            .field("contexts", &self.contexts)
            .finish_non_exhaustive()
    }
}

/// Puts a value there, and leaves the comment beside it.
fn write(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => drop(table.insert(key, Item::Value(value))),
    }
}

/// A text as people would write it in TOML.
fn value(field: Field, text: &SecretString) -> Value {
    let said = text.expose_secret();
    match field {
        Field::Endpoint if said.contains(',') => {
            Value::Array(said.split(',').map(str::trim).collect::<Array>())
        }
        Field::SkipTlsVerification => match said.to_ascii_lowercase().as_str() {
            "y" | "yes" | "t" | "true" | "1" => true.into(),
            _ => false.into(),
        },
        Field::ConnectTimeout | Field::ReadTimeout => {
            match (said.parse::<i64>(), said.parse::<f64>()) {
                (Ok(seconds), _) => seconds.into(),
                (_, Ok(seconds)) => seconds.into(),
                _ => said.into(),
            }
        }
        Field::StorageProxies => {
            Value::InlineTable(config::pairs(text).into_iter().collect::<InlineTable>())
        }
        _ => said.into(),
    }
}
