//! The options of a verb: those common to lists, and one per variable of the document.

use backendai::{
    Field,
    admin::columns::LISTS,
    filter::{List, Variant},
    operation::info::InputValueInfo,
};
use clap::{Arg, ArgAction, ArgMatches, builder::BoolishValueParser};
use serde_json::Value;

use super::{
    query::{Query, Variables, Way},
    table::{Domain, Info},
    typed,
};
use crate::{complete, input, number::whole, output::Failure, resolve};

/// The variables that the pager sets.
pub(super) const WINDOW: [&str; 6] = ["limit", "offset", "first", "after", "last", "before"];

/// A variable of an operation as an option of the command line.
#[derive(Clone, Copy)]
struct Variable(&'static InputValueInfo);

impl Variable {
    /// Its name on the command line.
    fn long(self) -> String {
        match self.0.name {
            // As in the official command.
            "email" => "user-id".to_owned(),
            name => name.replace('_', "-"),
        }
    }

    fn arg(self, noun: &str) -> Arg {
        let arg = Arg::new(self.0.name).required(self.0.is_required());
        let known = input::known(noun, self.0);
        let meaning = input::meaning(self.0, &known.0);
        let lookup = resolve::lookup_of(noun, self.0);
        let meaning = match lookup {
            Some(lookup) if meaning.starts_with("Id ") || meaning.contains(" id of ") => {
                lookup.help(&meaning, false)
            }
            _ => meaning,
        };
        let arg = arg.help(match self.0.default {
            Some(default) => {
                format!("{meaning} [default: {}]", default.replace(['[', ']', '"'], ""))
            }
            None => meaning,
        });
        match self.0.ty.trim_end_matches('!') {
            "Boolean" => arg.value_name("BOOL").value_parser(BoolishValueParser::new()),
            "Int" => {
                arg.value_name("N").value_parser(whole::<i64>(i32::MIN.into(), i32::MAX.into()))
            }
            _ => {
                let text = if self.0.is_list() { "TEXT,…" } else { "TEXT" };
                let name = lookup.map_or_else(|| text.to_owned(), |lookup| lookup.placeholder());
                arg.value_name(name).value_parser(known)
            }
        }
    }

    fn option(self, noun: &str) -> Arg {
        let mut arg = self.arg(noun).long(self.long());
        if self.0.name == "email" {
            arg = arg.short('u').visible_alias("email");
        }
        // As in the official command.
        arg = match self.0.name {
            "group_id" => arg.short('g').aliases(["group", "project"]),
            "domain_name" => arg.short('d').alias("domain"),
            "status" => arg.short('s'),
            _ => arg,
        };
        match self.0.name {
            // Descending columns begin with a hyphen.
            "order" => arg.allow_hyphen_values(true),
            _ if self.0.is_list() => arg.action(ArgAction::Append).value_delimiter(','),
            _ => arg,
        }
    }

    /// The value on the command line.
    fn value(self, noun: &str, matches: &ArgMatches) -> Option<Value> {
        let known = input::known(noun, self.0).0;
        let text = |text: &String| Value::from(input::spelled(text, &known));
        match self.0.ty.trim_end_matches('!') {
            "Boolean" => matches.get_one::<bool>(self.0.name).map(|value| (*value).into()),
            "Int" => matches.get_one::<i64>(self.0.name).map(|value| (*value).into()),
            _ if self.0.is_list() => {
                let values = matches.get_many::<String>(self.0.name)?;
                Some(values.map(text).collect())
            }
            _ => matches.get_one::<String>(self.0.name).map(text),
        }
    }
}

/// The variables that the caller sets.
fn open(query: &Query) -> impl Iterator<Item = Variable> {
    let all = query.info.variables.iter().filter(|variable| !WINDOW.contains(&variable.name));
    all.map(Variable)
}

/// What to do about a value of a variable, or of a column in the filter, that is not a known one.
pub(super) fn advice(domain: &Domain, query: &Query, given: &Variables) -> Option<String> {
    let variable = |variable: Variable| {
        let known = input::known(domain.word, variable.0);
        let name = format!("--{}", variable.long());
        input::advice(&name, given.get(variable.0.name)?, &known.0)
    };
    open(query).find_map(variable)
}

/// The list in the filter and order languages, where its document takes these.
pub(crate) fn columns(query: &Query) -> Option<&'static List> {
    if query.is_v2() {
        return None;
    }
    open(query).find(|variable| matches!(variable.0.name, "filter" | "order"))?;
    LISTS.iter().find(|list| list.name == query.root())
}

/// The filter of a list that compares this column, if it has it.
pub(super) fn filter_for(list: &Query, column: &str, value: &str) -> Option<String> {
    let is_json = |value: &Value| value.is_number() || value.is_boolean();
    let is_json = serde_json::from_str(value).is_ok_and(|value| is_json(&value));
    let is_bare = match columns(list) {
        Some(columns) => {
            let found = columns.columns.iter().find(|it| it.name == column && it.filter)?;
            matches!(found.holds, Variant::Flag | Variant::Number)
        }
        None => list.fields().iter().any(|field| field.name() == column).then_some(is_json)?,
    };
    let value = if is_bare { value.to_owned() } else { Value::from(value).to_string() };
    Some(format!("{column} == {value}"))
}

/// The arguments of `list`.
pub(super) fn of_list(domain: &Domain) -> Vec<Arg> {
    let list = &domain.list;
    let mut args: Vec<_> = match list.is_v2() {
        true => typed::args(&domain.key(), list),
        false => open(list).map(|variable| variable.option(domain.word)).collect(),
    };
    let (all, rows) = match list.way() {
        Way::Whole => (
            "Print all rows of the one response, as without --limit",
            "Maximum number of rows to print of the one response",
        ),
        _ => {
            ("Print all rows, page by page as they arrive", "Maximum number of rows; 20 by default")
        }
    };
    args.extend([
        Arg::new("all").long("all").action(ArgAction::SetTrue).help(all),
        Arg::new("rows")
            .long("limit")
            .value_name("N")
            .value_parser(whole(1, u64::MAX))
            .conflicts_with("all")
            .help(rows),
    ]);
    if list.way() != Way::Whole {
        args.push(
            Arg::new("page-size")
                .long("page-size")
                .value_name("N")
                .value_parser(whole(1_u32, 100))
                .default_value("100")
                .help("Rows per request, 1 to 100"),
        );
    }
    if list.way() == Way::Window {
        args.push(
            Arg::new("skip")
                .long("offset")
                .value_name("N")
                .value_parser(whole(0, u64::MAX))
                .default_value("0")
                .help("Rows to skip"),
        );
    }
    if !list.is_v2() {
        args.extend(of_rows(&args));
    }
    args.push(
        Arg::new("sort")
            .long("sort")
            .value_name("[-]FIELD")
            .allow_hyphen_values(true)
            .add(complete::fields(list.fields()))
            .help("Sort the fetched rows by this field before they are printed"),
    );
    args.extend(shown(list, domain.brief));
    args.extend([
        Arg::new("wide").long("wide").action(ArgAction::SetTrue).help(
            "On a terminal print as in a pipe: more columns, whole cells and times, past its edge",
        ),
        Arg::new("width")
            .long("width")
            .value_name("COLUMNS")
            .value_parser(whole(20, u16::MAX))
            .help("Make the table fit a terminal of this width; by default that of the terminal"),
        watch("Print the list again every 5 seconds or the given number, with changed rows marked"),
        Arg::new("no-headers")
            .long("no-headers")
            .action(ArgAction::SetTrue)
            .help("Leave out the names of the columns in a table and CSV"),
    ]);
    args
}

/// The option that repeats a request.
fn watch(help: &'static str) -> Arg {
    Arg::new("watch")
        .long("watch")
        .value_name("SECONDS")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("5")
        .value_parser(whole(2, u64::MAX))
        .help(help)
}

/// The filter and the order of rows that the manager does not filter or order, which is done here.
fn of_rows(args: &[Arg]) -> Vec<Arg> {
    let here =
        [
            Arg::new(FILTER)
                .long("filter")
                .value_name("TEXT")
                .help("A condition such as `name == \"x\"`, which is checked here on all rows"),
            Arg::new(ORDER).long("order").value_name("TEXT").allow_hyphen_values(true).help(
                "Fields to order all rows by here, descending with a leading -: `-size,name`",
            ),
        ];
    let known = |arg: &Arg| args.iter().any(|other| other.get_long() == arg.get_long());
    here.into_iter().filter(|arg| !known(arg)).collect()
}

/// The option of a filter that is not the manager's.
pub(super) const FILTER: &str = "filter-here";
/// The option that is the same as the key of a user.
const EMAIL: &str = "email-option";
/// The option of an order that is not the manager's.
pub(super) const ORDER: &str = "order-here";

/// The arguments of the official `scaling-group get-available`: those of a list, and the project by
/// its place.
pub(super) fn of_available(domain: &Domain) -> Vec<Arg> {
    let mut args = of_list(domain);
    for arg in &mut args {
        if arg.get_id() == "user_group" {
            *arg = Arg::new("user_group")
                .value_name("GROUP")
                .required(true)
                .help("Name or id of the project");
        }
    }
    args
}

/// The arguments of `info`.
pub(super) fn of_info(domain: &Domain, info: &Info) -> Vec<Arg> {
    let key = |variable: Variable| {
        let required = variable.0.is_required();
        let arg = variable
            .arg(domain.word)
            .required(required)
            .value_name(placeholder(domain, variable.0));
        with_names(domain, variable.0, arg).help(match required {
            true => "Which one to show",
            false => "Which one to show; by default your own, if there is one",
        })
    };
    let watch = watch("Print it again every 5 seconds or the given number, with changes marked");
    if info.query.is_v2() {
        let args = typed::args(&domain.key(), &info.query).into_iter();
        return args.chain(shown(&info.query, &[])).chain([watch]).collect();
    }
    let args = open(&info.query).map(|variable| match variable.0.name == info.key {
        true => key(variable),
        false => variable.option(domain.word),
    });
    // As in the official command.
    let email = Arg::new(EMAIL)
        .short('e')
        .long("email")
        .value_name("EMAIL")
        .conflicts_with(info.key)
        .help("The same as EMAIL");
    let email = Some(email).filter(|_| info.key == "email");
    args.chain(email).chain(shown(&info.query, &[])).chain([watch]).collect()
}

/// The name of the value that names an object.
pub(super) fn placeholder(domain: &Domain, key: &InputValueInfo) -> String {
    let lookup = resolve::lookup_of(&domain.key(), key);
    lookup.map_or_else(|| key.name.to_uppercase(), |lookup| lookup.placeholder())
}

/// Completes the names of the objects of a list.
pub(super) fn with_names(domain: &Domain, key: &'static InputValueInfo, arg: Arg) -> Arg {
    complete::of_value(&domain.key(), key).into_iter().fold(arg, Arg::add)
}

/// The options about the columns; `brief` are those on a terminal, where they are fewer.
fn shown(query: &Query, brief: &[&str]) -> impl Iterator<Item = Arg> {
    let mut default = match query.shown {
        [] => "all of them".to_owned(),
        shown => shown.join(","),
    };
    if !brief.is_empty() && brief != query.shown {
        default.push_str(&format!("; on a terminal {}", brief.join(",")));
    }
    let mut args = vec![
        Arg::new("field")
            .long("field")
            .visible_alias("fields")
            .value_name("NAME,…")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .add(complete::fields(query.fields()))
            .help(format!("The fields to show, in this order; by default {default}")),
    ];
    if query.fields().iter().any(Field::has_secrets) {
        args.push(
            Arg::new("show-secrets")
                .long("show-secrets")
                .action(ArgAction::SetTrue)
                .help("Print secrets unmasked"),
        );
    }
    args.into_iter()
}

/// The text after the help of a verb.
pub(super) fn after(query: &Query, note: Option<&str>) -> String {
    let fields: Vec<_> = query.fields().iter().map(Field::name).collect();
    let mut text = note.map(|note| format!("{note}\n\n")).unwrap_or_default();
    text.push_str(&format!("Fields: {}", fields.join(", ")));
    if let Some(list) = columns(query) {
        text.push_str(&format!("\n\n{}\n\n{OPERATORS}\n{}", columns_help(list), examples(list)));
    }
    if query.is_v2() {
        text.push_str(&typed::help(query));
    }
    text
}

/// The text after the help of a list.
pub(super) fn after_list(domain: &Domain) -> String {
    let list = &domain.list;
    let mut text = after(list, domain.note);
    let here: Vec<_> = of_list(domain)
        .iter()
        .filter(|arg| [FILTER, ORDER].contains(&arg.get_id().as_str()))
        .filter_map(|arg| Some(format!("--{}", arg.get_long()?)))
        .collect();
    if !here.is_empty() {
        let names = here.join(" and ");
        text.push_str(&format!("\n\nThe manager cannot do {names}: all rows are read, and"));
        text.push_str(" it is done here, with any of the fields.");
        if here.len() == 2 {
            text.push_str(&format!("\n\n{OPERATORS}"));
        }
    }
    text
}

/// The language of filters.
const OPERATORS: &str = "\
Operators of --filter: == != < <= > >= in contains like ilike is isnot
Texts are in double quotes; in `like` and `ilike`, % is any text; & is and, | is or, ! is not,
with parentheses around each part";

/// A filter and an order with columns of the list.
fn examples(list: &List) -> String {
    let column = |holds: Variant| {
        let found = list.columns.iter().find(|it| it.filter && it.holds == holds);
        found.map(|column| column.name)
    };
    let parts = [
        column(Variant::Text).map(|name| format!("{name} like \"a%\"")),
        column(Variant::Flag).map(|name| format!("{name} == true")),
        column(Variant::Number).map(|name| format!("{name} >= 10")),
        column(Variant::Time).map(|name| format!("{name} > \"2026-01-01\"")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().take(2).collect();
    let filter = match parts.as_slice() {
        [one, other] => format!("  --filter '({one}) & ({other})'"),
        [one] => format!("  --filter '{one}'"),
        _ => String::new(),
    };
    let mut order: Vec<_> =
        list.columns.iter().filter(|it| it.order).map(|it| it.name).take(2).collect();
    order.sort_by_key(|name| *name != "created_at");
    let order = match order.as_slice() {
        [] => String::new(),
        names => format!("  --order=-{}", names.join(",")),
    };
    let lines: Vec<_> = [filter, order].into_iter().filter(|line| !line.is_empty()).collect();
    match lines.is_empty() {
        true => String::new(),
        false => format!("Examples:\n{}", lines.join("\n")),
    }
}

/// The columns of a list, as help text.
pub(super) fn columns_help(list: &List) -> String {
    let names = |which: fn(bool, bool) -> bool| {
        let columns = list.columns.iter().filter(|it| which(it.filter, it.order));
        columns.map(|column| column.name).collect::<Vec<_>>().join(", ")
    };
    let parts = [
        ("--filter and --order", names(|filter, order| filter && order)),
        ("--filter alone", names(|filter, order| filter && !order)),
        ("--order alone", names(|filter, order| !filter && order)),
    ];
    let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
    let lines: Vec<_> =
        parts.map(|(which, names)| format!("Columns for {which}: {names}")).collect();
    lines.join("\n")
}

/// The values of the variables on the command line.
pub(super) fn given(
    domain: &Domain,
    query: &Query,
    matches: &ArgMatches,
) -> Result<Variables, Failure> {
    if query.is_v2() {
        return typed::given(query, matches);
    }
    let values = open(query).filter_map(|variable| {
        let name = variable.0.name;
        let option = || matches.try_get_one::<String>(EMAIL).ok().flatten();
        let value = variable.value(domain.word, matches).or_else(|| match name {
            "email" => option().map(|email| email.as_str().into()),
            _ => None,
        });
        Some((name.to_owned(), value?))
    });
    Ok(values.collect())
}
