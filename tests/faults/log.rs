//! Everything that is logged, by everybody, at every level.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

use crate::{SECRET, What, call, client};

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Of this thread, as long as the guard lives.
    pub(crate) async fn capture() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        // Another thread may just have come here for the first time, when nobody listened yet.
        call(&client(&["http://127.0.0.1:1"], false), What::Query).await.unwrap();
        tracing::callsite::rebuild_interest_cache();
        (log, guard)
    }

    pub(crate) fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains("backendai.request"), "nothing was logged");
        text
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Neither keys nor signatures, nor what was sent, nor what came back.
#[track_caller]
pub(crate) fn no_secret(name: &str, text: &str) {
    for secret in [SECRET, "s3cret", "credential=", "signMethod", "delete_keypair("] {
        let Some(at) = text.find(secret) else { continue };
        let end = (at + 100).min(text.len());
        panic!(
            "{name}: {secret:?} in {:?}",
            String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(300)..end])
        );
    }
}
