//! Questions to the person at the terminal. They are asked on the standard error, and Ctrl-C ends
//! them.

use std::io::IsTerminal as _;

use dialoguer::{Confirm, Password, Select};

use crate::{blocking, output::Failure};

/// Whether somebody is there to answer.
pub(crate) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal()
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
