//! The inputs of an operation as arguments of the command line, and as columns of a file.
//!
//! Variables and the fields of input objects are flattened: `props: {full_name}` is the input
//! `full_name`, the option `--full-name` and the column `full_name`. Of the v2 API only the variables
//! themselves are flattened, for their objects are deep; what is within is JSON.

mod condition;
mod id;
mod known;
mod value;

use std::collections::BTreeSet;

use backendai::operation::info::{InputType, InputValueInfo, OperationInfo};
use clap::{
    Arg, ArgAction,
    builder::{PossibleValue, StringValueParser, TypedValueParser},
};
use serde_json::{Map, Value};

pub(crate) use self::{
    condition::{condition, has_column, help as help_of, order},
    id::{key_of, snake, takes_id},
    value::{A_UUID, Problem, is_global_id, is_uuid},
};
use crate::{change, domain, output::Failure};

/// Inputs that have no use on a command line.
const UNUSED: [&str; 2] = ["clientMutationId", "client_mutation_id"];

/// One value that the caller sets.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The variable, then the fields of input objects that lead to the value.
    path: Vec<&'static str>,
    pub(crate) info: &'static InputValueInfo,
    /// Its name in a file; with hyphens that of its option.
    pub(crate) name: String,
    /// Whether it is given without a name on the command line.
    pub(crate) positional: bool,
    /// Whether it must be given: itself and all around it are required.
    required: bool,
    /// The form of an id of the v2 API; none elsewhere.
    id: Option<id::Form>,
    /// Whether it is of the v2 API.
    v2: bool,
}

/// Conditions and orders of the v2 API, which have forms of their own on the command line.
const CONDITIONS: [&str; 2] = ["filter", "orderBy"];

/// Returns the inputs of an operation in its order.
pub(crate) fn of(info: &'static OperationInfo) -> Vec<Input> {
    let mut inputs = Vec::new();
    for variable in info.variables {
        flatten(info, variable, &[], variable.is_required(), &mut inputs);
    }
    let variables: Vec<_> = info.variables.iter().map(|variable| snake(variable.name)).collect();
    for input in &mut inputs {
        // A field beside a variable of the same name is its new value.
        if input.path.len() > 1 && variables.contains(&input.name) {
            input.name.insert_str(0, "new_");
        }
    }
    inputs
}

/// Returns whether an operation is of the v2 API.
pub(crate) fn is_v2(info: &OperationInfo) -> bool {
    info.path == crate::snapshot::V2_PATH
}

fn flatten(
    of: &OperationInfo,
    info: &'static InputValueInfo,
    above: &[&'static str],
    required: bool,
    inputs: &mut Vec<Input>,
) {
    if UNUSED.contains(&info.name) {
        return;
    }
    let path = [above, &[info.name]].concat();
    let v2 = is_v2(of);
    let opens = !v2 || (above.is_empty() && !CONDITIONS.contains(&info.name));
    match info.holds {
        InputType::Object(object) if opens && !info.is_list() => {
            for field in object.fields {
                flatten(of, field, &path, required && field.is_required(), inputs);
            }
        }
        _ => {
            // The name of the outermost object has no meaning: `props`, `input`, `key`.
            let words = if path.len() > 1 { path.get(1..) } else { path.get(..) };
            let name = snake(&words.unwrap_or_default().join("_"));
            let id = if v2 { id::Form::of(of, info) } else { None };
            inputs.push(Input { path, info, name, positional: false, required, id, v2 });
        }
    }
}

/// Returns the variables of an operation with these values, by the names of the inputs.
pub(crate) fn variables(
    info: &OperationInfo,
    inputs: &[Input],
    values: &Map<String, Value>,
) -> Map<String, Value> {
    let mut variables = Map::new();
    for variable in info.variables.iter().filter(|variable| variable.is_required()) {
        if matches!(variable.holds, InputType::Object(_)) && !variable.is_list() {
            variables.insert(variable.name.to_owned(), Value::Object(Map::new()));
        }
    }
    for input in inputs {
        if let Some(value) = values.get(&input.name) {
            place(&mut variables, &input.path, value.clone());
        }
    }
    variables
}

fn place(object: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [last] => drop(object.insert((*last).to_owned(), value)),
        [first, rest @ ..] => {
            let inner = object.entry(*first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                place(inner, rest, value);
            }
        }
    }
}

impl Input {
    /// Whether a value must be given.
    pub(crate) const fn is_required(&self) -> bool {
        self.required
    }

    /// Whether it is a variable itself.
    pub(crate) const fn is_variable(&self) -> bool {
        self.path.len() == 1
    }

    /// Whether its value is an object.
    pub(crate) const fn is_object(&self) -> bool {
        matches!(self.info.holds, InputType::Object(_))
    }

    /// The name of its option, without hyphens in front.
    pub(crate) fn long(&self) -> String {
        self.name.replace('_', "-")
    }

    /// What it is called on the command line: `--password`, or `PASSWORD` by its place.
    pub(crate) fn called(&self) -> String {
        match self.positional {
            true => self.name.to_uppercase(),
            false => format!("--{}", self.long()),
        }
    }

    /// Its other names, which the official command uses.
    pub(crate) fn aliases(&self) -> &'static [&'static str] {
        if self.v2 { &[] } else { known::aliases(&self.name) }
    }

    /// Returns whether this is the name of its column in a file.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let name = snake(name.trim()).replace('_', "-");
        self.long().to_lowercase() == name || self.aliases().contains(&name.as_str())
    }

    /// What it means, in one line.
    pub(crate) fn meaning(&self) -> String {
        if !self.v2 {
            return as_options(&meaning(self.info, &self.known()));
        }
        match self.info.docs.split("\n\n").next() {
            Some(docs) if !docs.is_empty() => {
                as_options(docs.replace('\n', " ").trim_end_matches('.'))
            }
            _ => self.words(),
        }
    }

    /// Its name as words: `full_name` is "Full name".
    pub(crate) fn words(&self) -> String {
        let text = self.name.replace('_', " ");
        let mut rest = text.chars();
        rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
    }

    /// Whether it takes an id of the v2 API.
    pub(crate) fn is_id(&self) -> bool {
        self.id.is_some() && takes_id(self.info)
    }

    /// Whether it takes the global id of a row of any type, so that a key is not enough.
    pub(crate) fn is_of_any(&self) -> bool {
        self.id == Some(id::Form::Global(None))
    }

    /// Its value among those of the variables.
    pub(crate) fn value_in<'v>(
        &self,
        variables: &'v mut Map<String, Value>,
    ) -> Option<&'v mut Value> {
        let (first, rest) = self.path.split_first()?;
        let first = variables.get_mut(*first)?;
        rest.iter().try_fold(first, |value, name| value.get_mut(*name))
    }

    /// What it means, and how it is written where that is not clear.
    fn help(&self) -> String {
        let meaning = self.meaning();
        let members = match self.info.holds {
            InputType::Object(object) => object.fields,
            _ => &[],
        };
        let members: Vec<_> = members.iter().map(|field| field.name).collect();
        match (members.as_slice(), value::example(self.info)) {
            ([], None) => meaning,
            ([], Some("JSON or @FILE")) if meaning.contains("JSON") => {
                format!("{meaning} (or @FILE)")
            }
            ([], Some(example)) => format!("{meaning} ({example})"),
            (members, _) => {
                let members = members.join(", ");
                let more = if self.info.is_list() { "; repeat it for several" } else { "" };
                format!("{meaning} (JSON with {members}, or @FILE{more})")
            }
        }
    }

    /// An argument without a name on the command line: its place or a long option is to be added.
    pub(crate) fn arg(&self) -> Arg {
        let arg = Arg::new(self.name.clone())
            .value_name(value::placeholder(self.info))
            .value_parser(Texts { known: Known(self.known()), info: self.info })
            // An error says what is allowed.
            .allow_negative_numbers(value::is_number(self.info))
            .help(self.help());
        if self.info.is_list() { arg.action(ArgAction::Append) } else { arg }
    }

    /// The same as an option.
    pub(crate) fn option(&self) -> Arg {
        let long = self.long();
        let aliases = self.aliases().iter().copied().filter(|alias| *alias != long);
        self.arg().long(long.clone()).aliases(aliases)
    }

    /// The values of an enum, or the usual ones.
    fn known(&self) -> Vec<&'static str> {
        let name = if self.v2 { "" } else { self.name.as_str() };
        known::values("", name, self.info)
    }

    /// What to do about a value that is not a known one.
    pub(crate) fn advice(&self, value: &Value) -> Option<String> {
        advice(&self.called(), value, &self.known())
    }

    /// Returns the value of an argument, of which each text may be a part of a list.
    pub(crate) fn parse<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Value, Failure> {
        let parsed = value::parse(self.info, texts).map_err(|problem| {
            Failure::argument(format!("{} is invalid", self.called())).cause(problem.0)
        });
        parsed.map(|value| self.sent(value))
    }

    /// The value as the manager takes it: ids, and known values in their spelling.
    pub(crate) fn sent(&self, value: Value) -> Value {
        match value {
            Value::String(text) => match self.id {
                Some(form) => form.apply(text).into(),
                None => spelled(&text, &self.known()).into(),
            },
            Value::Array(items) => items.into_iter().map(|item| self.sent(item)).collect(),
            value => value,
        }
    }

    /// Returns the value of a cell or a member of a file.
    pub(crate) fn read(&self, given: &Value) -> Result<Value, Problem> {
        match given {
            Value::Null if self.info.nullable => Ok(Value::Null),
            Value::Null => Err(Problem("null has no meaning here: leave it out".to_owned())),
            given => value::read(self.info, given).map(|value| self.sent(value)),
        }
    }
}

/// What a value means, in one line, without a list of its known values.
pub(crate) fn meaning(info: &InputValueInfo, known: &[&str]) -> String {
    let text = plain(info.docs.split("\n\n").next().unwrap_or_default());
    let text = text.trim_end_matches('.');
    // The values follow in the help of the argument.
    let listed = |values: &str| {
        let words = values.split(['`', ',', ' ']).filter(|word| !matches!(*word, "" | "or"));
        words.collect::<BTreeSet<_>>() == known.iter().copied().collect()
    };
    match text.split_once(": `") {
        Some((begin, values)) if listed(values) => begin.to_owned(),
        _ => text.to_owned(),
    }
}

/// Documentation as plain text in one line, in which operations are commands.
pub(crate) fn plain(docs: &str) -> String {
    let docs = docs.replace('\n', " ").replace("**", "");
    let mut parts = docs.split("[`");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("`]").unwrap_or((part, ""));
        let command = domain::sends(name).unwrap_or_else(|| name.to_owned());
        text.push_str(&format!("`{command}`{rest}"));
    }
    text
}

/// A description in which other inputs are called as on the command line: `totalSlots` and `total_slots`
/// are `--total-slots`.
fn as_options(docs: &str) -> String {
    let part = |(at, part): (usize, &str)| {
        let is_input = part.contains('_') && change::has_input(part)
            || part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.contains(|c: char| c.is_ascii_uppercase())
                && part.chars().all(|c| c.is_ascii_alphanumeric());
        match at % 2 == 1 && is_input {
            true => format!("--{}", snake(part).replace('_', "-")),
            false => part.to_owned(),
        }
    };
    docs.split('`').enumerate().map(part).collect::<Vec<_>>().join("`")
}

/// The known values of a variable of a list or an object.
pub(crate) fn known(noun: &str, info: &InputValueInfo) -> Known {
    Known(known::values(noun, info.name, info))
}

/// The known values of a column of a noun's list.
pub(crate) fn known_in(noun: &str, column: &str) -> Known {
    Known(known::of_noun(noun, column).to_vec())
}

/// The known values of a column in a condition of the v2 API.
pub(crate) fn known_of(condition: &InputValueInfo, column: &str) -> Known {
    Known(condition::values(condition, column))
}

/// What to do about a value that the manager refuses, where it is not a known one.
pub(crate) fn advice(name: &str, value: &Value, known: &[&str]) -> Option<String> {
    let texts: Vec<&str> = match value {
        Value::String(text) => text.split(',').collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let is_known = |text: &str| known.iter().any(|known| known.eq_ignore_ascii_case(text));
    let wrong = texts.into_iter().map(str::trim).find(|text| !is_known(text))?;
    known.first()?;
    let near = backendai::suggest::near(wrong, known.iter().copied());
    let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    Some(format!("{near}the known values of {name} are {}", known.join(", ")))
}

/// A value, or several with commas between them, with known ones in their spelling: `running` is `RUNNING`.
pub(crate) fn spelled(text: &str, known: &[&str]) -> String {
    let in_spelling = |part| {
        let found = known.iter().find(|known| known.eq_ignore_ascii_case(part));
        found.copied().unwrap_or(part)
    };
    text.split(',').map(in_spelling).collect::<Vec<_>>().join(",")
}

/// Accepts any text. The known values are for help and completions only, because another manager may
/// know more.
#[derive(Clone)]
pub(crate) struct Known(pub(crate) Vec<&'static str>);

impl TypedValueParser for Known {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        match self.0.as_slice() {
            [] => None,
            known => Some(Box::new(known.iter().copied().map(PossibleValue::new))),
        }
    }
}

/// Accepts the texts of the type.
#[derive(Clone)]
struct Texts {
    known: Known,
    info: &'static InputValueInfo,
}

impl TypedValueParser for Texts {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        let text = self.known.parse_ref(command, arg, value)?;
        if value::is_reference(&text) {
            return Ok(text);
        }
        match value::parse(self.info, [text.as_str()]) {
            Ok(_) => Ok(text),
            Err(problem) => {
                let arg = arg.map(ToString::to_string).unwrap_or_default();
                let message = format!("invalid value for '{arg}': {}\n", problem.0);
                let error = clap::Error::raw(clap::error::ErrorKind::ValueValidation, message);
                Err(error.with_cmd(command))
            }
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.known.possible_values()
    }
}
