//! Changes to a file of contexts, which keep everything else in it.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::{
    Context, Result,
    form::to_toml,
    read::{self, CONTEXTS, CURRENT},
};
use crate::setting::{Problem, Setting};

/// The contents of a file of contexts.
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
        // A new first table begins with a blank line, which is for keys above it.
        self.document.to_string().trim_start_matches('\n').to_owned()
    }

    /// All contexts, in the order of the file.
    pub fn contexts(&self) -> &[Context] {
        &self.contexts
    }

    /// Returns the context of this name.
    ///
    /// # Errors
    ///
    /// When there is none; the error lists the names.
    pub fn get(&self, name: &str) -> Result<&Context> {
        self.find(name).ok_or_else(|| self.absent(name))
    }

    /// The name of the current context.
    pub fn current_name(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// Returns the current context, if one is set.
    ///
    /// # Errors
    ///
    /// When the file names a context that it does not have.
    pub fn current(&self) -> Result<Option<&Context>> {
        self.current_name().map(|name| self.get(name)).transpose()
    }

    /// Adds a context, or replaces the one of this name. Returns whether it replaced one.
    ///
    /// # Errors
    ///
    /// When a value cannot be written to the file.
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
            for (setting, key) in Setting::of_contexts() {
                let field = setting.field;
                let before =
                    old.as_ref().and_then(|old| old.get(field)).map(SecretString::expose_secret);
                match context.get(field) {
                    None => drop(table.remove(key)),
                    // Keeps the way in which it is written.
                    Some(text) if before == Some(text.expose_secret()) => {}
                    Some(text) => write(table, key, to_toml(setting.form, text)),
                }
            }
        }
        self.reparse()?;
        Ok(replaced)
    }

    /// Makes this context the current one.
    ///
    /// # Errors
    ///
    /// When there is none of this name.
    pub fn set_current(&mut self, name: &str) -> Result<()> {
        self.get(name)?;
        write(self.document.as_table_mut(), CURRENT, name.into());
        self.reparse()
    }

    /// Removes a context and returns it. If it was the current one, none is current afterwards.
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
        self.reparse()?;
        Ok(context)
    }

    /// Renames a context. If it was the current one, it remains so.
    ///
    /// # Errors
    ///
    /// When there is none of this name, when the new name is taken, or when it is invalid.
    pub fn rename(&mut self, name: &str, to: &str) -> Result<()> {
        self.get(name)?;
        Context::new(to)?;
        if name == to {
            let message = format!("the context {to:?} has this name already; give another one");
            return Err(Problem::new(None, self.path.display(), message));
        }
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
        self.reparse()
    }

    fn find(&self, name: &str) -> Option<&Context> {
        self.contexts.iter().find(|context| context.name() == name)
    }

    fn absent(&self, name: &str) -> Problem {
        let names: Vec<&str> = self.contexts.iter().map(Context::name).collect();
        let message = match names.as_slice() {
            [] => format!("there is no context {name:?}, nor any other; log in to add one"),
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

    /// Parses the changed document, so that what is written can be read.
    fn reparse(&mut self) -> Result<()> {
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

/// Sets a value, and keeps the comment beside it.
fn write(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => drop(table.insert(key, Item::Value(value))),
    }
}
