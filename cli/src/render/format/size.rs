//! Numbers of bytes, as Python's `humanize` writes them.

use serde_json::Value;

const GNU: [&str; 10] = ["K", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"];
const DECIMAL: [&str; 10] = [" kB", " MB", " GB", " TB", " PB", " EB", " ZB", " YB", " RB", " QB"];

/// A number, or text that is one. The manager writes decimals as text.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

/// A number of bytes in MiB, with one decimal place.
pub(super) fn mebibytes(value: &Value) -> Option<f64> {
    // Rounded through text, because that is how Python rounds: from the exact binary value.
    format!("{:.1}", number(value)? / f64::from(1 << 20)).parse().ok()
}

/// In powers of 1024: `1023B`, `1.0K`, `1.5G`.
pub(super) fn gnu(bytes: f64) -> String {
    scaled(bytes, 1024.0, &GNU).unwrap_or_else(|| format!("{}B", whole(bytes)))
}

/// In powers of 1000: `999 Bytes`, `1.0 kB`, `1.5 GB`.
pub(super) fn decimal(bytes: f64) -> String {
    scaled(bytes, 1000.0, &DECIMAL).unwrap_or_else(|| {
        let unit = if bytes.abs() == 1.0 { "Byte" } else { "Bytes" };
        format!("{} {unit}", whole(bytes))
    })
}

/// Without its fraction, and never `-0`.
fn whole(bytes: f64) -> f64 {
    bytes.trunc() + 0.0
}

fn scaled(bytes: f64, base: f64, suffixes: &[&str]) -> Option<String> {
    if bytes.abs() < base {
        return None;
    }
    let mut divisor = base;
    let mut suffixes = suffixes.iter().peekable();
    let mut suffix = suffixes.next()?;
    // What is rounded up to a full unit is written in the next one: `1.0M`, not `1024.0K`.
    while format!("{:.1}", bytes.abs() / divisor).parse::<f64>().is_ok_and(|shown| shown >= base)
        && let Some(next) = suffixes.next()
    {
        divisor *= base;
        suffix = next;
    }
    Some(format!("{:.1}{suffix}", bytes / divisor))
}
