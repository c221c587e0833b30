//! What people and other programs get to see: lines, and how a command failed.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use backendai::{ConfigError, Error};
use serde_json::{Map, Value, json};

use crate::global::Form;

/// How a command ends that fails; the numbers are the official client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Failure = 1,
    /// The command line itself is wrong.
    Usage = 2,
    /// The manager or the network took too long.
    Timeout = 3,
    /// A value that was given cannot be used.
    Argument = 4,
    /// Ended at the keyboard.
    Interrupted = 130,
}

/// Why a command failed: what went wrong, why, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    why: Option<String>,
    help: Option<String>,
    code: Code,
    kind: Kind,
    /// What only programs are told.
    details: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Told,
    /// A line of its own form, which other programs' users know.
    Plain,
    /// The output says what is wrong, this only counts it.
    Verdict,
    /// Nobody reads the output any more.
    Quiet,
}

impl Failure {
    /// What went wrong, without a stop: "there is no context `x`".
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: None,
            help: None,
            code: Code::Failure,
            kind: Kind::Told,
            details: Map::new(),
        }
    }

    /// A text that stands for itself, and is not put into words of our own.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { kind: Kind::Plain, ..Self::new(text) }
    }

    /// The result was printed, and is a bad one.
    pub(crate) fn verdict(text: impl Into<String>) -> Self {
        Self { kind: Kind::Verdict, ..Self::new(text) }
    }

    /// The command line asks for something that is not to be had.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(what).code(Code::Usage)
    }

    /// A value that was given cannot be used.
    pub(crate) fn argument(what: impl Into<String>) -> Self {
        Self::new(what).code(Code::Argument)
    }

    /// An error of a library, with its causes.
    pub(crate) fn from_error(error: impl std::error::Error) -> Self {
        Self::new(with_causes(String::new(), &error))
    }

    /// The output, or a part of it, cannot be written.
    pub(crate) fn writing(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { kind: Kind::Quiet, ..Self::new("") },
            _ => Self::new("cannot write the output").why(error.to_string()),
        }
    }

    /// What went wrong in the words of the command, where an error names only the operation.
    pub(crate) fn what(mut self, what: impl Into<String>) -> Self {
        self.what = what.into();
        self
    }

    /// Why it went wrong.
    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// What to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) const fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// An error of a library, with its causes, and which command it is from.
    pub(crate) fn of(group: &str, command: &str, error: &dyn std::error::Error) -> Self {
        Self::plain(with_causes(format!("Error: [{group}] `{command}` failed: "), error))
    }

    /// All of it in one line.
    pub(crate) fn text(&self) -> String {
        let mut text = self.what.clone();
        for more in [&self.why, &self.help].into_iter().flatten() {
            text.push_str(": ");
            text.push_str(more);
        }
        text
    }

    /// Tells it in the form that was asked for, and gives the exit code. Whoever reads JSON is told
    /// on the standard output, so that a program has one place to look at.
    pub(crate) fn tell(&self, form: Option<Form>) -> u8 {
        match (self.kind, form) {
            // As with a `head` that has seen enough.
            (Kind::Quiet, _) => return 0,
            (Kind::Verdict, _) => err(&self.what),
            (_, Some(Form::Json)) => {
                let _ = out(format!("{:#}", self.json()));
            }
            (_, Some(Form::Jsonl)) => {
                let _ = out(self.json().to_string());
            }
            (Kind::Plain, _) => err(&self.what),
            (Kind::Told, _) => self.tell_people(),
        }
        self.code as u8
    }

    fn tell_people(&self) {
        let bold = Style::new().bold();
        let red = bold.fg_color(Some(AnsiColor::Red.into()));
        let mut text = format!("{red}error:{red:#} {}", self.what);
        for (name, line) in [("why", &self.why), ("fix", &self.help)] {
            if let Some(line) = line {
                // What has several lines stays one block.
                let line = line.replace('\n', "\n       ");
                text.push_str(&format!("\n  {bold}{name}:{bold:#} {line}"));
            }
        }
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    fn json(&self) -> Value {
        let mut error = self.details.clone();
        error.insert("what".to_owned(), json!(self.what));
        error.insert("why".to_owned(), json!(self.why));
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
        let mut failure = match error.operation() {
            Some(operation) => Self::new(format!("{operation} failed")).why(why),
            None => Self::new(why),
        };
        failure.help = error.help();
        failure.code = code;
        let details = [
            ("operation", error.operation().map(Value::from)),
            ("endpoint", error.endpoint().map(Value::from)),
            ("status", error.status().map(|status| status.as_u16().into())),
            ("error_code", error.error_code().map(Value::from)),
            ("outcome_unknown", error.is_outcome_unknown().then_some(true.into())),
        ];
        let known = details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        failure.details = known.collect();
        failure
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let why: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        Self::new("the configuration cannot be used").why(why.join("\n")).help(
            "correct it there; where nothing is set yet: `backendai login`, `backendai context use`, \
             or the variables",
        )
    }
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

/// A line of the result.
pub(crate) fn out(line: impl AsRef<str>) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", line.as_ref()).map_err(Failure::writing)
}

/// A value of the result, as JSON of several lines.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    out(serde_json::to_string_pretty(value).map_err(Failure::from_error)?)
}

/// A line for the person, beside the result.
pub(crate) fn err(line: impl AsRef<str>) {
    // There is nowhere left to say that this failed.
    let _ = writeln!(io::stderr(), "{}", line.as_ref());
}
