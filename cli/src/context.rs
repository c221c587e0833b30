//! `backendai context`: named addresses and credentials.

mod add;
pub(crate) mod session;
pub(crate) mod settings;
mod shown;

use backendai::{config::Field, context::Stored};
use clap::{Args, Subcommand};
use serde_json::json;

use self::shown::Shown;
pub(crate) use self::shown::mask;
use crate::{
    connect,
    global::{Global, SingleFormat},
    interrupt::Section,
    output::{self, Failure, err, out},
    prompt,
    visible::visible,
};

/// The arguments of `backendai context`.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct Context {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Store a context without checking it; `login` checks it with the manager.
    #[command(after_help = "Examples:
  backendai context add lab --endpoint https://lab.example --access-key AKIA… --secret-key-stdin < key
  backendai context add web --endpoint https://webui.example --endpoint-type session")]
    Add(Box<add::Add>),
    /// List the contexts; `*` marks the current one.
    #[command(after_help = "Examples:
  backendai context list
  backendai context list --output json")]
    List,
    /// Remove a context from the file, and end its session. Its keys stay valid until they are deleted
    /// on the manager.
    #[command(after_help = "Examples:
  backendai context remove lab
  backendai context remove lab --yes")]
    Remove {
        /// Name of the context.
        #[arg(add = crate::complete::contexts())]
        name: String,
        /// Do not ask for confirmation.
        #[arg(short, long)]
        yes: bool,
    },
    /// Rename a context.
    #[command(after_help = "Example:
  backendai context rename lab old-lab")]
    Rename {
        /// Name of the context.
        #[arg(add = crate::complete::contexts())]
        name: String,
        /// Its new name.
        to: String,
    },
    /// Show the settings of a context, without its secrets.
    #[command(after_help = "Examples:
  backendai context show
  backendai context show lab --reveal")]
    Show {
        /// Name of the context; by default the current one.
        #[arg(add = crate::complete::contexts())]
        name: Option<String>,
        /// Print the keys too.
        #[arg(long)]
        reveal: bool,
    },
    /// Make a context the current one.
    #[command(after_help = "Example:
  backendai context use lab")]
    Use {
        /// Name of the context.
        #[arg(add = crate::complete::contexts())]
        name: String,
    },
}

impl Context {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let contexts = connect::contexts(global)?;
        match self.command {
            Command::Add(add) => add.run(global, &contexts).await,
            Command::List => list(&contexts.read()?, global.single()?),
            Command::Remove { name, yes } => {
                global.require_text()?;
                contexts.read()?.get(&name)?;
                confirm_or_yes(&format!("Remove context {name} and its keys?"), yes).await?;
                let _section = Section::open()?;
                let lost = session::remove(&contexts, &name)?;
                session::end(global, lost).await;
                out(format!("Removed context {name}"))
            }
            Command::Rename { name, to } => {
                global.require_text()?;
                contexts.update(|stored| stored.rename(&name, &to))?;
                out(format!("Renamed context {name} to {to}"))
            }
            Command::Show { name, reveal } => {
                let name = name.or_else(|| global.context.clone());
                show(&contexts.read()?, name.as_deref(), reveal, global.single()?)
            }
            Command::Use { name } => {
                global.require_text()?;
                contexts.update(|stored| stored.set_current(&name))?;
                out(format!("Context {name} is now the current one"))?;
                warn_if_env_wins();
                Ok(())
            }
        }
    }
}

/// Asks for confirmation, unless it was given by an option. An error if the terminal is not
/// interactive.
pub(crate) async fn confirm_or_yes(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !prompt::is_interactive() {
        return Err(Failure::usage("confirmation is needed and the terminal is not interactive")
            .cause(format!("the question is: {question}"))
            .help("give --yes"));
    }
    match prompt::confirm(question, false).await? {
        true => Ok(()),
        false => Err(Failure::new("nothing was changed").cause("the answer was no")),
    }
}

/// Prints a note if variables win over the current context.
pub(crate) fn warn_if_env_wins() {
    if connect::env_wins() {
        err("note: the variables BACKEND_… name a manager and win over the current context; \
             --context wins over them");
    }
}

fn list(stored: &Stored, form: SingleFormat) -> Result<(), Failure> {
    if form == SingleFormat::Json {
        let rows = stored.contexts().iter().map(|context| {
            let shown = Shown { context, reveal: false };
            let current = stored.current_name() == Some(context.name());
            json!({
                "name": context.name(),
                "current": current,
                "endpoint": shown.text(Field::Endpoint),
                "endpoint_type": shown.endpoint_type(),
                "access_key": shown.text(Field::AccessKey),
            })
        });
        return output::json(&rows.collect::<Vec<_>>());
    }
    if stored.contexts().is_empty() {
        err("no contexts: `backendai login` creates one");
        return Ok(());
    }
    let mut rows = vec![["", "NAME", "ENDPOINT", "TYPE", "ACCESS KEY"].map(str::to_owned)];
    rows.extend(stored.contexts().iter().map(|context| {
        let shown = Shown { context, reveal: false };
        let text = |field| shown.text(field).unwrap_or_default();
        let mark = if stored.current_name() == Some(context.name()) { "*" } else { "" };
        [
            mark.to_owned(),
            context.name().to_owned(),
            text(Field::Endpoint),
            shown.endpoint_type().to_owned(),
            text(Field::AccessKey),
        ]
    }));
    aligned(&rows)
}

fn show(
    stored: &Stored,
    name: Option<&str>,
    reveal: bool,
    form: SingleFormat,
) -> Result<(), Failure> {
    let context = match name {
        Some(name) => stored.get(name)?,
        None => stored.current()?.ok_or_else(|| {
            Failure::new("there is no current context")
                .help("name a context, or select one with `backendai context use NAME`")
        })?,
    };
    let shown = Shown { context, reveal };
    match form {
        SingleFormat::Json => output::json(&shown.json()),
        SingleFormat::Text => aligned(&shown.rows()),
    }
}

/// Prints aligned columns, without trailing blanks.
pub(crate) fn aligned<const N: usize>(rows: &[[String; N]]) -> Result<(), Failure> {
    // A cell is on one line.
    let shown = |cell: &String| visible(cell).replace('\n', "\\n").replace('\t', "\\t");
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(shown)).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| console::measure_text_width(cell)).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    for row in rows {
        let cells = row.iter().zip(widths);
        let cells = cells.map(|(cell, width)| {
            console::pad_str(cell, width, console::Alignment::Left, None).into_owned()
        });
        out(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
