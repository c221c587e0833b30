//! The version of the API that the manager speaks.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Method};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, Unexpected},
};

use super::{
    Dispatcher,
    call::{Auth, Call},
};
use crate::{
    config::{ApiVersion, MIN_VERSION},
    error::{Error, Result},
    operation::OperationKind,
    response,
    retry::Retry,
    version::ManagerVersion,
};

/// What a manager reports about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    api_version: ApiVersion,
    negotiated: ApiVersion,
    manager: String,
}

impl ServerInfo {
    /// Returns the newest version of the API that it speaks.
    pub const fn api_version(&self) -> ApiVersion {
        self.api_version
    }

    /// Returns the version that requests speak: the older of its own and the configured one.
    pub const fn negotiated(&self) -> ApiVersion {
        self.negotiated
    }

    /// Returns the version of the manager itself, such as `26.9.6`; empty if it reports none.
    pub fn manager(&self) -> &str {
        &self.manager
    }

    /// Returns the same parsed, if it is a version.
    pub fn manager_version(&self) -> Option<ManagerVersion> {
        self.manager.parse().ok()
    }
}

/// What the manager reported, and the version that requests speak as a header.
pub(super) struct Negotiated {
    pub(super) info: Arc<ServerInfo>,
    pub(super) header: HeaderValue,
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

impl Dispatcher {
    /// Asks the endpoints for their version until one answers, and keeps the result.
    pub(crate) async fn probe_version(
        &self,
        timeout: Option<Duration>,
        retry: Option<Retry>,
    ) -> Result<Arc<ServerInfo>> {
        let call = Call {
            method: Method::GET,
            kind: Some(OperationKind::Query),
            timeout,
            retry,
            auth: Auth::None,
            ..Call::post("negotiate", "/", Bytes::new())
        };
        let mut hello = None;
        let result = self
            .send(&call, &mut |_, response, info| {
                let read: Hello = response::json(response, info)?;
                if read.version < MIN_VERSION {
                    return Err(Error::too_old(read.version, MIN_VERSION));
                }
                hello = Some(read);
                Ok(())
            })
            .await;
        result.map_err(|error| error.with_operation(call.operation.clone()))?;
        let Hello { version, manager } = hello.ok_or_else(Error::unread)?;
        let negotiated = version.min(self.config.version());
        let server = Arc::new(ServerInfo { api_version: version, negotiated, manager });
        tracing::debug!(
            manager = server.manager,
            api_version = %server.api_version,
            negotiated = %server.negotiated,
            "negotiated"
        );
        self.store_server_info(&server)?;
        Ok(server)
    }
}
