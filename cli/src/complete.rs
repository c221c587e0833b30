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
    input,
    render::{self, Row},
    resolve, v2,
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
    let name = input::snake(value.name);
    let names = |query, field| Names { query, field, label: None };
    if let Some((query, field)) = resolve::lookup_of(noun, value).and_then(|lookup| lookup.listed())
    {
        return Some(ArgValueCompleter::new(names(query, field)));
    }
    let listed = |noun: &str, field: &str| {
        let list = domain::find(noun)?.list;
        let field = list.fields().iter().find(|it| it.name() == field && !it.is_secret())?;
        Some(names(list.info, field.name()))
    };
    let of_noun = match noun.strip_prefix(v2::PREFIX) {
        Some(noun) => v2::names(noun, value),
        None => listed(noun, &name),
    };
    let of_reference = || {
        let (_, noun, field) = REFERENCES.iter().find(|(known, ..)| *known == name)?;
        listed(noun, field)
    };
    of_noun.or_else(of_reference).map(ArgValueCompleter::new)
}

/// The values of one field of a list, requested from the manager. Without an answer in time there are
/// none.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    pub(crate) query: &'static OperationInfo,
    /// The field; of a global id, its key is the value.
    pub(crate) field: &'static str,
    /// A column that tells people which object it is.
    pub(crate) label: Option<&'static str>,
}

/// A value, and the text beside it.
type Name = (String, Option<String>);

impl ValueCompleter for Names {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let names = current.to_str().and_then(|begin| self.request(begin)).unwrap_or_default();
        let candidate = |(name, label): Name| {
            CompletionCandidate::new(name)
                .help(label.map(|label| visible(&label).into_owned().into()))
        };
        names.into_iter().map(candidate).collect()
    }
}

impl Names {
    fn request(&self, begin: &str) -> Option<Vec<Name>> {
        let client = Client::builder(connect::config(&global()?).ok()?);
        let client = client.retry(Retry::disabled()).timeout(LIMIT).build().ok()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let read = async { tokio::time::timeout(LIMIT, self.read(&client, begin)).await.ok()? };
        let mut names = runtime.block_on(read)?;
        names.retain(|(name, _)| name.starts_with(begin) && visible(name) == name.as_str());
        names.sort();
        names.dedup();
        Some(names)
    }

    async fn read(&self, client: &Client, begin: &str) -> Option<Vec<Name>> {
        let mut operation = DynamicOperation::new(self.query);
        if self.filters() && begin.chars().all(|c| c.is_alphanumeric() || "@.-".contains(c)) {
            operation = operation.variable("filter", format!("{} like \"{begin}%\"", self.field));
        }
        let label = self.label.and_then(|label| label.split('.').next());
        let fields = [Some(self.field), label.filter(|label| *label != self.field)];
        let operation = operation.select(fields.into_iter().flatten()).ok()?;
        let mut pages = client.pages(operation).max_items(MOST);
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            names.extend(page.ok()?.items.into_iter().filter_map(|row| self.name(&row.into_map())));
        }
        Some(names)
    }

    fn name(&self, row: &Row) -> Option<Name> {
        let text = |column| Some(render::get(row, column)?.as_str()?.to_owned());
        let name = text(self.field)?;
        Some((input::key_of(&name).unwrap_or(name), self.label.and_then(text)))
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
