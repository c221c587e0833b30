//! The parser: from a string to an expression.

/// A filter as written.
#[derive(Debug, PartialEq)]
pub(super) enum Expr {
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Compare { column: String, operator: Operator, value: Value },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Contains,
    In,
    Is,
    IsNot,
    Like,
    Ilike,
}

/// Longer words come first, because no whitespace is required after a word.
const OPERATORS: [(&str, Operator); 12] = [
    ("contains", Operator::Contains),
    ("isnot", Operator::IsNot),
    ("ilike", Operator::Ilike),
    ("like", Operator::Like),
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    (">=", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("in", Operator::In),
    ("is", Operator::Is),
    (">", Operator::Greater),
    ("<", Operator::Less),
];

#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Int(i64),
    Float(f64),
    Null,
    Bool(bool),
    List(Vec<Self>),
}

/// Maximum nesting of parentheses and negations.
const DEPTH: usize = 200;

pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut input = Input { text, rest: text };
    let expr = expr(&mut input, DEPTH)?;
    input.blank();
    if input.rest.is_empty() { Ok(expr) } else { Err(input.unexpected("`&`, `|` or the end")) }
}

struct Input<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Input<'a> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\x0c', '\r', '\n']);
    }

    fn eat(&mut self, word: &str) -> bool {
        self.blank();
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Consumes this number of bytes, which ends at a character boundary.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn unexpected(&self, expected: &str) -> String {
        let column = self.text.len() - self.rest.len() + 1;
        match self.rest.chars().next() {
            Some(found) => {
                format!("Unexpected {found:?} at column {column}. Expected {expected}.")
            }
            None => format!("Unexpected end of the filter. Expected {expected}."),
        }
    }
}

fn expr(input: &mut Input<'_>, depth: usize) -> Result<Expr, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("the expression is nested too deeply".to_owned());
    };
    if input.eat("!") {
        return Ok(Expr::Not(Box::new(expr(input, depth)?)));
    }
    let first = if input.eat("(") {
        let inner = expr(input, depth)?;
        if !input.eat(")") {
            return Err(input.unexpected("`&`, `|` or `)`"));
        }
        inner
    } else {
        compare(input)?
    };
    if input.eat("&") {
        return Ok(Expr::And(Box::new(first), Box::new(expr(input, depth)?)));
    }
    if input.eat("|") {
        return Ok(Expr::Or(Box::new(first), Box::new(expr(input, depth)?)));
    }
    Ok(first)
}

fn compare(input: &mut Input<'_>) -> Result<Expr, String> {
    input.blank();
    let length = name(input.rest);
    if length == 0 {
        return Err(input.unexpected("`!`, `(` or a field"));
    }
    let column = input.take(length).to_owned();
    let operator = OPERATORS
        .iter()
        .find_map(|(word, operator)| input.eat(word).then_some(*operator))
        .ok_or_else(|| input.unexpected("an operator"))?;
    Ok(Expr::Compare { column, operator, value: value(input, DEPTH)? })
}

/// Returns the length of the name at the start.
pub(super) fn name(text: &str) -> usize {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if !text.starts_with(first) {
        return 0;
    }
    text.find(|c: char| !(first(c) || c.is_ascii_digit())).unwrap_or(text.len())
}

fn value(input: &mut Input<'_>, depth: usize) -> Result<Value, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("the list is nested too deeply".to_owned());
    };
    for (word, value) in
        [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
    {
        if input.eat(word) {
            return Ok(value);
        }
    }
    if input.eat("[") {
        return list(input, depth);
    }
    if input.rest.starts_with('"') {
        return string(input);
    }
    number(input)
}

fn list(input: &mut Input<'_>, depth: usize) -> Result<Value, String> {
    let mut items = Vec::new();
    if input.eat("]") {
        return Ok(Value::List(items));
    }
    loop {
        items.push(value(input, depth)?);
        if input.eat("]") {
            return Ok(Value::List(items));
        }
        if !input.eat(",") {
            return Err(input.unexpected("`,` or `]`"));
        }
    }
}

/// `\"` is an escaped quote; any other backslash is literal.
fn string(input: &mut Input<'_>) -> Result<Value, String> {
    let mut escaped = false;
    for (place, c) in input.rest.char_indices().skip(1) {
        match c {
            '\n' => break,
            '"' if !escaped => {
                let quoted = input.take(place + 1);
                let inner = quoted.get(1..place).unwrap_or_default();
                return Ok(Value::Text(inner.replace("\\\"", "\"")));
            }
            _ => escaped = c == '\\' && !escaped,
        }
    }
    Err(input.unexpected("a string that ends on the same line"))
}

fn number(input: &mut Input<'_>) -> Result<Value, String> {
    let length = input
        .rest
        .char_indices()
        .find(|(place, c)| {
            let after_exponent =
                *place > 0 && input.rest.get(..*place).is_some_and(|t| t.ends_with(['e', 'E']));
            let sign = matches!(c, '+' | '-') && (*place == 0 || after_exponent);
            !(sign || c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E'))
        })
        .map_or(input.rest.len(), |(place, _)| place);
    let text = input.rest.get(..length).unwrap_or_default();
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(input.unexpected("a string, a number, a list, `null`, `true` or `false`"));
    }
    let text = input.take(length);
    // Observed: only a decimal point makes a float; `1e3` fails to parse as an integer.
    let number = if text.contains('.') {
        text.parse().ok().map(Value::Float)
    } else {
        text.parse().ok().map(Value::Int)
    };
    number.ok_or_else(|| format!("invalid number {text:?}"))
}
