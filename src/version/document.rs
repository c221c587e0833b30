//! Documents in parts, assembled for a version of the manager and cached.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{ManagerVersion, Requirement};

/// A disjunction of conjunctions; empty means always.
pub(crate) type When = &'static [&'static [Requirement]];

/// A part of a document, and what it requires.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    when: When,
    text: &'static str,
}

impl Part {
    /// A part of a document as GraphQL, not as JSON.
    pub const fn new(when: When, text: &'static str) -> Self {
        Self { when, text }
    }

    /// Returns the newest version that adds or removes it.
    pub(crate) fn newest(&self) -> Option<ManagerVersion> {
        self.when.iter().filter_map(|all| Requirement::newest(all)).max()
    }
}

/// Returns whether a condition holds, given which requirements are supported.
pub(super) fn is_satisfied(when: When, supported: &impl Fn(&Requirement) -> bool) -> bool {
    when.is_empty() || when.iter().any(|all| all.iter().all(supported))
}

/// Joins the parts that are supported.
fn join(parts: &[Part], supported: &impl Fn(&Requirement) -> bool) -> String {
    let parts = parts.iter().filter(|part| is_satisfied(part.when, supported));
    parts.map(|part| part.text).collect()
}

fn json(text: String) -> Arc<str> {
    serde_json::Value::from(text).to_string().into()
}

/// The documents of a client for the version of its manager.
#[derive(Default)]
pub(crate) struct Documents(Mutex<HashMap<&'static str, (ManagerVersion, Arc<str>)>>);

impl Documents {
    /// Returns the document for a manager; `whole`, which has all parts, identifies it.
    pub(super) fn get(
        &self,
        whole: &'static str,
        parts: &[Part],
        manager: ManagerVersion,
    ) -> Arc<str> {
        // A value is replaced as a whole, so a poisoned lock still holds complete ones.
        let mut documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match documents.get(whole) {
            Some((of, text)) if *of == manager => text.clone(),
            _ => {
                let text = json(join(parts, &|since| since.is_in(manager)));
                documents.insert(whole, (manager, text.clone()));
                text
            }
        }
    }
}

/// A document whose fields are selected at run time.
#[derive(Debug)]
pub(crate) struct Chosen {
    before: Vec<Part>,
    fields: Vec<Vec<Part>>,
    /// What is selected in any case.
    more: Vec<String>,
    behind: Vec<Part>,
    /// The document for the last version.
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

    /// Returns the document with all parts, as a JSON string.
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

    pub(super) fn text(&self, supported: &impl Fn(&Requirement) -> bool) -> Arc<str> {
        let fields =
            self.fields.iter().map(|field| join(field, supported)).chain(self.more.iter().cloned());
        let fields: Vec<_> = fields.filter(|field| !field.is_empty()).collect();
        // A selection cannot be empty; the fields that the rows lack read as null.
        let fields = if fields.is_empty() { "__typename".to_owned() } else { fields.join(" ") };
        let (before, behind) = (join(&self.before, supported), join(&self.behind, supported));
        json(format!("{before}{{{fields}}}{behind}"))
    }
}

/// A document with parts that are left out for older managers.
#[derive(Clone)]
pub(super) enum Document {
    /// Every manager is sent the same.
    Fixed,
    /// The document with all parts as a JSON string, and the parts.
    Compiled(&'static str, &'static [Part]),
    Chosen(Arc<Chosen>),
}

impl Document {
    /// Returns the document for a manager, including unsupported parts in `kept`.
    pub(super) fn assemble(
        &self,
        documents: &Documents,
        manager: ManagerVersion,
        kept: &[Requirement],
    ) -> Option<Arc<str>> {
        let supported = |since: &Requirement| since.is_in(manager) || kept.contains(since);
        match self {
            Self::Fixed => None,
            Self::Compiled(whole, parts) if kept.is_empty() => {
                Some(documents.get(whole, parts, manager))
            }
            Self::Compiled(_, parts) => Some(json(join(parts, &supported))),
            Self::Chosen(chosen) if kept.is_empty() => Some(chosen.get(manager)),
            Self::Chosen(chosen) => Some(chosen.text(&supported)),
        }
    }

    /// Returns the newest version that changes it.
    pub(super) fn newest(&self) -> Option<ManagerVersion> {
        match self {
            Self::Fixed => None,
            Self::Compiled(_, parts) => parts.iter().filter_map(Part::newest).max(),
            Self::Chosen(chosen) => chosen.newest(),
        }
    }
}
