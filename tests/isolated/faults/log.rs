//! What is logged of a call, and what must not be in it.

use tracing::subscriber::DefaultGuard;

pub(crate) use crate::support::logs::Log;
use crate::{SECRET, What, call, client};

/// Of this thread, as long as the guard lives.
pub(crate) async fn capture() -> (Log, DefaultGuard) {
    Log::capture(call(&client(&["http://127.0.0.1:1"], false), What::Query)).await
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
