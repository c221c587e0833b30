//! The fields of which a value is taken.

use super::Error;

impl Error {
    /// Returns the fields of which the value is taken, as the manager names them, such as `email` and
    /// `username` for a new user: one of several has a value that is in use. Empty for every other error,
    /// and when the manager does not name them.
    pub fn conflicting_fields(&self) -> Vec<String> {
        let message = self.is_conflict().then(|| self.server_message_full()).flatten();
        message.map_or_else(Vec::new, |message| fields(&message).map(str::to_owned).collect())
    }
}

fn fields(message: &str) -> impl Iterator<Item = &str> {
    let is_name = |word: &&str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    // Of the database: `Key (domain, name)=(…) already exists.`
    let key = message.split_once("Key (").and_then(|(_, key)| key.split_once(")=("));
    let of_key = key.map_or("", |(names, _)| names);
    // Of the manager: `User with email … or username … already exists`.
    // The sentence before it may have the same words.
    let manager = || message.split_once(" with ")?.1.split_once(" already exists");
    let of_manager = if key.is_some() { "" } else { manager().map_or("", |(given, _)| given) };
    let first_words = of_manager.split(" or ").filter_map(|part| part.split_whitespace().next());
    of_key.split(", ").chain(first_words).filter(is_name)
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn fields_are_named_and_values_are_not() {
        for (message, expected) in [
            (
                "The user already exists. (User with email a@b.c or username ada already exists.)",
                &["email", "username"][..],
            ),
            ("(Group with name 'x' already exists in domain 'default')", &["name"]),
            (
                "duplicate key value violates unique constraint \"u\"\nDETAIL:  Key (domain_name, \
                 name)=(default, with a or b) already exists.",
                &["domain_name", "name"],
            ),
            ("Sessions are running.", &[]),
        ] {
            assert_eq!(fields(message).collect::<Vec<_>>(), expected, "{message}");
        }
    }
}
