//! Conditions in the manager's filter language.

use crate::{
    error::{Error, Result},
    filter::quote,
};

/// The rows of `filter` after the one with the key `after`, up to the one with the key `to`.
///
/// The condition comes first: the language has no precedence and groups from the right, so no filter
/// can widen it.
pub(super) fn between(
    filter: Option<&str>,
    column: &str,
    descending: bool,
    after: &str,
    to: Option<&str>,
) -> Result<String> {
    let (sign, up_to) = if descending { ('<', ">=") } else { ('>', "<=") };
    let quote = |key| quote(key).map_err(|_| inexpressible(key));
    let mut condition = format!("({column} {sign} {})", quote(after)?);
    if let Some(to) = to {
        condition = format!("{condition} & ({column} {up_to} {})", quote(to)?);
    }
    Ok(match filter {
        Some(filter) if !filter.trim().is_empty() => format!("{condition} & ({filter})"),
        _ => condition,
    })
}

fn inexpressible(text: &str) -> Error {
    Error::config(format!(
        "the list cannot be read by key after the row {text:?}: the filter language cannot express \
         this string; read by offset instead"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_filter_stays_whole() {
        let after = |filter| between(filter, "id", false, "x", None).unwrap();
        assert_eq!(after(None), r#"(id > "x")"#);
        assert_eq!(after(Some(" ")), r#"(id > "x")"#);
        assert_eq!(after(Some("a == 1 | b == 2")), r#"(id > "x") & (a == 1 | b == 2)"#);
        let down = |filter, to| between(filter, "id", true, "x", to).unwrap();
        assert_eq!(down(None, None), r#"(id < "x")"#);
        assert_eq!(down(Some("a == 1"), Some("b")), r#"(id < "x") & (id >= "b") & (a == 1)"#);
    }
}
