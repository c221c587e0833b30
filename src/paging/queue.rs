//! The pages that were asked for and not handed out yet.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::course::Ask;
use crate::{
    error::{Error, Result},
    operation::{Page, Paginated},
};

/// Pages in the order of the list, each beginning where the one before it ends if that is full.
///
/// Nobody polls them but the walk itself: dropping the queue cancels what is under way.
pub(super) struct Queue<O: Paginated>(VecDeque<Asked<O>>);

struct Asked<O: Paginated> {
    ask: Ask,
    /// Whether it was under way at a time when nobody polled it.
    idle: bool,
    answer: Answer<O>,
}

enum Answer<O: Paginated> {
    Pending(Pending<O::Data>),
    Here(Result<Page<O::Item>>),
}

type Pending<D> = Pin<Box<dyn Future<Output = Result<D>> + Send>>;

/// The first page of the queue, when its turn has come.
pub(super) struct Arrived<T> {
    pub(super) page: Result<Page<T>>,
    pub(super) ask: Ask,
    /// Whether it was under way at a time when nobody polled it.
    pub(super) idle: bool,
}

impl<O: Paginated> Queue<O> {
    pub(super) const fn new() -> Self {
        Self(VecDeque::new())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn push(&mut self, ask: Ask, answer: Pending<O::Data>) {
        self.0.push_back(Asked { ask, idle: false, answer: Answer::Pending(answer) });
    }

    /// What the first page was asked for with.
    pub(super) fn first(&self) -> Option<&Ask> {
        self.0.front().map(|asked| &asked.ask)
    }

    /// Where the page after the last one begins, if all are full.
    pub(super) fn end(&self) -> Option<u64> {
        self.0.back().and_then(|asked| match &asked.ask {
            Ask::Window { limit, offset, .. } => Some(offset + u64::from(*limit)),
            Ask::Cursor { .. } => None,
        })
    }

    /// Whether no answer is here that is known to be less, or more, than a full page. What comes
    /// after such a page begins elsewhere.
    pub(super) fn is_full_so_far(&self) -> bool {
        self.0.iter().all(|asked| match &asked.answer {
            Answer::Pending(_) => true,
            Answer::Here(Ok(page)) => page.items.len() as u64 == u64::from(asked.ask.limit()),
            Answer::Here(Err(_)) => false,
        })
    }

    /// Moves everything that is under way on.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) {
        for asked in &mut self.0 {
            if let Answer::Pending(answer) = &mut asked.answer
                && let Poll::Ready(data) = answer.as_mut().poll(context)
            {
                let page = data.and_then(|data| {
                    O::page(data)
                        .ok_or_else(|| Error::null("data", false).with_operation(O::NAME.into()))
                });
                asked.answer = Answer::Here(page);
            }
        }
    }

    /// Takes the first page, if it is here.
    pub(super) fn pop(&mut self) -> Option<Arrived<O::Item>> {
        let Asked { ask, idle, answer } = self.0.pop_front()?;
        match answer {
            Answer::Here(page) => Some(Arrived { page, ask, idle }),
            Answer::Pending(_) => {
                self.0.push_front(Asked { ask, idle, answer });
                None
            }
        }
    }

    /// From now on until the next call nobody polls it.
    pub(super) fn rest(&mut self) {
        for asked in &mut self.0 {
            asked.idle |= matches!(asked.answer, Answer::Pending(_));
        }
    }
}
