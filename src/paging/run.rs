//! The requests of a walk.

use std::{
    num::NonZeroU32,
    task::{Context, Poll},
};

use super::{
    Pager,
    course::{Ask, Course, Cursor, Keyset, Offset, Seen},
    order,
    queue::Arrived,
};
use crate::{
    error::{Error, Result},
    operation::{Page, Paginated, Pagination},
    request::Request,
    scalar::MaybeUndefined,
};

impl<O: Paginated> Pager<O> {
    pub(super) fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Page<O::Item>>>> {
        loop {
            if self.done {
                return Poll::Ready(None);
            }
            if self.course.is_none() {
                match self.set_out() {
                    Ok(course) => self.course = Some(course),
                    Err(error) => return self.fail(error),
                }
            }
            match self.poll_queue(context) {
                Poll::Ready(None) => {}
                page => return page,
            }
        }
    }

    fn fail<T>(&mut self, error: Error) -> Poll<Option<Result<T>>> {
        self.done = true;
        Poll::Ready(Some(Err(error.with_operation(O::NAME.into()))))
    }

    /// Chooses the way, and refuses what is not possible before anything is sent.
    fn set_out(&self) -> Result<Course> {
        let max = self.client.max_page_size();
        if !(1..=max).contains(&self.page_size) || i32::try_from(self.page_size).is_err() {
            return Err(Error::config(format!(
                "a page cannot have {} rows: page_size takes 1 to {max}",
                self.page_size
            )));
        }
        let mut operation = self.operation.clone();
        let ordered = operation.is_ordered();
        let order = operation.order_mut().map(|order| order.clone()).unwrap_or_default();
        let descending = match O::KEY {
            // An order that is no text is not known to be by key.
            Some(key) if !ordered || matches!(order, MaybeUndefined::Value(_)) => {
                order::by_key(&order, key)
            }
            _ => None,
        };
        let at = &self.position;
        let walk = match self.walk {
            Some(walk) => walk,
            // A position says in which way it was reached.
            None if at.key().is_some() => Pagination::Keyset,
            None if at.cursor().is_some() => Pagination::Cursor,
            None if !at.behind().is_empty() => Pagination::Offset,
            None => {
                let possible =
                    |walk: &&Pagination| **walk != Pagination::Keyset || descending.is_some();
                O::STRATEGIES.iter().find(possible).copied().unwrap_or(Pagination::Offset)
            }
        };
        if !O::STRATEGIES.contains(&walk) {
            let ways: Vec<_> = O::STRATEGIES.iter().map(|walk| way(*walk)).collect();
            return Err(Error::config(format!(
                "the document does not let the list be read {}, but {}",
                way(walk),
                ways.join(" or ")
            )));
        }
        let fits = match walk {
            Pagination::Keyset => at.cursor().is_none() && at.behind().is_empty(),
            Pagination::Offset => at.cursor().is_none() && at.key().is_none(),
            Pagination::Cursor => {
                let begin = at.rows() == 0 && at.behind().is_empty();
                at.key().is_none() && (begin || at.cursor().is_some())
            }
        };
        if !fits {
            return Err(Error::config(format!(
                "a walk {} cannot begin at the position {at}: it was reached in another way",
                way(walk)
            )));
        }
        match (walk, O::KEY, descending) {
            (Pagination::Keyset, Some(key), Some(descending)) => {
                let filter = operation.filter_mut().and_then(|filter| filter.clone().value());
                Ok(Course::Keyset(Keyset::new(key, descending, filter)))
            }
            (Pagination::Keyset, key, _) => Err(Error::config(format!(
                "the list can be read by key only in the order of {}: leave out the order, or walk \
                 by offset",
                key.unwrap_or("its key")
            ))),
            (Pagination::Offset, ..) => Ok(Course::Offset(Offset::new(at))),
            (Pagination::Cursor, ..) if ordered => Err(Error::config(
                "the manager cannot page by cursor in an order of yours: leave out the order",
            )),
            (Pagination::Cursor, ..) => Ok(Course::Cursor(Cursor::default())),
        }
    }

    /// `None` when there is nothing for the caller and the walk goes on or ends.
    fn poll_queue(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<O::Item>>>> {
        let Some(limit) = self.limit(self.position.rows()) else {
            self.done = true;
            self.queue.clear();
            return Poll::Ready(None);
        };
        let ask = match self.question(self.position.rows(), limit) {
            Ok(ask) => ask,
            Err(error) => return self.fail(error),
        };
        // Only the answer to this is of use.
        if self.queue.first() != Some(&ask) {
            self.queue.clear();
            if let Err(error) = self.send(ask) {
                return self.fail(error);
            }
        }
        // First what is here, which may say that more is not to be asked for.
        self.queue.poll(context);
        self.ask_ahead(self.prefetch.saturating_add(1));
        self.queue.poll(context);
        let Some(Arrived { page, ask, idle }) = self.queue.pop() else { return Poll::Pending };
        let page = page.and_then(|page| self.take(page, &ask));
        self.full &= page.is_ok();
        if !self.full || self.done {
            self.queue.clear();
        }
        match page {
            // Its time ran, and nobody read its answer, while the caller was busy.
            Err(error) if idle && error.is_transport() => Poll::Ready(None),
            Ok(Some(page)) => {
                self.ask_ahead(self.prefetch);
                self.queue.poll(context);
                self.queue.rest();
                Poll::Ready(Some(Ok(page)))
            }
            page => Poll::Ready(page.transpose()),
        }
    }

    /// How many rows the page has to have that begins there; `None` when no more are wanted.
    fn limit(&self, begin: u64) -> Option<u32> {
        let Some(left) = self.left else { return Some(self.page_size) };
        let left = left.saturating_sub(begin.saturating_sub(self.position.rows()));
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        NonZeroU32::new(left.min(self.page_size)).map(NonZeroU32::get)
    }

    /// What to ask for the page that begins after so many rows.
    fn question(&self, begin: u64, limit: u32) -> Result<Ask> {
        let most = self.client.max_page_size();
        match &self.course {
            Some(Course::Offset(course)) => Ok(course.ask(begin, limit, most)),
            Some(course) => course.ask(&self.position, limit, most),
            None => Ok(Ask::Window { limit, offset: begin, filter: None }),
        }
    }

    /// Asks for the pages after it, until `pages` are in the queue, as far as it is known where
    /// they begin and that they have rows.
    fn ask_ahead(&mut self, pages: usize) {
        while !self.done
            && self.full
            && matches!(self.course, Some(Course::Offset(_)))
            && self.queue.len() < pages
            && self.queue.is_full_so_far()
        {
            let begin = self.queue.end().unwrap_or(self.position.rows());
            let Some(limit) = self.limit(begin) else { return };
            if self.total.is_some_and(|total| begin >= total) {
                return;
            }
            // Who counts no further is told when the walk comes there.
            let Ok(()) = self.question(begin, limit).and_then(|ask| self.send(ask)) else { return };
        }
    }

    fn send(&mut self, ask: Ask) -> Result<()> {
        let mut operation = self.operation.clone();
        let limit = i32::try_from(ask.limit()).unwrap_or(i32::MAX);
        match &ask {
            Ask::Cursor { after, .. } => operation.set_cursor(limit, after.clone()),
            Ask::Window { offset, filter, .. } => {
                let counted = i32::try_from(*offset).map_err(|_| {
                    Error::config(format!(
                        "the list cannot be read from row {offset} on: the manager counts to \
                         2147483647"
                    ))
                })?;
                operation.set_window(limit, counted);
                if let (Some(filter), Some(own)) = (filter, operation.filter_mut()) {
                    *own = MaybeUndefined::Value(filter.clone());
                }
                if let (Some(key), Some(order)) = (O::KEY, operation.order_mut()) {
                    order::complete(order, key);
                }
            }
        }
        let request = Request::of(self.client.clone(), &operation);
        self.queue.push(ask, request.into_future());
        Ok(())
    }

    /// Moves past a page. `None` when it has nothing for the caller and the walk goes on or ends.
    fn take(&mut self, page: Page<O::Item>, ask: &Ask) -> Result<Option<Page<O::Item>>> {
        let Some(course) = &mut self.course else { return Ok(None) };
        let Page { items, cursors, total_count: total, end_cursor: end, has_next_page: more } =
            page;
        let rows = items.len() as u64;
        let by_cursor = matches!(course, Course::Cursor(_)) || O::KEY.is_none();
        let cursor = |index: usize| cursors.get(index).cloned().flatten();
        let keys = items.iter().enumerate();
        let keys = keys.map(|(index, item)| if by_cursor { cursor(index) } else { O::key(item) });
        let seen = Seen { keys: keys.collect(), total, more, end: end.clone() };
        let taken = course.take(&self.position, ask.limit(), seen, &mut self.drift);
        let mut kept = taken.kept;
        self.total = taken.total.or(self.total);
        self.done = taken.done;
        if let Some(left) = &mut self.left {
            kept.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= kept.len() as u64;
            self.done |= *left == 0;
        }
        self.begin = std::mem::replace(&mut self.position, taken.position);
        if self.left == Some(0) && !kept.is_empty() {
            self.position = course.past(&self.begin, &kept);
        }
        self.full = rows == u64::from(ask.limit()) && !kept.is_empty();
        let mut wanted = kept.iter().map(|row| row.index).peekable();
        let mut keep = |index: &usize| wanted.next_if_eq(index).is_some();
        let kept_rows: Vec<_> = (0..items.len()).map(|index| keep(&index)).collect();
        let chosen = |index: usize| kept_rows.get(index).copied().unwrap_or(false);
        let items: Vec<_> = items
            .into_iter()
            .enumerate()
            .filter_map(|(index, item)| chosen(index).then_some(item))
            .collect();
        let cursors = cursors
            .into_iter()
            .enumerate()
            .filter_map(|(index, cursor)| chosen(index).then_some(cursor))
            .collect();
        self.marks = kept;
        match taken.error {
            Some(error) => Err(error.with_operation(O::NAME.into())),
            None if items.is_empty() => Ok(None),
            None => Ok(Some(Page {
                items,
                total_count: self.total,
                cursors,
                end_cursor: end,
                has_next_page: more,
            })),
        }
    }
}

fn way(walk: Pagination) -> &'static str {
    match walk {
        Pagination::Keyset => "by key",
        Pagination::Offset => "by offset",
        Pagination::Cursor => "by cursor",
    }
}
