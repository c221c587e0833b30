//! Transfers under faults: what is on both sides afterwards. The tables of `docs/bentocloud-transfers.md`
//! are made here; `UPDATE_GOLDEN=1` writes them anew.

mod killed;
mod pull;
mod push;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use backendai_testing::bentocloud::{Account, BentoCloud, Fault, Kind as There, Strategy};
use bentocloud::{
    Client, Error, Tag,
    store::{Kind, Store},
    transfer::Transfer,
};
use tokio::{
    process::{Child, Command},
    task::JoinSet,
};

use crate::support::local::{leftovers, store, tar, tree, version, write};

const TRANSPORTS: [(Strategy, &str); 3] = [
    (Strategy::Presigned, "presigned"),
    (Strategy::Multipart, "multipart"),
    (Strategy::Proxy, "proxy"),
];
/// What a child process has to do.
const JOB: &str = "BENTOCLOUD_FAULTS_JOB";
/// How long nothing may come, where a fault is that nothing comes, and where not.
const SHORT: Duration = Duration::from_millis(700);
const LONG: Duration = Duration::from_secs(20);

fn hello() -> Tag {
    "hello_svc:v1".parse().unwrap()
}

async fn cloud(strategy: Strategy) -> BentoCloud {
    let cloud = BentoCloud::builder().token("ok-ada", Account::new("ada", "acme"));
    let cloud = cloud.start().await.unwrap();
    cloud.strategy(strategy);
    cloud
}

fn client(endpoint: &str, timeout: Duration) -> Client {
    let builder = Client::builder(endpoint, "ok-ada").pause(Duration::from_millis(1));
    builder.timeout(timeout).build().unwrap()
}

fn parts() -> Transfer {
    Transfer { part_size: 8192, ..Transfer::default() }
}

async fn push(cloud: &BentoCloud, store: &Store, timeout: Duration) -> Result<(), Error> {
    let client = client(&cloud.endpoint(), timeout);
    client.push(store, Kind::Bento, &hello(), &parts()).await.map(drop)
}

async fn pull(cloud: &BentoCloud, store: &Store, timeout: Duration) -> Result<(), Error> {
    let transfer = Transfer { force: true, ..parts() };
    let client = client(&cloud.endpoint(), timeout);
    client.pull(store, Kind::Bento, &hello(), &transfer).await.map(drop)
}

/// The predicate that says most about an error.
fn class(error: &Error) -> String {
    type Holds = fn(&Error) -> bool;
    let predicates: [(&str, Holds); 6] = [
        ("is_not_found", Error::is_not_found),
        ("is_archive", Error::is_archive),
        ("is_timeout", Error::is_timeout),
        ("is_network", Error::is_network),
        ("is_file", Error::is_file),
        ("is_state", Error::is_state),
    ];
    let known = predicates.iter().find(|(_, holds)| holds(error)).map(|(name, _)| *name);
    match (error.status(), known) {
        (Some(status), _) => format!("status {status}"),
        (None, Some(name)) => format!("`{name}`"),
        (None, None) => panic!("{error:?}"),
    }
}

fn outcome(result: &Result<(), Error>) -> String {
    result.as_ref().map_or_else(class, |()| "done".to_owned())
}

/// What the server has of the bento.
fn there(cloud: &BentoCloud) -> String {
    match cloud.stored(There::Bento, "hello_svc", "v1") {
        None => "nothing".to_owned(),
        Some(stored) => {
            let archive = if stored.archive.is_some() { "archive" } else { "no archive" };
            assert!(stored.status != "success" || stored.archive.is_some());
            format!("`{}`, {archive}", stored.status)
        }
    }
}

type Fits = fn(Fault) -> Fault;

/// The phases of a push that carry a request, with the requests that they are.
fn phases(strategy: Strategy) -> Vec<(&'static str, Fits)> {
    let mut phases: Vec<(&str, Fits)> =
        vec![("create the record", |fault| fault.on("POST", "hello_svc/bentos"))];
    if strategy == Strategy::Presigned {
        phases.push(("get an address", |fault| fault.on("PATCH", "bentos/v1/presign_upload")));
    }
    phases.push(("announce", |fault| fault.on("PATCH", "bentos/v1/start_upload")));
    match strategy {
        Strategy::Multipart => phases.extend::<[(&str, Fits); 4]>([
            ("begin the parts", |fault| fault.on("PATCH", "bentos/v1/start_multipart")),
            ("get an address", |fault| fault.on("PATCH", "bentos/v1/presign_multi")),
            ("send", |fault| fault.on("PUT", "hello_svc/v1?part=2")),
            ("complete the parts", |fault| fault.on("PATCH", "bentos/v1/complete")),
        ]),
        Strategy::Proxy => phases.push(("send", |fault| fault.on("PUT", "bentos/v1/upload"))),
        _ => phases.push(("send", |fault| fault.on("PUT", "/storage/bento"))),
    }
    if strategy != Strategy::Proxy {
        phases.push(("finish", |fault| fault.on("PATCH", "bentos/v1/finish")));
    }
    phases
}

fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("400", Fault::status(400, "no")),
        ("413 of a gateway", Fault::status(413, "<html>")),
        ("500 once", Fault::status(500, "oops")),
        ("503 once", Fault::status(503, "slow down")),
        ("503 always", Fault::status(503, "slow down").times(99)),
        ("507: the server's disk is full", Fault::status(507, "no space left")),
        ("reset once", Fault::reset_after(1000)),
        ("closed always", Fault::close().times(99)),
        ("no answer, once", Fault::stall()),
        ("the answer is lost, once", Fault::lose()),
    ]
}

/// What is left of uploads.
fn records(store: &Store) -> Vec<String> {
    let mut left = leftovers(store);
    left.retain(|name| name.starts_with("backendai-upload-"));
    left
}

/// The rows in order, of which several are made at a time.
async fn rows(tasks: Vec<impl Future<Output = String> + Send + 'static>) -> Vec<String> {
    let (mut waiting, mut running, mut rows) =
        (tasks.into_iter().enumerate(), JoinSet::new(), vec![]);
    loop {
        while running.len() < 6
            && let Some((at, task)) = waiting.next()
        {
            running.spawn(async move { (at, task.await) });
        }
        match running.join_next().await {
            Some(row) => rows.push(row.unwrap()),
            None => break,
        }
    }
    rows.sort();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// A store with the bento, of another content than the one on the server.
fn earlier() -> (tempfile::TempDir, Store) {
    let (home, store) = store();
    write(version(&store, Kind::Bento, "hello_svc:v1").join("README.md"), "earlier");
    (home, store)
}

/// Which version the store has: it must be whole.
fn local(store: &Store, earlier: &Tree, new: &Tree) -> String {
    let has = tree(&version(store, Kind::Bento, "hello_svc:v1"));
    match (has == *earlier, has == *new) {
        (true, false) => "the earlier version".to_owned(),
        (false, true) => "the new version".to_owned(),
        _ => panic!("neither version is there in whole"),
    }
}

type Tree = Vec<(String, Vec<u8>, u32)>;

/// A server that has the bento, and its files.
async fn pushed(strategy: Strategy) -> (BentoCloud, Tree) {
    let (_home, store) = store();
    let cloud = cloud(strategy).await;
    push(&cloud, &store, LONG).await.unwrap();
    (cloud, tree(&version(&store, Kind::Bento, "hello_svc:v1")))
}

/// The part of the page with this name is made of these rows.
fn golden(name: &str, head: &str, rows: &[String]) {
    static PAGE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = PAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/bentocloud-transfers.md");
    let (begin, end) =
        (format!("<!-- {name}: tests/offline/faults writes this -->\n"), "<!-- up to here -->\n");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(&begin).unwrap();
    let (there, after) = rest.split_once(end).unwrap();
    let made = format!("{head}{}\n", rows.join("\n"));
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, format!("{before}{begin}{made}{end}{after}")).unwrap();
        return;
    }
    for (there, made) in there.lines().zip(made.lines()) {
        assert_eq!(
            there,
            made,
            "{} is stale: UPDATE_GOLDEN=1 shows how",
            PathBuf::from(&path).display()
        );
    }
    assert_eq!(there, made);
}
