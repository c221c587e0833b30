//! The noun and the verb of an operation, from its name.

use backendai::{OperationInfo, OperationKind};

use super::nouns::{EXCEPTIONS, entries};
use crate::{domain::plural, input::snake};

/// Whom a list or an object belongs to, where that is part of its name.
const OWNERS: [(&str, &str); 7] = [
    ("container-registry", "container-registry"),
    ("deployment", "deployment"),
    ("domain", "domain"),
    ("project", "project"),
    ("rg", "resource-group"),
    ("route", "route"),
    ("session", "session"),
];

/// The words of an operation on the command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) noun: &'static str,
    pub(super) verb: String,
    /// Whether it is for older managers only.
    pub(super) legacy: bool,
}

impl Name {
    /// Derives the words of an operation.
    pub(super) fn of(info: &OperationInfo) -> Self {
        let legacy = info.docs.contains("Deprecated:");
        let (noun, mut verb) = match EXCEPTIONS.iter().find(|(name, ..)| *name == info.name) {
            Some((_, noun, verb)) => (*noun, (*verb).to_owned()),
            None => derived(info),
        };
        if legacy {
            verb.push_str("-legacy");
        }
        Self { noun, verb, legacy }
    }
}

fn derived(info: &OperationInfo) -> (&'static str, String) {
    let name = snake(info.name);
    let words: Vec<_> = name.split('_').collect();
    let of_domain = || entries().filter(|(.., domains)| domains.contains(&info.domain));
    let found = of_domain()
        .filter_map(|(noun, ..)| Some((*noun, find(&words, noun)?)))
        .max_by_key(|(noun, _)| noun.split('-').count());
    let Some((noun, (at, plural))) = found else {
        let noun = of_domain().find(|(noun, ..)| noun.replace('-', "_") == info.domain);
        return (noun.map_or("node", |(noun, ..)| noun), ordered(words).join("-"));
    };
    let mut rest = words;
    rest.drain(at..at + noun.split('-').count());
    let rest = ordered(rest);
    let list = info.paging.is_some() || plural;
    let verb = match info.kind {
        OperationKind::Query => match query(&rest, list) {
            Some(verb) => verb,
            None if list => format!("list-{}", rest.join("-")),
            None => rest.join("-"),
        },
        _ => rest.join("-"),
    };
    (noun, verb)
}

/// The verb of a query whose words only name an owner.
fn query(rest: &[&str], list: bool) -> Option<String> {
    let verb = if list { "list" } else { "info" };
    let owner = OWNERS.iter().find(|(words, _)| *words == rest.join("-"));
    match (rest, owner) {
        ([], _) => Some(verb.to_owned()),
        (["mine" | "scoped" | "default" | "effective"], _) => {
            Some(format!("{verb}-{}", rest.join("-")))
        }
        (_, Some((_, owner))) => Some(format!("{verb}-of-{owner}")),
        _ => None,
    }
}

/// The words without the role of an administrator, with the caller at the end.
fn ordered(mut words: Vec<&str>) -> Vec<&str> {
    match words.first() {
        Some(&"admin") => drop(words.remove(0)),
        Some(&"my") => {
            words.remove(0);
            words.push("mine");
        }
        _ => {}
    }
    if let Some(last) = words.last_mut().filter(|last| **last == "my") {
        *last = "mine";
    }
    words
}

/// Where a noun is among words, and whether it is in the plural.
fn find(words: &[&str], noun: &str) -> Option<(usize, bool)> {
    let noun: Vec<_> = noun.split('-').collect();
    let (last, first) = noun.split_last()?;
    let places = words.windows(noun.len()).enumerate().rev();
    places.into_iter().find_map(|(at, window)| {
        let (end, begin) = window.split_last()?;
        let plural = *end == plural(last);
        (begin == first && (end == last || plural)).then_some((at, plural))
    })
}
