//! The message of an error: what failed, where, and what to do.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use http::StatusCode;
use serde_json::value::RawValue;

use super::{
    Blame, Decode, Error, Graphql, Http, Problem, Repr, Sent, classify, help, message::shown,
};

/// How many GraphQL errors are shown; the others are counted.
const SHOWN_ERRORS: usize = 3;
/// How many earlier requests are shown; the others are counted.
const SHOWN_EARLIER: usize = 5;
const LOOK_FIRST: &str = "it may have taken effect: look before sending it again";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{operation}: ")?;
        }
        self.write_what(f)?;
        f.write_str(&self.ending())?;
        if self.is_outcome_unknown() {
            write!(f, "; {LOOK_FIRST}")?;
        }
        self.write_earlier(f)
    }
}

impl Error {
    /// Returns what failed and where: `Display` without the name of the operation, without the
    /// [`help`](Self::help), and without the [`previous_attempts`](Self::previous_attempts). As safe
    /// to show.
    pub fn summary(&self) -> String {
        struct Reason<'a>(&'a Error);
        impl fmt::Display for Reason<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write_what(f)
            }
        }
        Reason(self).to_string()
    }

    /// Returns what to do about it, as in `Display`. Errors of a setting or a value have it in their
    /// [`summary`](Self::summary).
    pub fn help(&self) -> Option<String> {
        let ending = self.ending();
        let ending = ending.strip_prefix([':', ';']).unwrap_or(&ending).trim_start();
        let unknown = if self.is_outcome_unknown() { LOOK_FIRST } else { "" };
        let all: Vec<&str> = [ending, unknown].into_iter().filter(|it| !it.is_empty()).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    fn write_what(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = At(self.endpoint());
        match &self.0.kind {
            Repr::Config(message) | Repr::Argument(message) | Repr::Absent(message) => {
                f.write_str(message)
            }
            Repr::NoLogin => f.write_str(match cfg!(feature = "session") {
                true => "an endpoint of type `session` needs a login, and there is none",
                false => {
                    "an endpoint of type `session` needs a login, and this program was built \
                     without them"
                }
            }),
            Repr::Login(refused) => {
                write!(f, "the webserver{at} did not log in")?;
                said(f, &refused.problem)
            }
            Repr::Encode => f.write_str("the variables cannot be written as JSON"),
            Repr::Transport(sent, blame) => self.write_transport(f, *sent, *blame),
            Repr::Http(http) => http.fmt(f, at, self.0.proxy.as_deref()),
            Repr::Graphql(graphql) => graphql.fmt(f, at),
            Repr::Refused { field, message } => {
                write!(f, "the manager refused `{field}`{at}: ")?;
                let message = message.as_deref().unwrap_or_default().trim();
                f.write_str(if message.is_empty() { "it gives no reason" } else { "" })?;
                f.write_str(&shown(message))
            }
            Repr::Partial(partial) => {
                let count = partial.messages.len();
                let (of, s) = (&partial.field, if count == 1 { "" } else { "s" });
                write!(f, "`{of}`{at} was done in part, {count} object{s} failed")?;
                match partial.messages.iter().flatten().next() {
                    Some(first) => write!(f, ": {}", shown(first)),
                    None => Ok(()),
                }
            }
            Repr::Decode(decode) => decode.fmt(f, at),
            Repr::Closed(closed) => {
                write!(f, "the manager{at} closed the subscription")?;
                if let Some(code) = closed.code {
                    write!(f, " with code {code}")?;
                }
                match shown(&closed.reason) {
                    reason if reason.is_empty() => Ok(()),
                    reason => write!(f, " ({reason})"),
                }
            }
            Repr::TooOld { server, minimum } => {
                write!(f, "the manager{at} speaks API {server} and at least {minimum} is needed")
            }
            Repr::ManagerTooOld { manager, missing } => {
                write!(f, "the manager is of version {manager}, and this needs a newer one: ")?;
                for (index, since) in missing.iter().enumerate() {
                    write!(f, "{}{since}", if index == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Repr::Pagination(message) => f.write_str(message),
            Repr::Stuck { offset, total } => write!(
                f,
                "the manager reports a total of {total} rows and returns empty pages from row \
                 {offset} on; other rows may be left out"
            ),
        }
    }

    /// Returns what to do, with the punctuation before it.
    fn ending(&self) -> Cow<'static, str> {
        let caller = self.caller();
        Cow::Borrowed(match &self.0.kind {
            Repr::NoLogin => help::NO_LOGIN,
            Repr::Login(refused) => help::login(&refused.problem),
            Repr::Transport(sent, blame) => {
                return help::transport(*sent, *blame, self.0.proxy.as_deref());
            }
            Repr::Http(http) => return help::http(http, self),
            // One remedy: that of the first error.
            Repr::Graphql(graphql) => {
                graphql.errors.first().map_or("", |error| help::class(error.class(), caller))
            }
            Repr::Refused { message, .. } => {
                let message = message.as_deref().unwrap_or_default().trim();
                help::class(classify::refusal(Some(message)), caller)
            }
            Repr::Decode(decode) => match &decode.json_path {
                Some(_) => {
                    "; compare the manager's version with that of the schema that the operation was \
                     compiled against"
                }
                None => help::not_ours(decode.content_type.as_deref(), caller),
            },
            Repr::Closed(_) => ": subscribe again, and read what may have changed meanwhile",
            Repr::Partial(_) => "; the data has what was done and what failed",
            Repr::TooOld { .. } => ": update it",
            Repr::ManagerTooOld { .. } => help::MANAGER_TOO_OLD,
            Repr::Config(_)
            | Repr::Argument(_)
            | Repr::Absent(_)
            | Repr::Encode
            | Repr::Pagination(_)
            | Repr::Stuck { .. } => "",
        })
    }

    fn write_transport(
        &self,
        f: &mut fmt::Formatter<'_>,
        sent: Sent,
        blame: Option<Blame>,
    ) -> fmt::Result {
        let at = At(self.endpoint());
        let proxy = self.0.proxy.as_deref().unwrap_or("of the environment");
        match (blame, sent) {
            (Some(Blame::Proxy), Sent::No { timeout: true }) => {
                write!(f, "no connection through the proxy {proxy} in time")
            }
            (Some(Blame::Proxy), _) => write!(f, "no connection through the proxy {proxy}"),
            (Some(Blame::ProxyLogin), _) => {
                write!(f, "the proxy {proxy} requires a user name and a password")
            }
            (Some(Blame::NotTls), _) => write!(f, "no TLS server answers{at}"),
            (Some(Blame::NotHttp), _) => write!(f, "no HTTP server answers{at}"),
            _ => transport(f, sent, at),
        }
    }

    fn write_earlier(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.previous_attempts().iter().take(SHOWN_EARLIER).enumerate() {
            f.write_str(if index == 0 { "; tried before: " } else { ", " })?;
            f.write_str(error.endpoint().unwrap_or_default())?;
            match root(error) {
                Some(cause) => write!(f, " ({cause})")?,
                None => write!(f, " ({})", error.status().unwrap_or_default())?,
            }
        }
        match self.previous_attempts().len().saturating_sub(SHOWN_EARLIER) {
            0 => Ok(()),
            more => write!(f, ", and {more} times more"),
        }
    }
}

/// Returns the root cause. Earlier endpoints get no more room.
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
        Sent::No { timeout: false } => write!(f, "no connection to the manager{at}"),
        Sent::No { timeout: true } => write!(f, "no connection to the manager{at} in time"),
        Sent::Maybe { timeout: false } => {
            write!(f, "the connection to the manager{at} broke before the answer was there")
        }
        Sent::Maybe { timeout: true } => write!(f, "the manager{at} did not answer in time"),
        Sent::TooLarge => write!(f, "the answer of the manager{at} is larger than allowed"),
    }
}

/// Writes `: title (message)`, without what is missing.
fn said(f: &mut fmt::Formatter<'_>, problem: &Problem) -> fmt::Result {
    let message = problem.message().filter(|message| !message.is_empty());
    if let Some(title) = problem.title() {
        let title = shown(title);
        // Something follows.
        let alone = message.is_none();
        write!(f, ": {}", title.strip_suffix('.').filter(|_| alone).unwrap_or(&title))?;
    }
    message.map_or(Ok(()), |message| write!(f, " ({message})"))
}

impl Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>, at: At<'_>, proxy: Option<&str>) -> fmt::Result {
        if self.status == http::StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            let proxy = proxy.map(|proxy| format!(" {proxy}")).unwrap_or_default();
            return write!(f, "the proxy{proxy} answered {}", self.status);
        }
        if self.status.is_redirection() {
            write!(f, "the endpoint{at} answered {} ", self.status)?;
            if let Some(location) = &self.location {
                write!(f, "to {location} ")?;
            }
            return f.write_str("and redirects are not followed, because host and path are signed");
        }
        write!(f, "the manager{at} answered {}", self.status)?;
        match &self.problem {
            Some(problem) => said(f, problem),
            None => {
                write!(
                    f,
                    " with {}, which is not how a manager reports errors",
                    kind(&self.content_type)
                )
            }
        }
    }
}

impl Graphql {
    /// Returns whether a root field has data. Of a document with two mutations, one may have been
    /// executed.
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
        Ok(())
    }
}

impl Decode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>, at: At<'_>) -> fmt::Result {
        let reason = &self.reason;
        match &self.json_path {
            Some(path) => write!(
                f,
                "the answer of the manager{at} is not of the expected shape: {path}: {reason}"
            ),
            None if self.status == StatusCode::SWITCHING_PROTOCOLS => write!(
                f,
                "what the endpoint{at} sends is not what a manager sends to a subscription \
                 ({reason})"
            ),
            None => write!(
                f,
                "the endpoint{at} answered {} with {} that is not what a manager answers \
                 ({reason})",
                self.status,
                kind(&self.content_type)
            ),
        }
    }
}

fn kind(content_type: &Option<String>) -> &str {
    content_type.as_deref().unwrap_or("a body of no declared type")
}
