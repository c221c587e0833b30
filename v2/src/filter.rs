//! Conditions and orders of lists.
//!
//! Every list has a filter type in [`types`](crate::types) with one setter for each of its columns, such
//! as [`KeypairFilter`](crate::types::KeypairFilter), and an order type, such as
//! [`KeypairOrderBy`](crate::types::KeypairOrderBy). Setters of one filter must all hold; filters are
//! combined with `&`, `|` and `!`:
//!
//! ```
//! use backendai_v2::{
//!     filter::{DateTimeFilter, StringFilter},
//!     types::{KeypairFilter, KeypairOrderBy, KeypairOrderField},
//! };
//!
//! let created = |at| KeypairFilter::new().created_at(at);
//! let in_may = created(DateTimeFilter::After("2026-05-01T00:00:00Z".parse()?))
//!     & created(DateTimeFilter::Before("2026-06-01T00:00:00Z".parse()?));
//! let active = KeypairFilter::new().is_active(true);
//! let filter = in_may & (active | !KeypairFilter::new().access_key(StringFilter::contains("TEST")));
//!
//! let order = vec![KeypairOrderBy::ascending(KeypairOrderField::AccessKey)];
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A condition on one value has exactly one operator: of several in one object, the manager applies the
//! first and ignores the rest. Two conditions on one column, such as a range, are two filters with `&`.
//! What the manager ignores cannot be written: it has `notEquals` for times, and does not apply it.

use backendai::DateTime;
use serde::{Deserialize, Serialize};

pub use crate::types::{DateFilter, DecimalFilter, IntFilter, StringFilter, UUIDFilter};

/// A condition on a time. Neither bound includes the time itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DateTimeFilter {
    /// At this time.
    Equals(DateTime),
    /// Before this time.
    Before(DateTime),
    /// After this time.
    After(DateTime),
}

/// A condition on a time that may be absent. Neither bound includes the time itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum NullableDateTimeFilter {
    /// At this time.
    Equals(DateTime),
    /// Before this time.
    Before(DateTime),
    /// After this time.
    After(DateTime),
    /// Absent, or with `false` present.
    IsNull(bool),
}

/// Constructors that match a text literally. The variants send a pattern: in it `%` stands for any text
/// and `_` for any character.
impl StringFilter {
    /// Requires exactly this text.
    pub fn equals(text: impl Into<String>) -> Self {
        Self::Equals(text.into())
    }

    /// Requires that the text contains this one.
    pub fn contains(text: impl AsRef<str>) -> Self {
        Self::Contains(escape(text.as_ref()))
    }

    /// Requires that the text begins with this one.
    pub fn starts_with(text: impl AsRef<str>) -> Self {
        Self::StartsWith(escape(text.as_ref()))
    }

    /// Requires that the text ends with this one.
    pub fn ends_with(text: impl AsRef<str>) -> Self {
        Self::EndsWith(escape(text.as_ref()))
    }

    /// Requires one of these texts.
    pub fn one_of<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::In(texts.into_iter().map(Into::into).collect())
    }

    /// Ignores upper and lower case.
    #[must_use]
    pub fn ignore_case(self) -> Self {
        match self {
            Self::Contains(text) => Self::IContains(text),
            Self::StartsWith(text) => Self::IStartsWith(text),
            Self::EndsWith(text) => Self::IEndsWith(text),
            Self::Equals(text) => Self::IEquals(text),
            Self::NotContains(text) => Self::INotContains(text),
            Self::NotStartsWith(text) => Self::INotStartsWith(text),
            Self::NotEndsWith(text) => Self::INotEndsWith(text),
            Self::NotEquals(text) => Self::INotEquals(text),
            Self::In(texts) => Self::IIn(texts),
            Self::NotIn(texts) => Self::INotIn(texts),
            other => other,
        }
    }
}

/// Escapes what has a meaning in a pattern.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
