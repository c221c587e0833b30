//! The results of a verb, one per object.

use serde_json::{Map, Value, json};

use super::{
    table::{Change, Kind},
    task::Task,
};
use crate::{
    input,
    output::{self, Failure, err, out},
    progress::Progress,
    render::{self, Row},
    v2,
};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Json,
    Lines,
}

/// The result for one object.
pub(super) enum Outcome {
    /// It was done; the members of the answer.
    Done(Row),
    /// It was done before.
    Skipped,
    Failed(Failure),
}

pub(super) struct Report<'c> {
    change: &'c Change,
    form: Form,
    /// Whether only one object is concerned, whose result is the whole output.
    single: bool,
    total: u64,
    done: u64,
    skipped: u64,
    failed: u64,
    items: Vec<Value>,
    lone: Option<Failure>,
    lost: bool,
    progress: Progress,
}

impl<'c> Report<'c> {
    pub(super) fn new(change: &'c Change, form: Form, tasks: &[Task]) -> Self {
        let single = matches!(tasks, [only] if only.place.is_none());
        let progress = Progress::new(tasks.len() > 1);
        progress.at(0, Some(tasks.len() as u64));
        Self {
            change,
            form,
            single,
            total: tasks.len() as u64,
            done: 0,
            skipped: 0,
            failed: 0,
            items: Vec::new(),
            lone: None,
            lost: false,
            progress,
        }
    }

    /// Whether further operations would fail as well.
    pub(super) const fn is_lost(&self) -> bool {
        self.lost
    }

    pub(super) const fn lose_unless(&mut self, other_may_succeed: bool) {
        self.lost = self.lost || !other_may_succeed;
    }

    /// Adds and prints a result.
    pub(super) fn add(&mut self, task: &Task, outcome: Outcome) -> Result<(), Failure> {
        let mut item = match &outcome {
            Outcome::Done(answer) => self.members(answer),
            Outcome::Skipped => Map::from_iter([("skipped".to_owned(), true.into())]),
            Outcome::Failed(failure) => Map::from_iter([("msg".to_owned(), failure.text().into())]),
        };
        let change = self.change;
        item.insert("ok".to_owned(), (!matches!(outcome, Outcome::Failed(_))).into());
        if change.places.contains(&change.label) {
            item.insert(change.label.to_owned(), task.label(change).into());
        }
        if let Some(place) = &task.place {
            item.insert("row".to_owned(), place.as_str().into());
        }
        match &outcome {
            Outcome::Done(_) => self.done += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Failed(_) => self.failed += 1,
        }
        let printed = self.progress.around(|| match self.form {
            Form::Text => self.text(task, &outcome),
            Form::Lines => out(Value::Object(item.clone()).to_string()),
            Form::Json => Ok(()),
        });
        let seen = self.done + self.skipped + self.failed;
        self.progress.at(seen, Some(self.total));
        self.items.push(item.into());
        if let (true, Outcome::Failed(failure)) = (self.single, outcome) {
            self.lone = Some(failure);
            return Ok(());
        }
        match (printed, change.shows) {
            // A new key must not be lost, even to a closed pipe.
            (Err(_), Some(shown)) => Err(Failure::new(format!(
                "{}, but its {shown} could not be written",
                change.happened(task)
            ))
            .help(format!("find it with `backendai {} list`", change.command()))),
            (printed, _) => printed,
        }
    }

    /// The members of an answer that are printed in JSON.
    fn members(&self, answer: &Row) -> Map<String, Value> {
        let mut members = Map::new();
        if self.shows_all() {
            return answer.clone();
        }
        for (name, value) in answer {
            match (self.change.shows == Some(name.as_str()), value) {
                (true, Value::Object(shown)) => members.extend(shown.clone()),
                _ if matches!(name.as_str(), "ok" | "msg") || value.is_null() => {}
                _ => drop(members.insert(name.clone(), render::mask(value))),
            }
        }
        members
    }

    fn text(&self, task: &Task, outcome: &Outcome) -> Result<(), Failure> {
        let place = task.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        match outcome {
            Outcome::Done(answer) => {
                if self.change.kind == Kind::Ask {
                    return output::json(answer);
                }
                let text = |value: &Value| value.as_str().map(str::to_owned);
                let keypair = || answer.get("keypair").filter(|_| self.change.shows.is_none());
                let key = || keypair()?.get("access_key").and_then(text);
                let notes = [
                    ("task", answer.get("task_id").and_then(text)),
                    ("id", self.new_id(answer)),
                    ("access key", key()),
                ];
                let notes = notes.into_iter().filter_map(|(name, id)| Some((name, id?)));
                let notes: String = notes.map(|(name, id)| format!(" ({name} {id})")).collect();
                let done = format!("{place}{}{notes}", self.change.happened(task));
                let shown = self.change.shows.and_then(|name| answer.get(name));
                match shown.filter(|shown| !shown.is_null()) {
                    None => out(done),
                    Some(_) if self.shows_all() => {
                        out(done)?;
                        objects(answer).into_iter().try_for_each(|object| shown_once(&main(object)))
                    }
                    Some(shown) => {
                        if !place.is_empty() {
                            out(done)?;
                        }
                        shown_once(&leaves("", shown))
                    }
                }
            }
            Outcome::Skipped => {
                let label = task.label(self.change);
                let was = self.change.was(task);
                out(format!("{place}{label} {was} {} before", self.change.done))
            }
            Outcome::Failed(_) if self.single => Ok(()),
            Outcome::Failed(failure) => {
                failure.report(None);
                Ok(())
            }
        }
    }

    /// Whether the whole answer is printed, for the secrets of the v2 API are anywhere in it.
    fn shows_all(&self) -> bool {
        self.change.shows.is_some() && input::is_v2(self.change.info)
    }

    /// The id of a created object of the v2 API, as arguments take it.
    fn new_id(&self, answer: &Row) -> Option<String> {
        let made = self.change.kind == Kind::Create && input::is_v2(self.change.info);
        let id = answer.values().find_map(|member| member.get("id")?.as_str()).filter(|_| made)?;
        Some(input::key_of(id).unwrap_or_else(|| id.to_owned()))
    }

    /// Prints the summary, and fails if any object failed.
    pub(super) fn end(self) -> Result<(), Failure> {
        self.progress.end();
        if let Some(failure) = self.lone {
            return Err(failure);
        }
        if self.form == Form::Json {
            match (self.single, self.items.as_slice()) {
                (true, [only]) => output::json(only)?,
                (_, items) => output::json(&json!({ "ok": self.failed == 0, "items": items }))?,
            }
        }
        let done = self.change.done;
        let rest = self.total - self.done - self.skipped - self.failed;
        let were = |count| if count == 1 { "was" } else { "were" };
        let failed = self.failed;
        let mut text = format!("{failed} of {} {} not {done}", self.total, were(failed));
        if rest > 0 {
            text.push_str(&format!(
                "; {rest} {} not tried: correct the file and run it again, or give \
                 --continue-on-error",
                were(rest)
            ));
        }
        if self.failed > 0 {
            return Err(Failure::silent_exit(text));
        }
        if self.skipped > 0 && self.form == Form::Text {
            err(format!("{} {done}, {} before", self.done, self.skipped));
        }
        Ok(())
    }
}

/// Values that are no objects, by their paths.
type Leaves = Vec<(String, Value)>;

/// Prints values of which one is shown only once.
fn shown_once(values: &Leaves) -> Result<(), Failure> {
    let last = |path: &str| input::snake(path.rsplit('.').next().unwrap_or(path));
    let lines: Vec<_> = values
        .iter()
        .map(|(path, value)| (backendai::operation::title(&last(path)), value))
        .collect();
    let width = lines.iter().map(|(title, _)| title.chars().count()).max().unwrap_or_default();
    let lines: Vec<_> = lines
        .iter()
        .map(|(title, value)| format!("{title:width$}  {}", render::cell(value)))
        .collect();
    out(lines.join("\n"))?;
    if values.iter().any(|(path, _)| last(path) == "secret_key") {
        err("store the secret key");
    }
    Ok(())
}

/// The objects that an answer is about: those of its list, or itself.
fn objects(answer: &Row) -> Vec<&Row> {
    let lists = answer.values().filter_map(Value::as_array).flatten();
    let several: Vec<_> = lists.filter_map(Value::as_object).collect();
    if several.is_empty() { vec![answer] } else { several }
}

/// The main values of an object, then its secrets.
fn main(object: &Row) -> Leaves {
    let all = leaves("", &Value::Object(object.clone()));
    let (secrets, others): (Leaves, Leaves) = all.into_iter().partition(|(path, value)| {
        value.is_string() && render::is_secret(path.rsplit('.').next().unwrap_or(path))
    });
    let paths: Vec<_> = others.iter().map(|(path, _)| path.as_str()).collect();
    let main = v2::main_columns(&paths).into_iter();
    let main = main.filter_map(|path| others.iter().find(|(other, _)| other == path));
    main.cloned().chain(secrets).collect()
}

/// The values within a value, without those that are null.
fn leaves(path: &str, value: &Value) -> Leaves {
    let below = |name: &str| match path.is_empty() {
        true => name.to_owned(),
        false => format!("{path}.{name}"),
    };
    match value {
        Value::Object(members) => {
            members.iter().flat_map(|(name, value)| leaves(&below(name), value)).collect()
        }
        Value::Null => Vec::new(),
        other => vec![(path.to_owned(), other.clone())],
    }
}
