//! What the tasks know of their keypairs, and whether it is true.

use std::{
    collections::BTreeMap,
    fmt,
    ops::AddAssign,
    sync::atomic::{AtomicI32, Ordering},
};

use backendai::{DynamicOperation, Operation as _, admin::keypair::PagedKeyPairs};
use serde::Deserialize;

/// Numbers that tell the keypairs of this run apart: their rate limits.
pub(crate) struct Tags {
    first: i32,
    next: AtomicI32,
}

impl Tags {
    const ROOM: i32 = 100_000;

    pub(crate) fn new() -> Self {
        let run = i32::try_from(std::process::id() % 1_000).unwrap();
        let first = 1_000_000_000 + run * Self::ROOM;
        Self { first, next: AtomicI32::new(first) }
    }

    pub(crate) fn next(&self) -> i32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn list(&self) -> DynamicOperation {
        let (from, to) = (self.first, self.first + Self::ROOM);
        list(&format!("rate_limit >= {from} & rate_limit < {to}"))
    }
}

/// Of every other field the manager would ask its database row by row.
pub(crate) fn list(filter: &str) -> DynamicOperation {
    let fields = ["access_key", "rate_limit", "is_active"];
    PagedKeyPairs::new().filter(filter).select(fields).unwrap()
}

/// A keypair as a task knows it.
pub(crate) enum Known {
    /// An answer said so. `active` is none after a change of unknown outcome.
    There { access_key: String, active: Option<bool> },
    /// Its deletion was acknowledged.
    Gone,
    /// Whether it was created, or deleted, is unknown.
    Perhaps,
}

/// A keypair as the manager has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Row {
    #[serde(rename = "rate_limit")]
    pub(crate) tag: i32,
    pub(crate) access_key: String,
    #[serde(rename = "is_active")]
    pub(crate) active: bool,
}

/// How often what happened.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) queries: u32,
    pub(crate) failed_queries: u32,
    pub(crate) lists: u32,
    pub(crate) mutations: u32,
    pub(crate) not_sent: u32,
    /// By what made them so.
    pub(crate) unknown: BTreeMap<String, u32>,
    pub(crate) read_back: u32,
}

impl Tally {
    /// Calls that were answered.
    pub(crate) fn answered(&self) -> u64 {
        u64::from(self.queries) + u64::from(self.lists) + u64::from(self.mutations)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.queries += other.queries;
        self.failed_queries += other.failed_queries;
        self.lists += other.lists;
        self.mutations += other.mutations;
        self.not_sent += other.not_sent;
        for (why, count) in other.unknown {
            *self.unknown.entry(why).or_default() += count;
        }
        self.read_back += other.read_back;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} queries and {} lists answered, {} failed; {} mutations acknowledged, {} not sent, \
             {} unknown, of which {} were found by reading back",
            self.queries,
            self.lists,
            self.failed_queries,
            self.mutations,
            self.not_sent,
            self.unknown.values().sum::<u32>(),
            self.read_back
        )?;
        self.unknown.iter().try_for_each(|(why, count)| write!(f, "\nunknown: {count} {why}"))
    }
}

/// Compares the two; what differs is an error.
pub(crate) fn judge(known: &BTreeMap<i32, Known>, rows: &[Row]) -> Result<String, String> {
    let mut by_tag = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows {
        if by_tag.insert(row.tag, row).is_some() {
            wrong.push(format!("{} was created twice", row.tag));
        }
        if !known.contains_key(&row.tag) {
            wrong.push(format!("{} was never acknowledged, nor unknown", row.tag));
        }
    }
    let (mut there, mut perhaps, mut unsure) = (0, [0, 0], 0);
    for (tag, known) in known {
        match (known, by_tag.get(tag)) {
            (Known::There { access_key, active }, Some(row)) => {
                there += 1;
                unsure += u32::from(active.is_none());
                if row.access_key != *access_key || active.is_some_and(|is| is != row.active) {
                    wrong.push(format!("{tag} is {row:?}, and not {access_key} {active:?}"));
                }
            }
            (Known::There { .. }, None) => wrong.push(format!("{tag} is lost")),
            (Known::Gone, Some(_)) => wrong.push(format!("{tag} is there again")),
            (Known::Gone, None) => {}
            (Known::Perhaps, row) => perhaps[usize::from(row.is_some())] += 1,
        }
    }
    let [absent, present] = perhaps;
    match wrong.is_empty() {
        true => Ok(format!(
            "{} keypairs: {there} are there as acknowledged ({unsure} of them after a change of \
             unknown outcome), {} deleted; of {} with an unknown creation or deletion {present} are \
             there and {absent} are not; none lost, none doubled",
            known.len(),
            known.values().filter(|known| matches!(known, Known::Gone)).count(),
            absent + present,
        )),
        false => Err(wrong.join("\n")),
    }
}
