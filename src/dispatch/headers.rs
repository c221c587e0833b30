//! Headers of the caller, besides those that the client sets.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::prepare::DOMAIN;
use crate::{
    error::{Error, Result},
    http::{API_VERSION, SESSION_ID},
};

/// Headers that the client sets, that the HTTP library sets, or that decide how a body is read.
const RESERVED: [HeaderName; 13] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::DATE,
    header::HOST,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    API_VERSION,
    DOMAIN,
    SESSION_ID,
];

/// Adds a header, instead of an earlier one of that name. No `Debug` shows its value, which may be a
/// secret.
pub(crate) fn insert<N, V>(headers: &mut HeaderMap, name: N, value: V) -> Result<()>
where
    N: TryInto<HeaderName, Error: Into<http::Error>>,
    V: TryInto<HeaderValue, Error: Into<http::Error>>,
{
    let name = name.try_into().map_err(|error| {
        Error::config("the name of a header is invalid: use letters, digits and hyphens")
            .with_source(error.into())
    })?;
    if RESERVED.contains(&name) {
        return Err(Error::config(format!(
            "the header `{name}` is set by the client: leave it out"
        )));
    }
    if name == header::USER_AGENT {
        return Err(Error::config(
            "the header `user-agent` is a setting: use `ConfigBuilder::user_agent`",
        ));
    }
    let mut value = value.try_into().map_err(|error| {
        Error::config(format!(
            "the header `{name}` has an invalid value: remove control characters"
        ))
        .with_source(error.into())
    })?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}
