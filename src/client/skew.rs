//! How far this machine's clock is from the manager's.

use std::sync::atomic::{AtomicI64, Ordering};

use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

/// A difference below this does not explain why a date was refused: 15 minutes are allowed.
const SMALLEST: SignedDuration = SignedDuration::from_mins(1);

/// What is added to the clock, in seconds; the `Date` of an answer has no more.
#[derive(Default)]
pub(super) struct Skew(AtomicI64);

impl Skew {
    pub(super) fn offset(&self) -> SignedDuration {
        SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }

    /// The moment that the manager's clock shows.
    pub(super) fn correct(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.offset()).unwrap_or(now)
    }

    /// Takes the time of an answer for the right one. `false` when that changes nothing.
    pub(super) fn learn(&self, now: Timestamp, server: Timestamp) -> bool {
        let difference = server.duration_since(self.correct(now));
        if difference.abs() < SMALLEST {
            return false;
        }
        self.0.store(server.duration_since(now).as_secs(), Ordering::Relaxed);
        true
    }
}

/// The moment that a header names as HTTP does, `Sat, 21 Nov 2026 23:36:46 GMT`.
pub(crate) fn moment(headers: &HeaderMap, name: &header::HeaderName) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(headers.get(name)?.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_learned_when_it_explains_the_refusal() {
        let skew = Skew::default();
        let now: Timestamp = "2026-09-20T01:02:03.5Z".parse().unwrap();
        assert!(!skew.learn(now, "2026-09-20T01:02:50Z".parse().unwrap()));
        assert_eq!(skew.correct(now), now);
        let server = "2026-09-20T00:32:03Z".parse().unwrap();
        assert!(skew.learn(now, server));
        assert_eq!(skew.offset(), SignedDuration::from_mins(-30));
        assert!(skew.correct(now).duration_since(server).abs() <= SignedDuration::from_secs(1));
        // The same again explains nothing any more.
        assert!(!skew.learn(now, server));
    }

    #[test]
    fn the_ends_of_time_are_no_panic() {
        let skew = Skew::default();
        assert!(skew.learn(Timestamp::MIN, Timestamp::MAX));
        skew.correct(Timestamp::MAX);
        assert!(skew.learn(Timestamp::MAX, Timestamp::MIN));
        skew.correct(Timestamp::MIN);
    }

    #[test]
    fn a_date_of_http_is_read() {
        let mut headers = HeaderMap::new();
        assert_eq!(moment(&headers, &header::DATE), None);
        headers.insert(header::DATE, "Sat, 21 Nov 2026 23:36:46 GMT".parse().unwrap());
        let read = moment(&headers, &header::DATE).unwrap();
        assert_eq!(read, "2026-11-21T23:36:46Z".parse().unwrap());
        headers.insert(header::DATE, "soon".parse().unwrap());
        assert_eq!(moment(&headers, &header::DATE), None);
    }
}
