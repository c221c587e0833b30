//! `order`, and the sequence of rows that it leaves equal.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::column::{Cell, Columns};
use super::parse;

/// A parsed order that fits the columns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    columns: Vec<(&'static str, bool)>,
}

impl Order {
    /// The default order: newest first.
    pub(crate) fn newest() -> Self {
        Self { columns: vec![("created_at", true)] }
    }

    /// Parses `[+|-]name, …`, which may be empty; the error is the manager's message.
    pub(crate) fn parse(text: &str, columns: &Columns) -> Result<Self, String> {
        read(text, columns).map_err(|problem| format!("Query ordering parsing error: {problem}"))
    }

    /// Compares two rows. Null comes last, or first when descending.
    pub(crate) fn compare<'a>(
        &self,
        left: &dyn Fn(&str) -> Cell<'a>,
        right: &dyn Fn(&str) -> Cell<'a>,
    ) -> Ordering {
        self.columns
            .iter()
            .map(|(column, descending)| {
                let order = cells(&left(column), &right(column));
                if *descending { order.reverse() } else { order }
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

fn read(text: &str, columns: &Columns) -> Result<Order, String> {
    let blank = [' ', '\t', '\x0c', '\r', '\n'];
    let text = text.trim_matches(blank);
    let mut order = Order { columns: Vec::new() };
    if text.is_empty() {
        return Ok(order);
    }
    for part in text.split(',') {
        let part = part.trim_matches(blank);
        let name = part.strip_prefix(['+', '-']).unwrap_or(part).trim_start_matches(blank);
        if name.is_empty() || parse::name(name) != name.len() {
            return Err(format!("Unexpected {part:?}. Expected a field."));
        }
        let known = columns.order.iter().find(|known| **known == name);
        let column = known.ok_or_else(|| {
            format!(
                "Error trying to process rule \"col\":\n\n('Unknown/unsupported field name', \
                 '{name}')"
            )
        })?;
        order.columns.push((column, part.starts_with('-')));
    }
    Ok(order)
}

fn cells(left: &Cell<'_>, right: &Cell<'_>) -> Ordering {
    match (left, right) {
        (Cell::Null, Cell::Null) => Ordering::Equal,
        (Cell::Null, _) => Ordering::Greater,
        (_, Cell::Null) => Ordering::Less,
        (Cell::Text(left), Cell::Text(right)) => left.cmp(right),
        (Cell::Int(left), Cell::Int(right)) => left.cmp(right),
        (Cell::Bool(left), Cell::Bool(right)) => left.cmp(right),
        (Cell::Time(left), Cell::Time(right)) => left.cmp(right),
        (Cell::Uuid(left), Cell::Uuid(right)) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

/// Returns the position of a row among rows that the order leaves equal, on one page.
///
/// The database guarantees no sequence of such rows, and does return them in different sequences on
/// different pages. So does this function: the same page is always the same, but two pages of one list
/// disagree.
pub(crate) fn shuffle(key: &str, limit: i64, offset: i64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (key, limit, offset).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns {
        filter: std::borrow::Cow::Borrowed(&[]),
        order: std::borrow::Cow::Borrowed(&["name", "age"]),
    };

    #[test]
    fn parses_what_the_manager_parses() {
        let order = Order::parse(" -age , +name,name", &COLUMNS).unwrap();
        assert_eq!(order.columns, [("age", true), ("name", false), ("name", false)]);
        assert_eq!(Order::parse("", &COLUMNS).unwrap().columns, []);
    }

    #[test]
    fn refuses_anything_else() {
        for text in ["nope", "--name", "name,", ",", "name age", "na-me", "+"] {
            let problem = Order::parse(text, &COLUMNS).expect_err(text);
            assert!(problem.starts_with("Query ordering parsing error: "), "{problem}");
        }
    }

    #[test]
    fn null_is_the_greatest() {
        let null = |_: &str| Cell::Null;
        let one = |_: &str| Cell::Int(1);
        let up = Order::parse("age", &COLUMNS).unwrap();
        let down = Order::parse("-age", &COLUMNS).unwrap();
        assert_eq!(up.compare(&one, &null), Ordering::Less);
        assert_eq!(down.compare(&one, &null), Ordering::Greater);
        assert_eq!(up.compare(&null, &null), Ordering::Equal);
    }

    #[test]
    fn pages_disagree_about_equals_and_agree_with_themselves() {
        let page = |offset| {
            let mut keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
            keys.sort_by_key(|key| shuffle(key, 4, offset));
            keys
        };
        assert_eq!(page(0), page(0));
        assert_ne!(page(0), page(4));
    }
}
