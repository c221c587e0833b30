//! The command line of a verb, built from the description of its operation.

use clap::{
    Arg, ArgAction, ArgMatches, Command,
    builder::{BoolishValueParser, PossibleValuesParser},
    value_parser,
};
use serde_json::{Map, Value};

use super::table::{Change, Does, Kind};
use crate::{
    complete,
    input::{self, Input},
    output::Failure,
    resolve::{self, Lookup},
    v2,
};

/// The heading of the options that concern files.
const FROM_FILE: &str = "Many at once";

impl Change {
    /// The inputs that the caller sets.
    pub(super) fn inputs(&self) -> Vec<Input> {
        let mut inputs = input::of(self.info);
        for input in &mut inputs {
            input.positional = self.places.contains(&input.name.as_str());
        }
        inputs.retain(|input| {
            let fixed = self.fixed.iter().any(|(name, _)| *name == input.name);
            // A verb for one setting has no others.
            !fixed && (self.fixed.is_empty() || input.positional)
        });
        inputs
    }

    /// Whether several objects can be named, each of which is an operation of its own.
    pub(super) fn takes_several(&self, inputs: &[Input]) -> bool {
        let [only] = self.places else { return false };
        inputs.iter().any(|input| input.name == **only && !input.info.is_list())
    }
}

/// Returns the clap command of a verb.
pub(crate) fn command(change: &Change) -> Command {
    let inputs = change.inputs();
    let mut command = Command::new(change.word)
        .about(about(change))
        .override_usage(usage(change))
        .visible_aliases(change.aliases)
        .after_help(after(change))
        .after_long_help(after_long(change, &inputs));
    for place in change.places {
        let Some(input) = inputs.iter().find(|input| input.name == *place) else { continue };
        let arg = input.arg().value_name(placeholder(change, input));
        let mut arg = with_names(change, input, arg);
        if !input.info.secret {
            arg = arg.required_unless_present("from-file");
        }
        if input.info.is_list() || change.takes_several(&inputs) {
            arg = arg.num_args(1..).action(ArgAction::Append);
        }
        command = command.arg(arg);
    }
    for input in inputs.iter().filter(|input| !input.positional) {
        command = command.arg(option(change, input));
    }
    for switch in change.switches {
        let arg = Arg::new(switch.long).long(switch.long).help(switch.help);
        let arg = switch.short.into_iter().fold(arg, Arg::short).conflicts_with(switch.input);
        command = command.arg(match switch.does {
            Does::Set(_) => arg.action(ArgAction::SetTrue),
            Does::Opposite => arg.value_name("BOOL").value_parser(BoolishValueParser::new()),
        });
    }
    let clearable = clearable(change, &inputs);
    if !clearable.is_empty() {
        let names: Vec<_> = clearable.iter().map(|input| input.long()).collect();
        command = command.arg(
            Arg::new("clear")
                .long("clear")
                .value_name("OPTION,…")
                .value_delimiter(',')
                .action(ArgAction::Append)
                .value_parser(PossibleValuesParser::new(names))
                .help("Set these to null; --no-OPTION is the same for one"),
        );
        for input in clearable {
            let id = clear_id(input);
            let unset = input.aliases().iter().map(|alias| format!("unset-{alias}"));
            let unset = unset.chain([format!("unset-{}", input.long())]);
            command = command.arg(
                Arg::new(id.clone())
                    .long(id)
                    .aliases(unset.collect::<Vec<_>>())
                    .action(ArgAction::SetTrue)
                    .conflicts_with(input.name.clone())
                    .hide(true),
            );
        }
    }
    command
        .arg(
            Arg::new("yes")
                .long("yes")
                .short('y')
                .action(ArgAction::SetTrue)
                // A verb that asks nothing accepts it, so that scripts can give it to all.
                .hide(change.kind != Kind::Destroy)
                .help("Do not ask for confirmation"),
        )
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Print the request without sending it; secrets are masked"),
        )
        .args(of_files())
}

fn of_files() -> [Arg; 2] {
    [
        Arg::new("from-file")
            .long("from-file")
            .value_name("FILE")
            .value_parser(value_parser!(std::path::PathBuf))
            .help_heading(FROM_FILE)
            .help("Run it for every row of a CSV, JSON or JSONL file, or - for the standard input"),
        Arg::new("continue-on-error")
            .long("continue-on-error")
            .action(ArgAction::SetTrue)
            .requires("from-file")
            .help_heading(FROM_FILE)
            .help("Continue with the next row after a failure"),
    ]
}

/// How the id of an object is found by its name, where names are in the help.
fn lookup(change: &Change, input: &Input) -> Option<Lookup> {
    resolve::lookup_of(&change.key(), input.info).filter(|_| !input::is_v2(change.info))
}

/// The name of a value that is given by its place.
fn placeholder(change: &Change, input: &Input) -> String {
    lookup(change, input).map_or_else(|| input.name.to_uppercase(), |lookup| lookup.placeholder())
}

/// Completes and explains the names of objects; completes none where a new one is named.
fn with_names(change: &Change, input: &Input, arg: Arg) -> Arg {
    let arg = match lookup(change, input) {
        Some(lookup) => arg.help(lookup.help(&input.meaning(), input.info.is_list())),
        None => arg,
    };
    let is_new = change.kind == Kind::Create && change.unique.contains(&input.name.as_str());
    let names = complete::of_value(&change.key(), input.info).filter(|_| !is_new);
    let arg = names.into_iter().fold(arg, Arg::add);
    v2::help(&change.key(), input).into_iter().fold(arg, Arg::help)
}

fn option(change: &Change, input: &Input) -> Arg {
    let mut arg = with_names(change, input, input.option());
    if let Some((short, _)) = change.shorts.iter().find(|(_, name)| *name == input.name) {
        arg = arg.short(*short);
    }
    let default = change.defaults.iter().chain(change.copies).find(|(name, _)| *name == input.name);
    match default {
        Some((_, default)) => {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let copied = change.copies.iter().any(|(name, _)| *name == input.name);
            let default = if copied { default.to_uppercase() } else { (*default).to_owned() };
            arg = arg.help(format!("{help} [default: {default}]"));
        }
        None if input.is_required() && !input.info.secret => {
            arg = arg.required_unless_present("from-file");
        }
        None => {}
    }
    // The official command has flags where something is created.
    if input.info.type_name() == "Boolean" && change.kind != Kind::Update {
        arg = arg.num_args(0..=1).require_equals(true).default_missing_value("true");
    }
    arg
}

fn clearable<'i>(change: &Change, inputs: &'i [Input]) -> Vec<&'i Input> {
    match change.kind {
        Kind::Update => inputs.iter().filter(|it| it.info.nullable && !it.positional).collect(),
        _ => Vec::new(),
    }
}

fn clear_id(input: &Input) -> String {
    format!("no-{}", input.long())
}

/// The usage without the many options of which one is required.
pub(super) fn usage(change: &Change) -> String {
    let inputs = change.inputs();
    let mut text = format!("backendai {} {} [OPTIONS]", change.command(), change.word);
    for place in change.places {
        let Some(input) = inputs.iter().find(|input| input.name == *place) else { continue };
        let several = input.info.is_list() || change.takes_several(&inputs);
        let more = if several { "..." } else { "" };
        text.push_str(&format!(" <{}>{more}", placeholder(change, input)));
    }
    text
}

/// The summary of a verb.
fn about(change: &Change) -> String {
    match change.about {
        Some(about) => about.to_owned(),
        None => {
            let summary = change.info.docs.split("\n\n").next().unwrap_or_default();
            prose(change, summary).trim_end_matches('.').to_owned()
        }
    }
}

/// The rest of the documentation, after the options; where the verb is not the whole operation, only
/// the role.
fn after(change: &Change) -> String {
    let rest = change.info.docs.split("\n\n").skip(1);
    let rest = rest.filter(|part| change.about.is_none() || part.starts_with("Role:"));
    rest.map(|part| prose(change, part)).collect::<Vec<_>>().join("\n\n")
}

fn after_long(change: &Change, inputs: &[Input]) -> String {
    let columns: Vec<_> = inputs.iter().map(|input| input.name.as_str()).collect();
    let mut text = after(change);
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(&format!("Columns for --from-file: {}", columns.join(", ")));
    text.push_str(match (change.unique, change.kind) {
        ([], Kind::Create) => {
            "\n\nThe rows that are done are recorded in FILE.done, and skipped when the file is run \
             again."
        }
        ([], _) => "",
        _ => {
            "\n\nA row whose object exists already with the same values is skipped, so that an \
             interrupted file can be run again."
        }
    });
    text
}

/// Documentation as plain text, with the noun as the caller writes it.
fn prose(change: &Change, docs: &str) -> String {
    let own = format!("`{} ", change.noun);
    input::plain(docs).replace(&own, &format!("`{} ", change.called))
}

/// The values on the command line by the names of the inputs. The place that names several objects
/// is left out.
pub(super) fn given(
    change: &Change,
    inputs: &[Input],
    matches: &ArgMatches,
) -> Result<Map<String, Value>, Failure> {
    let several = change.takes_several(inputs);
    let mut values = Map::new();
    for input in inputs {
        if several && input.positional {
            continue;
        }
        if let Some(texts) = matches.get_many::<String>(&input.name) {
            values.insert(input.name.clone(), input.parse(texts.map(String::as_str))?);
        }
    }
    for switch in change.switches {
        let value = match switch.does {
            Does::Set(value) => matches.get_flag(switch.long).then_some(value),
            Does::Opposite => matches.get_one::<bool>(switch.long).map(|value| !value),
        };
        if let Some(value) = value {
            values.insert(switch.input.to_owned(), value.into());
        }
    }
    for input in clearable(change, inputs) {
        let long = input.long();
        let listed = matches.get_many::<String>("clear").into_iter().flatten();
        if listed.into_iter().any(|name| *name == long) || matches.get_flag(&clear_id(input)) {
            if values.contains_key(&input.name) {
                return Err(Failure::usage(format!("--{long} is given a value and cleared")));
            }
            values.insert(input.name.clone(), Value::Null);
        }
    }
    Ok(values)
}

/// The values that the verb sets where the caller does not.
pub(super) fn preset(change: &Change) -> Result<Map<String, Value>, Failure> {
    let all = input::of(change.info);
    let mut values = Map::new();
    for (name, text) in change.defaults.iter().chain(change.fixed) {
        if let Some(input) = all.iter().find(|input| input.name == *name) {
            values.insert(input.name.clone(), input.parse([*text])?);
        }
    }
    Ok(values)
}
