//! The tokio runtime that requests need, and the error for a call without it.
//!
//! Tokio has no function that returns whether a runtime has timers and IO: it panics where they are
//! needed. Such a panic is caught here, and no other.

use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    task::Poll,
};

use tokio::runtime::Handle;

use crate::error::{Error, Result};

/// Awaits a call. A runtime that cannot run it is an error of the configuration.
pub(super) async fn checked<T>(
    call: impl Future<Output = Result<T>>,
    needs_runtime: bool,
) -> Result<T> {
    if needs_runtime && Handle::try_current().is_err() {
        return Err(missing());
    }
    let mut call = pin!(call);
    // The state of a call that panicked is dropped and not used again.
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
        Ok(poll) => poll,
        Err(panic) => match unusable(panic.as_ref()) {
            Some(error) => Poll::Ready(Err(error)),
            None => resume_unwind(panic),
        },
    })
    .await
}

fn unusable(panic: &(dyn Any + Send)) -> Option<Error> {
    let text = match panic.downcast_ref::<&str>() {
        Some(text) => text,
        None => panic.downcast_ref::<String>()?.as_str(),
    };
    if !text.contains("Tokio 1.x") {
        return None;
    }
    let lacks = |part: &str| text.contains(&format!("{part} disabled"));
    Some(match (lacks("IO is"), lacks("timers are")) {
        (true, _) => Error::config("the tokio runtime has no IO: build it with `enable_all()`"),
        (_, true) => Error::config("the tokio runtime has no timers: build it with `enable_all()`"),
        _ => missing(),
    })
}

fn missing() -> Error {
    Error::config(
        "there is no tokio runtime: call it in an async function below `#[tokio::main]`, or with \
         `Runtime::block_on`",
    )
}
