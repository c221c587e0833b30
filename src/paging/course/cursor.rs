//! By cursor: the rows after the one with a cursor that the manager gave.

use std::collections::HashSet;

use super::{Ask, ListChanges, Mark, Position, Seen, Taken};
use crate::error::Error;

/// How many rows the walk can go back when the last ones are gone.
const REMEMBERED: usize = 256;

#[derive(Default)]
pub(in super::super) struct Cursor {
    /// The cursors of the rows that came last, the last one last.
    trail: Vec<String>,
    /// Every cursor that a page ended with, since the walk went back last.
    ends: HashSet<String>,
    /// Pages in a row without a new row.
    old: usize,
    /// How many rows before the last one the walk went back, to find its place.
    back: usize,
    /// Whether the walk went back, and no new row came since.
    searched: bool,
    /// Whether the page before was empty where rows should be.
    empty: bool,
}

impl Cursor {
    pub(super) fn ask(&self, at: &Position, first: u32) -> Ask {
        Ask::Cursor { first, after: self.after(at).map(str::to_owned) }
    }

    /// The cursor to send.
    fn after<'a>(&'a self, at: &'a Position) -> Option<&'a str> {
        let behind = self.trail.len().checked_sub(self.back + 1);
        match behind.and_then(|behind| self.trail.get(behind)) {
            Some(cursor) if self.back > 0 => Some(cursor),
            _ => at.cursor(),
        }
    }

    pub(super) fn take(
        &mut self,
        at: &Position,
        limit: u32,
        seen: Seen,
        drift: &mut ListChanges,
    ) -> Taken {
        let (total, more) = (seen.total, seen.more.unwrap_or(false));
        drift.total(total);
        if seen.keys.is_empty() {
            return self.nothing(at, total, drift);
        }
        if let Some(sent) = self.after(at)
            && seen.keys.iter().flatten().any(|cursor| cursor == sent)
        {
            return Taken::fail(at, total, repeats(sent));
        }
        let back = std::mem::take(&mut self.back);
        self.empty = false;
        let mut known: HashSet<&str> = self.trail.iter().map(String::as_str).collect();
        known.extend(at.cursor().into_iter().chain(at.behind().iter().map(String::as_str)));
        let mut kept: Vec<Mark> = Vec::new();
        for (index, cursor) in seen.keys.iter().enumerate() {
            if cursor.as_deref().is_some_and(|cursor| !known.insert(cursor)) {
                drift.duplicates += 1;
            } else {
                let rows = at.rows() + kept.len() as u64 + 1;
                kept.push(Mark { index, rows, key: cursor.clone() });
            }
        }
        let last = seen.keys.iter().rev().flatten().next();
        let end = seen.end.or_else(|| last.cloned());
        let position = at.past_cursors(&kept).with_cursor(end.clone());
        // Some lists say that nothing comes after a page though they have more rows, so the total
        // is asked too. One that gives more rows than it was asked for gives all.
        let all = seen.keys.len() as u64 > u64::from(limit);
        let nothing_new = back > 0 && kept.is_empty();
        let done =
            !more && (all || nothing_new || total.is_none_or(|total| position.rows() >= total));
        if !done {
            let Some(end) = end else {
                let error = Error::null("cursor", false);
                return Taken::fail(at, total, error);
            };
            self.old = if kept.is_empty() { self.old + 1 } else { 0 };
            self.searched &= kept.is_empty();
            if !self.ends.insert(end.clone()) && back == 0 || self.old > REMEMBERED {
                return Taken::fail(at, total, repeats(&end));
            }
        }
        self.trail.extend(kept.iter().filter_map(|row| row.key.clone()));
        let forgotten = self.trail.len().saturating_sub(REMEMBERED);
        self.trail.drain(..forgotten);
        Taken { kept, position, total, done, error: None }
    }

    /// The page is empty, though rows should come. The row whose cursor was sent may be gone: some
    /// lists then answer nothing. Then those before it are tried.
    fn nothing(&mut self, at: &Position, total: Option<u64>, drift: &mut ListChanges) -> Taken {
        if at.cursor().is_none() {
            return match total {
                Some(1..) if !self.empty => {
                    self.empty = true;
                    Taken::stay(at, total)
                }
                Some(total @ 1..) => Taken::fail(at, Some(total), Error::stuck(0, total)),
                _ => Taken::end(at, total),
            };
        }
        if self.back == 0 {
            if self.searched {
                // The end once more: the total counts rows that were made behind the walk.
                return Taken::end(at, total);
            }
            self.searched = true;
            drift.shifts += 1;
            self.ends.clear();
        }
        let next = (self.back * 2).max(1);
        let farthest = self.trail.len().saturating_sub(1);
        if self.back < farthest {
            self.back = next.min(farthest);
            return Taken::stay(&at.with_behind(self.over(at)), total);
        }
        // All of them are gone, or the place came from elsewhere.
        self.back = 0;
        drift.missed |= total != Some(0);
        Taken::end(at, total)
    }

    /// The rows that the walk goes back over: another walk that goes on from between them is not to
    /// bring them again.
    fn over(&self, at: &Position) -> Vec<String> {
        let from = self.trail.len().saturating_sub(self.back);
        let over = self.trail.get(from..).unwrap_or_default();
        let before = at.behind().iter().filter(|cursor| !over.contains(cursor));
        let mut all: Vec<_> = before.chain(over).cloned().collect();
        let forgotten = all.len().saturating_sub(REMEMBERED);
        all.drain(..forgotten);
        all
    }
}

fn repeats(cursor: &str) -> Error {
    Error::walk(format!(
        "the list cannot be read by cursor: the manager gives the cursor {cursor:?} again behind \
         itself"
    ))
}
