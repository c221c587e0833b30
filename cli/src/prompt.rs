//! Questions at the terminal, on the standard error. Ctrl-C ends them.

use std::io::IsTerminal as _;

use dialoguer::{Confirm, Input, Password, Select};

use crate::{blocking, output::Failure, visible::visible};

/// Whether the standard input is a terminal.
pub(crate) fn is_interactive() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks for the address of a manager.
pub(crate) async fn address(known: Option<&str>) -> Result<String, Failure> {
    text("Endpoint", known, "give it by --endpoint or in BACKEND_ENDPOINT").await
}

/// Asks for the access key, which is not secret.
pub(crate) async fn access_key(known: Option<&str>) -> Result<String, Failure> {
    text("Access key", known, "give it by --access-key or in BACKEND_ACCESS_KEY").await
}

/// Asks for the account at a webserver.
pub(crate) async fn email() -> Result<String, Failure> {
    text("E-mail address", None, "give it by --user").await
}

/// Asks for a line; an empty one means the known value. Where the terminal is not interactive, the
/// error has this help.
async fn text(question: &str, known: Option<&str>, help: &str) -> Result<String, Failure> {
    require_terminal(question, help)?;
    let (question, known) = (question.to_owned(), known.map(str::to_owned));
    blocking(move || {
        let prompt = Input::<String>::new().with_prompt(question);
        let prompt = match known {
            Some(known) => prompt.default(visible(&known).into_owned()),
            None => prompt,
        };
        let answer = prompt.interact_text().map_err(unanswered)?;
        Ok(answer.trim().to_owned())
    })
    .await
}

/// Fails where the terminal is not interactive.
pub(crate) fn require_terminal(question: &str, help: &str) -> Result<(), Failure> {
    if is_interactive() {
        return Ok(());
    }
    let what = question.to_lowercase();
    let message = format!("the {what} is missing and the terminal is not interactive");
    Err(Failure::usage(message).help(help))
}

/// Asks for a secret as [`secret`]; where the terminal is not interactive, the error has this help.
pub(crate) async fn secret_for(question: &str, help: &str) -> Result<String, Failure> {
    require_terminal(question, help)?;
    secret(question).await
}

/// Asks for a line that is not shown.
pub(crate) async fn secret(question: impl Into<String>) -> Result<String, Failure> {
    let question = visible(&question.into()).into_owned();
    blocking(move || {
        let prompt = Password::new().with_prompt(question).allow_empty_password(true);
        prompt.interact().map_err(unanswered)
    })
    .await
}

/// Asks twice for a new secret that is not shown.
pub(crate) async fn new_secret(question: impl Into<String>) -> Result<String, Failure> {
    let question = visible(&question.into()).into_owned();
    blocking(move || {
        let prompt = Password::new().with_prompt(question);
        let prompt = prompt.with_confirmation("Again", "The two are not the same");
        prompt.interact().map_err(unanswered)
    })
    .await
}

/// Asks for yes or no; an empty answer means the default.
pub(crate) async fn confirm(question: impl Into<String>, default: bool) -> Result<bool, Failure> {
    let question = visible(&question.into()).into_owned();
    blocking(move || {
        let prompt = Confirm::new().with_prompt(question).default(default);
        prompt.interact().map_err(unanswered)
    })
    .await
}

/// Asks for one of several answers, and returns its index.
pub(crate) async fn choose(
    question: &'static str,
    answers: &'static [&'static str],
) -> Result<usize, Failure> {
    blocking(move || {
        let prompt = Select::new().with_prompt(question).items(answers).default(0);
        prompt.interact().map_err(unanswered)
    })
    .await
}

fn unanswered(error: dialoguer::Error) -> Failure {
    Failure::new("the question was not answered").cause(error.to_string())
}
