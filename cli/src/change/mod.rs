//! `backendai NOUN create`, `update`, `delete` and so on: the mutations of the manager, defined by one
//! table and the descriptions of their operations.

mod args;
mod done;
mod existing;
mod report;
mod rows;
mod table;
mod task;
#[cfg(test)]
mod tests;

use backendai::{Client, DynamicOperation, Error, Operation as _};
use clap::{ArgMatches, Command};
use serde_json::Value;

pub(crate) use self::{
    args::command,
    report::Form,
    table::{Change, Kind, NOUNS},
};
use self::{
    done::{Journal, State},
    existing::{Existing, Found},
    report::{Outcome, Report},
    table::CHANGES,
    task::Task,
};
use crate::{
    connect, domain,
    global::Global,
    input::Input,
    output::{self, Failure, listed_by, out},
    prompt, render,
    resolve::Resolver,
};

/// The verbs of a noun as clap commands, with the noun as the caller writes it.
pub(crate) fn commands(noun: &str, called: &'static str) -> impl Iterator<Item = Command> {
    let own = CHANGES.iter().filter(move |change| change.noun == noun);
    own.map(move |change| args::command(&Change { called, ..*change }))
}

/// The command that sends an operation.
pub(crate) fn sends(operation: &str) -> Option<String> {
    let change = CHANGES.iter().find(|change| change.info.name == operation)?;
    Some(format!("{} {}", change.noun, change.word))
}

/// Whether a verb has an input of this name.
pub(crate) fn has_input(name: &str) -> bool {
    CHANGES.iter().any(|change| change.inputs().iter().any(|input| input.name == name))
}

/// The verb of a noun.
pub(crate) fn find(noun: &str, word: &str) -> Option<&'static Change> {
    CHANGES.iter().find(|change| change.noun == noun && change.word == word)
}

impl Change {
    pub(crate) async fn run(&self, matches: &ArgMatches, global: &Global) -> Result<(), Failure> {
        let form = global.results()?;
        let inputs = self.inputs();
        let dry_run = matches.get_flag("dry-run");
        let mut tasks = task::of(self, &inputs, matches, dry_run)?;
        if dry_run {
            return show(self, &tasks, form);
        }
        self.confirm(&tasks, matches).await?;
        let client = connect::client(global)?;
        let mut resolver = Resolver::new(&client);
        task::ask(self, &inputs, &mut tasks, &mut resolver).await?;
        let mut report = Report::new(self, form, &tasks);
        let go_on =
            tasks.iter().all(|task| task.place.is_none()) || matches.get_flag("continue-on-error");
        let mut journal = match matches.get_one::<std::path::PathBuf>("from-file") {
            Some(rows) => {
                let endpoints = client.config().endpoints();
                let endpoint = endpoints.first().map(ToString::to_string).unwrap_or_default();
                Journal::of(self, rows, &endpoint, &tasks)?
            }
            None => None,
        };
        let mut existing = Existing::of(self).filter(|_| tasks.iter().all(|it| it.place.is_some()));
        for index in 0..tasks.len() {
            let found = match (&mut existing, &journal) {
                (Some(existing), _) => existing.find(&client, &tasks, index).await?,
                (None, Some(journal)) => match journal.state(index) {
                    Some(State::Done) => Found::Same,
                    Some(State::Begun) => Found::Unknown,
                    Some(State::Failed) | None => Found::Absent,
                },
                (None, None) => Found::Absent,
            };
            let Some(task) = tasks.get_mut(index) else { break };
            let outcome = match found {
                Found::Same => Outcome::Skipped,
                Found::Other(field, value) => Outcome::Failed(
                    self.failed(task)
                        .cause(format!("it exists already, and its {field} is {value}"))
                        .help(format!("change it with `backendai {} update`", self.command())),
                ),
                Found::Absent if report.is_lost() => Outcome::Failed(
                    self.failed(task).cause("it was not tried after an earlier failure"),
                ),
                Found::Unknown => {
                    Outcome::Failed(done::unknown(self.failed(task), &self.command()))
                }
                Found::Absent => {
                    if let Some(journal) = &mut journal {
                        journal.record(index, State::Begun)?;
                    }
                    let result = self.perform(&client, &mut resolver, &inputs, task).await;
                    let state = match &result {
                        Ok(_) => State::Done,
                        Err(Trouble::Error(error)) if error.is_outcome_unknown() => State::Begun,
                        Err(_) => State::Failed,
                    };
                    if let Some(journal) = &mut journal {
                        journal.record(index, state)?;
                    }
                    match result {
                        Ok(answer) => Outcome::Done(answer),
                        Err(Trouble::Failure(failure)) => Outcome::Failed(failure),
                        Err(Trouble::Error(error)) => {
                            // A failure that is not about one object would repeat for the others.
                            report.lose_unless(is_about_one(&error));
                            Outcome::Failed(self.failure(&client, &inputs, task, *error).await)
                        }
                    }
                }
            };
            let failed = matches!(outcome, Outcome::Failed(_));
            report.add(task, outcome)?;
            if failed && !go_on {
                break;
            }
        }
        report.end()
    }

    /// Sends one operation, and returns the members of its answer.
    async fn perform(
        &self,
        client: &Client,
        resolver: &mut Resolver<'_>,
        inputs: &[Input],
        task: &mut Task,
    ) -> Result<render::Row, Trouble> {
        let resolved = resolver.values(&self.key(), inputs, &mut task.values).await;
        resolved.map_err(|failure| Trouble::Failure(failure.under(self.undone(task))))?;
        self.keep(client, task).await?;
        let rows = client.send(task.operation(self)).await?.into_vec();
        let row = rows.into_iter().next().map(backendai::Row::into_map).unwrap_or_default();
        // Where the answer has one object, the row is that object.
        Ok(match self.info.rows.and_then(|rows| rows.path.get(1)) {
            Some(_) if row.is_empty() => row,
            Some(member) => render::Row::from_iter([((*member).to_owned(), row.into())]),
            None => row,
        })
    }

    /// The failure of a request, with what to do about it.
    async fn failure(
        &self,
        client: &Client,
        inputs: &[Input],
        task: &Task,
        error: Error,
    ) -> Failure {
        let (refused, missing) = (error.is_bad_argument(), domain::is_missing(&error));
        let failure = Failure::from(error).message(self.undone(task));
        if !missing {
            return match advice(inputs, task).filter(|_| refused) {
                Some(advice) => failure.help(advice),
                None => failure,
            };
        }
        // The manager may mean another object, or one that a rule of its own excludes.
        let exists = match self.places {
            [place] => match task.values.get(*place) {
                Some(key) => domain::exists(&self.key(), place, key, client).await,
                None => None,
            },
            _ => None,
        };
        let is_it = exists == Some(false) || exists.is_none() && task.values.len() == 1;
        if !is_it || self.kind == Kind::Create {
            return failure;
        }
        let failure = match exists {
            Some(_) => {
                let what = self.object();
                failure.cause(format!("there is no {what} `{}`", task.label(self)))
            }
            None => failure,
        };
        match domain::list_of(&self.command()) {
            Some(list) => failure.help(listed_by(list)),
            None => failure,
        }
    }

    /// Reads the value that the manager would clear otherwise.
    async fn keep(&self, client: &Client, task: &mut Task) -> Result<(), Trouble> {
        let Some((input, query)) = self.keeps else { return Ok(()) };
        let (Some(place), false) = (self.places.first(), task.values.contains_key(input)) else {
            return Ok(());
        };
        let (Some(key), Some(id)) = (query.variables.first(), task.values.get(*place)) else {
            return Ok(());
        };
        let operation = DynamicOperation::new(query).variable(key.name, id.clone());
        let rows = client.send(operation).await?.into_vec();
        let row = rows.into_iter().next().filter(|row| !row.is_empty());
        let row = row.ok_or_else(|| {
            let subject = format!("{} `{}`", self.object(), task.label(self));
            let failure = Failure::absent(&subject, domain::list_of(&self.command()));
            Trouble::Failure(failure.under(self.undone(task)))
        })?;
        let kept = row.get(input).cloned().unwrap_or_default();
        task.values.insert(input.to_owned(), kept);
        Ok(())
    }

    /// Asks before something is destroyed.
    async fn confirm(&self, tasks: &[Task], matches: &ArgMatches) -> Result<(), Failure> {
        if self.kind != Kind::Destroy || matches.get_flag("yes") {
            return Ok(());
        }
        let nothing = match self.asks {
            Some(_) => "nothing was changed".to_owned(),
            None => format!("nothing was {}", self.done),
        };
        if !prompt::is_interactive() {
            let message =
                format!("{nothing}: confirmation is needed and the terminal is not interactive");
            return Err(Failure::usage(message).help("give --yes"));
        }
        let labels: Vec<_> = tasks.iter().take(10).map(|task| task.label(self)).collect();
        let more = match tasks.len().saturating_sub(labels.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let labels = match self.many {
            true => labels.join(", "),
            false => format!("`{}`", labels.join("`, `")),
        };
        let question = format!("{} {labels}{more}?", self.asked());
        match prompt::confirm(question, false).await? {
            true => Ok(()),
            false => Err(Failure::silent_exit(nothing)),
        }
    }

    /// What a question asks to do to the objects that follow.
    fn asked(&self) -> String {
        if let Some(asks) = self.asks {
            return asks.to_owned();
        }
        let mut text = format!("{} {}", self.word.replace('-', " "), self.object());
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text
    }

    fn failed(&self, task: &Task) -> Failure {
        Failure::new(self.undone(task))
    }

    /// What did not happen.
    fn undone(&self, task: &Task) -> String {
        let place = task.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let label = task.label(self);
        match (self.owned, self.is_nameless()) {
            (true, _) => format!("{place}no {} was {} for {label}", self.object(), self.done),
            (_, true) => format!("{place}no {} was {}", self.object(), self.done),
            _ => format!("{place}{label} {} not {}", self.was(task), self.done),
        }
    }

    /// What happened.
    fn happened(&self, task: &Task) -> String {
        let label = task.label(self);
        let object = self.object();
        match (self.owned, self.is_nameless()) {
            (true, _) => {
                format!("{} {object} was {} for {label}", domain::article(&object), self.done)
            }
            (_, true) => format!("a new {object} was {}", self.done),
            _ => format!("{label} {} {}", self.was(task), self.done),
        }
    }

    /// What one of its objects is, in the caller's words.
    fn object(&self) -> String {
        domain::what(self.called)
    }

    /// The verb of a sentence about the objects that the label names.
    fn was(&self, task: &Task) -> &'static str {
        if self.many || task.names_several(self) { "were" } else { "was" }
    }

    /// Whether a new object has no name of its own.
    fn is_nameless(&self) -> bool {
        self.kind == Kind::Create && self.label == self.noun
    }
}

/// Why an operation was not carried out.
enum Trouble {
    Error(Box<Error>),
    Failure(Failure),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

/// What to do about a value that is not a known one.
fn advice(inputs: &[Input], task: &Task) -> Option<String> {
    inputs.iter().find_map(|input| input.advice(task.values.get(&input.name)?))
}

/// Whether the operation may succeed for another object.
fn is_about_one(error: &Error) -> bool {
    (error.is_refused() || error.is_graphql()) && !error.is_permission_denied()
}

/// Prints the requests without sending them.
fn show(change: &Change, tasks: &[Task], form: Form) -> Result<(), Failure> {
    for task in tasks {
        let operation = task.operation(change);
        let document = operation.info().document.text;
        let variables = Value::Object(operation.values().clone());
        let variables = render::mask(&variables);
        match form {
            Form::Text => out(format!("{document}\n{variables:#}"))?,
            Form::Json | Form::Lines => {
                let request = serde_json::json!({
                    "operationName": operation.info().name,
                    "query": document,
                    "variables": variables,
                });
                match form {
                    Form::Lines => out(request.to_string())?,
                    _ => output::json(&request)?,
                }
            }
        }
    }
    Ok(())
}
