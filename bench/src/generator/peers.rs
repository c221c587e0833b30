//! The generators, each fed with what it can read.

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

/// Our code, for `files`.
pub(super) fn backendai(folder: &str, files: &[PathBuf]) -> Result<String> {
    let schema = documents::schema(folder);
    let mut options = backendai_codegen::configure().schema(&schema).files(files);
    let nulls = schema.with_file_name("nulls.txt");
    if nulls.exists() {
        options = options.nulls(nulls);
    }
    Ok(options.generate()?.code)
}

/// What `graphql_client` writes for one file: with all traits that our types have, or `bare`, with
/// those alone that requests and answers cannot do without. It panics where it has no error.
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

/// The same in a process of its own, for after a panic it does nothing any more. None if it refuses
/// the document.
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

/// The module that `cynic` writes for a whole schema, which is there before any query.
pub(super) fn cynic(folder: &str) -> Result<()> {
    // Where it writes is decided by cargo's variable OUT_DIR, which the caller sets.
    Ok(cynic_codegen::register_schema(folder).from_sdl_file(documents::schema(folder)).map(drop)?)
}

/// The code as people would read it, without comments that are not documentation.
pub(super) fn pretty(code: &str) -> Result<String> {
    Ok(prettyplease::unparse(&syn::parse_file(code)?))
}
