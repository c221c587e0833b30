//! Fits a call to the manager's version before it is sent.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Dispatcher,
    call::{Call, Read},
};
use crate::{
    error::{Error, Result},
    operation::{Gate, OperationKind},
    retry::Retry,
    version::{ManagerVersion, VersionPolicy},
};

/// Longest time that a call waits for the manager's version.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);
/// Shortest time between two failed probes.
const PROBE_INTERVAL: Duration = Duration::from_secs(60);

/// Whether a call is known to fit the manager.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It fits, as far as can be known.
    Settled,
    /// The manager's version is unknown, and may not matter.
    Unknown,
}

impl Dispatcher {
    /// Sends a call without what the manager does not support, or refuses it. A query that was
    /// sent whole and not understood is sent once more, without the parts that the manager lacks:
    /// nothing of it was executed.
    pub(crate) async fn run(&self, call: &mut Call, read: &mut Read<'_>) -> Result<()> {
        let result = match (call.failed.take(), call.gate.take()) {
            (Some(error), _) => Err(error),
            (None, None) => self.send(call, read).await,
            (None, Some(gate)) => self.run_gated(call, &gate, read).await,
        };
        result.map_err(|error| error.with_operation(call.operation.clone()))
    }

    async fn run_gated(&self, call: &mut Call, gate: &Gate, read: &mut Read<'_>) -> Result<()> {
        let begin = Instant::now();
        // All steps together have the time of one call.
        let limit = call.timeout.or(self.timeout);
        let left = || limit.map(|limit| limit.saturating_sub(begin.elapsed()));
        let fit = self.fit(call, gate, false).await?;
        call.timeout = left();
        let result = self.send(call, read).await;
        let Err(error) = &result else { return result };
        if fit == Fit::Settled
            || call.kind != Some(OperationKind::Query)
            || !error.is_bad_document()
        {
            return result;
        }
        let whole = call.body.clone();
        call.timeout = left();
        self.fit(call, gate, true).await?;
        if call.body == whole {
            return result;
        }
        call.timeout = left();
        self.send(call, read).await
    }

    /// Changes the body for the manager, or refuses the call.
    async fn fit(&self, call: &mut Call, gate: &Gate, must_know: bool) -> Result<Fit> {
        let policy = call.version_policy.unwrap_or(self.version_policy);
        if policy == VersionPolicy::Ignore {
            return Ok(Fit::Settled);
        }
        let is_query = call.kind == Some(OperationKind::Query);
        let known = self.server().and_then(|server| server.manager_version());
        let manager = match known {
            Some(manager) => manager,
            None if !must_know && gate.is_satisfied_since(self.oldest_manager(), is_query) => {
                return Ok(Fit::Unknown);
            }
            None => match self.manager_version(call.timeout.or(self.timeout)).await {
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
            tracing::warn!("{error}; the request is sent nevertheless");
        }
        let body = gate.body(&call.body, &self.documents, manager, &missing);
        if let Some(body) = body.map_err(Error::encode)? {
            call.body = body;
        }
        Ok(Fit::Settled)
    }

    /// Probes the manager's version, unless that failed a moment ago. Concurrent calls share one
    /// probe.
    async fn manager_version(&self, timeout: Option<Duration>) -> Option<ManagerVersion> {
        let mut last_failure = self.last_probe_failure.lock().await;
        // Another call may have probed meanwhile.
        if let Some(server) = self.server() {
            return server.manager_version();
        }
        if last_failure.is_some_and(|at| at.elapsed() < PROBE_INTERVAL) {
            return None;
        }
        let timeout = timeout.map_or(PROBE_TIMEOUT, |timeout| timeout.min(PROBE_TIMEOUT));
        match self.probe_version(Some(timeout), Some(Retry::disabled())).await {
            Ok(server) => server.manager_version(),
            Err(error) => {
                *last_failure = Some(Instant::now());
                tracing::debug!(%error, "the manager does not report its version");
                None
            }
        }
    }
}
