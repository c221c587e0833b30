//! Evaluation of an expression: which comparison fits which column, and whether it holds.

use std::cmp::Ordering;

use jiff::Timestamp;
use uuid::Uuid;

use super::column::{Cell, Columns, Kind};
use super::parse::{Expr, Operator, Value};
use crate::date;

/// A reason why a filter does not fit the columns.
#[derive(Debug)]
pub(super) enum Misfit {
    /// Reported by the parser.
    Parse(String),
    /// Reported by the database.
    Database(String),
}

/// A checked filter with three truth values; `None` is unknown.
#[derive(Debug)]
pub(super) enum Test {
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    /// Whether the cell is null (or not).
    Null(&'static str, bool),
    /// Whether the cell is exactly this truth value (or not); null is neither.
    Exactly(&'static str, bool, bool),
    Compare(&'static str, Operator, Operand),
    In(&'static str, Vec<Operand>),
    Like(&'static str, String, bool),
}

#[derive(Debug)]
pub(super) enum Operand {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Time(Timestamp),
    Uuid(Uuid),
}

pub(super) fn check(expr: &Expr, columns: &Columns) -> Result<Test, Misfit> {
    let inner = |expr| check(expr, columns).map(Box::new);
    match expr {
        Expr::Not(expr) => Ok(Test::Not(inner(expr)?)),
        Expr::And(left, right) => Ok(Test::And(inner(left)?, inner(right)?)),
        Expr::Or(left, right) => Ok(Test::Or(inner(left)?, inner(right)?)),
        Expr::Compare { column, operator, value } => {
            let known = columns.filter.iter().find(|(name, _)| name == column);
            let &(name, kind) = known.ok_or_else(|| {
                Misfit::Parse(format!("('Unknown/unsupported field name', '{column}')"))
            })?;
            comparison(name, kind, *operator, value)
        }
    }
}

fn comparison(
    column: &'static str,
    kind: Kind,
    operator: Operator,
    value: &Value,
) -> Result<Test, Misfit> {
    if let (Kind::Time | Kind::Word(_), Value::Null | Value::Bool(_)) = (kind, value) {
        return Err(Misfit::Parse("a string is needed for this field".to_owned()));
    }
    let equality =
        matches!(operator, Operator::Equal | Operator::Unequal | Operator::Is | Operator::IsNot);
    let positive = !matches!(operator, Operator::Unequal | Operator::IsNot);
    match (operator, value) {
        (Operator::In, Value::List(items)) => {
            let items = items.iter().map(|item| operand(kind, item));
            Ok(Test::In(column, items.collect::<Result<_, _>>()?))
        }
        (Operator::In, _) => Err(Misfit::Parse("`in` needs a list".to_owned())),
        (_, Value::Null) if equality => Ok(Test::Null(column, positive)),
        (Operator::Is | Operator::IsNot, Value::Bool(truth)) if matches!(kind, Kind::Bool) => {
            Ok(Test::Exactly(column, *truth, positive))
        }
        (Operator::Is | Operator::IsNot, _) => {
            operand(kind, value)?;
            Err(Misfit::Database("syntax error after IS".to_owned()))
        }
        (Operator::Contains | Operator::Like | Operator::Ilike, _) => {
            let operand = operand(kind, value)?;
            let (Kind::Text, Operand::Text(pattern)) = (kind, operand) else {
                return Err(no_operator(kind));
            };
            let folded = operator == Operator::Ilike;
            let pattern = match operator {
                Operator::Contains => format!("%{pattern}%"),
                _ => pattern,
            };
            Ok(Test::Like(column, pattern, folded))
        }
        (_, Value::Null | Value::Bool(_)) if !equality => Err(Misfit::Parse(
            "only `==`, `!=`, `is` and `isnot` take null, true and false".to_owned(),
        )),
        _ => Ok(Test::Compare(column, operator, operand(kind, value)?)),
    }
}

fn operand(kind: Kind, value: &Value) -> Result<Operand, Misfit> {
    match (kind, value) {
        (Kind::Text, Value::Text(text)) => Ok(Operand::Text(text.clone())),
        (Kind::Int, Value::Int(number)) => Ok(Operand::Int(*number)),
        (Kind::Int, Value::Float(number)) => Ok(Operand::Float(*number)),
        (Kind::Bool, Value::Bool(truth)) => Ok(Operand::Bool(*truth)),
        (Kind::Time, Value::Text(text)) => {
            let moment = date::parse(text)
                .ok_or_else(|| Misfit::Parse(format!("Unknown string format: {text}")))?;
            Ok(Operand::Time(moment.at))
        }
        (Kind::Time, _) => Err(Misfit::Parse("a date must be a string".to_owned())),
        (Kind::Word(known), Value::Text(text)) => {
            let word = known(text)
                .ok_or_else(|| Misfit::Parse(format!("'{text}' is not a valid word")))?;
            Ok(Operand::Text(word.to_owned()))
        }
        (Kind::Word(_), _) => Err(Misfit::Parse("a word must be a string".to_owned())),
        (Kind::Uuid, Value::Text(text)) => Uuid::try_parse(text)
            .map(Operand::Uuid)
            .map_err(|_| Misfit::Database("badly formed hexadecimal UUID string".to_owned())),
        _ => Err(no_operator(kind)),
    }
}

fn no_operator(kind: Kind) -> Misfit {
    let name = match kind {
        Kind::Text | Kind::Word(_) => "character varying",
        Kind::Int => "integer",
        Kind::Bool => "boolean",
        Kind::Time => "timestamp with time zone",
        Kind::Uuid => "uuid",
        Kind::Texts => "character varying[]",
    };
    Misfit::Database(format!("operator does not exist: {name} and the given value"))
}

impl Test {
    pub(super) fn holds<'a>(&self, cell: &dyn Fn(&str) -> Cell<'a>) -> Option<bool> {
        match self {
            Self::Not(test) => test.holds(cell).map(|truth| !truth),
            Self::And(left, right) => match (left.holds(cell), right.holds(cell)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(left, right) => match (left.holds(cell), right.holds(cell)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Self::Null(column, wanted) => Some((cell(column) == Cell::Null) == *wanted),
            Self::Exactly(column, truth, wanted) => {
                Some((cell(column) == Cell::Bool(*truth)) == *wanted)
            }
            Self::Compare(column, operator, operand) => {
                let order = compare(&cell(column), operand)?;
                Some(match operator {
                    Operator::Equal => order.is_eq(),
                    Operator::Unequal => order.is_ne(),
                    Operator::Greater => order.is_gt(),
                    Operator::GreaterEqual => order.is_ge(),
                    Operator::Less => order.is_lt(),
                    Operator::LessEqual => order.is_le(),
                    // `check` makes other variants of the remaining operators.
                    _ => return None,
                })
            }
            Self::In(column, operands) => {
                let cell = cell(column);
                if cell == Cell::Null && !operands.is_empty() {
                    return None;
                }
                Some(
                    operands
                        .iter()
                        .any(|operand| compare(&cell, operand).is_some_and(Ordering::is_eq)),
                )
            }
            Self::Like(column, pattern, folded) => match cell(column) {
                Cell::Text(text) if *folded => {
                    Some(like(&text.to_lowercase(), &pattern.to_lowercase()))
                }
                Cell::Text(text) => Some(like(text, pattern)),
                _ => None,
            },
        }
    }
}

fn compare(cell: &Cell<'_>, operand: &Operand) -> Option<Ordering> {
    match (cell, operand) {
        (Cell::Text(cell), Operand::Text(operand)) => Some((*cell).cmp(operand.as_str())),
        (Cell::Int(cell), Operand::Int(operand)) => Some(cell.cmp(operand)),
        #[expect(clippy::cast_precision_loss, reason = "the database compares in floats too")]
        (Cell::Int(cell), Operand::Float(operand)) => (*cell as f64).partial_cmp(operand),
        (Cell::Bool(cell), Operand::Bool(operand)) => Some(cell.cmp(operand)),
        (Cell::Time(cell), Operand::Time(operand)) => Some(cell.cmp(operand)),
        (Cell::Uuid(cell), Operand::Uuid(operand)) => Some(cell.cmp(operand)),
        _ => None,
    }
}

/// SQL's LIKE: `%` is any text, `_` one character, and a backslash escapes the next character.
fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '%' => Token::Any,
            '_' => Token::One,
            '\\' => Token::This(chars.next().unwrap_or('\\')),
            c => Token::This(c),
        });
    }
    // Whether the tokens so far match the prefix of each length.
    let mut reached: Vec<bool> = (0..=text.len()).map(|length| length == 0).collect();
    for token in tokens {
        let mut next = vec![false; reached.len()];
        let mut any = false;
        for (place, to) in next.iter_mut().enumerate() {
            any |= reached.get(place).copied().unwrap_or(false);
            let before = place.checked_sub(1);
            let step = before.and_then(|b| reached.get(b)).copied().unwrap_or(false);
            *to = match token {
                Token::Any => any,
                Token::One => step,
                Token::This(c) => step && before.and_then(|b| text.get(b)) == Some(&c),
            };
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

enum Token {
    Any,
    One,
    This(char),
}
