//! `backendai man`.

use std::path::PathBuf;

use clap::Args;

use crate::{
    global::Global,
    output::{Failure, out},
};

/// Writes a manual page for every command.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  backendai man ~/.local/share/man/man1 && man backendai-user-create")]
pub(crate) struct Man {
    /// The folder for the pages.
    folder: PathBuf,
}

impl Man {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        let place = self.folder.display();
        let written = std::fs::create_dir_all(&self.folder)
            .and_then(|()| clap_mangen::generate_to(crate::command(), &self.folder));
        written.map_err(|error| {
            Failure::new(format!("cannot write the pages to {place}")).cause(error.to_string())
        })?;
        out(format!("Wrote the pages to {place}"))
    }
}
