//! Rate limits: a fixed window per user, and one shared by all anonymous requests.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// The window's length in seconds.
const WINDOW: i64 = 900;

/// The values of the `X-RateLimit-*` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) limit: i32,
    count: i32,
    /// Seconds until the window ends.
    pub(crate) reset: i64,
}

impl Quota {
    pub(crate) fn remaining(self) -> i32 {
        (self.limit - self.count).max(0)
    }

    pub(crate) fn window() -> i64 {
        WINDOW
    }

    pub(crate) fn exceeded(self) -> bool {
        self.count > self.limit
    }
}

#[derive(Clone, Copy)]
struct Window {
    count: i32,
    ends: Timestamp,
}

/// The open windows, by user; `None` is the anonymous one.
#[derive(Default)]
pub(crate) struct Limits {
    windows: HashMap<Option<Uuid>, Window>,
}

impl Limits {
    /// Counts a request, also one that is refused.
    pub(crate) fn consume(&mut self, user: Option<Uuid>, limit: i32, now: Timestamp) -> Quota {
        let fresh = || Window { count: 0, ends: ends(now) };
        let window = self.windows.entry(user).or_insert_with(fresh);
        if window.ends <= now {
            *window = fresh();
        }
        window.count = window.count.saturating_add(1);
        let left = window.ends.duration_since(now).as_millis();
        let reset = i64::try_from((left + 999) / 1000).unwrap_or(WINDOW);
        Quota { limit, count: window.count, reset }
    }

    /// Returns the number of a user's requests in the open window.
    pub(crate) fn count(&self, user: Uuid, now: Timestamp) -> i32 {
        self.windows.get(&Some(user)).filter(|w| w.ends > now).map_or(0, |window| window.count)
    }
}

fn ends(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(WINDOW)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn counts_down_and_then_refuses() {
        let mut limits = Limits::default();
        let user = Some(Uuid::nil());
        for expected in [2, 1, 0] {
            let quota = limits.consume(user, 3, at(0));
            assert_eq!((quota.remaining(), quota.exceeded()), (expected, false));
            assert_eq!(quota.reset, 900);
        }
        let quota = limits.consume(user, 3, at(10));
        assert_eq!((quota.remaining(), quota.exceeded(), quota.reset), (0, true, 890));
        assert_eq!(limits.count(Uuid::nil(), at(10)), 4);
    }

    #[test]
    fn a_window_ends_and_users_do_not_share() {
        let mut limits = Limits::default();
        let user = Some(Uuid::nil());
        assert!(limits.consume(user, 0, at(0)).exceeded());
        assert!(!limits.consume(None, 1, at(0)).exceeded());
        assert_eq!(limits.consume(user, 5, at(899)).remaining(), 3);
        assert_eq!(limits.consume(user, 5, at(900)).remaining(), 4);
        assert_eq!(limits.count(Uuid::nil(), at(1800)), 0);
    }
}
