//! `backendai schema diff`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use backendai_codegen::Schema;
use backendai_schema_tools::{
    diff::{Change, Level, diff},
    manifest,
};
use clap::Args;
use serde_json::{Value, json};

use crate::{
    check,
    global::{Global, SingleFormat},
    output::{self, Failure, out},
    snapshot::Snapshot,
};

/// Lists the changes between two snapshots, the most severe first: breaking ones, those that change the
/// meaning of requests or add something to answers, and safe ones. Exits with 1 if there are breaking
/// changes.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  backendai schema diff schema-26.4.graphql schema-26.9.graphql
  backendai schema diff v2 mine.graphql")]
pub(super) struct Diff {
    /// The older snapshot: a file, or `admin` or `v2` for that of this command.
    old: PathBuf,
    /// The newer snapshot, likewise.
    new: PathBuf,
    /// A folder with documents for the older snapshot. Each change is listed with the operations that it
    /// affects, and only a change that breaks some of them makes the command exit with 1.
    #[arg(long, value_name = "DIR")]
    operations: Option<PathBuf>,
}

/// A change, and the operations that it affects, if operations were given.
type Shown<'a> = (&'a Change, Option<Vec<&'a str>>);

impl Diff {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        crate::blocking(move || self.print(form)).await
    }

    fn print(&self, form: SingleFormat) -> Result<(), Failure> {
        let old = Snapshot::read(Some(&self.old))?;
        let changes = diff(&old.schema()?, &Snapshot::read(Some(&self.new))?.schema()?);
        let operations = match &self.operations {
            Some(folder) => Some(self.coordinates(&old, folder)?),
            None => None,
        };
        let shown: Vec<_> = changes
            .iter()
            .map(|change| (change, operations.as_ref().map(|them| affected(change, them))))
            .collect();
        match form {
            SingleFormat::Text => text(&shown)?,
            SingleFormat::Json => output::json(&shown.iter().map(json).collect::<Vec<_>>())?,
        }
        fail_if_breaking(&shown)
    }

    /// The coordinates that each operation in a folder uses.
    fn coordinates(
        &self,
        old: &Snapshot,
        folder: &Path,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, Failure> {
        let files = documents(folder)?;
        if files.is_empty() {
            let what = format!("there are no documents in {}", folder.display());
            return Err(Failure::argument(what).help("name a folder with `.graphql` files"));
        }
        let proven = old.options().files(files).prove();
        proven.map(|set| manifest::coordinates(&set)).map_err(|invalid| {
            check::print("error", invalid.diagnostics());
            let what =
                format!("the documents in {} do not fit {}", folder.display(), self.old.display());
            Failure::argument(what).help("compare with the snapshot that they were written for")
        })
    }
}

/// The `.graphql` files of a folder, without schemas.
fn documents(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Failure::argument(format!("cannot read {}", path.display())).cause(error.to_string())
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_some_and(|ending| ending == "graphql") && path.is_file() {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            if Schema::parse(&path, &text).is_err() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn affected<'a>(
    change: &Change,
    operations: &'a BTreeMap<String, BTreeSet<String>>,
) -> Vec<&'a str> {
    let affects = |named: &BTreeSet<String>| named.iter().any(|it| change.affects(it));
    let affected = operations.iter().filter(|(_, named)| affects(named));
    affected.map(|(name, _)| name.as_str()).collect()
}

fn text(changes: &[Shown<'_>]) -> Result<(), Failure> {
    if changes.is_empty() {
        return out("no changes");
    }
    for (change, affected) in changes {
        out(change.to_string())?;
        if let Some(names) = affected.as_ref().filter(|names| !names.is_empty()) {
            out(format!("           affects {}", names.join(", ")))?;
        }
    }
    Ok(())
}

fn json((change, affected): &Shown<'_>) -> Value {
    let mut shown = json!({
        "level": change.level.to_string(),
        "coordinate": change.coordinate,
        "what": change.what,
    });
    if let (Some(affected), Some(shown)) = (affected, shown.as_object_mut()) {
        shown.insert("operations".to_owned(), json!(affected));
    }
    shown
}

/// Fails if there are breaking changes; with operations, if a change breaks some of them.
fn fail_if_breaking(changes: &[Shown<'_>]) -> Result<(), Failure> {
    let breaking = || changes.iter().filter(|(change, _)| change.level == Level::Breaking);
    let has_operations = changes.iter().any(|(_, affected)| affected.is_some());
    let ours = breaking().filter(|(_, affected)| affected.as_ref().is_none_or(|it| !it.is_empty()));
    let ours = ours.count();
    let all = match breaking().count() {
        1 => "1 breaking change".to_owned(),
        count => format!("{count} breaking changes"),
    };
    match (ours, has_operations) {
        (0, true) if breaking().next().is_some() => {
            output::err(format!("{all}, but none affects these operations"));
            Ok(())
        }
        (0, _) => Ok(()),
        (_, false) => Err(Failure::silent_exit(all)),
        (1, true) => {
            Err(Failure::silent_exit(format!("{all}, of which 1 affects these operations")))
        }
        (_, true) => {
            Err(Failure::silent_exit(format!("{all}, of which {ours} affect these operations")))
        }
    }
}
