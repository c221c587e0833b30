//! The order of the endpoints, and which of them failed lately.

use std::{
    borrow::Cow,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// How long an endpoint that failed is tried last; doubled by each further failure, up to eight
/// times.
const REST: Duration = Duration::from_secs(30);
const DOUBLINGS: u32 = 3;

/// The endpoints of a client, by their index in the configuration.
pub(crate) struct Endpoints {
    order: Vec<usize>,
    /// Whether any has failed. While none has, which is nearly always, the lock is not taken.
    any_failed: AtomicBool,
    failed: Mutex<Vec<Option<Failed>>>,
}

#[derive(Clone, Copy)]
struct Failed {
    times: u32,
    /// Until then it is tried only after the others.
    until: Instant,
}

impl Endpoints {
    /// Creates the endpoints in this order.
    pub(super) fn new(order: Vec<usize>) -> Self {
        let failed = Mutex::new(vec![None; order.len()]);
        Self { order, any_failed: AtomicBool::new(false), failed }
    }

    /// Returns all endpoints, each once: first those that work, in the order of this client, then
    /// those that failed. One whose rest is over gets its place back for one call, if that call
    /// allows a `trial`: a failing endpoint is not tried with a mutation.
    pub(crate) fn round(&self, trial: bool) -> Cow<'_, [usize]> {
        if !self.any_failed.load(Ordering::Acquire) {
            return Cow::Borrowed(&self.order);
        }
        let now = Instant::now();
        let mut failed = self.lock();
        let mut tried = false;
        let mut round: Vec<_> = self
            .order
            .iter()
            .map(|&index| {
                let rests = match failed.get_mut(index) {
                    Some(Some(failed)) if trial && !tried && failed.until <= now => {
                        // Concurrent calls do not try it before this one has a result.
                        failed.until = now + REST;
                        tried = true;
                        false
                    }
                    Some(Some(_)) => true,
                    _ => false,
                };
                (rests, index)
            })
            .collect();
        round.sort_by_key(|(rests, _)| *rests);
        round.into_iter().map(|(_, index)| index).collect()
    }

    /// Records that a manager answered there.
    pub(crate) fn works(&self, index: usize) {
        if !self.any_failed.load(Ordering::Acquire) {
            return;
        }
        let mut all = self.lock();
        if let Some(failed) = all.get_mut(index) {
            *failed = None;
        }
        self.any_failed.store(all.iter().any(Option::is_some), Ordering::Release);
    }

    /// Records that no manager answered there.
    pub(crate) fn fails(&self, index: usize) {
        let mut all = self.lock();
        if let Some(failed) = all.get_mut(index) {
            let times = failed.map_or(0, |failed| failed.times);
            let until = Instant::now() + REST * 2_u32.pow(times.min(DOUBLINGS));
            *failed = Some(Failed { times: times.saturating_add(1), until });
            self.any_failed.store(true, Ordering::Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<Failed>>> {
        // Entries are replaced as a whole, so a poisoned lock still holds complete ones.
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_that_failed_comes_last_and_gets_its_place_back_by_a_query() {
        let endpoints = Endpoints::new(vec![2, 0, 1]);
        assert_eq!(*endpoints.round(true), [2, 0, 1]);
        endpoints.fails(2);
        assert_eq!(*endpoints.round(true), [0, 1, 2]);
        endpoints.fails(0);
        assert_eq!(*endpoints.round(true), [1, 2, 0]);

        tokio::time::advance(REST).await;
        assert_eq!(*endpoints.round(false), [1, 2, 0], "a mutation tries nothing");
        assert_eq!(*endpoints.round(true), [2, 1, 0], "one at a time");
        assert_eq!(*endpoints.round(true), [0, 1, 2], "and once");
        assert_eq!(*endpoints.round(true), [1, 2, 0]);
        endpoints.works(2);
        assert_eq!(*endpoints.round(false), [2, 1, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_that_keeps_failing_rests_longer_up_to_a_limit() {
        let endpoints = Endpoints::new(vec![0, 1]);
        for rests in [1, 2, 4, 8, 8] {
            endpoints.fails(0);
            tokio::time::advance(REST * rests - Duration::from_millis(1)).await;
            assert_eq!(*endpoints.round(true), [1, 0], "{rests}");
            tokio::time::advance(Duration::from_millis(1)).await;
            assert_eq!(*endpoints.round(true), [0, 1], "{rests}");
        }
    }
}
