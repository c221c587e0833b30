//! Versions of the manager's API.

use std::{fmt, str::FromStr};

/// A version of the manager's API, such as `v9.20250722`. Ordered by major version, then date.
///
/// ```
/// use backendai::{ApiVersion, config::DEFAULT_VERSION};
///
/// let version: ApiVersion = "v8.20240915".parse()?;
/// assert!(version < DEFAULT_VERSION);
/// assert_eq!(version.to_string(), "v8.20240915");
/// # Ok::<(), backendai::config::InvalidVersion>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    major: u32,
    date: u32,
}

/// The newest version that this library supports: v9.20250722.
pub const DEFAULT_VERSION: ApiVersion = ApiVersion::new(9, 20_250_722);
/// The oldest version that this library supports: v7.20230615.
pub const MIN_VERSION: ApiVersion = ApiVersion::new(7, 20_230_615);

impl ApiVersion {
    /// Makes a version of its parts; the date has the form `YYYYMMDD`.
    pub const fn new(major: u32, date: u32) -> Self {
        Self { major, date }
    }

    /// The part before the dot.
    pub const fn major(self) -> u32 {
        self.major
    }

    /// The part after the dot, `YYYYMMDD`.
    pub const fn date(self) -> u32 {
        self.date
    }
}

impl Default for ApiVersion {
    fn default() -> Self {
        DEFAULT_VERSION
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{:08}", self.major, self.date)
    }
}

impl FromStr for ApiVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let invalid = || InvalidVersion(text.to_owned());
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let (major, date) =
            text.strip_prefix('v').and_then(|rest| rest.split_once('.')).ok_or_else(invalid)?;
        if !digits(major) || !digits(date) || date.len() != 8 {
            return Err(invalid());
        }
        match (major.parse(), date.parse()) {
            (Ok(major), Ok(date)) => Ok(Self { major, date }),
            _ => Err(invalid()),
        }
    }
}

/// A string that is not an API version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an API version; write it as in v9.20250722")]
pub struct InvalidVersion(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_written_and_ordered() {
        let texts = ["v4.20181215", "v4.20190115", "v9.20250722", "v10.20240101"];
        let versions: Vec<ApiVersion> = texts.iter().map(|text| text.parse().unwrap()).collect();
        assert!(versions.is_sorted());
        assert_eq!(versions.iter().map(ToString::to_string).collect::<Vec<_>>(), texts);
        assert_eq!(DEFAULT_VERSION.to_string(), "v9.20250722");
        assert_eq!(MIN_VERSION.to_string(), "v7.20230615");
        assert_eq!((DEFAULT_VERSION.major(), DEFAULT_VERSION.date()), (9, 20250722));
        assert_eq!(ApiVersion::new(1, 5).to_string(), "v1.00000005");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "9.20250722",
            "v9.2025",
            "v9.202507221",
            "v.20250722",
            "v9",
            "v9.2025072x",
            "v+9.20250722",
            "V9.20250722",
            " v9.20250722",
            "v9.20250722\n",
            "v99999999999.20250722",
        ] {
            let error = text.parse::<ApiVersion>().unwrap_err();
            assert!(error.to_string().contains("v9.20250722"), "{error}");
        }
    }
}
