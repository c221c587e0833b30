//! Which version of the API the manager speaks.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::Method;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, Unexpected},
};

use super::Client;
use crate::{
    config::{ApiVersion, MIN_VERSION},
    error::{Error, Result},
    operation::OperationKind,
    request::Call,
    response,
    retry::Retry,
    version::ManagerVersion,
};

/// What a manager says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    api_version: ApiVersion,
    negotiated: ApiVersion,
    manager: String,
}

impl ServerInfo {
    /// The newest version of the API that it speaks.
    pub const fn api_version(&self) -> ApiVersion {
        self.api_version
    }

    /// The version that is spoken with it: the older of its own and the configured one.
    pub const fn negotiated(&self) -> ApiVersion {
        self.negotiated
    }

    /// Version of the manager itself, such as `26.9.6`. Empty when it does not say.
    pub fn manager(&self) -> &str {
        &self.manager
    }

    /// The same as a version, when it is one.
    pub fn manager_version(&self) -> Option<ManagerVersion> {
        self.manager.parse().ok()
    }
}

#[derive(Deserialize)]
struct Hello {
    #[serde(deserialize_with = "version")]
    version: ApiVersion,
    #[serde(default)]
    manager: String,
}

fn version<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<ApiVersion, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        let expected = "an API version such as v9.20250722";
        D::Error::invalid_value(Unexpected::Str(&text), &expected)
    })
}

impl Client {
    /// Asks the manager which version of the API it speaks. All endpoints are asked, one after
    /// the other, until one answers as a manager does. Nothing is signed.
    ///
    /// Requests that follow, of all clones of this client, speak the older of its version and the
    /// configured one. Without this call they speak the configured one, which every manager since
    /// its date understands: a client that sends one request need not negotiate. None does so
    /// behind its caller's back unless the manager may be too old for an operation, as
    /// [`version`](crate::version) says.
    ///
    /// # Errors
    ///
    /// When no endpoint answers as a manager does ([`Error::earlier`] has what the others said),
    /// or its version is older than [`MIN_VERSION`].
    pub async fn negotiate(&self) -> Result<Arc<ServerInfo>> {
        self.hello(None, None).await
    }

    /// `timeout` and `retry` are those of a call.
    pub(crate) async fn hello(
        &self,
        timeout: Option<Duration>,
        retry: Option<Retry>,
    ) -> Result<Arc<ServerInfo>> {
        let call = Call {
            operation: "negotiate".into(),
            method: Method::GET,
            path: "/".into(),
            body: Bytes::new(),
            kind: Some(OperationKind::Query),
            idempotent: None,
            timeout,
            retry,
            signed: false,
        };
        let server = self
            .call(&call, |response| {
                let hello: Hello = response::json(response, call.asked())?;
                if hello.version < MIN_VERSION {
                    return Err(Error::too_old(hello.version, MIN_VERSION));
                }
                let negotiated = hello.version.min(self.config().version());
                Ok(ServerInfo { api_version: hello.version, negotiated, manager: hello.manager })
            })
            .await
            .map_err(|error| error.with_operation(call.operation.clone()))?;
        tracing::debug!(
            manager = server.manager,
            api_version = %server.api_version,
            negotiated = %server.negotiated,
            "negotiated"
        );
        let server = Arc::new(server);
        self.remember(&server)?;
        Ok(server)
    }
}
