//! Parsers of values. An error describes a valid value.

use std::{collections::BTreeMap, time::Duration};

/// Yes or no, in the official client's words.
pub(crate) fn parse_bool(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "1" => Ok(true),
        "n" | "no" | "f" | "false" | "0" => Ok(false),
        _ => {
            Err(format!("{text:?} is neither yes nor no; write one of yes, no, true, false, 1, 0"))
        }
    }
}

/// Seconds; zero means no limit.
pub(crate) fn parse_timeout(text: &str) -> Result<Option<Duration>, String> {
    let invalid = |why| format!("{text:?} {why}; write seconds as in 10 or 2.5, or 0 for no limit");
    let seconds: f64 = text.trim().parse().map_err(|_| invalid("is not a number"))?;
    if seconds.is_nan() || seconds.is_infinite() {
        return Err(invalid("is not finite"));
    }
    if seconds < 0.0 {
        return Err(invalid("is negative"));
    }
    let limit = Duration::try_from_secs_f64(seconds).map_err(|_| invalid("is too long"))?;
    // A limit that rounds to zero would mean no limit.
    if limit.is_zero() && seconds > 0.0 {
        return Err(invalid("is too short"));
    }
    Ok(limit_of(limit))
}

/// Zero means no limit.
pub(crate) const fn limit_of(limit: Duration) -> Option<Duration> {
    if limit.is_zero() { None } else { Some(limit) }
}

/// The name of a domain or a group.
pub(crate) fn parse_name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("it is empty; give a name, or unset it for \"default\"".into());
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{text:?} has a line break or another control character; take it out"));
    }
    Ok(text.to_owned())
}

/// The `User-Agent` header.
pub(crate) fn parse_user_agent(text: &str) -> Result<String, String> {
    if text.trim() != text || text.is_empty() {
        return Err(format!("{text:?} is empty or has blanks around it; write it as in tool/1.0"));
    }
    if !text.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return Err(format!("{text:?} cannot be a header; use printable ASCII alone"));
    }
    Ok(text.to_owned())
}

/// A comma list without blanks and duplicates, in its order.
pub(crate) fn parse_names(text: &str) -> Vec<String> {
    distinct(text.split(',').map(str::to_owned))
}

pub(crate) fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        let name = name.trim();
        if !name.is_empty() && !kept.iter().any(|other| other == name) {
            kept.push(name.to_owned());
        }
    }
    kept
}

/// Whether this can be the name of a context or a profile: the file or folder of that name is then
/// one level below its own folder. Letters of any script count, since users name contexts in their own
/// language and names never reach a header; the official client's ASCII names are among them.
#[cfg(any(feature = "context", feature = "profile"))]
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// What [`is_name`] accepts.
#[cfg(any(feature = "context", feature = "profile"))]
pub(crate) const NAME_RULE: &str = "it must start with a letter or digit, and have only letters, \
                                    digits, dots, underscores and hyphens";

/// `X1=Y1,X2=Y2`.
pub(crate) fn parse_map(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut map = BTreeMap::new();
    for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (from, to) = entry.split_once('=').unwrap_or((entry, ""));
        put(&mut map, from, to)?;
    }
    Ok(map)
}

pub(crate) fn put(map: &mut BTreeMap<String, String>, from: &str, to: &str) -> Result<(), String> {
    let (from, to) = (from.trim(), to.trim());
    if from.is_empty() || to.is_empty() {
        return Err(format!("\"{from}={to}\" is no mapping; write it as in address=replacement"));
    }
    match map.insert(from.to_owned(), to.to_owned()) {
        Some(other) if other != to => {
            Err(format!("{from:?} is mapped to both {other:?} and {to:?}; leave one"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_have_five_words_each() {
        for word in ["y", "yes", "t", "true", "1"] {
            assert_eq!(parse_bool(word), Ok(true));
            assert_eq!(parse_bool(&word.to_uppercase()), Ok(true));
        }
        for word in ["n", "no", "f", "false", "0"] {
            assert_eq!(parse_bool(word), Ok(false));
            assert_eq!(parse_bool(&format!(" {word}")), Ok(false));
        }
        for word in ["", "on", "off", "maybe", "2", "yess"] {
            assert!(parse_bool(word).unwrap_err().contains("write one of"), "{word}");
        }
    }

    #[test]
    fn a_timeout_is_finite_and_not_negative() {
        for (text, limit) in [
            ("0", None),
            ("0.0", None),
            ("10", Some(Duration::from_secs(10))),
            (" 2.5 ", Some(Duration::from_millis(2500))),
            ("1e2", Some(Duration::from_secs(100))),
        ] {
            assert_eq!(parse_timeout(text), Ok(limit), "{text}");
        }
        for (text, why) in [
            ("abc", "not a number"),
            ("", "not a number"),
            ("10s", "not a number"),
            ("-1", "negative"),
            ("inf", "not finite"),
            ("-inf", "not finite"),
            ("NaN", "not finite"),
            ("1e300", "too long"),
            ("1e-12", "too short"),
        ] {
            assert!(parse_timeout(text).unwrap_err().contains(why), "{text}");
        }
    }

    #[test]
    fn names_keep_their_first_place() {
        assert_eq!(parse_names("b, a,,b, c ,"), ["b", "a", "c"]);
        assert!(parse_names("").is_empty());
    }

    #[test]
    fn a_mapping_has_two_sides_and_no_contradiction() {
        assert_eq!(parse_map(""), Ok(BTreeMap::new()));
        let map = parse_map("X1=https://a:6021?x=1, X2 = b ,X2=b").unwrap();
        assert_eq!(map.get("X1").map(String::as_str), Some("https://a:6021?x=1"));
        assert_eq!(map.get("X2").map(String::as_str), Some("b"));
        for (text, part) in
            [("foo", "foo="), ("=y", "=y"), ("x=", "x="), ("a=b,c", "c="), ("x=1,x=2", "both")]
        {
            assert!(parse_map(text).unwrap_err().contains(part), "{text}");
        }
    }

    #[test]
    fn names_and_agents_fit_into_headers() {
        assert_eq!(parse_name("기본"), Ok("기본".into()));
        for text in ["", " ", "a\nb", "a\u{0}"] {
            assert!(parse_name(text).is_err(), "{text:?}");
        }
        assert_eq!(parse_user_agent("tool/1.0 (x)"), Ok("tool/1.0 (x)".into()));
        for text in ["", " x", "x\r\ny: z", "é"] {
            assert!(parse_user_agent(text).is_err(), "{text:?}");
        }
    }
}
