//! Push: records, then the archive by one of three ways.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, ETAG},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    Moved, Progress, Transfer,
    body::{Upload, Watch},
    remote::{Failure, Next, Pauses, Place, Record, Remote},
    resume::Journal,
};
use crate::{
    Client, DateTime, Tag,
    archive::Plan,
    error::{Error, Kind as What, Result},
    http::Broken,
    store::{Item, Kind, Store},
};

/// How many times longer than for bytes an answer may take once everything was sent: a storage
/// may have to put it together.
const ANSWER: u32 = 10;
/// How long the report of a failure may take.
const REPORT: Duration = Duration::from_secs(10);

pub(super) async fn push(
    client: &Client,
    store: &Store,
    kind: Kind,
    tag: &Tag,
    transfer: &Transfer,
) -> Result<Vec<Moved>> {
    let item = store.get(kind, tag)?;
    let mut size = item.size()?;
    let mut tasks = JoinSet::new();
    let mut models = Vec::new();
    for used in item.models() {
        match store.get(Kind::Model, &used.tag) {
            Ok(model) if used.registry == "bentoml" => {
                size += model.size()?;
                models.push(model);
            }
            Err(error) if !error.is_not_found() => return Err(error),
            _ => needs(client, &used.tag, tag, transfer).await?,
        }
    }
    let order: Vec<Tag> = models.iter().map(|model| model.tag().clone()).collect();
    for model in models {
        let (client, transfer, folder) = (client.clone(), transfer.clone(), store.temporary());
        tasks.spawn(async move {
            let size = model.size()?;
            one(client, model, size, transfer, folder).await
        });
    }
    let mut moved = Vec::new();
    while let Some(done) = tasks.join_next().await {
        // A task is neither aborted nor does it panic.
        let done = done.map_err(|error| Error::state(error.to_string()))?;
        moved.push(done?);
    }
    moved.sort_by_key(|moved| order.iter().position(|tag| *tag == moved.tag));
    moved.push(one(client.clone(), item, size, transfer.clone(), store.temporary()).await?);
    Ok(moved)
}

/// Refuses a bento whose model is nowhere.
async fn needs(client: &Client, model: &Tag, bento: &Tag, transfer: &Transfer) -> Result<()> {
    let there = match model.version() {
        Some(_) => Remote::new(client, Kind::Model, model, transfer).get().await?,
        None => None,
    };
    if there.is_some_and(|record| record.is_complete() || record.is_elsewhere()) {
        return Ok(());
    }
    Err(Error::state(format!(
        "Bento {bento} needs model {model}, which is neither in the local store nor on the server: \
         pull or import the model first, or push it with the client that has it"
    )))
}

/// Pushes one version. Unfinished uploads are recorded in `folder`.
async fn one(
    client: Client,
    item: Item,
    size: u64,
    transfer: Transfer,
    folder: PathBuf,
) -> Result<Moved> {
    let (kind, tag) = (item.kind(), item.tag().clone());
    let remote = Remote::new(&client, kind, &tag, &transfer);
    let record = tokio::select! {
        biased;
        () = transfer.stop.cancelled() => return Err(What::Stopped.into()),
        record = register(&remote, &item, size, &transfer) => record?,
    };
    let Some((record, keeps_metadata)) = record else {
        return Ok(Moved { kind, tag, bytes: None, keeps_metadata: false });
    };
    let mut unfinished = Unfinished { remote: Some(remote.clone()) };
    let sending = Sending {
        plan: item.plan()?,
        folder,
        sent: AtomicU64::new(0),
        remote: remote.clone(),
        tag: tag.clone(),
        transfer: transfer.clone(),
    };
    let sending = Arc::new(sending);
    let result = tokio::select! {
        biased;
        () = transfer.stop.cancelled() => Err(What::Stopped.into()),
        result = Arc::clone(&sending).send(record) => result,
    };
    unfinished.remote = None;
    if let Err(error) = result {
        report(&remote, &error).await;
        return Err(error);
    }
    Ok(Moved { kind, tag, bytes: Some(sending.plan.size()), keeps_metadata })
}

/// Lets the server know that the version will not arrive.
async fn report(remote: &Remote, error: &Error) {
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        reason.push_str(&format!(": {deeper}"));
        cause = deeper.source();
    }
    let body = json!({"status": "failed", "reason": reason});
    let reported = tokio::time::timeout(REPORT, remote.step("finish_upload", Some(body))).await;
    if !matches!(reported, Ok(Ok(_))) {
        tracing::warn!("the server does not know that the upload has failed");
    }
}

/// Reports the failure of a push whose future is dropped, as far as the runtime goes on.
struct Unfinished {
    remote: Option<Remote>,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let Some(remote) = self.remote.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { report(&remote, &What::Stopped.into()).await });
        }
    }
}

/// Makes or changes the server's record. None if the version is there already; with the record,
/// whether the server keeps other metadata than those of the store.
async fn register(
    remote: &Remote,
    item: &Item,
    size: u64,
    transfer: &Transfer,
) -> Result<Option<(Record, bool)>> {
    remote.ensure_repository().await?;
    let known = remote.get().await?;
    if known.as_ref().is_some_and(|record| record.is_complete() && !transfer.force) {
        return Ok(None);
    }
    let mut body = json!({
        "description": item.description(), "manifest": item.remote_manifest(size),
        "labels": item.labels(),
    });
    Ok(Some(match known {
        Some(_) if item.kind() == Kind::Bento => (remote.update(&body).await?, false),
        // The server has no call that changes a model.
        Some(record) => {
            let keeps =
                record.manifest.as_ref().is_some_and(|known| Some(known) != body.get("manifest"));
            (record, keeps)
        }
        None => {
            if let Some(body) = body.as_object_mut() {
                let built = item.created_at().or_else(DateTime::now);
                body.insert("version".to_owned(), json!(remote.version));
                body.insert("build_at".to_owned(), json!(built));
            }
            (remote.create(&body).await?, false)
        }
    }))
}

/// One archive on its way.
struct Sending {
    plan: Arc<Plan>,
    /// Where the parts that have arrived are recorded.
    folder: PathBuf,
    /// Bytes that have arrived in whole parts.
    sent: AtomicU64,
    remote: Remote,
    tag: Tag,
    transfer: Transfer,
}

/// What is sent in one request.
struct Part {
    /// None for the whole archive.
    number: Option<u64>,
    start: u64,
    end: u64,
}

impl Sending {
    async fn send(self: Arc<Self>, record: Record) -> Result<()> {
        let remote = &self.remote;
        let whole = || Part { number: None, start: 0, end: self.plan.size() };
        let (place, parts) = match record.transmission_strategy.as_deref() {
            Some("proxy") => (Some(Place::Proxy(remote.proxy("upload")?)), false),
            Some(_) => (None, true),
            None => (Some(self.presign(None, "").await?), false),
        };
        self.progress(0);
        remote.step("start_upload", None).await?;
        match place {
            Some(place) => {
                let through_server = matches!(place, Place::Proxy(_));
                self.put(&whole(), "", Some(place)).await?;
                if through_server {
                    return Ok(());
                }
            }
            None if parts => self.clone().multipart().await?,
            None => {}
        }
        let body = json!({"status": "success", "reason": ""});
        remote.step("finish_upload", Some(body)).await?;
        Ok(())
    }

    /// An address for a part, or for the whole archive: the server itself where it gives none.
    async fn presign(&self, number: Option<u64>, upload_id: &str) -> Result<Place> {
        let (step, body) = match number {
            None => ("presign_upload_url", None),
            Some(number) => (
                "presign_multipart_upload_url",
                Some(json!({"upload_id": upload_id, "part_number": number})),
            ),
        };
        let record = self.remote.step(step, body).await?;
        match record.presigned_upload_url.as_deref() {
            Some(url) if !url.is_empty() => Place::storage(url),
            _ if number.is_none() => Ok(Place::Proxy(self.remote.proxy("upload")?)),
            _ => Err(Error::state("the server gave no address for a part")),
        }
    }

    async fn multipart(self: Arc<Self>) -> Result<()> {
        let part_size = self.transfer.part_size.max(1);
        if let Some(journal) = Journal::open(&self.folder, &self.remote, &self.plan, part_size) {
            match Arc::clone(&self).parts(journal, part_size).await {
                // The server or the storage no longer has the upload.
                Err(error) if matches!(error.status(), Some(400 | 404 | 409 | 410)) => {
                    tracing::warn!(%error, "the upload cannot be continued and begins anew");
                    self.sent.store(0, Ordering::Relaxed);
                }
                result => return result,
            }
        }
        let record = self.remote.step("start_multipart_upload", None).await?;
        let Some(id) = record.upload_id.filter(|id| !id.is_empty()) else {
            return Err(Error::state("the server gave no id for the upload"));
        };
        let journal = Journal::new(&self.folder, &self.remote, &self.plan, part_size, id);
        self.parts(journal, part_size).await
    }

    /// Sends the parts that the journal lacks, and completes the upload.
    async fn parts(self: Arc<Self>, mut journal: Journal, part_size: u64) -> Result<()> {
        let (size, upload_id) = (self.plan.size(), journal.upload_id().to_owned());
        let all = (0..size.div_ceil(part_size)).map(|index| Part {
            number: Some(index + 1),
            start: index * part_size,
            end: size.min((index + 1) * part_size),
        });
        let is_there =
            |part: &Part| part.number.is_some_and(|at| journal.parts().contains_key(&at));
        let (there, missing): (Vec<_>, Vec<_>) = all.partition(is_there);
        let sent = there.iter().map(|part| part.end - part.start).sum();
        self.sent.store(sent, Ordering::Relaxed);
        let mut missing = missing.into_iter();
        let mut tasks = JoinSet::new();
        loop {
            while tasks.len() < self.transfer.threads.get() {
                let Some(part) = missing.next() else { break };
                let (sending, upload_id) = (Arc::clone(&self), upload_id.clone());
                tasks.spawn(async move {
                    let etag = sending.put(&part, &upload_id, None).await?;
                    Ok::<_, Error>((part.number.unwrap_or(0), etag))
                });
            }
            match tasks.join_next().await {
                // The other parts are broken off when the set is dropped.
                Some(Ok(part)) => {
                    let (number, etag) = part?;
                    journal.add(number, etag);
                }
                Some(Err(error)) => return Err(Error::state(error.to_string())),
                None => break,
            }
        }
        let part = |(number, etag): (&u64, &String)| json!({"part_number": number, "etag": etag});
        let parts: Vec<Value> = journal.parts().iter().map(part).collect();
        let body = json!({"parts": parts, "upload_id": upload_id});
        let completed = self.remote.step("complete_multipart_upload", Some(body)).await;
        // The next push does not continue what the server refuses.
        if completed.is_ok() || completed.as_ref().is_err_and(|error| error.status() == Some(400)) {
            journal.remove();
        }
        completed.map(drop)
    }

    /// Sends a part, again where that can help. Returns its `ETag`.
    async fn put(&self, part: &Part, upload_id: &str, place: Option<Place>) -> Result<String> {
        let mut pauses = Pauses::new(&self.remote.client, self.transfer.attempts);
        let mut place = place;
        loop {
            let here = match place.take() {
                Some(place) => place,
                None => self.presign(part.number, upload_id).await?,
            };
            let failure = match self.attempt(part, &here).await {
                Ok(etag) => {
                    let sent = part.end - part.start;
                    self.progress(self.sent.fetch_add(sent, Ordering::Relaxed) + sent);
                    return Ok(etag);
                }
                Err(failure) => failure,
            };
            if let Next::Again(_) = pauses.wait(failure).await? {
                place = Some(here);
            }
        }
    }

    async fn attempt(&self, part: &Part, place: &Place) -> Result<String, Failure> {
        let client = &self.remote.client;
        let (body, watch) = Upload::new(&self.plan, part.start, part.end);
        let mut request = place.request(client, Method::PUT).body(reqwest::Body::wrap(body));
        if let Place::Proxy(_) = place {
            request = request.header(CONTENT_TYPE, "application/octet-stream");
        }
        let sent = tokio::select! {
            response = request.send() => response.map_err(Broken::Http),
            broken = self.stalled(part, &watch) => Err(broken),
        };
        let response = match sent {
            Ok(response) => response,
            Err(broken) => {
                if let Some(error) = watch.failure() {
                    let what = What::Archive {
                        what: format!("{} {}", self.remote.kind, self.tag),
                        problem: "a file of it cannot be sent".to_owned(),
                    };
                    return Err(Error::with_source(what, error).into());
                }
                return Err(Failure::again(place.broken(&Method::PUT, broken)));
            }
        };
        let status = response.status();
        // A part needs its ETag, which comes with 200; for a whole archive any success is one.
        if status == StatusCode::OK || part.number.is_none() && status.is_success() {
            let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok());
            return match (etag, part.number) {
                (Some(etag), _) => Ok(etag.to_owned()),
                (None, None) => Ok(String::new()),
                (None, Some(number)) => {
                    let problem = format!("the storage gave no ETag for part {number}");
                    Err(Error::state(problem).into())
                }
            };
        }
        Err(Failure::of(client, place, response).await)
    }

    /// Ends when nothing moves any more, and reports progress until then.
    async fn stalled(&self, part: &Part, watch: &Watch) -> Broken {
        let timeout = self.remote.client.inner.timeout;
        let tick = (timeout / 4).min(Duration::from_millis(200)).max(Duration::from_millis(1));
        let (mut last, mut still) = (0, Duration::ZERO);
        loop {
            tokio::time::sleep(tick).await;
            let sent = watch.sent();
            if sent == last {
                still += tick;
            } else {
                self.progress(self.sent.load(Ordering::Relaxed) + sent);
                (last, still) = (sent, Duration::ZERO);
            }
            let all = sent == part.end - part.start;
            let patience = if all { timeout * ANSWER } else { timeout };
            if still >= patience {
                return Broken::Slow(patience);
            }
        }
    }

    fn progress(&self, moved: u64) {
        let (kind, tag, total) = (self.remote.kind, &self.tag, Some(self.plan.size()));
        self.transfer.report(Progress { kind, tag, moved, total });
    }
}
