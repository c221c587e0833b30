//! Columns and cells of the rows that are filtered and ordered.

use std::borrow::Cow;

use jiff::Timestamp;
use uuid::Uuid;

/// The type of a column, which determines the operands that fit it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Int,
    Bool,
    Time,
    Uuid,
    /// One of a fixed set of words; the function returns the canonical spelling.
    Word(fn(&str) -> Option<&'static str>),
    /// A list of strings, which fits no operator on strings.
    Texts,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    Int(i64),
    Bool(bool),
    Time(Timestamp),
    Uuid(Uuid),
}

impl<'a> Cell<'a> {
    pub(crate) fn text(value: Option<&'a str>) -> Self {
        value.map_or(Self::Null, Self::Text)
    }
}

/// The columns that a list can be filtered and ordered by.
pub(crate) struct Columns {
    pub(crate) filter: Cow<'static, [(&'static str, Kind)]>,
    pub(crate) order: Cow<'static, [&'static str]>,
}
