//! Points in time as BentoCloud writes and reads them.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time, to the microsecond.
///
/// It is sent as UTC without saying so, always with six digits, because the open-source server
/// parses exactly that. RFC 3339 is read as well.
///
/// ```
/// let time: bentocloud::DateTime = "2024-05-06T09:08:09.5+02:00".parse()?;
/// assert_eq!(time.to_string(), "2024-05-06 07:08:09.500000");
/// assert_eq!(time.unix_micros(), 1_714_979_289_500_000);
/// # Ok::<(), bentocloud::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(Timestamp);

impl DateTime {
    /// This moment, if the clock is in the years that there are.
    #[cfg(feature = "transfer")]
    pub(crate) fn now() -> Option<Self> {
        Self::from_unix_micros(Timestamp::now().as_microsecond())
    }

    /// Microseconds since 1970, UTC.
    pub fn unix_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// The point that many microseconds after 1970, UTC; none if that is beyond year 9999.
    pub fn from_unix_micros(micros: i64) -> Option<Self> {
        Timestamp::from_microsecond(micros).ok().map(Self)
    }
}

impl FromStr for DateTime {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.parse::<Timestamp>().or_else(|_| {
            let civil: civil::DateTime = text.parse()?;
            civil.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp())
        });
        parsed
            .map(Self)
            .map_err(|_| crate::Error::input(format!("`{text}` is not a date and time")))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", TimeZone::UTC.to_datetime(self.0).strftime("%F %T.%6f"))
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The server writes "no time" as null or as an empty string.
pub(crate) fn maybe<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime>, D::Error> {
    match Option::<String>::deserialize(deserializer)?.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(de::Error::custom),
    }
}
