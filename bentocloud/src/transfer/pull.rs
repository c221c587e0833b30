//! Pull: the archive is unpacked as it arrives, beside the store, and put into it at the end.

use std::io;

use bytes::Bytes;
use reqwest::{
    Method, StatusCode,
    header::{ACCEPT_ENCODING, CONTENT_RANGE, ETAG, IF_RANGE, RANGE},
};
use tokio::sync::mpsc;

use super::{
    Moved, Progress, Transfer,
    body::Download,
    remote::{Failure, Next, Pauses, Place, Record, Remote, newest},
};
use crate::{
    Client, Tag,
    error::{Error, Kind as What, Result},
    http::timed,
    store::{Kind, Store},
};

pub(super) async fn pull(
    client: &Client,
    store: &Store,
    kind: Kind,
    tag: &Tag,
    transfer: &Transfer,
) -> Result<Vec<Moved>> {
    let main = one(client, store, kind, tag, transfer).await?;
    let models = match kind == Kind::Bento && transfer.with_models {
        true => store.get(kind, &main.tag)?.models(),
        false => vec![],
    };
    let mut moved = vec![main];
    for model in models {
        // A model belongs to all its bentos, so force concerns the bento alone.
        let transfer = Transfer { force: false, ..transfer.clone() };
        moved.push(one(client, store, Kind::Model, &model.tag, &transfer).await?);
    }
    Ok(moved)
}

async fn one(
    client: &Client,
    store: &Store,
    kind: Kind,
    tag: &Tag,
    transfer: &Transfer,
) -> Result<Moved> {
    tokio::select! {
        biased;
        () = transfer.stop.cancelled() => Err(What::Stopped.into()),
        moved = fetch(client, store, kind, tag, transfer) => moved,
    }
}

async fn fetch(
    client: &Client,
    store: &Store,
    kind: Kind,
    tag: &Tag,
    transfer: &Transfer,
) -> Result<Moved> {
    let missing = |body: &str| -> Error {
        let what = format!("{kind} \"{tag}\" on the remote {kind} store");
        What::NotFound { what, status: 404, body: body.to_owned() }.into()
    };
    let tag = match tag.version() {
        Some(_) => tag.clone(),
        None => match newest(client, kind, tag.name()).await? {
            Some(version) => Tag::new(tag.name(), &version)?,
            None => return Err(missing("it has no version")),
        },
    };
    if !transfer.force && store.has(kind, &tag) {
        return Ok(Moved { kind, tag, bytes: None, keeps_metadata: false });
    }
    let remote = Remote::new(client, kind, &tag, transfer);
    let record = remote.get().await?.ok_or_else(|| missing("there is no such version"))?;
    if record.is_elsewhere() {
        tracing::warn!("No content to download for model {tag}");
        return Ok(Moved { kind, tag, bytes: None, keeps_metadata: false });
    }
    if !record.is_complete() {
        return Err(Error::state(format!(
            "{kind} {tag} has not arrived on the server in whole: its status is `{}`",
            record.upload_status
        )));
    }
    let fetching = Fetching { remote, record, tag, transfer };
    let mut pauses = Pauses::new(client, transfer.attempts);
    loop {
        match fetching.whole(store).await {
            Ok(bytes) => {
                let tag = fetching.tag.clone();
                return Ok(Moved { kind, tag, bytes: Some(bytes), keeps_metadata: false });
            }
            Err(failure) => pauses.wait(failure).await?,
        };
    }
}

/// One archive on its way.
struct Fetching<'a> {
    remote: Remote,
    record: Record,
    tag: Tag,
    transfer: &'a Transfer,
}

/// How far a download has come.
#[derive(Default)]
struct State {
    have: u64,
    total: Option<u64>,
    etag: Option<String>,
}

impl Fetching<'_> {
    /// Downloads, unpacks and stores. Returns the archive's size.
    async fn whole(&self, store: &Store) -> Result<u64, Failure> {
        let (kind, tag) = (self.remote.kind, self.tag.clone());
        let (sender, reader) = Download::new();
        let (limits, replace) = (self.transfer.limits, self.transfer.force);
        let worker = {
            let (store, tag) = (store.clone(), tag.clone());
            tokio::task::spawn_blocking(move || {
                let staging = store.stage()?;
                let what = format!("what the server sent for {kind} {tag}");
                store.unpack(&staging, reader, &what, limits)?;
                Ok((store, staging, tag))
            })
        };
        let received = self.receive(sender).await;
        let unpacked: Result<_> = worker.await.map_err(|error| Error::state(error.to_string()))?;
        let (bytes, (store, staging, tag)) = match (received, unpacked) {
            (Ok(Some(bytes)), Ok(unpacked)) => (bytes, unpacked),
            // The reader went away before the end: it has the reason.
            (Ok(None), Ok(_)) => return Err(Error::state("the download broke off").into()),
            (Ok(_), Err(error)) => return Err(error.into()),
            // An archive that was refused for what it is stays refused.
            (Err(_), Err(error)) if error.is_archive() => return Err(error.into()),
            (Err(failure), _) => return Err(failure),
        };
        let stored = tokio::task::spawn_blocking(move || {
            store.install_received(&staging, kind, &tag, replace)
        });
        match stored.await.map_err(|error| Error::state(error.to_string()))? {
            Ok(_) => Ok(bytes),
            // Another process was faster.
            Err(error) if error.is_stored() => Ok(bytes),
            Err(error) => Err(error.into()),
        }
    }

    /// Where the archive is: the server itself where it gives no address.
    async fn place(&self) -> Result<Place> {
        if self.record.transmission_strategy.as_deref() != Some("proxy") {
            let record = self.remote.step("presign_download_url", None).await?;
            if let Some(url) = record.presigned_download_url.filter(|url| !url.is_empty()) {
                return Place::storage(&url);
            }
        }
        Ok(Place::Proxy(self.remote.proxy("download")?))
    }

    /// Downloads, and goes on where it broke off. None if the reader wants no more.
    async fn receive(&self, sender: mpsc::Sender<Option<Bytes>>) -> Result<Option<u64>, Failure> {
        let mut state = State::default();
        let mut pauses = Pauses::new(&self.remote.client, self.transfer.attempts);
        let mut place = self.place().await?;
        loop {
            let before = state.have;
            let failure = match self.attempt(&mut state, &place, &sender).await {
                Ok(true) => {
                    let _ = sender.send(None).await;
                    return Ok(Some(state.have));
                }
                Ok(false) => return Ok(None),
                Err(failure) => failure,
            };
            if state.have > before {
                pauses.reset();
            }
            // Without ranges everything begins anew, with another folder.
            if state.have > 0 && state.etag.is_none() {
                return Err(failure);
            }
            if pauses.wait(failure).await? == Next::Presign {
                place = self.place().await?;
            }
        }
    }

    /// Whether everything came; false if the reader wants no more.
    async fn attempt(
        &self,
        state: &mut State,
        place: &Place,
        sender: &mpsc::Sender<Option<Bytes>>,
    ) -> Result<bool, Failure> {
        let (client, timeout) = (&self.remote.client, self.remote.client.inner.timeout);
        let broken = |broken| Failure::again(place.broken(&Method::GET, broken));
        // The bytes are wanted as they are, and their number.
        let mut request = place.request(client, Method::GET).header(ACCEPT_ENCODING, "identity");
        if let (true, Some(etag)) = (state.have > 0, &state.etag) {
            request =
                request.header(RANGE, format!("bytes={}-", state.have)).header(IF_RANGE, etag);
        }
        let mut response = timed(timeout, request.send()).await.map_err(broken)?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        match (state.have, response.status()) {
            (0, StatusCode::OK) => {
                state.total = response.content_length();
                // A weak one does not mean equal bytes.
                let strong = header(ETAG).filter(|etag| !etag.starts_with("W/"));
                state.etag = strong.filter(|_| state.total.is_some()).map(str::to_owned);
            }
            (have, StatusCode::PARTIAL_CONTENT) if have > 0 => {
                let start = format!("bytes {have}-");
                if !header(CONTENT_RANGE).is_some_and(|range| range.starts_with(&start)) {
                    let problem = "the storage sent another range than the one requested";
                    return Err(Error::state(problem).into());
                }
            }
            (have, StatusCode::OK) if have > 0 => {
                // It changed, or the storage has no ranges after all.
                state.etag = None;
                let reason = "the storage cannot go on where the download broke off";
                return Err(Failure::again(Error::state(reason)));
            }
            _ => return Err(Failure::of(client, place, response).await),
        }
        self.progress(state);
        while let Some(chunk) = timed(timeout, response.chunk()).await.map_err(broken)? {
            state.have += chunk.len() as u64;
            if state.total.is_some_and(|total| state.have > total) {
                return Err(Error::state("the server sent more than it announced").into());
            }
            if sender.send(Some(chunk)).await.is_err() {
                return Ok(false);
            }
            self.progress(state);
        }
        if state.total.is_some_and(|total| state.have < total) {
            let reason = io::Error::new(io::ErrorKind::UnexpectedEof, "the answer ended too early");
            let what = What::Network {
                method: Method::GET.to_string(),
                path: place.url().path().to_owned(),
                timeout: false,
            };
            return Err(Failure::again(Error::with_source(what, reason)));
        }
        Ok(true)
    }

    fn progress(&self, state: &State) {
        let (kind, tag) = (self.remote.kind, &self.tag);
        self.transfer.report(Progress { kind, tag, moved: state.have, total: state.total });
    }
}
