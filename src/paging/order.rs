//! The manager's order language: column names with an optional sign, separated by commas.

/// Appends the columns of the key that are missing, which makes the order total.
pub(super) fn complete(order: Option<&str>, key: &str) -> String {
    let mut columns = order.filter(|order| !order.trim().is_empty()).unwrap_or_default().to_owned();
    for part in key.split(',').map(str::trim) {
        let mut names =
            columns.split(',').map(|column| column.trim().trim_start_matches(['+', '-']));
        if !names.any(|name| name == part) {
            if !columns.is_empty() {
                columns.push(',');
            }
            columns.push_str(part);
        }
    }
    columns
}

/// Whether an order is by the key alone: `Some(true)` when descending, `None` when it is another.
pub(super) fn by_key(order: Option<&str>, key: &str) -> Option<bool> {
    let columns = order.unwrap_or_default().trim();
    match columns.strip_prefix('-') {
        _ if columns.is_empty() => Some(false),
        Some(column) => (column.trim() == key).then_some(true),
        None => (columns.trim_start_matches('+').trim() == key).then_some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_ends_in_the_key_once() {
        for (given, expected) in [
            (None, "access_key"),
            (Some(""), "access_key"),
            (Some("email"), "email,access_key"),
            (Some("-email,+created_at"), "-email,+created_at,access_key"),
            (Some("-access_key"), "-access_key"),
            (Some("email, +access_key,created_at"), "email, +access_key,created_at"),
            (Some("access_key_id"), "access_key_id,access_key"),
        ] {
            assert_eq!(complete(given, "access_key"), expected, "{given:?}");
        }
        assert_eq!(complete(Some("-user"), "vfolder, user"), "-user,vfolder");
    }

    #[test]
    fn an_order_by_the_key_alone_is_known() {
        for (given, expected) in [
            (None, Some(false)),
            (Some(" "), Some(false)),
            (Some("id"), Some(false)),
            (Some(" + id"), Some(false)),
            (Some("-id"), Some(true)),
            (Some("id,name"), None),
            (Some("-name"), None),
        ] {
            assert_eq!(by_key(given, "id"), expected, "{given:?}");
        }
    }
}
