//! The terminal as it was before a question turned off its echo or hid its cursor.

/// How the terminal was when the command began.
pub(crate) struct Terminal {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

impl Terminal {
    /// Remembers it; there may be none.
    pub(crate) fn now() -> Self {
        Self {
            #[cfg(unix)]
            settings: rustix::termios::tcgetattr(std::io::stdin()).ok(),
        }
    }

    /// Puts it back.
    pub(crate) fn restore(&self) {
        #[cfg(unix)]
        if let Some(settings) = &self.settings {
            use rustix::termios::{OptionalActions, tcsetattr};
            // What fails here cannot be mended by anybody.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, settings);
        }
        if console::user_attended_stderr() {
            let _ = console::Term::stderr().show_cursor();
        }
    }
}
