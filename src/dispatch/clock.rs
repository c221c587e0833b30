//! Time: the clock, pauses, and the difference to the manager's clock.

use std::{
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};

use crate::http::date;

/// A smaller difference does not explain why a date was refused: the manager allows 15 minutes.
const SMALLEST: SignedDuration = SignedDuration::from_mins(1);

/// A pause.
pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The time source of a client.
pub(crate) struct Clock {
    pub(crate) now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) sleep: Box<dyn Fn(Duration) -> Sleep + Send + Sync>,
    /// Whether a refused date corrects the clock.
    pub(crate) corrects_skew: bool,
    skew: Skew,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            now: Box::new(Timestamp::now),
            sleep: Box::new(|pause| Box::pin(tokio::time::sleep(pause))),
            corrects_skew: true,
            skew: Skew::default(),
        }
    }
}

impl Clock {
    /// Returns this machine's time.
    #[cfg(feature = "session")]
    pub(crate) fn local(&self) -> Timestamp {
        (self.now)()
    }

    /// Returns the time on the manager's clock, as far as it is known.
    pub(crate) fn now(&self) -> Timestamp {
        self.skew.correct((self.now)())
    }

    /// Returns by how much the manager's clock is known to be ahead.
    pub(crate) fn offset(&self) -> SignedDuration {
        self.skew.offset()
    }

    /// Pauses.
    pub(crate) fn sleep(&self, pause: Duration) -> Sleep {
        (self.sleep)(pause)
    }

    /// Takes the date of a response as the correct time. Returns whether that changes the dates
    /// of later requests.
    pub(crate) fn update_skew(&self, headers: &HeaderMap) -> bool {
        let updated = self.corrects_skew
            && date(headers, header::DATE)
                .is_some_and(|server| self.skew.update((self.now)(), server));
        if updated {
            tracing::warn!(
                offset = self.offset().as_secs(),
                "the manager refused this machine's date; its own is used from now on: set the \
                 clock of one of the two"
            );
        }
        updated
    }

    /// As [`update_skew`](Self::update_skew) for a refusal with an unknown reason: only if the
    /// clocks are so far apart that the date explains it.
    #[cfg(feature = "proxy")]
    pub(crate) fn update_large_skew(&self, headers: &HeaderMap) {
        let now = self.now();
        let far =
            |server: Timestamp| server.duration_since(now).abs() > SignedDuration::from_mins(14);
        if date(headers, header::DATE).is_some_and(far) {
            self.update_skew(headers);
        }
    }

    /// Returns the delay in `Retry-After`: seconds, or a date on the server's clock.
    pub(crate) fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = date(headers, header::RETRY_AFTER)?;
        let now = date(headers, header::DATE).unwrap_or_else(|| self.now());
        // A date in the past means now.
        Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
    }
}

/// Seconds to add to this machine's clock; the `Date` of a response is no more precise.
#[derive(Default)]
struct Skew(AtomicI64);

impl Skew {
    fn offset(&self) -> SignedDuration {
        SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn correct(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.offset()).unwrap_or(now)
    }

    /// Returns whether the server's time differs enough to change the offset.
    fn update(&self, now: Timestamp, server: Timestamp) -> bool {
        let difference = server.duration_since(self.correct(now));
        if difference.abs() < SMALLEST {
            return false;
        }
        self.0.store(server.duration_since(now).as_secs(), Ordering::Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_learned_when_it_explains_the_refusal() {
        let skew = Skew::default();
        let now: Timestamp = "2026-09-20T01:02:03.5Z".parse().unwrap();
        assert!(!skew.update(now, "2026-09-20T01:02:50Z".parse().unwrap()));
        assert_eq!(skew.correct(now), now);
        let server = "2026-09-20T00:32:03Z".parse().unwrap();
        assert!(skew.update(now, server));
        assert_eq!(skew.offset(), SignedDuration::from_mins(-30));
        assert!(skew.correct(now).duration_since(server).abs() <= SignedDuration::from_secs(1));
        // The same date again explains nothing.
        assert!(!skew.update(now, server));
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        let skew = Skew::default();
        assert!(skew.update(Timestamp::MIN, Timestamp::MAX));
        skew.correct(Timestamp::MAX);
        assert!(skew.update(Timestamp::MAX, Timestamp::MIN));
        skew.correct(Timestamp::MIN);
    }
}
