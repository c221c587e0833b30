//! The part of a server's message that may be shown.
//!
//! The manager's messages can hold secrets. A refused `modify_keypair` quotes the whole row, with
//! the secret key and the SSH private key; a variable of the wrong type is quoted with everything
//! that was sent with it, including passwords.

use std::borrow::Cow;

/// Marks from which on a message quotes the database or the request.
const DUMPS: [&str; 7] = [
    "DETAIL:",
    "[SQL:",
    "[parameters:",
    "Failing row contains",
    "input_value=",
    "-----BEGIN",
    "Traceback (most recent call last)",
];

/// Errors of the filter and order language run over several lines and quote only the expression.
const OWN_TEXT: [&str; 2] = ["Query filter parsing error:", "Query ordering parsing error:"];

/// Longest message that is shown, in bytes.
const LONGEST: usize = 500;

/// Returns the part of a server's message that is safe to show.
pub(crate) fn shown(message: &str) -> Cow<'_, str> {
    let message = message.trim();
    let kept = DUMPS.iter().filter_map(|dump| message.find(dump)).min();
    let kept = head(message, kept.unwrap_or(message.len()));
    if let Some(text) = without_value(kept) {
        return text;
    }
    if OWN_TEXT.iter().any(|prefix| kept.starts_with(prefix)) {
        return Cow::Owned(cut(&kept.split_whitespace().collect::<Vec<_>>().join(" ")).into());
    }
    let line = kept.lines().next().unwrap_or_default().trim_end();
    Cow::Borrowed(cut(line))
}

/// Returns `Variable '$x' got invalid value {…}; Field 'y' of required type 'T' was not provided.`
/// without the value. The reason is kept only where it does not quote the value.
fn without_value(message: &str) -> Option<Cow<'_, str>> {
    const MARK: &str = " got invalid value ";
    let (before, rest) = message.split_once(MARK)?;
    let reason = rest.rsplit_once("; Field '").filter(|(_, reason)| is_about_a_name(reason));
    let before = cut(before.lines().next().unwrap_or_default());
    Some(Cow::Owned(match reason {
        Some((_, reason)) => format!("{before} got an invalid value: Field '{reason}"),
        None => format!("{before} got an invalid value"),
    }))
}

/// Returns whether the text is of the form `name' of required type 'T' was not provided.`: only names
/// of the schema between quotes, and nothing from the value.
fn is_about_a_name(reason: &str) -> bool {
    let words = ["was not provided.", "is not defined by type"];
    words.iter().any(|word| reason.contains(word))
        && reason.len() < LONGEST
        && reason.chars().all(|c| c.is_ascii_alphanumeric() || " '_.,?!:[]".contains(c))
}

fn cut(text: &str) -> &str {
    head(text, LONGEST)
}

/// Returns at most `bytes` bytes of the text, in whole characters.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Returns why JSON was not decoded, without the value that was wrong.
pub(crate) fn undecodable(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if !error.is_data() {
        return text;
    }
    for prefix in ["invalid type: ", "invalid value: "] {
        if let Some((found, expected)) =
            text.strip_prefix(prefix).and_then(|rest| rest.rsplit_once(", expected "))
        {
            let found = found.split([' ', '`', '"']).next().unwrap_or_default();
            let found = if found == "floating" { "a floating point number" } else { found };
            return format!("found {found}, expected {expected}");
        }
    }
    // Names of members come from our own types, not from the value.
    let own = ["missing field `", "duplicate field `", "invalid length "];
    match own.iter().any(|prefix| text.starts_with(prefix)) {
        true => text,
        false => format!("a value was refused at line {} column {}", error.line(), error.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_of_the_database_are_cut() {
        let dump = "integrity error: (sqlalchemy.IntegrityError) null value in column \
            \"rate_limit\" violates not-null constraint\nDETAIL:  Failing row contains (AKIA, \
            s3cret, -----BEGIN RSA PRIVATE KEY-----\nMIIE).\n[SQL: UPDATE keypairs]";
        assert_eq!(
            shown(dump),
            "integrity error: (sqlalchemy.IntegrityError) null value in column \"rate_limit\" \
             violates not-null constraint"
        );
        for mark in DUMPS {
            assert_eq!(shown(&format!("before {mark} s3cret")), "before");
        }
        assert_eq!(shown("first line\r\ns3cret"), "first line");
    }

    #[test]
    fn a_refused_variable_is_named_and_not_quoted() {
        let message = "Variable '$props' got invalid value {'username': 'made', 'password': \
            'hunter2; Field'}; Field 'role' of required type 'String!' was not provided.";
        assert_eq!(
            shown(message),
            "Variable '$props' got an invalid value: Field 'role' of required type 'String!' was \
             not provided."
        );
        for secret in [
            "Variable '$n' got invalid value 'hunter2'; Int cannot represent: 'hunter2'",
            "Variable '$n' got invalid value ['a; Field 'hunter2 {was not provided.']; Int no",
            "Variable '$n' got invalid value 'x\nhunter2'; Int cannot represent: 'hunter2'",
        ] {
            assert_eq!(shown(secret), "Variable '$n' got an invalid value");
        }
    }

    #[test]
    fn errors_of_the_filter_language_keep_their_reason() {
        assert_eq!(
            shown(
                "Query filter parsing error: Error trying to process rule \"binary_expr\":\n\n\
                 ('Unknown/unsupported field name', 'nope')"
            ),
            "Query filter parsing error: Error trying to process rule \"binary_expr\": \
             ('Unknown/unsupported field name', 'nope')"
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_after_a_mark_is_shown(before in "\\PC{0,20}", mark in 0..DUMPS.len(), after in "\\PC*") {
            let text = shown(&format!("{before}\u{1}{}\u{2}{after}", DUMPS[mark])).into_owned();
            proptest::prop_assert!(!text.contains('\u{2}'), "{text:?}");
        }

        #[test]
        fn every_message_can_be_shown(text in "(\\PC|\n|; Field '| got invalid value ){0,40}") {
            proptest::prop_assert!(shown(&text).len() <= 3 * LONGEST);
        }
    }

    #[test]
    fn long_messages_end_at_a_character() {
        assert_eq!(shown(&"é".repeat(1000)).len(), 500);
        assert_eq!(head("aé", 2), "a");
        assert_eq!(head("aé", 9), "aé");
    }

    #[test]
    fn decode_errors_do_not_quote_values() {
        #[derive(Debug, serde::Deserialize)]
        struct Row {
            #[expect(dead_code, reason = "only decoded")]
            count: i32,
        }
        let reason = |text| undecodable(&serde_json::from_str::<Row>(text).unwrap_err());
        assert_eq!(
            reason(r#"{"count":"s3cret, expected s3cret"}"#),
            "found string, expected i32 at line 1 column 34"
        );
        assert_eq!(reason(r#"{"count":null}"#), "found null, expected i32 at line 1 column 13");
        assert_eq!(
            reason(r#"{"count":1.5}"#),
            "found a floating point number, expected i32 at line 1 column 12"
        );
        assert_eq!(reason("{}"), "missing field `count` at line 1 column 2");
        assert_eq!(reason("{"), "EOF while parsing an object at line 1 column 1");
        let error = serde_json::from_str::<crate::DateTime>("\"s3cret\"").unwrap_err();
        assert_eq!(undecodable(&error), "found string, expected an ISO 8601 date and time");
        let own: serde_json::Error = serde::de::Error::custom("s3cret");
        assert_eq!(undecodable(&own), "a value was refused at line 0 column 0");
    }
}
