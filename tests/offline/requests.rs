//! What is sent, to whom, and how often.

use std::time::Duration;

use backendai::{
    ApiVersion, Client, Config, EndpointType,
    admin::keypair::{DeleteKeyPair, GetKeyPair, PagedKeyPairs},
};
use serde_json::json;

use crate::support::transport::*;

const NOTHING: &str = r#"{"data":{"keypair":null},"errors":null}"#;
const DELETED: &str = r#"{"data":{"delete_keypair":{"ok":true,"msg":"success"}},"errors":null}"#;

#[tokio::test]
async fn a_signed_request() {
    let fake = Fake::new(|_, _| ok(NOTHING));
    client(&fake).send(GetKeyPair::new().access_key("AKIA")).await.unwrap();
    let request = fake.requests().pop().unwrap();
    assert_eq!(request.method, "POST");
    assert_eq!(request.url.as_str(), "https://api.backend.ai/admin/gql");
    for (name, value) in [
        ("user-agent", concat!("backendai-rust/", env!("CARGO_PKG_VERSION"))),
        ("x-backendai-domain", "default"),
        ("x-backendai-version", "v9.20250722"),
        ("date", "2026-09-20T01:02:03.456789+00:00"),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        (
            "authorization",
            "BackendAI signMethod=HMAC-SHA256, credential=AKIAIOSFODNN7EXAMPLE:\
             8a45fe54a6c8ba570dced15c0779ac15653304b7ee5593a7622bbab5430af1e2",
        ),
    ] {
        assert_eq!(request.headers[name], value, "{name}");
    }
    assert_eq!(request.headers.len(), 7);
    assert!(request.headers["authorization"].is_sensitive());
    assert_eq!(request.timeout, None);
    assert_eq!(request.response_limit, 64 << 20);
    let shown = format!("{request:?}");
    assert!(!shown.contains("8a45fe") && !shown.contains("keypair("), "{shown}");
}

#[tokio::test]
async fn the_body_is_the_document_the_variables_and_the_name() {
    let fake = Fake::new(|_, _| ok(NOTHING));
    client(&fake).send(GetKeyPair::new().access_key("A\"é\n")).await.unwrap();
    let text = <GetKeyPair as backendai::operation::Compiled>::INFO.document.text;
    let expected = format!(
        r#"{{"query":{},"variables":{{"access_key":"A\"é\n"}},"operationName":"GetKeyPair"}}"#,
        serde_json::to_string(text).unwrap()
    );
    assert_eq!(fake.requests()[0].body, expected);
}

#[tokio::test]
async fn the_debug_of_a_request_shows_no_variable() {
    let fake = Fake::new(|_, _| ok(NOTHING));
    let request = client(&fake).send(GetKeyPair::new().access_key("hidden"));
    let shown = format!("{request:?}");
    assert_eq!(shown, "Request { name: \"GetKeyPair\", path: \"/admin/gql\", .. }");
}

#[tokio::test]
async fn a_document_of_the_moment() {
    let fake = Fake::new(|_, _| ok(r#"{"data": {"b": [1, 2.50]}, "errors": null}"#));
    let client = client(&fake);
    let document = "query a { __typename }\nquery b($n: Int) { b(n: $n) }";
    let data = client
        .send_document(document, json!({ "n": 1 }))
        .operation_name("b")
        .path("/admin/gql/strawberry")
        .await
        .unwrap();
    // As it came, to the last zero.
    assert_eq!(data.get(), r#"{"b": [1, 2.50]}"#);
    client.send_document("{ b }", ()).await.unwrap();
    let requests = fake.requests();
    assert_eq!(requests[0].url.path(), "/admin/gql/strawberry");
    let expected = json!({ "query": document, "variables": { "n": 1 }, "operationName": "b" });
    assert_eq!(fake.bodies()[0], expected);
    assert_eq!(requests[1].body, r#"{"query":"{ b }","variables":null}"#);
}

#[tokio::test]
async fn an_operation_by_way_of_graphql_client() {
    let fake = Fake::new(|_, _| ok(NOTHING));
    let client = client(&fake);
    assert_eq!(client.send_query::<GetKeyPair>(GetKeyPair::new()).await.unwrap().keypair, None);
    client.send(GetKeyPair::new()).await.unwrap();
    let requests = fake.requests();
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn an_anonymous_client_sends_no_signature() {
    let config = Config::builder().endpoint("http://127.0.0.1:8081").access_key("").build();
    let fake = Fake::new(|_, _| ok(NOTHING));
    let client = Client::builder(config.unwrap()).transport(fake.clone()).build().unwrap();
    client.send(GetKeyPair::new()).await.unwrap();
    let headers = &fake.requests()[0].headers;
    assert!(!headers.contains_key("authorization"));
    assert!(headers.contains_key("date") && headers.contains_key("x-backendai-version"));
}

#[tokio::test]
async fn a_session_without_a_login_sends_nothing() {
    let config = Config::builder()
        .endpoint("http://127.0.0.1:8090")
        .endpoint_type(EndpointType::Session)
        .build()
        .unwrap();
    let fake = Fake::new(|_, _| ok(r#"{"version": "v9.20250722", "manager": "26.9.6"}"#));
    let client = Client::builder(config).transport(fake.clone()).build().unwrap();
    let error = client.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_auth() && error.to_string().contains("needs a login"), "{error}");
    assert!(fake.requests().is_empty());
    client.negotiate().await.unwrap();
    assert_eq!(fake.requests()[0].url.path(), "/func/");
}

#[tokio::test]
async fn the_rate_limit_of_an_answer() {
    let fake = Fake::new(|_, _| {
        let mut answer = ok(NOTHING)?;
        for (name, value) in
            [("limit", "1000"), ("remaining", "998"), ("reset", "890"), ("window", "900")]
        {
            let name: http::HeaderName = format!("x-ratelimit-{name}").parse().unwrap();
            answer.headers.insert(name, value.parse().unwrap());
        }
        Ok(answer)
    });
    let response = client(&fake).send(GetKeyPair::new()).response().await.unwrap();
    let limit = response.rate_limit().unwrap();
    assert_eq!((limit.limit, limit.remaining), (1000, 998));
    assert_eq!(limit.reset, Some(Duration::from_secs(890)));
    assert_eq!(limit.window, Some(Duration::from_secs(900)));
    assert_eq!(response.status(), 200);

    let fake = Fake::new(|_, _| ok(NOTHING));
    let response = client(&fake).send(GetKeyPair::new()).response().await.unwrap();
    assert_eq!(response.rate_limit(), None);
}

const THREE: [&str; 3] = ["https://a.example", "https://b.example:8443/base", "https://c.example"];

#[tokio::test]
async fn what_was_not_sent_goes_to_the_next_endpoint_with_a_signature_of_its_own() {
    let fake = Fake::new(|_, request| match request.url.host_str() {
        Some("c.example") => ok(DELETED),
        _ => refused(),
    });
    let client = clients(&THREE, &fake);
    client.send(DeleteKeyPair::new("A")).await.unwrap();
    let requests = fake.requests();
    let urls: Vec<_> = requests.iter().map(|request| request.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "https://a.example/admin/gql",
            "https://b.example:8443/base/admin/gql",
            "https://c.example/admin/gql"
        ]
    );
    let mut signatures: Vec<_> =
        requests.iter().map(|request| request.headers["authorization"].to_str().unwrap()).collect();
    signatures.sort_unstable();
    signatures.dedup();
    assert_eq!(signatures.len(), 3);
    // The endpoint that answered is asked first from now on.
    client.send(DeleteKeyPair::new("A")).await.unwrap();
    assert_eq!(fake.requests().len(), 4);
    assert_eq!(fake.requests()[3].url.host_str(), Some("c.example"));
}

#[tokio::test]
async fn a_mutation_that_may_have_arrived_is_not_sent_again() {
    let fake = Fake::new(|count, _| if count == 0 { refused() } else { broken() });
    let error = clients(&THREE, &fake).send(DeleteKeyPair::new("A")).await.unwrap_err();
    assert_eq!(fake.requests().len(), 2);
    assert!(error.is_outcome_unknown());
    assert_eq!(error.endpoint(), Some("https://b.example:8443/base"));
    assert_eq!(error.previous_attempts().len(), 1);
    assert_eq!(
        error.to_string(),
        "DeleteKeyPair: the connection to the manager at https://b.example:8443/base broke before \
         the answer was there; it may have taken effect: look before sending it again; tried \
         before: https://a.example (Connection refused)"
    );
    // Nor a document of which nobody knows what it does.
    let fake = Fake::new(|_, _| broken());
    let client = clients(&THREE, &fake);
    client.send_document("{ a }", ()).await.unwrap_err();
    assert_eq!(fake.requests().len(), 1);
    let error = client.send_document("{ a }", ()).idempotent(true).await.unwrap_err();
    assert_eq!(fake.requests().len(), 4);
    assert!(!error.is_outcome_unknown());
}

#[tokio::test]
async fn an_interrupted_query_is_sent_to_another_endpoint() {
    let fake = Fake::new(|count, _| if count == 0 { broken() } else { ok(NOTHING) });
    clients(&THREE, &fake).send(GetKeyPair::new()).await.unwrap();
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn an_answer_is_an_answer() {
    let fake = Fake::new(|_, _| answer(500, "text/plain", "broken"));
    let error = clients(&THREE, &fake).send(GetKeyPair::new()).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), fake.requests().len()), (500, 1));
}

#[tokio::test]
async fn when_no_endpoint_answers_each_is_named() {
    let fake = Fake::new(|_, _| refused());
    let error = clients(&THREE, &fake).send(DeleteKeyPair::new("A")).await.unwrap_err();
    assert!(error.is_connect() && !error.is_outcome_unknown());
    assert_eq!(fake.requests().len(), 3);
    let text = error.to_string();
    for endpoint in THREE {
        assert!(text.contains(endpoint), "{text}");
    }
}

#[tokio::test]
async fn the_timeout_of_a_call_covers_all_endpoints() {
    let fake = Fake::new(|_, _| refused());
    let call = clients(&THREE, &fake).send(GetKeyPair::new());
    call.timeout(Duration::from_secs(3600)).await.unwrap_err();
    let left: Vec<_> = fake.requests().iter().map(|request| request.timeout.unwrap()).collect();
    assert_eq!(left.len(), 3);
    assert!(left.is_sorted_by(|a, b| a >= b) && left[0] <= Duration::from_secs(3600), "{left:?}");
    // When it is over nothing is sent.
    let call = clients(&THREE, &fake).send(DeleteKeyPair::new("A"));
    let error = call.timeout(Duration::ZERO).await.unwrap_err();
    assert!(error.is_timeout() && error.is_connect() && !error.is_outcome_unknown(), "{error}");
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn negotiation_tries_endpoints_until_one_answers_and_is_kept() {
    let fake = Fake::new(|_, request| match (request.method.as_str(), request.url.host_str()) {
        ("GET", Some("a.example")) => refused(),
        ("GET", Some("b.example")) => answer(200, "text/html", "<html>"),
        ("GET", _) => ok(r#"{"version": "v8.20240915", "manager": "24.09.3"}"#),
        _ => ok(NOTHING),
    });
    let client = clients(&THREE, &fake);
    assert_eq!(client.server(), None);
    let server = client.negotiate().await.unwrap();
    assert_eq!(server.manager(), "24.09.3");
    assert_eq!(server.api_version(), ApiVersion::new(8, 20_240_915));
    assert_eq!(server.negotiated(), ApiVersion::new(8, 20_240_915));
    let requests = fake.requests();
    assert_eq!(requests[1].url.as_str(), "https://b.example:8443/base/");
    for request in &requests {
        for name in ["authorization", "date", "x-backendai-version", "content-type"] {
            assert!(!request.headers.contains_key(name), "{name}");
        }
        assert!(request.body.is_empty());
    }
    let clone = client.clone();
    clone.send(GetKeyPair::new()).await.unwrap();
    let request = fake.requests().pop().unwrap();
    assert_eq!(request.headers["x-backendai-version"], "v8.20240915");
    assert_eq!(request.url.host_str(), Some("c.example"));
}

#[tokio::test]
async fn a_newer_manager_is_spoken_to_in_the_configured_version() {
    let fake = Fake::new(|_, _| ok(r#"{"version": "v10.20300101", "manager": "30.1.0"}"#));
    let server = client(&fake).negotiate().await.unwrap();
    assert_eq!(server.api_version().major(), 10);
    assert_eq!(server.negotiated(), ApiVersion::new(9, 20_250_722));
}

#[tokio::test]
async fn managers_that_cannot_be_spoken_to() {
    let fake = Fake::new(|_, _| ok(r#"{"version": "v6.20230315", "manager": "23.03.0"}"#));
    let client = client(&fake);
    let error = client.negotiate().await.unwrap_err();
    assert!(error.is_unsupported_version());
    assert_eq!(
        error.to_string(),
        "negotiate: the manager at https://api.backend.ai speaks API v6.20230315 and at least \
         v7.20230615 is needed: update it"
    );
    assert_eq!(client.server(), None);
    assert_eq!(client.api_version(), ApiVersion::new(9, 20_250_722));

    for body in ["{}", r#"{"version": 9}"#, r#"{"version": "nine"}"#, "<html>"] {
        let fake = Fake::new(move |_, _| ok(body));
        let error = crate::support::transport::client(&fake).negotiate().await.unwrap_err();
        assert!(error.is_decode(), "{body}: {error}");
    }

    let fake = Fake::new(|count, _| match count {
        0 => refused(),
        1 => answer(500, "text/html", "<html>"),
        _ => broken(),
    });
    let error = clients(&THREE, &fake).negotiate().await.unwrap_err();
    assert!(error.is_transport());
    assert!(
        error.to_string().ends_with(
            "tried before: https://a.example (Connection refused), \
             https://b.example:8443/base (500 Internal Server Error)"
        ),
        "{error}"
    );
}

#[test]
fn everything_can_be_sent_to_another_thread() {
    fn sends<T: Send>(_: &T) {}
    fn shares<T: Sync>(_: &T) {}
    let fake = Fake::new(|_, _| ok(NOTHING));
    let client = client(&fake);
    sends(&client);
    shares(&client);
    sends(&client.send(GetKeyPair::new()));
    sends(&client.send(GetKeyPair::new()));
    sends(&client.negotiate());
    let mut pages = client.pages(PagedKeyPairs::new());
    sends(&pages);
    sends(&pages.next());
    let mut items = client.pages(PagedKeyPairs::new()).items();
    sends(&items.next());
    sends(&items);
    let error = backendai::Error::from(Config::builder().build().unwrap_err());
    sends(&error);
    shares(&error);
    assert!(!format!("{client:?}").contains(SECRET));
}

#[tokio::test]
async fn headers_of_the_caller_are_sent_and_not_shown() {
    let fake = Fake::new(|_, request| match request.url.path() {
        "/" => ok(r#"{"version": "v9.20250722", "manager": "26.9.6"}"#),
        _ => ok(NOTHING),
    });
    let plain = client(&fake);
    plain.send(GetKeyPair::new()).await.unwrap();
    let client = builder(&["https://api.backend.ai"], &fake)
        .header("x-gateway-key", "hidden-value")
        .header("x-source", "first")
        .header("X-Source", "report")
        .build()
        .unwrap();
    client.send(GetKeyPair::new()).await.unwrap();
    client
        .send(GetKeyPair::new())
        .header("x-source", "one call")
        .header("x-id", "7")
        .await
        .unwrap();
    client.send(GetKeyPair::new()).await.unwrap();
    client.negotiate().await.unwrap();
    let requests = fake.requests();
    let sent =
        |index: usize, name| requests[index].headers.get(name).map(|it| it.to_str().unwrap());
    assert_eq!(
        [0, 1, 2, 3, 4].map(|at| sent(at, "x-source")),
        [None, Some("report"), Some("one call"), Some("report"), Some("report")]
    );
    assert_eq!([1, 2, 3].map(|at| sent(at, "x-id")), [None, Some("7"), None]);
    assert_eq!(sent(4, "x-gateway-key"), Some("hidden-value"));
    // They are not part of what is signed.
    assert_eq!(requests[1].headers["authorization"], requests[0].headers["authorization"]);
    let shown = format!("{:?} {client:?}", requests[1]);
    assert!(!shown.contains("hidden-value"), "{shown}");
}

#[tokio::test]
async fn headers_that_the_client_sets_are_refused() {
    let fake = Fake::new(|_, _| ok(NOTHING));
    for (name, value, text) in [
        ("Authorization", "x", "the header `authorization` is set by the client: leave it out"),
        ("host", "x", "the header `host` is set by the client: leave it out"),
        (
            "X-BackendAI-Domain",
            "x",
            "the header `x-backendai-domain` is set by the client: leave it out",
        ),
        (
            "user-agent",
            "x",
            "the header `user-agent` is a setting: use `ConfigBuilder::user_agent`",
        ),
        ("x y", "x", "the name of a header is invalid: use letters, digits and hyphens"),
        ("x-y", "a\nb", "the header `x-y` has an invalid value: remove control characters"),
    ] {
        let builder = builder(&["https://api.backend.ai"], &fake).header(name, value);
        let error = builder.header("x-fine", "x").build().unwrap_err();
        assert!(error.is_config());
        assert!(error.to_string().starts_with(text), "{error}");
        let error = client(&fake).send(GetKeyPair::new()).header(name, value).await.unwrap_err();
        assert!(error.is_config());
        assert!(error.to_string().contains(text), "{error}");
    }
    assert_eq!(fake.requests().len(), 0);
}
