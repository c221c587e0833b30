//! Output lines and error reports, for people and programs.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    sync::{Mutex, OnceLock, PoisonError},
};

use anstyle::{AnsiColor, Style};
use backendai::{ConfigError, Error, credential::ExposeSecret as _};
use serde_json::{Map, Value, json};

use crate::{
    global::OutputFormat,
    visible::{Data, visible},
};

/// The words of the command that runs, such as `user list`.
static COMMAND: OnceLock<String> = OnceLock::new();

/// Remembers the words of the command, by which failed requests are called.
pub(crate) fn name_command(matches: &clap::ArgMatches) {
    let below = std::iter::successors(matches.subcommand(), |(_, matches)| matches.subcommand());
    let words: Vec<_> = below.map(|(word, _)| word).collect();
    // There is one command line.
    let _ = COMMAND.set(words.join(" "));
}

/// Exit codes of failures, as in the official client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Failure = 1,
    /// The command line itself is wrong.
    Usage = 2,
    /// The manager or the network timed out.
    Timeout = 3,
    /// An argument has an invalid value.
    Argument = 4,
    /// Interrupted by Ctrl-C.
    Interrupted = 130,
}

/// The failure of a command: a message, its cause and a fix.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    cause: Option<String>,
    help: Option<String>,
    code: Code,
    kind: Kind,
    about: About,
    /// Whether the message only says that a request failed.
    is_request: bool,
    /// Members of the JSON report that the text omits.
    details: Map<String, Value>,
}

/// What a failure of the manager is about, for commands that can advise more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The caller's role.
    Role,
    /// The manager's version.
    Version,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Report,
    /// A complete line in another program's format.
    Plain,
    /// The output has reported the problem; only the exit code and a summary remain.
    Silent,
    /// The reader has closed the output.
    ClosedOutput,
}

impl Failure {
    /// Creates a failure. The message has no full stop: "there is no context `x`".
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            cause: None,
            help: None,
            code: Code::Failure,
            kind: Kind::Report,
            about: About::Other,
            is_request: false,
            details: Map::new(),
        }
    }

    /// A failure whose text is printed unchanged.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { kind: Kind::Plain, ..Self::new(text) }
    }

    /// A failure that the output has already reported; only this summary is printed, even with JSON.
    pub(crate) fn silent_exit(text: impl Into<String>) -> Self {
        Self { kind: Kind::Silent, ..Self::new(text) }
    }

    /// The command line is invalid.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(message).code(Code::Usage)
    }

    /// An argument has an invalid value.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(message).code(Code::Argument)
    }

    /// There is no such object: `subject` is what it is, with its name. `list` is the command that lists
    /// what there is.
    pub(crate) fn absent(subject: &str, list: Option<String>) -> Self {
        Self { help: list.map(listed_by), ..Self::new(format!("there is no {subject}")) }
    }

    /// Reports a library's error with its causes.
    pub(crate) fn from_error(error: impl std::error::Error) -> Self {
        Self::new(with_causes(String::new(), &error))
    }

    /// The output cannot be written.
    pub(crate) fn writing(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { kind: Kind::ClosedOutput, ..Self::new("") },
            _ => Self::new("cannot write the output").cause(error.to_string()),
        }
    }

    /// Replaces the message, where an error names only the operation.
    pub(crate) fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self.is_request = false;
        self
    }

    /// Makes the message the cause of this one, which is about another request.
    pub(crate) fn under(mut self, message: impl Into<String>) -> Self {
        self.about = About::Other;
        let cause = match &self.cause {
            Some(cause) if self.is_request => cause.clone(),
            Some(cause) => format!("{}\n{cause}", self.message),
            None => self.message.clone(),
        };
        self.message(message).cause(cause)
    }

    /// Sets the cause.
    pub(crate) fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Sets the fix.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds to the fix.
    pub(crate) fn more_help(mut self, more: &str) -> Self {
        let help = self.help.take().map(|help| format!("{help}\n")).unwrap_or_default();
        self.help(format!("{help}{more}"))
    }

    pub(crate) const fn about(&self) -> About {
        self.about
    }

    pub(crate) const fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// Reports a library's error with its causes and the name of the command.
    pub(crate) fn of(group: &str, command: &str, error: &dyn std::error::Error) -> Self {
        Self::plain(with_causes(format!("Error: [{group}] `{command}` failed: "), error))
    }

    /// The failure in one line.
    pub(crate) fn text(&self) -> String {
        let mut text = self.message.clone();
        for more in [&self.cause, &self.help].into_iter().flatten() {
            text.push_str(": ");
            text.push_str(more);
        }
        text
    }

    /// Prints the failure in the requested format and returns the exit code. JSON goes to the standard
    /// output, so that a program reads one stream only.
    pub(crate) fn report(&self, form: Option<OutputFormat>) -> u8 {
        match (self.kind, form) {
            // For example, `head` has read enough.
            (Kind::ClosedOutput, _) => return 0,
            (Kind::Silent, _) => err(&self.message),
            (_, Some(OutputFormat::Json)) => {
                let _ = data(format!("{:#}", self.json()));
            }
            (_, Some(OutputFormat::Jsonl)) => {
                let _ = data(self.json().to_string());
            }
            (Kind::Plain, _) => err(&self.message),
            (Kind::Report, _) => self.print_text(),
        }
        self.code as u8
    }

    fn print_text(&self) {
        let bold = Style::new().bold();
        let red = bold.fg_color(Some(AnsiColor::Red.into()));
        let mut text = format!("{red}error:{red:#} {}", visible(&self.message));
        for (name, line) in [("why", &self.cause), ("fix", &self.help)] {
            if let Some(line) = line {
                // Further lines are indented to match.
                let line = visible(line).replace('\n', "\n       ");
                text.push_str(&format!("\n  {bold}{name}:{bold:#} {line}"));
            }
        }
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    fn json(&self) -> Value {
        let mut error = self.details.clone();
        error.insert("what".to_owned(), json!(self.message));
        error.insert("why".to_owned(), json!(self.cause));
        error.insert("fix".to_owned(), json!(self.help));
        error.insert("exit_code".to_owned(), json!(self.code as u8));
        json!({ "error": error })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = if error.is_timeout() {
            Code::Timeout
        } else if error.is_bad_argument() {
            Code::Argument
        } else {
            Code::Failure
        };
        let mut why = error.summary();
        let mut cause = std::error::Error::source(&error);
        while let Some(deeper) = cause {
            let deeper_text = deeper.to_string();
            if !why.ends_with(&deeper_text) {
                why.push_str(&format!(": {deeper_text}"));
            }
            cause = deeper.source();
        }
        let failed = failed_objects(&error);
        if !failed.is_empty() {
            let lines = failed.iter().map(|one| match one {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            why = format!("{why}\n{}", lines.collect::<Vec<_>>().join("\n"));
        }
        let mut failure = match error.operation() {
            Some(operation) => {
                let what = COMMAND.get().map_or(operation, String::as_str);
                Self { is_request: true, ..Self::new(format!("{what} failed")) }.cause(why)
            }
            None => Self::new(why),
        };
        failure.about = if error.is_permission_denied() {
            About::Role
        } else if error.is_manager_too_old() {
            About::Version
        } else {
            About::Other
        };
        failure.help = match failure.about {
            About::Version => Some("update the manager, or leave out what is newer".to_owned()),
            _ if error.is_login_required() => Some("log in: `backendai login`".to_owned()),
            _ => error.help(),
        };
        failure.code = code;
        let details = [
            ("operation", error.operation().map(Value::from)),
            ("endpoint", error.endpoint().map(Value::from)),
            ("status", error.status().map(|status| status.as_u16().into())),
            ("error_code", error.error_code().map(Value::from)),
            ("failed", (!failed.is_empty()).then_some(failed.into())),
            ("outcome_unknown", error.is_outcome_unknown().then_some(true.into())),
            // Programs register the one-time password with it; the text does not show it.
            (
                "otp_registration_token",
                error.otp_registration_token().map(|token| token.expose_secret().into()),
            ),
        ];
        let known = details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        failure.details = known.collect();
        failure
    }
}

/// The objects that failed of a mutation that was done in part, with their reasons.
fn failed_objects(error: &Error) -> Vec<Value> {
    let data = match error.is_partial() {
        true => error.partial_data::<Map<String, Value>>().and_then(Result::ok),
        false => None,
    };
    let mut roots = data.into_iter().flat_map(|data| data.into_iter().map(|(_, root)| root));
    let failed = roots.find_map(|root| root.get("failed")?.as_array().cloned());
    failed.unwrap_or_default()
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let why: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        let help = match error
            .problems()
            .iter()
            .any(|problem| problem.message().contains("not set"))
        {
            true => {
                "correct these settings; if none are set yet: `backendai login`, `backendai context use`, \
                 or the variables"
            }
            false => "correct these settings",
        };
        Self::new("the configuration cannot be used").cause(why.join("\n")).help(help)
    }
}

/// What to do where an object does not exist.
pub(crate) fn listed_by(command: String) -> String {
    format!("list them with `backendai {command}`")
}

fn with_causes(mut text: String, error: &dyn std::error::Error) -> String {
    text.push_str(&error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// Prints a line of the result.
pub(crate) fn out(line: impl AsRef<str>) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", visible(line.as_ref())).map_err(Failure::writing)
}

/// Prints text in another program's format, and a line end.
pub(crate) fn data(text: impl AsRef<str>) -> Result<(), Failure> {
    let mut out = Data::stdout();
    writeln!(out, "{}", text.as_ref()).and_then(|()| out.flush()).map_err(Failure::writing)
}

/// Prints a result as indented JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    data(serde_json::to_string_pretty(value).map_err(Failure::from_error)?)
}

/// Prints a line to the standard error.
pub(crate) fn err(line: impl AsRef<str>) {
    // There is no other stream to report this on.
    let _ = writeln!(io::stderr(), "{}", visible(line.as_ref()));
}

/// The warnings that were printed.
static WARNINGS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Collects one event of the log, and prints it to the standard error.
#[derive(Default)]
pub(crate) struct Log {
    prefix: &'static str,
    text: Vec<u8>,
}

impl Log {
    /// Prints this before the event.
    pub(crate) const fn after(prefix: &'static str) -> Self {
        Self { prefix, text: Vec::new() }
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.text);
        let line = format!("{}{}", self.prefix, text.trim());
        // A configuration that is built again has the same warnings.
        let is_new =
            || WARNINGS.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone());
        if !self.text.is_empty() && (self.prefix.is_empty() || is_new()) {
            err(&line);
        }
    }
}
