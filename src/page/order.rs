//! The manager's order language: column names with an optional sign, separated by commas.

use crate::scalar::Maybe;

/// Appends the columns of the key, which make the order total, as far as it does not have them.
pub(super) fn complete(order: &mut Maybe<String>, key: &str) {
    let mut columns = match order {
        Maybe::Value(columns) if !columns.trim().is_empty() => columns.clone(),
        _ => String::new(),
    };
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
    *order = Maybe::Value(columns);
}

/// Whether an order goes by the key alone, and downwards; `None` when it is another one.
pub(super) fn by_key(order: &Maybe<String>, key: &str) -> Option<bool> {
    let Maybe::Value(columns) = order else { return Some(false) };
    let columns = columns.trim();
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
            (Maybe::Unset, "access_key"),
            (Maybe::Null, "access_key"),
            (Maybe::from(""), "access_key"),
            (Maybe::from("email"), "email,access_key"),
            (Maybe::from("-email,+created_at"), "-email,+created_at,access_key"),
            (Maybe::from("-access_key"), "-access_key"),
            (Maybe::from("email, +access_key,created_at"), "email, +access_key,created_at"),
            (Maybe::from("access_key_id"), "access_key_id,access_key"),
        ] {
            let mut order = given.clone();
            complete(&mut order, "access_key");
            assert_eq!(order, Maybe::from(expected), "{given:?}");
        }
        let mut order = Maybe::from("-user");
        complete(&mut order, "vfolder, user");
        assert_eq!(order, Maybe::from("-user,vfolder"));
    }

    #[test]
    fn an_order_by_the_key_alone_is_known() {
        for (given, expected) in [
            (Maybe::Unset, Some(false)),
            (Maybe::Null, Some(false)),
            (Maybe::from(" "), Some(false)),
            (Maybe::from("id"), Some(false)),
            (Maybe::from(" + id"), Some(false)),
            (Maybe::from("-id"), Some(true)),
            (Maybe::from("id,name"), None),
            (Maybe::from("-name"), None),
        ] {
            assert_eq!(by_key(&given, "id"), expected, "{given:?}");
        }
    }
}
