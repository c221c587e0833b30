//! What an error says of itself: what failed, where, and what to do.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde_json::value::RawValue;

use super::{Decode, Error, Graphql, Http, Kind, Problem, Sent, class, mend, message::shown};

/// More GraphQL errors than this are counted, not shown.
const SHOWN_ERRORS: usize = 3;
/// More requests that were sent before are counted, not shown.
const SHOWN_EARLIER: usize = 5;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{operation}: ")?;
        }
        let at = At(self.endpoint());
        match &self.0.kind {
            Kind::Config(message) | Kind::Argument(message) | Kind::Absent(message) => {
                f.write_str(message)
            }
            Kind::NoLogin => f.write_str(match cfg!(feature = "session") {
                true => {
                    "an endpoint of type `session` needs a login, and there is none: log in first"
                }
                false => {
                    "an endpoint of type `session` needs a login, and this program was built \
                     without them: use the type `api` with an access key and a secret key"
                }
            }),
            #[cfg(feature = "session")]
            Kind::Login(refused) => {
                write!(f, "the webserver{at} did not log in")?;
                said(f, &refused.problem)?;
                f.write_str(mend::login(&refused.problem))
            }
            Kind::Encode => f.write_str("the variables cannot be written as JSON"),
            Kind::Transport(sent) => transport(f, *sent, at),
            Kind::Http(http) => http.fmt(f, at, self),
            Kind::Graphql(graphql) => graphql.fmt(f, at),
            Kind::Refused { field, message } => {
                write!(f, "the manager refused `{field}`{at}: ")?;
                let message = message.as_deref().unwrap_or_default().trim();
                f.write_str(if message.is_empty() { "it gives no reason" } else { "" })?;
                f.write_str(&shown(message))?;
                f.write_str(mend::class(class::refusal(Some(message))))
            }
            Kind::Decode(decode) => decode.fmt(f, at),
            Kind::TooOld { server, minimum } => write!(
                f,
                "the manager{at} speaks API {server} and at least {minimum} is needed: update it"
            ),
            Kind::ManagerTooOld { manager, missing } => {
                write!(f, "the manager is of version {manager}, and this needs a newer one: ")?;
                for (index, since) in missing.iter().enumerate() {
                    write!(f, "{}{since}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(
                    "; update it, leave out what is newer, or have it sent all the same with \
                     VersionPolicy::Warn",
                )
            }
            Kind::Walk(message) => f.write_str(message),
            Kind::Stuck { offset, total } => write!(
                f,
                "the list says that it has {total} rows and answers with empty pages from row \
                 {offset} on; other rows may be left out"
            ),
        }?;
        if self.is_outcome_unknown() {
            f.write_str("; it may have taken effect: look before sending it again")?;
        }
        for (index, error) in self.earlier().iter().take(SHOWN_EARLIER).enumerate() {
            f.write_str(if index == 0 { "; tried before: " } else { ", " })?;
            f.write_str(error.endpoint().unwrap_or_default())?;
            match root(error) {
                Some(cause) => write!(f, " ({cause})")?,
                None => write!(f, " ({})", error.status().unwrap_or_default())?,
            }
        }
        match self.earlier().len().saturating_sub(SHOWN_EARLIER) {
            0 => Ok(()),
            more => write!(f, ", and {more} times more"),
        }
    }
}

/// The first cause. Of an endpoint that is not the last there is no room for more.
fn root(error: &Error) -> Option<&dyn std::error::Error> {
    let mut cause = std::error::Error::source(error)?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(cause)
}

/// ` at https://…`, or nothing.
#[derive(Clone, Copy)]
struct At<'a>(Option<&'a str>);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |endpoint| write!(f, " at {endpoint}"))
    }
}

fn transport(f: &mut fmt::Formatter<'_>, sent: Sent, at: At<'_>) -> fmt::Result {
    match sent {
        Sent::No { timeout: false } => write!(
            f,
            "no connection to the manager{at}: check the address, the network and its certificate"
        ),
        Sent::No { timeout: true } => write!(
            f,
            "no connection to the manager{at} in time: check the address and the network, or \
             raise the connect timeout"
        ),
        Sent::Maybe { timeout: false } => {
            write!(f, "the connection to the manager{at} broke before the answer was there")
        }
        Sent::Maybe { timeout: true } => {
            write!(f, "the manager{at} did not answer in time: raise the timeout or ask for less")
        }
        Sent::TooLarge => write!(
            f,
            "the answer of the manager{at} is larger than allowed: ask for fewer rows, or raise \
             the largest response size of the client"
        ),
    }
}

/// `: title (message)`, as far as there are any.
fn said(f: &mut fmt::Formatter<'_>, problem: &Problem) -> fmt::Result {
    let message = problem.message();
    if let Some(title) = problem.title() {
        let title = shown(title);
        // Something follows.
        let alone = message.is_none();
        write!(f, ": {}", title.strip_suffix('.').filter(|_| alone).unwrap_or(&title))?;
    }
    message.map_or(Ok(()), |message| write!(f, " ({message})"))
}

impl Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>, at: At<'_>, error: &Error) -> fmt::Result {
        if self.status.is_redirection() {
            write!(f, "the endpoint{at} answered {} ", self.status)?;
            if let Some(location) = &self.location {
                write!(f, "to {location} ")?;
            }
            return f.write_str(
                "and redirects are not followed, because host and path are signed: configure the \
                 address that it redirects to",
            );
        }
        write!(f, "the manager{at} answered {}", self.status)?;
        match &self.problem {
            Some(problem) => said(f, problem)?,
            None => write!(
                f,
                " with {}, not with a problem of the manager's",
                kind(&self.content_type)
            )?,
        }
        f.write_str(mend::http(self, error))
    }
}

impl Graphql {
    /// Whether a root field has an answer. Of a document with two mutations, one may have been
    /// carried out.
    pub(crate) fn has_data(&self) -> bool {
        let fields = self.data.as_deref().and_then(|data| {
            serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(data.get()).ok()
        });
        fields.is_some_and(|fields| fields.values().any(|field| field.get() != "null"))
    }

    fn fmt(&self, f: &mut fmt::Formatter<'_>, at: At<'_>) -> fmt::Result {
        write!(f, "the manager{at} answered with errors")?;
        for (index, error) in self.errors.iter().take(SHOWN_ERRORS).enumerate() {
            write!(f, "{}{error}", if index == 0 { ": " } else { "; " })?;
        }
        let more = self.errors.len().saturating_sub(SHOWN_ERRORS);
        if more > 0 {
            write!(f, "; and {more} more")?;
        }
        if self.has_data() {
            f.write_str("; what was answered beside them is in the partial data")?;
        }
        // One mend: that of the first error.
        f.write_str(self.errors.first().map_or("", |error| mend::class(error.class())))
    }
}

impl Decode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>, at: At<'_>) -> fmt::Result {
        let reason = &self.reason;
        match &self.json_path {
            Some(path) => write!(
                f,
                "the answer of the manager{at} is not of the expected shape: {path}: {reason}; \
                 its version may differ from the schema's"
            ),
            None => write!(
                f,
                "the endpoint{at} answered {} with {} that is not what a manager answers \
                 ({reason}): {}",
                self.status,
                kind(&self.content_type),
                mend::not_ours(self.content_type.as_deref())
            ),
        }
    }
}

fn kind(content_type: &Option<String>) -> &str {
    content_type.as_deref().unwrap_or("a body of no declared type")
}
