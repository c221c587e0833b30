//! Documents for an older manager, cached.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Field,
    info::{Condition, ProjectionInfo, SourceText},
};
use crate::version::{ManagerVersion, Requirement};

/// Returns whether a condition is met, given which requirements are.
pub(super) fn is_met(condition: Condition, supported: &impl Fn(&Requirement) -> bool) -> bool {
    condition.is_empty() || condition.iter().any(|all| all.iter().all(supported))
}

/// Appends the parts of a text that are supported.
fn push(to: &mut String, source: &SourceText, supported: &impl Fn(&Requirement) -> bool) {
    if source.parts.is_empty() {
        to.push_str(source.text);
        return;
    }
    let mut begin = 0;
    for part in source.parts {
        let end = begin + part.len;
        if is_met(part.when, supported) {
            to.push_str(source.text.get(begin..end).unwrap_or_default());
        }
        begin = end;
    }
}

/// Returns the newest version that changes a text.
fn newest(source: &SourceText) -> Option<ManagerVersion> {
    let all = source.parts.iter().flat_map(|part| part.when);
    all.filter_map(|all| Requirement::newest(all)).max()
}

/// The documents of a client for the version of its manager.
#[derive(Default)]
pub(crate) struct Documents(Mutex<HashMap<&'static str, (ManagerVersion, Arc<str>)>>);

impl Documents {
    /// Returns the document for a manager.
    fn get(&self, source: &'static SourceText, manager: ManagerVersion) -> Arc<str> {
        // A value is replaced as a whole, so a poisoned lock still holds complete ones.
        let mut documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match documents.get(source.text) {
            Some((of, text)) if *of == manager => text.clone(),
            _ => {
                let text = compiled(source, &|since| since.is_in(manager));
                documents.insert(source.text, (manager, text.clone()));
                text
            }
        }
    }
}

fn compiled(source: &SourceText, supported: &impl Fn(&Requirement) -> bool) -> Arc<str> {
    let mut text = String::with_capacity(source.text.len());
    push(&mut text, source, supported);
    text.into()
}

/// A document whose fields are chosen at run time.
#[derive(Debug)]
pub struct Projection {
    info: ProjectionInfo,
    fields: Vec<Field>,
    /// What is selected in any case.
    more: Vec<String>,
    whole: String,
    /// The document for the last version.
    last: Mutex<Option<(ManagerVersion, Arc<str>)>>,
}

impl Projection {
    pub(crate) fn new(info: ProjectionInfo, fields: Vec<Field>, more: Vec<String>) -> Self {
        let mut projection =
            Self { info, fields, more, whole: String::new(), last: Mutex::default() };
        projection.whole = projection.document(&|_| true);
        projection
    }

    /// Returns the document with all parts.
    pub(crate) fn whole(&self) -> &str {
        &self.whole
    }

    /// What the operation requires whatever is chosen.
    pub(super) const fn requires(&self) -> &'static [Requirement] {
        self.info.requires
    }

    pub(super) fn newest(&self) -> Option<ManagerVersion> {
        let fields = self.fields.iter().map(Field::selection);
        fields.chain([&self.info.before, &self.info.after]).filter_map(newest).max()
    }

    fn get(&self, manager: ManagerVersion) -> Arc<str> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((of, text)) if *of == manager => text.clone(),
            _ => {
                let text: Arc<str> = self.document(&|since| since.is_in(manager)).into();
                *last = Some((manager, text.clone()));
                text
            }
        }
    }

    fn document(&self, supported: &impl Fn(&Requirement) -> bool) -> String {
        let mut document = String::new();
        push(&mut document, &self.info.before, supported);
        document.push('{');
        let begin = document.len();
        for field in &self.fields {
            let end = document.len();
            push(&mut document, field.selection(), supported);
            if document.len() > end {
                document.push(' ');
            }
        }
        for field in &self.more {
            document.push_str(field);
            document.push(' ');
        }
        // A selection cannot be empty; the fields that the rows lack read as null.
        match document.len() > begin {
            true => drop(document.pop()),
            false => document.push_str("__typename"),
        }
        document.push('}');
        push(&mut document, &self.info.after, supported);
        document
    }
}

/// The document of one call.
pub(super) enum Document {
    Compiled(&'static SourceText),
    Projected(Arc<Projection>),
}

impl Document {
    /// Returns the document for a manager, including unsupported parts in `kept`; `None` when every
    /// manager is sent the same.
    pub(super) fn assemble(
        &self,
        documents: &Documents,
        manager: ManagerVersion,
        kept: &[Requirement],
    ) -> Option<Arc<str>> {
        let supported = |since: &Requirement| since.is_in(manager) || kept.contains(since);
        match self {
            Self::Compiled(source) if source.parts.is_empty() => None,
            Self::Compiled(source) if kept.is_empty() => Some(documents.get(source, manager)),
            Self::Compiled(source) => Some(compiled(source, &supported)),
            Self::Projected(projection) if kept.is_empty() => Some(projection.get(manager)),
            Self::Projected(projection) => Some(projection.document(&supported).into()),
        }
    }

    /// Returns the newest version that changes it.
    pub(super) fn newest(&self) -> Option<ManagerVersion> {
        match self {
            Self::Compiled(source) => newest(source),
            Self::Projected(projection) => projection.newest(),
        }
    }
}
