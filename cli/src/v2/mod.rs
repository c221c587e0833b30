//! `backendai v2 NOUN VERB`: the operations of the v2 API, from their descriptions. The words follow from
//! the names of the operations; what is printed and sent is the work of the modules for the Admin API.

mod columns;
mod names;
mod nouns;
#[cfg(test)]
mod tests;

use std::{ffi::OsStr, sync::OnceLock};

use backendai::{
    OperationInfo, OperationKind,
    operation::info::{InputType, InputValueInfo},
};
use backendai_v2::OPERATIONS;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde_json::Value;

pub(crate) use self::columns::main_columns;
use self::{
    columns::Columns,
    names::Name,
    nouns::{DONE, Entry, NAMES, NOUNS, REFERENCES},
};
use crate::{
    change::{self, Change, Kind},
    complete::Names,
    domain::{self, Domain, Info, Query, plural},
    global::Global,
    headings,
    input::{self, Input},
    output::{About, Failure},
    resolve::{self, Lookup},
};

/// The word before the nouns.
const WORD: &str = "v2";
pub(crate) const PREFIX: &str = "v2 ";
const LEGACY: &str = "Verbs that end in `-legacy` are for older managers and are not listed here.";

/// The verb of the command line.
#[derive(Debug)]
pub(crate) struct V2 {
    noun: &'static Noun,
    /// None to wait for a status, which is no operation.
    verb: Option<&'static Verb>,
    matches: ArgMatches,
}

/// A noun and its verbs.
#[derive(Debug)]
struct Noun {
    word: &'static str,
    about: &'static str,
    verbs: Vec<Verb>,
    lookup: OnceLock<Option<Lookup>>,
}

/// A verb that sends an operation.
#[derive(Debug)]
struct Verb {
    word: &'static str,
    info: &'static OperationInfo,
    legacy: bool,
}

/// Keeps a text for the life of the process: a description is made once.
fn keep(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// All nouns, in the order of the overview.
fn nouns() -> &'static [Noun] {
    static ALL: OnceLock<Vec<Noun>> = OnceLock::new();
    ALL.get_or_init(|| {
        let new = |(word, about, _): &'static Entry| Noun {
            word,
            about,
            verbs: Vec::new(),
            lookup: OnceLock::new(),
        };
        let mut all: Vec<_> = nouns::entries().map(new).collect();
        for info in OPERATIONS.iter().filter(|info| info.kind != OperationKind::Subscription) {
            let Name { noun, verb, legacy } = Name::of(info);
            if let Some(noun) = all.iter_mut().find(|it| it.word == noun) {
                noun.verbs.push(Verb { word: keep(verb), info, legacy });
            }
        }
        for noun in &mut all {
            noun.verbs.sort_by_key(|verb| (verb.info.kind == OperationKind::Mutation, verb.word));
        }
        all
    })
}

impl Args for V2 {
    /// Adds the nouns if the command line has the word, and the verbs of a noun that it has: most
    /// command lines have neither, and start without them.
    fn augment_args(command: Command) -> Command {
        let given: Vec<_> = std::env::args_os().collect();
        let has = |word: &str| given.iter().any(|it| it.as_os_str() == OsStr::new(word));
        if has(WORD) { with_nouns(command, |noun| has(noun.word)) } else { command }
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The noun of this word.
fn called(word: &str) -> Option<&'static Noun> {
    nouns().iter().find(|noun| noun.word == word)
}

/// The noun whose objects an input takes the ids of.
fn reference(noun: &str, info: &InputValueInfo) -> Option<&'static Noun> {
    if !input::takes_id(info) {
        return None;
    }
    let input = input::snake(info.name);
    let is_it = |(of, known, _): &&(&str, &str, &str)| [noun, ""].contains(of) && *known == input;
    if let Some((.., word)) = REFERENCES.iter().find(is_it) {
        return called(word);
    }
    if matches!(input.as_str(), "id" | "ids") {
        return called(noun);
    }
    let ends = ["_ids", "_id", "_uuids", "_uuid"];
    let stem = ends.iter().find_map(|end| input.strip_suffix(end))?.replace('_', "-");
    let ends = |long: &str, end: &str| {
        long.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('-'))
    };
    if ends(noun, &stem) {
        return called(noun);
    }
    let named = nouns().iter().filter(|it| ends(&stem, it.word)).max_by_key(|it| it.word.len());
    named.or_else(|| {
        let mut longer = nouns().iter().filter(|it| ends(it.word, &stem));
        longer.next().filter(|_| longer.next().is_none())
    })
}

/// How the value of an input is looked up, where it is the id of an object that has a name.
pub(crate) fn lookup(noun: &str, info: &InputValueInfo) -> Option<Lookup> {
    reference(noun, info)?.lookup()
}

/// The list of the objects that an input takes the names of, where their ids are shown as well, and the
/// column of the names.
pub(crate) fn named(
    nouns: &str,
    info: &InputValueInfo,
) -> Option<(&'static OperationInfo, &'static str)> {
    let noun = nouns.strip_prefix(PREFIX)?;
    let word = match input::snake(info.name).strip_suffix("name")? {
        "" => noun.to_owned(),
        stem => stem.strip_suffix('_')?.replace('_', "-"),
    };
    let noun = called(&word).filter(|_| info.type_name() == "String" && !info.is_list())?;
    let list = noun.verb("list")?;
    let shown = list.columns(noun).shown;
    columns::find(shown, "id")?;
    Some((list.info, columns::find(shown, "name")?))
}

/// The help of an input that takes an id, where more is known than its name tells.
pub(crate) fn help(nouns: &str, input: &Input) -> Option<String> {
    let noun = nouns.strip_prefix(PREFIX).filter(|_| input.is_id())?;
    let of = reference(noun, input.info)?;
    let accepts = lookup(noun, input.info).map(|lookup| lookup.accepts());
    if accepts.is_none() && !matches!(input.name.as_str(), "id" | "ids") {
        return None;
    }
    let what = domain::what(of.word);
    Some(match (input.info.is_list(), accepts) {
        (false, Some(name)) => format!("Id or {name} of the {what}"),
        (false, None) => format!("Id of the {what}"),
        (true, Some(name)) => format!("Ids or {} of the {}", plural(name), plural(&what)),
        (true, None) => format!("Ids of the {}", plural(&what)),
    })
}

/// Fails where a value that must be an id is none.
pub(crate) fn check_id(nouns: &str, input: &Input, value: &Value) -> Result<(), Failure> {
    let noun = nouns.strip_prefix(PREFIX).unwrap_or(nouns);
    let of = reference(noun, input.info);
    if of.is_none() && input.info.type_name() != "UUID" {
        // It has a form of its own.
        return Ok(());
    }
    let texts = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let any = input.is_of_any();
    let is_none = |text: &&str| !(input::is_global_id(text) || !any && input::is_uuid(text));
    let Some(text) = texts.iter().filter_map(Value::as_str).find(is_none) else { return Ok(()) };
    if any {
        return Err(Failure::argument(format!("`{text}` is not a global id"))
            .help("give the id as `--output json` shows it, which has the type of the object"));
    }
    let (whose, list) = match of {
        Some(of) => {
            let list = of.list_command().map(|list| format!(": `backendai {list}` shows it"));
            let what = domain::what(of.word);
            (format!(" of {} {what}", domain::article(&what)), list.unwrap_or_default())
        }
        None => Default::default(),
    };
    Err(Failure::argument(format!("`{text}` is not the id{whose}"))
        .help(format!("give the id, a UUID such as {}{list}", input::A_UUID)))
}

/// The command that lists the objects of a noun, where there is one.
pub(crate) fn list_of(noun: &str) -> Option<String> {
    called(noun)?.list_command()
}

/// Whether the `--filter` of a list takes a column of this name.
pub(crate) fn has_column(noun: &str, verb: &str, column: &str) -> bool {
    let verb = called(noun).and_then(|noun| noun.verb(verb));
    let filter = verb.and_then(|verb| verb.info.variable("filter"));
    filter.is_some_and(|filter| input::has_column(filter, column))
}

/// The query for one object of a noun, where there is one.
pub(crate) fn object_of(noun: &str) -> Option<(Domain, Info)> {
    let noun = called(noun)?;
    let info = noun.verb("info").filter(|verb| matches!(verb.does(), Does::Info))?;
    Some((info.domain(noun), info.one(noun)))
}

/// The values of a list that an input of a noun takes: what identifies the noun's own objects, or the
/// ids of the noun that the input names. None where no list has them.
pub(crate) fn names(noun: &str, info: &InputValueInfo) -> Option<Names> {
    let own = called(noun)?;
    let key = own.verb("info").and_then(Verb::key).map(|key| key.name);
    let (noun, column) = match reference(noun, info) {
        Some(of) => (of, "id".to_owned()),
        None if key == Some(info.name) => (own, input::snake(info.name)),
        None => return None,
    };
    let list = noun.verb("list")?;
    let columns = list.columns(noun);
    let field = columns::find(columns.shown, &column)?;
    let label = columns.brief.iter().copied().find(|label| *label != field);
    Some(Names { query: list.info, field, label })
}

/// Adds the nouns, with the verbs of some.
fn with_nouns(command: Command, with_verbs: impl Fn(&Noun) -> bool) -> Command {
    let nouns = nouns().iter().map(|noun| {
        let command = Command::new(noun.word).about(noun.about);
        if !with_verbs(noun) {
            return command;
        }
        let legacy = noun.verbs.iter().any(|verb| verb.legacy);
        let command = if legacy { command.after_help(LEGACY) } else { command };
        let verbs = noun.verbs.iter().map(|verb| verb.command(noun));
        let verbs =
            verbs.chain(noun.waits().map(|(domain, info)| domain::wait_command(&domain, &info)));
        command.subcommand_required(true).arg_required_else_help(true).subcommands(verbs)
    });
    let command = command.subcommand_required(true).arg_required_else_help(true).subcommands(nouns);
    let words = |entries: &[Entry]| entries.iter().map(|(word, ..)| *word).collect();
    headings::under(command, NOUNS.iter().map(|(heading, entries)| (*heading, words(entries))))
}

impl FromArgMatches for V2 {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let none = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (word, matches) = matches.subcommand().ok_or_else(none)?;
        let noun = called(word).ok_or_else(none)?;
        let (word, matches) = matches.subcommand().ok_or_else(none)?;
        let verb = noun.verbs.iter().find(|verb| verb.word == word);
        Ok(Self { noun, verb, matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl V2 {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let (noun, verb) = (self.noun, self.verb);
        let advice = |about| noun.advice(verb?, about);
        self.perform(global).await.map_err(|failure| match advice(failure.about()) {
            Some(advice) => failure.more_help(&advice),
            None => failure,
        })
    }

    async fn perform(self, global: &Global) -> Result<(), Failure> {
        let Self { noun, verb, matches } = self;
        let Some(verb) = verb else {
            return match noun.waits() {
                Some((domain, info)) => domain::wait(&domain, &info, &matches, global).await,
                None => Err(Failure::usage(format!("`{}` has no status", noun.word))),
            };
        };
        match verb.does() {
            Does::List => domain::list(&verb.domain(noun), &matches, global).await,
            Does::Info => domain::info(&verb.domain(noun), &verb.one(noun), &matches, global).await,
            Does::Raw => domain::raw(&verb.domain(noun), &matches, global).await,
            Does::Change => verb.change(noun).run(&matches, global).await,
        }
    }
}

impl Noun {
    /// The words of the noun.
    fn command(&self) -> String {
        format!("{PREFIX}{}", self.word)
    }

    fn verb(&self, word: &str) -> Option<&Verb> {
        self.verbs.iter().find(|verb| verb.word == word)
    }

    /// The command that lists its objects, where there is one.
    fn list_command(&self) -> Option<String> {
        let lists = |verb: &&Verb| verb.word.starts_with("list-") && !verb.legacy;
        let list = self.verb("list").or_else(|| self.verbs.iter().find(lists))?;
        Some(format!("{} {}", self.command(), list.word))
    }

    /// How one of its objects is found by its name, where the manager can filter its list by one.
    fn lookup(&'static self) -> Option<Lookup> {
        *self.lookup.get_or_init(|| {
            let noun = keep(self.command());
            if let Some(known) = self.of_admin() {
                return Some(known.of_noun(noun));
            }
            let list = self.verb("list")?;
            let column = list.name_column(self)?;
            let same = |own: &&Verb| own.name_column(self) == Some(column);
            let own = self.verb("list-mine").filter(same).map(|own| own.info);
            let brief = list.columns(self).brief.iter().copied();
            let shown = brief.filter(|name| {
                let last = name.rsplit('.').next().unwrap_or(name);
                last != "id" && last != column && *name != column
            });
            let what = keep(domain::what(self.word));
            let shown = shown.take(3).collect::<Vec<_>>().leak();
            let column = vec![column].leak();
            Some(Lookup::of_list((what, noun), list.info, own, column, shown))
        })
    }

    /// The lookup of the Admin API, where that is for more callers than a list of this one.
    fn of_admin(&self) -> Option<Lookup> {
        match self.word {
            "project" => Some(resolve::PROJECT),
            "user" => Some(resolve::USER),
            _ => None,
        }
    }

    /// The query of one object, if that has a status to wait for.
    fn waits(&self) -> Option<(Domain, Info)> {
        object_of(self.word).filter(|(_, one)| domain::has_status(one))
    }

    /// What to do where a verb is not for the caller's role, or not for the manager's version.
    fn advice(&self, failed: &Verb, about: About) -> Option<String> {
        match about {
            About::Role => {
                let role = failed.info.role?;
                let reads = |verb: &&Verb| matches!(verb.does(), Does::List | Does::Info);
                let theirs = [Some(role), Some("superadmin")];
                let open = |verb: &&Verb| !theirs.contains(&verb.info.role) && !verb.legacy;
                let others = self.verbs.iter().filter(reads).filter(open);
                let others: Vec<_> = others.map(|verb| format!("`{}`", verb.word)).collect();
                let (who, with) = role.split_once(' ').unwrap_or((role, ""));
                let needs = format!("`{}` is for {} {with}", failed.word, plural(who));
                let needs = needs.trim_end();
                Some(match others.is_empty() || !reads(&failed) {
                    true => needs.to_owned(),
                    false => format!("{needs}; others can use {}", others.join(" or ")),
                })
            }
            About::Version => {
                let command = domain::command_of(self.word, failed.word)?;
                Some(format!("the Admin API has `backendai {command}`"))
            }
            About::Other => None,
        }
    }

    /// The columns that may name an object for an argument: those by which it is looked up, else those
    /// of the argument's name. None where no verb takes one.
    fn argument(&self) -> Vec<String> {
        let info = self.verb("info").and_then(Verb::key);
        let of_admin = |key| reference(self.word, key).and_then(Noun::of_admin);
        if let Some(name) = info.and_then(of_admin).and_then(|lookup| lookup.name()) {
            return vec![name.to_owned()];
        }
        let place = || {
            let places = self.verbs.iter().map(|verb| places(&input::of(verb.info), self));
            places.filter_map(|places| places.first().copied()).next()
        };
        let Some(name) = info.map(|key| input::snake(key.name)).or(place().map(str::to_owned))
        else {
            return Vec::new();
        };
        let own = format!("{}_", self.word.replace('-', "_"));
        let short = name.strip_prefix(&own).map(str::to_owned);
        [name].into_iter().chain(short).chain(["id".to_owned()]).collect()
    }
}

/// How a verb is carried out.
enum Does {
    List,
    Info,
    /// Its answer has no rows of one type.
    Raw,
    Change,
}

impl Verb {
    fn does(&self) -> Does {
        match (self.info.kind, self.info.rows) {
            (OperationKind::Mutation, _) => Does::Change,
            (_, None) => Does::Raw,
            _ if self.word.split('-').next() == Some("info") => Does::Info,
            _ => Does::List,
        }
    }

    fn command(&self, noun: &Noun) -> Command {
        let command = match self.does() {
            Does::List => domain::list_command(&self.domain(noun)),
            Does::Info => domain::info_command(&self.domain(noun), &self.one(noun)),
            Does::Raw => domain::raw_command(&noun.command(), &self.query(noun)),
            Does::Change => change::command(&self.change(noun)),
        };
        let command = match self.does() {
            Does::Change => command,
            _ => command.name(self.word).about(self.about()),
        };
        let aliases: &[&str] = match self.word {
            "list" => &["ls"],
            "info" => &["get", "describe"],
            _ => &[],
        };
        command.visible_aliases(aliases).hide(self.legacy)
    }

    /// The summary of the operation.
    fn about(&self) -> String {
        let summary = self.info.docs.split("\n\n").next().unwrap_or_default();
        summary.replace('\n', " ").trim_end_matches('.').to_owned()
    }

    fn columns(&self, noun: &Noun) -> Columns {
        let fields = self.info.rows.map_or(&[][..], |rows| rows.fields);
        Columns::of(fields, &noun.argument(), domain::usual_columns(noun.word))
    }

    fn query(&self, noun: &Noun) -> Query {
        let columns = self.columns(noun);
        Query::with_members(self.info, columns.shown, columns.all)
    }

    /// The column that has the names, of a list that needs no variable: one of its condition, or of its
    /// rows if it has no filter.
    fn name_column(&self, noun: &Noun) -> Option<&'static str> {
        if self.info.variables.iter().any(InputValueInfo::is_required) {
            return None;
        }
        let Some(filter) = self.info.variable("filter") else {
            return columns::find(self.columns(noun).shown, "name");
        };
        let InputType::Object(condition) = filter.holds else { return None };
        let compares = |field: &InputValueInfo| match field.holds {
            InputType::Object(of) => of.fields.iter().any(|member| member.name == "equals"),
            _ => false,
        };
        let has =
            |name: &str| condition.fields.iter().any(|field| field.name == name && compares(field));
        NAMES.into_iter().find(|name| has(name))
    }

    /// The variable that identifies an object.
    fn key(&self) -> Option<&'static InputValueInfo> {
        self.info.variables.iter().find(|variable| variable.is_required())
    }

    fn one(&self, noun: &Noun) -> Info {
        Info { query: self.query(noun), key: self.key().map_or("", |key| key.name) }
    }

    fn domain(&self, noun: &Noun) -> Domain {
        let list = noun.verb("list").unwrap_or(self);
        let (list, info) = match self.does() {
            Does::Info => (list.query(noun), Some(self.one(noun))),
            _ => (self.query(noun), None),
        };
        let columns = self.columns(noun);
        let domain = Domain::new(PREFIX, noun.word, noun.about, list).brief(columns.brief);
        let rest = self.info.docs.split_once("\n\n").map(|(_, rest)| rest);
        Domain { info, note: rest, ..domain }
    }

    fn change(&self, noun: &Noun) -> Change {
        let inputs = input::of(self.info);
        let places = places(&inputs, noun);
        let change = Change::new(self.info, noun.word, self.word, kind(self.word), places.leak());
        let alias = match self.word {
            "create" => &["add"][..],
            "update" => &["modify"],
            "delete" => &["rm"],
            _ => &[],
        };
        let taken = noun.verbs.iter().any(|verb| alias.contains(&verb.word));
        let flags = inputs.iter().filter(|input| input.is_required());
        let flags = flags.filter(|input| input.info.type_name() == "Boolean");
        let flags: Vec<_> = flags.map(|input| (keep(input.name.clone()), "false")).collect();
        let fields = self.info.rows.map_or(&[][..], |rows| rows.fields);
        let secret = fields.iter().find(|field| field.has_secrets());
        Change {
            prefix: PREFIX,
            aliases: if taken { &[] } else { alias },
            done: done(self.word),
            defaults: if change.kind == Kind::Update { &[] } else { flags.leak() },
            shows: secret.map(|field| field.name()),
            ..change
        }
    }
}

/// The inputs that are given without a name: the required values beside the input object, else the one
/// in it that names the object.
fn places(inputs: &[Input], noun: &Noun) -> Vec<&'static str> {
    let fits = |input: &&Input| {
        input.is_required()
            && !input.is_object()
            && !input.info.secret
            && input.info.type_name() != "Boolean"
    };
    let mut places = Vec::new();
    for input in inputs.iter().filter(fits).filter(|input| input.is_variable()) {
        places.push(keep(input.name.clone()));
        // A list takes all that follow.
        if input.info.is_list() {
            break;
        }
    }
    if places.is_empty() {
        let own = noun.word.replace('-', "_");
        let names = ["id", "ids", "name", "access_key", "email"];
        let own = [format!("{own}_id"), format!("{own}_ids")];
        let names = names.into_iter().chain(own.iter().map(String::as_str));
        let mut found =
            names.filter_map(|name| inputs.iter().filter(fits).find(|it| it.name == name));
        places.extend(found.next().map(|input| keep(input.name.clone())));
    }
    places
}

/// The word of a verb that decides what it does.
fn acts(word: &str) -> &str {
    let known = |word: &&str| DONE.iter().any(|(known, _)| known == word);
    word.split('-').find(known).unwrap_or(word)
}

fn done(word: &str) -> &'static str {
    let word = acts(word);
    DONE.iter().find(|(known, _)| *known == word).map_or("changed", |(_, done)| done)
}

fn kind(word: &str) -> Kind {
    if word.ends_with("-download-session") || word.ends_with("-upload-session") {
        return Kind::Ask;
    }
    match acts(word) {
        "create" | "issue" | "enqueue" | "clone" | "deploy" => Kind::Create,
        "update" | "modify" => Kind::Update,
        "cancel" | "cleanup" | "delete" | "leave" | "purge" | "reject" | "remove" | "revoke"
        | "replace" | "terminate" | "unassign" | "unregister" | "unset" => Kind::Destroy,
        "scan" => Kind::Ask,
        word => match word.split('-').next() {
            Some("list" | "get" | "validate") => Kind::Ask,
            _ => Kind::Act,
        },
    }
}
