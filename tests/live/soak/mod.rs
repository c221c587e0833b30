//! Queries, mutations and lists of 64 tasks, through proxies that fail in turn, to a real manager.
//! Afterwards its database holds what the acknowledged mutations say, and nothing twice; and of each
//! mutation whose outcome is unknown it is told which failure made it so.
//!
//! `BACKENDAI_SOAK` says for how many seconds; without it there is nothing to do. The manager is
//! the one of `tests/manager/up`:
//!
//!     . "$MANAGER_HOME/env"; BACKENDAI_SOAK=600 cargo test --test live soak -- --nocapture

mod faults;
mod model;
mod proxy;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use backendai::{
    Client, Config, DynamicOperation, Error,
    admin::{
        keypair::{CreateKeyPair, DeleteKeyPair, GetKeyPair, ModifyKeyPair},
        types::{KeyPairInput, ModifyKeyPairInput},
    },
};
use fastrand::Rng;
use tokio::time::{Instant, sleep};

use self::{
    faults::{Faults, How},
    model::{Known, Row, Tags, Tally, judge, list},
    proxy::Proxy,
};

const TASKS: usize = 64;
/// Between two calls of a task, in milliseconds. To create a keypair takes the manager a quarter of
/// a second of its only worker, so it is to have little to do but fail.
const REST: std::ops::Range<u64> = 6_000..18_000;
/// Longer than the manager takes for one of them.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
const STALL: Duration = Duration::from_secs(12);
const PAUSE: Duration = Duration::from_secs(4);
/// Each task has to be answered so often in a minute, or nothing was tried.
const ANSWERS: u64 = 1;

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: see tests/manager/README.md"))
}

fn client(endpoints: &[String], seed: u64) -> Client {
    let config = Config::builder()
        .endpoints(endpoints)
        .access_key(variable("BACKEND_SUPERADMIN_ACCESS_KEY"))
        .secret_key(variable("BACKEND_SUPERADMIN_SECRET_KEY"))
        .read_timeout(READ_TIMEOUT);
    Client::builder(config.build().unwrap()).seed(seed).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there() {
    let Ok(seconds) = env::var("BACKENDAI_SOAK") else { return };
    let seconds: u64 = seconds.parse().unwrap();
    let endpoint = variable("BACKEND_ENDPOINT");
    let target = endpoint.strip_prefix("http://").unwrap().parse().unwrap();
    let mut proxies = [Proxy::start(target).await, Proxy::start(target).await];
    let endpoints = proxies.each_ref().map(|proxy| format!("http://{}", proxy.address));
    let direct = client(&[endpoint], 0);
    let (tags, faults) = (Arc::new(Tags::new()), Arc::new(Faults::new(&endpoints)));

    let mut tasks = Vec::new();
    let clients: Vec<_> = (0..4).map(|seed| client(&endpoints, seed)).collect();
    for number in 0..TASKS {
        let client = clients[number % clients.len()].clone();
        let (tags, faults) = (Arc::clone(&tags), Arc::clone(&faults));
        let mut task = Task::new(direct.clone(), tags, faults, number as u64);
        // Nothing has failed yet, and each has a keypair to begin with.
        task.create().await;
        task.client = client;
        // That was no trial.
        task.tally = Tally::default();
        tasks.push(task);
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: tokio::task::JoinSet<_> = tasks.into_iter().map(|task| task.run(end)).collect();
    disturb(&mut proxies, &faults, end).await;
    let (mut known, mut tally) = (BTreeMap::new(), Tally::default());
    for task in tasks.join_all().await {
        known.extend(task.known);
        tally += task.tally;
    }
    // What a stalled proxy still holds goes with it.
    drop(proxies);
    let rows = settled(&direct, &tags).await;
    println!("{faults}; {tally}");
    let verdict = judge(&known, &rows);
    let database = database();
    for row in &rows {
        assert!(database.contains(&row.access_key), "{} is not in the database", row.access_key);
    }
    for row in rows {
        direct.send(DeleteKeyPair::new(row.access_key)).await.unwrap();
    }
    println!("{}", verdict.unwrap());
    let least = TASKS as u64 * ANSWERS * seconds / 60;
    assert!(tally.answered() >= least, "{} calls answered, not {least}", tally.answered());
}

/// Fails one proxy after the other in one way after the other.
async fn disturb(proxies: &mut [Proxy; 2], faults: &Faults, end: Instant) {
    for number in 0.. {
        if Instant::now() + PAUSE >= end {
            return;
        }
        sleep(PAUSE).await;
        let (which, proxy) = (number % 2, &mut proxies[number % 2]);
        if number / 2 % 2 == 0 {
            faults.begin(which, How::Stopped);
            proxy.stop().await;
            sleep(PAUSE).await;
            proxy.restart().await;
        } else {
            faults.begin(which, How::Stalled);
            proxy.stall(true);
            sleep(STALL.min(end.saturating_duration_since(Instant::now()))).await;
            proxy.stall(false);
        }
        faults.end(which);
    }
}

/// One task: its keypairs are its own, so it knows what became of each.
struct Task {
    client: Client,
    tags: Arc<Tags>,
    faults: Arc<Faults>,
    random: Rng,
    known: BTreeMap<i32, Known>,
    tally: Tally,
    /// When the last mutation was sent.
    began: Instant,
}

impl Task {
    fn new(client: Client, tags: Arc<Tags>, faults: Arc<Faults>, seed: u64) -> Self {
        let (random, known) = (Rng::with_seed(seed), BTreeMap::new());
        let (tally, began) = (Tally::default(), Instant::now());
        Self { client, tags, faults, random, known, tally, began }
    }

    async fn run(mut self, end: Instant) -> Self {
        // Not all at once.
        sleep(Duration::from_millis(self.random.u64(0..REST.end))).await;
        while Instant::now() < end {
            self.began = Instant::now();
            match self.random.u32(0..100) {
                0..35 => self.look().await,
                35..50 => self.create().await,
                50..80 => self.change().await,
                80..92 => self.delete().await,
                _ => self.list().await,
            }
            sleep(Duration::from_millis(self.random.u64(REST))).await;
        }
        self
    }

    /// One of the keypairs that are there, and whether it is active, if that is known. Without one
    /// there has to be a new one.
    fn some(&mut self) -> Option<(i32, String, Option<bool>)> {
        let there = self.known.iter().filter_map(|(tag, known)| match known {
            Known::There { access_key, active } => Some((*tag, access_key.clone(), *active)),
            _ => None,
        });
        let there: Vec<_> = there.collect();
        self.random.choice(there)
    }

    async fn look(&mut self) {
        let Some((tag, access_key, active)) = self.some() else { return self.create().await };
        match self.client.send(GetKeyPair::new().access_key(access_key)).await {
            Ok(data) => {
                let seen = data.keypair.unwrap();
                assert_eq!(seen.rate_limit, Some(tag));
                assert!(active.is_none() || active == seen.is_active);
                self.tally.queries += 1;
            }
            Err(error) => self.query_failed(&error),
        }
    }

    async fn list(&mut self) {
        let mut rows = self.client.pages(self.tags.list()).page_size(50).items();
        while let Some(row) = rows.next().await {
            if let Err(error) = row {
                return self.query_failed(&error);
            }
        }
        self.tally.lists += 1;
    }

    async fn create(&mut self) {
        let tag = self.tags.next();
        let props = KeyPairInput::new("default", tag).is_active(true);
        let create = CreateKeyPair::new(variable("BACKEND_USER_EMAIL"), props);
        let known = match self.client.send(create).await {
            Ok(data) => {
                self.tally.mutations += 1;
                let access_key = data.create_keypair.keypair.unwrap().access_key;
                Known::There { access_key, active: Some(true) }
            }
            Err(error) if self.is_unknown(&error) => match self.read_back(tag).await {
                Some(row) => Known::There { access_key: row.access_key, active: Some(true) },
                None => Known::Perhaps,
            },
            Err(_) => return,
        };
        self.known.insert(tag, known);
    }

    /// The recipe: an unknown outcome is looked up.
    async fn read_back(&mut self, tag: i32) -> Option<Row> {
        let rows = read(&self.client, list(&format!("rate_limit == {tag}")));
        let row = rows.await.ok()?.pop()?;
        self.tally.read_back += 1;
        Some(row)
    }

    async fn change(&mut self) {
        let Some((tag, access_key, active)) = self.some() else { return self.create().await };
        let to = !active.unwrap_or_default();
        let props = ModifyKeyPairInput::new().is_active(to);
        let active = match self.client.send(ModifyKeyPair::new(&*access_key, props)).await {
            Ok(_) => {
                self.tally.mutations += 1;
                // An earlier change of unknown outcome may still be on its way.
                active.map(|_| to)
            }
            Err(error) if self.is_unknown(&error) => None,
            Err(_) => return,
        };
        self.known.insert(tag, Known::There { access_key, active });
    }

    async fn delete(&mut self) {
        let Some((tag, access_key, _)) = self.some() else { return self.create().await };
        let known = match self.client.send(DeleteKeyPair::new(&*access_key)).await {
            Ok(_) => {
                self.tally.mutations += 1;
                Known::Gone
            }
            Err(error) if self.is_unknown(&error) => Known::Perhaps,
            Err(_) => return,
        };
        self.known.insert(tag, known);
    }

    /// Whether nobody knows; else nothing was done, and for a good reason.
    fn is_unknown(&mut self, error: &Error) -> bool {
        let unknown = error.is_outcome_unknown();
        assert!(unknown || error.is_connect(), "{error}");
        match unknown {
            true => {
                *self.tally.unknown.entry(self.faults.explain(error, self.began)).or_default() += 1
            }
            false => self.tally.not_sent += 1,
        }
        unknown
    }

    fn query_failed(&mut self, error: &Error) {
        // A manager that has too much to do answers 500, too.
        let failed = error.is_transport() || error.is_server_bug() || error.is_unavailable();
        assert!(failed && !error.is_outcome_unknown(), "{error}");
        self.tally.failed_queries += 1;
    }
}

async fn read(client: &Client, list: DynamicOperation) -> backendai::Result<Vec<Row>> {
    let mut rows = client.pages(list).items();
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        let row = serde_json::Value::Object(row?.into_map());
        all.push(serde_json::from_value(row).unwrap());
    }
    Ok(all)
}

/// The rows when the manager has finished what it was given.
async fn settled(client: &Client, tags: &Tags) -> Vec<Row> {
    let mut before = read(client, tags.list()).await.unwrap();
    loop {
        sleep(PAUSE).await;
        let now = read(client, tags.list()).await.unwrap();
        if now == before {
            return now;
        }
        before = now;
    }
}

/// Every access key, without the manager's help.
fn database() -> BTreeSet<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manager/seed");
    let output = Command::new(script).arg("--list").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}
