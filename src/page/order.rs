//! The manager's order language: column names with an optional sign, separated by commas.

use crate::scalar::Maybe;

/// Appends the key that makes the order total. An order that has the key already stays.
pub(super) fn complete(order: &mut Maybe<String>, key: &str) {
    match order {
        Maybe::Value(columns) if !columns.trim().is_empty() => {
            let mut names =
                columns.split(',').map(|column| column.trim().trim_start_matches(['+', '-']));
            if !names.any(|name| name == key) {
                columns.push(',');
                columns.push_str(key);
            }
        }
        _ => *order = Maybe::Value(key.to_owned()),
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
    }
}
