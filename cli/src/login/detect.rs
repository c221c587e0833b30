//! The type of an endpoint, found out by asking it.

use backendai::{Config, Retry, config::Field, context::Context};

use crate::{connect, context::settings, global::Global, output::Failure};

/// Asks the endpoint of a context for the version of its API: a manager has it at `/`, a webserver below
/// `/func/`. Where nothing answers, the type is `api`, and the login reports the failure.
pub(super) async fn endpoint_type(
    global: &Global,
    context: &Context,
) -> Result<&'static str, Failure> {
    let config = config(global, context, "api")?;
    let path = config.endpoints().first().map_or("", |it| it.url().path().trim_end_matches('/'));
    let Err(error) = negotiate(global, config.clone()).await? else {
        return match path.ends_with("/func") {
            true => {
                Err(Failure::argument(format!("the endpoint: {path} is a path of a webserver"))
                    .help("give the webserver's address without it"))
            }
            false => Ok("api"),
        };
    };
    if !error.is_wrong_address() {
        return Ok("api");
    }
    if negotiate(global, self::config(global, context, "session")?).await?.is_ok() {
        return Ok("session");
    }
    let proxy = config.endpoints().iter().find_map(|endpoint| config.proxy(endpoint));
    let help = match (path, proxy) {
        ("", None) => {
            "check the address; if it is right, give its --endpoint-type: api or session".to_owned()
        }
        ("", Some(proxy)) => format!(
            "check the address, and that {proxy} is a proxy that reaches it, or list the host of the address in \
             no_proxy"
        ),
        (path, _) => format!(
            "give the address without {path}; if it is right, give its --endpoint-type: api or session"
        ),
    };
    Err(Failure::from(error)
        .message("not logged in: the endpoint is neither a manager nor a webserver")
        .help(help))
}

fn config(global: &Global, context: &Context, endpoint_type: &str) -> Result<Config, Failure> {
    let mut context = context.clone();
    settings::set(&mut context, Field::EndpointType, endpoint_type)?;
    connect::config_of(global, context, true)
}

async fn negotiate(
    global: &Global,
    config: Config,
) -> Result<Result<(), backendai::Error>, Failure> {
    let client = connect::builder(global, config).retry(Retry::disabled()).build()?;
    Ok(client.negotiate().await.map(drop))
}
