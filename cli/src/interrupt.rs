//! Ctrl-C and the signal to terminate. They stop a command at once, unless it holds a session that would stay open.

use std::{
    future::{Future, IntoFuture},
    sync::LazyLock,
    time::Duration,
};

use tokio::sync::{oneshot, watch};

use crate::{
    output::{Failure, err},
    terminal::Terminal,
};

/// How long the open sections may take after the signal.
const LIMIT: Duration = Duration::from_secs(10);

/// How long a command that blocks its thread may take to stop.
const GRACE: Duration = Duration::from_millis(500);

/// The exit code after the signal, once one has been received.
static SIGNALLED: LazyLock<watch::Sender<Option<u8>>> = LazyLock::new(|| watch::Sender::new(None));

/// The number of open sections.
static SECTIONS: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

/// Work that ends before the command stops, because it holds a session that no file has. Work that takes long
/// looks at [`signalled`].
pub(crate) struct Section(());

impl Section {
    /// Opens a section, which is closed when it is dropped. Fails after a signal.
    pub(crate) fn open() -> Result<Self, Failure> {
        SECTIONS.send_modify(|open| *open += 1);
        let section = Self(());
        check().map(|()| section)
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        SECTIONS.send_modify(|open| *open -= 1);
    }
}

/// Waits for a signal.
pub(crate) async fn signalled() {
    // The sender is never dropped.
    let _ = SIGNALLED.subscribe().wait_for(Option::is_some).await;
}

/// The exit code of the command after a signal, whatever its result.
pub(crate) fn code() -> Option<u8> {
    *SIGNALLED.borrow()
}

/// Fails after a signal.
pub(crate) fn check() -> Result<(), Failure> {
    match code() {
        Some(_) => Err(Failure::new("the command was interrupted")),
        None => Ok(()),
    }
}

/// Runs an operation until a signal is received.
pub(crate) async fn unless_signalled<T>(work: impl IntoFuture<Output = T>) -> Result<T, Failure> {
    tokio::select! {
        result = work.into_future() => check().map(|()| result),
        () = signalled() => Err(Failure::new("the command was interrupted")),
    }
}

/// Starts to listen for signals. The future returns the exit code when the command is to stop; one that blocks its
/// thread is ended all the same.
pub(crate) fn watch(terminal: Terminal) -> Result<impl Future<Output = u8>, Failure> {
    let mut signals = Signals::listen()?;
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(async move {
        let code = signals.next().await;
        terminal.restore();
        SIGNALLED.send_replace(Some(code));
        let mut sections = SECTIONS.subscribe();
        if *sections.borrow() > 0 {
            err(
                "waiting until the new or the removed session is ended; a second Ctrl-C does not wait",
            );
            tokio::select! {
                _ = sections.wait_for(|open| *open == 0) => {}
                _ = signals.next() => may_be_open(),
                () = tokio::time::sleep(LIMIT) => may_be_open(),
            }
        }
        let _ = stop.send(code);
        tokio::time::sleep(GRACE).await;
        std::process::exit(code.into());
    });
    Ok(async {
        match stopped.await {
            Ok(code) => code,
            Err(_) => std::future::pending().await,
        }
    })
}

fn may_be_open() {
    err("note: a session may still be open at the webserver");
}

/// The signals that stop a command. They are received from its creation on.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    pub(crate) fn listen() -> Result<Self, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let failed = |error: std::io::Error| {
                Failure::new("signals cannot be received").cause(error.to_string())
            };
            Ok(Self {
                interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
                terminate: signal(SignalKind::terminate()).map_err(failed)?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next signal, and returns the exit code that shells expect after it.
    pub(crate) async fn next(&mut self) -> u8 {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
        #[cfg(not(unix))]
        match tokio::signal::ctrl_c().await {
            Ok(()) => 130,
            Err(_) => std::future::pending().await,
        }
    }
}
