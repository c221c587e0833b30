//! `backendai schema diff`.

use std::path::PathBuf;

use backendai_codegen::diff::{Change, Level, diff};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::output::{Failure, out};

/// Says what changed between two snapshots, the worst first: what breaks requests, what changes
/// their meaning or brings something new, and what is safe. Ends with 1 if something breaks.
#[derive(Args, Debug)]
pub(super) struct Diff {
    /// The snapshot before.
    old: PathBuf,
    /// The snapshot after.
    new: PathBuf,
    /// How to tell it.
    #[arg(long, default_value = "text", value_name = "FORM")]
    output: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// A line for each change.
    Text,
    /// An array of objects.
    Json,
}

impl Diff {
    pub(super) fn run(self) -> Result<(), Failure> {
        let changes = diff(&super::read(Some(&self.old))?, &super::read(Some(&self.new))?);
        match self.output {
            Form::Text => text(&changes)?,
            Form::Json => {
                let changes: Vec<_> = changes.iter().map(shown).collect();
                out(serde_json::to_string_pretty(&changes).map_err(Failure::from_error)?)?;
            }
        }
        let breaking = changes.iter().filter(|change| change.level == Level::Breaking).count();
        match breaking {
            0 => Ok(()),
            1 => Err(Failure::new("1 breaking change")),
            _ => Err(Failure::new(format!("{breaking} breaking changes"))),
        }
    }
}

fn text(changes: &[Change]) -> Result<(), Failure> {
    if changes.is_empty() {
        return out("no changes");
    }
    changes.iter().try_for_each(|change| out(change.to_string()))
}

fn shown(change: &Change) -> serde_json::Value {
    json!({
        "level": change.level.to_string(),
        "coordinate": change.coordinate,
        "what": change.what,
    })
}
