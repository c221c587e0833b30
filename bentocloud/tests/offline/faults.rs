//! Transfers under faults: what is on both sides afterwards. The tables of `docs/bentocloud-transfers.md`
//! are made here; `UPDATE_GOLDEN=1` writes them anew.

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

/// Does what the variable names, as the process of a push or pull that is about to be killed.
#[tokio::test]
async fn child() {
    let Some(job) = env::var_os(JOB) else { return };
    let [what, home, endpoint] = *job.to_str().unwrap().split('|').collect::<Vec<_>>() else {
        panic!("{job:?}")
    };
    let (client, store, transfer) = (client(endpoint, LONG), Store::at(home), parts());
    let result = match what {
        "push" => client.push(&store, Kind::Bento, &hello(), &transfer).await,
        _ => {
            let transfer = Transfer { force: true, ..transfer };
            client.pull(&store, Kind::Bento, &hello(), &transfer).await
        }
    };
    println!("RESULT={}", outcome(&result.map(drop)));
}

/// A process that does so. `around` is a command that runs another.
fn job(what: &str, store: &Store, cloud: &BentoCloud, around: &[&str]) -> Command {
    let myself = env::current_exe().unwrap();
    let arguments = ["--exact", "faults::child", "--nocapture"];
    let mut command = match around {
        [] => Command::new(myself),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(myself);
            command
        }
    };
    command
        .args(arguments)
        .env(JOB, format!("{what}|{}|{}", store.home().display(), cloud.endpoint()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not happen");
}

async fn kill(mut child: Child) {
    // A signal that nothing can catch.
    child.kill().await.unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_killed_processes_and_full_disks() {
    let mut rows = Vec::new();
    for (strategy, transport) in TRANSPORTS {
        let (_home, store) = store();
        write(version(&store, Kind::Bento, "hello_svc:v1").join("src/big"), vec![1; 20_000]);
        let cloud = cloud(strategy).await;
        let (_, on) = phases(strategy).into_iter().find(|(name, _)| *name == "send").unwrap();
        cloud.fault(on(Fault::stall()));
        let before = tree(&store.home().join("bentos"));
        let child = job("push", &store, &cloud, &[]).spawn().unwrap();
        let puts = || {
            let bentos = |call: &&String| call.starts_with("PUT") && call.contains("bento");
            cloud.calls().iter().filter(bentos).count()
        };
        let all = if strategy == Strategy::Multipart { 4 } else { 1 };
        until("the last part", || puts() == all).await;
        let arrived = || match strategy {
            Strategy::Multipart => recorded(&store) == all - 1,
            _ => true,
        };
        until("the record of the parts", arrived).await;
        kill(child).await;
        assert!(before == tree(&store.home().join("bentos")));
        let there_then = there(&cloud);
        cloud.clear_faults();
        cloud.forget();
        push(&cloud, &store, LONG).await.unwrap();
        assert!(there(&cloud).starts_with("`success`") && records(&store).is_empty());
        let again = puts();
        rows.push(format!(
            "| push, {transport} | `kill -9` while {all} of {all} requests send it | as before | {there_then} | done, \
             {again} sent |"
        ));
    }
    for (strategy, transport) in [TRANSPORTS[0], TRANSPORTS[2]] {
        let (cloud, new) = pushed(strategy).await;
        let (_home, store) = earlier();
        let before = tree(&version(&store, Kind::Bento, "hello_svc:v1"));
        let path =
            if strategy == Strategy::Proxy { "bentos/v1/download" } else { "/storage/bento" };
        cloud.fault(Fault::hang(5000).on("GET", path));
        let child = job("pull", &store, &cloud, &[]).spawn().unwrap();
        until("a folder in which it is unpacked", || !leftovers(&store).is_empty()).await;
        until("the download", || cloud.calls().iter().any(|call| call.contains(path))).await;
        kill(child).await;
        let has = local(&store, &before, &new);
        let left = leftovers(&store).len();
        let there = there(&cloud);
        pull(&cloud, &store, LONG).await.unwrap();
        assert_eq!(leftovers(&store), [""; 0], "the next pull cleans up");
        assert_eq!(local(&store, &before, &new), "the new version");
        rows.push(format!(
            "| pull, {transport} | `kill -9` while it receives | {has}, and {left} folder beside the store, which the \
             next pull or import removes | {there} | done |"
        ));
    }
    full_disks(&mut rows).await;
    let head = "| transfer | fault | the store | the server's record | the next one |\n|---|---|---|---|---|\n";
    golden("kills", head, &rows);
}

/// How many parts are recorded as sent.
fn recorded(store: &Store) -> usize {
    let [name] = &records(store)[..] else { return 0 };
    let text = fs::read_to_string(store.home().join("tmp").join(name)).unwrap_or_default();
    let record: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    record["parts"].as_object().map_or(0, serde_json::Map::len)
}

async fn full_disks(rows: &mut Vec<String>) {
    // No file can have more bytes than this; the write fails as on a full disk.
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"];
    // A small file system in a namespace of its own, where the system allows it without privileges.
    let mount = "mount -t tmpfs -o size=64k none \"$FULL\" && exec \"$@\"";
    let full = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"];
    let mut seen = Vec::new();
    for around in [&limited[..], &full[..]] {
        let (cloud, _) = pushed(Strategy::Presigned).await;
        let (_newer_home, newer) = store();
        let big = version(&newer, Kind::Bento, "hello_svc:v1").join("src/big");
        write(&big, vec![1; 400_000]);
        let force = Transfer { force: true, ..parts() };
        let sender = client(&cloud.endpoint(), LONG);
        sender.push(&newer, Kind::Bento, &hello(), &force).await.unwrap();
        let new = tree(&version(&newer, Kind::Bento, "hello_svc:v1"));
        let (_home, store) = earlier();
        let before = tree(&version(&store, Kind::Bento, "hello_svc:v1"));
        fs::create_dir_all(store.home().join("tmp")).unwrap();
        let mut child = job("pull", &store, &cloud, around);
        let output = child.env("FULL", store.home().join("tmp")).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let result =
            text.lines().find_map(|line| line.split_once("RESULT=").map(|(_, result)| result));
        let Some(result) = result else {
            assert_eq!(around[0], "unshare", "{output:?}");
            eprintln!("skipped: no namespaces without privileges here");
            continue;
        };
        let has = local(&store, &before, &new);
        assert_eq!(leftovers(&store), [""; 0]);
        let there = there(&cloud);
        pull(&cloud, &store, LONG).await.unwrap();
        assert_eq!(local(&store, &before, &new), "the new version");
        seen.push(format!(
            "| pull, presigned | the disk is full | {has} | {there} | done; this one: {result} |"
        ));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "both are the same: {seen:?}");
    rows.append(&mut seen);
    // A push needs no disk: the parts that have arrived are just not recorded.
    let (_home, store) = store();
    let cloud = cloud(Strategy::Multipart).await;
    let none = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\" | cat", "sh"];
    let before = tree(&store.home().join("bentos"));
    let output = job("push", &store, &cloud, &none).output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("RESULT=done"), "{output:?}");
    assert!(before == tree(&store.home().join("bentos")));
    rows.push(format!(
        "| push, multipart | the disk is full | as before | {} | this one: done |",
        there(&cloud)
    ));
}

/// Kills at many moments: each side has all of it or nothing, and the next transfer works.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_leaves_nothing_half_there() {
    let (mut earlier_left, mut new_left) = (0, 0);
    for moment in 0..24 {
        let delay = Duration::from_millis(moment * 4);
        let (_home, source) = store();
        write(version(&source, Kind::Bento, "hello_svc:v1").join("src/big"), vec![1; 2_000_000]);
        let strategy = TRANSPORTS[moment as usize % 3].0;
        let cloud = cloud(strategy).await;
        let child = job("push", &source, &cloud, &[]).spawn().unwrap();
        tokio::time::sleep(delay).await;
        kill(child).await;
        // It may arrive after the sender's death; what there is is whole.
        there(&cloud);
        push(&cloud, &source, LONG).await.unwrap();
        let (_home, target) = earlier();
        let before = tree(&version(&target, Kind::Bento, "hello_svc:v1"));
        let new = tree(&version(&source, Kind::Bento, "hello_svc:v1"));
        let child = job("pull", &target, &cloud, &[]).spawn().unwrap();
        tokio::time::sleep(delay).await;
        kill(child).await;
        match local(&target, &before, &new).as_str() {
            "the earlier version" => earlier_left += 1,
            _ => new_left += 1,
        }
        pull(&cloud, &target, LONG).await.unwrap();
        assert_eq!(local(&target, &before, &new), "the new version");
        assert_eq!(leftovers(&target), [""; 0], "{moment}");
    }
    eprintln!("{earlier_left} pulls were killed before the swap, {new_left} after it");
}

/// The part of the page with this name is made of these rows.
fn golden(name: &str, head: &str, rows: &[String]) {
    static PAGE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = PAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/bentocloud-transfers.md");
    let (begin, end) = (
        format!("<!-- {name}: tests/offline/faults.rs writes this -->\n"),
        "<!-- up to here -->\n",
    );
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
