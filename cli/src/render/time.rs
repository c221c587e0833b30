//! Times for people.

use jiff::Timestamp;
use serde_json::Value;

/// Returns how long ago a time was, such as `5m ago`, or when it will be; `None` if the value is no
/// time.
pub(super) fn ago(value: &Value) -> Option<String> {
    let time: Timestamp = value.as_str().filter(|text| text.len() >= 19)?.parse().ok()?;
    Some(text(Timestamp::now().as_second() - time.as_second()))
}

fn text(seconds: i64) -> String {
    const UNITS: [(i64, &str); 5] =
        [(365 * 86_400, "y"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let far = seconds.unsigned_abs();
    // The next unit begins at two of it: `47h` is more exact than `1d`.
    let unit = UNITS.into_iter().find(|(unit, _)| far >= 2 * unit.unsigned_abs());
    let (unit, name) = unit.unwrap_or((1, "s"));
    let count = far / unit.unsigned_abs();
    if seconds < 0 { format!("in {count}{name}") } else { format!("{count}{name} ago") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ago, text};

    #[test]
    fn times_are_short() {
        let day = 86_400;
        for (seconds, expected) in [
            (0, "0s ago"),
            (59, "59s ago"),
            (150, "2m ago"),
            (47 * 3_600, "47h ago"),
            (3 * day, "3d ago"),
            (800 * day, "2y ago"),
            (-600, "in 10m"),
        ] {
            assert_eq!(text(seconds), expected);
        }
        assert!(
            ago(&json!("2020-01-01T00:00:00+00:00")).is_some_and(|text| text.ends_with("y ago"))
        );
        for value in [json!(null), json!("AKIAIOSFODNN7EXAMPLE"), json!(20_200_101), json!("2020")]
        {
            assert_eq!(ago(&value), None);
        }
    }
}
