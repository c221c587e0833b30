//! The date of a request: the header that is sent and signed, and the day that the key depends on.

use std::fmt;

use http::HeaderValue;
use jiff::{Timestamp, fmt::temporal::Pieces, tz::Offset};

/// The `Date` header of a request.
///
/// The manager signs the header as it is, and derives the key from the calendar day in the zone of the
/// header. It refuses a date more than 15 minutes from its clock, so every attempt needs a new one.
///
/// ```
/// use backendai::sign::RequestDate;
///
/// let date = RequestDate::new("2026-09-20T01:02:03Z".parse()?);
/// assert_eq!(date.as_str(), "2026-09-20T01:02:03+00:00");
/// let date = RequestDate::parse("2026-09-21T13:02:03+14:00")?;
/// assert_eq!(date.day(), "20260921");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestDate {
    text: String,
    day: String,
}

impl RequestDate {
    /// Creates the date of a moment, in UTC and in the form of the official client: ISO 8601 with
    /// microseconds, which are left out when they are zero. Nanoseconds are truncated.
    pub fn new(moment: Timestamp) -> Self {
        let moment = Offset::UTC.to_datetime(moment);
        let mut text = String::with_capacity(LONGEST);
        push(&mut text, moment.year(), 4);
        for (separator, number) in [
            ('-', moment.month()),
            ('-', moment.day()),
            ('T', moment.hour()),
            (':', moment.minute()),
            (':', moment.second()),
        ] {
            text.push(separator);
            push(&mut text, number, 2);
        }
        let micros = moment.subsec_nanosecond() / 1_000;
        if micros != 0 {
            text.push('.');
            push(&mut text, micros, 6);
        }
        text.push_str("+00:00");
        let mut day = String::with_capacity(8);
        push(&mut day, moment.year(), 4);
        push(&mut day, moment.month(), 2);
        push(&mut day, moment.day(), 2);
        Self { text, day }
    }

    /// Keeps a date as it is. It must be ISO 8601 with a date and a time; the zone may be any offset,
    /// `Z`, or absent, which means UTC.
    ///
    /// # Errors
    ///
    /// When the string is not such a date.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let invalid = || InvalidDate(text.to_owned());
        let pieces = Pieces::parse(text).map_err(|_| invalid())?;
        // The manager does not read the extension of a zone's name in brackets.
        let absent = pieces.time().is_none() || pieces.date().year() < 1;
        if absent || text.contains('[') || !text.is_ascii() {
            return Err(invalid());
        }
        let date = pieces.date();
        let day = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
        Ok(Self { text: text.to_owned(), day })
    }

    /// Returns the value of the `Date` header.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the day, as `YYYYMMDD`.
    pub fn day(&self) -> &str {
        &self.day
    }

    /// Returns the value as a header.
    pub fn header_value(&self) -> HeaderValue {
        #[expect(clippy::expect_used, reason = "both constructors let only such text through")]
        HeaderValue::from_str(&self.text).expect("printable ASCII")
    }
}

/// Length of a date with microseconds.
const LONGEST: usize = "2026-09-20T01:02:03.456789+00:00".len();

/// Appends a number with leading zeros. Every request has a date: jiff's printer takes 1,000 instructions
/// and an allocation more (`bench -- count`).
fn push(text: &mut String, number: impl Into<i32>, width: u32) {
    let number = number.into();
    if number < 0 {
        // Before the year 0, which no clock shows.
        text.push('-');
    }
    let number = number.unsigned_abs();
    for place in (0..width).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

impl fmt::Display for RequestDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A string that cannot be the date of a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date and time as in 2026-09-20T01:02:03+00:00")]
pub struct InvalidDate(String);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_with_microseconds_only_when_there_are_some() {
        for (moment, text, day) in [
            ("2026-09-20T00:00:00Z", "2026-09-20T00:00:00+00:00", "20260920"),
            ("2026-09-20T01:02:03.000001Z", "2026-09-20T01:02:03.000001+00:00", "20260920"),
            ("2026-09-20T01:02:03.000000999Z", "2026-09-20T01:02:03+00:00", "20260920"),
            ("2026-09-20T01:02:03.5Z", "2026-09-20T01:02:03.500000+00:00", "20260920"),
            ("2026-01-01T03:00:00+09:00", "2025-12-31T18:00:00+00:00", "20251231"),
            ("0999-01-02T03:04:05Z", "0999-01-02T03:04:05+00:00", "09990102"),
        ] {
            let date = RequestDate::new(moment.parse().unwrap());
            assert_eq!((date.as_str(), date.day()), (text, day), "{moment}");
            assert_eq!(date.header_value(), text);
        }
    }

    #[test]
    fn a_text_is_kept_with_the_day_it_shows() {
        for (text, day) in [
            ("2026-11-22T13:36:48.727020+14:00", "20261122"),
            ("2026-11-21T23:36:48-12:00", "20261121"),
            ("2026-11-21T23:36:48Z", "20261121"),
            ("2026-11-21T23:36:48", "20261121"),
            ("2026-11-21 23:36:48+00:00", "20261121"),
        ] {
            let date = RequestDate::parse(text).unwrap();
            assert_eq!((date.as_str(), date.day()), (text, day));
        }
        for text in [
            "",
            "yesterday",
            "2026-11-21",
            "2026-02-30T00:00:00Z",
            "2026-11-21T23:36:48+09:00[Asia/Seoul]",
            "2026-11-21T23:36:48Z\n",
            " 2026-11-21T23:36:48Z",
        ] {
            let error = RequestDate::parse(text).unwrap_err();
            assert!(error.to_string().contains("2026-09-20T01:02:03+00:00"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_either_refused_or_fit_for_a_header(text in "\\PC*|[0-9TZ:+. -]{10,40}") {
            if let Ok(date) = RequestDate::parse(&text) {
                prop_assert_eq!(date.header_value(), text.as_str());
                prop_assert_eq!(date.day().len(), 8);
            }
        }

        #[test]
        fn any_moment_is_read_back(seconds in -62_135_596_800_i64..=253_402_207_200, nanos in 0..1_000_000_000_i32) {
            let date = RequestDate::new(Timestamp::new(seconds, nanos).unwrap());
            prop_assert_eq!(&RequestDate::parse(date.as_str()).unwrap(), &date);
        }
    }
}
