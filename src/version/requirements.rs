//! What an operation requires of the manager, and its body for an older one.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use bytes::Bytes;
use serde_json::value::RawValue;

use super::{
    ManagerVersion, Part, Requirement,
    document::{Chosen, Document, Documents, When, is_satisfied},
};
use crate::scalar::MaybeUndefined;

/// How a body begins, before the document.
pub(crate) const QUERY: &[u8] = b"{\"query\":";

/// Variables of parts that may be left out, and what each requires.
pub type Variables = &'static [(&'static str, When)];

/// What an operation requires beyond what every manager supports.
#[derive(Clone)]
pub struct Requirements {
    requires: &'static [Requirement],
    supplied: Vec<Requirement>,
    document: Document,
    variables: Variables,
}

impl Requirements {
    /// The requirements of an operation, without those of its values.
    pub const fn new(requires: &'static [Requirement]) -> Self {
        Self { requires, supplied: Vec::new(), document: Document::Fixed, variables: &[] }
    }

    /// Adds a document in parts; `whole` is all of it, as a JSON string.
    #[must_use]
    pub fn text(mut self, whole: &'static str, parts: &'static [Part]) -> Self {
        self.document = Document::Compiled(whole, parts);
        self
    }

    /// Adds variables that are not always sent.
    #[must_use]
    pub const fn variables(mut self, variables: Variables) -> Self {
        self.variables = variables;
        self
    }

    /// Adds what a supplied value requires.
    pub fn add(&mut self, since: Requirement) {
        if !self.supplied.contains(&since) {
            self.supplied.push(since);
        }
    }

    /// The same values in another document.
    pub(crate) fn chosen(mut self, requires: &'static [Requirement], text: Arc<Chosen>) -> Self {
        self.requires = requires;
        self.document = Document::Chosen(text);
        self
    }

    /// Returns what this manager lacks.
    pub(crate) fn missing(&self, manager: ManagerVersion) -> Vec<Requirement> {
        let all = self.requires.iter().chain(&self.supplied);
        all.filter(|since| !since.is_in(manager)).copied().collect()
    }

    /// Returns whether every manager since this version can be sent the call as it is. A query may
    /// go out whole: from its response it can be seen that the manager lacks an optional part.
    pub(crate) fn is_satisfied_since(
        &self,
        manager: Option<ManagerVersion>,
        is_query: bool,
    ) -> bool {
        let newer = |newest: Option<ManagerVersion>| newest.is_some() && newest > manager;
        let values =
            newer(Requirement::newest(self.requires)) || newer(Requirement::newest(&self.supplied));
        !values && (is_query || !newer(self.document.newest()))
    }
}

/// A value of an input type, which may contain something that not every manager supports.
pub trait HasRequirements {
    /// Reports what the value requires.
    fn gates(&self, _see: &mut dyn FnMut(Requirement)) {}
}

impl<T: HasRequirements> HasRequirements for Vec<T> {
    fn gates(&self, see: &mut dyn FnMut(Requirement)) {
        for value in self {
            value.gates(see);
        }
    }
}

impl<T: HasRequirements> HasRequirements for Box<T> {
    fn gates(&self, see: &mut dyn FnMut(Requirement)) {
        (**self).gates(see);
    }
}

/// An argument that the caller may have left out.
pub trait Supplied {
    /// Type of the value.
    type Value;

    /// Returns the value; null requires nothing of an older manager.
    fn given(&self) -> Option<&Self::Value>;
}

impl<T> Supplied for Option<T> {
    type Value = T;

    fn given(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl<T> Supplied for MaybeUndefined<T> {
    type Value = T;

    fn given(&self) -> Option<&T> {
        self.as_ref().value()
    }
}

/// The requirements of one call, and where they change its body.
pub(crate) struct Gate {
    pub(crate) requirements: Requirements,
    /// Length of the document in the body.
    pub(crate) document: usize,
    /// Where the variables are.
    pub(crate) variables: Range<usize>,
}

impl Gate {
    /// Returns the body for a manager, without the optional parts that it lacks, except those in
    /// `kept`; `None` if every manager is sent the same.
    pub(crate) fn body(
        &self,
        body: &Bytes,
        documents: &Documents,
        manager: ManagerVersion,
        kept: &[Requirement],
    ) -> serde_json::Result<Option<Bytes>> {
        let requirements = &self.requirements;
        let Some(document) = requirements.document.assemble(documents, manager, kept) else {
            return Ok(None);
        };
        let supported = |since: &Requirement| since.is_in(manager) || kept.contains(since);
        let left_out: Vec<&str> = requirements
            .variables
            .iter()
            .filter(|(_, when)| !is_satisfied(when, &supported))
            .map(|(name, _)| *name)
            .collect();
        let Range { start, end } = self.variables.clone();
        let part = |range: Range<usize>| body.get(range).unwrap_or_default();
        let mut changed = Vec::with_capacity(body.len());
        changed.extend_from_slice(QUERY);
        changed.extend_from_slice(document.as_bytes());
        changed.extend_from_slice(part(QUERY.len() + self.document..start));
        if left_out.is_empty() {
            changed.extend_from_slice(part(start..end));
        } else {
            let mut variables: BTreeMap<&str, &RawValue> =
                serde_json::from_slice(part(start..end))?;
            variables.retain(|name, _| !left_out.contains(name));
            serde_json::to_writer(&mut changed, &variables)?;
        }
        changed.extend_from_slice(part(end..body.len()));
        Ok(Some(changed.into()))
    }
}
