//! What clap says about a command line that it cannot read, with advice that knows the manager's lists.

use std::ffi::OsString;

use clap::{
    Arg, Command, Error,
    builder::StyledStr,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{domain, headings};

/// Corrects the advice of an error about these words, the first of which is the name of the program.
pub(crate) fn advised(error: Error, command: &mut Command, words: &[OsString]) -> Error {
    match error.kind() {
        ErrorKind::InvalidSubcommand => usual_first(error),
        ErrorKind::UnknownArgument => unknown(error, command, words),
        _ => error,
    }
}

/// Suggests the most similar name first, and last those that the overview leaves out.
fn usual_first(mut error: Error) -> Error {
    if let Some(ContextValue::Strings(names)) = error.get(ContextKind::SuggestedSubcommand) {
        let mut names: Vec<_> = names.iter().rev().cloned().collect();
        names.sort_by_key(|name| headings::is_left_out(name));
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(names));
    }
    error
}

fn unknown(mut error: Error, command: &mut Command, words: &[OsString]) -> Error {
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let given = given.clone();
    let is_it = |word: &OsString| word.to_string_lossy().starts_with(&given);
    let Some(at) = words.iter().position(is_it) else { return error };
    if let Some(with_value) = option_before(command, words, at) {
        let joined = joined(words, at);
        return match command.try_get_matches_from_mut(joined) {
            Err(wrong) if wrong.kind() == ErrorKind::ValueValidation => wrong,
            _ => with_tip(error, format!("write {with_value}")),
        };
    }
    let Some(name) = given.strip_prefix("--") else { return error };
    // It would be the value of an argument, which it is not meant to be.
    error.remove(ContextKind::Suggested);
    let (path, command) = called(command, words);
    let is_it = |arg: &&Arg| arg.get_id().as_str().replace('_', "-") == name;
    if let Some(place) = command.get_positionals().find(is_it) {
        error.remove(ContextKind::SuggestedArg);
        return with_tip(error, format!("give it as the argument {}", value_name(place)));
    }
    let after = words.get(at + 1).map(|word| word.to_string_lossy());
    let after = after.as_deref().filter(|word| !word.starts_with('-'));
    let word = words.get(at).map(|word| word.to_string_lossy()).unwrap_or_default();
    let value = word.split_once('=').map(|(_, value)| value).or(after);
    let filter = domain::filter_for(&path, name, value);
    let is_similar = |suggested: &ContextValue| match suggested {
        ContextValue::String(other) => {
            let other = other.trim_start_matches('-');
            other.contains(name) || backendai::suggest::near(name, [other]).is_some()
        }
        _ => true,
    };
    if filter.is_some() || !error.get(ContextKind::SuggestedArg).is_none_or(is_similar) {
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Usage, ContextValue::StyledStr(command.clone().render_usage()));
    }
    match filter {
        Some(filter) => with_tip(error, format!("use {filter}")),
        None => error,
    }
}

fn with_tip(mut error: Error, tip: String) -> Error {
    let tip = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
    error.insert(ContextKind::Suggested, tip);
    error
}

/// The option whose value the word at this place is, such as `--watch=SECONDS`, where clap reads it as an
/// argument of its own: it begins with a hyphen, or the option needs `=` before its value. The value is not
/// shown, because it may be a secret.
fn option_before(command: &Command, words: &[OsString], at: usize) -> Option<String> {
    let option = words.get(at.checked_sub(1)?)?.to_str()?;
    if words.get(at)?.to_string_lossy().starts_with("--") {
        return None;
    }
    let is_it = |arg: &&Arg| {
        let long = arg.get_long().is_some_and(|long| option.strip_prefix("--") == Some(long));
        let short = || arg.get_short().is_some_and(|short| option == format!("-{short}"));
        (long || short()) && arg.get_action().takes_values()
    };
    let (_, command) = called(command, words);
    let arg = command.get_arguments().find(is_it)?;
    Some(format!("{option}={}", value_name(arg)))
}

fn value_name(arg: &Arg) -> &str {
    arg.get_value_names().and_then(<[_]>::first).map_or("VALUE", |name| name.as_str())
}

/// The words with that at this place joined to the one before it.
fn joined(words: &[OsString], at: usize) -> Vec<OsString> {
    let mut joined = words.get(..at).unwrap_or_default().to_vec();
    if let (Some(option), Some(value)) = (joined.last_mut(), words.get(at)) {
        option.push("=");
        option.push(value);
    }
    joined.extend_from_slice(words.get(at + 1..).unwrap_or_default());
    joined
}

/// The subcommand that is called, and its words.
fn called<'c>(mut command: &'c Command, words: &[OsString]) -> (Vec<&'c str>, &'c Command) {
    let mut path = Vec::new();
    for word in words.iter().skip(1) {
        if let Some(below) = command.find_subcommand(word) {
            path.push(below.get_name());
            command = below;
        }
    }
    (path, command)
}
