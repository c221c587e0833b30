//! Pulls under faults, and imports.

use super::*;

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
