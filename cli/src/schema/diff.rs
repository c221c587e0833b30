//! `backendai schema diff`.

use std::path::PathBuf;

use backendai_codegen::diff::{Change, Level, diff};
use clap::Args;
use serde_json::json;

use crate::{
    global::{Global, Single},
    output::{self, Failure, out},
};

/// Says what changed between two snapshots, the worst first: what breaks requests, what changes
/// their meaning or brings something new, and what is safe. Ends with 1 if something breaks.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  backendai schema diff schema-26.4.graphql schema-26.9.graphql")]
pub(super) struct Diff {
    /// The snapshot before.
    old: PathBuf,
    /// The snapshot after.
    new: PathBuf,
}

impl Diff {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        crate::blocking(move || self.tell(form)).await
    }

    fn tell(&self, form: Single) -> Result<(), Failure> {
        let changes = diff(&super::read(Some(&self.old))?, &super::read(Some(&self.new))?);
        match form {
            Single::Text => text(&changes)?,
            Single::Json => {
                let changes: Vec<_> = changes.iter().map(shown).collect();
                output::json(&changes)?;
            }
        }
        let breaking = changes.iter().filter(|change| change.level == Level::Breaking).count();
        match breaking {
            0 => Ok(()),
            1 => Err(Failure::verdict("1 breaking change")),
            _ => Err(Failure::verdict(format!("{breaking} breaking changes"))),
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
