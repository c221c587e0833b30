//! What the log says of a call, and what it must not say.

use backendai::admin::{keypair::CreateKeyPair, types::KeyPairInput};

use crate::support::{logs::Log, transport::*};

#[tokio::test]
async fn one_span_per_call_and_no_secret_in_it() {
    let any = client(&Fake::new(|_, _| refused()));
    let (log, _guard) =
        Log::capture(async { any.send_document("{ a }", ()).await.unwrap_err() }).await;
    let fake = Fake::new(|count, _| match count {
        0 => refused(),
        _ => ok(
            r#"{"data": {"create_keypair": {"ok": false, "msg": "x\nDETAIL: s3cret-row", "keypair": {"access_key": "A", "secret_key": "s3cret-key"}}}, "errors": null}"#,
        ),
    });
    let client = clients(&["https://a.example", "https://b.example"], &fake);
    let create = CreateKeyPair::new("s3cret-variable", KeyPairInput::new("default", 100));
    client.send(create).await.unwrap_err();

    let log = log.take();
    let spans: Vec<_> = log.lines().filter(|line| line.contains("close")).collect();
    assert_eq!(spans.len(), 1, "{log}");
    for part in [
        "backendai.request",
        "graphql.operation.name=\"CreateKeyPair\"",
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
    let sentence = "CreateKeyPair failed at a.example (connect); the next attempt is made now";
    assert!(events[0].contains(sentence), "{log}");
    for secret in ["s3cret", SECRET, "credential=", "signMethod", "create_keypair("] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
