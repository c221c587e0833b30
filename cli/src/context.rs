//! `backendai context`: managers and keys under names.

mod add;
pub(crate) mod settings;
mod shown;

use backendai::context::Stored;
use clap::{Args, Subcommand};
use serde_json::json;

use self::shown::Shown;
pub(crate) use self::shown::mask;
use crate::{
    connect,
    global::{Global, Single},
    output::{self, Failure, err, out},
    prompt,
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
    /// Store a context without asking the manager. `login` asks it first.
    #[command(after_help = "Examples:
  backendai context add lab --endpoint https://lab.example --access-key AKIA… --secret-key-stdin < key
  backendai context add web --endpoint https://webui.example --endpoint-type session")]
    Add(Box<add::Add>),
    /// List the contexts; `*` marks the current one.
    #[command(after_help = "Examples:
  backendai context list
  backendai context list --output json")]
    List,
    /// Take a context out of the file. The keys stay valid; delete them on the manager.
    #[command(after_help = "Examples:
  backendai context remove lab
  backendai context remove lab --yes")]
    Remove {
        /// Name of the context.
        name: String,
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
    /// Give a context another name.
    #[command(after_help = "Example:
  backendai context rename lab old-lab")]
    Rename {
        /// Name of the context.
        name: String,
        /// The name that it gets.
        to: String,
    },
    /// Show what a context says, without its secrets.
    #[command(after_help = "Examples:
  backendai context show
  backendai context show lab --reveal")]
    Show {
        /// Name of the context; the current one if left out.
        name: Option<String>,
        /// Print the keys, too.
        #[arg(long)]
        reveal: bool,
    },
    /// Make a context the current one.
    #[command(after_help = "Example:
  backendai context use lab")]
    Use {
        /// Name of the context.
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
                global.own()?;
                contexts.read()?.get(&name)?;
                agreed(&format!("Remove context {name} and its keys?"), yes).await?;
                contexts.update(|stored| stored.remove(&name))?;
                out(format!("Removed context {name}"))
            }
            Command::Rename { name, to } => {
                global.own()?;
                contexts.update(|stored| stored.rename(&name, &to))?;
                out(format!("Renamed context {name} to {to}"))
            }
            Command::Show { name, reveal } => {
                let name = name.or_else(|| global.context.clone());
                show(&contexts.read()?, name.as_deref(), reveal, global.single()?)
            }
            Command::Use { name } => {
                global.own()?;
                contexts.update(|stored| stored.set_current(&name))?;
                out(format!("Context {name} is the current one"))?;
                overruled();
                Ok(())
            }
        }
    }
}

/// Asks, unless the answer was given; where nobody can be asked, that is said.
pub(crate) async fn agreed(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !prompt::somebody_is_there() {
        return Err(Failure::usage("nobody is there to agree")
            .why(format!("the question is: {question}"))
            .help("give --yes"));
    }
    match prompt::confirm(question, false).await? {
        true => Ok(()),
        false => Err(Failure::new("nothing was changed").why("the answer was no")),
    }
}

/// Says that the file will not be asked.
pub(crate) fn overruled() {
    if connect::variables_win() {
        err("note: the variables BACKEND_… name a manager and win over the current context; \
             --context wins over them");
    }
}

fn list(stored: &Stored, form: Single) -> Result<(), Failure> {
    if form == Single::Json {
        let rows = stored.contexts().iter().map(|context| {
            let shown = Shown { context, reveal: false };
            let current = stored.current_name() == Some(context.name());
            json!({
                "name": context.name(),
                "current": current,
                "endpoint": shown.text("endpoint"),
                "endpoint_type": shown.endpoint_type(),
                "access_key": shown.text("access_key"),
            })
        });
        return output::json(&rows.collect::<Vec<_>>());
    }
    if stored.contexts().is_empty() {
        err("no contexts: `backendai login` makes one");
        return Ok(());
    }
    let mut rows = vec![["", "NAME", "ENDPOINT", "TYPE", "ACCESS KEY"].map(str::to_owned)];
    rows.extend(stored.contexts().iter().map(|context| {
        let shown = Shown { context, reveal: false };
        let text = |key| shown.text(key).unwrap_or_default();
        let mark = if stored.current_name() == Some(context.name()) { "*" } else { "" };
        [
            mark.to_owned(),
            context.name().to_owned(),
            text("endpoint"),
            shown.endpoint_type().to_owned(),
            text("access_key"),
        ]
    }));
    aligned(&rows)
}

fn show(stored: &Stored, name: Option<&str>, reveal: bool, form: Single) -> Result<(), Failure> {
    let context = match name {
        Some(name) => stored.get(name)?,
        None => stored.current()?.ok_or_else(|| {
            Failure::new("no context is the current one")
                .help("name one, or choose one with `backendai context use NAME`")
        })?,
    };
    let shown = Shown { context, reveal };
    match form {
        Single::Json => output::json(&shown.json()),
        Single::Text => aligned(&shown.rows()),
    }
}

/// Columns side by side, without blanks at the end.
pub(crate) fn aligned<const N: usize>(rows: &[[String; N]]) -> Result<(), Failure> {
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
