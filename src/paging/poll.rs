//! The requests of a pager.

use std::task::{Context, Poll};

use super::{
    Pager,
    queue::Received,
    strategy::{PageKeys, PageRequest},
};
use crate::{
    error::{Error, Result},
    operation::{Page, Paginated, variables},
    request::Request,
};

impl<O: Paginated> Pager<O> {
    pub(super) fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Page<O::Item>>>> {
        loop {
            if self.state.done {
                return Poll::Ready(None);
            }
            if self.state.strategy.is_none() {
                let started = variables(&self.operation);
                if let Err(error) = started.and_then(|variables| self.state.start(variables)) {
                    return self.fail(error);
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

    /// Ready with `None` when there is nothing to return and the list goes on or ends.
    fn poll_queue(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<O::Item>>>> {
        let next = match self.state.page_request() {
            Ok(Some(next)) => next,
            Ok(None) => {
                self.state.done = true;
                self.queue.clear();
                return Poll::Ready(None);
            }
            Err(error) => return self.fail(error),
        };
        // No other response is of use.
        if self.queue.first() != Some(&next) {
            self.queue.clear();
            if let Err(error) = self.send(next) {
                return self.fail(error);
            }
        }
        // First the responses that are there, after which less may have to be requested.
        self.queue.poll(&self.operation, context);
        self.request_ahead(self.state.prefetch.saturating_add(1));
        self.queue.poll(&self.operation, context);
        let Some(Received { page, request, unpolled }) = self.queue.pop() else {
            return Poll::Pending;
        };
        let page = page.and_then(|page| self.accept(page, &request));
        self.state.full &= page.is_ok();
        if !self.state.full || self.state.done {
            self.queue.clear();
        }
        match page {
            // It may have timed out only because the caller was busy.
            Err(error) if unpolled && error.is_transport() => Poll::Ready(None),
            Ok(Some(page)) => {
                self.request_ahead(self.state.prefetch);
                self.queue.poll(&self.operation, context);
                self.queue.mark_unpolled();
                Poll::Ready(Some(Ok(page)))
            }
            page => Poll::Ready(page.transpose()),
        }
    }

    /// Requests the pages after those in the queue, until it has `pages`.
    fn request_ahead(&mut self, pages: usize) {
        while self.queue.len() < pages && self.queue.is_full_so_far() {
            let begin = self.queue.end().unwrap_or(self.state.position.rows());
            let Some(request) = self.state.request_ahead(begin) else { return };
            // An offset that is too large is an error once it is the next page.
            let Ok(()) = self.send(request) else { return };
        }
    }

    fn send(&mut self, request: PageRequest) -> Result<()> {
        let variables = self.state.variables(&request)?;
        let dispatcher = self.dispatcher.clone();
        let response = Request::with_variables(dispatcher, &self.operation, &variables);
        self.queue.push(request, response.into_future());
        Ok(())
    }

    /// Moves past a page; `None` when it has nothing to return.
    fn accept(
        &mut self,
        mut page: Page<O::Item>,
        request: &PageRequest,
    ) -> Result<Option<Page<O::Item>>> {
        let uses_cursors = self.state.paging.is_none_or(|paging| paging.key.is_none())
            || self.state.strategy.as_ref().is_some_and(|strategy| strategy.uses_cursors());
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
