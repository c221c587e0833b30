//! The options of a query of the v2 API, whose variables have types of their own.

use clap::{Arg, ArgAction, ArgMatches};

use super::{
    options::WINDOW,
    query::{Query, Variables},
};
use crate::{
    complete,
    input::{self, Input, Problem},
    output::Failure,
    v2,
};

/// The variables that have a short form, with their options.
const SHORT: [(&str, &str); 2] = [("filter", "filter"), ("orderBy", "order")];

/// What the caller sets, without what the pager and the short forms do.
fn inputs(query: &Query) -> Vec<Input> {
    let mut inputs = input::of(query.info);
    inputs.retain(|input| {
        let name = input.info.name;
        !input.is_variable()
            || !(WINDOW.contains(&name) || SHORT.iter().any(|(short, _)| *short == name))
    });
    for input in &mut inputs {
        input.positional = input.is_required() && !input.info.is_list() && !input.is_object();
    }
    inputs
}

/// The arguments of the variables of a noun's query.
pub(super) fn args(noun: &str, query: &Query) -> Vec<Arg> {
    let mut args = Vec::new();
    for input in inputs(query) {
        let arg = match input.positional {
            true => input.arg().required(true).value_name(input.name.to_uppercase()),
            false => input.option().required(input.is_required()),
        };
        let arg = v2::help(noun, &input).into_iter().fold(arg, Arg::help);
        args.push(complete::of_value(noun, input.info).into_iter().fold(arg, Arg::add));
    }
    if query.info.variable("filter").is_some() {
        args.push(
            Arg::new("filter")
                .long("filter")
                .value_name("CONDITION")
                .action(ArgAction::Append)
                .help("Only these: COLUMN=VALUE, !=, ~ for a part, >, <, or JSON or @FILE; all given must hold"),
        );
    }
    if query.info.variable("orderBy").is_some() {
        args.push(
            Arg::new("order")
                .long("order")
                .visible_alias("order-by")
                .value_name("[-]COLUMN,…")
                .allow_hyphen_values(true)
                .help("Columns to order by, descending with a leading -, or JSON or @FILE"),
        );
    }
    args
}

/// The columns of the short forms.
pub(super) fn help(query: &Query) -> String {
    let all = SHORT.iter().filter_map(|(name, _)| input::help_of(query.info.variable(name)?));
    all.map(|help| format!("\n\n{help}")).collect()
}

/// The values of the variables on the command line.
pub(super) fn given(query: &Query, matches: &ArgMatches) -> Result<Variables, Failure> {
    let inputs = inputs(query);
    let mut values = Variables::new();
    for input in &inputs {
        if let Some(texts) = matches.get_many::<String>(&input.name) {
            values.insert(input.name.clone(), input.parse(texts.map(String::as_str))?);
        }
    }
    let mut variables = input::variables(query.info, &inputs, &values);
    for (name, option) in SHORT {
        let Some(info) = query.info.variable(name) else { continue };
        let Some(texts) = matches.get_many::<String>(option) else { continue };
        let mut texts = texts.map(String::as_str);
        let value = match name {
            "filter" => input::condition(info, texts),
            _ => input::order(info, texts.next().unwrap_or_default()),
        };
        let value = value.map_err(|Problem(problem)| {
            Failure::argument(format!("--{option} is invalid")).cause(problem)
        })?;
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}
