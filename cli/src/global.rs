//! The options that every command takes.

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgAction, Args, ValueEnum};
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    fmt::format,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{
    change::Form,
    number::whole,
    output::{Failure, Log},
};

/// Options that are accepted before and after any command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Use this context: the address of a manager and a credential.
    #[arg(long, global = true, value_name = "NAME", add = crate::complete::contexts())]
    pub(crate) context: Option<String>,
    /// The file of contexts [env: BACKENDAI_CONTEXTS]
    /// [default: backendai/contexts.toml in the configuration folder].
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) contexts: Option<PathBuf>,
    /// Use this profile of the official client.
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "context")]
    pub(crate) profile: Option<String>,
    /// Read this .env file below the environment; without FILE the nearest one.
    #[arg(long, global = true, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) dotenv: Option<Option<PathBuf>>,
    /// Seconds to wait for data from the manager; 0 for no limit.
    #[arg(long, global = true, value_name = "SECONDS", value_parser = whole(0, u32::MAX))]
    pub(crate) request_timeout: Option<u32>,
    /// Attempts after a failure of the network or a busy manager; 0 for none [default: 2].
    #[arg(long, global = true, value_name = "N", value_parser = whole(0, u32::MAX))]
    pub(crate) retry: Option<u32>,
    /// Output format: text or json; table, json, jsonl, csv, yaml or name for lists.
    #[arg(short, long, global = true, value_name = "FORMAT", hide_possible_values = true)]
    output: Option<OutputFormat>,
    /// Print requests and answers to the standard error: -v in one line each, -vv with headers and the
    /// log, -vvv with the whole log. Secrets are masked.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Disable colours, as NO_COLOR does.
    #[arg(long, global = true)]
    no_color: bool,
}

/// All output formats; each command supports some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Text,
    Table,
    Json,
    Jsonl,
    Csv,
    Yaml,
    Name,
}

/// Output format of a command with a single result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SingleFormat {
    Text,
    Json,
}

/// Output format of a command that lists rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowFormat {
    Table,
    Json,
    Jsonl,
    Csv,
    Yaml,
    /// Only what names a row.
    Name,
}

impl Global {
    /// How often `-v` was given.
    pub(crate) const fn verbose(&self) -> u8 {
        self.verbose
    }

    /// The requested format, in which failures are reported.
    pub(crate) const fn requested(&self) -> Option<OutputFormat> {
        self.output
    }

    /// The format of a command with a single result; text by default.
    pub(crate) fn single(&self) -> Result<SingleFormat, Failure> {
        match self.output {
            None | Some(OutputFormat::Text) => Ok(SingleFormat::Text),
            Some(OutputFormat::Json) => Ok(SingleFormat::Json),
            Some(form) => Err(unfit(form, "text or json")),
        }
    }

    /// The format of a command with a result per object; text by default.
    pub(crate) fn results(&self) -> Result<Form, Failure> {
        match self.output {
            None | Some(OutputFormat::Text) => Ok(Form::Text),
            Some(OutputFormat::Json) => Ok(Form::Json),
            Some(OutputFormat::Jsonl) => Ok(Form::Lines),
            Some(form) => Err(unfit(form, "text, json or jsonl")),
        }
    }

    /// The format of a command that lists rows; a table by default.
    pub(crate) fn rows(&self) -> Result<RowFormat, Failure> {
        match self.output {
            None | Some(OutputFormat::Table) => Ok(RowFormat::Table),
            Some(OutputFormat::Json) => Ok(RowFormat::Json),
            Some(OutputFormat::Jsonl) => Ok(RowFormat::Jsonl),
            Some(OutputFormat::Csv) => Ok(RowFormat::Csv),
            Some(OutputFormat::Yaml) => Ok(RowFormat::Yaml),
            Some(OutputFormat::Name) => Ok(RowFormat::Name),
            Some(form) => Err(unfit(form, "table, json, jsonl, csv, yaml or name")),
        }
    }

    /// Fails unless the format is text, for a command with a fixed output format.
    pub(crate) fn require_text(&self) -> Result<(), Failure> {
        match self.output {
            None | Some(OutputFormat::Text) => Ok(()),
            Some(form) => Err(unfit(form, "only its fixed format: omit --output")),
        }
    }

    /// Writes the library's events to the standard error. They never contain secrets.
    pub(crate) fn init_tracing(&self) {
        let level = match self.verbose {
            0 => LevelFilter::WARN,
            1 => LevelFilter::INFO,
            2 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        };
        let mut targets = Targets::new().with_target("backendai", level);
        if self.verbose > 0 {
            // Without -v, the `bento` commands print its warnings themselves.
            targets = targets.with_target("bentocloud", level);
        }
        // The layer's own colours would be escaped.
        let layer = tracing_subscriber::fmt::layer().with_writer(Log::default).with_ansi(false);
        match self.verbose {
            0 => {
                // A sentence; the fields of the event are for -v.
                let sentence = format::debug_fn(|writer, field, value| match field.name() {
                    "message" => write!(writer, "{value:?}"),
                    _ => Ok(()),
                });
                let layer = layer.without_time().with_target(false).with_level(false);
                let layer = layer.fmt_fields(sentence).with_writer(|| Log::after("warning: "));
                tracing_subscriber::registry().with(layer.with_filter(targets)).init();
            }
            _ => tracing_subscriber::registry().with(layer.with_filter(targets)).init(),
        }
    }
}

fn unfit(form: OutputFormat, fitting: &str) -> Failure {
    let form = form.to_possible_value().map(|value| value.get_name().to_owned());
    let form = form.unwrap_or_default();
    Failure::usage(format!("this command cannot print {form}"))
        .cause(format!("it prints {fitting}"))
}

/// The options that decide how an invalid command line is reported. They are read before parsing.
pub(crate) struct Early {
    pub(crate) form: Option<OutputFormat>,
}

impl Early {
    /// Reads `--output`, and applies `--no-color`.
    pub(crate) fn of(arguments: &[OsString]) -> Self {
        let mut form = None;
        let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
        while let Some(word) = words.next() {
            match word.as_ref() {
                "--" => break,
                "--no-color" => anstream::ColorChoice::Never.write_global(),
                "--output" | "-o" => {
                    form = words.next().and_then(|word| OutputFormat::from_str(&word, false).ok());
                }
                word => {
                    let value = word.strip_prefix("--output=").or(word.strip_prefix("-o"));
                    if let Some(value) = value.map(|value| value.trim_start_matches('=')) {
                        form = OutputFormat::from_str(value, false).ok();
                    }
                }
            }
        }
        Self { form }
    }
}
