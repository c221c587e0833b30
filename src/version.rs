//! Versions of the manager, what an operation requires of it, and the policy for an older one.
//!
//! The schema documents for many of its parts the version of the manager that introduced them. Each
//! operation therefore knows what it requires ([`OperationInfo::requires`](crate::OperationInfo::requires)),
//! and its document is kept in parts: selections that may be null, and arguments that are not
//! supplied, are left out for a manager that does not support them. The fields of such selections are
//! `None`.
//!
//! # When the version is probed
//!
//! Once per client, and only when it can matter: before an operation that requires something newer
//! than every manager that speaks the configured version of the API, and after a query whose document
//! the manager does not understand. [`Client::negotiate`](crate::Client::negotiate) probes at once. A
//! manager that does not report its version is assumed to support everything, and is probed again by
//! the first such operation a minute later.

use std::{fmt, str::FromStr};

use crate::config::ApiVersion;

/// The release of a manager, such as 26.9.6.
///
/// It is parsed by PEP 440: `24.03.0` is 24.3.0 and `25.6` is 25.6.0. A pre-release, a development or
/// a local version counts as its release: 26.8.0rc1 supports what 26.8.0 introduced.
///
/// ```
/// use backendai::ManagerVersion;
///
/// let manager: ManagerVersion = "24.03.10rc1".parse()?;
/// assert_eq!(manager, ManagerVersion::new(24, 3, 10));
/// assert!(manager > ManagerVersion::new(24, 3, 9));
/// # Ok::<(), backendai::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManagerVersion {
    year: u32,
    month: u32,
    patch: u32,
}

impl ManagerVersion {
    /// Creates the version of these three numbers.
    pub const fn new(year: u32, month: u32, patch: u32) -> Self {
        Self { year, month, patch }
    }

    /// Returns the oldest manager that speaks a version of the API; older ones refuse the request.
    /// Taken from the releases 25.11.4 and 25.12.0.
    pub(crate) fn oldest_with(api: ApiVersion) -> Option<Self> {
        (api >= ApiVersion::new(9, 20_250_722)).then_some(Self::new(25, 12, 0))
    }

    const fn is_newer(self, than: Self) -> bool {
        if self.year != than.year {
            return self.year > than.year;
        }
        if self.month != than.month {
            return self.month > than.month;
        }
        self.patch > than.patch
    }
}

impl fmt::Display for ManagerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.year, self.month, self.patch)
    }
}

impl FromStr for ManagerVersion {
    type Err = InvalidManagerVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut numbers = [0; 3];
        let mut parts = text.trim().trim_start_matches(['v', 'V']).split('.');
        for (index, number) in numbers.iter_mut().enumerate() {
            let part = parts.next().unwrap_or_default();
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            match part.get(..end).unwrap_or_default().parse() {
                Ok(value) => *number = value,
                // The suffix of a release is ignored.
                Err(_) if index > 0 => break,
                Err(_) => return Err(InvalidManagerVersion(text.to_owned())),
            }
            if end < part.len() {
                break;
            }
        }
        let [year, month, patch] = numbers;
        Ok(Self { year, month, patch })
    }
}

/// A string that is no version of a manager.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version of a manager, such as 26.9.6")]
pub struct InvalidManagerVersion(String);

/// A part of the schema, and the version that introduced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    coordinate: &'static str,
    versions: &'static [ManagerVersion],
}

impl Requirement {
    #[doc(hidden)]
    pub const fn new(coordinate: &'static str, versions: &'static [ManagerVersion]) -> Self {
        Self { coordinate, versions }
    }

    /// Returns its schema coordinate, such as `Query.keypair_list(filter:)` or `KeyPair.is_default`.
    pub const fn coordinate(&self) -> &'static str {
        self.coordinate
    }

    /// Returns the first version that has it; several if it was backported to older branches.
    pub const fn versions(&self) -> &'static [ManagerVersion] {
        self.versions
    }

    /// Returns whether a manager has it: of several versions, that of the manager's branch (the first
    /// two numbers) counts, or else the newest.
    pub fn is_in(&self, manager: ManagerVersion) -> bool {
        let branch = |version: &&ManagerVersion| {
            (version.year, version.month) == (manager.year, manager.month)
        };
        let first = self.versions.iter().find(branch).or(self.versions.iter().max());
        first.is_none_or(|first| *first <= manager)
    }

    /// Returns the version from which on every manager has all of these.
    pub(crate) const fn newest(all: &[Self]) -> Option<ManagerVersion> {
        let mut newest: Option<ManagerVersion> = None;
        let mut rest = all;
        while let [first, others @ ..] = rest {
            let mut versions = first.versions;
            while let [version, older @ ..] = versions {
                newest = match newest {
                    Some(newest) if !version.is_newer(newest) => Some(newest),
                    _ => Some(*version),
                };
                versions = older;
            }
            rest = others;
        }
        newest
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` needs ", self.coordinate)?;
        for (index, version) in self.versions.iter().enumerate() {
            write!(f, "{}{version}", if index == 0 { "" } else { " or " })?;
        }
        Ok(())
    }
}

/// The policy for an operation that requires a newer manager.
///
/// The versions in the schema are sometimes wrong, so this can be set: for a client
/// ([`ClientBuilder::version_policy`](crate::ClientBuilder::version_policy)) and for one call
/// ([`Request::version_policy`](crate::Request::version_policy)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionPolicy {
    /// It is not sent: an error lists what requires which version
    /// ([`Error::is_manager_too_old`](crate::Error::is_manager_too_old)).
    #[default]
    Refuse,
    /// It is sent with a warning and with every supplied value. Optional parts that the manager lacks
    /// are left out.
    Warn,
    /// It is sent whole. The manager's version is not probed.
    Ignore,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(non_snake_case, reason = "short, as it is everywhere below")]
    const fn V(year: u32, month: u32, patch: u32) -> ManagerVersion {
        ManagerVersion::new(year, month, patch)
    }

    #[test]
    fn versions_are_read_as_releases() {
        for (text, version) in [
            ("26.9.6", V(26, 9, 6)),
            ("v24.03.0", V(24, 3, 0)),
            ("25.6", V(25, 6, 0)),
            ("26.8.0rc1", V(26, 8, 0)),
            ("26.8.0.dev3+abc", V(26, 8, 0)),
            ("26.8rc1.7", V(26, 8, 0)),
            ("26.9.6.post1", V(26, 9, 6)),
        ] {
            assert_eq!(text.parse::<ManagerVersion>().unwrap(), version, "{text}");
        }
        for text in ["", "latest", "-1.2", "99999999999.1.1"] {
            let error = crate::Error::from(text.parse::<ManagerVersion>().unwrap_err());
            assert!(error.is_config() && error.to_string().contains("26.9.6"), "{error}");
        }
        assert!(V(26, 10, 0) > V(26, 9, 9));
    }

    #[test]
    fn a_branch_has_what_was_brought_to_it() {
        const SINCE: Requirement =
            Requirement::new("Query.a", &[V(25, 1, 0), V(24, 9, 6), V(24, 3, 12)]);
        const OTHER: Requirement = Requirement::new("B", &[V(24, 9, 7)]);
        for (manager, there) in [
            (V(26, 9, 6), true),
            (V(25, 1, 0), true),
            (V(25, 0, 9), false),
            (V(24, 12, 1), false),
            (V(24, 9, 6), true),
            (V(24, 9, 5), false),
            (V(24, 3, 12), true),
            (V(24, 3, 11), false),
            (V(23, 9, 99), false),
        ] {
            assert_eq!(SINCE.is_in(manager), there, "{manager}");
        }
        assert_eq!(SINCE.to_string(), "`Query.a` needs 25.1.0 or 24.9.6 or 24.3.12");
        assert_eq!(Requirement::newest(&[OTHER, SINCE]), Some(V(25, 1, 0)));
        assert_eq!(Requirement::newest(&[]), None);
    }
}
