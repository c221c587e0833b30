//! Pushes under faults.

use super::*;

/// A row of the first table, without and with the fault.
async fn push_row(
    (strategy, transport): (Strategy, &'static str),
    phase: &'static str,
    (name, fault): (&'static str, Fault),
    what: Shrink,
) -> String {
    let (_home, store) = store();
    let cloud = cloud(strategy).await;
    let timeout = if name.contains("no answer") { SHORT } else { LONG };
    cloud.fault(fault);
    let mut transfer = parts();
    let file = version(&store, Kind::Bento, "hello_svc:v1").join("src/big");
    write(&file, vec![1; 20_000]);
    if what == Shrink::Yes {
        let shrinking = file.clone();
        transfer.progress = Some(Arc::new(move |progress| {
            if progress.kind == Kind::Bento && progress.moved == 0 {
                write(&shrinking, "short");
            }
        }));
    }
    let before = tree(&store.home().join("bentos"));
    let sender = client(&cloud.endpoint(), timeout);
    let result = sender.push(&store, Kind::Bento, &hello(), &transfer).await.map(drop);
    let row =
        format!("| {transport} | {phase} | {name} | {} | {} |", outcome(&result), there(&cloud));
    let complete = there(&cloud).starts_with("`success`");
    assert_eq!(complete, result.is_ok() || complete, "{row}");
    assert!(what == Shrink::Yes || before == tree(&store.home().join("bentos")), "{row}");
    cloud.clear_faults();
    push(&cloud, &store, LONG).await.unwrap_or_else(|error| panic!("{row}: again: {error:?}"));
    // What the server has then is what a pull brings.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Store::at(elsewhere.path());
    pull(&cloud, &other, LONG).await.unwrap_or_else(|error| panic!("{row}: {error:?}"));
    let of = |store| tree(&version(store, Kind::Bento, "hello_svc:v1"));
    assert!(of(&other) == of(&store), "{row}");
    assert!(records(&store).is_empty(), "{row}: {:?}", leftovers(&store));
    row
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shrink {
    No,
    Yes,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_pushes() {
    let mut tasks = Vec::new();
    for transport in TRANSPORTS {
        for (phase, on) in phases(transport.0) {
            for (name, fault) in faults() {
                tasks.push(push_row(transport, phase, (name, on(fault)), Shrink::No));
            }
            if phase == "send" && transport.0 != Strategy::Proxy {
                for (name, fault) in [
                    ("403 once: the address has expired", Fault::status(403, "expired")),
                    ("403 always", Fault::status(403, "expired").times(99)),
                ] {
                    tasks.push(push_row(transport, phase, (name, on(fault)), Shrink::No));
                }
            }
            if phase == "send" {
                let never = Fault::close().times(0);
                tasks.push(push_row(
                    transport,
                    phase,
                    ("a file becomes shorter", never),
                    Shrink::Yes,
                ));
            }
        }
    }
    let head =
        "| transport | phase | fault | push | the server's record |\n|---|---|---|---|---|\n";
    golden("pushes", head, &rows(tasks).await);
}
