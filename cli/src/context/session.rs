//! The sessions of contexts: each context has a session file of its own, and a session that no context
//! has any longer is ended.

use std::path::PathBuf;

use backendai::{
    Retry, Session,
    config::{Env, Field},
    context::{Context, Contexts, Stored},
};

use super::settings;
use crate::{
    connect,
    global::Global,
    interrupt,
    output::{Code, Failure, err},
};

/// How long a webserver may take to end a session.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

/// How a context is stored.
#[derive(Clone, Copy)]
pub(crate) struct How {
    /// Whether it may replace one of its name.
    pub(crate) replace: bool,
    /// Whether it becomes the current one.
    pub(crate) switch: bool,
}

/// A session that a context had, with the settings to end it.
pub(crate) struct Lost {
    context: Context,
    session: Session,
}

/// The folder for session files that the user does not name.
pub(crate) fn folder() -> Result<PathBuf, Failure> {
    Env::process().session_dir().ok_or_else(|| {
        Failure::new("the folder for sessions is unknown")
            .help("set HOME or XDG_STATE_HOME, or name a file by --session-file")
    })
}

/// Stores a context, with its new session if there is one. Returns whether it replaced a context, and
/// the sessions that no context has any longer. A failure leaves everything as it was.
pub(crate) fn store(
    contexts: &Contexts,
    mut context: Context,
    session: Option<&Session>,
    how: How,
) -> Result<(bool, Vec<Lost>), Failure> {
    let mut written = None;
    let stored = contexts.update(|stored| {
        interrupt::check()?;
        let old = stored.get(context.name()).ok().cloned();
        if old.is_some() && !how.replace {
            return Err(Failure::new(format!("there is already a context {}", context.name()))
                .help("give --replace, or another name"));
        }
        let old_file = old.as_ref().and_then(|old| own_file(contexts, stored, old));
        if session.is_none() {
            require_own_file(contexts, stored, &context, old.as_ref())?;
        }
        if let Some(session) = session {
            let file = own_file(contexts, stored, &context).or_else(|| old_file.clone());
            let file = match file {
                Some(file) => {
                    let before = Session::take(&file)?;
                    written = Some((file.clone(), before));
                    session.save(&file)?;
                    file
                }
                None => {
                    let file =
                        session.save_new(folder()?, &format!("context-{}-", context.name()))?;
                    written = Some((file.clone(), None));
                    file
                }
            };
            let text = file.into_os_string().into_string().map_err(|_| {
                Failure::new("the folder for sessions has a name that is not Unicode")
                    .help("set XDG_STATE_HOME to another folder")
            })?;
            settings::set(&mut context, Field::SessionFile, text)?;
        }
        stored.put(&context)?;
        if how.switch {
            stored.set_current(context.name())?;
        }
        let stale = old_file.filter(|file| Some(file) != contexts.session_file(&context).as_ref());
        Ok((old, stale))
    });
    let (old, stale) = match stored {
        Ok(stored) => stored,
        Err(failure) => {
            // As it was before.
            match written {
                Some((file, Some(before))) => before.save(file)?,
                Some((file, None)) => Session::remove(file)?,
                None => {}
            }
            return Err(failure);
        }
    };
    let replaced = old.is_some();
    let of = old.unwrap_or(context);
    let before = written.and_then(|(_, before)| before);
    let all = [before, stale.and_then(taken)].into_iter().flatten();
    Ok((replaced, all.map(|session| Lost { context: of.clone(), session }).collect()))
}

/// Removes a context. Returns its session, if it had one.
pub(crate) fn remove(contexts: &Contexts, name: &str) -> Result<Option<Lost>, Failure> {
    let (context, file) = contexts.update(|stored| {
        let file = own_file(contexts, stored, stored.get(name)?);
        Ok::<_, Failure>((stored.remove(name)?, file))
    })?;
    Ok(file.and_then(taken).map(|session| Lost { context, session }))
}

/// Ends sessions, and prints a note for each that may still be open.
pub(crate) async fn end(global: &Global, lost: impl IntoIterator<Item = Lost>) {
    for Lost { context, session } in lost {
        let endpoint = session.endpoint().to_string();
        if let Err(failure) = end_one(global, context, session).await {
            let why = failure.text();
            err(format!(
                "note: a session at {endpoint} is deleted here, and may still be open: {why}"
            ));
        }
    }
}

async fn end_one(global: &Global, mut context: Context, session: Session) -> Result<(), Failure> {
    settings::set(&mut context, Field::Endpoint, session.endpoint().to_string())?;
    settings::set(&mut context, Field::EndpointType, "session")?;
    let config = connect::config_of(global, context, true)?;
    let client = connect::builder(global, config).session(session);
    let client = client.retry(Retry::disabled()).timeout(LIMIT);
    match client.build()?.logout().await {
        Err(error) if !error.is_login_required() => Err(error.into()),
        _ => Ok(()),
    }
}

/// Takes the session out of a file that belongs to no context any longer.
fn taken(file: PathBuf) -> Option<Session> {
    Session::take(file).unwrap_or_else(|error| {
        err(format!("note: {error}"));
        None
    })
}

/// The session file of a context, unless another context has the same.
fn own_file(contexts: &Contexts, stored: &Stored, context: &Context) -> Option<PathBuf> {
    contexts.session_file(context).filter(|_| sharer(contexts, stored, context).is_none())
}

/// Another context with the same session file.
fn sharer<'a>(contexts: &Contexts, stored: &'a Stored, context: &Context) -> Option<&'a str> {
    let file = contexts.session_file(context)?;
    let mut others = stored.contexts().iter().filter(|other| other.name() != context.name());
    others.find(|other| contexts.session_file(other).as_ref() == Some(&file)).map(Context::name)
}

/// Fails if a new context, or a changed one, names the session file of another context.
pub(crate) fn require_own_file(
    contexts: &Contexts,
    stored: &Stored,
    context: &Context,
    old: Option<&Context>,
) -> Result<(), Failure> {
    let same = |old: &Context| contexts.session_file(old) == contexts.session_file(context);
    match sharer(contexts, stored, context) {
        Some(other) if !old.is_some_and(same) => {
            Err(Failure::new(format!("context {other} has this session file already"))
                .help("leave --session-file out, or name another file")
                .code(Code::Argument))
        }
        _ => Ok(()),
    }
}
