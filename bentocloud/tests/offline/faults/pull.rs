//! Pulls under faults.

use super::*;

async fn pull_row(
    (strategy, transport): (Strategy, &'static str),
    phase: &'static str,
    (name, fault): (&'static str, Fault),
    archive: Option<Vec<u8>>,
) -> String {
    let (cloud, new) = pushed(strategy).await;
    let (_home, store) = earlier();
    let before = tree(&version(&store, Kind::Bento, "hello_svc:v1"));
    let timeout = if name.contains("no answer") || name.contains("stops") { SHORT } else { LONG };
    let whole = cloud.stored(There::Bento, "hello_svc", "v1").unwrap().archive.unwrap();
    if let Some(archive) = archive {
        cloud.replace(There::Bento, "hello_svc", "v1", &archive).unwrap();
    }
    cloud.fault(fault);
    let result = pull(&cloud, &store, timeout).await;
    let has = local(&store, &before, &new);
    let row = format!("| {transport} | {phase} | {name} | {} | {has} |", outcome(&result));
    assert_eq!(result.is_ok(), has == "the new version", "{row}");
    assert_eq!(leftovers(&store), [""; 0], "{row}");
    cloud.clear_faults();
    cloud.replace(There::Bento, "hello_svc", "v1", &whole).unwrap();
    pull(&cloud, &store, LONG).await.unwrap_or_else(|error| panic!("{row}: again: {error:?}"));
    assert_eq!(local(&store, &before, &new), "the new version", "{row}");
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_pulls() {
    let mut tasks = Vec::new();
    let yaml =
        |name: &str| format!("name: {name}\nversion: v1\ncreation_time: '2026-01-01T00:00:00Z'\n");
    for transport in [TRANSPORTS[0], TRANSPORTS[2]] {
        let proxy = transport.0 == Strategy::Proxy;
        let mut phases: Vec<(&str, Fits)> =
            vec![("read the record", |fault| fault.on("GET", "hello_svc/bentos/v1"))];
        match proxy {
            true => phases.push(("receive", |fault| fault.on("GET", "bentos/v1/download"))),
            false => phases.extend::<[(&str, Fits); 2]>([
                ("get an address", |fault| fault.on("PATCH", "bentos/v1/presign_download")),
                ("receive", |fault| fault.on("GET", "/storage/bento")),
            ]),
        }
        for (phase, on) in phases {
            let mut faults = vec![
                ("404", Fault::status(404, "gone")),
                ("500 once", Fault::status(500, "oops")),
                ("503 once", Fault::status(503, "slow down")),
                ("503 always", Fault::status(503, "slow down").times(99)),
                ("reset once", Fault::reset_after(0)),
                ("closed always", Fault::close().times(99)),
                ("no answer, once", Fault::stall()),
            ];
            if phase == "receive" {
                faults.extend([
                    ("short body, once", Fault::cut(5000)),
                    ("short body, always", Fault::cut(5000).times(99)),
                    ("the body stops, once", Fault::hang(5000)),
                    ("wrong length: too little is announced", Fault::shorten(5000)),
                ]);
                if !proxy {
                    faults.extend([
                        ("403 once: the address has expired", Fault::status(403, "expired")),
                        ("403 always", Fault::status(403, "expired").times(99)),
                    ]);
                }
            }
            for (name, fault) in faults {
                tasks.push(pull_row(transport, phase, (name, on(fault)), None));
            }
            if phase == "receive" {
                let member = ("./bento.yaml", b'0', &*yaml("hello_svc"));
                for (name, archive) in [
                    ("no archive at all", b"<html>not found</html>".to_vec()),
                    ("an empty archive", tar(&[])),
                    ("a member outside", tar(&[member, ("../x", b'0', "x")])),
                    ("a link that leads out", tar(&[member, ("x", b'2', "../../x")])),
                    ("a device", tar(&[member, ("x", b'3', "")])),
                    ("another bento", tar(&[("./bento.yaml", b'0', &yaml("other"))])),
                ] {
                    let never = Fault::close().times(0);
                    tasks.push(pull_row(transport, phase, (name, never), Some(archive)));
                }
            }
        }
    }
    let head = "| transport | phase | fault | pull | the store |\n|---|---|---|---|---|\n";
    golden("pulls", head, &rows(tasks).await);
}
