//! A call, whatever the type of its data.

use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::{
    config::Endpoint,
    error::{Document, Error, Result},
    http::{HttpRequest, HttpResponse},
    operation::{Gate, OperationKind},
    response::RequestInfo,
    retry::Retry,
    transport::Transport,
    version::VersionPolicy,
};

/// Decodes a response. An error counts as a failure of the request.
pub(crate) type Read<'a> =
    dyn FnMut(&Endpoint, &mut HttpResponse, RequestInfo) -> Result<()> + Send + 'a;

/// Completes the request to an endpoint.
type Complete = dyn Fn(&Endpoint, &mut HttpRequest) -> Result<()> + Send + Sync;

/// Looks into a successful response before it is decoded. Returns whether other tasks are to run
/// first.
pub(crate) type Peek = dyn Fn(&[u8]) -> bool + Send + Sync;

/// One call: what the dispatcher sends, possibly several times.
pub(crate) struct Call {
    pub(crate) operation: Cow<'static, str>,
    pub(crate) method: Method,
    pub(crate) path: Cow<'static, str>,
    pub(crate) body: Bytes,
    /// Headers besides those of the client.
    pub(crate) headers: Option<Box<HeaderMap>>,
    pub(crate) kind: Option<OperationKind>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) timeout: Option<Duration>,
    /// Overrides the client's.
    pub(crate) retry: Option<Retry>,
    pub(crate) auth: Auth,
    /// Overrides the client's.
    pub(crate) transport: Option<Arc<dyn Transport>>,
    /// Whether its caller is identified by a password or a token.
    pub(crate) is_login: bool,
    /// What the manager must support, where it may not.
    pub(crate) gate: Option<Box<Gate>>,
    /// Overrides the client's.
    pub(crate) version_policy: Option<VersionPolicy>,
    /// Looks into the response before it is decoded.
    pub(crate) peek: Option<Box<Peek>>,
    /// Why the call cannot be sent.
    pub(crate) failed: Option<Error>,
}

/// How a call is authenticated.
pub(crate) enum Auth {
    /// By the client's signature or session.
    Client,
    /// Not at all. Such a call may go to every endpoint until one gives a usable answer.
    None,
    /// By the call itself: it is one of the webserver's own, about a login.
    #[cfg_attr(not(feature = "session"), expect(dead_code, reason = "only logins use it"))]
    Webserver(Box<Complete>),
}

impl Call {
    /// Creates a call that posts to a path.
    pub(crate) fn post(
        operation: impl Into<Cow<'static, str>>,
        path: impl Into<Cow<'static, str>>,
        body: Bytes,
    ) -> Self {
        Self {
            operation: operation.into(),
            method: Method::POST,
            path: path.into(),
            body,
            headers: None,
            kind: None,
            idempotent: None,
            timeout: None,
            retry: None,
            auth: Auth::Client,
            transport: None,
            is_login: false,
            gate: None,
            version_policy: None,
            peek: None,
            failed: None,
        }
    }

    /// Returns whether sending it twice has the same effect as sending it once.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.idempotent.unwrap_or(matches!(
            self.kind,
            Some(OperationKind::Query | OperationKind::Subscription)
        ))
    }

    /// Returns whether it may change something. A mutation that may be repeated does, too.
    pub(crate) fn writes(&self) -> bool {
        match self.kind {
            Some(kind) => kind == OperationKind::Mutation,
            None => !self.is_idempotent(),
        }
    }

    pub(crate) fn is_signed(&self) -> bool {
        !matches!(self.auth, Auth::None)
    }

    /// Returns whether it goes to the manager, and not to the webserver itself.
    pub(crate) fn is_for_manager(&self) -> bool {
        !matches!(self.auth, Auth::Webserver(_))
    }

    pub(crate) fn info(&self) -> RequestInfo {
        RequestInfo {
            mutation: self.kind == Some(OperationKind::Mutation),
            writes: self.writes(),
            document: match self.kind {
                Some(OperationKind::Subscription) => Document::Upgrade,
                Some(_) => Document::Validated,
                None => Document::Own,
            },
            body_len: self.body.len(),
        }
    }

    /// Returns the type of its document; `None` for a call without one.
    pub(crate) fn kind_name(&self) -> Option<&'static str> {
        self.is_for_manager().then_some(match self.kind {
            Some(OperationKind::Query) => "query",
            Some(OperationKind::Mutation) => "mutation",
            Some(OperationKind::Subscription) => "subscription",
            None => "unknown",
        })
    }
}
