//! Restores the terminal after a prompt turned off its echo or hid its cursor.

/// The state of the terminal when the command started.
pub(crate) struct Terminal {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

impl Terminal {
    /// Saves the state, if there is a terminal.
    pub(crate) fn now() -> Self {
        Self {
            #[cfg(unix)]
            settings: rustix::termios::tcgetattr(std::io::stdin()).ok(),
        }
    }

    /// Restores the state.
    pub(crate) fn restore(&self) {
        #[cfg(unix)]
        if let Some(settings) = &self.settings {
            use rustix::termios::{OptionalActions, tcsetattr};
            // A failure here has no remedy.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, settings);
        }
        if console::user_attended_stderr() {
            let _ = console::Term::stderr().show_cursor();
        }
    }
}
