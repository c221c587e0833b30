//! Everything that can go wrong, with the place and the fix.

use std::{fmt, path::PathBuf};

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong. The text names what failed; [`std::error::Error::source`] names the cause,
/// where there is one.
pub struct Error {
    kind: Box<Kind>,
    source: Option<Source>,
}

/// The private half: which message, with which facts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("No cloud context {name} found")]
    UnknownContext { name: String },
    #[error("the environment variable {name} is not UTF-8")]
    Variable { name: String },
    #[error("cannot find the contexts file: BENTOML_HOME leads to `{value}`, but {problem}")]
    Home { value: String, problem: &'static str },
    #[error("cannot {what} {}", path.display())]
    File { what: &'static str, path: PathBuf },
    #[error("{}:{line}:{column}: {message}", path.display())]
    Yaml { path: PathBuf, line: usize, column: usize, message: String },
    #[error("{}: {message}", path.display())]
    Shape { path: PathBuf, message: String },
    #[error("the endpoint `{endpoint}` is not usable: {problem}")]
    Endpoint { endpoint: String, problem: String },
    #[error("{problem}")]
    Input { problem: String },
    #[error("{}", status_message(*status, trace.as_deref(), body))]
    Status { status: u16, trace: Option<String>, body: String },
    #[error("{what} is not found: {body}")]
    NotFound { what: String, status: u16, body: String },
    #[error("Unable to get current user from yatai server")]
    NoUser,
    #[error("The current {what} is not found")]
    LoginNotFound { what: &'static str },
    #[error("cannot reach the server ({method} {path})")]
    Network { method: String, path: String, timeout: bool },
    #[error("the answer to {method} {path} is not what this client can read{}", place(at))]
    Decode { method: String, path: String, at: String, body: String },
    #[error("{problem}")]
    State { problem: String },
    #[cfg(feature = "transfer")]
    #[error("{kind} '{tag}' is not found in BentoML store {}: pull or import it first", store.display())]
    NotStored { kind: crate::store::Kind, tag: crate::Tag, store: PathBuf },
    #[cfg(feature = "transfer")]
    #[error("{kind} '{tag}' already exists in the store {}", store.display())]
    Stored { kind: crate::store::Kind, tag: crate::Tag, store: PathBuf },
    #[cfg(feature = "transfer")]
    #[error("{what} is refused: {problem}")]
    Archive { what: String, problem: String },
    #[cfg(feature = "transfer")]
    #[error("stopped")]
    Stopped,
}

fn status_message(status: u16, trace: Option<&str>, body: &str) -> String {
    match trace {
        Some(trace) => format!(
            "Oops, something went wrong with BentoCloud. Please report to us with trace ID \
             <{trace}>: https://bentoml.com/support"
        ),
        None => format!("request failed with status code {status}: {body}"),
    }
}

fn place(at: &str) -> String {
    if at.is_empty() || at == "." { String::new() } else { format!(" (at {at})") }
}

impl Error {
    pub(crate) fn with_source(kind: Kind, source: impl Into<Source>) -> Self {
        Self { kind: Box::new(kind), source: Some(source.into()) }
    }

    /// The number that the real client gives this error: the HTTP status; 401 for an unknown
    /// context; 500 for everything else, also for a server error with a trace id.
    pub fn code(&self) -> u16 {
        match &*self.kind {
            Kind::UnknownContext { .. } => 401,
            Kind::Status { trace: Some(_), .. } => 500,
            Kind::Status { status, .. } => *status,
            Kind::NotFound { .. } => 404,
            _ => 500,
        }
    }

    /// The HTTP status, if the server answered with an error.
    pub fn status(&self) -> Option<u16> {
        match &*self.kind {
            Kind::Status { status, .. } | Kind::NotFound { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The body of the answer, if there was one that is an error or could not be read.
    pub fn body(&self) -> Option<&str> {
        match &*self.kind {
            Kind::Status { body, .. } | Kind::NotFound { body, .. } | Kind::Decode { body, .. } => {
                Some(body)
            }
            _ => None,
        }
    }

    /// The id to report to BentoCloud's support, if the server sent one with a server error.
    pub fn trace_id(&self) -> Option<&str> {
        match &*self.kind {
            Kind::Status { trace, .. } => trace.as_deref(),
            _ => None,
        }
    }

    /// No context of that name is stored. Usual cause: there was no login yet.
    pub fn is_unknown_context(&self) -> bool {
        matches!(*self.kind, Kind::UnknownContext { .. })
    }

    /// The server does not know or accept the token (401, or 403 from an open-source Yatai, which
    /// names the token). Log in again, and see that `BENTO_CLOUD_API_KEY` is not set to something
    /// old or empty. A 403 that names no token is a permission that is missing.
    pub fn is_unauthorized(&self) -> bool {
        match self.status() {
            Some(401) => true,
            Some(403) => self.body().is_some_and(|body| body.contains("token")),
            _ => false,
        }
    }

    /// The server or the local store does not have the requested item.
    pub fn is_not_found(&self) -> bool {
        #[cfg(feature = "transfer")]
        if matches!(*self.kind, Kind::NotStored { .. }) {
            return true;
        }
        matches!(*self.kind, Kind::NotFound { .. } | Kind::LoginNotFound { .. })
    }

    /// The local store has the version already.
    #[cfg(feature = "transfer")]
    pub fn is_stored(&self) -> bool {
        matches!(*self.kind, Kind::Stored { .. })
    }

    /// The archive is broken, dangerous, or none, or holds something else than requested.
    #[cfg(feature = "transfer")]
    pub fn is_archive(&self) -> bool {
        matches!(*self.kind, Kind::Archive { .. })
    }

    /// The caller stopped the transfer.
    #[cfg(feature = "transfer")]
    pub fn is_stopped(&self) -> bool {
        matches!(*self.kind, Kind::Stopped)
    }

    /// No answer came: refused, no such host, broken off, too slow. The request may have arrived.
    pub fn is_network(&self) -> bool {
        matches!(*self.kind, Kind::Network { .. })
    }

    /// No answer came in time.
    pub fn is_timeout(&self) -> bool {
        matches!(*self.kind, Kind::Network { timeout: true, .. })
    }

    /// The answer was a success, but not one that this client understands.
    pub fn is_decode(&self) -> bool {
        matches!(*self.kind, Kind::Decode { .. })
    }

    /// The contexts file cannot be read, understood or written. The text names the place.
    pub fn is_file(&self) -> bool {
        matches!(*self.kind, Kind::File { .. } | Kind::Yaml { .. } | Kind::Shape { .. })
    }

    /// The caller gave something that can never be right; nothing was sent.
    pub fn is_input(&self) -> bool {
        matches!(
            *self.kind,
            Kind::Input { .. } | Kind::Endpoint { .. } | Kind::Variable { .. } | Kind::Home { .. }
        )
    }

    /// The deployment is in a state in which this cannot be done.
    pub fn is_state(&self) -> bool {
        matches!(*self.kind, Kind::State { .. })
    }

    pub(crate) fn input(problem: impl Into<String>) -> Self {
        Kind::Input { problem: problem.into() }.into()
    }

    pub(crate) fn state(problem: impl Into<String>) -> Self {
        Kind::State { problem: problem.into() }.into()
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self { kind: Box::new(kind), source: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("kind", &self.kind).field("source", &self.source).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
