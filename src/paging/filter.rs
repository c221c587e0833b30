//! Conditions in the manager's filter language.

use crate::{
    error::{Error, Result},
    filter::quote,
};

/// The rows of `filter` after the one with this key.
///
/// The condition comes first: the language has no precedence and groups from the right, so no filter
/// can widen it.
pub(super) fn after(
    filter: Option<&str>,
    column: &str,
    descending: bool,
    key: &str,
) -> Result<String> {
    let sign = if descending { '<' } else { '>' };
    let key = quote(key).map_err(|_| inexpressible(key))?;
    let condition = format!("({column} {sign} {key})");
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
        let after = |filter| after(filter, "id", false, "x").unwrap();
        assert_eq!(after(None), r#"(id > "x")"#);
        assert_eq!(after(Some(" ")), r#"(id > "x")"#);
        assert_eq!(after(Some("a == 1 | b == 2")), r#"(id > "x") & (a == 1 | b == 2)"#);
        assert_eq!(super::after(None, "id", true, "x").unwrap(), r#"(id < "x")"#);
    }
}
