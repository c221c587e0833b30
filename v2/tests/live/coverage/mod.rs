//! Every operation, on a manager that `tests/manager/fill` has filled: each query in four roles, each
//! mutation as far as it goes without agents and storage proxies.
//!
//! The results are kept in `docs/coverage-v2.md`; the test fails when an answer is of another kind than
//! there. `UPDATE_GOLDEN=1` writes the page anew.

use std::collections::BTreeMap;

use backendai::{Client, Error, ErrorKind, Operation, OperationInfo, OperationKind};
use backendai_v2::{GlobalId, OPERATIONS};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::support::{Manager, unique};

mod access;
mod folders;
mod page;
mod people;
mod policies;
mod reasons;
mod registries;
mod services;
mod sessions;
mod settings;

/// The project of the domain `default`.
const PROJECT: &str = "06000000-0000-4000-8000-000000000001";
/// The id of nothing.
const NOTHING: &str = "00000000-0000-4000-8000-00000000dead";
/// Stands for the id of the object of a [`Cycle`].
const ID: &str = "$id";

const ROLES: [&str; 4] = ["superadmin", "domain admin", "with a role", "user"];
const SUPERADMIN: usize = 0;
const DOMAIN_ADMIN: usize = 1;
/// An admin of the domain to whom the role of the domain's admins is assigned.
const WITH_ROLE: usize = 2;
const USER: usize = 3;

/// The id of a row that `tests/manager/fill.sql` has written.
fn filled(kind: u32, number: u32) -> String {
    format!("f0{kind:06x}-0000-4000-8000-{number:012}")
}

/// The id of a row as the few arguments take it that do not take the key alone.
fn global(kind: &str, key: &str) -> String {
    GlobalId::new(kind, key).to_string()
}

/// An operation by its description, with variables as JSON and data as JSON.
struct Given {
    info: &'static OperationInfo,
    variables: Value,
}

impl Given {
    fn new(name: &str, variables: Value) -> Self {
        let info = OPERATIONS.iter().find(|info| info.name == name).expect(name);
        for variable in variables.as_object().unwrap().keys() {
            assert!(info.variable(variable).is_some(), "{name} has no variable {variable}");
        }
        Self { info, variables }
    }
}

impl Serialize for Given {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.variables.serialize(serializer)
    }
}

impl Operation for Given {
    type Data = Value;

    fn info(&self) -> &'static OperationInfo {
        self.info
    }
}

/// The results of one operation.
#[derive(Default)]
struct Entry {
    outcomes: [Vec<String>; 4],
    /// The queries that showed the effect of a mutation.
    read_back: Vec<&'static str>,
}

/// The life of an object that is created, read, changed, read, deleted and read. [`ID`] in variables
/// stands for its id.
struct Cycle {
    create: (&'static str, Value),
    /// Key of the object in the payload.
    node: &'static str,
    read: (&'static str, Value),
    created: (&'static str, Value),
    update: (&'static str, Value),
    updated: (&'static str, Value),
    delete: (&'static str, Value),
}

/// The operations that were tried, and those who try them.
struct Run {
    clients: [Client; 4],
    /// The ids of the users, in the order of the roles.
    users: [String; 4],
    /// The id of the domain `default`.
    domain: String,
    entries: BTreeMap<&'static str, Entry>,
    faults: Vec<String>,
    /// The mutation whose effect is read back.
    last: &'static str,
}

impl Run {
    /// Creates the account that has a role.
    async fn new(manager: &Manager) -> Self {
        let superadmin = manager.superadmin();
        let name = unique("v2-admin");
        let made = ask(&superadmin, "AdminCreateUser", json!({ "input": person(&name, "ADMIN") }));
        let made = made.await.unwrap();
        let text = |key| find(&made, key).and_then(Value::as_str).unwrap();
        let with_role = manager.client_with(text("accessKey"), text("secretKey"));
        let clients =
            [superadmin, manager.client("DOMAIN_ADMIN"), with_role, manager.client("USER")];
        let mut users = ROLES.map(|_| String::new());
        for (user, client) in users.iter_mut().zip(&clients) {
            *user = id(&ask(client, "MyUser", json!({})).await.unwrap(), "myUserV2");
        }
        let domain = ask(&clients[0], "Domain", json!({ "domainName": "default" })).await.unwrap();
        let domain = id(&domain, "domainV2");
        let name = format!("domain_admin-{}", &domain[..8]);
        let filter = json!({ "filter": { "name": { "equals": name } } });
        let role = id(&ask(&clients[0], "AdminRoles", filter).await.unwrap(), "node");
        let assign = json!({ "input": { "userId": users[WITH_ROLE], "roleId": role } });
        ask(&clients[0], "AdminAssignRole", assign).await.unwrap();
        let (entries, faults, last) = (BTreeMap::new(), Vec::new(), "");
        Self { clients, users, domain, entries, faults, last }
    }

    /// Removes the account that has a role.
    async fn end(&mut self) {
        let purge = json!({ "input": { "userId": self.users[WITH_ROLE] } });
        ask(&self.clients[0], "AdminPurgeUser", purge).await.unwrap();
    }

    async fn send(&mut self, name: &str, role: usize, variables: &Value) -> Result<Value, Error> {
        let operation = Given::new(name, variables.clone());
        let info = operation.info;
        let answer = self.clients[role].send(operation).await;
        let outcome = match &answer {
            Ok(data) => rows(info, data),
            Err(error) => failure(error),
        };
        let outcomes = &mut self.entries.entry(info.name).or_default().outcomes[role];
        if !outcomes.contains(&outcome) {
            outcomes.push(outcome);
        }
        let reason = reasons::of(info.name);
        let fault = match &answer {
            Ok(_) if role == SUPERADMIN && reason.is_some() => {
                "works, and has a reason not to".to_owned()
            }
            Err(error) if reason.is_none() && (role == SUPERADMIN || !is_refusal(error)) => {
                error.to_string()
            }
            _ => return answer,
        };
        if info.kind == OperationKind::Query || role == SUPERADMIN {
            self.faults.push(format!("{name} as {}: {fault}", ROLES[role]));
        }
        answer
    }

    /// Sends a query in each role; returns the data of the superadmin.
    async fn query(&mut self, name: &str, variables: Value) -> Value {
        for role in [USER, WITH_ROLE, DOMAIN_ADMIN] {
            let _ = self.send(name, role, &variables).await;
        }
        self.send(name, SUPERADMIN, &variables).await.unwrap_or_default()
    }

    /// Sends a mutation as those to whom it must be refused, then as the superadmin.
    async fn change(&mut self, name: &str, variables: Value) -> Value {
        for role in [USER, DOMAIN_ADMIN] {
            if self.send(name, role, &variables).await.is_ok() {
                self.faults.push(format!("{name} as {}: was not refused", ROLES[role]));
            }
        }
        self.own(SUPERADMIN, name, variables).await
    }

    /// Sends a mutation in one role, in which it must succeed.
    async fn own(&mut self, role: usize, name: &str, variables: Value) -> Value {
        self.last = Given::new(name, json!({})).info.name;
        match self.send(name, role, &variables).await {
            Ok(data) => data,
            Err(error) => {
                if role != SUPERADMIN && reasons::of(name).is_none() {
                    self.faults.push(format!("{name} as {}: {error}", ROLES[role]));
                }
                Value::Null
            }
        }
    }

    /// Reads back that the last mutation left a field with this value in the answer of a query.
    async fn has(&mut self, name: &str, variables: Value, key: &str, value: impl Into<Value>) {
        let value = value.into();
        let read = ask(&self.clients[SUPERADMIN], name, variables).await;
        let has = read.as_ref().is_ok_and(|data| contains(data, key, &value));
        self.read_back(name, has, || format!("has no {key} {value}: {read:?}"));
    }

    /// Reads back that the last mutation left no field with this value, or nothing at all.
    async fn lacks(&mut self, name: &str, variables: Value, key: &str, value: impl Into<Value>) {
        let value = value.into();
        let read = ask(&self.clients[SUPERADMIN], name, variables).await;
        let lacks = match &read {
            Ok(data) => !contains(data, key, &value),
            Err(error) => error.is_not_found(),
        };
        self.read_back(name, lacks, || format!("has {key} {value}: {read:?}"));
    }

    /// Reads back by a document of the test, where no operation selects the field.
    async fn shows(&mut self, document: &str, key: &str, value: impl Into<Value>, shows: bool) {
        let value = value.into();
        let send = self.clients[SUPERADMIN].send_document(document, json!({}));
        let read = send.path(OPERATIONS[0].path).await;
        let data = read.as_ref().ok().and_then(|data| serde_json::from_str(data.get()).ok());
        let has = data.map(|data| contains(&data, key, &value));
        self.read_back("", has == Some(shows), || format!("{key} {value}: {read:?}"));
    }

    fn read_back(&mut self, name: &str, holds: bool, otherwise: impl FnOnce() -> String) {
        let info = OPERATIONS.iter().find(|info| info.name == name);
        let name = info.map_or("a document of the test", |info| info.name);
        let entry = self.entries.entry(self.last).or_default();
        if !entry.read_back.contains(&name) {
            entry.read_back.push(name);
        }
        if !holds {
            self.faults.push(format!("after {}, {name} {}", self.last, otherwise()));
        }
    }

    /// Creates the object of a life cycle; returns its id.
    async fn begin(&mut self, cycle: &Cycle) -> String {
        let (name, variables) = &cycle.create;
        let id = id(&self.change(name, variables.clone()).await, cycle.node);
        let ((read, variables), (key, value)) = (&cycle.read, &cycle.created);
        self.has(read, with(variables, &id), key, value.clone()).await;
        self.query(read, with(variables, &id)).await;
        id
    }

    /// Changes and deletes it.
    async fn finish(&mut self, cycle: &Cycle, id: &str) {
        let (name, variables) = &cycle.update;
        self.change(name, with(variables, id)).await;
        let ((read, of), (key, value)) = (&cycle.read, &cycle.updated);
        self.has(read, with(of, id), key, value.clone()).await;
        let (name, variables) = &cycle.delete;
        self.change(name, with(variables, id)).await;
        self.lacks(read, with(of, id), key, value.clone()).await;
    }

    async fn cycle(&mut self, cycle: Cycle) {
        let id = self.begin(&cycle).await;
        self.finish(&cycle, &id).await;
    }

    /// Sends each query that needs no variable and was not tried.
    async fn others(&mut self) {
        for info in OPERATIONS {
            let required = info.variables.iter().any(|variable| variable.is_required());
            if info.kind == OperationKind::Query
                && !required
                && !self.entries.contains_key(info.name)
            {
                self.query(info.name, json!({})).await;
            }
        }
    }
}

async fn ask(client: &Client, name: &str, variables: Value) -> Result<Value, Error> {
    client.send(Given::new(name, variables)).await
}

/// The input that creates a user.
fn person(name: &str, role: &str) -> Value {
    json!({
        "email": format!("{name}@example.com"), "username": name, "password": "C0rrect-horse",
        "domainName": "default", "needPasswordChange": false, "status": "ACTIVE", "role": role,
    })
}

/// The value of the first field of this name, wherever it is.
fn find<'a>(data: &'a Value, key: &str) -> Option<&'a Value> {
    match data {
        Value::Object(members) => {
            members.get(key).or_else(|| members.values().find_map(|value| find(value, key)))
        }
        Value::Array(items) => items.iter().find_map(|item| find(item, key)),
        _ => None,
    }
}

/// Whether a field of this name has this value, wherever it is.
fn contains(data: &Value, key: &str, value: &Value) -> bool {
    match data {
        Value::Object(members) => {
            members.get(key) == Some(value) || members.values().any(|it| contains(it, key, value))
        }
        Value::Array(items) => items.iter().any(|item| contains(item, key, value)),
        _ => false,
    }
}

/// The key of the id of the object with this name, or of the first one of a list; empty without one.
fn id(data: &Value, key: &str) -> String {
    let node = find(data, key).unwrap_or(&Value::Null);
    let node = node.get(0).unwrap_or(node);
    let text = node.get("id").unwrap_or(node).as_str().unwrap_or_default();
    GlobalId::from(text).key().unwrap_or_else(|| text.to_owned())
}

/// The variables with the id in place of [`ID`].
fn with(variables: &Value, id: &str) -> Value {
    serde_json::from_str(&variables.to_string().replace(ID, id)).unwrap()
}

/// The kind of an answer.
fn rows(info: &OperationInfo, data: &Value) -> String {
    if info.kind == OperationKind::Mutation {
        return "done".to_owned();
    }
    let root = &data[info.root_fields[0].key];
    let list = root.get("edges").unwrap_or(root);
    match list {
        Value::Null => "null".to_owned(),
        Value::Array(_) if reasons::is_written_by_others(info.name) => "rows or empty".to_owned(),
        Value::Array(rows) if rows.is_empty() => "empty".to_owned(),
        Value::Array(_) => "rows".to_owned(),
        _ => "object".to_owned(),
    }
}

/// Whether an error refuses the caller. Of the parts of an object that the caller may not see, some are
/// reported as missing.
fn is_refusal(error: &Error) -> bool {
    error.kind() == ErrorKind::Permission
        || error.error_code() == Some("backendai_generic_bad-request")
}

/// The kind of a failure.
fn failure(error: &Error) -> String {
    let kind = match error.error_code() {
        Some("user_auth_forbidden") => "role".to_owned(),
        Some("permission_access_forbidden") => "permission".to_owned(),
        _ if error.kind() == ErrorKind::Permission => "role, as a bug".to_owned(),
        Some(code) => format!("`{code}`"),
        None => "error without a code".to_owned(),
    };
    let data = error.partial_data::<Value>().and_then(Result::ok).unwrap_or_default();
    let some = data.as_object().is_some_and(|roots| roots.values().any(|root| !root.is_null()));
    if some { format!("in part: {kind}") } else { kind }
}

#[tokio::test]
async fn coverage() {
    let Some(manager) = Manager::turn().await else { return };
    let filled = manager.fill();
    let mut run = Run::new(&manager).await;
    settings::all(&mut run).await;
    people::all(&mut run).await;
    access::all(&mut run).await;
    policies::all(&mut run).await;
    registries::all(&mut run).await;
    services::all(&mut run).await;
    sessions::all(&mut run).await;
    folders::all(&mut run).await;
    run.others().await;
    run.end().await;
    drop(filled);
    for info in OPERATIONS {
        let Some(entry) = run.entries.get(info.name) else {
            if info.kind != OperationKind::Subscription {
                run.faults.push(format!("{} was not tried", info.name));
            }
            continue;
        };
        let seen = !entry.read_back.is_empty() || reasons::unseen(info.name);
        let done = entry.outcomes.iter().flatten().any(|outcome| outcome == "done");
        if done && !seen {
            run.faults.push(format!("{} was done, and not read back", info.name));
        }
    }
    assert!(run.faults.is_empty(), "{} faults:\n{}", run.faults.len(), run.faults.join("\n"));
    page::check(&run);
}
