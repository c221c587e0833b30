//! Conditions and orders of lists, in the language of the manager.
//!
//! That language is small and easy to get wrong: `&` and `|` have no precedence, `!a & b` means
//! `!(a & b)`, and some strings cannot be expressed in it. Here every part is in parentheses, a string
//! that cannot be expressed is an error before anything is sent, and the columns of each list and
//! what each can be compared with are known at compile time: see `admin::columns`.
//!
//! ```
//! use backendai::admin::{columns::keypair_list as column, keypair::PagedKeyPairs};
//!
//! let busy = column::RATE_LIMIT.greater(1000) | column::EMAIL.like("%@example.com");
//! let filter = column::IS_ACTIVE.equals(true) & !busy;
//! assert_eq!(
//!     filter.to_string(),
//!     r#"(is_active == true) & (!((rate_limit > 1000) | (email like "%@example.com")))"#,
//! );
//! let keypairs = PagedKeyPairs::new().filter(filter).order(column::ACCESS_KEY.ascending());
//! # let _ = keypairs;
//! ```
//!
//! Every `filter` and `order` also takes a string.
//!
//! # Null
//!
//! As in SQL, a comparison with a null is neither true nor false, and so is its negation: rows whose
//! `full_name` is null are selected neither by `equals` nor by `differs`. Ask for them with
//! `is_null`, which is there where the manager can answer it: dates, words and ids cannot be asked.

mod column;
mod list;
mod order;
mod quote;

use std::{fmt, ops};

use serde::{Serialize, Serializer, ser::Error as _};

pub(crate) use self::quote::quote;
pub use self::{
    column::{Choice, Code, Column, Flag, Id, Number, Text, Texts, Time, Variant, Word},
    list::{List, ListColumn},
    order::Order,
};
use crate::{
    error::{Error, Result},
    scalar::MaybeUndefined,
};

/// A condition on the rows of a list, see [the module](self).
///
/// `&`, `|` and `!` join conditions; [`all`](Self::all) and [`any`](Self::any) many at once. A string
/// converts to a filter that is sent as it is.
///
/// A comparison with a string that the language cannot express (one with a line end, a NUL, or an odd
/// number of backslashes before a quote or at the end) makes the filter invalid:
/// [`check`](Self::check) returns the reason, and an operation with it fails before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    text: String,
    /// Why it cannot be sent.
    invalid: Option<String>,
}

impl Filter {
    fn compare(column: &str, operator: &str, value: impl fmt::Display) -> Self {
        Self::from(format!("{column} {operator} {value}"))
    }

    fn invalid(column: &str, operator: &str, text: &str, reason: &str) -> Self {
        let invalid = Some(format!(
            "the column `{column}` cannot be compared with {text:?}: {reason}, which the manager's \
             filter language cannot express; request more rows and filter them in the program"
        ));
        Self { invalid, ..Self::compare(column, operator, format_args!("<{text:?}>")) }
    }

    /// Checks that the filter can be sent.
    ///
    /// # Errors
    ///
    /// When a string in it cannot be expressed in the manager's language.
    pub fn check(&self) -> Result<()> {
        match &self.invalid {
            Some(reason) => Err(Error::argument(reason.clone())),
            None => Ok(()),
        }
    }

    /// Rows that fulfil all conditions; `None` when there are none.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::join(filters, "&")
    }

    /// Rows that fulfil any of the conditions; `None` when there are none.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::join(filters, "|")
    }

    fn join(filters: impl IntoIterator<Item = Self>, operator: &str) -> Option<Self> {
        let grouped = |filter: Self| Self { text: format!("({filter})"), ..filter };
        filters.into_iter().map(grouped).reduce(|joined, next| joined.with(operator, next))
    }

    fn with(self, operator: &str, other: Self) -> Self {
        let text = format!("{self} {operator} {other}");
        Self { text, invalid: self.invalid.or(other.invalid) }
    }
}

impl ops::BitAnd for Filter {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        let text = format!("({self}) & ({other})");
        Self { text, invalid: self.invalid.or(other.invalid) }
    }
}

impl ops::BitOr for Filter {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        let text = format!("({self}) | ({other})");
        Self { text, invalid: self.invalid.or(other.invalid) }
    }
}

impl ops::Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self { text: format!("!({self})"), ..self }
    }
}

/// The condition in the manager's language. An invalid string is shown in angle brackets, which the
/// manager refuses.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.invalid {
            Some(reason) => Err(S::Error::custom(reason)),
            None => serializer.serialize_str(&self.text),
        }
    }
}

impl From<String> for Filter {
    fn from(text: String) -> Self {
        Self { text, invalid: None }
    }
}

impl From<&str> for Filter {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for MaybeUndefined<Filter> {
    fn from(text: String) -> Self {
        Self::Value(text.into())
    }
}

impl From<&String> for MaybeUndefined<Filter> {
    fn from(text: &String) -> Self {
        Self::Value(text.as_str().into())
    }
}

impl From<&str> for MaybeUndefined<Filter> {
    fn from(text: &str) -> Self {
        Self::Value(text.into())
    }
}

/// A text in which `%`, `_` and `\` stand for themselves, for patterns of [`Column::like`].
///
/// ```
/// use backendai::{admin::columns::user_list as column, filter::literal};
///
/// let filter = column::EMAIL.like(format!("{}@%", literal("first_last")));
/// assert_eq!(filter.to_string(), r#"email like "first\_last@%""#);
/// ```
pub fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal
}
