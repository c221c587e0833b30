//! `backendai generate`: prints the Rust code for documents.

use clap::Args;

use crate::{
    check::{Documents, print},
    global::Global,
    output::{Failure, data},
};

/// Prints the Rust code that a build generates for documents. In a build script, use
/// `backendai_codegen`.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "Example:
  backendai generate queries.graphql > queries.rs"
)]
pub(crate) struct Generate {
    #[command(flatten)]
    documents: Documents,
}

impl Generate {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        crate::blocking(move || generate(&self.documents)).await
    }
}

fn generate(documents: &Documents) -> Result<(), Failure> {
    match documents.generate()? {
        Ok(generated) => {
            print("warning", &generated.warnings);
            let file = syn::parse_file(&generated.code).map_err(Failure::from_error)?;
            data(prettyplease::unparse(&file).trim_end())
        }
        Err(invalid) => {
            print("warning", invalid.warnings());
            print("error", invalid.diagnostics());
            Err(Failure::silent_exit("nothing was generated"))
        }
    }
}
