//! The steps in their order: read the files, prove the documents, lower them to Rust types, emit
//! those as code.

use std::{fmt, path::PathBuf};

use apollo_compiler::{ExecutableDocument, validation::Valid};

use crate::{
    Diagnostic, Failure, Options, Requirement, Schema,
    document::{self, Documents, Naming},
    document_text::{DocumentTexts, whole},
    emit::{self, left_out},
    lower,
    nulls::Nulls,
    shared_types::SharedTypes,
};

/// Generated code.
#[derive(Debug)]
#[non_exhaustive]
pub struct Generated {
    /// Rust items, to be included in a module.
    pub code: String,
    /// The enums and input objects in it, one per line: the name in the schema and that in Rust.
    pub types: String,
    /// Returns the warnings about what is valid but deserves a look.
    pub warnings: Vec<Diagnostic>,
    /// The files that it was generated from.
    pub files: Vec<PathBuf>,
}

/// Documents that were read and proven against their schema.
pub struct DocumentSet {
    schema: Schema,
    documents: Documents,
    shared_types: SharedTypes,
    files: Vec<PathBuf>,
}

impl fmt::Debug for DocumentSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentSet")
            .field("schema", &self.schema)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// An operation as it is sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SentOperation {
    /// Its name.
    pub name: String,
    /// The generated module that it is in.
    pub module: String,
    /// The document, with its fragments and as every version that it requires knows it.
    pub document: String,
    /// What a server must have for it, the newest first.
    pub requires: Vec<Requirement>,
    /// What is left out of the document for a server that does not have it.
    pub left_out: Vec<Requirement>,
}

impl Options {
    /// Generates the code, without writing or printing anything. Where [`schema`](Self::schema) is set, the
    /// environment of a build script is not needed.
    ///
    /// The code has one item per line but is not formatted: pass it through `prettyplease` for
    /// people to read.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not valid, with the faults of all files, and with the
    /// warnings.
    pub fn generate(&self) -> Result<Generated, Failure> {
        let runtime = self.runtime_path()?;
        let set = self.read_set(Naming::Required)?;
        let model = lower::lower(&set.schema.valid, &set.documents, &set.shared_types, self);
        let code = emit::emit(&model, runtime, &self.path, self.testing);
        let types = SharedTypes::list(&model);
        Ok(Generated { code, types, warnings: model.warnings, files: set.files })
    }

    /// Reads and proves the documents, without generating anything.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate).
    pub fn prove(&self) -> Result<DocumentSet, Failure> {
        let naming = if self.anonymous { Naming::OptionalForOne } else { Naming::Required };
        self.read_set(naming)
    }

    fn read_set(&self, naming: Naming) -> Result<DocumentSet, Failure> {
        let path = self.schema_file()?;
        let mut schema = Schema::parse(&path, &self.read(&path)?)?;
        let descriptions_file = self.descriptions_file();
        if let Some(table) = &descriptions_file {
            schema.describe(table, &self.read(table)?)?;
        }
        let (nulls_file, types_file) = (self.nulls_file(), self.shared_types_file());
        let nulls = match &nulls_file {
            Some(table) => Nulls::read(table, &self.read(table)?, &schema.valid)?,
            None => Nulls::default(),
        };
        let shared_types = match &types_file {
            Some(list) => SharedTypes::read(&self.read(list)?),
            None => SharedTypes::default(),
        };
        let files = self.documents(&path)?;
        let sources = files.iter().map(|file| Ok((file.clone(), self.read(file)?)));
        let sources = sources.collect::<Result<Vec<_>, Failure>>()?;
        let mut documents = document::prove(&schema.valid, nulls, sources, naming)?;
        documents.warnings.splice(..0, schema.warnings().iter().cloned());
        let files = std::iter::once(path)
            .chain(nulls_file)
            .chain(descriptions_file)
            .chain(types_file)
            .chain(files)
            .collect();
        Ok(DocumentSet { schema, documents, shared_types, files })
    }
}

impl DocumentSet {
    /// Returns the schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns all documents as one.
    pub fn document(&self) -> &Valid<ExecutableDocument> {
        &self.documents.executable
    }

    /// What is valid but deserves a look.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.documents.warnings
    }

    /// Returns the named operations as they are sent.
    pub fn sent(&self) -> Vec<SentOperation> {
        let texts = DocumentTexts::new(&self.schema.valid, &self.documents);
        let operations = self.documents.executable.operations.named.iter();
        let sent = operations.map(|(name, operation)| {
            let fragments = self.documents.fragments(&operation.selection_set);
            let text = texts.text(operation, &fragments);
            SentOperation {
                name: name.to_string(),
                module: self.documents.module(operation.location()),
                document: whole(&text.parts),
                left_out: left_out(&text.parts).0,
                requires: text.requires.0,
            }
        });
        sent.collect()
    }
}
