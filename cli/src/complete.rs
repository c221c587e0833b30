//! Completions of words on the command line: the shell runs this command, which prints candidates.

use std::{ffi::OsStr, time::Duration};

use backendai::{
    Client, DynamicOperation, Field, OperationInfo, Retry, admin::columns::LISTS, filter::Variant,
    operation::info::InputValueInfo,
};
use clap::{CommandFactory as _, FromArgMatches as _};
use clap_complete::{
    CompleteEnv,
    engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate, ValueCompleter},
};

use crate::{
    connect, domain,
    global::Global,
    resolve::{self, Lookup},
    visible::visible,
};

/// The variable with which a shell asks for candidates; its value is the name of the shell.
pub(crate) const VARIABLE: &str = "BACKENDAI_COMPLETE";

/// How long the manager may take for names.
const LIMIT: Duration = Duration::from_millis(1500);
/// The most names that are offered.
const MOST: u64 = 100;

/// Prints candidates and exits, if a shell runs the command for them.
pub(crate) fn answer_shell() {
    CompleteEnv::with_factory(crate::command).var(VARIABLE).bin("backendai").complete();
}

/// The names of the stored contexts.
pub(crate) fn contexts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let stored = global().and_then(|global| connect::contexts(&global).ok()?.read().ok());
        let names: Vec<_> = stored.iter().flat_map(|stored| stored.contexts()).collect();
        names.into_iter().map(|context| CompletionCandidate::new(context.name())).collect()
    })
}

/// The names of fields.
pub(crate) fn fields(fields: &'static [Field]) -> ArgValueCandidates {
    ArgValueCandidates::new(move || {
        fields.iter().map(|field| CompletionCandidate::new(field.name())).collect()
    })
}

/// The lists whose names are values of inputs of other nouns: the input, the noun, and its field.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("agent_id", "agent", "id"),
    ("domain", "domain", "name"),
    ("domain_name", "domain", "name"),
    ("email", "user", "email"),
    ("scaling_group", "scaling-group", "name"),
    ("scaling_group_name", "scaling-group", "name"),
    ("scaling_groups", "scaling-group", "name"),
    ("user_id", "user", "email"),
];

/// The names of objects that a value of a noun may refer to.
pub(crate) fn of_value(noun: &str, value: &'static InputValueInfo) -> Option<ArgValueCompleter> {
    if let Some((query, field)) = resolve::lookup_of(noun, value).and_then(Lookup::listed) {
        return Some(names(query, field));
    }
    let listed = |noun: &str, field: &str| {
        let list = domain::find(noun)?.list;
        let field = list.fields().iter().find(|it| it.name() == field && !it.is_secret())?;
        Some(names(list.info, field.name()))
    };
    listed(noun, value.name).or_else(|| {
        let (_, noun, field) = REFERENCES.iter().find(|(name, ..)| *name == value.name)?;
        listed(noun, field)
    })
}

/// The values of one field of a list, requested from the manager. Without an answer in time there are
/// none.
fn names(query: &'static OperationInfo, field: &'static str) -> ArgValueCompleter {
    ArgValueCompleter::new(Names { query, field })
}

#[derive(Clone, Copy)]
struct Names {
    query: &'static OperationInfo,
    field: &'static str,
}

impl ValueCompleter for Names {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let names = current.to_str().and_then(|begin| self.request(begin));
        names.unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
    }
}

impl Names {
    fn request(&self, begin: &str) -> Option<Vec<String>> {
        let client = Client::builder(connect::config(&global()?).ok()?);
        let client = client.retry(Retry::disabled()).timeout(LIMIT).build().ok()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let read = async { tokio::time::timeout(LIMIT, self.read(&client, begin)).await.ok()? };
        let mut names = runtime.block_on(read)?;
        names.retain(|name| name.starts_with(begin) && visible(name) == name.as_str());
        names.sort();
        names.dedup();
        Some(names)
    }

    async fn read(&self, client: &Client, begin: &str) -> Option<Vec<String>> {
        let mut operation = DynamicOperation::new(self.query);
        if self.filters() && begin.chars().all(|c| c.is_alphanumeric() || "@.-".contains(c)) {
            operation = operation.variable("filter", format!("{} like \"{begin}%\"", self.field));
        }
        let operation = operation.select([self.field]).ok()?;
        let mut pages = client.pages(operation).max_items(MOST);
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let rows = page.ok()?.items;
            names.extend(
                rows.iter().filter_map(|row| Some(row.get(self.field)?.as_str()?.to_owned())),
            );
        }
        Some(names)
    }

    /// Whether the manager can select names by their beginning.
    fn filters(&self) -> bool {
        let root = self.query.root_fields.first().map(|root| root.name);
        let list = LISTS.iter().find(|list| Some(list.name) == root);
        let column = list.and_then(|list| list.columns.iter().find(|it| it.name == self.field));
        self.query.variable("filter").is_some()
            && column.is_some_and(|column| column.filter && column.holds == Variant::Text)
    }
}

/// The options of every command among the words so far.
fn global() -> Option<Global> {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    let matches = crate::Cli::command().ignore_errors(true).try_get_matches_from(words).ok()?;
    Global::from_arg_matches(&matches).ok()
}
