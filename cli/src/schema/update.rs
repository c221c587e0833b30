//! `backendai schema update`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use backendai_codegen::{Options, Schema};
use backendai_schema_tools::{
    manifest::manifest,
    snapshot::{Prose, Source, normalise, origin, without_federation},
};
use clap::Args;

use super::{
    pull,
    report::{Report, Uses, documents},
};
use crate::{
    check,
    global::Global,
    output::{Failure, err, out},
    snapshot::Snapshot,
};

/// Replaces a snapshot by the schema that a manager serves now, and reports what that changes: each change
/// with the operations that it affects, the version that each of these needs (major, minor or patch), the
/// documents that are no longer valid, and what is left to do. Exits with 1 if documents must be changed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai schema update graphql/schema.graphql --operations graphql --dry-run
  backendai schema update graphql/schema.graphql --operations graphql --changelog CHANGELOG.md
  backendai schema update v2.graphql --from dumped.graphql --manager 26.4.16")]
pub(super) struct Update {
    /// The snapshot. Its head names the schema that is pulled.
    snapshot: PathBuf,
    /// The folder with the documents.
    #[arg(long, value_name = "DIR")]
    operations: Option<PathBuf>,
    /// The table of the input fields that take null, which is checked.
    #[arg(long, value_name = "FILE", requires = "operations")]
    nulls: Option<PathBuf>,
    /// The manifest of the operations, which is written anew.
    #[arg(long, value_name = "FILE", requires = "operations")]
    manifest: Option<PathBuf>,
    /// A changelog, in which a section is added to `## Unreleased`.
    #[arg(long, value_name = "FILE")]
    changelog: Option<PathBuf>,
    /// A schema that a manager wrote into a file (`backend.ai mgr api dump-gql-schema`), instead of that
    /// of a running one.
    #[arg(long, value_name = "FILE", requires = "manager")]
    from: Option<PathBuf>,
    /// The version of the manager that wrote the file.
    #[arg(long, value_name = "VERSION", requires = "from")]
    manager: Option<String>,
    /// Report only, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What was read before anything is written.
struct Read {
    /// The manager of the snapshot, and that of the new one.
    managers: (String, String),
    path: String,
    old: Snapshot,
    text: String,
}

impl Update {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        let old = Snapshot::read(Some(&self.snapshot))?;
        let head = origin(old.text()).map(|(path, manager)| (path.to_owned(), manager.to_owned()));
        let Some((path, before)) = head else {
            let what = format!("{} does not name its origin", self.snapshot.display());
            return Err(Failure::argument(what).help(format!(
                "take it with `backendai schema pull -f {}`",
                self.snapshot.display()
            )));
        };
        let (manager, sdl) = match (&self.from, &self.manager) {
            (Some(file), Some(manager)) => (manager.clone(), read_dump(file, &old)?),
            _ => pull::fetch(global, &path).await?,
        };
        let date = jiff::Timestamp::now().strftime("%F").to_string();
        let source = Source { manager: &manager, path: &path, date: &date };
        let text = normalise(&sdl, &source, Prose::Drop).map_err(Failure::from_error)?;
        let read = Read { managers: (before, manager), path, old, text };
        crate::blocking(move || self.update(&read)).await
    }

    fn update(&self, read: &Read) -> Result<(), Failure> {
        let old = read.old.schema()?;
        let new = Schema::parse(&self.snapshot, &read.text).map_err(Failure::from_error)?;
        let uses = match &self.operations {
            Some(folder) => {
                Some(Uses::read(self.options(read.old.text()), folder, &self.snapshot)?)
            }
            None => None,
        };
        let report = Report::new(&old, &new, uses.as_ref());
        let (before, after) = &read.managers;
        let title = format!("Schema of `{}`: manager {before} to {after}", read.path);
        out(format!("{title}\n"))?;
        report.print()?;
        let faults = self.documents_fit(read)?;
        self.to_do(&report, &new)?;
        if !self.dry_run {
            self.write(read, &report, &title, faults == 0)?;
        }
        match faults {
            0 => Ok(()),
            1 => Err(Failure::silent_exit("1 error in the documents")),
            count => Err(Failure::silent_exit(format!("{count} errors in the documents"))),
        }
    }

    /// Options for the documents with a text of the snapshot.
    fn options(&self, text: &str) -> Options {
        let options = backendai_codegen::configure().schema(&self.snapshot);
        let options = options.text(&self.snapshot, text);
        match &self.nulls {
            Some(table) => options.nulls(table),
            None => options,
        }
    }

    /// Proves the documents against the new schema. Returns the number of faults.
    fn documents_fit(&self, read: &Read) -> Result<usize, Failure> {
        let Some(folder) = &self.operations else { return Ok(0) };
        match self.options(&read.text).files(documents(folder)?).prove() {
            Ok(_) => Ok(0),
            Err(invalid) => {
                check::print("error", invalid.diagnostics());
                Ok(invalid.diagnostics().len().max(1))
            }
        }
    }

    /// Prints what a new schema leaves to do.
    fn to_do(&self, report: &Report, new: &Schema) -> Result<(), Failure> {
        let added = || report.changes().filter(|change| change.what == "was added");
        let roots = ["Query.", "Mutation.", "Subscription."];
        let roots: Vec<_> = added()
            .map(|change| change.coordinate.as_str())
            .filter(|it| !it.contains('(') && roots.iter().any(|root| it.starts_with(root)))
            .collect();
        let inputs: Vec<_> = added()
            .map(|change| change.coordinate.as_str())
            .filter(|it| new.definitions().get_input_object(it).is_some())
            .collect();
        if !roots.is_empty() {
            out(format!(
                "\nNew root fields, for `backendai schema scaffold`: {}",
                roots.join(", ")
            ))?;
        }
        if self.nulls.is_some() && !inputs.is_empty() {
            let inputs = inputs.join(", ");
            out(format!(
                "\nNew input objects, of which each field must be tried with null: {inputs}"
            ))?;
        }
        Ok(())
    }

    fn write(&self, read: &Read, report: &Report, title: &str, fits: bool) -> Result<(), Failure> {
        let write = |file: &Path, text: &str| {
            fs::write(file, text).map_err(|error| {
                Failure::new(format!("cannot write {}", file.display())).cause(error.to_string())
            })?;
            err(format!("wrote {}", file.display()));
            Ok::<_, Failure>(())
        };
        write(&self.snapshot, &read.text)?;
        if let (Some(file), Some(folder), true) = (&self.manifest, &self.operations, fits) {
            let set = self.options(&read.text).files(documents(folder)?).prove();
            write(file, &manifest(&set.map_err(Failure::from_error)?))?;
        }
        // A schema that is taken again, after documents were changed, has its section already.
        let Some(file) = self.changelog.as_ref().filter(|_| !report.is_empty()) else {
            return Ok(());
        };
        let kept = fs::read_to_string(file).map_err(|error| {
            Failure::new(format!("cannot read {}", file.display())).cause(error.to_string())
        })?;
        write(file, &with_section(&kept, &report.changelog(title), file)?)
    }
}

/// Adds a section at the end of what is not released.
fn with_section(changelog: &str, section: &str, file: &Path) -> Result<String, Failure> {
    const HEAD: &str = "## Unreleased\n";
    let Some((before, rest)) = changelog.split_once(HEAD) else {
        let what = format!("{} has no section `## Unreleased`", file.display());
        return Err(Failure::argument(what).help("add that line"));
    };
    let (unreleased, released) = match rest.find("\n## ") {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let unreleased = match unreleased.trim_end() {
        "" => String::new(),
        kept => format!("{kept}\n"),
    };
    Ok(format!("{before}{HEAD}{unreleased}\n{section}{released}"))
}

/// Reads a schema that a manager wrote. Federation's own parts are left out as they are in the snapshot.
fn read_dump(file: &Path, old: &Snapshot) -> Result<String, Failure> {
    let text = fs::read_to_string(file).map_err(|error| {
        Failure::argument(format!("cannot read {}", file.display())).cause(error.to_string())
    })?;
    if origin(&text).is_some() {
        let what = format!(
            "{} is a snapshot, without the descriptions that have the versions",
            file.display()
        );
        return Err(Failure::argument(what).help("`backendai schema diff` compares snapshots"));
    }
    if old.text().contains("_entities(") {
        return Ok(text);
    }
    without_federation(&text).map_err(Failure::from_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_the_last_of_what_is_not_released() {
        let file = Path::new("CHANGELOG.md");
        let text = "# C\n\n## Unreleased\n\n- One.\n\n## 0.1\n\n- Old.\n";
        assert_eq!(
            with_section(text, "### S\n\n- New.\n", file).unwrap(),
            "# C\n\n## Unreleased\n\n- One.\n\n### S\n\n- New.\n\n## 0.1\n\n- Old.\n"
        );
        assert_eq!(
            with_section("## Unreleased\n\n- One.\n", "### S\n", file).unwrap(),
            "## Unreleased\n\n- One.\n\n### S\n"
        );
        assert_eq!(
            with_section("## Unreleased\n", "### S\n", file).unwrap(),
            "## Unreleased\n\n### S\n"
        );
        assert!(with_section("# C\n", "### S\n", file).is_err());
    }
}
