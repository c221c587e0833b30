//! Texts in parts, put together for a version and kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{ManagerVersion, Requirement};

/// What a part needs: any of these, wholly; nothing stands for always.
pub(crate) type When = &'static [&'static [Requirement]];

/// A stretch of a text, and when it is there.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    when: When,
    text: &'static str,
}

impl Part {
    /// A part of a text as GraphQL, not as JSON.
    pub const fn new(when: When, text: &'static str) -> Self {
        Self { when, text }
    }

    /// The newest version that changes whether it is there.
    pub(crate) fn newest(&self) -> Option<ManagerVersion> {
        self.when.iter().filter_map(|all| Requirement::newest(all)).max()
    }
}

/// Whether something is there, for one who knows of each fact whether it holds.
pub(super) fn holds(when: When, is_there: &impl Fn(&Requirement) -> bool) -> bool {
    when.is_empty() || when.iter().any(|all| all.iter().all(is_there))
}

/// The parts that are there, as a JSON string.
fn join(parts: &[Part], is_there: &impl Fn(&Requirement) -> bool) -> String {
    let parts = parts.iter().filter(|part| holds(part.when, is_there));
    parts.map(|part| part.text).collect()
}

fn json(text: String) -> Arc<str> {
    serde_json::Value::from(text).to_string().into()
}

/// The texts of a client for the version of its manager.
#[derive(Default)]
pub(crate) struct Texts(Mutex<HashMap<&'static str, (ManagerVersion, Arc<str>)>>);

impl Texts {
    /// `whole` is the text with all parts, by which it is known.
    pub(super) fn get(
        &self,
        whole: &'static str,
        parts: &[Part],
        manager: ManagerVersion,
    ) -> Arc<str> {
        // A text is put there whole, so a panic elsewhere leaves nothing half done.
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match texts.get(whole) {
            Some((of, text)) if *of == manager => text.clone(),
            _ => {
                let text = json(join(parts, &|since| since.is_in(manager)));
                texts.insert(whole, (manager, text.clone()));
                text
            }
        }
    }
}

/// A text whose fields were chosen when the program runs.
#[derive(Debug)]
pub(crate) struct Chosen {
    before: Vec<Part>,
    fields: Vec<Vec<Part>>,
    /// What is asked for besides, whatever is chosen.
    more: Vec<String>,
    behind: Vec<Part>,
    /// That of the last version asked for.
    older: Mutex<Option<(ManagerVersion, Arc<str>)>>,
}

impl Chosen {
    pub(crate) fn new(
        before: Vec<Part>,
        fields: Vec<Vec<Part>>,
        more: Vec<String>,
        behind: Vec<Part>,
    ) -> Self {
        Self { before, fields, more, behind, older: Mutex::default() }
    }

    /// The text with all parts, as a JSON string.
    pub(crate) fn whole(&self) -> Arc<str> {
        self.text(&|_| true)
    }

    pub(crate) fn newest(&self) -> Option<ManagerVersion> {
        let all = self.before.iter().chain(self.fields.iter().flatten()).chain(&self.behind);
        all.filter_map(Part::newest).max()
    }

    pub(super) fn get(&self, manager: ManagerVersion) -> Arc<str> {
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        match &*older {
            Some((of, text)) if *of == manager => text.clone(),
            _ => {
                let text = self.text(&|since| since.is_in(manager));
                *older = Some((manager, text.clone()));
                text
            }
        }
    }

    pub(super) fn text(&self, is_there: &impl Fn(&Requirement) -> bool) -> Arc<str> {
        let fields =
            self.fields.iter().map(|field| join(field, is_there)).chain(self.more.iter().cloned());
        let fields: Vec<_> = fields.filter(|field| !field.is_empty()).collect();
        // A selection cannot be empty; what the rows lack is null to those who look for it.
        let fields = if fields.is_empty() { "__typename".to_owned() } else { fields.join(" ") };
        let (before, behind) = (join(&self.before, is_there), join(&self.behind, is_there));
        json(format!("{before}{{{fields}}}{behind}"))
    }
}

/// A text that has parts which are left out for older managers.
#[derive(Clone)]
pub(super) enum Text {
    /// Every manager is sent the same.
    Same,
    /// With the text that has all parts, as a JSON string.
    Compiled(&'static str, &'static [Part]),
    Chosen(Arc<Chosen>),
}

impl Text {
    /// The text for a manager; with what it does not know, as far as that is kept.
    pub(super) fn assemble(
        &self,
        texts: &Texts,
        manager: ManagerVersion,
        kept: &[Requirement],
    ) -> Option<Arc<str>> {
        let is_there = |since: &Requirement| since.is_in(manager) || kept.contains(since);
        match self {
            Self::Same => None,
            Self::Compiled(whole, parts) if kept.is_empty() => {
                Some(texts.get(whole, parts, manager))
            }
            Self::Compiled(_, parts) => Some(json(join(parts, &is_there))),
            Self::Chosen(chosen) if kept.is_empty() => Some(chosen.get(manager)),
            Self::Chosen(chosen) => Some(chosen.text(&is_there)),
        }
    }

    /// The newest version that changes it.
    pub(super) fn newest(&self) -> Option<ManagerVersion> {
        match self {
            Self::Same => None,
            Self::Compiled(_, parts) => parts.iter().filter_map(Part::newest).max(),
            Self::Chosen(chosen) => chosen.newest(),
        }
    }
}
