//! One call: its body and its options.

use std::{
    borrow::Cow,
    future::{Future, IntoFuture},
    ops::Range,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    config::Endpoint,
    dispatch::{ADMIN_PATH, Call, Dispatcher},
    error::{Error, Result},
    http::HttpResponse,
    operation::{Operation, Refusal},
    response::{self, RequestInfo, Response},
    retry::Retry,
    version::{self, Gate, VersionPolicy},
};

/// A call that is ready to be sent. Awaiting it returns the data;
/// [`response`](Self::response) returns the whole [`Response`].
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
#[must_use = "requests do nothing unless awaited"]
pub struct Request<T> {
    dispatcher: Arc<Dispatcher>,
    call: Call,
    refusal: fn(&T) -> Option<Refusal<'_>>,
}

impl<T> Request<T> {
    /// Limits the time of the whole call, including other endpoints, repetitions and pauses;
    /// [`ClientBuilder::timeout`](crate::ClientBuilder::timeout) applies unless set. The read
    /// timeout of the configuration ends a request that makes no progress.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.call.timeout = Some(timeout);
        self
    }

    /// Overrides the client's retry policy.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.call.retry = Some(retry);
        self
    }

    /// Sets whether the call may be sent again when it may have arrived before. Queries may,
    /// mutations may not; a document of unknown kind is not sent again unless this allows it.
    ///
    /// A mutation that sets a value has the same effect when it is executed twice, and may be
    /// declared idempotent. One that creates something does not; and the second response of one
    /// that deletes is that there is nothing to delete.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.call.idempotent = Some(idempotent);
        self
    }

    /// Sends it to another schema, such as `/admin/gql/strawberry`.
    pub fn path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.call.path = path.into();
        self
    }

    /// Overrides the client's policy for a manager that is older than what the operation requires.
    pub fn version_policy(mut self, policy: VersionPolicy) -> Self {
        self.call.version_policy = Some(policy);
        self
    }

    /// Returns the name of the operation, as in errors and traces.
    pub fn name(&self) -> &str {
        &self.call.operation
    }
}

impl<T: DeserializeOwned + Send> Request<T> {
    /// Sends it and returns the data with the status and headers of the response.
    ///
    /// # Errors
    ///
    /// Everything that [`Error`] can be.
    pub async fn response(self) -> Result<Response<T>> {
        let Self { dispatcher, mut call, refusal } = self;
        let mut received = None;
        let mut read = |_: &Endpoint, response: &mut HttpResponse, info: RequestInfo| {
            let data = response::data::<T>(response, info)?;
            if let Some(refusal) = refusal(&data) {
                return Err(Error::refused(refusal));
            }
            let headers = std::mem::take(&mut response.headers);
            received = Some(Response::new(data, response.status, headers));
            Ok(())
        };
        dispatcher.run(&mut call, &mut read).await?;
        received.ok_or_else(Error::unread)
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
    /// Prepares a compiled operation.
    pub(crate) fn of<O: Operation<Data = D>>(dispatcher: Arc<Dispatcher>, operation: &O) -> Self {
        let document = operation.text_json();
        let body = body(document, Some(O::NAME), operation);
        let newest = operation.newest();
        let gate = match &body {
            // Where every manager is new enough there is nothing to check.
            Ok((_, variables)) if newest.is_some() && newest > dispatcher.oldest_manager() => {
                Some(Box::new(Gate {
                    requirements: operation.gate(),
                    document: document.len(),
                    variables: variables.clone(),
                }))
            }
            _ => None,
        };
        let call = Call { kind: Some(O::KIND), gate, ..call(O::NAME, O::PATH, body) };
        Self { dispatcher, call, refusal: O::refusal }
    }

    /// Prepares a document that was not compiled.
    pub(crate) fn of_document(
        dispatcher: Arc<Dispatcher>,
        document: &str,
        name: Option<&'static str>,
        variables: &impl Serialize,
    ) -> Self {
        let body = serde_json::to_string(document).and_then(|text| body(&text, name, variables));
        let call = call(name.unwrap_or("document"), ADMIN_PATH, body);
        Self { dispatcher, call, refusal: |_| None }
    }
}

impl Request<Box<serde_json::value::RawValue>> {
    /// Selects the operation to run. Required when the document has several.
    pub fn operation_name(mut self, name: &str) -> Self {
        // The body ends with `}`; the name goes before it.
        let mut body = Vec::from(self.call.body);
        body.pop();
        body.extend_from_slice(b",\"operationName\":");
        match serde_json::to_writer(&mut body, name) {
            Ok(()) => body.push(b'}'),
            Err(error) => self.call.failed = Some(Error::encode(error)),
        }
        self.call.body = body.into();
        self.call.operation = name.to_owned().into();
        self
    }
}

fn call(
    operation: &'static str,
    path: &'static str,
    body: serde_json::Result<(Bytes, Range<usize>)>,
) -> Call {
    let (body, failed) = match body {
        Ok((body, _)) => (body, None),
        Err(error) => (Bytes::new(), Some(Error::encode(error))),
    };
    Call { failed, ..Call::post(operation, path, body) }
}

/// Writes `{"query":…,"variables":…,"operationName":…}`, where `document` is JSON already. Also
/// returns where the variables are.
fn body(
    document: &str,
    name: Option<&str>,
    variables: &impl Serialize,
) -> serde_json::Result<(Bytes, Range<usize>)> {
    let mut body = Vec::with_capacity(document.len() + 256);
    body.extend_from_slice(version::QUERY);
    body.extend_from_slice(document.as_bytes());
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
