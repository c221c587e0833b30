//! A login with a web browser, through the single sign-on of a webserver.

use std::{
    convert::Infallible,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use backendai::{Client, credential::SecretString};
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use url::form_urlencoded;

use crate::output::{Failure, err};

/// What the sign-on leads back with: a token, or why there is none.
type Outcome = Result<SecretString, String>;

/// Has the user sign on in a web browser, and returns the token of the sign-on.
pub(super) async fn token(client: &Client) -> Result<SecretString, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new("not logged in: no answer of a browser can be received")
            .cause(error.to_string())
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    // Only who begins the sign-on knows the path: no other page can end it with a token of its own.
    let path = random_path()?;
    let address = client.begin_sign_on(&format!("http://127.0.0.1:{port}{path}")).await;
    let address = address.map_err(|error| {
        let is_missing = error.is_wrong_address();
        let failure = Failure::from(error).message("not logged in: the single sign-on did not begin");
        match is_missing {
            true => failure.help(
                "--browser needs the manager's plugin for OpenID Connect; with a plugin for another single \
                 sign-on, give the token with which it leads back by --token-stdin",
            ),
            false => failure,
        }
    })?;
    err(format!("Log in with a web browser of this machine at {address}"));
    // A browser in a terminal ends only after the login.
    tokio::task::spawn_blocking(move || webbrowser::open(address.as_str()));
    let (done, mut outcome) = mpsc::channel(1);
    loop {
        tokio::select! {
            connection = listener.accept() => {
                let (stream, _) = connection.map_err(failed)?;
                tokio::spawn(serve(stream, path.clone(), done.clone()));
            }
            Some(outcome) = outcome.recv() => return outcome.map_err(|reason: String| {
                Failure::new("not logged in: the single sign-on was refused").cause(reason)
            }),
        }
    }
}

fn random_path() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::new("not logged in: there are no random numbers").cause(error.to_string())
    })?;
    Ok(bytes.iter().fold("/".to_owned(), |mut path, byte| {
        // Writing to a string cannot fail.
        let _ = write!(path, "{byte:02x}");
        path
    }))
}

/// Answers the requests of a connection, and then sends the outcome if one of them had it.
async fn serve(stream: TcpStream, path: String, done: mpsc::Sender<Outcome>) {
    let found = Arc::new(Mutex::new(None));
    let answer = service_fn(|request: Request<Incoming>| {
        let outcome = (request.uri().path() == path).then(|| outcome_of(request.uri().query()));
        let (status, text) = match outcome.flatten() {
            Some(outcome) => {
                *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                (StatusCode::OK, "You can close this page, and return to the terminal.\n")
            }
            None => (StatusCode::NOT_FOUND, "There is no such page.\n"),
        };
        let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
        *response.status_mut() = status;
        async { Ok::<_, Infallible>(response) }
    });
    // Where the browser hangs up early, it may have sent the outcome all the same.
    let _ = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer)
        .await;
    if let Some(outcome) = found.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // Nobody waits for a second one.
        let _ = done.try_send(outcome);
    }
}

/// The outcome in the query of the address to which the sign-on leads back.
fn outcome_of(query: Option<&str>) -> Option<Outcome> {
    form_urlencoded::parse(query?.as_bytes()).find_map(|(name, value)| match name.as_ref() {
        "sToken" => Some(Ok(value.into_owned().into())),
        "bai_error" => Some(Err(value.into_owned())),
        _ => None,
    })
}
