//! Every root of the schema, on a manager that `tests/manager/fill` has filled: each query as three
//! roles, each mutation as far as it goes without agents.
//!
//! The results are kept in `docs/coverage.md`. `UPDATE_GOLDEN=1` writes the page anew.

use std::{collections::BTreeMap, fmt::Write as _, marker::PhantomData};

use backendai::{Client, Operation, OperationInfo, operation::Compiled};
use backendai_schema::ADMIN;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::Value;

use crate::{
    golden,
    support::{DOMAIN_ADMIN, Manager, SUPERADMIN, USER},
};

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
    /// What was asked to see what a mutation did.
    read_back: Vec<&'static str>,
}

/// An operation with variables as JSON.
#[derive(Serialize)]
#[serde(transparent)]
struct Given<O> {
    variables: Value,
    #[serde(skip)]
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation + Compiled> Given<O> {
    fn new(variables: Value) -> Self {
        let known = |name: &String| O::INFO.variable(name).is_some();
        let names = variables.as_object().unwrap();
        assert!(names.keys().all(known), "{} has no such variable: {variables}", O::INFO.name);
        Self { variables, operation: PhantomData }
    }
}

impl<O: Operation + Compiled> Operation for Given<O> {
    type Data = O::Data;

    fn info(&self) -> &'static OperationInfo {
        O::INFO
    }
}

/// The roots tried so far.
struct Run {
    clients: [Client; 3],
    entries: BTreeMap<&'static str, Entry>,
    faults: Vec<String>,
}

/// The id of a row that `tests/manager/fill.sql` has written.
pub(crate) fn id(kind: u32, number: u32) -> String {
    format!("f0{kind:06x}-0000-4000-8000-{number:012}")
}

/// Relay's id of a row.
pub(crate) fn global(kind: &str, id: &str) -> String {
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
        O: Operation + Compiled,
        O::Data: Serialize,
    {
        assert!(O::INFO.document.text.contains(root), "{} does not ask for {root}", O::INFO.name);
        let answer = self.clients[role].send(Given::<O>::new(variables.clone())).await;
        let entry = self.entries.entry(root).or_default();
        if !entry.operations.contains(&O::INFO.name) {
            entry.operations.push(O::INFO.name);
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
        self.faults.push(format!("{} as {}: {outcome}", O::INFO.name, ROLES[role]));
        Value::Null
    }

    /// A query, in every role.
    async fn query<O>(&mut self, root: &'static str, variables: Value, told: [Told; 3])
    where
        O: Operation + Compiled,
        O::Data: Serialize,
    {
        for (role, told) in told.into_iter().enumerate() {
            self.send::<O>(root, role, &variables, told).await;
        }
    }

    /// A mutation: who is to be told why not is so, and then the superadmin carries it out, or is
    /// told why not, too. To those who are told nothing it is left to the caller.
    async fn change<O>(&mut self, root: &'static str, variables: Value, told: [Told; 3]) -> Value
    where
        O: Operation + Compiled,
        O::Data: Serialize,
    {
        for role in [2, 1] {
            if !told[role].is_empty() {
                self.send::<O>(root, role, &variables, told[role]).await;
            }
        }
        self.send::<O>(root, 0, &variables, told[0]).await
    }

    /// What a role reads, or the error.
    async fn ask<O>(&mut self, role: usize, variables: Value) -> Result<Value, String>
    where
        O: Operation + Compiled,
        O::Data: Serialize,
    {
        let operation = Given::<O>::new(variables);
        let data = self.clients[role].send(operation).await.map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(data).unwrap())
    }

    /// Reads back what this mutation did: the value at a place of another root.
    async fn reads<O>(&mut self, of: &'static str, variables: Value, place: &str, value: Value)
    where
        O: Operation + Compiled,
        O::Data: Serialize,
    {
        let read = self.ask::<O>(0, variables).await.unwrap_or_else(Value::from);
        let same = read.pointer(place) == Some(&value);
        self.compare::<O>(of, &read, same, &format!("{place} is {value}"));
    }

    /// Reads back that something is gone: the manager says so with these words.
    async fn lacks<O>(&mut self, of: &'static str, variables: Value, told: Told)
    where
        O: Operation + Compiled,
        O::Data: Serialize,
    {
        let read = self.ask::<O>(0, variables).await;
        let says_so = read.as_ref().is_err_and(|error| error.contains(told));
        self.compare::<O>(of, &read.unwrap_or_else(Value::from), says_so, &format!("{told:?}"));
    }

    /// Reads back whether the list at a place has this row.
    async fn lists<O>(&mut self, of: &'static str, read: (Value, &str), row: Value, has: bool)
    where
        O: Operation + Compiled,
        O::Data: Serialize,
    {
        let (variables, place) = read;
        let read = self.ask::<O>(0, variables).await.unwrap_or_else(Value::from);
        let rows = read.pointer(place).and_then(Value::as_array);
        let found = rows.map(|rows| rows.contains(&row));
        self.compare::<O>(of, &read, found == Some(has), &format!("{row} is there: {has}"));
    }

    fn compare<O: Compiled>(&mut self, of: &'static str, read: &Value, holds: bool, wanted: &str) {
        let entry = self.entries.entry(of).or_default();
        if !entry.read_back.contains(&O::INFO.name) {
            entry.read_back.push(O::INFO.name);
        }
        if !holds {
            self.faults
                .push(format!("after {of}, {} does not say that {wanted}: {read}", O::INFO.name));
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
        Generated by `UPDATE_GOLDEN=1 cargo test --test live coverage` against a manager 26.9.6 that `tests/manager/fill`\n\
        has filled. Each query and each mutation was sent through the typed client by a superadmin, the admin of the\n\
        domain `default` and a user. Rows were decoded; what is in quotes is part of the error. What a mutation did was\n\
        read back by the queries in the last column, with the keys of a user who may see it.\n"
        .to_owned();
    for kind in ["Query", "Mutation"] {
        let roots = roots(kind);
        let entries: Vec<_> = roots.iter().map(|root| (root, run.entries.get(root))).collect();
        let tried = entries.iter().filter(|(_, entry)| entry.is_some()).count();
        let filled = entries.iter().filter(|(_, e)| e.is_some_and(|e| e.rows > 0)).count();
        let mutation = kind == "Mutation";
        let (title, line) = if mutation { (" read back |", "---|") } else { ("", "") };
        write!(
            page,
            "\n## {kind}: {tried} of {} roots, {filled} of them with rows\n\n\
             | root | operations | superadmin | domain admin | user |{title}\n\
             |---|---|---|---|---|{line}\n",
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
            write!(page, "| `{root}` | {operations} | {} |", cells.join(" | ")).unwrap();
            if mutation {
                let read = entry.read_back.join(", ");
                write!(page, " {} |", if read.is_empty() { "—" } else { &read }).unwrap();
            }
            page.push('\n');
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
    for (root, entry) in &run.entries {
        assert!(entry.outcomes.iter().all(|role| !role.is_empty()), "{root}: not by every role");
    }
    for root in roots("Mutation") {
        let entry = &run.entries[root];
        let read = !entry.read_back.is_empty() || changes::UNSEEN.contains(&root);
        assert!(read || entry.rows == 0, "{root} was carried out, and not read back");
    }
    golden::check("docs/coverage.md", &page(&run));
}
