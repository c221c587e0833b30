//! What an operation requires of the manager, and its body for an older one.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use bytes::Bytes;
use serde_json::{Value, value::RawValue};

use super::{
    OperationInfo, OperationKind,
    document::{Document, Documents, Projection, is_met},
    info::{InputType, InputValueInfo},
};
use crate::version::{ManagerVersion, Requirement};

/// What subscriptions require, whatever they select: the manager accepts WebSockets.
const WEB_SOCKETS: Requirement =
    Requirement::new("subscriptions over WebSocket", &[ManagerVersion::new(26, 4, 0)]);

/// How a body begins, before the document.
pub(crate) const QUERY: &[u8] = b"{\"query\":";

/// The requirements of one call, and where they change its body.
pub(crate) struct Gate {
    info: &'static OperationInfo,
    document: Document,
    /// What the operation requires.
    requires: &'static [Requirement],
    /// What its kind and its values require.
    supplied: Vec<Requirement>,
    /// Where the document and the variables are in the body.
    places: [Range<usize>; 2],
}

impl Gate {
    /// Returns the newest version that may matter for a call, before its values are looked at.
    pub(crate) fn newest(
        info: &OperationInfo,
        projection: Option<&Arc<Projection>>,
    ) -> Option<ManagerVersion> {
        let sockets = (info.kind == OperationKind::Subscription).then_some(WEB_SOCKETS);
        let newest = info.newest.max(Requirement::newest(sockets.as_slice()));
        newest.max(projection.and_then(|projection| projection.newest()))
    }

    /// Reads the values of a body for what they require.
    pub(crate) fn new(
        info: &'static OperationInfo,
        projection: Option<Arc<Projection>>,
        body: &[u8],
        places: [Range<usize>; 2],
    ) -> serde_json::Result<Self> {
        let mut supplied = Vec::new();
        if info.kind == OperationKind::Subscription {
            supplied.push(WEB_SOCKETS);
        }
        let matters = |variable: &InputValueInfo| {
            !variable.optional
                && (!variable.requires.is_empty() || !matches!(variable.holds, InputType::Scalar))
        };
        if info.variables.iter().any(matters) {
            let [_, variables] = &places;
            let values: BTreeMap<String, Value> =
                serde_json::from_slice(body.get(variables.clone()).unwrap_or_default())?;
            for variable in info.variables.iter().filter(|variable| matters(variable)) {
                if let Some(value) = values.get(variable.name) {
                    supply(variable, value, &mut supplied);
                }
            }
        }
        let requires = projection.as_ref().map_or(info.requires, |it| it.requires());
        let document = projection.map_or(Document::Compiled(&info.document), Document::Projected);
        Ok(Self { info, document, requires, supplied, places })
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

    /// Returns the body for a manager, without the optional parts that it lacks, except those in
    /// `kept`; `None` if every manager is sent the same.
    pub(crate) fn body(
        &self,
        body: &Bytes,
        documents: &Documents,
        manager: ManagerVersion,
        kept: &[Requirement],
    ) -> serde_json::Result<Option<Bytes>> {
        let Some(document) = self.document.assemble(documents, manager, kept) else {
            return Ok(None);
        };
        let supported = |since: &Requirement| since.is_in(manager) || kept.contains(since);
        let all = self.info.variables.iter();
        let left_out: Vec<&str> =
            all.filter(|it| !is_met(it.when, &supported)).map(|it| it.name).collect();
        let [whole, variables] = &self.places;
        let part = |range: Range<usize>| body.get(range).unwrap_or_default();
        let mut changed = Vec::with_capacity(body.len());
        changed.extend_from_slice(part(0..whole.start));
        serde_json::to_writer(&mut changed, &*document)?;
        changed.extend_from_slice(part(whole.end..variables.start));
        if left_out.is_empty() {
            changed.extend_from_slice(part(variables.clone()));
        } else {
            let mut values: BTreeMap<&str, &RawValue> =
                serde_json::from_slice(part(variables.clone()))?;
            values.retain(|name, _| !left_out.contains(name));
            serde_json::to_writer(&mut changed, &values)?;
        }
        changed.extend_from_slice(part(variables.end..body.len()));
        Ok(Some(changed.into()))
    }
}

/// Adds what a value requires. Null requires nothing of an older manager.
fn supply(of: &InputValueInfo, value: &Value, supplied: &mut Vec<Requirement>) {
    if value.is_null() {
        return;
    }
    add(of.requires, supplied);
    inner(of.holds, value, supplied);
}

fn inner(holds: InputType, value: &Value, supplied: &mut Vec<Requirement>) {
    match (holds, value) {
        (InputType::Scalar, _) => {}
        (_, Value::Array(values)) => {
            for value in values {
                inner(holds, value, supplied);
            }
        }
        (InputType::Enum(info), Value::String(value)) => {
            if let Some(known) = info.values.iter().find(|known| known.name == value) {
                add(known.requires, supplied);
            }
        }
        (InputType::Object(info), Value::Object(fields)) => {
            for (name, value) in fields {
                if let Some(field) = info.fields.iter().find(|field| field.name == name) {
                    supply(field, value, supplied);
                }
            }
        }
        _ => {}
    }
}

fn add(requires: &[Requirement], supplied: &mut Vec<Requirement>) {
    for requirement in requires {
        if !supplied.contains(requirement) {
            supplied.push(*requirement);
        }
    }
}
