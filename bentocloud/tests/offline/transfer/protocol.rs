//! The requests of a transfer, and what they leave on both sides.

use super::*;

/// The calls of one step of a recording: method, path and JSON body; sizes of archives left out.
fn recorded(file: &str, step: usize) -> Vec<(String, Value)> {
    let golden = crate::support::json(&format!("transfer/{file}.json"));
    let requests = golden["steps"][step]["requests"].as_array().unwrap();
    let line = |request: &Value| {
        let target = request["target"].as_str().unwrap();
        let storage = target.starts_with("/storage/");
        let line = format!(
            "{} {}",
            request["method"].as_str().unwrap(),
            if storage { target.split('?').next().unwrap() } else { target }
        );
        let body = &request["body"];
        (line, if storage || body.get("bytes").is_some() { Value::Null } else { body.clone() })
    };
    requests.iter().map(line).collect()
}

fn sent(cloud: &BentoCloud) -> Vec<(String, Value)> {
    let line = |request: backendai_testing::bentocloud::Request| {
        let storage = request.target.starts_with("/storage/");
        let target =
            if storage { request.target.split('?').next().unwrap() } else { &request.target };
        (format!("{} {target}", request.method), json!(request.body))
    };
    let sent = cloud.requests().into_iter().map(line).collect();
    cloud.forget();
    sent
}

/// Takes out of both what is no matter of the protocol: the bento of the recordings has other files,
/// so that its parts are as many as they are, and they arrive in any order.
fn normal(calls: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let mut normal = Vec::new();
    for (line, mut body) in calls {
        if let Some(body) = body.as_object_mut() {
            for key in ["labels", "parts", "part_number", "upload_id"] {
                body.remove(key);
            }
            let manifest = body.get_mut("manifest").and_then(Value::as_object_mut);
            if let Some(manifest) = manifest.filter(|manifest| manifest.contains_key("spec")) {
                for key in ["size_bytes", "schema", "image"] {
                    assert!(manifest.remove(key).is_some(), "{key}");
                }
            }
        }
        let of_a_part = line.contains("presign_multipart") || line.starts_with("PUT /storage");
        if !(of_a_part && normal.contains(&(line.clone(), body.clone()))) {
            normal.push((line, body));
        }
    }
    normal
}

#[tokio::test]
async fn pushes_make_the_calls_that_the_real_client_makes() {
    for (file, strategy) in [
        ("push_new_presigned", Strategy::Presigned),
        ("push_new_proxy", Strategy::Proxy),
        ("push_multipart", Strategy::Multipart),
    ] {
        let (_home, store) = store();
        let cloud = cloud().await;
        cloud.strategy(strategy);
        let golden = crate::support::json(&format!("transfer/{file}.json"));
        for (step, recording) in golden["steps"].as_array().unwrap().iter().enumerate() {
            let mut transfer = small();
            transfer.force = recording["argv"].to_string().contains("--force");
            if recording["argv"][0] != "push" {
                continue;
            }
            client(&cloud)
                .push(&store, Kind::Bento, &tag("hello_svc:v1"), &transfer)
                .await
                .unwrap();
            let (ours, theirs) = (normal(sent(&cloud)), normal(recorded(file, step)));
            assert_eq!(ours, theirs, "{file}, step {step}");
        }
    }
}

#[tokio::test]
async fn all_ways_lead_there_and_back() {
    for strategy in [Strategy::Presigned, Strategy::Multipart, Strategy::Proxy, Strategy::Fallback]
    {
        let (_home, store) = store();
        let cloud = cloud().await;
        cloud.strategy(strategy);
        let done = push(&cloud, &store, "hello_svc").await.unwrap();
        assert_eq!(shown(&done), ["Model tiny_model:v1 moved", "Bento hello_svc:v1 moved"]);
        assert_eq!(bento_there(&cloud).status, "success");
        let again = push(&cloud, &store, "hello_svc:v1").await.unwrap();
        assert_eq!(shown(&again), ["Model tiny_model:v1 there", "Bento hello_svc:v1 there"]);

        let elsewhere = tempfile::tempdir().unwrap();
        let other = Store::at(elsewhere.path());
        let done = pull(&cloud, &other, "hello_svc:latest").await.unwrap();
        assert_eq!(shown(&done), ["Bento hello_svc:v1 moved", "Model tiny_model:v1 moved"]);
        same(&store, &other);
        assert_eq!(other.get(Kind::Bento, &tag("hello_svc")).unwrap().tag(), &tag("hello_svc:v1"));
        cloud.forget();
        let again = pull(&cloud, &other, "hello_svc:v1").await.unwrap();
        assert_eq!(shown(&again), ["Bento hello_svc:v1 there", "Model tiny_model:v1 there"]);
        assert_eq!(cloud.calls(), [""; 0], "what is there needs no call");
        assert_eq!(leftovers(&other), [""; 0]);
    }
}

#[tokio::test]
async fn changed_metadata_is_sent_and_the_newest_model_is_asked_for() {
    let (_home, store) = store();
    let cloud = cloud().await;
    push(&cloud, &store, "hello_svc").await.unwrap();
    let place = version(&store, Kind::Bento, "hello_svc:v1");
    fs::write(place.join("README.md"), "Another text.").unwrap();
    let transfer = Transfer { force: true, ..small() };
    client(&cloud).push(&store, Kind::Bento, &tag("hello_svc"), &transfer).await.unwrap();
    let patch =
        cloud.requests().into_iter().rfind(|r| r.method == "PATCH" && r.target.ends_with("/v1"));
    assert_eq!(patch.unwrap().body.unwrap()["description"], "Another text.");

    // With v1 in the local store, the server is asked for its newest all the same.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Store::at(elsewhere.path());
    model(&other, "v1", "2026-11-28T13:21:57+00:00", b"one");
    model(&store, "v2", "2026-11-28T13:30:00+00:00", b"two");
    let client = client(&cloud);
    client.push(&store, Kind::Model, &tag("tiny_model:v2"), &small()).await.unwrap();
    let done = client.pull(&other, Kind::Model, &tag("tiny_model"), &small()).await.unwrap();
    assert_eq!(shown(&done), ["Model tiny_model:v2 moved"]);
    assert_eq!(other.get(Kind::Model, &tag("tiny_model")).unwrap().tag(), &tag("tiny_model:v2"));
}

#[tokio::test]
async fn a_bento_whose_model_is_nowhere_is_refused() {
    let (home, store) = store();
    let cloud = cloud().await;
    let client = client(&cloud);
    let kept = home.path().join("kept");
    fs::rename(home.path().join("models"), &kept).unwrap();
    let error = push(&cloud, &store, "hello_svc").await.unwrap_err();
    assert!(error.is_state() && error.to_string().contains("tiny_model:v1"), "{error}");
    assert!(cloud.stored(There::Bento, "hello_svc", "v1").is_none());
    // Once the server has the model, the store need not.
    fs::rename(&kept, home.path().join("models")).unwrap();
    client.push(&store, Kind::Model, &tag("tiny_model"), &small()).await.unwrap();
    fs::remove_dir_all(home.path().join("models")).unwrap();
    assert_eq!(
        shown(&push(&cloud, &store, "hello_svc").await.unwrap()),
        ["Bento hello_svc:v1 moved"]
    );
}
