//! The generators, each with documents that it can read.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use graphql_client_codegen::{
    CodegenMode, GraphQLClientCodegenOptions, generate_module_token_stream,
};

use super::documents;
use crate::Result;

/// Our generated code for `files`.
pub(super) fn backendai(folder: &str, files: &[PathBuf]) -> Result<String> {
    let schema = documents::schema(folder);
    let mut options = backendai_codegen::configure().schema(&schema).files(files);
    let nulls = schema.with_file_name("nulls.txt");
    if nulls.exists() {
        options = options.nulls(nulls);
    }
    Ok(options.generate()?.code)
}

/// The code that `graphql_client` generates for one file: with all traits that our types have, or
/// `bare`, with only the traits that requests and responses need. It panics where it has no error.
pub(super) fn graphql_client(folder: &str, file: &Path, bare: bool) -> Result<String> {
    let mut options = GraphQLClientCodegenOptions::new(CodegenMode::Cli);
    options.set_module_visibility(syn::parse_quote!(pub));
    options.set_fragments_other_variant(true);
    options.set_skip_serializing_none(true);
    if !bare {
        options.set_response_derives("Clone,Debug,PartialEq,Serialize".to_owned());
        options.set_variables_derives("Clone,Debug,PartialEq,Deserialize".to_owned());
    }
    let tokens = generate_module_token_stream(file.to_owned(), &documents::schema(folder), options);
    Ok(tokens.map_err(|error| error.to_string())?.to_string())
}

/// The same in a child process, because it is unusable after a panic. `None` if it refuses the
/// document.
pub(super) fn graphql_client_apart(
    folder: &str,
    file: &Path,
    bare: bool,
) -> Result<Option<String>> {
    let out = crate::scratch("graphql-client")?.join("out.rs");
    let mut command = Command::new(env::current_exe()?);
    command.args(["part", "graphql-client"]).args(bare.then_some("--bare"));
    let status = command.arg(folder).arg(file).arg(&out).stderr(Stdio::null()).status()?;
    if status.success() { Ok(Some(fs::read_to_string(out)?)) } else { Ok(None) }
}

/// The module that `cynic` generates for a whole schema, before any query.
pub(super) fn cynic(folder: &str) -> Result<()> {
    // The output folder is cargo's variable OUT_DIR, which the caller sets.
    Ok(cynic_codegen::register_schema(folder).from_sdl_file(documents::schema(folder)).map(drop)?)
}

/// The formatted code, without comments that are not documentation.
pub(super) fn pretty(code: &str) -> Result<String> {
    Ok(prettyplease::unparse(&syn::parse_file(code)?))
}
