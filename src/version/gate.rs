//! Before an operation is sent: whether the manager has what it needs, and the text for it.

use std::{collections::BTreeMap, ops::Range, sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::{
    ManagerVersion, Part, Requirement, VersionPolicy,
    text::{Chosen, Text, When, holds},
};
use crate::{
    client::Client,
    error::{Error, Result},
    operation::OperationKind,
    request::Call,
    response::Asked,
    retry::Retry,
    scalar::MaybeUndefined,
    transport::HttpResponse,
};

/// Most time that a call waits for the manager's version.
const PATIENCE: Duration = Duration::from_secs(10);
/// After a manager did not say its version, it is not asked again before this time is over.
const PAUSE: Duration = Duration::from_secs(60);

/// What a body begins with, before the text.
pub(crate) const QUERY: &[u8] = b"{\"query\":";

/// Variables that go with what is left out, and what has to be there for each.
pub type Variables = &'static [(&'static str, When)];

/// What an operation needs of the manager, beyond what every manager has.
#[derive(Clone)]
pub struct Requirements {
    requires: &'static [Requirement],
    given: Vec<Requirement>,
    text: Text,
    variables: Variables,
}

impl Requirements {
    /// Of an operation that requires this.
    pub const fn new(requires: &'static [Requirement]) -> Self {
        Self { requires, given: Vec::new(), text: Text::Same, variables: &[] }
    }

    /// With a text that has parts; `whole` is all of it, as a JSON string.
    #[must_use]
    pub fn text(mut self, whole: &'static str, parts: &'static [Part]) -> Self {
        self.text = Text::Compiled(whole, parts);
        self
    }

    /// With variables that are not always there.
    #[must_use]
    pub const fn variables(mut self, variables: Variables) -> Self {
        self.variables = variables;
        self
    }

    /// With a value that was given and needs this.
    pub fn add(&mut self, since: Requirement) {
        if !self.given.contains(&since) {
            self.given.push(since);
        }
    }

    /// The same values in another text.
    pub(crate) fn chosen(mut self, requires: &'static [Requirement], text: Arc<Chosen>) -> Self {
        self.requires = requires;
        self.text = Text::Chosen(text);
        self
    }

    fn missing(&self, manager: ManagerVersion) -> Vec<Requirement> {
        let all = self.requires.iter().chain(&self.given);
        all.filter(|since| !since.is_in(manager)).copied().collect()
    }

    /// Whether a manager that is at least of this version could be too old for the call as it is;
    /// for a query, that it lacks what may be left out can be seen from its answer.
    fn is_certain(&self, kind: Option<OperationKind>, floor: Option<ManagerVersion>) -> bool {
        let late = |newest: Option<ManagerVersion>| newest.is_some() && newest > floor;
        let values =
            late(Requirement::newest(self.requires)) || late(Requirement::newest(&self.given));
        !values && (kind == Some(OperationKind::Query) || !late(self.text.newest()))
    }
}

/// A value of an input type, which may have something that not every manager knows.
pub trait HasRequirements {
    /// Shows what the value needs.
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

/// What may have been left out by the caller.
pub trait Supplied {
    /// What is given.
    type Value;

    /// The value; null asks for nothing that an older manager would have to know.
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

/// A gate with the places of a body that it may change.
pub(crate) struct Gate {
    pub(crate) gate: Requirements,
    /// Length of the text in the body.
    pub(crate) text: usize,
    /// Where the variables are.
    pub(crate) variables: Range<usize>,
}

/// What is known of a call before it is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It is right for the manager, as far as can be known.
    Settled,
    /// Nobody asked which version the manager is.
    Unasked,
}

impl Client {
    /// Sends a call as far as the manager knows what it needs. A query that went out whole and was
    /// not understood goes once more, without what the manager does not know: nothing of it was
    /// executed.
    pub(crate) async fn call_gated<R>(
        &self,
        mut call: Call,
        keeper: Option<&Gate>,
        policy: VersionPolicy,
        read: impl Fn(&mut HttpResponse, Asked<'_>) -> Result<R>,
    ) -> Result<R> {
        let began = Instant::now();
        let fit = match keeper {
            Some(keeper) => self.fit(&mut call, keeper, policy, false).await?,
            None => Fit::Settled,
        };
        // All of it together has the time of one call.
        let limit = call.timeout.or(self.timeout()).filter(|_| keeper.is_some());
        let left = |call: &mut Call| {
            call.timeout = limit.map(|limit| limit.saturating_sub(began.elapsed()));
        };
        if limit.is_some() {
            left(&mut call);
        }
        let answer = self.call(&call, |response| read(response, call.asked())).await;
        let (Some(keeper), Err(error)) = (keeper, &answer) else { return answer };
        if fit == Fit::Settled
            || call.kind != Some(OperationKind::Query)
            || !error.is_bad_document()
        {
            return answer;
        }
        let whole = call.body.clone();
        left(&mut call);
        self.fit(&mut call, keeper, policy, true).await?;
        if call.body == whole {
            return answer;
        }
        left(&mut call);
        self.call(&call, |response| read(response, call.asked())).await
    }

    /// Makes a call fit the manager, or refuses it.
    pub(crate) async fn fit(
        &self,
        call: &mut Call,
        keeper: &Gate,
        policy: VersionPolicy,
        must_know: bool,
    ) -> Result<Fit> {
        if policy == VersionPolicy::Ignore {
            return Ok(Fit::Settled);
        }
        let gate = &keeper.gate;
        let known = self.server().and_then(|server| server.manager_version());
        let manager = match known {
            Some(manager) => manager,
            None if !must_know && gate.is_certain(call.kind, self.oldest()) => {
                return Ok(Fit::Unasked);
            }
            None => match self.learn(call.timeout.or(self.timeout())).await {
                Some(manager) => manager,
                None => return Ok(Fit::Settled),
            },
        };
        let missing = gate.missing(manager);
        if !missing.is_empty() {
            let error = Error::manager_too_old(manager, missing.clone())
                .with_operation(call.operation.clone());
            if policy == VersionPolicy::Refuse {
                return Err(error);
            }
            tracing::warn!(%error, "sent all the same");
        }
        let Some(text) = gate.text.assemble(self.texts(), manager, &missing) else {
            return Ok(Fit::Settled);
        };
        let is_there = |since: &Requirement| since.is_in(manager) || missing.contains(since);
        let gone = gate.variables.iter().filter(|(_, when)| !holds(when, &is_there));
        let gone: Vec<_> = gone.map(|(name, _)| *name).collect();
        call.body = body(&call.body, keeper, &text, &gone).map_err(Error::encode)?;
        Ok(Fit::Settled)
    }

    /// Asks the manager for its version, unless it did not say it a moment ago. Calls that want it
    /// at the same time ask once.
    async fn learn(&self, timeout: Option<Duration>) -> Option<ManagerVersion> {
        let mut silent = self.silent().lock().await;
        // Another call may have asked meanwhile.
        if let Some(server) = self.server() {
            return server.manager_version();
        }
        if silent.is_some_and(|since| since.elapsed() < PAUSE) {
            return None;
        }
        let timeout = timeout.map_or(PATIENCE, |timeout| timeout.min(PATIENCE));
        match self.hello(Some(timeout), Some(Retry::disabled())).await {
            Ok(server) => server.manager_version(),
            Err(error) => {
                *silent = Some(Instant::now());
                tracing::debug!(%error, "the manager does not say its version");
                None
            }
        }
    }
}

/// A body with another text, and without some variables.
fn body(body: &Bytes, keeper: &Gate, text: &str, gone: &[&str]) -> serde_json::Result<Bytes> {
    let Range { start, end } = keeper.variables.clone();
    let part = |range: Range<usize>| body.get(range).unwrap_or_default();
    let mut cut = Vec::with_capacity(body.len());
    cut.extend_from_slice(QUERY);
    cut.extend_from_slice(text.as_bytes());
    cut.extend_from_slice(part(QUERY.len() + keeper.text..start));
    if gone.is_empty() {
        cut.extend_from_slice(part(start..end));
    } else {
        let mut variables: BTreeMap<&str, &RawValue> = serde_json::from_slice(part(start..end))?;
        variables.retain(|name, _| !gone.contains(name));
        serde_json::to_writer(&mut cut, &variables)?;
    }
    cut.extend_from_slice(part(end..body.len()));
    Ok(cut.into())
}
