//! `backendai proxy`: signs requests that are sent to a local port.

use std::{
    env,
    io::{self, Read as _},
    net::IpAddr,
};

use backendai::{Client, Credential, EndpointType, proxy::Proxy as Server};
use clap::Args;
use serde_json::json;
use tokio::sync::oneshot;

use crate::{
    blocking, connect,
    global::{Global, SingleFormat},
    interrupt::Signals,
    number::whole,
    output::{Failure, err, out},
};

/// The variable with the token.
const TOKEN: &str = "BACKENDAI_PROXY_TOKEN";
const HELP: &str = "\
While it runs, every program and every user of this machine can use the manager with your keys,
unless a token is set. Web pages of other origins cannot.

Introspection returns the schema that this command was built with. Programs send requests to the port
as to the manager, without keys:

  curl -d '{\"query\": \"{ keypair { user_id } }\"}' http://localhost:8084/admin/gql";
/// Maximum number of bytes to read as a token.
const LONGEST: u64 = 4096;

/// Sign requests that are sent to a local port, and forward them to the manager. The port also serves
/// GraphiQL. Ctrl-C ends the proxy.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct Proxy {
    /// Listen on this address or name.
    #[arg(long, value_name = "HOST", default_value = "localhost")]
    bind: String,
    /// Listen on this port; 0 selects a free one.
    #[arg(short, long, default_value_t = 8084, value_parser = whole(0, u16::MAX))]
    port: u16,
    /// Allow web pages of this origin, such as http://localhost:3000. `*` allows all, and needs a token.
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Accept this name in the Host header.
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Allow other machines, with a token. Connections to the proxy are not encrypted.
    #[arg(long)]
    allow_remote: bool,
    /// Require a token, `Authorization: Bearer …`, and read it from the standard input.
    /// BACKENDAI_PROXY_TOKEN sets it too.
    #[arg(long)]
    token_stdin: bool,
}

impl Proxy {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        let client = connect::client(global)?;
        let mut builder = Server::builder(client.clone());
        let token = self.token().await?;
        let guarded = token.is_some();
        if let Some(token) = token {
            builder = builder.token(token);
        }
        for origin in &self.allow_origin {
            builder = builder.allow_origin(origin);
        }
        for host in &self.allow_host {
            builder = builder.allow_host(host);
        }
        if self.allow_remote {
            builder = builder.allow_remote();
        }
        let mut signals = Signals::listen()?;
        let proxy = builder.bind(&self.bind, self.port).await.map_err(with_flags)?;
        let port = proxy.addr().port();
        let address = match self.bind.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("http://[{address}]:{port}/"),
            _ => format!("http://{}:{port}/", self.bind),
        };
        let endpoints: Vec<_> =
            client.config().endpoints().iter().map(|endpoint| endpoint.url().as_str()).collect();
        match form {
            SingleFormat::Text => {
                out(format!("GraphiQL at {address}"))?;
                out(format!("Requests go to {} {}", endpoints.join(", "), identity(&client)))?;
            }
            SingleFormat::Json => {
                let started =
                    json!({ "address": address, "endpoints": endpoints, "token": guarded });
                out(started.to_string())?;
            }
        }
        if !guarded && !matches!(client.config().credential(), Credential::Anonymous) {
            err(
                "warning: all programs and users of this machine can send requests with your keys to this \
                 port; require a token with --token-stdin",
            );
        }
        if !proxy.addr().ip().is_loopback() {
            err(
                "warning: other machines can reach this port, and connections to it, including the token, \
                 are not encrypted",
            );
        }
        let (stop, stopped) = oneshot::channel();
        let second = async {
            signals.next().await;
            let _ = stop.send(());
            signals.next().await;
        };
        let stopped = async {
            let _ = stopped.await;
        };
        tokio::select! {
            () = proxy.serve(stopped) => Ok(()),
            // A second signal does not wait for requests in flight.
            () = second => Ok(()),
            () = negotiate(&client) => Ok(()),
        }
    }

    async fn token(&self) -> Result<Option<String>, Failure> {
        if self.token_stdin {
            let text = blocking(|| {
                let mut text = String::new();
                match io::stdin().take(LONGEST).read_to_string(&mut text) {
                    Ok(_) => Ok(text),
                    Err(error) => {
                        Err(Failure::new("the token cannot be read").cause(error.to_string()))
                    }
                }
            })
            .await?;
            return Ok(Some(text.trim().to_owned()));
        }
        match env::var(TOKEN) {
            Ok(text) if text.is_empty() => Ok(None),
            Ok(text) => Ok(Some(text)),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => {
                Err(Failure::new(format!("{TOKEN} contains characters other than ASCII"))
                    .help("create a token with: openssl rand -hex 32"))
            }
        }
    }
}

/// The flags for the builder's methods that an error may name.
const FLAGS: [(&str, &str); 2] = [
    ("ProxyBuilder::allow_remote", "--allow-remote"),
    ("ProxyBuilder::token", "--token-stdin or BACKENDAI_PROXY_TOKEN"),
];

/// Adds the flags for the methods that an error names.
fn with_flags(error: backendai::Error) -> Failure {
    let text = error.to_string();
    let flags: Vec<_> =
        FLAGS.iter().filter(|(method, _)| text.contains(method)).map(|(_, flag)| *flag).collect();
    let failure = Failure::from(error);
    match flags.as_slice() {
        [] => failure,
        flags => failure.help(format!("use {}", flags.join(", "))),
    }
}

/// The identity with which requests are sent.
fn identity(client: &Client) -> String {
    match client.config().credential() {
        Credential::KeyPair(keys) => format!("as {}", keys.access_key()),
        _ if client.config().endpoint_type() == EndpointType::Session => {
            let session = client.session();
            let account = session.as_ref().and_then(|session| session.account());
            match (session.is_some(), account) {
                (_, Some(account)) => format!("as {}, by a login", account.access_key),
                (true, None) => "by a login".to_owned(),
                (false, _) => "after a login: backendai login".to_owned(),
            }
        }
        _ => "without a signature".to_owned(),
    }
}

/// Negotiates the API version. Requests use the newest version until it is known. Never returns.
async fn negotiate(client: &Client) {
    if let Err(error) = client.negotiate().await {
        err(format!("warning: {error}"));
    }
    std::future::pending().await
}
