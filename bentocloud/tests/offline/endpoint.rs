//! Calls of a deployed service of the embedded BentoCloud.

use std::{fs, time::Duration};

use backendai_testing::bentocloud::BentoCloud;
use bentocloud::{CreateDeployment, Endpoint, Field, Input, Output, Status, TaskStatus};
use serde_json::{Value, json};

use crate::support::{client, server};

async fn deployed() -> (BentoCloud, Endpoint) {
    let server = server().start().await.unwrap();
    let client = client(&server);
    let mut wanted = CreateDeployment::new("svc:v1").named("x");
    wanted.config.access_authorization = true;
    client.deployments().create(&wanted, None).await.unwrap();
    let endpoint = client.connect("x", None, Some("ok-ada".into())).await.unwrap();
    (server, endpoint)
}

#[tokio::test]
async fn every_kind_of_answer() {
    let (server, endpoint) = deployed().await;
    endpoint.ready(Duration::from_secs(5)).await.unwrap();
    let text: String = endpoint.call("/echo", &json!({"text": "h\u{e9}"})).await.unwrap();
    assert_eq!(text, "h\u{e9}");
    // The path of the address is kept, and the token sent.
    let sent = server.requests().pop().unwrap();
    assert_eq!(sent.target, "/apps/x/echo");
    assert_eq!(sent.headers["authorization"], "Bearer ok-ada");
    assert!(!sent.headers.contains_key("x-yatai-api-token"));

    // A service that returns `str` answers text, which is the same to the caller.
    let text: String = endpoint.call("text", &json!({"text": "yo"})).await.unwrap();
    assert_eq!(text, "yo");
    let error = endpoint.call::<u32>("text", &json!({"text": "yo"})).await.unwrap_err();
    assert!(error.is_decode(), "{error}");

    let output = endpoint.send("/file", Input::json(&json!({})).unwrap()).await.unwrap();
    let Output::Bytes { media_type, name, data } = output else { panic!("{output:?}") };
    assert_eq!((media_type.as_deref(), name.as_deref()), (Some("image/png"), Some("out.png")));
    assert_eq!(data, b"\x89PNG\xff");
    assert!(endpoint.call::<Value>("/file", &json!({})).await.unwrap_err().is_decode());

    let mut stream = endpoint.stream("/stream", Input::text("go")).await.unwrap();
    let mut all = Vec::new();
    while let Some(chunk) = stream.next().await.unwrap() {
        all.extend(chunk);
    }
    assert_eq!(all, b"one\ntwo\n");

    let error = endpoint.call::<Value>("/boom", &json!({})).await.unwrap_err();
    assert_eq!((error.status(), error.body()), (Some(500), Some("{\"error\":\"boom\"}")));
    assert!(endpoint.call::<Value>("/nothere", &json!({})).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn files_are_sent_as_the_real_client_sends_them() {
    let (_server, endpoint) = deployed().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.txt");
    fs::write(&path, "hello file").unwrap();
    let input = Input::form([("f", Field::File(path)), ("n", Field::Json(json!(3)))]);
    let seen: Value = match endpoint.send("/upload", input).await.unwrap() {
        Output::Json(seen) => seen,
        other => panic!("{other:?}"),
    };
    let (kind, body) = (seen["content_type"].as_str().unwrap(), seen["body"].as_str().unwrap());
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let golden = crate::support::json("transfer/endpoint_upload.json");
    let requests = golden["steps"][0]["requests"].as_array().unwrap();
    let recorded = requests.iter().find(|r| r["target"] == "/apps/x/upload").unwrap();
    let theirs = recorded["body"]["text"].as_str().unwrap();
    let their_boundary = theirs.lines().next().unwrap().trim_start_matches("--");
    assert_eq!(body, theirs.replace(their_boundary, boundary));

    let missing = Input::form([("f", Field::File(folder.path().join("no.bin")))]);
    assert!(endpoint.send("/upload", missing).await.unwrap_err().is_file());
    let bytes = Field::Bytes { name: "raw.bin".to_owned(), data: vec![1, 2] };
    let Output::Json(seen) = endpoint.send("/upload", Input::form([("f", bytes)])).await.unwrap()
    else {
        panic!()
    };
    assert!(seen["body"].as_str().unwrap().contains("filename=\"raw.bin\""), "{seen}");
}

#[tokio::test]
async fn names_are_checked_before_anything_is_sent() {
    let (server, endpoint) = deployed().await;
    let schema = endpoint.schema().await.unwrap();
    let check = |route: &str, arguments: Value| -> Result<(), String> {
        let route = schema.route(route).map_err(|error| error.to_string())?;
        route.check(arguments.as_object().unwrap()).map_err(|error| error.to_string())
    };
    server.forget();
    assert_eq!(check("/echo", json!({"text": "x"})), Ok(()));
    assert_eq!(check("echo", json!({})), Ok(()));
    assert!(check("echo", json!({"bad": 1})).unwrap_err().contains("bad; there are text"));
    assert!(check("upload", json!({"n": 1})).unwrap_err().contains("Missing required"));
    assert!(check("nothere", json!({})).unwrap_err().contains("/echo, /text"));
    let upload = schema.route("upload").unwrap();
    assert!(upload.is_file("f") && !upload.is_file("n") && !upload.is_task);
    assert!(schema.route("job").unwrap().is_task);
    assert_eq!(server.calls(), [""; 0]);
}

#[tokio::test]
async fn tasks_are_submitted_watched_cancelled_and_tried_again() {
    let (server, endpoint) = deployed().await;
    let input = || Input::json(&json!({"text": "later"})).unwrap();
    server.forget();
    let task = endpoint.submit("/job", input()).await.unwrap();
    assert_eq!(server.calls(), ["POST /apps/x/job/submit"], "the path of the address is kept");
    assert_eq!(task.status().await.unwrap(), TaskStatus::Pending);
    assert_eq!(task.get().await.unwrap_err().status(), Some(400));
    let output = task.wait(Duration::from_secs(5)).await.unwrap();
    assert_eq!(output, Output::Json(json!({"text": "later"})));
    let again = task.retry().await.unwrap();
    assert_ne!(again.id(), task.id());
    again.cancel().await.unwrap();
    let error = again.wait(Duration::from_secs(5)).await.unwrap_err();
    assert!(error.is_state() && error.to_string().contains("canceled"), "{error}");
    assert!(endpoint.task("/job", "nope").status().await.unwrap_err().is_not_found());
    let slow = endpoint.submit("/job", input()).await.unwrap();
    assert!(slow.wait(Duration::ZERO).await.unwrap_err().to_string().contains("still pending"));
}

#[tokio::test]
async fn deployments_are_waited_for() {
    let (server, _) = deployed().await;
    let client = client(&server);
    let deployments = client.deployments();
    assert!(server.set_status("x", "deploying"));
    let soon = Duration::from_millis(30);
    let error = deployments.wait("x", None, &Status::Running, soon).await.unwrap_err();
    assert!(error.is_state() && error.to_string().contains("deploying"), "{error}");
    let (done, ()) = tokio::join!(
        deployments.wait("x", None, &Status::Running, Duration::from_secs(5)),
        async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            server.set_status("x", "scaled-to-zero");
        }
    );
    assert_eq!(done.unwrap().status, Status::ScaledToZero);
    server.set_status("x", "image-build-failed");
    let error = deployments.wait("x", None, &Status::Running, Duration::from_secs(60)).await;
    assert!(error.unwrap_err().to_string().contains("image-build-failed"));
}
