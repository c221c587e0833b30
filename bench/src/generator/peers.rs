//! The generators, each fed with what it can read.

use std::{
    fs, panic,
    path::{Path, PathBuf},
};

use graphql_client_codegen::{
    CodegenMode, GraphQLClientCodegenOptions, generate_module_token_stream,
};

use crate::Result;

/// Our code, for `files`.
pub(super) fn backendai(folder: &str, files: &[PathBuf]) -> Result<String> {
    let schema = super::documents::schema(folder);
    let mut options = backendai_codegen::configure().schema(&schema).files(files);
    let nulls = schema.with_file_name("nulls.txt");
    if nulls.exists() {
        options = options.nulls(nulls);
    }
    Ok(options.generate()?.code)
}

/// What `graphql_client` writes for one file, with its defaults. It panics where it has no error.
pub(super) fn graphql_client(folder: &str, file: &Path) -> Result<String> {
    let options = || {
        let mut options = GraphQLClientCodegenOptions::new(CodegenMode::Cli);
        options.set_module_visibility(syn::parse_quote!(pub));
        options.set_response_derives("Clone,Debug,PartialEq,Serialize".to_owned());
        options.set_variables_derives("Clone,Debug,PartialEq,Deserialize".to_owned());
        options.set_fragments_other_variant(true);
        options.set_skip_serializing_none(true);
        options
    };
    let schema = super::documents::schema(folder);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let done = panic::catch_unwind(|| {
        generate_module_token_stream(file.to_owned(), &schema, options())
            .map(|tokens| tokens.to_string())
            .map_err(|error| error.to_string())
    });
    panic::set_hook(hook);
    Ok(done.map_err(|_| "it panics")??)
}

/// The module that `cynic` writes for a whole schema, which is there before any query.
pub(super) fn cynic(folder: &str) -> Result<String> {
    // Where it writes is decided by cargo's variable, which the caller sets.
    cynic_codegen::register_schema(folder).from_sdl_file(super::documents::schema(folder))?;
    let out = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    Ok(fs::read_to_string(Path::new(&out).join("cynic-schemas").join(format!("{folder}.rs")))?)
}

/// The code as people would read it, without comments that are not documentation.
pub(super) fn pretty(code: &str) -> Result<String> {
    Ok(prettyplease::unparse(&syn::parse_file(code)?))
}
