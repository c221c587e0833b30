//! `backendai gql`: runs a GraphQL document.

mod events;
mod pages;
mod text;

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    time::Duration,
};

use backendai::{Client, Request};
use backendai_codegen::Options;
use backendai_schema_tools::adhoc::{self, Operation, OperationKind};
use clap::Args;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    blocking,
    check::print,
    connect,
    global::{Global, OutputFormat},
    number::whole,
    output::{self, Failure},
    prompt,
    snapshot::{self, Snapshot},
};

/// Runs a document, and prints the data of the response with all numbers and strings unchanged. The
/// document is validated against the schema before it is sent. The events of a subscription are lines of
/// JSON, until the manager ends it or Ctrl-C does.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct Gql {
    /// A file with the document; `-` reads the standard input.
    #[arg(required_unless_present = "execute", conflicts_with = "execute")]
    file: Option<PathBuf>,
    /// The document itself.
    #[arg(short, long, value_name = "DOCUMENT")]
    execute: Option<String>,
    /// Values of the variables: a JSON object, or @FILE with one.
    #[arg(long, value_name = "JSON")]
    variables: Option<String>,
    /// The operation to run, if the document has several.
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// Send it to this path on the manager; by default that of the schema.
    #[arg(long, value_name = "PATH", value_parser = snapshot::path)]
    path: Option<String>,
    /// The schema of the document: `admin`, `v2`, or a file; by default `admin`, or that of the path.
    #[arg(long, value_name = "SCHEMA")]
    schema: Option<PathBuf>,
    /// Skip validation.
    #[arg(long)]
    no_validate: bool,
    /// Send a mutation without confirmation.
    #[arg(long)]
    allow_mutation: bool,
    /// Read all pages of a list and print them as one response; with --output jsonl, one row per line.
    /// The document must pass variables to limit and offset, or to first and after.
    #[arg(long)]
    all: bool,
    /// Rows per request with --all.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = whole(1, u32::MAX))]
    page_size: u32,
    /// End a subscription after N events.
    #[arg(long, value_name = "N", value_parser = whole(1, u64::MAX))]
    limit: Option<u64>,
    /// End a subscription after this time; an error if there were fewer events than --limit.
    #[arg(long, value_name = "SECONDS", value_parser = whole(0, u64::MAX))]
    timeout: Option<u64>,
}

/// JSON members in their original order, unparsed.
type Members = IndexMap<String, Box<RawValue>>;

/// How the data is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Print {
    Whole,
    Lines,
}

/// A document that is ready to be sent.
struct Document {
    text: String,
    operation: Operation,
    variables: Members,
    path: String,
}

impl Gql {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let print = match global.requested() {
            None | Some(OutputFormat::Text | OutputFormat::Json) => Print::Whole,
            Some(OutputFormat::Jsonl) => Print::Lines,
            Some(_) => {
                return Err(Failure::usage("this command cannot print tables")
                    .cause("it prints json or jsonl"));
            }
        };
        let (allowed, all, page_size) = (self.allow_mutation, self.all, self.page_size);
        let end = events::End { events: self.limit, time: self.timeout.map(Duration::from_secs) };
        let ends = end.events.is_some() || end.time.is_some();
        let document = blocking(move || self.read()).await?;
        let name = document.operation.name.as_deref().unwrap_or("the document");
        match document.operation.kind {
            OperationKind::Subscription if document.path == snapshot::ADMIN_PATH => {
                return Err(Failure::usage(format!("{name} is a subscription"))
                    .cause("the Admin API has none")
                    .help("give --schema v2"));
            }
            OperationKind::Subscription => return events::follow(global, document, &end).await,
            _ if ends => {
                return Err(Failure::usage(format!("{name} is no subscription"))
                    .help("omit --limit and --timeout"));
            }
            OperationKind::Query => {}
            OperationKind::Mutation if allowed => {}
            OperationKind::Mutation if !prompt::is_interactive() => {
                return Err(Failure::usage(format!("nothing was sent: {name} is a mutation"))
                    .help("give --allow-mutation, or run it in a terminal"));
            }
            OperationKind::Mutation => {
                let question = format!("{name} is a mutation. Send it?");
                if !prompt::confirm(question, false).await? {
                    return Err(Failure::silent_exit("nothing was sent"));
                }
            }
        }
        match document.operation.pagination.clone().filter(|_| all) {
            Some(pages) => pages::read_all(global, document, &pages, page_size, print).await,
            None => once(&connect::client(global)?, &document, print).await,
        }
    }

    /// Reads and checks the document and its variables before anything is sent.
    fn read(self) -> Result<Document, Failure> {
        let (origin, text) = self.text()?;
        let document =
            adhoc::Document::parse(&origin, &text).map_err(|invalid| invalid_document(&invalid))?;
        if !self.no_validate {
            let options = self.options()?;
            let warnings = document.prove(options).map_err(|invalid| invalid_document(&invalid))?;
            print("warning", &warnings);
        }
        let operation = document.operation(self.operation.as_deref());
        let operation = operation.map_err(|error| Failure::usage(error.to_string()))?.clone();
        if self.all && operation.kind != OperationKind::Query {
            return Err(Failure::usage("only queries are read page by page"));
        }
        if self.all && operation.pagination.is_none() {
            return Err(Failure::usage("the document cannot be read page by page").help(
                "select one list, and pass variables to its limit and offset, or to its first and \
                 after",
            ));
        }
        let variables = self.variables(&operation)?;
        let path = self.path()?;
        Ok(Document { text: document.text, operation, variables, path })
    }

    /// The document and its name in messages.
    fn text(&self) -> Result<(PathBuf, String), Failure> {
        match (&self.execute, &self.file) {
            (Some(text), _) => Ok(("--execute".into(), text.clone())),
            (None, Some(file)) if file.as_os_str() == "-" => {
                let mut text = String::new();
                std::io::stdin()
                    .read_to_string(&mut text)
                    .map_err(|error| unreadable("the standard input", &error))?;
                Ok(("stdin".into(), text))
            }
            (None, Some(file)) => Ok((file.clone(), read(file)?)),
            (None, None) => Err(Failure::usage("there is no document")),
        }
    }

    /// The path that the document is sent to.
    fn path(&self) -> Result<String, Failure> {
        let of_schema = || snapshot::path_of(self.schema.as_deref()).unwrap_or("admin");
        match &self.path {
            Some(path) => Ok(path.clone()),
            None => snapshot::path(of_schema()).map_err(Failure::usage),
        }
    }

    /// The schema that the document must fit.
    fn options(&self) -> Result<Options, Failure> {
        match (&self.schema, &self.path) {
            (Some(schema), _) => Ok(Snapshot::read(Some(schema))?.options()),
            (None, Some(path)) if snapshot::path_of(Some(Path::new(path))).is_none() => {
                Err(Failure::usage(format!("the schema at {path} is not known"))
                    .help("give it by --schema FILE, or give --no-validate"))
            }
            (None, path) => Ok(Snapshot::read(path.as_deref().map(Path::new))?.options()),
        }
    }

    /// The given variables. The operation must declare each of them.
    fn variables(&self, operation: &Operation) -> Result<Members, Failure> {
        let given = match self.variables.as_deref().map(|text| (text, text.strip_prefix('@'))) {
            None => Members::new(),
            Some((_, Some(file))) => members(&read(Path::new(file))?, file)?,
            Some((text, None)) => members(text, "--variables")?,
        };
        let known = || operation.variables.iter().map(|variable| variable.name.as_str());
        if let Some(unknown) = given.keys().find(|name| known().all(|known| known != *name)) {
            let failure = Failure::argument(format!("the operation has no variable `${unknown}`"));
            return Err(match backendai::suggest::near(unknown, known()) {
                Some(near) => failure.help(format!("did you mean `${near}`?")),
                None => failure,
            });
        }
        let paging = operation.pagination.iter().filter(|_| self.all);
        let set_by_pager: Vec<&str> = paging
            .flat_map(|pages| pages.window.iter().chain(&pages.cursor))
            .flat_map(|(size, start)| [size.as_str(), start.as_str()])
            .collect();
        let missing = operation.variables.iter().find(|variable| {
            let name = variable.name.as_str();
            variable.required && !given.contains_key(name) && !set_by_pager.contains(&name)
        });
        match missing {
            Some(missing) => Err(Failure::argument(format!("`${}` is not given", missing.name))
                .help(format!("--variables '{{\"{}\": …}}'", missing.name))),
            None => Ok(given),
        }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(file);
    let text = text.map_err(|error| unreadable(&file.display().to_string(), &error))?;
    // Editors write a byte-order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn unreadable(what: &str, error: &std::io::Error) -> Failure {
    Failure::argument(format!("cannot read {what}")).cause(error.to_string())
}

fn members(text: &str, origin: &str) -> Result<Members, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::argument(format!("{origin} is not a JSON object")).cause(error.to_string())
    })
}

/// The failure for an invalid document, with its lines.
fn invalid_document(invalid: &backendai_codegen::Failure) -> Failure {
    print("warning", invalid.warnings());
    let shown: Vec<_> = invalid.diagnostics().iter().map(ToString::to_string).collect();
    Failure::new("the document was not sent").cause(shown.join("\n"))
}

impl Document {
    fn request(&self, client: &Client) -> Request<Box<RawValue>> {
        let reads = self.operation.kind == OperationKind::Query;
        let request = client.send_document(&self.text, &self.variables);
        let request = request.path(self.path.clone()).idempotent(reads);
        match &self.operation.name {
            Some(name) => request.operation_name(name),
            None => request,
        }
    }
}

async fn once(client: &Client, document: &Document, print: Print) -> Result<(), Failure> {
    let data = match document.request(client).await {
        Ok(data) => data,
        Err(error) => match error.partial_data_json() {
            // Partial data goes to the standard output, the errors to the standard error.
            Some(data) if data != "null" => {
                show(data, print)?;
                Failure::from(error).report(None);
                return Err(Failure::silent_exit("the data is incomplete"));
            }
            _ => return Err(error.into()),
        },
    };
    show(data.get(), print)?;
    match document.operation.kind {
        OperationKind::Mutation => refusals(&data),
        _ => Ok(()),
    }
}

fn show(data: &str, print: Print) -> Result<(), Failure> {
    match print {
        Print::Whole => output::data(text::indented(data)),
        Print::Lines => output::data(text::compact(data)),
    }
}

/// Fails if a mutation was refused. Most report this with HTTP 200 and without a GraphQL error.
fn refusals(data: &RawValue) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Root {
        ok: Option<bool>,
        msg: Option<String>,
    }
    let roots: Members = serde_json::from_str(data.get()).map_err(Failure::from_error)?;
    for (name, root) in &roots {
        // Other shapes do not report a refusal.
        if let Ok(Root { ok: Some(false), msg }) = serde_json::from_str(root.get()) {
            let said = msg.as_deref().unwrap_or("the manager gives no reason");
            Failure::new(format!("the manager refused `{name}`")).cause(said).report(None);
            return Err(Failure::silent_exit("the mutation changed nothing"));
        }
    }
    Ok(())
}
