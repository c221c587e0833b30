//! The operations that one command sends.

use std::collections::HashSet;

use backendai::DynamicOperation;
use clap::ArgMatches;
use serde_json::{Map, Value};

use super::{
    args,
    rows::{self, FileRow},
    table::{Change, Kind},
};
use crate::{
    input::{self, Input},
    output::Failure,
    prompt, render,
    resolve::Resolver,
};

/// One operation to send.
pub(super) struct Task {
    /// Where the row is in its file.
    pub(super) place: Option<String>,
    /// The values that the caller gave for this object.
    pub(super) given: Map<String, Value>,
    /// All values by the names of the inputs.
    pub(super) values: Map<String, Value>,
}

impl Task {
    /// The name of its object in reports.
    pub(super) fn label(&self, change: &Change) -> String {
        match self.given.get(change.label).or_else(|| self.values.get(change.label)) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(items)) => {
                let items = items.iter().filter_map(Value::as_str);
                items.collect::<Vec<_>>().join(", ")
            }
            Some(other) => other.to_string(),
            None => change.label.to_owned(),
        }
    }

    /// Whether its label names several objects.
    pub(super) fn names_several(&self, change: &Change) -> bool {
        let value = self.given.get(change.label).or_else(|| self.values.get(change.label));
        value.and_then(Value::as_array).is_some_and(|items| items.len() > 1)
    }

    /// The operation to send.
    pub(super) fn operation(&self, change: &Change) -> DynamicOperation {
        let variables = input::variables(change.info, &input::of(change.info), &self.values);
        DynamicOperation::new(change.info).variables(variables)
    }
}

/// Returns the tasks of a command line: one, one per named object, or one per row of a file.
pub(super) fn of(
    change: &Change,
    inputs: &[Input],
    matches: &ArgMatches,
    dry_run: bool,
) -> Result<Vec<Task>, Failure> {
    let preset = args::preset(change)?;
    let given = args::given(change, inputs, matches)?;
    let task = |place: Option<String>, own: Map<String, Value>| {
        let mut values = preset.clone();
        values.extend(given.clone());
        values.extend(own.clone());
        for (to, from) in change.copies {
            if let (false, Some(value)) = (values.contains_key(*to), values.get(*from).cloned()) {
                values.insert((*to).to_owned(), value);
            }
        }
        // The values of a single command line are all its own.
        let given = if place.is_some() { own } else { values.clone() };
        Task { place, given, values }
    };
    let is_place = |name: &String| change.places.contains(&name.as_str());
    let changes_nothing = change.kind == Kind::Update
        && inputs.iter().any(|input| !input.positional)
        && given.keys().all(is_place);
    let mut tasks: Vec<_> = match matches.get_one::<std::path::PathBuf>("from-file") {
        Some(path) => {
            if change.takes_several(inputs) && matches.contains_id(change.label) {
                return Err(Failure::usage("the objects are named by the file, not by arguments"));
            }
            let rows = rows::read(path, inputs)?;
            rows.into_iter().map(|FileRow { place, values }| task(Some(place), values)).collect()
        }
        None if changes_nothing => {
            let command = format!("backendai {} {}", change.command(), change.word);
            return Err(Failure::usage("nothing is given that is to be changed")
                .help(format!("give one or more options; `{command} --help` lists them")));
        }
        None if change.takes_several(inputs) => {
            let named = inputs.iter().find(|input| input.positional);
            let Some(named) = named else { return Ok(Vec::new()) };
            let texts = matches.get_many::<String>(&named.name).into_iter().flatten();
            let mut seen = HashSet::new();
            let texts = texts.filter(|text| seen.insert(text.as_str()));
            let one = |text: &String| {
                let value = named.parse([text.as_str()])?;
                Ok(task(None, Map::from_iter([(named.name.clone(), value)])))
            };
            texts.map(one).collect::<Result<_, Failure>>()?
        }
        None => vec![task(None, Map::new())],
    };
    for task in &mut tasks {
        complete(change, inputs, task, dry_run)?;
    }
    distinct(change, &tasks)?;
    Ok(tasks)
}

/// The inputs that a task needs and does not have.
fn missing<'i>(inputs: &'i [Input], task: &Task) -> Vec<&'i Input> {
    let needed = inputs.iter().filter(|input| input.is_required() || input.positional);
    needed.filter(|input| !task.values.contains_key(&input.name)).collect()
}

/// Fails for a missing value that will not be asked for. A request that is only shown has a mask in place
/// of a secret.
fn complete(
    change: &Change,
    inputs: &[Input],
    task: &mut Task,
    dry_run: bool,
) -> Result<(), Failure> {
    for input in missing(inputs, task) {
        match &task.place {
            None if input.info.secret && dry_run => {
                task.values.insert(input.name.clone(), render::MASK.into());
            }
            None if input.info.secret => {
                let how = if input.positional { "as" } else { "by" };
                let how = format!("{how} {}", input.called());
                let help = format!("give it {how}, as @FILE there, or - for the standard input");
                let failure = prompt::require_terminal(&input.words(), &help);
                failure.map_err(|failure| match input.positional {
                    true => taken(change, inputs, task, failure),
                    false => failure,
                })?;
            }
            place => {
                let place = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
                return Err(Failure::usage(format!("{place}`{}` is missing", input.name))
                    .help(format!("add the column, or give --{} for all rows", input.long())));
            }
        }
    }
    Ok(())
}

/// Says as what the given arguments were taken: one that was left out shifts those behind it. Their values
/// are not shown, because one of them may be the secret.
fn taken(change: &Change, inputs: &[Input], task: &Task, failure: Failure) -> Failure {
    let in_order = change.places.iter().filter_map(|place| {
        let is_given = |input: &&Input| input.name == *place && task.values.contains_key(*place);
        inputs.iter().find(is_given).map(Input::called)
    });
    let given: Vec<_> = in_order.collect();
    match given.is_empty() {
        true => failure,
        false => failure
            .cause(format!("the arguments were taken as {}", given.join(", ")))
            .more_help(&format!("the order is `{}`", args::usage(change))),
    }
}

/// Asks for the missing secrets, after everything else has been checked.
pub(super) async fn ask(
    change: &Change,
    inputs: &[Input],
    tasks: &mut [Task],
    resolver: &mut Resolver<'_>,
) -> Result<(), Failure> {
    for task in tasks {
        let missing = missing(inputs, task);
        if missing.is_empty() {
            continue;
        }
        resolver.values(&change.key(), inputs, &mut task.values).await?;
        for input in missing {
            let question = format!("{} for {}", input.words(), task.label(change));
            // Others are pasted, and are not new.
            let secret = match input.name.contains("password") {
                true => prompt::new_secret(question).await?,
                false => prompt::secret(question).await?,
            };
            task.values.insert(input.name.clone(), secret.into());
        }
    }
    Ok(())
}

/// Fails where two rows of a file are about the same object.
fn distinct(change: &Change, tasks: &[Task]) -> Result<(), Failure> {
    let mut seen = std::collections::HashMap::new();
    for task in tasks.iter().filter(|_| !change.unique.is_empty()) {
        let Some(place) = &task.place else { continue };
        let key: Vec<_> =
            change.unique.iter().map(|name| task.values.get(*name).map(Value::to_string)).collect();
        if let Some(earlier) = seen.insert(key, place) {
            let label = task.label(change);
            return Err(Failure::argument(format!("{place}: {label} is in {earlier} already")));
        }
    }
    Ok(())
}
