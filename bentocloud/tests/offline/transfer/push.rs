//! Pushes under faults, and pushes that continue.

use super::*;

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
