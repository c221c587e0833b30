//! Bentos and models: the local store, and transfers to and from BentoCloud.

use std::{
    fs::File,
    io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use bentocloud::{
    Error, Format, Limits, Tag,
    store::{Item, Kind, Store},
    transfer::{Moved, Transfer},
};
use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::{
    Patience, Session, progress,
    show::{self, Object, object},
};
use crate::{
    global::Global,
    output::{Code, Failure},
    prompt,
};

/// The verbs of bentos and models.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Upload a version to BentoCloud; a bento includes its models.
    #[command(after_help = "Example:
  backendai bento push summarization:v1")]
    Push {
        /// `name:version`, or a name for the newest version.
        tag: Tag,
        /// Upload it even if it exists, with its current metadata.
        #[arg(short, long)]
        force: bool,
        /// Number of parallel uploads.
        #[arg(short, long, value_name = "N", default_value = "10")]
        threads: NonZeroUsize,
        #[command(flatten)]
        patience: Patience,
    },
    /// Download a version from BentoCloud; a name alone means the newest on the server.
    #[command(after_help = "Example:
  backendai bento pull summarization --with-models")]
    Pull {
        /// `name:version`, or a name for the newest version.
        tag: Tag,
        /// Download it even if it exists. The old one is replaced at the end.
        #[arg(short, long)]
        force: bool,
        /// Download the models of a bento, too.
        #[arg(long)]
        with_models: bool,
        #[command(flatten)]
        patience: Patience,
    },
    /// List the versions in the local store, or on the server.
    List {
        /// Only versions of this name; on the server, those whose tag contains this.
        name: Option<String>,
        /// List the versions on the server.
        #[arg(long)]
        remote: bool,
        #[command(flatten)]
        patience: Patience,
    },
    /// Show one version.
    Get {
        /// `name:version`, or a name for the newest version.
        tag: Tag,
        /// Show the version on the server.
        #[arg(long)]
        remote: bool,
        #[command(flatten)]
        patience: Patience,
    },
    /// Delete exactly one version from the local store.
    Delete {
        /// `name:version`.
        tag: Tag,
        /// Do not ask for confirmation.
        #[arg(short, long)]
        yes: bool,
    },
    /// Write a version as an archive; a bento includes its models.
    #[command(after_help = "Examples:
  backendai bento export summarization:v1 backup/
  backendai bento export summarization:v1 - --format tar | ssh host backendai bento import -")]
    Export {
        /// `name:version`, or a name for the newest version.
        tag: Tag,
        /// A file, whose extension sets the format; a folder; or `-`.
        #[arg(default_value = ".")]
        out: PathBuf,
        /// The format, instead of the one of the extension.
        #[arg(long)]
        format: Option<Ending>,
    },
    /// Import an archive of any format.
    #[command(after_help = "Examples:
  backendai bento import backup/summarization-v1.bento
  backendai bento import \"$(aws s3 presign s3://bucket/summarization-v1.bento)\"")]
    Import {
        /// The archive: a file, an address with http:// or https://, or `-`.
        path: PathBuf,
        /// Replace an existing version.
        #[arg(short, long)]
        force: bool,
        #[command(flatten)]
        patience: Patience,
    },
}

/// The extensions of archives.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Ending {
    Bento,
    Tar,
    Gz,
    Bz2,
    Xz,
    Zip,
}

impl From<Ending> for Format {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Bento => Self::Native,
            Ending::Tar => Self::Tar,
            Ending::Gz => Self::Gz,
            Ending::Bz2 => Self::Bz2,
            Ending::Xz => Self::Xz,
            Ending::Zip => Self::Zip,
        }
    }
}

impl Verb {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Push { .. } => "push",
            Self::Pull { .. } => "pull",
            Self::List { .. } => "list",
            Self::Get { .. } => "get",
            Self::Delete { .. } => "delete",
            Self::Export { .. } => "export",
            Self::Import { .. } => "import",
        }
    }

    /// Whether the command handles Ctrl-C, to report it to the server.
    pub(super) const fn handles_interrupt(&self) -> bool {
        matches!(self, Self::Push { .. } | Self::Pull { .. })
    }

    pub(super) async fn run(
        self,
        global: &Global,
        session: &Session,
        kind: Kind,
    ) -> Result<(), Failure> {
        let group = if kind == Kind::Bento { "bento" } else { "bento models" };
        let name = self.name();
        let failed = |error: Error| {
            let failure = Failure::of(group, name, &error);
            if error.is_stopped() { failure.code(Code::Interrupted) } else { failure }
        };
        let store = Store::new(session.contexts.env()).map_err(failed)?;
        match self {
            Self::Push { tag, force, threads, patience } => {
                global.single()?;
                let transfer = Transfer { force, threads, ..transfer(session) };
                let client = session.patient(patience).map_err(failed)?;
                let moved = client.push(&store, kind, &tag, &transfer).await.map_err(failed)?;
                for model in moved.iter().filter(|moved| moved.keeps_metadata) {
                    session.hint(format!(
                        "WARNING: the server keeps the earlier metadata of model {}, which it cannot change: \
                         push them as a new version",
                        model.tag
                    ));
                }
                report(global, &moved, "pushed", "exists on the server")
            }
            Self::Pull { tag, force, with_models, patience } => {
                global.single()?;
                let transfer = Transfer { force, with_models, ..transfer(session) };
                let client = session.patient(patience).map_err(failed)?;
                let moved = client.pull(&store, kind, &tag, &transfer).await.map_err(failed)?;
                report(global, &moved, "pulled", "exists in the local store")
            }
            Self::List { name, remote: true, patience } => {
                let client = session.patient(patience).map_err(failed)?;
                let search = name.as_deref();
                let items = match kind {
                    Kind::Bento => {
                        let bentos = client.bentos(search).await.map_err(failed)?;
                        bentos.iter().map(remote_bento).collect()
                    }
                    Kind::Model => {
                        let models = client.models(search).await.map_err(failed)?;
                        models.iter().map(remote_model).collect()
                    }
                };
                show::rows(global, &["tag", "status", "size", "created"], items)
            }
            Self::List { name, remote: false, .. } => {
                let name = name.map(|name| name.parse::<Tag>()).transpose().map_err(failed)?;
                let items = store.list(kind, name.as_ref().map(Tag::name)).map_err(failed)?;
                let items: Result<_, _> = items.iter().map(local).collect();
                show::rows(global, &["tag", "size", "created"], items.map_err(failed)?)
            }
            Self::Get { tag, remote: true, patience } => {
                let client = session.patient(patience).map_err(failed)?;
                let found = match (kind, tag.version()) {
                    (Kind::Bento, Some(version)) => client
                        .bento(tag.name(), version)
                        .await
                        .map(|b| b.as_ref().map(remote_bento)),
                    (Kind::Bento, None) => {
                        client.latest_bento(tag.name()).await.map(|b| b.as_ref().map(remote_bento))
                    }
                    (Kind::Model, Some(version)) => client
                        .model(tag.name(), version)
                        .await
                        .map(|m| m.as_ref().map(remote_model)),
                    (Kind::Model, None) => {
                        client.latest_model(tag.name()).await.map(|m| m.as_ref().map(remote_model))
                    }
                };
                match found.map_err(failed)? {
                    Some(item) => show::one(global, &item),
                    None => Err(Failure::plain(format!(
                        "Error: [{group}] `get` failed: {kind} \"{tag}\" not found"
                    ))),
                }
            }
            Self::Get { tag, remote: false, .. } => {
                let item = store.get(kind, &tag).map_err(failed)?;
                let mut shown = local(&item).map_err(failed)?;
                shown.insert("path".to_owned(), json!(item.path()));
                shown.insert("manifest".to_owned(), item.manifest().clone());
                show::one(global, &shown)
            }
            Self::Delete { tag, yes } => {
                store.get(kind, &tag).map_err(failed)?;
                if !yes {
                    let word = kind.to_string().to_lowercase();
                    if !prompt::is_interactive() {
                        let what = format!(
                            "nothing was deleted: {word} {tag} needs confirmation and the terminal is not interactive"
                        );
                        return Err(Failure::usage(what).help("give --yes"));
                    }
                    if !prompt::confirm(format!("delete {word} {tag}?"), false).await? {
                        return Ok(());
                    }
                }
                store.delete(kind, &tag).map_err(failed)?;
                let line = format!("{kind}(tag=\"{tag}\") deleted.");
                show::done(global, &line, &object([("deleted", json!(tag.to_string()))]))
            }
            Self::Export { tag, out, format } => {
                let item = store.get(kind, &tag).map_err(failed)?;
                let format = format.map(Format::from);
                if out == Path::new("-") {
                    let format = format.unwrap_or_default();
                    let write = move || {
                        let failed = |error: Error| Failure::of(group, "export", &error);
                        store.export(&item, format, io::stdout().lock()).map_err(failed)
                    };
                    return crate::blocking(write).await;
                }
                let tag = item.tag().clone();
                let path = crate::blocking(move || {
                    let failed = |error: Error| Failure::of(group, "export", &error);
                    store.export_to(&item, &out, format).map_err(failed)
                });
                let path = path.await?;
                let line = format!("{kind}(tag=\"{tag}\") exported to {}.", path.display());
                let item = object([("tag", json!(tag.to_string())), ("path", json!(path))]);
                show::done(global, &line, &item)
            }
            Self::Import { path, force, patience } => {
                let limits = Limits::default();
                let url = path
                    .to_str()
                    .filter(|path| path.starts_with("http://") || path.starts_with("https://"));
                let stored = if let Some(url) = url {
                    let timeout = session.timeout(patience);
                    store.import_url(url, timeout, limits, force).await.map_err(failed)?
                } else {
                    let read = move || {
                        let failed = |error: Error| Failure::of(group, "import", &error);
                        if path == Path::new("-") {
                            return store.import(io::stdin().lock(), limits, force).map_err(failed);
                        }
                        let file = File::open(&path).map_err(|error| {
                            Failure::new(format!("cannot open {}", path.display()))
                                .cause(error.to_string())
                        })?;
                        store.import(file, limits, force).map_err(failed)
                    };
                    crate::blocking(read).await?
                };
                let lines: Vec<_> = stored
                    .iter()
                    .map(|item| format!("{}(tag=\"{}\") imported.", item.kind(), item.tag()))
                    .collect();
                let tags: Vec<_> = stored.iter().map(|item| item.tag().to_string()).collect();
                show::done(global, &lines.join("\n"), &object([("imported", json!(tags))]))
            }
        }
    }
}

/// Transfer settings with progress bars, which Ctrl-C cancels.
fn transfer(session: &Session) -> Transfer {
    let transfer =
        Transfer { progress: Some(progress::listener(session.quiet)), ..Transfer::default() };
    let stop = transfer.stop.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if stop.is_cancelled() {
                // A second Ctrl-C ends the process at once.
                std::process::exit(Code::Interrupted as i32);
            }
            stop.cancel();
        }
    });
    transfer
}

fn report(global: &Global, moved: &[Moved], done: &str, there: &str) -> Result<(), Failure> {
    let line = |moved: &Moved| match moved.bytes {
        Some(_) => format!("Successfully {done} {} \"{}\"", moved.kind, moved.tag),
        None => format!("{} \"{}\" {there}", moved.kind, moved.tag),
    };
    let lines: Vec<_> = moved.iter().map(line).collect();
    let items: Vec<_> = moved
        .iter()
        .map(|moved| {
            json!({"kind": moved.kind.to_string().to_lowercase(), "tag": moved.tag.to_string(),
                "bytes": moved.bytes})
        })
        .collect();
    show::done(global, &lines.join("\n"), &object([(done, json!(items))]))
}

fn local(item: &Item) -> Result<Object, Error> {
    Ok(object([
        ("tag", json!(item.tag().to_string())),
        ("size", json!(item.size()?)),
        ("created", json!(item.created_at())),
    ]))
}

fn remote_bento(bento: &bentocloud::Bento) -> Object {
    object([
        ("tag", json!(bento.tag().unwrap_or_else(|| bento.version.clone()))),
        ("status", json!(bento.upload_status)),
        ("size", json!(bento.manifest.as_ref().map(|manifest| manifest.size_bytes))),
        ("created", json!(bento.build_at)),
    ])
}

fn remote_model(model: &bentocloud::Model) -> Object {
    object([
        ("tag", json!(model.tag().unwrap_or_else(|| model.version.clone()))),
        ("status", json!(model.upload_status)),
        ("size", json!(model.manifest.as_ref().map(|manifest| manifest.size_bytes))),
        ("created", json!(model.build_at)),
    ])
}
