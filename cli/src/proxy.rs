//! `backendai proxy`: a port of this machine where requests are signed.

use std::{
    env,
    io::{self, Read as _},
    net::IpAddr,
    path::PathBuf,
};

use backendai::{Client, Credential, EndpointType, proxy::Proxy as Server};
use clap::Args;
use serde_json::json;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::{
    blocking, connect,
    global::{Global, Single},
    output::{Failure, err, out},
};

/// The token, where it is not read from the standard input.
const TOKEN: &str = "BACKENDAI_PROXY_TOKEN";
const HELP: &str = "\
As long as it runs, every program and every user of this machine can use the manager with your keys,
unless there is a token. Pages of other origins cannot.

GraphiQL comes from a CDN, whose files the browser checks. Where no CDN is reachable, make a folder for
--ui-dir with:

  npm install --no-save --prefix DIR graphiql@4.1.2 react@18.3.1 react-dom@18.3.1

Introspection is answered from the schema that this command was built with. Programs send to the port
as they would to the manager, and need no keys:

  curl -d '{\"query\": \"{ keypair { user_id } }\"}' http://localhost:8084/admin/gql";
/// More than any token has.
const LONGEST: u64 = 4096;

/// Sign what other programs send to a port of this machine, and send it on to the manager. A browser
/// gets GraphiQL there. Ctrl-C ends it.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct Proxy {
    /// Listen on this address or name.
    #[arg(long, value_name = "HOST", default_value = "localhost")]
    bind: String,
    /// Listen on this port; 0 is any that is free.
    #[arg(short, long, default_value_t = 8084)]
    port: u16,
    /// Let pages of this origin use the proxy, as in http://localhost:3000. Every page, `*`, needs a
    /// token.
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Take this name for one of this machine.
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Let other machines in, with a token. Nothing is encrypted on the way to the proxy.
    #[arg(long)]
    allow_remote: bool,
    /// Let only those in who send a token, `Authorization: Bearer …`, and read it from the standard
    /// input. BACKENDAI_PROXY_TOKEN sets it too.
    #[arg(long)]
    token_stdin: bool,
    /// Take GraphiQL from this folder.
    #[arg(long, value_name = "DIR")]
    ui_dir: Option<PathBuf>,
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
        if let Some(folder) = &self.ui_dir {
            builder = builder.ui_dir(folder);
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
            Single::Text => {
                out(format!("GraphiQL at {address}"))?;
                out(format!("Requests go to {} {}", endpoints.join(", "), who(&client)))?;
            }
            Single::Json => {
                let told = json!({ "address": address, "endpoints": endpoints, "token": guarded });
                out(told.to_string())?;
            }
        }
        if !guarded && !matches!(client.config().credential(), Credential::Anonymous) {
            err(
                "warning: whoever can send to this port acts as you, every user of this machine too; \
                 a token keeps them out (--token-stdin)",
            );
        }
        if !proxy.addr().ip().is_loopback() {
            err(
                "warning: other machines reach this port, and nothing on the way is encrypted, the \
                 token neither",
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
            () = greet(&client) => Ok(()),
        }
    }

    async fn token(&self) -> Result<Option<String>, Failure> {
        if self.token_stdin {
            let text = blocking(|| {
                let mut text = String::new();
                match io::stdin().take(LONGEST).read_to_string(&mut text) {
                    Ok(_) => Ok(text),
                    Err(error) => {
                        Err(Failure::new("the token cannot be read").why(error.to_string()))
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
                Err(Failure::new(format!("{TOKEN} has characters beyond ASCII"))
                    .help("make a token with: openssl rand -hex 32"))
            }
        }
    }
}

/// The flags of the methods of the builder that an error names.
const FLAGS: [(&str, &str); 2] = [
    ("ProxyBuilder::allow_remote", "--allow-remote"),
    ("ProxyBuilder::token", "--token-stdin or BACKENDAI_PROXY_TOKEN"),
];

/// Adds the flags for what an error of the builder names.
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

/// As whom the manager sees what is sent.
fn who(client: &Client) -> String {
    match client.config().credential() {
        Credential::KeyPair(keys) => format!("as {}", keys.access_key()),
        _ if client.config().endpoint_type() == EndpointType::Session => {
            let session = client.session();
            let account = session.as_ref().and_then(|session| session.account());
            match (session.is_some(), account) {
                (_, Some(account)) => format!("as {}, by a login", account.access_key),
                (true, None) => "by a login".to_owned(),
                (false, _) => "when somebody has logged in: backendai login".to_owned(),
            }
        }
        _ => "without a signature".to_owned(),
    }
}

/// Finds out which version the manager speaks, so that older ones are spoken to in theirs. What is
/// asked before that is known goes with the newest one. Never ends.
async fn greet(client: &Client) {
    if let Err(error) = client.negotiate().await {
        err(format!("warning: {error}"));
    }
    std::future::pending().await
}

/// The signals that stop the proxy. They are received from its creation on, so that none is lost
/// between the printed address and the first request.
struct Signals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        #[cfg(unix)]
        {
            let failed = |error: io::Error| {
                Failure::new("signals cannot be received").why(error.to_string())
            };
            Ok(Self {
                interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
                terminate: signal(SignalKind::terminate()).map_err(failed)?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next signal.
    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
