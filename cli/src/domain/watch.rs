//! `--watch` and `wait`: the same request again, until something changes.

use std::{collections::HashMap, time::Duration};

use backendai::{Client, Field, OperationInfo, OperationKind, Subscribe, Subscription};
use backendai_v2::OPERATIONS;
use clap::{Arg, ArgMatches, Command};
use serde::{Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use super::{
    Domain, Info, Query, Select, choose, columns, name_of, number, options, plural, resolved,
    style, typed,
};
use crate::{
    connect,
    global::{Global, RowFormat},
    input,
    number::whole,
    output::{self, Code, Failure, err, out},
    render::{self, Row, Style},
    visible::Data,
};

/// The field that `wait` watches.
const STATUS: &str = "status";
/// The most rows that are watched.
const ROWS: u64 = 100;

/// Prints a list again and again. Rows that are new or differ from the last time are marked with `*`,
/// and those that are gone are not shown.
pub(super) async fn run(
    domain: &Domain,
    matches: &ArgMatches,
    global: &Global,
    seconds: u64,
) -> Result<(), Failure> {
    let query = &domain.list;
    let name = name_of(domain);
    let style = Style { name, ..style(global, query, matches)? };
    if style.form != RowFormat::Table {
        return Err(Failure::usage("--watch prints a table: omit --output"));
    }
    let fields = choose(query, &super::by_default(domain, query, &style), matches)?;
    let client = connect::client(global)?;
    let mut variables = options::given(domain, query, matches)?;
    resolved(domain, query, &mut variables, &client).await?;
    let limit = number(matches, "rows").unwrap_or(ROWS).min(ROWS);
    let select = Select::of(query, matches)?;
    let selected = super::selects(&variables, &select);
    super::newest_first(query, &mut variables, Some(limit), limit as u32);
    let columns = columns::Given::of(domain, query, &variables, select.condition.as_ref());
    let mut wanted = super::requested(query, &fields, &style, &select);
    wanted.extend(name.filter(|name| !wanted.contains(name)));
    let fetched = if select.needs_all() { None } else { Some(limit) };
    let mut before: Option<HashMap<String, Row>> = None;
    loop {
        let request = super::ListRequest {
            variables: variables.clone(),
            fields: wanted.clone(),
            limit: fetched,
            page_size: if select.needs_all() { ROWS as u32 } else { limit as u32 },
            offset: 0,
        };
        let mut pages = query.start(&client, request)?;
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await {
            rows.extend(page.map_err(|error| columns.failure(error))?);
        }
        let mut rows = select.apply(rows);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        print(&fields, &style, &rows, before.as_ref())?;
        if rows.is_empty() {
            render::note_none(&style, &plural(&domain.what()), selected);
        }
        if let Some(advice) = columns.advice().filter(|_| rows.is_empty()) {
            err(format!("note: {advice}"));
        }
        let key = |row: &Row| name.and_then(|name| row.get(name)).map(Value::to_string);
        let known = rows.into_iter().filter_map(|row| Some((key(&row)?, row)));
        before = Some(known.collect());
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

/// Prints one object again and again. Fields that changed since the last time are marked with `*`.
pub(super) async fn info(
    domain: &Domain,
    info: &Info,
    matches: &ArgMatches,
    global: &Global,
    seconds: u64,
) -> Result<(), Failure> {
    let style = style(global, &info.query, matches)?;
    if style.form != RowFormat::Table {
        return Err(Failure::usage("--watch prints a table: omit --output"));
    }
    let fields = choose(&info.query, &[], matches)?;
    let names = super::requested(&info.query, &fields, &style, &Select::default());
    let client = connect::client(global)?;
    let mut variables = options::given(domain, &info.query, matches)?;
    let key = variables.get(info.key).and_then(Value::as_str).unwrap_or_default().to_owned();
    resolved(domain, &info.query, &mut variables, &client).await?;
    let interval = Duration::from_secs(seconds);
    let mut pace = Pace::of(domain, info, &variables, &client, interval).await;
    let mut before: Option<Row> = None;
    loop {
        let row = one(domain, info, &client, variables.clone(), &names).await?;
        let Some(row) = row else { return Err(super::absent(domain, info, Some(&key))) };
        let differs = |name: &&str| {
            let differs = |before| render::get(before, name) != render::get(&row, name);
            before.as_ref().is_some_and(differs)
        };
        let changed: Vec<_> = fields.iter().map(Field::name).filter(differs).collect();
        clear()?;
        render::marked(style, &fields, &row, &changed, Data::stdout()).map_err(Failure::writing)?;
        before = Some(row);
        pace.next().await;
    }
}

/// Clears the screen, if there is one.
fn clear() -> Result<(), Failure> {
    if console::user_attended() {
        console::Term::stdout().clear_screen().map_err(Failure::writing)?;
    }
    Ok(())
}

/// Requests one object; none where there is none.
async fn one(
    domain: &Domain,
    info: &Info,
    client: &Client,
    variables: super::Variables,
    fields: &[&'static str],
) -> Result<Option<Row>, Failure> {
    let key = variables.get(info.key).and_then(Value::as_str).map(str::to_owned);
    let operation = info.query.operation(variables, fields)?;
    match super::fetch(domain, info, client, operation, fields, key.as_deref()).await {
        Err(error) if super::is_missing(&error) => Ok(None),
        row => Ok(row?),
    }
}

fn print(
    fields: &[Field],
    style: &Style,
    rows: &[Row],
    before: Option<&HashMap<String, Row>>,
) -> Result<(), Failure> {
    let mut text = Vec::new();
    // Two columns are for the mark.
    let style = Style { width: style.width.map(|width| width.saturating_sub(2)), ..*style };
    let mut sink = render::list(style, fields, &mut text);
    sink.page(rows.to_vec()).and_then(|()| sink.end(None)).map_err(Failure::writing)?;
    let left_out = sink.left_out();
    drop(sink);
    let text = String::from_utf8_lossy(&text);
    let head = if style.headers { text.lines().count().saturating_sub(rows.len()) } else { 0 };
    clear()?;
    for (index, line) in text.lines().enumerate() {
        let row = index.checked_sub(head).and_then(|index| rows.get(index));
        let key = row.and_then(|row| style.name.and_then(|name| row.get(name)));
        let is_new =
            before.is_some_and(|before| key.is_some_and(|key| before.get(&key.to_string()) != row));
        out(format!("{} {line}", if is_new { '*' } else { ' ' }).trim_end())?;
    }
    render::note_left_out(&left_out);
    Ok(())
}

/// When an object is requested again: after an interval, and at once when the manager reports an event
/// of it.
struct Pace {
    interval: Duration,
    events: Option<Subscription<Box<RawValue>>>,
}

impl Pace {
    /// A manager that does not serve events to the caller is only asked at the interval.
    async fn of(
        domain: &Domain,
        info: &Info,
        variables: &super::Variables,
        client: &Client,
        interval: Duration,
    ) -> Self {
        let id = variables.get(info.key).and_then(Value::as_str);
        let mut events = id
            .and_then(|id| Events::of(domain, id))
            .map(|events| client.subscribe(events).timeout(interval));
        if let Some(subscription) = &mut events
            && subscription.connect().await.is_err()
        {
            events = None;
        }
        Self { interval, events }
    }

    async fn next(&mut self) {
        let event = async {
            if let Some(events) = &mut self.events
                && !matches!(events.next().await, Some(Ok(_)))
            {
                self.events = None;
            }
            if self.events.is_none() {
                std::future::pending::<()>().await;
            }
        };
        // Without an event in time, the object is requested all the same.
        let _ = tokio::time::timeout(self.interval, event).await;
    }
}

/// The subscription to the events of an object.
struct Events {
    info: &'static OperationInfo,
    variable: &'static str,
    id: String,
}

impl Events {
    /// Of the v2 API, the subscription whose only variable is the id of an object of this noun.
    fn of(domain: &Domain, id: &str) -> Option<Self> {
        let name = format!("{}_id", domain.word.replace('-', "_"));
        let info = OPERATIONS.iter().copied().filter(|_| domain.list.is_v2()).find(|info| {
            info.kind == OperationKind::Subscription
                && matches!(info.variables, [only] if input::snake(only.name) == name)
        })?;
        Some(Self { info, variable: info.variables.first()?.name, id: id.to_owned() })
    }
}

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.variable, &self.id)])
    }
}

impl Subscribe for Events {
    type Data = Box<RawValue>;

    fn info(&self) -> &'static OperationInfo {
        self.info
    }
}

/// The column with the status of objects of this kind.
fn status_of(query: &Query) -> Option<&'static str> {
    let names: Vec<_> = match query.is_v2() {
        true => query.shown.to_vec(),
        false => query.fields().iter().map(Field::name).collect(),
    };
    names.into_iter().find(|name| name.rsplit('.').next() == Some(STATUS))
}

/// Whether objects of this kind have a status to wait for.
pub(crate) fn has_status(info: &Info) -> bool {
    status_of(&info.query).is_some()
}

/// The clap command of `wait`.
pub(crate) fn wait_command(domain: &Domain, info: &Info) -> Command {
    let args = match info.query.info.variable(info.key) {
        Some(value) if !info.query.is_v2() => {
            let name = options::placeholder(domain, value);
            let arg = Arg::new(info.key).value_name(name).required(true);
            vec![options::with_names(domain, value, arg.help("Which one"))]
        }
        _ => typed::args(&domain.key(), &info.query),
    };
    Command::new("wait")
        .about("Waits until one has a status")
        .after_help("The exit code is 0 when it has the status, and 3 after the time limit.")
        .args(args)
        .arg(
            Arg::new("until")
                .long("until")
                .value_name("STATUS,…")
                .value_delimiter(',')
                .required(true)
                .value_parser(statuses(domain))
                .help("The statuses to wait for, such as RUNNING"),
        )
        .arg(
            Arg::new("wait-limit")
                .long("limit")
                .value_name("SECONDS")
                .value_parser(whole(0, u64::MAX))
                .default_value("600")
                .help("How long to wait"),
        )
        .arg(
            Arg::new("interval")
                .long("interval")
                .value_name("SECONDS")
                .value_parser(whole(1, u64::MAX))
                .default_value("2")
                .help("Time between two requests"),
        )
}

fn statuses(domain: &Domain) -> input::Known {
    match domain.list.info.variable("filter") {
        Some(filter) if domain.list.is_v2() => input::known_of(filter, STATUS),
        _ => input::known_in(domain.word, STATUS),
    }
}

/// Requests one object until it has one of the statuses.
pub(crate) async fn wait(
    domain: &Domain,
    info: &Info,
    matches: &ArgMatches,
    global: &Global,
) -> Result<(), Failure> {
    let form = global.single()?;
    let until: Vec<&String> = matches.get_many("until").into_iter().flatten().collect();
    let known = statuses(domain).0;
    let unknown = input::advice("--until", &serde_json::json!(until), &known);
    if let Some(advice) = &unknown {
        let is_known = |text: &&&String| known.iter().any(|it| it.eq_ignore_ascii_case(text));
        let is_typo =
            |text: &String| backendai::suggest::near(text, known.iter().copied()).is_some();
        // Another manager may have other statuses, but a typing error would be waited for in vain.
        if let Some(wrong) = until.iter().filter(|text| !is_known(text)).find(|text| is_typo(text))
        {
            return Err(Failure::argument(format!("`{wrong}` is no known status")).help(advice));
        }
        err(format!("note: {advice}"));
    }
    let limit = Duration::from_secs(number(matches, "wait-limit").unwrap_or(600));
    let interval = Duration::from_secs(number(matches, "interval").unwrap_or(2));
    let client = connect::client(global)?;
    let name = matches.get_one::<String>(&input::snake(info.key)).cloned().unwrap_or_default();
    let mut variables = match info.query.is_v2() {
        true => typed::given(&info.query, matches)?,
        false => super::Variables::from_iter([(info.key.to_owned(), name.as_str().into())]),
    };
    resolved(domain, &info.query, &mut variables, &client).await?;
    let begin = tokio::time::Instant::now();
    let mut pace = Pace::of(domain, info, &variables, &client, interval).await;
    loop {
        let status = status(domain, info, &client, variables.clone()).await?;
        let Some(status) = status else {
            return Err(super::absent(domain, info, Some(&name)));
        };
        if until.iter().any(|wanted| wanted.eq_ignore_ascii_case(&status)) {
            return match form {
                crate::global::SingleFormat::Text => out(format!("{name} is {status}")),
                crate::global::SingleFormat::Json => {
                    output::json(&serde_json::json!({ "ok": true, STATUS: status }))
                }
            };
        }
        if begin.elapsed() + interval > limit {
            return Err(Failure::new(format!("{name} is still {status}"))
                .cause(format!("the limit of {} s is over", limit.as_secs()))
                .help(unknown.unwrap_or_else(|| "give a larger --limit".to_owned()))
                .code(Code::Timeout));
        }
        pace.next().await;
    }
}

async fn status(
    domain: &Domain,
    info: &Info,
    client: &Client,
    variables: super::Variables,
) -> Result<Option<String>, Failure> {
    let column = status_of(&info.query).unwrap_or(STATUS);
    let row = one(domain, info, client, variables, &[column]).await?;
    Ok(row.map(|row| match render::get(&row, column).as_deref() {
        Some(Value::String(status)) => status.clone(),
        other => other.map(Value::to_string).unwrap_or_default(),
    }))
}
