//! `backendai DOMAIN list` and `info`: the lists of the manager, defined by one table.

mod columns;
mod local;
mod options;
mod query;
mod table;
#[cfg(test)]
mod tests;
mod typed;
mod watch;

use backendai::{Client, DynamicOperation, Error, Field};
use clap::{ArgMatches, Command, FromArgMatches, Subcommand};

use self::{
    local::Condition,
    query::{ListRequest, Variables, Way},
    table::DOMAINS,
};
pub(crate) use self::{
    options::columns,
    query::Query,
    table::{Domain, Info, article, plural, what},
    watch::{has_status, wait, wait_command},
};
use crate::{
    change::{self, Change},
    connect,
    global::{Global, RowFormat},
    input,
    output::{Failure, err, listed_by},
    progress::Progress,
    render::{self, Row, Style},
    resolve::Resolver,
    v2,
    visible::Data,
};

/// The variables that order a list.
const ORDERS: [&str; 2] = ["order", "orderBy"];
/// The default number of rows.
const DEFAULT_ROWS: u64 = 20;

/// The noun and the verb of the command line.
#[derive(Debug)]
pub(crate) struct Verb {
    /// The noun as the caller wrote it.
    called: &'static str,
    verb: String,
    matches: ArgMatches,
}

impl Subcommand for Verb {
    fn augment_subcommands(command: Command) -> Command {
        // A noun is a command by each of its names, so that help and errors call it as the caller does.
        let listed = DOMAINS.iter().flat_map(|domain| {
            let names = [Some(domain.word), domain.alias].into_iter().flatten();
            names.map(|name| noun_command(name, domain.about))
        });
        let others = change::NOUNS.iter().map(|(noun, about)| noun_command(noun, about));
        command.subcommands(listed).subcommands(others)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        noun(name).is_some()
    }
}

/// The name of a noun, with or without a list.
fn noun(name: &str) -> Option<&'static str> {
    let listed = DOMAINS.iter().flat_map(|domain| [Some(domain.word), domain.alias]).flatten();
    let others = change::NOUNS.iter().map(|(noun, _)| *noun);
    listed.chain(others).find(|noun| *noun == name)
}

/// The lists of a noun, by any of its names.
pub(crate) fn find(noun: &str) -> Option<&'static Domain> {
    DOMAINS.iter().find(|domain| domain.word == noun || domain.alias == Some(noun))
}

/// The command that sends an operation.
pub(crate) fn sends(operation: &str) -> Option<String> {
    let of_domain = |domain: &Domain| {
        let infos = domain.info.iter().map(|info| ("info", info.query));
        let mut all = [("list", domain.list)].into_iter().chain(infos);
        let (verb, _) = all.find(|(_, query)| query.info.name == operation)?;
        Some(format!("{} {verb}", domain.word))
    };
    DOMAINS.iter().find_map(of_domain).or_else(|| change::sends(operation))
}

/// The most important columns of a noun's list, where the table has them.
pub(crate) fn usual_columns(noun: &str) -> &'static [&'static str] {
    find(noun).map_or(&[], |domain| match domain.brief {
        [] => domain.list.shown,
        brief => brief,
    })
}

/// The noun and the verb of these names, where there are such.
pub(crate) fn command_of(noun: &str, verb: &str) -> Option<String> {
    let domain = find(noun)?;
    let has = match verb {
        "list" => true,
        "info" => domain.info.is_some(),
        verb => change::find(domain.word, verb).is_some(),
    };
    has.then(|| format!("{} {verb}", domain.word))
}

/// The command that lists the objects of a noun, where there is one.
pub(crate) fn list_of(nouns: &str) -> Option<String> {
    match nouns.strip_prefix(v2::PREFIX) {
        Some(noun) => v2::list_of(noun),
        None => find(nouns).map(|_| format!("{nouns} list")),
    }
}

/// The `--filter` of a list that an option with this name stands for, by the words of the command.
pub(crate) fn filter_for(words: &[&str], option: &str, value: Option<&str>) -> Option<String> {
    let column = option.replace('-', "_");
    let value = value.filter(|_| !render::is_secret(&column)).unwrap_or("…");
    let filter = match words {
        ["v2", noun, verb] => {
            v2::has_column(noun, verb, &column).then(|| format!("{column}={value}"))
        }
        [noun, "list"] => options::filter_for(&find(noun)?.list, &column, value),
        _ => None,
    };
    Some(format!("--filter '{}'", filter?.replace('\'', "'\\''")))
}

/// The query for one object of a noun, where there is one.
fn object_of(nouns: &str) -> Option<(Domain, Info)> {
    match nouns.strip_prefix(v2::PREFIX) {
        Some(noun) => v2::object_of(noun),
        None => find(nouns).and_then(|domain| Some((*domain, domain.info?))),
    }
}

/// The clap command of a list.
pub(crate) fn list_command(domain: &Domain) -> Command {
    Command::new("list")
        .about(format!("Lists {}", lowercase(domain.about)))
        .after_help(options::after_list(domain))
        .args(options::of_list(domain))
}

/// The clap command of the query for one row.
pub(crate) fn info_command(domain: &Domain, info: &Info) -> Command {
    Command::new("info")
        .about("Shows one with all its fields")
        .after_help(options::after(&info.query, None))
        .args(options::of_info(domain, info))
}

/// The clap command of a query whose answer has no rows of one type.
pub(crate) fn raw_command(noun: &str, query: &Query) -> Command {
    Command::new("raw").args(typed::args(noun, query))
}

/// The clap command of a noun. Its verbs are built when they are used: there are hundreds.
fn noun_command(noun: &'static str, about: &'static str) -> Command {
    Command::new(noun)
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .defer(with_verbs)
}

/// Adds the verbs of a noun.
fn with_verbs(mut command: Command) -> Command {
    let Some(called) = noun(command.get_name()) else { return command };
    let Some(domain) = find(called) else {
        return command.subcommands(change::commands(called, called));
    };
    let domain = &Domain { called, ..*domain };
    command = command.subcommand(list_command(domain).visible_alias("ls"));
    if let Some(info) = &domain.info {
        command =
            command.subcommand(info_command(domain, info).visible_aliases(["get", "describe"]));
    }
    if let Some(info) = domain.info.filter(has_status) {
        command = command.subcommand(wait_command(domain, &info));
    }
    if let Some(available) = available(domain.word) {
        let about = "Lists the scaling groups that a project may use";
        let available = Command::new(AVAILABLE).about(about).args(options::of_available(available));
        command = command.subcommand(available);
    }
    command.subcommands(change::commands(domain.word, called))
}

/// A text that begins in lower case.
fn lowercase(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    text
}

/// A verb of the official command for scaling groups, which lists another noun.
const AVAILABLE: &str = "get-available";

/// The list of that verb.
fn available(word: &str) -> Option<&'static Domain> {
    find("group-scaling-group").filter(|_| word == "scaling-group")
}

impl FromArgMatches for Verb {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let none = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (word, matches) = matches.subcommand().ok_or_else(none)?;
        let called = noun(word).ok_or_else(none)?;
        let (verb, matches) = matches.subcommand().ok_or_else(none)?;
        Ok(Self { called, verb: verb.to_owned(), matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Verb {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let called = self.called;
        let domain = find(called).map(|domain| Domain { called, ..*domain });
        let word = domain.map_or(called, |domain| domain.word);
        if let (AVAILABLE, Some(listed)) = (self.verb.as_str(), available(word)) {
            return list(listed, &self.matches, global).await;
        }
        match (self.verb.as_str(), &domain, domain.and_then(|domain| domain.info)) {
            ("list", Some(domain), _) => list(domain, &self.matches, global).await,
            ("info", Some(domain), Some(found)) => {
                info(domain, &found, &self.matches, global).await
            }
            ("wait", Some(domain), Some(found)) => {
                wait(domain, &found, &self.matches, global).await
            }
            (verb, ..) => match change::find(word, verb) {
                Some(change) => {
                    let change = Change { called, ..*change };
                    change.run(&self.matches, global).await
                }
                None => Err(Failure::usage(format!("`{called}` has no verb `{verb}`"))),
            },
        }
    }
}

/// Prints a list.
pub(crate) async fn list(
    domain: &Domain,
    matches: &ArgMatches,
    global: &Global,
) -> Result<(), Failure> {
    if let Some(seconds) = number(matches, "watch") {
        return watch::run(domain, matches, global, seconds).await;
    }
    let query = &domain.list;
    let style = Style { name: name_of(domain), ..style(global, query, matches)? };
    let fields = choose(query, &by_default(domain, query, &style), matches)?;
    let mut variables = options::given(domain, query, matches)?;
    let all = flag(matches, "all");
    let limit = match query.way() {
        Way::Whole => number(matches, "rows"),
        _ => (!all).then(|| number(matches, "rows").unwrap_or(DEFAULT_ROWS)),
    };
    let page_size = page_size(matches, limit);
    let select = Select::of(query, matches)?;
    let selected = selects(&variables, &select);
    newest_first(query, &mut variables, limit, page_size);
    let names = requested(query, &fields, &style, &select);
    let offset = number(matches, "skip").unwrap_or(0);
    let columns = columns::Given::of(domain, query, &variables, select.condition.as_ref());
    let client = connect::client(global)?;
    resolved(domain, query, &mut variables, &client).await?;
    let fetched = if select.needs_all() { None } else { limit };
    let request = ListRequest { variables, fields: names, limit: fetched, page_size, offset };
    let mut rows = query.start(&client, request)?;

    let progress = Progress::new(all || select.needs_all());
    let mut sink = render::list(style, &fields, Data::stdout());
    let mut shown = 0;
    let mut unselected = Vec::new();
    while let Some(page) = rows.next().await {
        let page = page.map_err(|error| columns.failure(error))?;
        shown += page.len() as u64;
        match select.is_empty() {
            true => progress.around(|| sink.page(page)).map_err(Failure::writing)?,
            false => unselected.extend(page),
        }
        progress.at(shown, rows.total());
    }
    progress.end();
    let mut total = rows.total();
    if !select.is_empty() {
        let selected = select.apply(unselected);
        if select.needs_all() {
            total = Some(selected.len() as u64);
        }
        let selected: Vec<_> = match limit.and_then(|limit| usize::try_from(limit).ok()) {
            Some(limit) => selected.into_iter().take(limit).collect(),
            None => selected,
        };
        shown = selected.len() as u64;
        sink.page(selected).map_err(Failure::writing)?;
    }
    sink.end(total).map_err(Failure::writing)?;
    render::note_left_out(&sink.left_out());

    if let Some(error) = rows.incomplete() {
        incomplete(&error);
        return Ok(());
    }
    if total.is_some_and(|total| offset > 0 && offset >= total) {
        // The list has ended before the first row that was requested.
        err(format!("0 of {} rows: --offset {offset} is at the end", total.unwrap_or_default()));
    } else if shown == 0 {
        render::note_none(&style, &plural(&domain.what()), selected);
    } else if rows.list_changes().missed {
        err("the list changed while it was read: rows may be missing; read it again");
    }
    if let Some(advice) = columns.advice().filter(|_| shown == 0) {
        err(format!("note: {advice}"));
    }
    match total {
        Some(total) if !all && offset + shown < total && style.form == RowFormat::Table => {
            err(format!("{shown} of {total} rows: --limit N shows more, --all shows all"));
        }
        _ => {}
    }
    Ok(())
}

/// Prints one row.
pub(crate) async fn info(
    domain: &Domain,
    info: &Info,
    matches: &ArgMatches,
    global: &Global,
) -> Result<(), Failure> {
    if let Some(seconds) = number(matches, "watch") {
        return watch::info(domain, info, matches, global, seconds).await;
    }
    let style = style(global, &info.query, matches)?;
    let fields = choose(&info.query, &by_default(domain, &info.query, &style), matches)?;
    let mut variables = options::given(domain, &info.query, matches)?;
    let names = requested(&info.query, &fields, &style, &Select::default());
    let key = variables.get(info.key).and_then(|key| key.as_str()).map(str::to_owned);
    if key.as_ref().is_some_and(|key| key.trim().is_empty()) {
        let failure = Failure::argument(format!("the {} is empty", info.key));
        return Err(match list_of(&domain.command()) {
            Some(list) => failure.help(listed_by(list)),
            None => failure,
        });
    }
    let client = connect::client(global)?;
    resolved(domain, &info.query, &mut variables, &client).await?;
    let id = variables.get(info.key).and_then(|key| key.as_str()).map(str::to_owned);
    let columns = columns::Given::of(domain, &info.query, &variables, None);
    let operation = info.query.operation(variables, &names).map_err(|failure| {
        let listed = |name| domain.list.fields().iter().any(|field| field.name() == name);
        match info.key == "id" && listed("id") && listed("name") {
            true => failure.help(format!(
                "give the id: `backendai {} list --field id,name` shows it",
                domain.command()
            )),
            false => failure,
        }
    })?;
    match fetch(domain, info, &client, operation, &names, id.as_deref()).await {
        Ok(Some(row)) => render::one(style, &fields, row, Data::stdout()).map_err(Failure::writing),
        Ok(None) => Err(absent(domain, info, key.as_deref())),
        Err(error) if is_missing(&error) => {
            Err(match info.query.info.variables {
                [_] => absent(domain, info, key.as_deref()),
                // Of several things that are named, the manager says which is missing.
                _ => absent(domain, info, None).cause(error.summary()),
            })
        }
        Err(error) => Err(columns.failure(error)),
    }
}

/// The failure where there is no object of this key.
fn absent(domain: &Domain, info: &Info, key: Option<&str>) -> Failure {
    let what = domain.what();
    let list = list_of(&domain.command());
    match key {
        Some(key) => {
            let key = input::key_of(key).unwrap_or_else(|| key.to_owned());
            let failure = Failure::absent(&format!("{what} `{key}`"), list.clone());
            match (info.key, list) {
                ("email", Some(list)) if !key.contains('@') => {
                    failure.help(format!("give the e-mail address: `backendai {list}` shows it"))
                }
                _ => failure,
            }
        }
        None if info.query.info.variables.iter().all(|variable| !variable.is_required()) => {
            Failure::absent(&what, list).message(format!("the caller has no {what}"))
        }
        None => Failure::absent(&format!("such {what}"), list),
    }
}

/// Whether what a request names does not exist.
pub(crate) fn is_missing(error: &Error) -> bool {
    error.is_not_found() && !error.is_wrong_address()
}

/// Requests one object; `None` where there is none.
async fn fetch(
    domain: &Domain,
    info: &Info,
    client: &Client,
    operation: DynamicOperation,
    names: &[&'static str],
    key: Option<&str>,
) -> Result<Option<Row>, Error> {
    match Query::send(client, operation).await {
        // Some managers fail to look up an object that does not exist.
        Err(error) if error.is_server_bug() => {
            match find_listed(domain, info, client, names, key).await {
                Some(None) => Ok(None),
                _ => Err(error),
            }
        }
        Err(error) => Err(error),
        Ok((rows, error)) => {
            if let Some(error) = error {
                incomplete(&error);
            }
            // A null is an object without members.
            match rows.into_iter().next().filter(|row| !row.is_empty()) {
                Some(row) => Ok(Some(row)),
                // Some objects are in the list alone, such as the keypair of a user without a project.
                None => Ok(find_listed(domain, info, client, names, key).await.flatten()),
            }
        }
    }
}

/// Returns whether a noun has an object of this key, which is the value of the input `name`; `None`
/// where the manager cannot be asked.
pub(crate) async fn exists(
    nouns: &str,
    name: &str,
    key: &serde_json::Value,
    client: &Client,
) -> Option<bool> {
    let (domain, info) = object_of(nouns)?;
    let input = input::of(info.query.info).into_iter().find(|input| input.name == name)?;
    if !input.is_variable() || input.info.name != info.key {
        return None;
    }
    let key = input.sent(key.clone());
    let text = key.as_str().map(str::to_owned);
    let field = info.query.fields().iter().find(|field| !field.is_secret())?.name();
    let variables = Variables::from_iter([(info.key.to_owned(), key)]);
    let operation = info.query.operation(variables, &[field]).ok()?;
    match fetch(&domain, &info, client, operation, &[field], text.as_deref()).await {
        Ok(row) => Some(row.is_some()),
        Err(error) => is_missing(&error).then_some(false),
    }
}

/// Prints the data of a query as it is.
pub(crate) async fn raw(
    domain: &Domain,
    matches: &ArgMatches,
    global: &Global,
) -> Result<(), Failure> {
    global.single()?;
    let query = &domain.list;
    let mut variables = typed::given(query, matches)?;
    let client = connect::client(global)?;
    resolved(domain, query, &mut variables, &client).await?;
    let info = query.info;
    let request = client.send_document(info.document.text, variables);
    let data = request.path(info.path).operation_name(info.name).idempotent(true).await?;
    let data: serde_json::Value = serde_json::from_str(data.get()).map_err(Failure::from_error)?;
    let data = query.info.root_fields.first().and_then(|root| data.get(root.key)).unwrap_or(&data);
    crate::output::json(&render::mask(data))
}

/// Looks an object up in the list of its domain; `None` if the list cannot be filtered by its key.
async fn find_listed(
    domain: &Domain,
    info: &Info,
    client: &Client,
    names: &[&'static str],
    key: Option<&str>,
) -> Option<Option<Row>> {
    let list = options::columns(&domain.list)?;
    let has = |name: &&str| list.columns.iter().any(|it| it.name == *name && it.filter);
    let short = if info.key.ends_with("_id") { "id" } else { info.key };
    let column = [info.key, short].into_iter().find(has)?;
    let value = serde_json::Value::from(key?);
    let mut variables = Variables::new();
    variables.insert("filter".to_owned(), format!("{column} == {value}").into());
    let listed = |name: &&str| domain.list.fields().iter().any(|field| field.name() == *name);
    let fields = names.iter().copied().filter(listed).collect();
    let request = ListRequest { variables, fields, limit: Some(1), page_size: 1, offset: 0 };
    let page = domain.list.start(client, request).ok()?.next().await.transpose().ok()?;
    Some(page.and_then(|rows| rows.into_iter().next()))
}

/// Replaces names by ids.
async fn resolved(
    domain: &Domain,
    query: &Query,
    variables: &mut Variables,
    client: &backendai::Client,
) -> Result<(), Failure> {
    let mut resolver = Resolver::new(client);
    for input in input::of(query.info) {
        if let Some(value) = input.value_in(variables) {
            resolver.input(&domain.key(), &input, value, None).await?;
        }
    }
    Ok(())
}

/// Warns of errors beside data.
fn incomplete(error: &Error) {
    err(format!("warning: the data is incomplete: {}", error.summary()));
}

/// The names of the fields that are shown by default, where they are not those of the query.
fn by_default(domain: &Domain, query: &Query, style: &Style) -> Vec<&'static str> {
    let is_table = matches!(style.form, RowFormat::Table | RowFormat::Csv | RowFormat::Name);
    match (query.is_v2(), is_table) {
        // Nested objects stay as they are.
        (true, false) => query.top(),
        _ if style.is_brief() && query.info.name == domain.list.info.name => domain.brief.to_vec(),
        _ => Vec::new(),
    }
}

fn style(global: &Global, query: &Query, matches: &ArgMatches) -> Result<Style, Failure> {
    let style = Style::of_stdout(global.rows()?, flag(matches, "show-secrets"));
    let width = matches.try_get_one::<u16>("width").ok().flatten().copied().map(usize::from);
    Ok(Style {
        width: width.or(style.width),
        wide: flag(matches, "wide"),
        headers: !flag(matches, "no-headers"),
        keys: query.is_v2(),
        ..style
    })
}

/// The field of a list whose value names a row on the command line.
fn name_of(domain: &Domain) -> Option<&'static str> {
    let query = &domain.list;
    let key = domain.info.map(|info| info.key);
    let paged = query.info.paging.and_then(|paging| paging.key?.fields.first().copied());
    let first = query.shown.first().copied();
    let is_field = |name: &&str| query.fields().iter().any(|field| field.name() == *name);
    key.filter(|name| is_field(name)).or(paged).or(first)
}

/// The fields to request: secrets only where they are shown.
fn requested(query: &Query, fields: &[Field], style: &Style, select: &Select) -> Vec<&'static str> {
    let wanted = fields.iter().filter(|field| style.show_secrets || !field.is_secret());
    let mut names: Vec<_> = match style.name.filter(|_| style.form == RowFormat::Name) {
        Some(name) => vec![name],
        None => wanted.map(Field::name).collect(),
    };
    names.extend(&select.fields);
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    if names.is_empty() {
        names.extend(query.fields().iter().find(|field| !field.is_secret()).map(Field::name));
    }
    names
}

/// What is done with the rows that were read: a condition, an order, or both.
#[derive(Default)]
struct Select {
    condition: Option<Condition>,
    /// The order that the manager does not have, of all rows.
    order: Vec<(&'static str, bool)>,
    /// The order of the rows that were fetched.
    sort: Vec<(&'static str, bool)>,
    /// The fields of all of them.
    fields: Vec<&'static str>,
}

impl Select {
    fn of(query: &Query, matches: &ArgMatches) -> Result<Self, Failure> {
        let text = |name| matches.try_get_one::<String>(name).ok().flatten();
        let condition = text(options::FILTER).map(|text| Condition::parse(text)).transpose()?;
        let keys = |name| {
            let keys = local::keys(text(name).map_or("", String::as_str)).into_iter();
            let keys =
                keys.map(|(name, descending)| Ok((find_field(query, name)?.name(), descending)));
            keys.collect::<Result<Vec<_>, Failure>>()
        };
        let (order, sort) = (keys(options::ORDER)?, keys("sort")?);
        let mut fields: Vec<_> = order.iter().chain(&sort).map(|(name, _)| *name).collect();
        for (name, ..) in condition.iter().flat_map(Condition::comparisons) {
            fields.push(find_field(query, name)?.name());
        }
        Ok(Self { condition, order, sort, fields })
    }

    fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Whether rows are selected of the whole list.
    fn needs_all(&self) -> bool {
        self.condition.is_some() || !self.order.is_empty()
    }

    fn apply(&self, mut rows: Vec<Row>) -> Vec<Row> {
        if let Some(condition) = &self.condition {
            rows.retain(|row| condition.holds(row));
        }
        for keys in [&self.order, &self.sort] {
            rows.sort_by(|one, other| local::order_rows(keys, one, other));
        }
        rows
    }
}

/// Whether the caller asks for some of the rows only.
fn selects(variables: &Variables, select: &Select) -> bool {
    select.condition.is_some() || variables.keys().any(|name| !ORDERS.contains(&name.as_str()))
}

/// Whether a flag exists and was given.
fn flag(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
}

fn number(matches: &ArgMatches, name: &str) -> Option<u64> {
    matches.try_get_one::<u64>(name).ok().flatten().copied()
}

fn page_size(matches: &ArgMatches, limit: Option<u64>) -> u32 {
    let wanted = matches.try_get_one::<u32>("page-size").ok().flatten().copied().unwrap_or(100);
    // Do not fetch more than is shown.
    limit.and_then(|limit| u32::try_from(limit).ok()).map_or(wanted, |limit| limit.min(wanted))
}

/// Orders a partial list by creation time, newest first, as the official client does. A complete list
/// keeps the order in which no row is missed.
fn newest_first(query: &Query, variables: &mut Variables, limit: Option<u64>, page_size: u32) {
    let fits = match query.way() {
        Way::Window => limit.is_some(),
        // Only the first page can be ordered.
        Way::Cursor => limit.is_some_and(|limit| limit <= page_size.into()),
        Way::Whole => false,
    };
    let knows = |list: &backendai::filter::List| {
        list.columns.iter().any(|column| column.name == "created_at" && column.order)
    };
    if fits && !variables.contains_key("order") && options::columns(query).is_some_and(knows) {
        variables.insert("order".to_owned(), "-created_at".into());
    }
}

/// The fields to show: those of the command line, else `brief` if there are any, else the list's.
fn choose(
    query: &Query,
    brief: &[&'static str],
    matches: &ArgMatches,
) -> Result<Vec<Field>, Failure> {
    let wanted: Vec<&str> = match matches.get_many::<String>("field") {
        Some(names) => names.map(|name| name.trim()).collect(),
        None if !brief.is_empty() => brief.to_vec(),
        None if query.shown.is_empty() => return Ok(query.fields().to_vec()),
        None => query.shown.to_vec(),
    };
    let mut fields: Vec<Field> = Vec::new();
    for name in &wanted {
        let field = find_field(query, name)?;
        // A member of JSON has one value.
        if !fields.iter().any(|other| other.name() == field.name()) {
            fields.push(field);
        }
    }
    Ok(fields)
}

/// A field by its name. An unknown one is an error that suggests a similar one.
fn find_field(query: &Query, name: &str) -> Result<Field, Failure> {
    let mut field = query.fields().iter().find(|field| field.name() == name);
    if field.is_none() && query.is_v2() {
        // The last part of a name is enough where it is the only one of its kind.
        let last = |field: &&Field| {
            let (path, name) = (input::snake(field.name()), input::snake(name));
            path == name || path.rsplit('.').next() == Some(&name)
        };
        let mut found = query.fields().iter().filter(last);
        field = found.next().filter(|_| found.next().is_none());
    }
    field.copied().ok_or_else(|| {
        let names: Vec<_> = query.fields().iter().map(Field::name).collect();
        if name.is_empty() {
            return Failure::usage("a name of a field is empty").help("remove the extra comma");
        }
        let failure = Failure::usage(format!("there is no field `{name}`"))
            .help(format!("use some of {}", names.join(", ")));
        let similar = match backendai::suggest::near(name, names.iter().copied()) {
            Some(near) => vec![near],
            None if name.len() < 3 => Vec::new(),
            None => {
                let part = name.to_lowercase();
                names.into_iter().filter(|it| it.to_lowercase().contains(&part)).take(3).collect()
            }
        };
        match similar.is_empty() {
            true => failure,
            false => failure.cause(format!("did you mean `{}`?", similar.join("` or `"))),
        }
    })
}
