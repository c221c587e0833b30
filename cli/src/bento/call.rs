//! `backendai bento call`.

use std::{fs, io::Read as _, path::PathBuf, time::Duration};

use bentocloud::{Endpoint, Error, Field, Input, Output, Token};
use clap::Args;
use serde_json::Value;

use super::{Session, deployment::pair, show};
use crate::{
    global::{Global, SingleFormat},
    number::whole,
    output::{Failure, json, out},
};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai bento call https://chat.example.com /summarize '{\"text\": \"…\"}'
  backendai bento call https://ocr.example.com /read --file page=scan.png --out text.txt
  backendai bento call https://train.example.com /fit @job.json --task --timeout 3600")]
pub(super) struct Call {
    /// The service's address.
    url: String,
    /// The route, such as `/summarize`.
    route: String,
    /// JSON with the arguments, `@FILE`, or `-` for the standard input.
    input: Option<String>,
    /// An argument that is a file; can be given more than once.
    #[arg(long, value_name = "NAME=PATH", value_parser = pair)]
    file: Vec<(String, String)>,
    /// The token; other users of this machine can see it here [env: BENTO_CLOUD_API_KEY].
    #[arg(long)]
    token: Option<String>,
    /// Use the token of the context in use.
    #[arg(long, conflicts_with = "token")]
    context_token: bool,
    /// Submit the call as a task and wait for its result.
    #[arg(long)]
    task: bool,
    /// Print the response as it arrives.
    #[arg(long, conflicts_with = "task")]
    stream: bool,
    /// Skip the check of the arguments against the service's schema.
    #[arg(long)]
    unchecked: bool,
    /// Write the response to this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Timeout in seconds, for the service to wake up, each part of its response, and a task.
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = whole(0, u64::MAX))]
    timeout: u64,
}

impl Call {
    pub(super) async fn run(self, global: &Global, session: &Session) -> Result<(), Failure> {
        let failed = |error: Error| Failure::of("bento", "call", &error);
        let form = global.single()?;
        let token = match (&self.token, self.context_token) {
            (Some(token), _) => Some(Token::from(token.as_str())),
            (None, true) => Some(session.resolve().map_err(failed)?.api_token),
            (None, false) => Endpoint::token(session.contexts.env()).map_err(failed)?,
        };
        let timeout = Duration::from_secs(self.timeout);
        let token = token.filter(|token| !token.is_empty());
        let endpoint = Endpoint::new(&self.url, token).map_err(failed)?.timeout(timeout);
        let arguments = self.arguments()?;
        endpoint.ready(timeout).await.map_err(failed)?;
        let mut route = self.route.clone();
        if !self.unchecked {
            let schema = endpoint.schema().await.map_err(failed)?;
            let found = schema.route(&self.route).map_err(failed)?;
            let mut names: Vec<&str> = self.file.iter().map(|(name, _)| name.as_str()).collect();
            if let Value::Object(arguments) = &arguments {
                names.extend(arguments.keys().map(String::as_str));
            }
            found.check_names(names).map_err(failed)?;
            found.route.clone_into(&mut route);
        }
        let input = if self.file.is_empty() {
            Input::Json(arguments)
        } else {
            let values = arguments.as_object().cloned().unwrap_or_default().into_iter();
            let values = values.map(|(name, value)| (name, Field::Json(value)));
            let files = self.file.iter();
            let files = files.map(|(name, path)| (name.clone(), Field::File(path.into())));
            Input::form(values.chain(files))
        };
        if self.stream {
            let mut stream = endpoint.stream(&route, input).await.map_err(failed)?;
            while let Some(chunk) = stream.next().await.map_err(failed)? {
                show::bytes(&chunk)?;
            }
            return Ok(());
        }
        let output = if self.task {
            let task = endpoint.submit(&route, input).await.map_err(failed)?;
            session.hint(format!("task {}", task.id()));
            task.wait(timeout).await
        } else {
            endpoint.send(&route, input).await
        };
        self.show(form, output.map_err(failed)?)
    }

    fn arguments(&self) -> Result<Value, Failure> {
        let text = match self.input.as_deref() {
            None => "{}".to_owned(),
            Some("-") => {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|error| {
                    Failure::new("cannot read the input").cause(error.to_string())
                })?;
                text
            }
            Some(text) => match text.strip_prefix('@') {
                Some(path) => fs::read_to_string(path).map_err(|error| {
                    Failure::new(format!("cannot read {path}")).cause(error.to_string())
                })?,
                None => text.to_owned(),
            },
        };
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            Failure::argument("the input is not JSON")
                .cause(error.to_string())
                .help("quote it for the shell, or give `@FILE`")
        })
    }

    fn show(&self, form: SingleFormat, output: Output) -> Result<(), Failure> {
        if let Some(path) = &self.out {
            let data = match output {
                Output::Json(value) => value.to_string().into_bytes(),
                Output::Text(text) => text.into_bytes(),
                Output::Bytes { data, .. } => data,
                _ => Vec::new(),
            };
            return fs::write(path, data).map_err(|error| {
                Failure::new(format!("cannot write {}", path.display())).cause(error.to_string())
            });
        }
        match (output, form) {
            (Output::Json(value), _) => json(&value),
            (Output::Text(text), SingleFormat::Json) => json(&text),
            (Output::Text(text), SingleFormat::Text) => out(text),
            (Output::Bytes { data, .. }, _) => show::bytes(&data),
            _ => Ok(()),
        }
    }
}
