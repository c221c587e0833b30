//! `backendai legacy`.

use clap::Args;

use crate::{
    global::Global,
    headings,
    output::{Failure, out},
};

/// Lists the nouns that the overview leaves out.
///
/// Each has the same objects as another noun, or exists only for older managers. They work like all
/// others.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  backendai plain-user list")]
pub(crate) struct Legacy {}

impl Legacy {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        out("Used like all others, as in `backendai plain-user list`:")?;
        headings::left_out(&crate::command()).into_iter().try_for_each(out)
    }
}
