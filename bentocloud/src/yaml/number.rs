//! Numbers of YAML 1.1: octal with a leading zero, base 60, underscores; printed as Python does.

/// The integer in decimal, if `text` is one. It may be of any length.
pub(super) fn integer(text: &str) -> Option<String> {
    let (negative, body) = sign(text);
    let (digits, base): (Vec<u32>, u32) = if let Some(rest) = body.strip_prefix("0b") {
        (digits(rest, 2)?, 2)
    } else if let Some(rest) = body.strip_prefix("0x") {
        (digits(rest, 16)?, 16)
    } else if body == "0" || (body.starts_with("0_") && body.trim_end_matches('_') == "0") {
        (vec![0], 10)
    } else if let Some(rest) = body.strip_prefix('0') {
        (digits(rest, 8)?, 8)
    } else if body.starts_with(|c: char| c.is_ascii_digit()) {
        let mut parts = body.split(':');
        let whole = digits(parts.next()?, 10)?;
        let mut total = decimal(&whole, 10);
        for part in parts {
            total = times(&total, 60, sixtieth(part)?);
        }
        return Some(print(negative, &total));
    } else {
        return None;
    };
    Some(print(negative, &decimal(&digits, base)))
}

/// `0x_` and `0b_` have the shape of an integer and no value, so that nobody can read them.
pub(super) fn is_numberless(text: &str) -> bool {
    let (_, body) = sign(text);
    let rest = body.strip_prefix("0b").or_else(|| body.strip_prefix("0x"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b == b'_'))
}

/// The number as Python prints it, if `text` is a float of YAML 1.1. It needs a dot, and an
/// exponent needs a sign.
pub(super) fn float(text: &str) -> Option<String> {
    let (negative, body) = sign(text);
    let special = match body {
        ".inf" | ".Inf" | ".INF" => Some(if negative { "-inf" } else { "inf" }),
        ".nan" | ".NaN" | ".NAN" if text == body => Some("nan"),
        _ => None,
    };
    if let Some(special) = special {
        return Some(special.to_owned());
    }
    if let Some((head, tail)) = body.rsplit_once(':') {
        return sexagesimal(negative, head, tail);
    }
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let underscored = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    if !underscored(whole) || !underscored(fraction) {
        return None;
    }
    // Without a digit before the dot there must be one after it, and no sign.
    let starts = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    if whole.is_empty() {
        if text != body || !starts(fraction) {
            return None;
        }
    } else if !starts(whole) {
        return None;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-'])?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    let value: f64 = body.replace('_', "").parse().ok()?;
    Some(python(if negative { -value } else { value }))
}

/// `190:20:30.15`: base 60 before the dot.
fn sexagesimal(negative: bool, head: &str, tail: &str) -> Option<String> {
    let (last, fraction) = tail.split_once('.')?;
    if !fraction.chars().all(|c| c.is_ascii_digit() || c == '_') {
        return None;
    }
    let mut parts = head.split(':');
    let first = parts.next()?;
    if !first.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut total: f64 = digits(first, 10)?.iter().fold(0.0, |sum, &d| sum * 10.0 + f64::from(d));
    for part in parts {
        total = total * 60.0 + f64::from(sixtieth(part)?);
    }
    sixtieth(last)?;
    let seconds: f64 = format!("{last}.{}", fraction.replace('_', "")).parse().ok()?;
    let total = total * 60.0 + seconds;
    Some(python(if negative { -total } else { total }))
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits of `text` in `base`, underscores dropped; at least one digit.
fn digits(text: &str, base: u32) -> Option<Vec<u32>> {
    let digits: Option<Vec<u32>> =
        text.chars().filter(|&c| c != '_').map(|c| c.to_digit(base)).collect();
    digits.filter(|digits| !digits.is_empty())
}

/// One place of base 60: `0` to `59`, one or two digits.
fn sixtieth(text: &str) -> Option<u32> {
    let value = (text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()?;
    (value < 60).then_some(value)
}

/// `digits` of `base` as decimal digits, lowest first. Tokens can be longer than any integer type.
fn decimal(digits: &[u32], base: u32) -> Vec<u32> {
    if base == 10 {
        return digits.iter().rev().copied().collect();
    }
    digits.iter().fold(Vec::new(), |number, &digit| times(&number, base, digit))
}

fn times(number: &[u32], factor: u32, add: u32) -> Vec<u32> {
    let mut carry = add;
    let mut result: Vec<u32> = number
        .iter()
        .map(|digit| {
            let value = digit * factor + carry;
            carry = value / 10;
            value % 10
        })
        .collect();
    while carry > 0 {
        result.push(carry % 10);
        carry /= 10;
    }
    result
}

fn print(negative: bool, number: &[u32]) -> String {
    let digits: String = number
        .iter()
        .rev()
        .skip_while(|&&d| d == 0)
        .filter_map(|&d| char::from_digit(d, 10))
        .collect();
    match (digits.is_empty(), negative) {
        (true, _) => "0".to_owned(),
        (false, true) => format!("-{digits}"),
        (false, false) => digits,
    }
}

/// Python's `repr` of a float: the shortest digits, an exponent from 1e16 and below 1e-4.
fn python(value: f64) -> String {
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        return format!("{value:?}");
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{mantissa}e-{exponent:0>2}"),
            None => format!("{mantissa}e+{exponent:0>2}"),
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_base_and_any_length() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("+12", "12"),
            ("0o7", ""),
            ("010", "8"),
            ("-010", "-8"),
            ("0_7", "7"),
            ("0__", "0"),
            ("0b_", ""),
            ("09", ""),
            ("0b1_01", "5"),
            ("0xFf", "255"),
            ("0x", ""),
            ("1:00", "60"),
            ("1:60", ""),
            ("1:2:3", "3723"),
            ("_1", ""),
            ("12a", ""),
            ("-", ""),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            (
                "0xffffffffffffffffffffffffffffffffffff",
                "22300745198530623141535718272648361505980415",
            ),
        ] {
            assert_eq!(integer(text).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn floats_need_a_dot_and_a_signed_exponent() {
        for (text, expected) in [
            ("1.50", "1.5"),
            ("1.", "1.0"),
            ("-.5", ""),
            (".5", "0.5"),
            ("._5", ""),
            ("1e3", ""),
            ("1.e3", ""),
            ("1.0e+3", "1000.0"),
            ("1.0e+16", "1e+16"),
            ("1.5e+20", "1.5e+20"),
            ("1.5e-05", "1.5e-05"),
            ("1.5e-300", "1.5e-300"),
            ("1.5e+400", "inf"),
            ("0.0001", "0.0001"),
            ("-0.0", "-0.0"),
            ("-.INF", "-inf"),
            ("-.nan", ""),
            ("1:30.5", "90.5"),
            ("1:60.5", ""),
            ("0.1.2", ""),
            ("1_0.5_0", "10.5"),
        ] {
            assert_eq!(float(text).unwrap_or_default(), expected, "{text}");
        }
    }
}
