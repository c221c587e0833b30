//! What a pager knows of its list, whatever the type of the rows.

use std::num::NonZeroU32;

use serde_json::{Map, Value};

use super::{
    changes::ListChanges,
    order,
    position::{Position, RowRef},
    strategy::{Cursor, Keyset, Offset, PageKeys, PageRequest, Queued, Single, Step, Strategy},
};
use crate::{
    error::{Error, Result},
    operation::{Pagination, info::PagingInfo},
};

/// Rows per page unless set.
const PAGE_SIZE: u32 = 100;

/// Settings and progress of a pager.
pub(super) struct State {
    pub(super) chosen: Option<Pagination>,
    pub(super) page_size: u32,
    pub(super) max_page_size: u32,
    pub(super) prefetch: usize,
    /// How many rows are still wanted; `None` for all.
    pub(super) remaining: Option<u64>,
    pub(super) position: Position,
    pub(super) total: Option<u64>,
    pub(super) changes: ListChanges,
    /// Whether the pages after the next one may be requested, and those that are requested are
    /// still of use.
    pub(super) ahead: bool,
    pub(super) done: bool,
    /// `None` before the first request.
    pub(super) strategy: Option<Box<dyn Strategy>>,
    /// How the list is paged; `None` when it comes as one page.
    pub(super) paging: Option<PagingInfo>,
    /// The variables of the operation.
    variables: Map<String, Value>,
    /// Where the last page began, and which of its rows were returned.
    begin: Position,
    rows: Vec<RowRef>,
}

impl State {
    pub(super) fn new(paging: Option<PagingInfo>, max_page_size: u32) -> Self {
        Self {
            chosen: None,
            page_size: PAGE_SIZE.min(max_page_size),
            max_page_size,
            prefetch: 0,
            remaining: None,
            position: Position::default(),
            total: None,
            changes: ListChanges::default(),
            ahead: false,
            done: false,
            strategy: None,
            paging,
            variables: Map::new(),
            begin: Position::default(),
            rows: Vec::new(),
        }
    }

    pub(super) fn start_at(&mut self, position: Position) {
        self.begin = position.clone();
        self.position = position;
        self.rows.clear();
        self.strategy = None;
    }

    /// Chooses the strategy, and refuses what is not possible before anything is sent.
    pub(super) fn start(&mut self, variables: Map<String, Value>) -> Result<()> {
        let max = self.max_page_size;
        if !(1..=max).contains(&self.page_size) || i32::try_from(self.page_size).is_err() {
            return Err(Error::config(format!(
                "a page cannot have {} rows: page_size takes 1 to {max}, and more where \
                 ClientBuilder::max_page_size allows it",
                self.page_size
            )));
        }
        self.variables = variables;
        let Some(paging) = self.paging else {
            self.strategy = Some(Box::new(Single));
            return Ok(());
        };
        let begins = [paging.window.map(|it| it.offset), paging.cursor.map(|it| it.after)];
        let given = |name: &&str| {
            self.variables.get(*name).is_some_and(|value| !value.is_null() && *value != 0)
        };
        if let Some(name) = begins.into_iter().flatten().find(given) {
            return Err(Error::config(format!(
                "the variable `{name}` is set for each page: leave it out, and begin elsewhere \
                 with `Pager::offset` or `Pager::start_at`"
            )));
        }
        let text = |name: Option<&str>| {
            name.and_then(|name| self.variables.get(name)).and_then(Value::as_str)
        };
        let is_set = |name: &&str| self.variables.get(*name).is_some_and(|it| !it.is_null());
        let ordered = paging.orders.iter().any(is_set);
        let (order, filter) = (text(paging.order), text(paging.filter));
        let key = paging.key.map(|key| key.columns);
        let descending = match key {
            // Only an order in the order language can be compared with the key.
            Some(key) if !ordered || order.is_some() => order::by_key(order, key),
            _ => None,
        };
        let pagination = self.choose_strategy(paging.strategies, descending.is_some(), ordered);
        self.check_position(pagination, paging.strategies)?;
        self.strategy = Some(match (pagination, key, descending) {
            (Pagination::Keyset, Some(key), Some(descending)) => {
                Box::new(Keyset::new(key, descending, filter.map(str::to_owned), self.page_size))
            }
            (Pagination::Keyset, key, _) => {
                return Err(Error::config(format!(
                    "the list can be read by key only in the order of {}: leave out the order, or \
                     read by offset",
                    key.unwrap_or("its key")
                )));
            }
            (Pagination::Offset, ..) => Box::new(Offset::new(&self.position, self.max_page_size)),
            (Pagination::Cursor, ..) if ordered => {
                return Err(Error::config(
                    "the manager cannot page by cursor in another order: leave out the order",
                ));
            }
            (Pagination::Cursor, ..) => Box::new(Cursor::new(&self.position, self.page_size)),
        });
        Ok(())
    }

    /// The variables of a request.
    pub(super) fn variables(&self, request: &PageRequest) -> Result<Map<String, Value>> {
        let mut variables = self.variables.clone();
        let Some(paging) = self.paging else { return Ok(variables) };
        match (request, paging.window, paging.cursor) {
            (PageRequest::Cursor { first, after }, _, Some(cursor)) => {
                unset(&mut variables, cursor.unset);
                variables.insert(cursor.first.to_owned(), (*first).into());
                match after {
                    Some(after) => variables.insert(cursor.after.to_owned(), after.as_str().into()),
                    None => variables.remove(cursor.after),
                };
            }
            (PageRequest::Window { .. } | PageRequest::Range { .. }, Some(window), _) => {
                let (offset, filter) = match request {
                    PageRequest::Window { offset, filter, .. } => (*offset, filter.as_ref()),
                    PageRequest::Range { filter, .. } => (0, Some(filter)),
                    PageRequest::Cursor { .. } => (0, None),
                };
                let offset = i32::try_from(offset).map_err(|_| {
                    Error::config(format!(
                        "the list cannot be read from row {offset} on: the manager counts to \
                         2147483647"
                    ))
                })?;
                unset(&mut variables, window.unset);
                variables.insert(window.limit.to_owned(), request.limit().into());
                variables.insert(window.offset.to_owned(), offset.into());
                if let (Some(filter), Some(name)) = (filter, paging.filter) {
                    variables.insert(name.to_owned(), filter.as_str().into());
                }
                if let (Some(key), Some(name)) = (paging.key, paging.order) {
                    let order = variables.get(name).and_then(Value::as_str);
                    let order = order::complete(order, key.columns);
                    variables.insert(name.to_owned(), order.into());
                }
            }
            _ => {}
        }
        Ok(variables)
    }

    /// The strategy that the caller, the position or the document determines, in this order.
    fn choose_strategy(
        &self,
        strategies: &[Pagination],
        by_key: bool,
        ordered: bool,
    ) -> Pagination {
        let at = &self.position;
        match self.chosen {
            Some(chosen) => chosen,
            None if at.key().is_some() => Pagination::Keyset,
            None if at.cursor().is_some() => Pagination::Cursor,
            None if !at.recent().is_empty() => Pagination::Offset,
            None => {
                let possible = |strategy: &&Pagination| match strategy {
                    Pagination::Keyset => by_key,
                    // A cursor is not known after a number of rows.
                    Pagination::Cursor => !ordered && at.rows() == 0,
                    Pagination::Offset => true,
                };
                let found = strategies.iter().find(possible).or(strategies.first());
                found.copied().unwrap_or(Pagination::Offset)
            }
        }
    }

    /// Whether the document allows the strategy, and the position was reached with it.
    fn check_position(&self, chosen: Pagination, strategies: &[Pagination]) -> Result<()> {
        if !strategies.contains(&chosen) {
            let possible: Vec<_> = strategies.iter().map(|strategy| describe(*strategy)).collect();
            return Err(Error::config(format!(
                "the document does not let the list be read {}, but {}",
                describe(chosen),
                possible.join(" or ")
            )));
        }
        let at = &self.position;
        let fits = match chosen {
            Pagination::Keyset => at.cursor().is_none() && at.recent().is_empty(),
            Pagination::Offset => at.cursor().is_none() && at.key().is_none(),
            Pagination::Cursor => {
                let begin = at.rows() == 0 && at.recent().is_empty();
                at.key().is_none() && (begin || at.cursor().is_some())
            }
        };
        if !fits {
            let reason = match *at == Position::after(at.rows()) {
                true => "it has no cursor; begin at the position of another pager",
                false => "it was reached with another strategy",
            };
            return Err(Error::config(format!(
                "reading {} cannot begin at the position {at}: {reason}",
                describe(chosen)
            )));
        }
        Ok(())
    }

    /// The request for the next page; `None` when no more rows are wanted.
    pub(super) fn page_request(&self) -> Result<Option<PageRequest>> {
        let limit = self.limit(self.position.rows());
        match (limit, &self.strategy) {
            (Some(limit), Some(strategy)) => strategy.request(&self.position, limit).map(Some),
            _ => Ok(None),
        }
    }

    /// The request for the page after those that are requested, where it is known that it has rows
    /// and where it begins.
    pub(super) fn request_ahead(&self, queued: Queued) -> Option<PageRequest> {
        let strategy = self.strategy.as_ref().filter(|_| self.ahead && !self.done)?;
        let ahead = strategy.rows_ahead(queued.pages);
        let begin = ahead.map_or(queued.end, |rows| self.position.rows() + rows);
        if self.total.is_some_and(|total| begin >= total) {
            return None;
        }
        strategy.request_ahead(&self.position, queued, self.limit(begin)?)
    }

    /// The request for the page after the next one, which has `limit` rows, the last of them with
    /// this key; `None` where no page is expected to follow.
    pub(super) fn predict(&self, key: &str, limit: u32) -> Option<PageRequest> {
        let begin = self.position.rows() + u64::from(limit);
        if self.total.is_none_or(|total| begin >= total) {
            return None;
        }
        self.strategy.as_ref()?.predict(key, self.limit(begin)?)
    }

    /// The request for the keys of the rows ahead, of which `ahead` pages are requested at the same time,
    /// where they are of use.
    pub(super) fn request_index(&self, queued: usize, ahead: usize) -> Option<PageRequest> {
        let strategy = self.strategy.as_ref().filter(|_| self.ahead && !self.done)?;
        let counted = self.total.map(|total| total.saturating_sub(self.position.rows()));
        let rest = counted.into_iter().chain(self.remaining).min();
        strategy.request_index(&self.position, queued, ahead, rest)
    }

    /// Takes in the keys of the rows ahead. Returns whether they were of use.
    pub(super) fn accept_index(&mut self, page: PageKeys, requested: &PageRequest) -> bool {
        let strategy = self.strategy.as_mut();
        let at = &self.position;
        strategy.is_some_and(|strategy| strategy.accept_index(at, requested.limit(), page))
    }

    /// Whether rows are identified by their cursors.
    pub(super) fn uses_cursors(&self) -> bool {
        self.strategy.as_ref().is_some_and(|strategy| strategy.uses_cursors())
    }

    /// Whether pages are requested independently of each other.
    pub(super) fn has_ranges(&self) -> bool {
        self.strategy.as_ref().is_some_and(|strategy| strategy.has_ranges())
    }

    /// How many rows the page after the first `rows` rows must have; `None` when no more are
    /// wanted.
    fn limit(&self, rows: u64) -> Option<u32> {
        let Some(remaining) = self.remaining else { return Some(self.page_size) };
        let remaining = remaining.saturating_sub(rows.saturating_sub(self.position.rows()));
        let remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
        NonZeroU32::new(remaining.min(self.page_size)).map(NonZeroU32::get)
    }

    /// Moves past a page. The rows to return are [`kept`](Self::kept).
    pub(super) fn accept(&mut self, page: PageKeys, requested: &PageRequest) -> Result<()> {
        let Some(strategy) = &mut self.strategy else { return Ok(()) };
        let limit = requested.limit();
        let Step { mut kept, position, total, done, ahead, error } =
            strategy.accept(&self.position, limit, page, &mut self.changes);
        self.total = total.or(self.total);
        self.done = done;
        self.begin = std::mem::replace(&mut self.position, position);
        if let Some(remaining) = &mut self.remaining {
            kept.truncate(usize::try_from(*remaining).unwrap_or(usize::MAX));
            *remaining -= kept.len() as u64;
            if *remaining == 0 {
                self.done = true;
                if !kept.is_empty() {
                    self.position = strategy.position_after(&self.begin, &kept);
                }
            }
        }
        self.ahead = ahead;
        self.rows = kept;
        error.map_or(Ok(()), Err)
    }

    /// Leaves only the entries of the rows to return of the last page.
    pub(super) fn retain<T>(&self, all: &mut Vec<T>) {
        let mut kept = self.rows.iter().map(|row| row.index).peekable();
        let mut index = 0;
        all.retain(|_| {
            let keep = kept.next_if_eq(&index).is_some();
            index += 1;
            keep
        });
    }

    /// The position after the first `rows` rows of the last page.
    pub(super) fn position_within(&self, rows: usize) -> Position {
        match (&self.strategy, self.rows.get(..rows)) {
            (Some(strategy), Some(returned)) if rows < self.rows.len() => {
                strategy.position_after(&self.begin, returned)
            }
            _ => self.position.clone(),
        }
    }
}

fn describe(strategy: Pagination) -> &'static str {
    match strategy {
        Pagination::Keyset => "by key",
        Pagination::Offset => "by offset",
        Pagination::Cursor => "by cursor",
    }
}

fn unset(variables: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        variables.remove(*name);
    }
}
