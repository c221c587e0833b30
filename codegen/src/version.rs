//! Releases of a server.

use std::fmt;

/// A release of a server. A pre-release counts as its release: what is marked with 26.4.2 is in
/// 26.4.2rc1 already, since markers are written while the release is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub(crate) [u32; 3]);

impl Version {
    /// Reads the release numbers of a PEP 440 version: `24.3.0` and `24.03.0` are equal, and `25.6`
    /// is `25.6.0`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for (index, number) in numbers.iter_mut().enumerate() {
            let part = parts.next().unwrap_or_default();
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            match part.get(..end).unwrap_or_default().parse() {
                Ok(value) => *number = value,
                Err(_) if index > 0 => break,
                Err(_) => return None,
            }
            if end < part.len() {
                break;
            }
        }
        Some(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        for (text, numbers) in [
            ("24.03.0", Some([24, 3, 0])),
            ("24.3.0", Some([24, 3, 0])),
            ("25.6", Some([25, 6, 0])),
            ("26.4.2rc1", Some([26, 4, 2])),
            ("26.4.2.dev1", Some([26, 4, 2])),
            ("26.10rc2.7", Some([26, 10, 0])),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(Version::parse(text), numbers.map(Version), "{text}");
        }
    }
}
