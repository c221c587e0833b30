//! Every root of the schema, on a manager that `tests/manager/fill` has filled: each query as three
//! roles, each mutation as far as it goes without agents.
//!
//! What came of it is kept in `docs/coverage.md`; when that differs, the test writes it anew and fails.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use backendai::{Client, Operation, schema::ADMIN};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::support::{DOMAIN_ADMIN, Manager, SUPERADMIN, USER, here};

mod changes;
mod queries;

/// Part of what an error says; empty when there is none.
type Told = &'static str;

/// What one root came to.
#[derive(Default)]
struct Entry {
    operations: Vec<&'static str>,
    /// Superadmin, domain admin, user.
    outcomes: [Vec<String>; 3],
    rows: usize,
}

/// The roots tried so far.
struct Run {
    clients: [Client; 3],
    entries: BTreeMap<&'static str, Entry>,
    faults: Vec<String>,
}

/// The id of a row that `tests/manager/fill.sql` has written.
fn id(kind: u32, number: u32) -> String {
    format!("f0{kind:06x}-0000-4000-8000-{number:012}")
}

/// Relay's id of a row.
fn global(kind: &str, id: &str) -> String {
    STANDARD.encode(format!("{kind}:{id}"))
}

impl Run {
    fn new(manager: &Manager) -> Self {
        let clients = [SUPERADMIN, DOMAIN_ADMIN, USER].map(|role| manager.client(role));
        Self { clients, entries: BTreeMap::new(), faults: Vec::new() }
    }

    /// Sends an operation in one role. An answer has to be decoded, or an error to say what is
    /// expected of it.
    async fn send<O>(
        &mut self,
        root: &'static str,
        role: usize,
        variables: &Value,
        told: Told,
    ) -> Value
    where
        O: Operation + DeserializeOwned,
        O::Data: Serialize,
    {
        assert!(O::TEXT.contains(root), "{} does not ask for {root}", O::NAME);
        let operation: O = match serde_json::from_value(variables.clone()) {
            Ok(operation) => operation,
            Err(error) => {
                self.faults.push(format!("{}: {error}", O::NAME));
                return Value::Null;
            }
        };
        let answer = self.clients[role].send(operation).await;
        let entry = self.entries.entry(root).or_default();
        if !entry.operations.contains(&O::NAME) {
            entry.operations.push(O::NAME);
        }
        let outcome = match answer {
            Ok(data) if told.is_empty() => {
                let data = serde_json::to_value(data).unwrap();
                let rows = rows(&data);
                entry.rows += rows;
                entry.outcomes[role].push(match rows {
                    0 => "empty".to_owned(),
                    1 => "1 row".to_owned(),
                    _ => format!("{rows} rows"),
                });
                return data;
            }
            Err(error) if !told.is_empty() && error.to_string().contains(told) => {
                entry.outcomes[role].push(format!("“{told}”"));
                return Value::Null;
            }
            Ok(_) => format!("was let through, but should have been told {told:?}"),
            Err(error) => format!("{error}"),
        };
        self.faults.push(format!("{} as {}: {outcome}", O::NAME, ROLES[role]));
        Value::Null
    }

    /// A query, in every role.
    async fn query<O>(&mut self, root: &'static str, variables: Value, told: [Told; 3])
    where
        O: Operation + DeserializeOwned,
        O::Data: Serialize,
    {
        for (role, told) in told.into_iter().enumerate() {
            self.send::<O>(root, role, &variables, told).await;
        }
    }

    /// A mutation that a user is refused and the superadmin carries out, or is told why not.
    async fn change<O>(&mut self, root: &'static str, variables: Value, told: [Told; 2]) -> Value
    where
        O: Operation + DeserializeOwned,
        O::Data: Serialize,
    {
        let [superadmin, user] = told;
        if !user.is_empty() {
            self.send::<O>(root, 2, &variables, user).await;
        }
        self.send::<O>(root, 0, &variables, superadmin).await
    }

    /// Reads a value back as the superadmin.
    async fn reads<O>(&mut self, root: &'static str, variables: Value, place: &str, value: Value)
    where
        O: Operation + DeserializeOwned,
        O::Data: Serialize,
    {
        let read = match serde_json::from_value::<O>(variables) {
            Ok(operation) => match self.clients[0].send(operation).await {
                Ok(data) => serde_json::to_value(data).unwrap(),
                Err(error) => Value::from(error.to_string()),
            },
            Err(error) => Value::from(error.to_string()),
        };
        if read.pointer(place).unwrap_or(&Value::Null) != &value {
            self.faults.push(format!("{root}{place} is not {value}: {read}"));
        }
    }
}

const ROLES: [&str; 3] = ["superadmin", "domain admin", "user"];

/// How many rows the data of one root holds.
fn rows(data: &Value) -> usize {
    let Some(root) = data.as_object().and_then(|data| data.values().next()) else { return 0 };
    let list = ["items", "edges"].into_iter().find_map(|member| root.get(member));
    match list.unwrap_or(root) {
        Value::Null => 0,
        Value::Array(rows) => rows.len(),
        _ => 1,
    }
}

/// The fields of a root type of the snapshot.
fn roots(kind: &str) -> Vec<&'static str> {
    let head = format!("type {kind} {{");
    let lines = ADMIN.lines().skip_while(|line| **line != head).skip(1);
    lines
        .take_while(|line| *line != "}")
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with([' ', ')'])))
        .map(|line| line.split(['(', ':']).next().unwrap_or(line))
        .collect()
}

/// The page `docs/coverage.md`.
fn page(run: &Run) -> String {
    let mut page = "# Every root, tried\n\n\
        Generated by `cargo test --test live coverage` against a manager 26.9.6 that `tests/manager/fill` has \
        filled. Each\nquery was sent through the typed client by a superadmin, the admin of the domain \
        `default` and a user; each mutation by\na user, who is refused, and by the superadmin. Rows were \
        decoded; what is in quotes is part of what the error said.\n"
        .to_owned();
    for kind in ["Query", "Mutation"] {
        let roots = roots(kind);
        let entries: Vec<_> = roots.iter().map(|root| (root, run.entries.get(root))).collect();
        let tried = entries.iter().filter(|(_, entry)| entry.is_some()).count();
        let filled = entries.iter().filter(|(_, e)| e.is_some_and(|e| e.rows > 0)).count();
        write!(
            page,
            "\n## {kind}: {tried} of {} roots, {filled} of them with rows\n\n\
             | root | operations | superadmin | domain admin | user |\n|---|---|---|---|---|\n",
            roots.len(),
        )
        .unwrap();
        for (root, entry) in entries {
            let Some(entry) = entry else { continue };
            let [superadmin, admin, user] = &entry.outcomes;
            let tell = |outcomes: &Vec<String>| {
                let mut told = outcomes.clone();
                told.dedup();
                if told.is_empty() { "—".to_owned() } else { told.join(", ") }
            };
            let operations = entry.operations.join(", ");
            let cells = [superadmin, admin, user].map(tell);
            writeln!(page, "| `{root}` | {operations} | {} |", cells.join(" | ")).unwrap();
        }
    }
    page
}

#[tokio::test]
async fn coverage() {
    let Some(manager) = Manager::turn().await else { return };
    let filled = manager.fill();
    let mut run = Run::new(&manager);
    queries::all(&mut run).await;
    changes::all(&mut run).await;
    drop(filled);
    assert!(run.faults.is_empty(), "{}", run.faults.join("\n"));
    for kind in ["Query", "Mutation"] {
        let missing: Vec<_> =
            roots(kind).into_iter().filter(|root| !run.entries.contains_key(root)).collect();
        assert!(missing.is_empty(), "{kind}: not tried: {missing:?}");
    }
    let (path, page) = (here("docs/coverage.md"), page(&run));
    if fs::read_to_string(&path).unwrap_or_default() != page {
        fs::write(&path, page).unwrap();
        panic!(
            "docs/coverage.md was not what came of it; it is written anew: look at the difference"
        );
    }
}
