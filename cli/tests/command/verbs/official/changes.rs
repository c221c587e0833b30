//! The verbs that change something: both commands change the same rows of the real manager's database, and
//! end with the same exit codes.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use super::{
    real, root, sql,
    steps::{STEPS, Step},
};
use crate::common::Home;

/// The official command, which runs several calls.
struct Official {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Official {
    fn start(home: &Home, program: &Path) -> Self {
        let mut command = Command::new(program.with_file_name("python"));
        command.arg(root().join("tests/official/commands.py")).env_clear().current_dir(home.path());
        for (name, value) in home.env() {
            command.env(name, value);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The exit code and what was printed.
    fn run(&mut self, words: &[String]) -> (Option<i32>, String) {
        let stdin = self.child.stdin.as_mut().unwrap();
        let all: Vec<_> = ["admin"].into_iter().chain(words.iter().map(String::as_str)).collect();
        writeln!(stdin, "{}", json!(all)).unwrap();
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        let done: Value = serde_json::from_str(&line).unwrap();
        let code = done["code"].as_i64().and_then(|code| i32::try_from(code).ok());
        (code, done["output"].as_str().unwrap().to_owned())
    }
}

impl Drop for Official {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Tables of what requests leave behind, in any case, and of what the manager's own tasks do with deployments.
const LOGS: [&str; 9] = [
    "audit_logs",
    "audit_log_scopes",
    "event_logs",
    "error_logs",
    "replica_groups",
    "replica_group_history",
    "deployment_history",
    "route_history",
    "routings",
];

/// Columns that move with every request.
const MOVING: [&str; 3] = ["last_used", "num_queries", "modified_at"];

/// A query of all rows of the database, as the name of the table and JSON: `jsonb`, since a column of the
/// type `json` keeps its line breaks.
fn everything() -> String {
    let tables =
        sql("select table_name from information_schema.tables where table_schema = 'public' \
                      and table_type = 'BASE TABLE'");
    let tables = tables.iter().filter(|table| !LOGS.contains(&table.as_str()));
    let rows: Vec<_> = tables
        .map(|table| {
            format!("select jsonb_build_object('table', '{table}', 'row', to_jsonb(t))::text from \"{table}\" t")
        })
        .collect();
    rows.join(" union all ")
}

/// All rows, in a form in which two runs have the same.
fn rows(query: &str, name: &str) -> BTreeSet<String> {
    let plain = |line: &String| -> String {
        let mut row: Value = serde_json::from_str(line).unwrap();
        if let Some(columns) = row["row"].as_object_mut() {
            for moving in MOVING {
                columns.remove(moving);
            }
        }
        row.to_string().replace(name, "NAME")
    };
    sql(query).iter().map(plain).collect()
}

/// Hides what differs between two runs: ids, times, keys.
fn normal(row: &str) -> String {
    fn hide(key: &str, value: &mut Value) {
        match value {
            Value::Object(members) => members.iter_mut().for_each(|(key, value)| hide(key, value)),
            Value::Array(items) => items.iter_mut().for_each(|item| hide(key, item)),
            Value::String(text) => {
                let secret = ["password", "secret_key", "access_key", "main_access_key"];
                let hidden = if secret.contains(&key) || key.starts_with("ssh_") {
                    "a secret"
                } else if text.parse::<backendai::Uuid>().is_ok() {
                    "an id"
                } else if text.parse::<jiff::Timestamp>().is_ok() {
                    "a time"
                } else if let Some((name, id)) = text.rsplit_once('-')
                    && id.len() == 8
                    && id.bytes().all(|byte| byte.is_ascii_hexdigit())
                {
                    // The manager names roles so.
                    *text = format!("{name}-an id");
                    return;
                } else {
                    return;
                };
                *text = hidden.to_owned();
            }
            Value::Number(_) if key == "id" => *value = "an id".into(),
            _ => {}
        }
    }
    let mut row: Value = serde_json::from_str(row).unwrap();
    hide("", &mut row);
    row.to_string()
}

/// What a call changed, sorted: rows that were there only before, and only after.
fn changes(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<String> {
    let gone = before.difference(after).map(|row| format!("- {}", normal(row)));
    let new = after.difference(before).map(|row| format!("+ {}", normal(row)));
    let mut all: Vec<_> = gone.chain(new).collect();
    all.sort();
    all
}

/// What a step did.
#[derive(PartialEq)]
struct Done {
    code: Option<i32>,
    changes: Vec<String>,
}

/// Runs all steps under a name, with one of the two commands.
fn pass(
    name: &str,
    query: &str,
    mut run: impl FnMut(&Step, &dyn Fn(&str) -> Vec<String>) -> (Option<i32>, String),
) -> Vec<(Done, String)> {
    let mut ids: [String; 3] = std::array::from_fn(|_| String::new());
    let mut before = rows(query, name);
    let mut all = Vec::new();
    for step in STEPS {
        let one = |query: String| sql(&query).pop().unwrap_or_else(|| "nothing".to_owned());
        // What has been made is looked up once.
        if step.theirs.contains("PROJECT") && ids[0].is_empty() {
            ids[0] = one(format!("select id from groups where name = '{name}-team'"));
        }
        if step.theirs.contains("MEMBER") {
            ids[1] = one(format!("select uuid from users where email = '{name}@example.com'"));
        }
        if step.theirs.contains("KEY") && ids[2].is_empty() {
            ids[2] = one(format!(
                "select access_key from keypairs where rate_limit = 100 and \"user\" = \
                 (select uuid from users where email = '{name}@example.com')"
            ));
        }
        let words = |line: &str| {
            let line = line.replace("NO-SUCH-KEY", "NO-SUCH");
            let line = line.replace("PROJECT", &ids[0]).replace("MEMBER", &ids[1]);
            let line = line.replace("KEY", &ids[2]).replace("NAME", name);
            line.split(' ').map(str::to_owned).collect::<Vec<_>>()
        };
        let (code, text) = run(step, &words);
        let after = rows(query, name);
        all.push((Done { code, changes: changes(&before, &after) }, text));
        before = after;
    }
    all
}

#[test]
fn the_same_rows_change_and_the_exit_codes_are_official() {
    let Some((home, program, _turn)) = real() else { return };
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    // The manager keeps the personal project of a purged user, and its name.
    let name = |command: &str| format!("{command}{}", time.as_millis());
    let query = everything();
    let mut official = Official::start(&home, &program);
    let theirs = pass(&name("theirs"), &query, |step, words| official.run(&words(step.theirs)));
    let ours = pass(&name("ours"), &query, |step, words| {
        let words = words(step.ours.unwrap_or(step.theirs));
        let ran = home.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        (ran.code, ran.stdout + &ran.stderr)
    });
    let mut wrong = String::new();
    for ((step, (theirs, text)), (ours, our_text)) in STEPS.iter().zip(&theirs).zip(&ours) {
        if (theirs == ours) != step.differs.is_none() {
            wrong.push_str(&format!(
                "== {}\ntheirs: {:?}\n{}\n{text}ours: {:?}\n{}\n{our_text}\n",
                step.theirs,
                theirs.code,
                theirs.changes.join("\n"),
                ours.code,
                ours.changes.join("\n"),
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let changed = theirs.iter().filter(|(done, _)| !done.changes.is_empty()).count();
    let failed = theirs.iter().filter(|(done, _)| done.code != Some(0)).count();
    assert!(changed >= 35 && failed >= 10, "{changed} changed something, {failed} failed");
}
