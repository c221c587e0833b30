//! Processes that are killed, and full disks.

use super::*;

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
    let arguments = ["--exact", "faults::killed::child", "--nocapture"];
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
