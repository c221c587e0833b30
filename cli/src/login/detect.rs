//! The type of an endpoint, found out by asking it.

use backendai::{Client, Retry, config::Field, context::Context};

use crate::{connect, context::settings, global::Global, output::Failure};

/// Asks the endpoint of a context for the version of its API: a manager has it at `/`, a webserver below
/// `/func/`. Where nothing answers, the type is `api`, and the login reports the failure.
pub(super) async fn endpoint_type(
    global: &Global,
    context: &Context,
) -> Result<&'static str, Failure> {
    let Err(error) = negotiate(global, context, "api").await? else { return Ok("api") };
    if !error.is_wrong_address() {
        return Ok("api");
    }
    match negotiate(global, context, "session").await? {
        Ok(()) => Ok("session"),
        Err(_) => Err(Failure::from(error)
            .message("not logged in: the endpoint is neither a manager nor a webserver")
            .help("check the address; if it is right, give its --endpoint-type: api or session")),
    }
}

async fn negotiate(
    global: &Global,
    context: &Context,
    endpoint_type: &str,
) -> Result<Result<(), backendai::Error>, Failure> {
    let mut context = context.clone();
    settings::set(&mut context, Field::EndpointType, endpoint_type)?;
    let config = connect::config_of(global, context, true)?;
    let client = Client::builder(config).retry(Retry::disabled()).build()?;
    Ok(client.negotiate().await.map(drop))
}
