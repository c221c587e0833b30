//! What the log says of a call, and what it must not say.

use std::sync::{Arc, Mutex};

use backendai::keypair::CreateKeyPair;
use backendai::types::KeyPairInput;
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

use crate::support::*;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
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

#[tokio::test]
async fn one_span_per_call_and_no_secret_in_it() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    // Another thread may just have come here for the first time, when nobody listened yet.
    client(&Fake::new(|_, _| refused())).execute("{ a }", ()).await.unwrap_err();
    tracing::callsite::rebuild_interest_cache();
    log.0.lock().unwrap().clear();
    let fake = Fake::new(|count, _| match count {
        0 => refused(),
        _ => ok(
            r#"{"data": {"create_keypair": {"ok": false, "msg": "x\nDETAIL: s3cret-row", "keypair": {"access_key": "A", "secret_key": "s3cret-key"}}}, "errors": null}"#,
        ),
    });
    let client = clients(&["https://a.example", "https://b.example"], &fake);
    let create = CreateKeyPair::new("s3cret-variable", KeyPairInput::new("default", 100));
    client.send(create).await.unwrap_err();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let spans: Vec<_> = log.lines().filter(|line| line.contains("close")).collect();
    assert_eq!(spans.len(), 1, "{log}");
    for part in [
        "backendai.request",
        "graphql.operation.name=CreateKeyPair",
        "graphql.operation.type=\"mutation\"",
        "server.address=\"b.example\" server.port=443",
        "http.response.status_code=200",
        "http.request.resend_count=1",
        "error.type=\"refused\"",
    ] {
        assert!(spans[0].contains(part), "{part}: {log}");
    }
    // One event for each request.
    let events: Vec<_> = log.lines().filter(|line| line.contains("duration=")).collect();
    assert_eq!(events.len(), 2, "{log}");
    for (event, level, address) in
        [(events[0], "WARN", "a.example"), (events[1], "DEBUG", "b.example")]
    {
        assert!(event.contains(level) && event.contains(address), "{event}");
    }
    for secret in ["s3cret", SECRET, "credential=", "signMethod", "create_keypair("] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
