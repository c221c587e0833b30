//! A column of a list, and what it can be compared with.

use std::{fmt, marker::PhantomData};

use super::{Filter, literal, quote};
use crate::scalar::{DateTime, Uuid};

/// A column of a list, by its name in the filter and order languages.
///
/// `K` is what it holds, `FILTER` and `ORDER` whether the manager takes it there.
pub struct Column<K, const FILTER: bool = true, const ORDER: bool = true> {
    name: &'static str,
    kind: PhantomData<fn() -> K>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            #[non_exhaustive]
            pub struct $name;

        )*

        /// What a column holds, for programs that look at the columns of a [`List`](super::List).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Variant {
            $($(#[$doc])* $name,)*
        }
    };
}

kinds! {
    /// A text.
    Text
    /// Several texts. A comparison holds when it holds for one of them.
    Texts
    /// One of a few words. The manager refuses any other.
    Word
    /// One of a few words, of which only one at a time can be asked for.
    Choice
    /// A whole number.
    Number
    /// A number that stands for something else, such as seconds or a status.
    Code
    /// True or false.
    Flag
    /// A point in time.
    Time
    /// A UUID.
    Id
}

impl<K, const FILTER: bool, const ORDER: bool> Column<K, FILTER, ORDER> {
    #[cfg_attr(not(feature = "admin"), allow(dead_code, reason = "only `admin` has columns"))]
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, kind: PhantomData }
    }

    /// Its name in the filter and order languages.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<K, const FILTER: bool, const ORDER: bool> Clone for Column<K, FILTER, ORDER> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, const FILTER: bool, const ORDER: bool> Copy for Column<K, FILTER, ORDER> {}

impl<K, const FILTER: bool, const ORDER: bool> fmt::Debug for Column<K, FILTER, ORDER> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Column").field(&self.name).finish()
    }
}

impl<K, const ORDER: bool> Column<K, true, ORDER> {
    fn with(self, operator: &str, text: &str) -> Filter {
        match quote(text) {
            Ok(quoted) => Filter::compare(self.name, operator, quoted),
            Err(reason) => Filter::invalid(self.name, operator, text, reason),
        }
    }

    fn one_of_texts<T: AsRef<str>>(self, texts: impl IntoIterator<Item = T>) -> Filter {
        let mut quoted = Vec::new();
        for text in texts {
            match quote(text.as_ref()) {
                Ok(text) => quoted.push(text),
                Err(reason) => return Filter::invalid(self.name, "in", text.as_ref(), reason),
            }
        }
        self.one_of(quoted)
    }

    fn one_of<T: fmt::Display>(self, values: impl IntoIterator<Item = T>) -> Filter {
        let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
        Filter::compare(self.name, "in", format_args!("[{}]", values.join(", ")))
    }
}

/// Comparisons with a string.
macro_rules! texts {
    ($($name:ident $operator:literal $doc:literal)*) => {
        $(
            #[doc = $doc]
            pub fn $name(self, text: impl AsRef<str>) -> Filter {
                self.with($operator, text.as_ref())
            }
        )*
    };
}

macro_rules! one_of_texts {
    () => {
        /// The value is one of these; none when there are none.
        pub fn is_in<T: AsRef<str>>(self, texts: impl IntoIterator<Item = T>) -> Filter {
            self.one_of_texts(texts)
        }
    };
}

macro_rules! patterns {
    () => {
        texts! {
            equals "==" "The value is this text."
            differs "!=" "The value is another text than this."
            greater ">" "The value comes after this text, in the order of the database."
            at_least ">=" "The value is this text or comes after it."
            less "<" "The value comes before this text, in the order of the database."
            at_most "<=" "The value is this text or comes before it."
            like "like" "The value fits the pattern: `%` is any text, `_` any character. See [`literal`]."
            like_in_any_case "ilike" "As [`like`](Self::like), whether letters are small or large."
        }

        one_of_texts!();

        /// The text is somewhere in the value; `%` and `_` stand for themselves.
        pub fn contains(self, text: impl AsRef<str>) -> Filter {
            // The manager makes a pattern of it and escapes nothing.
            self.with("contains", &literal(text.as_ref()))
        }
    };
}

macro_rules! nulls {
    () => {
        /// There is no value.
        pub fn is_null(self) -> Filter {
            Filter::compare(self.name, "is", "null")
        }

        /// There is a value.
        pub fn is_not_null(self) -> Filter {
            Filter::compare(self.name, "isnot", "null")
        }
    };
}

macro_rules! comparisons {
    ($value:ty, $shown:expr) => {
        /// The value is this one.
        pub fn equals(self, value: impl Into<$value>) -> Filter {
            Filter::compare(self.name, "==", $shown(value.into()))
        }

        /// The value is another one.
        pub fn differs(self, value: impl Into<$value>) -> Filter {
            Filter::compare(self.name, "!=", $shown(value.into()))
        }

        /// The value is one of these; none when there are none.
        pub fn is_in<T: Into<$value>>(self, values: impl IntoIterator<Item = T>) -> Filter {
            self.one_of(values.into_iter().map(|value| $shown(value.into())))
        }
    };
}

macro_rules! greater_and_less {
    ($value:ty, $shown:expr) => {
        /// The value is greater than this one.
        pub fn greater(self, value: impl Into<$value>) -> Filter {
            Filter::compare(self.name, ">", $shown(value.into()))
        }

        /// The value is this one or greater.
        pub fn at_least(self, value: impl Into<$value>) -> Filter {
            Filter::compare(self.name, ">=", $shown(value.into()))
        }

        /// The value is less than this one.
        pub fn less(self, value: impl Into<$value>) -> Filter {
            Filter::compare(self.name, "<", $shown(value.into()))
        }

        /// The value is this one or less.
        pub fn at_most(self, value: impl Into<$value>) -> Filter {
            Filter::compare(self.name, "<=", $shown(value.into()))
        }
    };
}

impl<const ORDER: bool> Column<Text, true, ORDER> {
    patterns!();
    nulls!();
}

impl<const ORDER: bool> Column<Texts, true, ORDER> {
    patterns!();
}

impl<const ORDER: bool> Column<Word, true, ORDER> {
    texts! {
        equals "==" "The value is this word."
        differs "!=" "The value is another word than this."
    }
    one_of_texts!();
}

impl<const ORDER: bool> Column<Choice, true, ORDER> {
    texts! {
        equals "==" "The value is this word."
        differs "!=" "The value is another word than this."
    }
}

impl<const ORDER: bool> Column<Number, true, ORDER> {
    comparisons!(i64, |value: i64| value);
    greater_and_less!(i64, |value: i64| value);
    nulls!();
}

impl<const ORDER: bool> Column<Code, true, ORDER> {
    comparisons!(i64, |value: i64| value);
    greater_and_less!(i64, |value: i64| value);
}

impl<const ORDER: bool> Column<Flag, true, ORDER> {
    /// The value is this one.
    pub fn equals(self, value: bool) -> Filter {
        Filter::compare(self.name, "==", value)
    }

    nulls!();
}

/// The language has no dates: it reads them from texts, which need no escape.
fn time(value: DateTime) -> String {
    format!("\"{value}\"")
}

impl<const ORDER: bool> Column<Time, true, ORDER> {
    comparisons!(DateTime, time);
    greater_and_less!(DateTime, time);
}

fn id(value: Uuid) -> String {
    format!("\"{value}\"")
}

impl<const ORDER: bool> Column<Id, true, ORDER> {
    comparisons!(Uuid, id);
    greater_and_less!(Uuid, id);
}
