//! One call: its body and its options.

use std::{
    borrow::Cow,
    fmt,
    future::{Future, IntoFuture},
    ops::Range,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    config::Endpoint,
    dispatch::{Call, Dispatcher, headers},
    error::{Error, Result},
    http::HttpResponse,
    operation::{
        Completion, Gate, Operation, OperationInfo, OperationKind, Projection, QUERY,
        info::RootFieldInfo,
    },
    response::{self, RequestInfo, Response},
    retry::Retry,
    setting::ADMIN_PATH,
    variables,
    version::VersionPolicy,
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
///
/// It is not a future itself. `tokio::join!` and `tokio::time::timeout` take it as it is; where a future is
/// required, `into_future` makes one, which can be sent to another task:
///
/// ```
/// # async fn run(client: backendai::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let count = client.send_document("query Count { keypair_list(limit: 1, offset: 0) { total_count } }", ());
/// let count = tokio::spawn(count.into_future());
/// println!("{}", count.await??);
/// # Ok(())
/// # }
/// ```
#[must_use = "requests do nothing unless awaited"]
pub struct Request<T> {
    dispatcher: Arc<Dispatcher>,
    call: Call,
    /// The fields at the root, which may report a refusal.
    root_fields: &'static [RootFieldInfo],
    completion: Option<Completion<T>>,
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

    /// Adds a header, instead of [that of the client](crate::ClientBuilder::header) of the same name.
    ///
    /// The same headers are refused as there; the call then fails without being sent.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        let own = self.call.headers.get_or_insert_default();
        if let Err(error) = headers::insert(own, name, value) {
            self.call.failed.get_or_insert(error);
        }
        self
    }

    /// Overrides the client's policy for a manager that is older than what the operation requires.
    pub fn version_policy(mut self, policy: VersionPolicy) -> Self {
        self.call.version_policy = Some(policy);
        self
    }

    /// Looks into a successful response before it is decoded. When `peek` returns true, other tasks
    /// run first, so that a request which it leads to is sent before the decoding.
    pub(crate) fn peek(mut self, peek: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        self.call.peek = Some(Box::new(peek));
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
        let Self { dispatcher, mut call, root_fields, completion } = self;
        let mut received = None;
        let mut read = |_: &Endpoint, response: &mut HttpResponse, info: RequestInfo| {
            let mut data = response::data::<T>(response, info)?;
            response::check_roots(response, root_fields)?;
            if let Some(complete) = &completion {
                complete(&mut data);
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

/// Shows neither the document nor the variables, which may be secret.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("name", &self.name())
            .field("path", &self.call.path)
            .finish_non_exhaustive()
    }
}

impl<D> Request<D> {
    /// Prepares an operation.
    pub(crate) fn of<O: Operation<Data = D>>(dispatcher: Arc<Dispatcher>, operation: &O) -> Self {
        Self::with_variables(dispatcher, operation, operation)
    }

    /// Prepares an operation with these variables instead of its own.
    pub(crate) fn with_variables<O: Operation<Data = D>>(
        dispatcher: Arc<Dispatcher>,
        operation: &O,
        variables: &impl Serialize,
    ) -> Self {
        let info = operation.info();
        let mut call = described(&dispatcher, info, operation.projection(), variables);
        if info.kind == OperationKind::Subscription {
            let message = "it is a subscription: follow it with Client::subscribe";
            call.failed = Some(Error::argument(message));
        }
        let (root_fields, completion) = (info.root_fields, operation.completion());
        Self { dispatcher, call, root_fields, completion }
    }

    /// Prepares a document that was not compiled.
    pub(crate) fn of_document(
        dispatcher: Arc<Dispatcher>,
        document: &str,
        name: Option<&'static str>,
        variables: &impl Serialize,
    ) -> Self {
        let body = body(document, false, name, variables);
        let (call, _) = call(name.unwrap_or("document"), ADMIN_PATH, body);
        Self { dispatcher, call, root_fields: &[], completion: None }
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

/// Makes the call of an operation with a description.
pub(crate) fn described(
    dispatcher: &Dispatcher,
    info: &'static OperationInfo,
    projection: Option<&Arc<Projection>>,
    variables: &impl Serialize,
) -> Call {
    let name = (!info.name.is_empty()).then_some(info.name);
    let body = match projection {
        Some(projection) => body(projection.whole(), false, name, variables),
        None => body(info.document.text, info.document.plain, name, variables),
    };
    let (mut call, places) = call(info.label(), info.path, body);
    call.kind = Some(info.kind);
    let newest = Gate::newest(info, projection);
    // Where every manager is new enough there is nothing to check.
    if newest.is_some() && newest > dispatcher.oldest_manager() && call.failed.is_none() {
        match Gate::new(info, projection.cloned(), &call.body, places) {
            Ok(gate) => call.gate = Some(Box::new(gate)),
            Err(error) => call.failed = Some(Error::encode(error)),
        }
    }
    call
}

/// Where the document and the variables are in a body.
type Places = [Range<usize>; 2];

fn call(
    operation: &'static str,
    path: &'static str,
    body: serde_json::Result<(Bytes, Places)>,
) -> (Call, Places) {
    match body {
        Ok((body, places)) => (Call::post(operation, path, body), places),
        Err(error) => {
            let failed = Some(Error::encode(error));
            (Call { failed, ..Call::post(operation, path, Bytes::new()) }, [0..0, 0..0])
        }
    }
}

/// Writes `{"query":…,"variables":…,"operationName":…}`; a plain document has nothing to escape.
fn body(
    document: &str,
    plain: bool,
    name: Option<&str>,
    variables: &impl Serialize,
) -> serde_json::Result<(Bytes, Places)> {
    let mut body = Vec::with_capacity(document.len() + 256);
    body.extend_from_slice(QUERY);
    let document = {
        let begin = body.len();
        if plain {
            write_plain(&mut body, document);
        } else {
            write_string(&mut body, document)?;
        }
        begin..body.len()
    };
    body.extend_from_slice(b",\"variables\":");
    let begin = body.len();
    variables::write(&mut body, variables)?;
    let variables = begin..body.len();
    if let Some(name) = name {
        body.extend_from_slice(b",\"operationName\":");
        write_string(&mut body, name)?;
    }
    body.push(b'}');
    Ok((body.into(), [document, variables]))
}

/// Writes a JSON string. Few documents have anything to escape, and to look for that without a
/// branch is many times as fast as to escape byte by byte.
fn write_string(to: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    let escapes = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if text.bytes().fold(false, |found, byte| found | escapes(byte)) {
        return serde_json::to_writer(to, text);
    }
    write_plain(to, text);
    Ok(())
}

/// Writes a JSON string that has nothing to escape.
fn write_plain(to: &mut Vec<u8>, text: &str) {
    to.push(b'"');
    to.extend_from_slice(text.as_bytes());
    to.push(b'"');
}
