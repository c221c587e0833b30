//! One call: its body and its options.

use std::{
    borrow::Cow,
    future::{Future, IntoFuture},
    ops::Range,
    pin::Pin,
    time::Duration,
};

use bytes::Bytes;
use http::Method;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    client::Client,
    error::{Error, Result},
    operation::{Operation, OperationKind, Refusal},
    response::{self, Asked, Response},
    retry::Retry,
    version::{self, Gate, ManagerVersion, VersionPolicy},
};

/// Path of the admin schema.
pub(crate) const ADMIN: &str = "/admin/gql";

/// A call that is ready to be sent. Awaiting it gives the data; [`send`](Self::send) gives the
/// whole [`Response`].
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use std::time::Duration;
///
/// let data = client
///     .send_document("query Count { keypair_list(limit: 1, offset: 0) { total_count } }", ())
///     .idempotent(true)
///     .timeout(Duration::from_secs(5))
///     .await?;
/// println!("{data}");
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before it is awaited"]
pub struct Request<T> {
    client: Client,
    call: Call,
    /// Why it cannot be sent; told when it is.
    failed: Option<Error>,
    refusal: fn(&T) -> Option<Refusal<'_>>,
    /// What the manager has to have, where it may lack it.
    gate: Option<Box<Gate>>,
    version_policy: VersionPolicy,
}

/// What the loop needs, whatever the answer's type.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) operation: Cow<'static, str>,
    pub(crate) method: Method,
    pub(crate) path: Cow<'static, str>,
    pub(crate) body: Bytes,
    pub(crate) kind: Option<OperationKind>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) timeout: Option<Duration>,
    /// Instead of the client's.
    pub(crate) retry: Option<Retry>,
    /// Whether it says who is calling. What does not may be asked of every endpoint, until one
    /// gives an answer that is of use.
    pub(crate) signed: bool,
}

impl Call {
    /// Whether sending it twice does the same as sending it once.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.idempotent.unwrap_or(self.kind == Some(OperationKind::Query))
    }

    /// Whether it may change something. A mutation that may be repeated does, too.
    pub(crate) fn writes(&self) -> bool {
        match self.kind {
            Some(kind) => kind == OperationKind::Mutation,
            None => !self.is_idempotent(),
        }
    }

    pub(crate) fn asked(&self) -> Asked<'_> {
        Asked {
            mutation: self.kind == Some(OperationKind::Mutation),
            writes: self.writes(),
            proved: self.kind.is_some(),
            body: &self.body,
        }
    }

    /// Whether it is a document, and not a question about a login.
    pub(crate) fn is_graphql(&self) -> bool {
        !self.path.starts_with("/server/")
    }

    /// What the document does; none when it is no document.
    pub(crate) fn kind_name(&self) -> Option<&'static str> {
        self.is_graphql().then_some(match self.kind {
            Some(OperationKind::Query) => "query",
            Some(OperationKind::Mutation) => "mutation",
            None => "unknown",
        })
    }
}

impl<T> Request<T> {
    /// Most time for the whole call, other endpoints, repetitions and pauses included. Without it,
    /// that of the client holds ([`ClientBuilder::timeout`](crate::ClientBuilder::timeout)), and
    /// the read timeout of the configuration ends a request that is not making progress.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.call.timeout = Some(timeout);
        self
    }

    /// How often it is sent again, instead of as the client has it.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.call.retry = Some(retry);
        self
    }

    /// Says whether the call may be sent again when it may have arrived before. Queries may,
    /// mutations may not; of a document of unknown kind nobody knows but you, and it is not sent
    /// again unless you say so.
    ///
    /// A mutation that sets a value does the same when it is carried out twice, and may be
    /// declared idempotent. One that creates does not; and the second answer of one that deletes
    /// is that there is nothing to delete.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.call.idempotent = Some(idempotent);
        self
    }

    /// Sends it to another schema, such as `/admin/gql/strawberry`.
    pub fn path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.call.path = path.into();
        self
    }

    /// What is done when the manager is older than what the operation needs, instead of as the
    /// client has it.
    pub fn version_policy(mut self, policy: VersionPolicy) -> Self {
        self.version_policy = policy;
        self
    }

    /// Name of the operation, in errors and traces.
    pub fn name(&self) -> &str {
        &self.call.operation
    }
}

impl<T: DeserializeOwned> Request<T> {
    /// Sends it and keeps what comes with the data.
    ///
    /// # Errors
    ///
    /// Everything that [`Error`] can be.
    pub async fn response(self) -> Result<Response<T>> {
        let Self { client, call, failed, refusal, gate, version_policy } = self;
        let name = call.operation.clone();
        let result = match failed {
            Some(error) => Err(error),
            None => {
                client
                    .call_gated(call, gate.as_deref(), version_policy, |response, asked| {
                        let data = response::data::<T>(response, asked)?;
                        if let Some(refusal) = refusal(&data) {
                            return Err(Error::refused(refusal));
                        }
                        let headers = std::mem::take(&mut response.headers);
                        Ok(Response::new(data, response.status, headers))
                    })
                    .await
            }
        };
        result.map_err(|error| error.with_operation(name))
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Request<T> {
    type Output = Result<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.response().await.map(Response::into_data) })
    }
}

impl<D> Request<D> {
    /// Of an operation that was compiled.
    pub(crate) fn of<O: Operation<Data = D>>(client: Client, operation: &O) -> Self {
        let text = operation.text_json();
        let body = body(text, Some(O::NAME), operation);
        let gate = match &body {
            Ok((_, variables)) if is_late(operation.newest(), &client) => {
                let variables = variables.clone();
                let gate = operation.gate();
                Some(Box::new(Gate { gate, text: text.len(), variables }))
            }
            _ => None,
        };
        let kind = Some(O::KIND);
        let request = Self::new(client, O::NAME.into(), O::PATH.into(), kind, body, O::refusal);
        Self { gate, ..request }
    }

    /// Of a document that nobody has looked into.
    pub(crate) fn of_document(
        client: Client,
        document: &str,
        name: Option<&'static str>,
        variables: &impl Serialize,
    ) -> Self {
        let body = serde_json::to_string(document).and_then(|text| body(&text, name, variables));
        Self::new(client, name.unwrap_or("document").into(), ADMIN.into(), None, body, |_| None)
    }

    fn new(
        client: Client,
        operation: Cow<'static, str>,
        path: Cow<'static, str>,
        kind: Option<OperationKind>,
        body: serde_json::Result<(Bytes, Range<usize>)>,
        refusal: fn(&D) -> Option<Refusal<'_>>,
    ) -> Self {
        let (body, failed) = match body {
            Ok((body, _)) => (body, None),
            Err(error) => (Bytes::new(), Some(Error::encode(error))),
        };
        let call = Call {
            operation,
            method: Method::POST,
            path,
            body,
            kind,
            idempotent: None,
            timeout: None,
            retry: None,
            signed: true,
        };
        let version_policy = client.version_policy();
        Self { client, call, failed, refusal, gate: None, version_policy }
    }
}

impl Request<Box<serde_json::value::RawValue>> {
    /// Which operation of the document to run. Needed when it has several.
    pub fn operation_name(mut self, name: &str) -> Self {
        // The body ends with `}`; the name goes before it.
        let mut body = Vec::from(self.call.body);
        body.pop();
        body.extend_from_slice(b",\"operationName\":");
        match serde_json::to_writer(&mut body, name) {
            Ok(()) => body.push(b'}'),
            Err(error) => self.failed = Some(Error::encode(error)),
        }
        self.call.body = body.into();
        self.call.operation = name.to_owned().into();
        self
    }
}

/// Whether the manager may be older than that. Nobody looks when every manager is new enough.
fn is_late(newest: Option<ManagerVersion>, client: &Client) -> bool {
    newest.is_some() && newest > client.oldest()
}

/// `{"query":…,"variables":…,"operationName":…}`, written once. `text` is JSON already.
/// Also tells where the variables are.
fn body(
    text: &str,
    name: Option<&str>,
    variables: &impl Serialize,
) -> serde_json::Result<(Bytes, Range<usize>)> {
    let mut body = Vec::with_capacity(text.len() + 256);
    body.extend_from_slice(version::QUERY);
    body.extend_from_slice(text.as_bytes());
    body.extend_from_slice(b",\"variables\":");
    let start = body.len();
    serde_json::to_writer(&mut body, variables)?;
    let variables = start..body.len();
    if let Some(name) = name {
        body.extend_from_slice(b",\"operationName\":");
        serde_json::to_writer(&mut body, name)?;
    }
    body.push(b'}');
    Ok((body.into(), variables))
}
