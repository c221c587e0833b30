//! Push and pull against the embedded BentoCloud: the calls of the real client, and what is on both
//! sides after every fault.

use std::{fs, time::Duration};

use backendai_testing::bentocloud::{Account, BentoCloud, Fault, Kind as There, Stored, Strategy};
use bentocloud::{
    Client, Error, Tag,
    store::{Kind, Store},
    transfer::{Moved, Transfer},
};
use serde_json::{Value, json};

use crate::support::local::{leftovers, model, store, tar, tree, version, write};

fn tag(tag: &str) -> Tag {
    tag.parse().unwrap()
}

async fn cloud() -> BentoCloud {
    BentoCloud::builder().token("ok-ada", Account::new("ada", "acme")).start().await.unwrap()
}

fn client(cloud: &BentoCloud) -> Client {
    let builder = Client::builder(cloud.endpoint(), "ok-ada");
    builder.pause(Duration::from_millis(1)).timeout(Duration::from_millis(150)).build().unwrap()
}

fn small() -> Transfer {
    Transfer { part_size: 4096, ..Transfer::default() }
}

async fn push(cloud: &BentoCloud, store: &Store, tag_: &str) -> Result<Vec<Moved>, Error> {
    client(cloud).push(store, Kind::Bento, &tag(tag_), &small()).await
}

async fn pull(cloud: &BentoCloud, store: &Store, tag_: &str) -> Result<Vec<Moved>, Error> {
    let transfer = Transfer { with_models: true, ..small() };
    client(cloud).pull(store, Kind::Bento, &tag(tag_), &transfer).await
}

/// What became of each, shortly.
fn shown(moved: &[Moved]) -> Vec<String> {
    let line = |moved: &Moved| {
        format!(
            "{} {} {}",
            moved.kind,
            moved.tag,
            if moved.bytes.is_some() { "moved" } else { "there" }
        )
    };
    moved.iter().map(line).collect()
}

fn bento_there(cloud: &BentoCloud) -> Stored {
    cloud.stored(There::Bento, "hello_svc", "v1").unwrap()
}

/// All that is stored.
fn stored(store: &Store) -> Vec<Vec<(String, Vec<u8>, u32)>> {
    ["bentos", "models"].iter().map(|folder| tree(&store.home().join(folder))).collect()
}

fn same(one: &Store, other: &Store) {
    for (kind, tag) in [(Kind::Bento, "hello_svc:v1"), (Kind::Model, "tiny_model:v1")] {
        assert_eq!(tree(&version(one, kind, tag)), tree(&version(other, kind, tag)), "{tag}");
    }
}

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

/// One fault: where, which, and whether the transfer gets over it.
struct Case {
    what: &'static str,
    strategy: Strategy,
    fault: Fault,
    /// What the server has after a push that fails: status and a part of the reason.
    fails: Option<(&'static str, &'static str)>,
}

fn upload_cases() -> Vec<Case> {
    const STORAGE: &str = "/storage/bento";
    let case = |what, strategy, fault: Fault, fails| Case { what, strategy, fault, fails };
    let (presigned, multipart, proxy) = (Strategy::Presigned, Strategy::Multipart, Strategy::Proxy);
    let (put, patch) = ("PUT", "PATCH");
    vec![
        case("500 once", presigned, Fault::status(500, "oops").on(put, STORAGE), None),
        case("429 twice", presigned, Fault::status(429, "slow").on(put, STORAGE).times(2), None),
        case("reset at once", presigned, Fault::reset_after(0).on(put, STORAGE), None),
        case("reset in the middle", presigned, Fault::reset_after(2000).on(put, STORAGE), None),
        case("closed", presigned, Fault::close().on(put, STORAGE), None),
        case("answer lost", presigned, Fault::lose().on(put, STORAGE), None),
        case("no answer", presigned, Fault::stall().on(put, STORAGE), None),
        case("expired address", presigned, Fault::status(403, "expired").on(put, STORAGE), None),
        case(
            "413",
            presigned,
            Fault::status(413, "too large").on(put, STORAGE),
            Some(("failed", "too large")),
        ),
        case(
            "403 for ever",
            presigned,
            Fault::status(403, "no").on(put, STORAGE).times(99),
            Some(("failed", "403")),
        ),
        case(
            "500 for ever",
            presigned,
            Fault::status(500, "no").on(put, STORAGE).times(99),
            Some(("failed", "500")),
        ),
        case(
            "closed for ever",
            presigned,
            Fault::close().on(put, STORAGE).times(99),
            Some(("failed", "cannot reach")),
        ),
        case("307", presigned, Fault::status(307, "").on(put, STORAGE), Some(("failed", "307"))),
        case(
            "part 500 twice",
            multipart,
            Fault::status(500, "oops").on(put, "hello_svc/v1?part=2").times(2),
            None,
        ),
        case("part reset", multipart, Fault::reset_after(100).on(put, "hello_svc/v1?part=1"), None),
        case("part stalls", multipart, Fault::stall().on(put, "hello_svc/v1?part=2"), None),
        case(
            "part expired",
            multipart,
            Fault::status(403, "expired").on(put, "hello_svc/v1?part=1"),
            None,
        ),
        case(
            "part 400",
            multipart,
            Fault::status(400, "bad part").on(put, "hello_svc/v1?part=2"),
            Some(("failed", "bad part")),
        ),
        case(
            "part 500 for ever",
            multipart,
            Fault::status(500, "no").on(put, "hello_svc/v1?part=2").times(99),
            Some(("failed", "500")),
        ),
        case(
            "part without ETag",
            multipart,
            Fault::without("etag").on(put, "hello_svc/v1?part=1"),
            Some(("failed", "no ETag")),
        ),
        case(
            "no upload id",
            multipart,
            Fault::merge(json!({"upload_id": ""})).on(patch, "bentos/v1/start_multipart"),
            Some(("failed", "no id")),
        ),
        case(
            "complete 400",
            multipart,
            Fault::status(400, "no").on(patch, "bentos/v1/complete"),
            Some(("failed", "400")),
        ),
        case(
            "complete 503 once",
            multipart,
            Fault::status(503, "no").on(patch, "bentos/v1/complete"),
            None,
        ),
        case(
            "part presign 503 once",
            multipart,
            Fault::status(503, "no").on(patch, "bentos/v1/presign_multi"),
            None,
        ),
        case(
            "part presign 500",
            multipart,
            Fault::status(500, "no").on(patch, "bentos/v1/presign_multi").times(99),
            Some(("failed", "500")),
        ),
        case("proxy 500 once", proxy, Fault::status(500, "oops").on(put, "bentos/v1/upload"), None),
        case("proxy reset", proxy, Fault::reset_after(3000).on(put, "bentos/v1/upload"), None),
        case("proxy stalls", proxy, Fault::stall().on(put, "bentos/v1/upload"), None),
        case(
            "proxy 413",
            proxy,
            Fault::status(413, "<html>").on(put, "bentos/v1/upload"),
            Some(("failed", "413")),
        ),
        case(
            "start_upload 500",
            presigned,
            Fault::status(500, "no").on(patch, "bentos/v1/start_upload").times(99),
            Some(("failed", "500")),
        ),
        case("finish_upload lost", presigned, Fault::lose().on(patch, "bentos/v1/finish"), None),
        case("record lost", presigned, Fault::lose().on("POST", "hello_svc/bentos"), None),
        case("repository lost", presigned, Fault::lose().on("POST", "bento_repositories"), None),
    ]
}

#[tokio::test]
async fn every_fault_of_a_push() {
    for Case { what, strategy, fault, fails } in upload_cases() {
        let (_home, store) = store();
        let cloud = cloud().await;
        cloud.strategy(strategy);
        cloud.fault(fault);
        let before = stored(&store);
        let result = push(&cloud, &store, "hello_svc:v1").await;
        let there = cloud.stored(There::Bento, "hello_svc", "v1");
        let there = there.unwrap_or_else(|| panic!("{what}: no record, {result:?}"));
        match fails {
            None => {
                result.unwrap_or_else(|error| panic!("{what}: {error:?}"));
                assert_eq!(there.status, "success", "{what}");
            }
            Some((status, reason)) => {
                let error = result.expect_err(what);
                assert_eq!(there.status, status, "{what}: {error}");
                assert!(there.reason.contains(reason), "{what}: {}", there.reason);
                assert!(there.archive.is_none(), "{what}");
                let completed =
                    cloud.calls().iter().any(|call| call.contains("hello_svc/bentos/v1/complete"));
                assert!(!completed || what.starts_with("complete"), "{what}: completed with holes");
            }
        }
        // What is local is as it was, and another push works.
        assert!(stored(&store) == before, "{what}");
        if fails.is_some() {
            cloud.clear_faults();
            push(&cloud, &store, "hello_svc:v1").await.unwrap_or_else(|e| panic!("{what}: {e:?}"));
            assert_eq!(bento_there(&cloud).status, "success", "{what}");
        }
    }
}

#[tokio::test]
async fn a_stopped_or_dropped_push_is_reported() {
    for dropped in [false, true] {
        for strategy in [Strategy::Presigned, Strategy::Multipart, Strategy::Proxy] {
            let (_home, store) = store();
            let cloud = cloud().await;
            cloud.strategy(strategy);
            let at =
                if strategy == Strategy::Proxy { "bentos/v1/upload" } else { "/storage/bento" };
            cloud.fault(Fault::stall().on("PUT", at).times(99));
            let transfer = small();
            let stop = transfer.stop.clone();
            let (client, hello) = (client(&cloud), tag("hello_svc"));
            let push = client.push(&store, Kind::Bento, &hello, &transfer);
            let end = async {
                while !cloud.calls().iter().any(|call| call.starts_with("PUT") && call.contains(at))
                {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                if !dropped {
                    stop.cancel();
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                result = push => assert!(result.unwrap_err().is_stopped()),
                () = end => assert!(dropped),
            }
            let mut tries = 0;
            while bento_there(&cloud).status != "failed" && tries < 200 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                tries += 1;
            }
            assert_eq!(bento_there(&cloud).status, "failed", "{strategy:?} dropped: {dropped}");
            assert_eq!(bento_there(&cloud).reason, "stopped");
        }
    }
}

#[tokio::test]
async fn expired_addresses_are_asked_for_again() {
    let (_home, store) = store();
    let cloud = cloud().await;
    push(&cloud, &store, "hello_svc").await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Store::at(elsewhere.path());
    cloud.fault(Fault::status(403, "expired").on("GET", "/storage/bento"));
    cloud.forget();
    pull(&cloud, &other, "hello_svc").await.unwrap();
    let presigned =
        cloud.calls().iter().filter(|c| c.contains("bentos/v1/presign_download")).count();
    assert_eq!(presigned, 2);
    // The storage saw neither the token nor a user in any of it.
    for request in cloud.requests().iter().filter(|request| request.target.starts_with("/storage"))
    {
        assert!(!request.headers.contains_key("x-yatai-api-token"));
        assert!(!request.headers.contains_key("content-type"), "{request:?}");
    }
}

#[tokio::test]
async fn every_fault_of_a_pull() {
    let path = "/storage/bento";
    let fails = |fault: Fault, part: &'static str| (fault, Some(part));
    let works = |fault: Fault| (fault, None);
    for ranges in [true, false] {
        for strategy in [Strategy::Presigned, Strategy::Proxy] {
            let path = if strategy == Strategy::Proxy { "bentos/v1/download" } else { path };
            for (number, (fault, expected)) in [
                works(Fault::status(500, "oops").on("GET", path).times(2)),
                works(Fault::close().on("GET", path)),
                works(Fault::reset_after(0).on("GET", path)),
                works(Fault::stall().on("GET", path)),
                works(Fault::cut(3000).on("GET", path)),
                works(Fault::cut(3000).on("GET", path).times(2)),
                works(Fault::hang(6000).on("GET", path)),
                fails(Fault::status(404, "gone").on("GET", path), "gone"),
                fails(Fault::status(500, "no").on("GET", path).times(99), "500"),
                fails(Fault::cut(0).on("GET", path).times(99), "cannot reach"),
                fails(Fault::status(302, "").on("GET", path), "302"),
            ]
            .into_iter()
            .enumerate()
            {
                let (_home, store) = store();
                let cloud = cloud().await;
                cloud.ranges(ranges);
                cloud.strategy(strategy);
                push(&cloud, &store, "hello_svc").await.unwrap();
                cloud.fault(fault.clone());
                let elsewhere = tempfile::tempdir().unwrap();
                let other = Store::at(elsewhere.path());
                cloud.forget();
                let result = pull(&cloud, &other, "hello_svc:v1").await;
                let place = format!("{strategy:?}, ranges {ranges}, case {number}");
                assert_eq!(leftovers(&other), [""; 0], "{place}");
                match expected {
                    None => {
                        result.unwrap_or_else(|error| panic!("{place}: {error:?}"));
                        same(&store, &other);
                        let resumed = cloud
                            .requests()
                            .iter()
                            .any(|request| request.headers.contains_key("range"));
                        let cut = (4..=6).contains(&number);
                        let can = ranges && strategy == Strategy::Presigned;
                        assert_eq!(resumed, cut && can, "{place}");
                    }
                    Some(part) => {
                        let error = result.expect_err(&place);
                        assert!(error.to_string().contains(part), "{place}: {error}");
                        assert_eq!(other.list(Kind::Bento, None).unwrap().len(), 0, "{place}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn what_the_server_sends_is_checked_before_the_store_has_it() {
    let (_home, store) = store();
    let cloud = cloud().await;
    push(&cloud, &store, "hello_svc").await.unwrap();
    let yaml =
        |name: &str| format!("name: {name}\nversion: v1\ncreation_time: '2026-01-01T00:00:00Z'\n");
    let other_tag = tar(&[("./bento.yaml", b'0', &yaml("other"))]);
    let hostile = tar(&[("./bento.yaml", b'0', &yaml("hello_svc")), ("../x", b'0', "x")]);
    let whole = cloud.stored(There::Bento, "hello_svc", "v1").unwrap().archive.unwrap();
    for (archive, part) in [
        (&other_tag[..], "other:v1"),
        (&hostile, "outside"),
        (&tar(&[("x", b'0', "x")]), "no bento.yaml"),
        (b"", "too early"),
        (b"<html>not a tar</html>", ""),
        (&whole[..whole.len() / 2], ""),
    ] {
        cloud.replace(There::Bento, "hello_svc", "v1", archive).unwrap();
        // The version that is there stays, also with force.
        let before = stored(&store);
        let transfer = Transfer { force: true, ..small() };
        let error = client(&cloud)
            .pull(&store, Kind::Bento, &tag("hello_svc:v1"), &transfer)
            .await
            .unwrap_err();
        assert!(error.is_archive() && error.to_string().contains(part), "{error:?}");
        assert!(stored(&store) == before, "{part}");
    }
    // A good one takes its place in whole.
    let good = tar(&[("./bento.yaml", b'0', &yaml("hello_svc"))]);
    cloud.replace(There::Bento, "hello_svc", "v1", &good).unwrap();
    let transfer = Transfer { force: true, ..small() };
    client(&cloud).pull(&store, Kind::Bento, &tag("hello_svc:v1"), &transfer).await.unwrap();
    assert_eq!(tree(&version(&store, Kind::Bento, "hello_svc:v1")).len(), 1);
    assert_eq!(leftovers(&store), [""; 0]);
}

#[tokio::test]
async fn what_is_not_there_in_whole_is_not_pulled() {
    let (_home, store) = store();
    let cloud = cloud().await;
    let client = client(&cloud);
    let transfer = Transfer { force: true, ..small() };
    let before = stored(&store);
    let error =
        client.pull(&store, Kind::Bento, &tag("hello_svc:v1"), &transfer).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    cloud.fault(Fault::status(413, "no").on("PUT", "/storage/bento"));
    push(&cloud, &store, "hello_svc").await.unwrap_err();
    let error =
        client.pull(&store, Kind::Bento, &tag("hello_svc:v1"), &transfer).await.unwrap_err();
    assert!(error.is_state() && error.to_string().contains("failed"), "{error}");
    assert!(stored(&store) == before, "force deletes nothing first");
}

#[tokio::test]
async fn a_file_that_shrinks_ends_the_push_at_once() {
    let (_home, store) = store();
    let cloud = cloud().await;
    let file = version(&store, Kind::Bento, "hello_svc:v1").join("src/big");
    write(&file, vec![1; 4 << 20]);
    let mut transfer = small();
    let shrinking = file.clone();
    transfer.progress = Some(std::sync::Arc::new(move |progress| {
        if progress.kind == Kind::Bento && progress.moved == 0 {
            fs::write(&shrinking, "short").unwrap();
        }
    }));
    let result = client(&cloud).push(&store, Kind::Bento, &tag("hello_svc"), &transfer).await;
    let error = result.unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("became shorter"), "{error:?}");
    assert_eq!(bento_there(&cloud).status, "failed");
    let puts = cloud.calls().iter().filter(|call| call.starts_with("PUT /storage/bento")).count();
    assert!(puts <= 1, "{puts}");
}

#[tokio::test]
async fn the_next_push_sends_the_parts_that_are_missing() {
    let (_home, store) = store();
    let cloud = cloud().await;
    cloud.strategy(Strategy::Multipart);
    let big = version(&store, Kind::Bento, "hello_svc:v1").join("src/big");
    write(&big, vec![1; 20_000]);
    let puts = |cloud: &BentoCloud| {
        let calls = cloud.calls().into_iter();
        let mut parts: Vec<String> = calls
            .filter_map(|call| {
                Some(call.strip_prefix("PUT /storage/bento/hello_svc/v1?")?.to_owned())
            })
            .collect();
        parts.sort();
        parts.iter().map(|part| part.split('&').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let refused = || Fault::status(400, "no").on("PUT", "hello_svc/v1?part=3");
    let one = Transfer { threads: std::num::NonZeroUsize::MIN, ..small() };
    let hello = tag("hello_svc:v1");

    cloud.fault(refused());
    client(&cloud).push(&store, Kind::Bento, &hello, &one).await.unwrap_err();
    assert_eq!(puts(&cloud), ["part=1", "part=2", "part=3"]);
    assert_eq!(leftovers(&store), ["backendai-upload-bento-hello_svc-v1.json"]);
    cloud.forget();
    client(&cloud).push(&store, Kind::Bento, &hello, &one).await.unwrap();
    let sent = puts(&cloud);
    assert!(sent[0] == "part=3" && !sent.contains(&"part=1".to_owned()), "{sent:?}");
    let begun = |cloud: &BentoCloud| {
        cloud.calls().iter().filter(|call| call.contains("bentos/v1/start_multipart")).count()
    };
    assert_eq!(begun(&cloud), 0);
    assert_eq!(leftovers(&store), [""; 0]);
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Store::at(elsewhere.path());
    pull(&cloud, &other, "hello_svc:v1").await.unwrap();
    same(&store, &other);

    // A file that has changed, and an upload that the server has forgotten, begin anew.
    let force = Transfer { force: true, ..one.clone() };
    cloud.fault(refused());
    client(&cloud).push(&store, Kind::Bento, &hello, &force).await.unwrap_err();
    write(&big, vec![2; 20_000]);
    cloud.forget();
    client(&cloud).push(&store, Kind::Bento, &hello, &force).await.unwrap();
    assert_eq!((begun(&cloud), puts(&cloud)[0].as_str()), (1, "part=1"));
    cloud.fault(refused());
    client(&cloud).push(&store, Kind::Bento, &hello, &force).await.unwrap_err();
    cloud.fault(Fault::status(404, "no such upload").on("PATCH", "bentos/v1/presign_multi"));
    cloud.forget();
    client(&cloud).push(&store, Kind::Bento, &hello, &force).await.unwrap();
    assert_eq!((begun(&cloud), puts(&cloud)[0].as_str()), (1, "part=1"));
    let done = Transfer { force: true, with_models: true, ..small() };
    client(&cloud).pull(&other, Kind::Bento, &hello, &done).await.unwrap();
    same(&store, &other);
}

#[tokio::test]
async fn metadata_that_a_server_keeps_are_reported() {
    let (_home, store) = store();
    let cloud = cloud().await;
    let client = client(&cloud);
    let model_tag = tag("tiny_model:v1");
    let force = Transfer { force: true, ..small() };
    client.push(&store, Kind::Model, &model_tag, &force).await.unwrap();
    let again = client.push(&store, Kind::Model, &model_tag, &force).await.unwrap();
    assert!(!again[0].keeps_metadata, "nothing has changed");
    let yaml = version(&store, Kind::Model, "tiny_model:v1").join("model.yaml");
    let text = fs::read_to_string(&yaml).unwrap().replace("acc: 0.5", "acc: 0.9");
    fs::write(&yaml, text).unwrap();
    let again = client.push(&store, Kind::Model, &model_tag, &force).await.unwrap();
    assert!(again[0].keeps_metadata && again[0].bytes.is_some());
}

#[tokio::test]
async fn archives_are_imported_from_addresses() {
    let (_home, store) = store();
    let cloud = cloud().await;
    push(&cloud, &store, "hello_svc").await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Store::at(elsewhere.path());
    let url = |path: &str| format!("{}/storage/model/tiny_model/v1{path}", cloud.endpoint());
    let (limits, timeout) = (bentocloud::Limits::default(), Duration::from_millis(500));
    let import = async |url: &str| other.import_url(url, timeout, limits, false).await;
    let stored = import(&url("?sig=100")).await.unwrap();
    assert_eq!(stored[0].tag(), &tag("tiny_model:v1"));
    let of = |store| tree(&version(store, Kind::Model, "tiny_model:v1"));
    assert!(of(&store) == of(&other));
    let request = cloud.requests().pop().unwrap();
    assert!(!request.headers.contains_key("x-yatai-api-token"), "{request:?}");

    assert!(import(&url("?sig=100")).await.unwrap_err().is_stored());
    assert_eq!(import(&url("?sig=0")).await.unwrap_err().status(), Some(403));
    assert!(import("ftp://127.0.0.1/x").await.unwrap_err().is_input());
    other.delete(Kind::Model, &tag("tiny_model:v1")).unwrap();
    cloud.fault(Fault::cut(3000).on("GET", "/storage"));
    let error = import(&url("?sig=100")).await.unwrap_err();
    assert!(error.is_network(), "{error:?}");
    cloud.fault(Fault::hang(3000).on("GET", "/storage"));
    assert!(import(&url("?sig=100")).await.unwrap_err().is_timeout());
    cloud.fault(Fault::shorten(3000).on("GET", "/storage"));
    assert!(import(&url("?sig=100")).await.unwrap_err().is_archive());
    assert_eq!(other.list(Kind::Model, None).unwrap().len(), 0);
    assert_eq!(leftovers(&other), [""; 0]);
}
