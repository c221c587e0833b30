//! Questions to the person at the terminal. They are asked on the standard error, and Ctrl-C ends
//! them.

use std::io::IsTerminal as _;

use dialoguer::{Confirm, Input, Password, Select};

use crate::{blocking, output::Failure};

/// Whether somebody is there to answer.
pub(crate) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal()
}

/// The address of a manager.
pub(crate) async fn address(known: Option<&str>) -> Result<String, Failure> {
    text("Endpoint", known, "give it by --endpoint or in BACKEND_ENDPOINT").await
}

/// The access key, which is no secret.
pub(crate) async fn access_key(known: Option<&str>) -> Result<String, Failure> {
    text("Access key", known, "give it by --access-key or in BACKEND_ACCESS_KEY").await
}

/// Who logs in at a webserver.
pub(crate) async fn email() -> Result<String, Failure> {
    text("E-mail address", None, "give it by --user").await
}

/// A line; what is known already is what an empty one means. Where nobody is there, `help` says
/// how else to give it.
async fn text(question: &str, known: Option<&str>, help: &str) -> Result<String, Failure> {
    if !somebody_is_there() {
        let what = question.to_lowercase();
        return Err(Failure::usage(format!("there is no {what}, and nobody to ask")).help(help));
    }
    let (question, known) = (question.to_owned(), known.map(str::to_owned));
    blocking(move || {
        let prompt = Input::<String>::new().with_prompt(question);
        let prompt = match known {
            Some(known) => prompt.default(known),
            None => prompt,
        };
        let answer = prompt.interact_text().map_err(unanswered)?;
        Ok(answer.trim().to_owned())
    })
    .await
}

/// What is typed is not shown.
pub(crate) async fn secret(question: impl Into<String>) -> Result<String, Failure> {
    let question = question.into();
    blocking(move || {
        let prompt = Password::new().with_prompt(question).allow_empty_password(true);
        prompt.interact().map_err(unanswered)
    })
    .await
}

/// Yes or no; the default is what an empty answer means.
pub(crate) async fn confirm(question: impl Into<String>, default: bool) -> Result<bool, Failure> {
    let question = question.into();
    blocking(move || {
        let prompt = Confirm::new().with_prompt(question).default(default);
        prompt.interact().map_err(unanswered)
    })
    .await
}

/// The place of the answer that was chosen.
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
    Failure::new("the question was not answered").why(error.to_string())
}
