//! The options that every command takes.

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgAction, Args, ValueEnum};
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::output::Failure;

/// Options that stand before or after any command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Use this context: the address of a manager and a credential.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// The file of contexts [env: BACKENDAI_CONTEXTS]
    /// [default: backendai/contexts.toml in the folder for settings].
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) contexts: Option<PathBuf>,
    /// How to print: text or json; table, json, jsonl or csv where rows are listed.
    #[arg(long, global = true, value_name = "FORM", hide_possible_values = true)]
    output: Option<Form>,
    /// Say more on the standard error: -v what is done, -vv every request, -vvv everything.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Use no colours. NO_COLOR does the same.
    #[arg(long, global = true)]
    no_color: bool,
}

/// Every form that some command prints in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Text,
    Table,
    Json,
    Jsonl,
    Csv,
}

/// How a command prints that has one result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Single {
    Text,
    Json,
}

/// How a command prints that lists rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    Table,
    Json,
    Jsonl,
    Csv,
}

impl Global {
    /// The form that was asked for, for telling failures.
    pub(crate) const fn asked(&self) -> Option<Form> {
        self.output
    }

    /// Of a command that prints one result: text, unless JSON was asked for.
    pub(crate) fn single(&self) -> Result<Single, Failure> {
        match self.output {
            None | Some(Form::Text) => Ok(Single::Text),
            Some(Form::Json) => Ok(Single::Json),
            Some(form) => Err(unfit(form, "text or json")),
        }
    }

    /// Of a command that lists rows: a table, unless something else was asked for.
    pub(crate) fn rows(&self) -> Result<Rows, Failure> {
        match self.output {
            None | Some(Form::Table) => Ok(Rows::Table),
            Some(Form::Json) => Ok(Rows::Json),
            Some(Form::Jsonl) => Ok(Rows::Jsonl),
            Some(Form::Csv) => Ok(Rows::Csv),
            Some(form) => Err(unfit(form, "table, json, jsonl or csv")),
        }
    }

    /// Of a command whose result has a form of its own.
    pub(crate) fn own(&self) -> Result<(), Failure> {
        match self.output {
            None | Some(Form::Text) => Ok(()),
            Some(form) => Err(unfit(form, "its own form alone: leave --output out")),
        }
    }

    /// Sends what the library tells to the standard error. Its events never have secrets in them.
    pub(crate) fn start_telling(&self) {
        let level = match self.verbose {
            0 => LevelFilter::WARN,
            1 => LevelFilter::INFO,
            2 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        };
        let mut targets = Targets::new().with_target("backendai", level);
        if self.verbose > 0 {
            // At first, its warnings are told by its commands, in words of their own.
            targets = targets.with_target("bentocloud", level);
        }
        let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        match self.verbose {
            0 => {
                let layer = layer.without_time().with_target(false);
                tracing_subscriber::registry().with(layer.with_filter(targets)).init();
            }
            _ => tracing_subscriber::registry().with(layer.with_filter(targets)).init(),
        }
    }
}

fn unfit(form: Form, fitting: &str) -> Failure {
    let form = form.to_possible_value().map(|value| value.get_name().to_owned());
    let form = form.unwrap_or_default();
    Failure::usage(format!("this command cannot print {form}")).why(format!("it prints {fitting}"))
}

/// What has to be known before the command line is understood, since it decides how a command line
/// that is wrong is told.
pub(crate) struct Early {
    pub(crate) form: Option<Form>,
}

impl Early {
    /// Looks for `--no-color` and `--output`, and turns colours off.
    pub(crate) fn of(arguments: &[OsString]) -> Self {
        let mut form = None;
        let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
        while let Some(word) = words.next() {
            match word.as_ref() {
                "--" => break,
                "--no-color" => anstream::ColorChoice::Never.write_global(),
                "--output" => {
                    form = words.next().and_then(|word| Form::from_str(&word, false).ok());
                }
                word => {
                    if let Some(value) = word.strip_prefix("--output=") {
                        form = Form::from_str(value, false).ok();
                    }
                }
            }
        }
        Self { form }
    }
}
