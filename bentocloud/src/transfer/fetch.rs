//! Archives from an HTTP server.

use std::time::Duration;

use reqwest::{Method, header::ACCEPT_ENCODING};

use super::{body::Download, remote::beginning};
use crate::{
    Limits,
    client::parse_endpoint,
    error::{Error, Result},
    http::{Broken, Settings, timed},
    request::status_error,
    store::{Item, Store},
};

impl Store {
    /// Downloads an archive from an `http://` or `https://` address, such as a presigned one, and
    /// stores what is in it as [`import`](Self::import) does. Redirects are followed, and no
    /// credentials are sent. `timeout` is for the connection and for each wait for bytes.
    ///
    /// # Errors
    ///
    /// As for [`import`](Self::import); [`Error::is_input`] if it is no HTTP address;
    /// [`Error::status`] if the server answers with an error; [`Error::is_network`] if the download
    /// breaks off. Nothing is stored then.
    pub async fn import_url(
        &self,
        url: &str,
        timeout: Duration,
        limits: Limits,
        replace: bool,
    ) -> Result<Vec<Item>> {
        let url = parse_endpoint(url.trim())?;
        let path = url.path().to_owned();
        let broken = |broken: Broken| broken.error(Method::GET.to_string(), path.clone());
        let client = Settings::default().build(timeout, true, url.scheme())?;
        // The bytes are wanted as they are.
        let request = client.get(url).header(ACCEPT_ENCODING, "identity");
        let mut response = timed(timeout, request.send()).await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        if !status.is_success() {
            return Err(status_error(status, &headers, beginning(response, timeout).await));
        }
        let (sender, reader) = Download::new();
        let store = self.clone();
        let worker = tokio::task::spawn_blocking(move || store.import(reader, limits, replace));
        let received = loop {
            match timed(timeout, response.chunk()).await {
                Ok(Some(chunk)) => {
                    if sender.send(Some(chunk)).await.is_err() {
                        // The reader that went away has the reason.
                        break Ok(());
                    }
                }
                Ok(None) => {
                    let _ = sender.send(None).await;
                    break Ok(());
                }
                Err(error) => break Err(broken(error)),
            }
        };
        drop(sender);
        let stored = worker.await.map_err(|error| Error::state(error.to_string()))?;
        match (received, stored) {
            (Err(error), Err(refused)) if !refused.is_archive() => Err(error),
            (_, stored) => stored,
        }
    }
}
