//! Conditions and orders of lists, in the language of the manager.
//!
//! That language is small and easy to get wrong: `&` and `|` have no precedence, `!a & b` means
//! `!(a & b)`, and some texts cannot be written in it. Here every part is in parentheses, a text
//! that cannot be said is an error before anything is sent, and the columns of each list are known
//! when the program is compiled, with what each can be compared with: see [`columns`].
//!
//! ```
//! use backendai::admin::{columns::keypair_list as column, keypair::PagedKeyPairs};
//!
//! # fn main() -> backendai::Result<()> {
//! let busy = column::RATE_LIMIT.greater(1000) | column::EMAIL.like("%@example.com")?;
//! let filter = column::IS_ACTIVE.equals(true) & !busy;
//! assert_eq!(
//!     filter.to_string(),
//!     r#"(is_active == true) & (!((rate_limit > 1000) | (email like "%@example.com")))"#,
//! );
//! let keypairs = PagedKeyPairs::new().filter(filter).order(column::ACCESS_KEY.ascending());
//! # let _ = keypairs;
//! # Ok(())
//! # }
//! ```
//!
//! Every `filter` and `order` takes a text as well: the builder is an offer.
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

pub use self::{
    column::{Choice, Code, Column, Flag, Id, Number, Text, Texts, Time, Variant, Word},
    list::{List, ListColumn},
    order::Order,
};
use crate::scalar::MaybeUndefined;
pub(crate) use quote::quote;

/// A condition on the rows of a list, see [the module](self).
///
/// `&`, `|` and `!` join conditions; [`all`](Self::all) and [`any`](Self::any) many at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter(String);

impl Filter {
    fn compare(column: &str, operator: &str, value: impl fmt::Display) -> Self {
        Self(format!("{column} {operator} {value}"))
    }

    /// Rows for which all of these hold; `None` when there are none.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::join(filters, "&")
    }

    /// Rows for which one of these holds; `None` when there are none.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::join(filters, "|")
    }

    fn join(filters: impl IntoIterator<Item = Self>, operator: &str) -> Option<Self> {
        filters
            .into_iter()
            .map(|filter| format!("({filter})"))
            .reduce(|joined, next| format!("{joined} {operator} {next}"))
            .map(Self)
    }
}

impl ops::BitAnd for Filter {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(format!("({self}) & ({other})"))
    }
}

impl ops::BitOr for Filter {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(format!("({self}) | ({other})"))
    }
}

impl ops::Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self(format!("!({self})"))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.0
    }
}

impl From<Filter> for MaybeUndefined<String> {
    fn from(filter: Filter) -> Self {
        Self::Value(filter.0)
    }
}

/// A text in which `%`, `_` and `\` stand for themselves, for patterns of [`Column::like`].
///
/// ```
/// use backendai::{admin::columns::user_list as column, filter::literal};
///
/// let filter = column::EMAIL.like(format!("{}@%", literal("first_last"))).unwrap();
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
