//! Conditions and orders of rows that the manager cannot filter or order itself, in its language.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Value;

use crate::{
    output::Failure,
    render::{self, Row},
};

/// A condition. As in SQL, a comparison with a null is neither true nor false.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Compare { field: String, operator: Operator, value: Value },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Differs,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Contains,
    In,
    Is,
    IsNot,
    Like,
    ILike,
}

/// The operators, of which a longer one comes before its beginning.
const OPERATORS: [(&str, Operator); 12] = [
    ("==", Operator::Equal),
    ("!=", Operator::Differs),
    ("<=", Operator::AtMost),
    ("<", Operator::Less),
    (">=", Operator::AtLeast),
    (">", Operator::Greater),
    ("contains", Operator::Contains),
    ("in", Operator::In),
    ("isnot", Operator::IsNot),
    ("is", Operator::Is),
    ("like", Operator::Like),
    ("ilike", Operator::ILike),
];

impl Condition {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut parser = Parser { rest: text };
        let parsed = parser.expression();
        match (parsed, parser.rest.trim_start()) {
            (Some(condition), "") => Ok(condition),
            (_, rest) => {
                let near = match rest.is_empty() {
                    true => "it ends too early".to_owned(),
                    false => format!("it cannot be read from `{rest}` on"),
                };
                Err(Failure::argument("--filter is invalid").cause(near).help(
                    "write as in `name == \"x\"`, `size > 10`, `name like \"a%\" & (x is null)`",
                ))
            }
        }
    }

    /// Its comparisons: a field, an operator and a value each.
    pub(super) fn comparisons(&self) -> Vec<(&str, Operator, &Value)> {
        match self {
            Self::Not(inner) => inner.comparisons(),
            Self::And(one, other) | Self::Or(one, other) => {
                [one.comparisons(), other.comparisons()].concat()
            }
            Self::Compare { field, operator, value } => vec![(field, *operator, value)],
        }
    }

    /// Whether a row fulfils it.
    pub(super) fn holds(&self, row: &Row) -> bool {
        self.value(row) == Some(true)
    }

    fn value(&self, row: &Row) -> Option<bool> {
        match self {
            Self::Not(inner) => inner.value(row).map(|value| !value),
            Self::And(one, other) => match (one.value(row), other.value(row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(one, other) => match (one.value(row), other.value(row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Self::Compare { field, operator, value } => {
                compare(row.get(field).unwrap_or(&Value::Null), *operator, value)
            }
        }
    }
}

fn compare(cell: &Value, operator: Operator, value: &Value) -> Option<bool> {
    match operator {
        Operator::Is => return Some(cell == value),
        Operator::IsNot => return Some(cell != value),
        _ if cell.is_null() || value.is_null() => return None,
        _ => {}
    }
    let order = || order(cell, value);
    Some(match operator {
        Operator::Equal => order().is_eq(),
        Operator::Differs => order().is_ne(),
        Operator::Less => order().is_lt(),
        Operator::AtMost => order().is_le(),
        Operator::Greater => order().is_gt(),
        Operator::AtLeast => order().is_ge(),
        Operator::In => value.as_array().is_some_and(|values| values.contains(cell)),
        Operator::Contains => match (cell, value) {
            (Value::Array(cells), value) => cells.contains(value),
            (cell, Value::String(part)) => text(cell).contains(part.as_str()),
            _ => false,
        },
        Operator::Like => like(&text(cell), &text(value)),
        Operator::ILike => like(&text(cell).to_lowercase(), &text(value).to_lowercase()),
        Operator::Is | Operator::IsNot => return None,
    })
}

/// The order of two rows by these fields, of which some descend.
pub(super) fn order_rows(keys: &[(&str, bool)], one: &Row, other: &Row) -> Ordering {
    let by = |(name, descending): &(&str, bool)| {
        let cell = |row: &Row| match render::get(row, name).map(Cow::into_owned) {
            Some(Value::String(text)) => Value::String(text.to_lowercase()),
            cell => cell.unwrap_or_default(),
        };
        let order = order(&cell(one), &cell(other));
        if *descending { order.reverse() } else { order }
    };
    keys.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Numbers by size, everything else by its text.
fn order(one: &Value, other: &Value) -> Ordering {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => text(one).cmp(&text(other)),
    }
}

/// A number, also as text: large ones, such as a size in bytes, are strings.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
            text.parse().ok()
        }
        value => value.as_f64(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Whether a text fits a pattern, in which `%` is any text and `_` any character.
fn like(text: &str, pattern: &str) -> bool {
    // The positions of the pattern that are reached by the characters so far.
    let pattern: Vec<char> = pattern.chars().collect();
    let spread = |mut reached: Vec<bool>| {
        for (at, part) in pattern.iter().enumerate() {
            if *part == '%' && reached.get(at) == Some(&true) {
                reached.iter_mut().skip(at + 1).take(1).for_each(|next| *next = true);
            }
        }
        reached
    };
    let mut start = vec![false; pattern.len() + 1];
    start.iter_mut().take(1).for_each(|first| *first = true);
    let reached = text.chars().fold(spread(start), |reached, c| {
        let mut next = vec![false; pattern.len() + 1];
        for (at, part) in
            pattern.iter().enumerate().filter(|(at, _)| reached.get(*at) == Some(&true))
        {
            let at = if *part == '%' { at } else { at + 1 };
            if matches!(part, '%' | '_') || *part == c {
                next.iter_mut().skip(at).take(1).for_each(|next| *next = true);
            }
        }
        spread(next)
    });
    reached.last() == Some(&true)
}

/// The rest of a condition. As for the manager, `&` and `|` have no precedence, and `!` is about all
/// that follows in its parentheses.
struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    fn eat(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn expression(&mut self) -> Option<Condition> {
        let first = if self.eat("!").is_some() {
            return Some(Condition::Not(Box::new(self.expression()?)));
        } else if self.eat("(").is_some() {
            let inner = self.expression()?;
            self.eat(")")?;
            inner
        } else {
            self.comparison()?
        };
        let join = if self.eat("&").is_some() {
            Condition::And
        } else if self.eat("|").is_some() {
            Condition::Or
        } else {
            return Some(first);
        };
        Some(join(Box::new(first), Box::new(self.expression()?)))
    }

    fn comparison(&mut self) -> Option<Condition> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
        let (field, after) = rest.split_at_checked(end).filter(|(field, _)| !field.is_empty())?;
        self.rest = after;
        let found = OPERATORS.iter().find(|(text, _)| {
            let after = self.rest.trim_start().strip_prefix(text);
            let is_word = text.starts_with(char::is_alphabetic);
            after.is_some_and(|after| !(is_word && after.starts_with(char::is_alphanumeric)))
        });
        let (text, operator) = *found?;
        self.eat(text)?;
        let value = self.value()?;
        Some(Condition::Compare { field: field.to_owned(), operator, value })
    }

    /// A value, which is written as in JSON.
    fn value(&mut self) -> Option<Value> {
        let rest = self.rest.trim_start();
        let word = |c: char| c.is_alphanumeric() || "+-.".contains(c);
        let (value, end) = if rest.starts_with(word) {
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            (serde_json::from_str(rest.get(..end)?).ok()?, end)
        } else {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            (values.next()?.ok()?, values.byte_offset())
        };
        self.rest = rest.get(end..)?;
        Some(value)
    }
}

/// The fields of an order, each with whether it descends.
pub(super) fn keys(text: &str) -> Vec<(&str, bool)> {
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    keys.map(|key| (key.trim_start_matches(['-', '+']), key.starts_with('-'))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_select_as_the_manager_does() {
        let row = json!({
            "name": "cpu-1", "size": 12, "bytes": "900", "active": true, "note": null, "tags": ["a"],
        });
        let row = row.as_object().unwrap();
        for (text, holds) in [
            (r#"name == "cpu-1""#, true),
            (r#"name != "cpu-1""#, false),
            (r#"name like "cpu%""#, true),
            (r#"name like "c_u-_""#, true),
            (r#"name like "%2%""#, false),
            (r#"name ilike "CPU%""#, true),
            (r#"name in ["x", "cpu-1"]"#, true),
            (r#"name contains "pu""#, true),
            (r#"tags contains "a""#, true),
            ("size >= 12 & size < 13", true),
            ("bytes > 1000", false),
            ("bytes<=900", true),
            ("active == true", true),
            ("note is null", true),
            ("note isnot null", false),
            // A comparison with a null is neither true nor false.
            (r#"note == "x""#, false),
            (r#"!note == "x""#, false),
            // `!` is about all that follows.
            ("!size == 1 & active == false", true),
            ("(!size == 1) & active == false", false),
            ("size == 1 & size == 2 | active == true", false),
            ("(size == 1 & size == 2) | active == true", true),
        ] {
            let condition = Condition::parse(text).unwrap_or_else(|it| panic!("{}", it.text()));
            assert_eq!(condition.holds(row), holds, "{text}");
        }
        assert_eq!(
            Condition::parse("a == 1 & (!b > 2)").unwrap().comparisons(),
            [("a", Operator::Equal, &json!(1)), ("b", Operator::Greater, &json!(2))]
        );
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for text in ["", "name", "name ==", "name = 1", "(a == 1", "a == 1 b == 2", "a == 'x'"] {
            let failure = Condition::parse(text).unwrap_err();
            assert!(failure.text().contains("--filter is invalid"), "{text}");
        }
    }

    #[test]
    fn patterns_take_no_exponential_time() {
        assert!(!like(&"a".repeat(10_000), &"%a".repeat(200).replace("%a", "%a%b")));
        assert!(like("", "%%") && !like("", "_") && like("한국어", "한_어"));
    }

    #[test]
    fn an_order_has_several_keys() {
        assert_eq!(keys("-a, b,+c"), [("a", true), ("b", false), ("c", false)]);
    }
}
