//! The requests of a pager.

use std::task::{Context, Poll};

use super::{
    Pager,
    queue::{LastKey, Pending, Received},
    strategy::{PageKeys, PageRequest},
};
use crate::{
    error::{Error, Result},
    operation::{Page, Paginated, key_name, variables},
    request::Request,
};

impl<O: Paginated> Pager<O> {
    pub(super) fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Page<O::Item>>>> {
        self.level.resume();
        loop {
            if self.state.done {
                return Poll::Ready(None);
            }
            if self.state.strategy.is_none() {
                self.drop_requests();
                let started = variables(&self.operation);
                if let Err(error) = started.and_then(|variables| self.state.start(variables)) {
                    return self.fail(error);
                }
                self.key_name = match self.state.uses_cursors() {
                    true => self.end_cursor_name(),
                    false => key_name(&self.operation),
                };
                if self.state.uses_cursors() {
                    self.level.start_low();
                }
            }
            match self.poll_queue(context) {
                Poll::Ready(None) => {}
                page => return page,
            }
        }
    }

    fn fail<T>(&mut self, error: Error) -> Poll<Option<Result<T>>> {
        self.state.done = true;
        Poll::Ready(Some(Err(error.with_operation(self.operation.info().label().into()))))
    }

    fn drop_requests(&mut self) {
        self.queue.clear();
        self.predicted = None;
        self.index.clear();
    }

    /// Ready with `None` when there is nothing to return and the list goes on or ends.
    fn poll_queue(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<O::Item>>>> {
        self.poll_index(context);
        if self.waits_for_index() {
            return Poll::Pending;
        }
        let next = match self.state.page_request() {
            Ok(Some(next)) => next,
            Ok(None) => {
                self.state.done = true;
                self.drop_requests();
                return Poll::Ready(None);
            }
            Err(error) => return self.fail(error),
        };
        if self.queue.begin_with(&next) {
            self.predicted.take_if(|predicted| *predicted == next);
        } else {
            if self.predicted.take().is_some() {
                // The key that was found in the response is not that of its last row.
                self.key_name = None;
            }
            if !self.state.has_ranges() {
                // No other response is of use.
                self.queue.clear();
            }
            if let Err(error) = self.send_first(next) {
                return self.fail(error);
            }
        }
        // First the responses that are there, after which less may have to be requested.
        self.poll_requests(0, context);
        if self.request_predicted(context) {
            return Poll::Pending;
        }
        self.request_ahead(self.pages_ahead().saturating_add(1), context);
        let Some(Received { page, request, unpolled, ahead }) = self.queue.pop() else {
            return Poll::Pending;
        };
        let in_flight = self.queue.in_flight() + 1;
        let page = page.and_then(|page| self.accept(page, &request));
        self.state.ahead &= page.is_ok();
        if !self.state.ahead || self.state.done {
            self.drop_requests();
        }
        match page {
            // It may have timed out only because the caller was busy.
            Err(error) if unpolled && error.is_transport() => Poll::Ready(None),
            // Alone it may be accepted.
            Err(error) if ahead && error.is_rate_limited() => {
                self.level.refused(in_flight);
                Poll::Ready(None)
            }
            Ok(Some(page)) => {
                self.index.page_read();
                if self.is_in_place() {
                    self.request_ahead(self.pages_ahead(), context);
                }
                self.queue.mark_unpolled();
                self.level.pause();
                Poll::Ready(Some(Ok(page)))
            }
            page => Poll::Ready(page.transpose()),
        }
    }

    /// The name in a response of the last cursor.
    fn end_cursor_name(&self) -> Option<String> {
        Some(self.operation.info().rows?.edges?.end_cursor.to_owned())
    }

    /// How many pages to request ahead.
    fn pages_ahead(&self) -> usize {
        self.level.pages(self.state.prefetch)
    }

    /// Whether the keys or cursors of the rows ahead are of use. Those of a connection cost as much as a
    /// third of its pages, so that they are not where the manager answers one request after the other.
    fn uses_index(&self) -> bool {
        self.state.prefetch > 0
            && self.index.is_possible()
            && (self.pages_ahead() > 1 || !self.state.uses_cursors())
    }

    /// For how many pages at the same time an index is made.
    fn ranges_ahead(&self) -> usize {
        if self.state.uses_cursors() { self.pages_ahead() } else { self.state.prefetch }
    }

    fn poll_requests(&mut self, skip: usize, context: &mut Context<'_>) {
        self.queue.poll(skip, &self.operation, &mut self.level, context);
    }

    /// As soon as the key of the last row is in a response, requests the page after it, so that the
    /// manager works while this one is decoded. Returns whether it did.
    fn request_predicted(&mut self, context: &mut Context<'_>) -> bool {
        if let Some((key, limit)) = self.queue.last_key()
            && let Some(request) = self.state.predict(&key, limit)
            // What cannot be sent is an error once it is the next page.
            && let Ok(()) = self.send(request.clone())
        {
            self.predicted = Some(request);
            self.poll_requests(1, context);
            return true;
        }
        false
    }

    /// Whether the queue begins with the next page, and not after the rest of an outgrown range.
    fn is_in_place(&self) -> bool {
        !self.state.has_ranges()
            || self.queue.first().is_none_or(|first| {
                self.state.page_request().is_ok_and(|next| next.as_ref() == Some(first))
            })
    }

    /// Requests the pages after those in the queue, until it has `pages`, and the keys of the rows
    /// ahead.
    fn request_ahead(&mut self, pages: usize, context: &mut Context<'_>) {
        let before = self.queue.len();
        if self.index.is_free()
            && before < pages
            && self.uses_index()
            && let Some(request) = self.state.request_index(before, self.ranges_ahead())
        {
            self.request_index(request);
            self.poll_index(context);
        }
        if self.waits_for_index() {
            return;
        }
        let index = usize::from(self.index.is_pending());
        while self.queue.len() + index < pages && self.queue.is_intact() {
            let queued = self.queue.queued(self.state.position.rows());
            let Some(request) = self.state.request_ahead(queued) else { break };
            // An offset that is too large is an error once it is the next page.
            let Ok(()) = self.send(request) else { break };
        }
        self.poll_requests(before, context);
    }

    /// Whether the next page can be requested only after the keys ahead were received.
    fn waits_for_index(&self) -> bool {
        self.index.is_pending() && !self.state.has_ranges()
    }

    fn request_index(&mut self, request: PageRequest) {
        let variables = self.state.variables(&request);
        let by_cursor = self.state.uses_cursors();
        match (self.index.operation(self.operation.info(), by_cursor), variables) {
            (Some(_), Ok(variables)) => {
                let sent = self.level.sent(self.queue.in_flight() + 1);
                self.index.send(request, sent, self.dispatcher.clone(), &variables);
            }
            _ => self.index.give_up(),
        }
    }

    fn poll_index(&mut self, context: &mut Context<'_>) {
        let Poll::Ready((request, sent, page)) = self.index.poll(context) else { return };
        match page {
            Ok(page) => {
                self.index.answered(self.state.accept_index(page, &request));
                let pages = f64::from(request.limit()) / f64::from(self.state.page_size);
                if self.state.uses_cursors() && !self.level.is_cheap(&sent, pages) {
                    self.index.give_up();
                }
            }
            Err(error) => {
                if error.is_rate_limited() {
                    self.level.refused(self.queue.in_flight() + 1);
                } else if !error.is_transport() && !error.is_http() {
                    self.index.give_up();
                }
                self.index.answered(false);
            }
        }
    }

    fn send(&mut self, request: PageRequest) -> Result<()> {
        let (response, last_key) = self.response(&request)?;
        self.queue.push(request, response, last_key, &self.level);
        Ok(())
    }

    fn send_first(&mut self, request: PageRequest) -> Result<()> {
        let (response, last_key) = self.response(&request)?;
        self.queue.push_front(request, response, last_key, &self.level);
        Ok(())
    }

    fn response(&self, request: &PageRequest) -> Result<(Pending<O::Data>, LastKey)> {
        let variables = self.state.variables(request)?;
        let mut sent =
            Request::with_variables(self.dispatcher.clone(), &self.operation, &variables);
        let last_key = LastKey::default();
        // With keys ahead, the next page does not depend on this one.
        let sequential = !self.uses_index();
        let continues = matches!(
            request,
            PageRequest::Window { filter: Some(_), .. }
                | PageRequest::Cursor { after: Some(_), .. }
        );
        if let Some(name) = self.key_name.as_ref().filter(|_| sequential && continues) {
            let (name, last_key) = (name.clone(), last_key.clone());
            sent = sent.peek(move |body| last_key.find(body, &name));
        }
        Ok((sent.into_future(), last_key))
    }

    /// Moves past a page; `None` when it has nothing to return.
    fn accept(
        &mut self,
        mut page: Page<O::Item>,
        request: &PageRequest,
    ) -> Result<Option<Page<O::Item>>> {
        let uses_cursors = self.state.paging.is_none_or(|paging| paging.key.is_none())
            || self.state.uses_cursors();
        let keys = match uses_cursors {
            true => {
                let mut cursors = page.cursors.clone();
                cursors.resize(page.items.len(), None);
                cursors
            }
            false => page.items.iter().map(O::key).collect(),
        };
        let page_keys = PageKeys {
            keys,
            total: page.total_count,
            has_next_page: page.has_next_page,
            end_cursor: page.end_cursor.clone(),
        };
        let accepted = self.state.accept(page_keys, request);
        accepted.map_err(|error| error.with_operation(self.operation.info().label().into()))?;
        self.state.retain(&mut page.items);
        self.state.retain(&mut page.cursors);
        page.total_count = self.state.total;
        Ok((!page.items.is_empty()).then_some(page))
    }
}
