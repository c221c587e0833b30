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
    global::{Global, Single},
    output::{self, Failure, out},
    snapshot::Snapshot,
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
    /// A folder with documents for the old snapshot. Each change is shown with their operations that
    /// it touches, and only one that breaks some of them ends the command with 1.
    #[arg(long, value_name = "DIR")]
    operations: Option<PathBuf>,
}

/// A change, and the operations that it touches, if there are any to be asked.
type Shown<'a> = (&'a Change, Option<Vec<&'a str>>);

impl Diff {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        crate::blocking(move || self.tell(form)).await
    }

    fn tell(&self, form: Single) -> Result<(), Failure> {
        let old = Snapshot::read(Some(&self.old))?;
        let changes = diff(&old.schema()?, &Snapshot::read(Some(&self.new))?.schema()?);
        let operations = match &self.operations {
            Some(folder) => Some(self.coordinates(&old, folder)?),
            None => None,
        };
        let shown: Vec<_> = changes
            .iter()
            .map(|change| (change, operations.as_ref().map(|them| touched(change, them))))
            .collect();
        match form {
            Single::Text => text(&shown)?,
            Single::Json => output::json(&shown.iter().map(json).collect::<Vec<_>>())?,
        }
        verdict(&shown)
    }

    /// What each operation in a folder names.
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
            check::tell("error", invalid.diagnostics());
            let what =
                format!("the documents in {} do not fit {}", folder.display(), self.old.display());
            Failure::argument(what).help("compare with the snapshot that they were written for")
        })
    }
}

/// The `.graphql` files of a folder other than schemas, which lie beside documents.
fn documents(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Failure::argument(format!("cannot read {}", path.display())).why(error.to_string())
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

fn touched<'a>(
    change: &Change,
    operations: &'a BTreeMap<String, BTreeSet<String>>,
) -> Vec<&'a str> {
    let touches = |named: &BTreeSet<String>| named.iter().any(|it| change.affects(it));
    let touched = operations.iter().filter(|(_, named)| touches(named));
    touched.map(|(name, _)| name.as_str()).collect()
}

fn text(changes: &[Shown<'_>]) -> Result<(), Failure> {
    if changes.is_empty() {
        return out("no changes");
    }
    for (change, touched) in changes {
        out(change.to_string())?;
        if let Some(names) = touched.as_ref().filter(|names| !names.is_empty()) {
            out(format!("           touches {}", names.join(", ")))?;
        }
    }
    Ok(())
}

fn json((change, touched): &Shown<'_>) -> Value {
    let mut shown = json!({
        "level": change.level.to_string(),
        "coordinate": change.coordinate,
        "what": change.what,
    });
    if let (Some(touched), Some(shown)) = (touched, shown.as_object_mut()) {
        shown.insert("operations".to_owned(), json!(touched));
    }
    shown
}

/// What breaks: of all, or of the operations that were asked about.
fn verdict(changes: &[Shown<'_>]) -> Result<(), Failure> {
    let breaking = || changes.iter().filter(|(change, _)| change.level == Level::Breaking);
    let asked = changes.iter().any(|(_, touched)| touched.is_some());
    let ours = breaking().filter(|(_, touched)| touched.as_ref().is_none_or(|it| !it.is_empty()));
    let ours = ours.count();
    let all = match breaking().count() {
        1 => "1 breaking change".to_owned(),
        count => format!("{count} breaking changes"),
    };
    match (ours, asked) {
        (0, true) if breaking().next().is_some() => {
            output::err(format!("{all}, but none touches these operations"));
            Ok(())
        }
        (0, _) => Ok(()),
        (_, false) => Err(Failure::verdict(all)),
        (1, true) => Err(Failure::verdict(format!("{all}, of which 1 touches these operations"))),
        (_, true) => {
            Err(Failure::verdict(format!("{all}, of which {ours} touch these operations")))
        }
    }
}
