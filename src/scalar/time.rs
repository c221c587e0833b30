//! Days and points in time.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time: ISO 8601 with an offset; a time without one is UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "testing", derive(Default))]
pub struct DateTime(jiff::Timestamp);

impl DateTime {
    /// Returns the instant.
    pub const fn timestamp(self) -> jiff::Timestamp {
        self.0
    }
}

impl From<jiff::Timestamp> for DateTime {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp)
    }
}

impl From<DateTime> for jiff::Timestamp {
    fn from(time: DateTime) -> Self {
        time.0
    }
}

impl FromStr for DateTime {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>()
            .or_else(|error| {
                let civil: jiff::civil::DateTime = text.parse().map_err(|_| error)?;
                Ok(civil.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
            })
            .map(Self)
    }
}

impl fmt::Display for DateTime {
    /// Writes it as Python's `isoformat` in UTC, the manager's form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = if self.0.subsec_nanosecond() == 0 { 0 } else { 6 };
        write!(f, "{:.precision$}", self.0.display_with_offset(jiff::tz::Offset::UTC))
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "an ISO 8601 date and time")
    }
}

/// A day in ISO 8601: `2026-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "testing", derive(Default))]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Returns the day.
    pub const fn civil(self) -> jiff::civil::Date {
        self.0
    }
}

impl From<jiff::civil::Date> for Date {
    fn from(date: jiff::civil::Date) -> Self {
        Self(date)
    }
}

impl From<Date> for jiff::civil::Date {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl FromStr for Date {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "an ISO 8601 date")
    }
}

/// Parses a string. An error quotes the string and names the expected form.
fn parsed<'de, T: FromStr, D: Deserializer<'de>>(
    deserializer: D,
    form: &'static str,
) -> Result<T, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(|_| de::Error::invalid_value(de::Unexpected::Str(&text), &form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_read_in_every_form_that_the_manager_writes() {
        let expected = "2024-01-02T03:04:05.678901+00:00";
        for text in [
            expected,
            "2024-01-02T03:04:05.678901Z",
            "2024-01-02T03:04:05.678901",
            "2024-01-02 03:04:05.678901+00:00",
            "2024-01-02T12:04:05.678901+09:00",
        ] {
            let time: DateTime = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(time.to_string(), expected, "{text}");
        }
        assert_eq!(
            "2024-05-06T07:08:09+00:00".parse::<DateTime>().unwrap().to_string(),
            "2024-05-06T07:08:09+00:00"
        );
        let error = serde_json::from_value::<DateTime>(json!("soon")).unwrap_err().to_string();
        assert!(error.contains("\"soon\"") && error.contains("ISO 8601"), "{error}");
    }

    #[test]
    fn days_are_read_and_written_back() {
        let day: Date = serde_json::from_value(json!("2026-01-31")).unwrap();
        assert_eq!(day.civil(), jiff::civil::date(2026, 1, 31));
        assert_eq!(serde_json::to_value(day).unwrap(), json!("2026-01-31"));
        for wrong in [json!("2026-02-30"), json!("today"), json!(20260131)] {
            assert!(serde_json::from_value::<Date>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
