//! The manager's order language: column names with an optional sign, separated by commas.

use crate::scalar::MaybeUndefined;

/// Appends the columns of the key that are missing, which makes the order total.
pub(super) fn complete(order: &mut MaybeUndefined<String>, key: &str) {
    let mut columns = match order {
        MaybeUndefined::Value(columns) if !columns.trim().is_empty() => columns.clone(),
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
    *order = MaybeUndefined::Value(columns);
}

/// Whether an order is by the key alone: `Some(true)` when descending, `None` when it is another.
pub(super) fn by_key(order: &MaybeUndefined<String>, key: &str) -> Option<bool> {
    let MaybeUndefined::Value(columns) = order else { return Some(false) };
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
            (MaybeUndefined::Undefined, "access_key"),
            (MaybeUndefined::Null, "access_key"),
            (MaybeUndefined::from(""), "access_key"),
            (MaybeUndefined::from("email"), "email,access_key"),
            (MaybeUndefined::from("-email,+created_at"), "-email,+created_at,access_key"),
            (MaybeUndefined::from("-access_key"), "-access_key"),
            (
                MaybeUndefined::from("email, +access_key,created_at"),
                "email, +access_key,created_at",
            ),
            (MaybeUndefined::from("access_key_id"), "access_key_id,access_key"),
        ] {
            let mut order = given.clone();
            complete(&mut order, "access_key");
            assert_eq!(order, MaybeUndefined::from(expected), "{given:?}");
        }
        let mut order = MaybeUndefined::from("-user");
        complete(&mut order, "vfolder, user");
        assert_eq!(order, MaybeUndefined::from("-user,vfolder"));
    }

    #[test]
    fn an_order_by_the_key_alone_is_known() {
        for (given, expected) in [
            (MaybeUndefined::Undefined, Some(false)),
            (MaybeUndefined::Null, Some(false)),
            (MaybeUndefined::from(" "), Some(false)),
            (MaybeUndefined::from("id"), Some(false)),
            (MaybeUndefined::from(" + id"), Some(false)),
            (MaybeUndefined::from("-id"), Some(true)),
            (MaybeUndefined::from("id,name"), None),
            (MaybeUndefined::from("-name"), None),
        ] {
            assert_eq!(by_key(&given, "id"), expected, "{given:?}");
        }
    }
}
