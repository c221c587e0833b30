//! Moving bentos and models between a local store and BentoCloud.
//!
//! Archives are streamed: neither memory nor the disk holds a copy. What breaks off on the network
//! is sent or requested again; what fails in the end leaves the local store as it was and the
//! server's record marked as failed.
//!
//! ```no_run
//! use bentocloud::{Client, store::{Kind, Store}, transfer::Transfer};
//!
//! # async fn example() -> bentocloud::Result<()> {
//! let (client, store) = (Client::from_env()?, Store::from_env()?);
//! client.push(&store, Kind::Bento, &"chat:v1".parse()?, &Transfer::default()).await?;
//! client.pull(&store, Kind::Model, &"llama".parse()?, &Transfer::default()).await?;
//! # Ok(())
//! # }
//! ```

mod body;
mod fetch;
mod pull;
mod push;
mod remote;
mod resume;

use std::{fmt, num::NonZeroUsize, sync::Arc};

pub use tokio_util::sync::CancellationToken;

use crate::{
    Client, Limits, Tag,
    error::Result,
    store::{Kind, Store},
};

/// What is called with each step of a transfer.
pub type Listener = Arc<dyn Fn(Progress<'_>) + Send + Sync>;

/// How to push or pull.
#[derive(Clone)]
pub struct Transfer {
    /// Push or pull again what is there already.
    pub force: bool,
    /// Pull the models of a bento, too. A push always sends them.
    pub with_models: bool,
    /// How many parts of one upload are sent at the same time.
    pub threads: NonZeroUsize,
    /// Bytes of one part; the last is shorter. Storages want at least 5 MiB.
    pub part_size: u64,
    /// How often a request is sent at most that brings nothing forward.
    pub attempts: u32,
    /// How much a pulled archive may unpack to.
    pub limits: Limits,
    /// Cancelling it ends the transfer in an orderly way: the server gets to know.
    pub stop: CancellationToken,
    /// Is called with each step.
    pub progress: Option<Listener>,
}

impl Default for Transfer {
    /// Ten parts of 100 MiB at the same time, as with the real client, and five attempts.
    fn default() -> Self {
        Self {
            force: false,
            with_models: false,
            threads: NonZeroUsize::new(10).unwrap_or(NonZeroUsize::MIN),
            part_size: 100 << 20,
            attempts: 5,
            limits: Limits::default(),
            stop: CancellationToken::new(),
            progress: None,
        }
    }
}

impl Transfer {
    fn report(&self, progress: Progress<'_>) {
        if let Some(listener) = &self.progress {
            listener(progress);
        }
    }
}

impl fmt::Debug for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfer")
            .field("force", &self.force)
            .field("with_models", &self.with_models)
            .field("threads", &self.threads)
            .field("part_size", &self.part_size)
            .field("attempts", &self.attempts)
            .field("limits", &self.limits)
            .field("stop", &self.stop.is_cancelled())
            .finish_non_exhaustive()
    }
}

/// A step of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Whether it is a bento or a model.
    pub kind: Kind,
    /// Which one.
    pub tag: &'a Tag,
    /// Bytes that were moved so far. After a failed request it can be less than before.
    pub moved: u64,
    /// Bytes of the whole archive, where that is known.
    pub total: Option<u64>,
}

/// What became of one bento or model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved {
    /// Whether it is a bento or a model.
    pub kind: Kind,
    /// Which one.
    pub tag: Tag,
    /// Bytes of the archive; none if it was there already, or if there is nothing to download.
    pub bytes: Option<u64>,
    /// Whether the server keeps earlier metadata of a pushed model: it has no call to change them.
    pub keeps_metadata: bool,
}

impl Client {
    /// Sends a version to BentoCloud; a bento comes with its models. Returns what became of each,
    /// models first.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) if the version is not in the store;
    /// [`Error::is_state`](crate::Error::is_state) if a model of the bento is neither there nor on
    /// the server; [`Error::is_stopped`](crate::Error::is_stopped); all that calls end in. The
    /// server's record is marked as failed then. Another push of the same files from this store
    /// sends only the parts of a multipart upload that have not arrived.
    pub async fn push(
        &self,
        store: &Store,
        kind: Kind,
        tag: &Tag,
        transfer: &Transfer,
    ) -> Result<Vec<Moved>> {
        push::push(self, store, kind, tag, transfer).await
    }

    /// Fetches a version from BentoCloud; without a version in the tag the server's newest.
    /// Returns what became of each.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) if the server has no such version;
    /// [`Error::is_state`](crate::Error::is_state) if it has not arrived there in whole;
    /// [`Error::is_archive`](crate::Error::is_archive) if what the server sends is broken,
    /// dangerous or something else; [`Error::is_stopped`](crate::Error::is_stopped); all that calls
    /// end in. The store has what it had before then.
    pub async fn pull(
        &self,
        store: &Store,
        kind: Kind,
        tag: &Tag,
        transfer: &Transfer,
    ) -> Result<Vec<Moved>> {
        pull::pull(self, store, kind, tag, transfer).await
    }
}
