//! The columns of a list, for programs that choose them at run time.

use super::Variant;

/// A list that can be filtered and ordered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct List {
    /// Name of the query's field, such as `keypair_list`.
    pub name: &'static str,
    /// Its columns, by name.
    pub columns: &'static [ListColumn],
}

/// A column of a [`List`], for programs that choose it when they run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ListColumn {
    /// Its name in the filter and order languages.
    pub name: &'static str,
    /// What it holds.
    pub holds: Variant,
    /// Whether a filter may name it.
    pub filter: bool,
    /// Whether an order may name it.
    pub order: bool,
}
