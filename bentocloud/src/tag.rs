//! Tags of bentos and models.

use std::{fmt, str::FromStr};

use crate::error::{Error, Result};

/// The version that means the newest one.
const LATEST: &str = "latest";
/// The longest name or version.
const LENGTH: usize = 63;

/// `name:version`, or `name` alone for the newest version.
///
/// Names and versions are lower case; other letters are converted, as the real client does.
///
/// ```
/// use bentocloud::Tag;
///
/// let tag: Tag = "Summarization:v1".parse()?;
/// assert_eq!((tag.name(), tag.version()), ("summarization", Some("v1")));
/// assert_eq!("chat:latest".parse::<Tag>()?.version(), None);
/// assert!("../chat".parse::<Tag>().is_err());
/// # Ok::<(), bentocloud::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    name: String,
    version: Option<String>,
}

impl Tag {
    /// Returns the tag of one version.
    ///
    /// # Errors
    ///
    /// The name or the version is not one.
    pub fn new(name: &str, version: &str) -> Result<Self> {
        format!("{name}:{version}").parse()
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version; none means the newest.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

impl FromStr for Tag {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, version) = match text.split_once(':') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let part = |part: &str, what: &str| {
            let part = part.to_lowercase();
            if is_part(&part) {
                return Ok(part);
            }
            Err(Error::input(format!(
                "`{text}` is not a tag: its {what} must have 1 to {LENGTH} letters, digits, `-`, \
                 `_` and `.`, and begin and end with a letter or digit"
            )))
        };
        let name = part(name, "name")?;
        let version = version.map(|version| part(version, "version")).transpose()?;
        Ok(Self { name, version: version.filter(|version| version != LATEST) })
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}:{version}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

fn is_part(part: &str) -> bool {
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=LENGTH).contains(&part.len())
        && part.starts_with(ends)
        && part.ends_with(ends)
        && part.chars().all(|c| ends(c) || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_that_of_the_real_client() {
        let long = "a".repeat(64);
        for bad in ["", "a:", ":v", "a:b:c", "a/b", "..", "-a", "a-", "a b", "a\n", "é", &long] {
            assert!(bad.parse::<Tag>().is_err(), "{bad:?}");
        }
        for (text, shown) in
            [("A..B:V_1.x", "a..b:v_1.x"), ("a:latest", "a"), ("a:LATEST", "a"), ("9", "9")]
        {
            assert_eq!(text.parse::<Tag>().unwrap().to_string(), shown);
        }
        assert!("b:1".parse::<Tag>().unwrap() > "a:2".parse().unwrap());
    }
}
