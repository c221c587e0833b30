//! The manager under test and its accounts.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use backendai::{Client, Config};
use tokio::sync::{Mutex, MutexGuard};

/// Tests read whole lists, so one at a time uses the manager.
static TURN: Mutex<()> = Mutex::const_new(());

/// A turn with the manager.
pub(crate) struct Manager(#[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

impl Manager {
    /// Waits for a turn. `None` when there is no manager to test against.
    pub(crate) async fn turn() -> Option<Self> {
        if env::var_os("BACKEND_ENDPOINT").is_none() || env::var_os("MANAGER_HOME").is_none() {
            let required = env::var("BACKENDAI_LIVE").is_ok_and(|value| value == "1");
            assert!(!required, "run tests/manager/up and source the env file that it names");
            return None;
        }
        Some(Self(TURN.lock().await))
    }

    pub(crate) fn superadmin(&self) -> Client {
        self.client("SUPERADMIN")
    }

    pub(crate) fn user(&self) -> Client {
        self.client("USER")
    }

    /// The client of an account by its name in the env file.
    pub(crate) fn client(&self, role: &str) -> Client {
        let variable = |what| env::var(format!("BACKEND_{role}_{what}")).unwrap();
        self.client_with(&variable("ACCESS_KEY"), &variable("SECRET_KEY"))
    }

    pub(crate) fn client_with(&self, access_key: &str, secret_key: &str) -> Client {
        let endpoint = env::var("BACKEND_ENDPOINT").unwrap();
        let config =
            Config::builder().endpoint(endpoint).access_key(access_key).secret_key(secret_key);
        Client::new(config.build().unwrap()).unwrap()
    }

    /// Has this many more key pairs in the database, until the value is dropped.
    pub(crate) fn seed(&self, count: usize) -> Seeds {
        run("seed", &[&count.to_string()]);
        Seeds
    }

    /// Has rows of everything in the database, until the value is dropped.
    pub(crate) fn fill(&self) -> Filled {
        run("fill", &[]);
        Filled
    }
}

/// Removes what [`Manager::fill`] wrote when dropped.
pub(crate) struct Filled;

impl Drop for Filled {
    fn drop(&mut self) {
        run("fill", &["--clear"]);
    }
}

/// Removes what [`Manager::seed`] wrote when dropped.
pub(crate) struct Seeds;

impl Drop for Seeds {
    fn drop(&mut self) {
        run("seed", &["--clear"]);
    }
}

/// A name that no other test and no earlier run has.
pub(crate) fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    format!("{prefix}-{now:x}-{number}")
}

/// The rows that the database gives for a query.
pub(crate) fn sql(query: &str) -> String {
    run("sql", &[query])
}

/// Turns the session of `fill` that failed into one that waits for an agent, and returns its id.
pub(crate) fn pending_session() -> String {
    let id = "(select id from sessions where name = 'fill-running')";
    sql(&format!("update kernels set status = 'PENDING' where session_id = {id}"));
    sql("update sessions set status = 'PENDING' where name = 'fill-running'");
    sql("select id from sessions where name = 'fill-running'").trim().to_owned()
}

/// Runs a script of `tests/manager`, and returns what it prints.
fn run(name: &str, arguments: &[&str]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/manager").join(name);
    let mut command = Command::new(path);
    let output = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{command:?} failed");
    String::from_utf8(output.stdout).unwrap()
}
