//! A real manager, with one process and with several.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use super::{Variables, pages, small, table::Table};
use crate::Result;

/// Number of keypairs besides those of the accounts.
const ROWS: u64 = 20_000;

/// Small queries to a manager with one process, and the whole list from one with one and with several.
pub(super) fn run() -> Result<()> {
    println!("\n### A real manager");
    // More than there are processors would share them.
    let several = thread::available_parallelism()?.get().min(4);
    let mut columns = Vec::new();
    for processes in [1, several] {
        let manager = Manager::start(processes)?;
        if processes == 1 {
            small::manager(&manager.endpoint, &manager.variables)?;
        }
        columns.push(pages::manager(&manager.endpoint, &manager.variables, ROWS)?);
    }
    let titles = [1, several].map(|processes| format!("`num-proc = {processes}`, s"));
    let titles = titles.each_ref().map(String::as_str);
    let mut table = Table::new(&format!("{ROWS} keypairs, in pages of 500"), &titles);
    let [one, several] = columns.as_slice() else { return Err("a manager is missing".into()) };
    for ((title, one), (_, several)) in one.iter().zip(several) {
        table.row(title, &[*one, *several].map(Some));
    }
    table.print();
    Ok(())
}

/// A manager that stops with this value.
struct Manager {
    home: PathBuf,
    endpoint: String,
    variables: Variables,
}

impl Manager {
    fn start(processes: usize) -> Result<Self> {
        let home = crate::scratch("manager")?;
        let mut it = Self { home, endpoint: String::new(), variables: Vec::new() };
        it.run("up", &["--processes", &processes.to_string()])?;
        it.run("seed", &[&ROWS.to_string()])?;
        // Lines like `export NAME='value'`.
        let env = fs::read_to_string(it.home.join("env"))?;
        let variable = |line: &str| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('\'').to_owned()))
        };
        it.variables = env.lines().filter_map(variable).collect();
        let endpoint = it.variables.iter().find(|(name, _)| name == "BACKEND_ENDPOINT");
        it.endpoint = endpoint.ok_or("the manager has no address")?.1.clone();
        Ok(it)
    }

    /// Runs a script of `tests/manager`.
    fn run(&self, script: &str, arguments: &[&str]) -> Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/manager").join(script);
        let output = Command::new(path).args(arguments).env("MANAGER_HOME", &self.home).output()?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
        }
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        // Nothing depends on the result.
        let _ = self.run("down", &[]);
    }
}
