//! The changes of a schema, and what they mean for operations.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use backendai_codegen::{Options, Schema};
use backendai_schema_tools::{
    diff::{Change, Class, Level, diff},
    manifest,
};
use serde_json::{Value, json};

use crate::{
    check,
    output::{self, Failure, out},
};

/// The changes between two schemas, each with the operations that it affects, if operations were given.
pub(super) struct Report {
    changes: Vec<(Change, Option<Vec<String>>)>,
    /// The number of operations.
    operations: usize,
}

impl Report {
    pub(super) fn new(old: &Schema, new: &Schema, uses: Option<&Uses>) -> Self {
        let changes = diff(old, new).into_iter();
        let changes = changes.map(|change| {
            let affected = uses.map(|uses| uses.affected(&change));
            (change, affected)
        });
        Self { changes: changes.collect(), operations: uses.map_or(0, |uses| uses.0.len()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().map(|(change, _)| change)
    }

    /// The reasons for a new version by operation, with the class of each.
    fn by_operation(&self) -> BTreeMap<&str, Vec<&Change>> {
        let mut all = BTreeMap::<_, Vec<_>>::new();
        for (change, affected) in &self.changes {
            for name in affected.iter().flatten() {
                all.entry(name.as_str()).or_default().push(change);
            }
        }
        all
    }

    /// The class of all changes that affect an operation, if any does.
    pub(super) fn class(&self) -> Option<Class> {
        let affecting = self.changes.iter().filter(|(_, affected)| {
            affected.as_ref().is_some_and(|operations| !operations.is_empty())
        });
        affecting.map(|(change, _)| change.class()).max()
    }

    /// Prints the changes, and for operations the class of each that changes.
    pub(super) fn print(&self) -> Result<(), Failure> {
        if self.is_empty() {
            return out("no changes");
        }
        for (change, affected) in &self.changes {
            out(change.to_string())?;
            if let Some(names) = affected.as_ref().filter(|names| !names.is_empty()) {
                out(format!("           affects {}", names.join(", ")))?;
            }
        }
        let Some(class) = self.class() else { return Ok(()) };
        let operations = self.by_operation();
        out(format!("\n{} of {} operations change:", operations.len(), self.operations))?;
        for (name, changes) in operations {
            let Some(class) = changes.iter().map(|change| change.class()).max() else { continue };
            let most = changes.iter().filter(|change| change.class() == class);
            let most: Vec<_> = most.map(|it| format!("{} {}", it.coordinate, it.what)).collect();
            out(format!("{class:5}  {name}: {}", most.join("; ")))?;
        }
        out(format!("\nA new version is at least a {class} version."))
    }

    pub(super) fn json(&self) -> Result<(), Failure> {
        output::json(&self.changes.iter().map(json).collect::<Vec<_>>())
    }

    /// A section of a changelog: what changes for users of the operations, and the rest as numbers.
    pub(super) fn changelog(&self, title: &str) -> String {
        let mut text = format!("### {title}\n\n");
        let mut others = 0;
        for (change, affected) in &self.changes {
            let Some(names) = affected.as_ref().filter(|names| !names.is_empty()) else {
                others += 1;
                continue;
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "- {}: `{}` {} ({}).",
                change.class(),
                change.coordinate,
                change.what.trim_end_matches('.'),
                listed(names)
            );
        }
        let is_known = self.changes.iter().any(|(_, affected)| affected.is_some());
        let others = match others {
            _ if !is_known => {
                let count = |level| self.changes().filter(|change| change.level == level).count();
                let breaking = count(Level::Breaking);
                format!("- {others} changes, {breaking} of them breaking.")
            }
            0 => return text,
            1 => "- 1 change that affects no operation.".to_owned(),
            _ => format!("- {others} changes that affect no operation."),
        };
        let _ = writeln!(text, "{others}");
        text
    }

    /// Fails if there are breaking changes; with operations, if a change breaks some of them.
    pub(super) fn fail_if_breaking(&self) -> Result<(), Failure> {
        let breaking = || self.changes.iter().filter(|(it, _)| it.level == Level::Breaking);
        let has_operations = self.changes.iter().any(|(_, affected)| affected.is_some());
        let ours = breaking().filter(|(_, of)| of.as_ref().is_none_or(|it| !it.is_empty()));
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
}

/// A few names, and how many more there are.
fn listed(names: &[String]) -> String {
    const FEW: usize = 5;
    match names.split_at_checked(FEW) {
        Some((few, more)) if !more.is_empty() => {
            let few: Vec<_> = few.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and {} more", few.join(", "), more.len())
        }
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

fn json((change, affected): &(Change, Option<Vec<String>>)) -> Value {
    let mut shown = json!({
        "level": change.level.to_string(),
        "coordinate": change.coordinate,
        "what": change.what,
    });
    if let (Some(affected), Some(shown)) = (affected, shown.as_object_mut()) {
        let class = (!affected.is_empty()).then(|| change.class().to_string());
        shown.insert("version".to_owned(), json!(class));
        shown.insert("operations".to_owned(), json!(affected));
    }
    shown
}

/// The coordinates that each operation uses.
pub(super) struct Uses(BTreeMap<String, BTreeSet<String>>);

impl Uses {
    /// Proves the documents of a folder against the schema that they were written for, which `name` names.
    pub(super) fn read(options: Options, folder: &Path, name: &Path) -> Result<Self, Failure> {
        let proven = options.files(documents(folder)?).prove();
        proven.map(|set| Self(manifest::coordinates(&set))).map_err(|invalid| {
            check::print("error", invalid.diagnostics());
            let what =
                format!("the documents in {} do not fit {}", folder.display(), name.display());
            Failure::argument(what).help("compare with the snapshot that they were written for")
        })
    }

    fn affected(&self, change: &Change) -> Vec<String> {
        let affects = |named: &BTreeSet<String>| named.iter().any(|it| change.affects(it));
        let affected = self.0.iter().filter(|(_, named)| affects(named));
        affected.map(|(name, _)| name.clone()).collect()
    }
}

/// The `.graphql` files of a folder and of those in it, without schemas.
pub(super) fn documents(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Failure::argument(format!("cannot read {}", path.display())).cause(error.to_string())
    };
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))? {
            let entry = entry.map_err(|error| unreadable(&folder, error))?;
            let path = entry.path();
            // A link to a folder is not followed: it may lead back.
            if entry.file_type().map_err(|error| unreadable(&path, error))?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "graphql") && path.is_file() {
                let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
                if Schema::parse(&path, &text).is_err() {
                    files.push(path);
                }
            }
        }
    }
    if files.is_empty() {
        let what = format!("there are no documents in {}", folder.display());
        return Err(Failure::argument(what).help("name a folder with `.graphql` files"));
    }
    files.sort();
    Ok(files)
}
