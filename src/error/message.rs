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
    if let Some(text) = without_database_value(kept) {
        return text.into();
    }
    if OWN_TEXT.iter().any(|prefix| kept.starts_with(prefix)) {
        return Cow::Owned(cut(&kept.split_whitespace().collect::<Vec<_>>().join(" ")).into());
    }
    let line = kept.lines().next().unwrap_or_default().trim_end();
    Cow::Borrowed(cut(line))
}

/// Returns `Variable '$x' got invalid value {…} at 'x.y'; Expected type 'T'. …` without the value: the
/// path and the reason are kept, as far as they do not quote it.
fn without_value(message: &str) -> Option<Cow<'_, str>> {
    let (before, rest) = message.split_once(" got invalid value ")?;
    let before = cut(before.lines().next().unwrap_or_default());
    let (value, reason) = rest.rsplit_once("; ").unwrap_or((rest, ""));
    let variable = before.rsplit_once('$').map_or("", |(_, name)| name.trim_end_matches('\''));
    let path = value.rsplit_once(" at '").and_then(|(_, path)| path.strip_suffix('\''));
    let path = path.filter(|path| path.starts_with(variable) && is_path(path));
    let at = path.map(|path| format!(" at '{path}'")).unwrap_or_default();
    let reason = why(reason, value).map(|why| format!(": {why}")).unwrap_or_default();
    Some(Cow::Owned(format!("{before} got an invalid value{at}{reason}")))
}

/// Returns `… invalid input for query argument $1: 'x' (expected str, got int)` without the value.
fn without_database_value(message: &str) -> Option<String> {
    const MARK: &str = "invalid input for query argument ";
    let (before, rest) = message.split_once(MARK)?;
    let before = cut(before.lines().next().unwrap_or_default());
    let number = rest.split(':').next().unwrap_or_default();
    let number = if number.len() < 6 { number } else { "" };
    let plain = |c: char| c.is_ascii_alphanumeric() || " ,_".contains(c);
    let reason = rest.rsplit_once(" (").and_then(|(_, reason)| reason.strip_suffix(')'));
    let known =
        |reason: &&str| reason.starts_with("value out of ") || reason.starts_with("expected ");
    let reason =
        reason.filter(|reason| reason.len() < 60 && reason.chars().all(plain)).filter(known);
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    Some(format!("{before}{MARK}{number}{reason}"))
}

/// Returns whether a text is of names and indices: `x.y[0]`.
fn is_path(text: &str) -> bool {
    text.len() < LONGEST && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.[]".contains(c))
}

/// Returns why a value was refused, without the value.
fn why(reason: &str, value: &str) -> Option<String> {
    let reason = reason.lines().next().unwrap_or_default();
    if reason.is_empty() || reason.len() > LONGEST {
        return None;
    }
    if FORMS.iter().any(|form| is_of(reason, form)) {
        return Some(reason.to_owned());
    }
    // A refused name is a key of the value, and not what is secret in it.
    if reason.starts_with("Field '") && reason.contains("' is not defined by type '") {
        let plain = |c: char| c.is_ascii_alphanumeric() || " '_.,?!:[]".contains(c);
        let (name, _) = reason.strip_prefix("Field '")?.split_once('\'')?;
        let key = value.contains(&format!("'{name}': "));
        return (key && reason.chars().all(plain)).then(|| reason.to_owned());
    }
    // `Value 'x' does not exist in 'T' enum.` quotes the value before the rest.
    if let Some(rest) = reason.strip_prefix("Value '") {
        let (_, rest) = rest.split_once("' does not exist in '")?;
        let (kind, _) = rest.split_once("' enum")?;
        return is_path(kind).then(|| format!("it does not exist in the enum '{kind}'"));
    }
    // Words are kept up to the first that the value has, or that is none: a number, or quoted text
    // that is not the name of a type.
    let has = |word: &str| value.split(|c: char| !is_word(c)).any(|other| other == word);
    let mut kept = String::new();
    for word in reason.split_inclusive(' ') {
        let bare = word.trim_matches(|c: char| !is_word(c));
        let quoted = word.starts_with('\'');
        let ends = word.trim_end().trim_end_matches('.').ends_with('\'');
        let plain = word.chars().all(|c| is_word(c) || " '.,!?[]-()".contains(c))
            && !bare.contains(|c: char| c.is_ascii_digit())
            && (!quoted || ends);
        if !plain && !is_width(word) || has(bare) {
            // What follows a colon is the value.
            if let Some(last) = word.trim_end().strip_suffix(':').filter(|word| !has(word)) {
                kept.push_str(last);
            }
            break;
        }
        kept.push_str(word);
    }
    let kept = kept.trim_end();
    (kept.len() > 3).then(|| kept.to_owned())
}

/// Reasons that quote nothing but names of the schema, which are between these.
const FORMS: [&[&str]; 3] = [
    &["Field '", "' of required type '", "' was not provided."],
    &["Expected non-nullable type '", "' not to be None."],
    &["Expected type '", "' to be a mapping."],
];

/// Returns whether a text is of a form, with names between its parts.
fn is_of(text: &str, form: &[&str]) -> bool {
    let Some((first, others)) = form.split_first() else { return text.is_empty() };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in others {
        let Some((name, after)) = rest.split_once(part) else { return false };
        if name.is_empty() || !is_path(name.trim_end_matches(['!', ']']).trim_start_matches('[')) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

/// Returns whether a word is one of `Int cannot represent non 32-bit signed integer value`.
fn is_width(word: &str) -> bool {
    matches!(word.trim(), "32-bit" | "64-bit")
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
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
        for (secret, kept) in [
            (
                "Variable '$n' got invalid value 'hunter2'; Int cannot represent: 'hunter2'",
                ": Int cannot represent",
            ),
            (
                "Variable '$n' got invalid value ['a; Field 'hunter2 {was not provided.']; Int no",
                ": Int no",
            ),
            (
                "Variable '$n' got invalid value 'x\nhunter2'; Int cannot represent: 'hunter2'",
                ": Int cannot represent",
            ),
            (
                "Variable '$n' got invalid value \"a; Expected type 'Int'. hunter2\"; Int cannot \
                 represent non-integer value: \"a; Expected type 'Int'. hunter2\"",
                "",
            ),
            (
                "Variable '$n' got invalid value {'p': 'hunter2'} at 'n.list[0]'; Expected type 'X'. \
                 hunter2 is none",
                " at 'n.list[0]': Expected type 'X'.",
            ),
            ("Variable '$n' got invalid value 'x at 'n.hunter2; y'", ""),
            (
                "Variable '$n' got invalid value 'hunter2' at 'n.role'; Value 'hunter2' does not \
                 exist in 'Role' enum. Did you mean the enum value 'USER'?",
                " at 'n.role': it does not exist in the enum 'Role'",
            ),
            (
                "Variable '$n' got invalid value '\\u001b[31mhunter2'; Expected type 'UUID'. badly \
                 formed hexadecimal UUID string: hunter2",
                ": Expected type 'UUID'. badly formed hexadecimal UUID string",
            ),
        ] {
            let text = shown(secret);
            assert!(!text.contains("hunter2"), "{text}");
            assert_eq!(text, format!("Variable '$n' got an invalid value{kept}"));
        }
    }

    /// 05 and 06 of the inputs from the field.
    #[test]
    fn a_refused_variable_keeps_its_path_its_type_and_the_reason() {
        for (message, kept) in [
            (
                "Variable '$p' got invalid value 9007199254740993 at 'p.idle_timeout'; Expected type \
                 'BigInt'. Cannot serialize integer out of the safe range.",
                " at 'p.idle_timeout': Expected type 'BigInt'. Cannot serialize integer out of the \
                 safe range.",
            ),
            (
                "Variable '$p' got invalid value 99999999999 at 'p.count'; Int cannot represent non \
                 32-bit signed integer value: 99999999999",
                " at 'p.count': Int cannot represent non 32-bit signed integer value",
            ),
            (
                "Variable '$p' got invalid value None at 'p.name'; Expected non-nullable type \
                 'String!' not to be None.",
                " at 'p.name': Expected non-nullable type 'String!' not to be None.",
            ),
            (
                "Variable '$p' got invalid value 5; Expected type 'UserInput' to be a mapping.",
                ": Expected type 'UserInput' to be a mapping.",
            ),
            (
                "Variable '$p' got invalid value {'nme': 'x'}; Field 'nme' is not defined by type \
                 'UserInput'. Did you mean 'name'?",
                ": Field 'nme' is not defined by type 'UserInput'. Did you mean 'name'?",
            ),
        ] {
            assert_eq!(shown(message), format!("Variable '$p' got an invalid value{kept}"));
        }
        let dump = "(sqlalchemy.Error) <class 'asyncpg.exceptions.DataError'>: invalid input for \
            query argument $3: 99999999999 (value out of int32 range)";
        assert!(
            shown(dump).ends_with("invalid input for query argument $3 (value out of int32 range)")
        );
        let quoted = "invalid input for query argument $1: 'hunter2' (expected int, got hunter2 ()";
        assert_eq!(shown(quoted), "invalid input for query argument $1");
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
