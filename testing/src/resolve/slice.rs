//! One page of a list: filter, order, limit and offset.

use std::cmp::Ordering;

use super::args::Args;
use super::failure::Failure;
use crate::filter::{Cell, Columns, Filter, Order, shuffle};

pub(super) struct Slice {
    filter: Option<Filter>,
    order: Order,
    limit: i64,
    offset: i64,
}

impl Slice {
    /// Parses the arguments, in the order in which the manager checks them.
    pub(super) fn read(args: &Args<'_>, columns: &Columns) -> Result<Self, Failure> {
        let filter = args.text("filter").map(|text| Filter::parse(text, columns));
        let filter = filter.transpose().map_err(Failure::unexpected)?;
        let order = match args.text("order") {
            Some(text) => Order::parse(text, columns).map_err(Failure::unexpected)?,
            None => Order::newest(),
        };
        let limit = args.int("limit").unwrap_or_default();
        let offset = args.int("offset").unwrap_or_default();
        if offset < 0 {
            return Err(Failure::unexpected("OFFSET must not be negative"));
        }
        if limit < 0 {
            return Err(Failure::unexpected("LIMIT must not be negative"));
        }
        Ok(Self { filter, order, limit, offset })
    }

    /// Parses filter and order alone, for lists without pages.
    pub(super) fn plain(args: &Args<'_>, columns: &Columns) -> Result<Self, Failure> {
        let filter = args.text("filter").map(|text| Filter::parse(text, columns));
        let order = args.text("order").map(|text| Order::parse(text, columns));
        Ok(Self {
            filter: filter.transpose().map_err(Failure::unexpected)?,
            order: order.transpose().map_err(Failure::unexpected)?.unwrap_or_default(),
            limit: 0,
            offset: 0,
        })
    }

    /// Returns whether there is an order.
    pub(super) fn orders(&self) -> bool {
        self.order != Order::default()
    }

    pub(super) fn compare<'a>(
        &self,
        left: &dyn Fn(&str) -> Cell<'a>,
        right: &dyn Fn(&str) -> Cell<'a>,
    ) -> Ordering {
        self.order.compare(left, right)
    }

    pub(super) fn selects<'a>(&self, cell: &dyn Fn(&str) -> Cell<'a>) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.selects(cell))
    }

    /// Sorts the selected rows and returns the page. `key` is unique.
    pub(super) fn cut<'c, T>(
        &self,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> &str,
        cell: impl Fn(&T, &str) -> Cell<'c>,
    ) -> Vec<T> {
        rows.sort_by_cached_key(|row| shuffle(key(row), self.limit, self.offset));
        rows.sort_by(|left, right| {
            self.order.compare(&|column| cell(left, column), &|column| cell(right, column))
        });
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        rows.into_iter().skip(offset).take(limit).collect()
    }
}
