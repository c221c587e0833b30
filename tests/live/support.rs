//! The manager under test, its accounts, its database and the official client.

use std::{
    collections::BTreeMap,
    env,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use backendai::{
    Client, Config, ConfigBuilder,
    admin::keypair::{KeyPairDetail, PagedKeyPairs},
};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

/// What the env file of `tests/manager/up` sets, as far as every test needs it.
const NEEDED: [&str; 3] = ["BACKEND_ENDPOINT", "BACKENDAI_OFFICIAL_PYTHON", "MANAGER_HOME"];

/// Tests look at whole lists, so one at a time has the manager.
static TURN: Mutex<()> = Mutex::const_new(());

/// A turn with the manager.
pub(crate) struct Manager {
    endpoint: String,
    _turn: MutexGuard<'static, ()>,
}

/// Who calls, by the name in the env file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role(pub(crate) &'static str);

pub(crate) const SUPERADMIN: Role = Role("SUPERADMIN");
pub(crate) const DOMAIN_ADMIN: Role = Role("DOMAIN_ADMIN");
pub(crate) const OTHER_ADMIN: Role = Role("OTHER_ADMIN");
pub(crate) const USER: Role = Role("USER");
pub(crate) const INACTIVE_KEY: Role = Role("INACTIVE_KEY");
pub(crate) const INACTIVE_USER: Role = Role("INACTIVE_USER");
pub(crate) const LOW_RATE: Role = Role("LOW_RATE");

impl Role {
    pub(crate) fn access_key(self) -> String {
        self.variable("ACCESS_KEY")
    }

    pub(crate) fn secret_key(self) -> String {
        self.variable("SECRET_KEY")
    }

    pub(crate) fn email(self) -> String {
        self.variable("EMAIL")
    }

    pub(crate) fn password(self) -> String {
        self.variable("PASSWORD")
    }

    fn variable(self, what: &str) -> String {
        variable(&format!("BACKEND_{}_{what}", self.0))
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: {HINT}"))
}

const HINT: &str = "run tests/manager/up and source the env file that it names";

impl Manager {
    /// Waits for a turn. `None` when there is no manager to test against.
    pub(crate) async fn turn() -> Option<Self> {
        if let Some(missing) = NEEDED.into_iter().find(|name| env::var_os(name).is_none()) {
            let required = env::var("BACKENDAI_LIVE").is_ok_and(|value| value == "1");
            assert!(!required, "{missing} is not set: {HINT}");
            // Not `eprintln`, which the harness keeps to itself when a test passes.
            let thread = std::thread::current();
            let name = thread.name().unwrap_or("a live test");
            let line = format!("{name} skipped, {missing} is not set: {HINT}\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            return None;
        }
        let turn = TURN.lock().await;
        Some(Self { endpoint: variable("BACKEND_ENDPOINT"), _turn: turn })
    }

    pub(crate) fn client(&self, role: Role) -> Client {
        self.client_with(role.access_key(), role.secret_key())
    }

    pub(crate) fn client_with(&self, access_key: String, secret_key: String) -> Client {
        let config = self.config().access_key(access_key).secret_key(secret_key);
        Client::new(config.build().unwrap()).unwrap()
    }

    pub(crate) fn config(&self) -> ConfigBuilder {
        Config::builder().endpoint(&self.endpoint)
    }

    /// Every access key in the database, sorted.
    pub(crate) fn access_keys(&self) -> Vec<String> {
        let mut keys: Vec<_> = seed(&["--list"]).lines().map(str::to_owned).collect();
        keys.sort();
        keys
    }

    /// Has this many more keypairs in the database, until the value is dropped.
    pub(crate) fn seed(&self, count: u32) -> Seeds<'_> {
        seed(&[&count.to_string()]);
        Seeds(self)
    }

    /// Has rows of everything in the database, until the value is dropped.
    pub(crate) fn fill(&self) -> Filled<'_> {
        fill(&[]);
        Filled(self)
    }

    /// The same, with so many more rows of each list.
    pub(crate) fn fill_many(&self, count: u32) -> Filled<'_> {
        fill(&["--many", &count.to_string()]);
        Filled(self)
    }

    /// What a script of `tests/official` prints.
    pub(crate) fn official(&self, script: &str, role: Role) -> Value {
        self.official_with(script, &[], role)
    }

    pub(crate) fn official_with(&self, script: &str, arguments: &[&str], role: Role) -> Value {
        let mut command = Command::new(variable("BACKENDAI_OFFICIAL_PYTHON"));
        command
            .arg(here("tests/official").join(script))
            .args(arguments)
            .env("BACKEND_ACCESS_KEY", role.access_key())
            .env("BACKEND_SECRET_KEY", role.secret_key());
        serde_json::from_str(&run(command)).unwrap()
    }
}

/// Removes the seeded keypairs when dropped.
pub(crate) struct Seeds<'a>(
    #[expect(dead_code, reason = "they go before the turn does")] &'a Manager,
);

impl Drop for Seeds<'_> {
    fn drop(&mut self) {
        seed(&["--clear"]);
    }
}

/// Removes what `fill` wrote when dropped.
pub(crate) struct Filled<'a>(
    #[expect(dead_code, reason = "they go before the turn does")] &'a Manager,
);

impl Drop for Filled<'_> {
    fn drop(&mut self) {
        fill(&["--clear"]);
    }
}

fn fill(arguments: &[&str]) {
    let mut command = Command::new(here("tests/manager/fill"));
    command.args(arguments);
    run(command);
}

fn seed(arguments: &[&str]) -> String {
    let mut command = Command::new(here("tests/manager/seed"));
    command.args(arguments);
    run(command)
}

/// The rows that the database gives for a query.
pub(crate) fn sql(query: &str) -> String {
    let mut command = Command::new(here("tests/manager/sql"));
    command.arg(query);
    run(command)
}

pub(crate) fn here(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[track_caller]
fn run(mut command: Command) -> String {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{command:?} ended with {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// Reads the whole list.
pub(crate) async fn read_all(
    client: &Client,
    list: PagedKeyPairs,
) -> backendai::Result<Vec<KeyPairDetail>> {
    let mut rows = client.pages(list).items();
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row?);
    }
    Ok(all)
}

/// The access keys, sorted.
pub(crate) fn keys_of<'a>(rows: impl IntoIterator<Item = &'a KeyPairDetail>) -> Vec<String> {
    let mut keys: Vec<_> = rows.into_iter().map(|row| row.access_key.clone()).collect();
    keys.sort();
    keys
}

/// Rows as JSON, by access key.
#[track_caller]
pub(crate) fn by_key<T: Serialize>(rows: &[T]) -> BTreeMap<String, Value> {
    let rows = rows.iter().map(|row| serde_json::to_value(row).unwrap());
    let map: BTreeMap<_, _> =
        rows.map(|row| (row["access_key"].as_str().unwrap().to_owned(), row)).collect();
    map
}
