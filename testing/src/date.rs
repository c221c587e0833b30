//! Dates in the forms that the manager reads, and a clock that can be shifted.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use jiff::civil::{Date, Time};
use jiff::fmt::rfc2822;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// A point in time and the calendar day that its text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    /// The day in the time zone of the text; the signing key is derived from it.
    pub(crate) day: Date,
}

/// Parses ISO 8601 (UTC if there is no time zone) and the dates of HTTP and mail.
///
/// The manager accepts many more forms; no client is known to send them.
pub(crate) fn parse(text: &str) -> Option<Moment> {
    if let Ok(pieces) = Pieces::parse(text) {
        let day = pieces.date();
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        let time = pieces.time().unwrap_or(Time::midnight());
        let at = day.to_datetime(time).to_zoned(TimeZone::fixed(offset)).ok()?.timestamp();
        return Some(Moment { at, day });
    }
    if let Ok(zoned) = rfc2822::DateTimeParser::new().parse_zoned(text) {
        return Some(Moment { at: zoned.timestamp(), day: zoned.date() });
    }
    // What is left are the two obsolete forms of HTTP.
    let at = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
    Some(Moment { at, day: Offset::UTC.to_datetime(at).date() })
}

/// Formats a time like the manager: with microseconds, unless they are zero.
pub(crate) fn iso(at: Timestamp) -> String {
    let civil = Offset::UTC.to_datetime(at);
    let micros = civil.subsec_nanosecond() / 1000;
    let whole = civil.strftime("%Y-%m-%dT%H:%M:%S");
    if micros == 0 { format!("{whole}+00:00") } else { format!("{whole}.{micros:06}+00:00") }
}

/// Formats a time for the `Date` header. A clock before 1970 stands at 1970 here.
pub(crate) fn http(at: Timestamp) -> String {
    httpdate::fmt_http_date(SystemTime::from(at.max(Timestamp::UNIX_EPOCH)))
}

/// The manager's clock: the clock of this machine, shifted.
#[derive(Debug)]
pub(crate) struct Clock {
    shift_micros: AtomicI64,
}

impl Clock {
    pub(crate) fn new(shift: SignedDuration) -> Self {
        Self { shift_micros: AtomicI64::new(micros(shift)) }
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.shift_micros.fetch_add(micros(by), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        let shift = SignedDuration::from_micros(self.shift_micros.load(Ordering::SeqCst));
        let now = Timestamp::now();
        let shifted = now.checked_add(shift).unwrap_or(now);
        // PostgreSQL keeps microseconds.
        Timestamp::from_microsecond(shifted.as_microsecond()).unwrap_or(shifted)
    }
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> String {
        iso(parse(text).expect(text).at)
    }

    #[test]
    fn parses_the_observed_forms() {
        assert_eq!(at("2026-11-21T23:36:48.659149+00:00"), "2026-11-21T23:36:48.659149+00:00");
        assert_eq!(at("2026-11-21T23:36:48Z"), "2026-11-21T23:36:48+00:00");
        assert_eq!(at("2026-11-21T23:36:48.659149Z"), "2026-11-21T23:36:48.659149+00:00");
        assert_eq!(at("2026-11-21T23:36:48"), "2026-11-21T23:36:48+00:00");
        assert_eq!(at("Sat, 21 Nov 2026 23:36:48 GMT"), "2026-11-21T23:36:48+00:00");
        assert_eq!(at("Sat Nov 21 23:36:48 2026"), "2026-11-21T23:36:48+00:00");
        assert_eq!(at("Saturday, 21-Nov-26 23:36:48 GMT"), "2026-11-21T23:36:48+00:00");
        assert_eq!(at("20261121T233648Z"), "2026-11-21T23:36:48+00:00");
        assert_eq!(at("2020-01-01"), "2020-01-01T00:00:00+00:00");
        assert_eq!(parse("yesterday"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn the_day_is_in_the_time_zone_of_the_text() {
        let moment = parse("2026-11-22T13:36:48.727020+14:00").unwrap();
        assert_eq!(moment.day.to_string(), "2026-11-22");
        assert_eq!(iso(moment.at), "2026-11-21T23:36:48.727020+00:00");
    }

    #[test]
    fn http_dates_look_like_http_dates() {
        assert_eq!(http("2026-11-21T23:36:48Z".parse().unwrap()), "Sat, 21 Nov 2026 23:36:48 GMT");
    }
}
