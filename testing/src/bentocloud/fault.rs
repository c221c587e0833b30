//! Scripted faults: what a network, a storage or a gateway does to one request.

use serde_json::Value;

/// A failure of the requests that it is meant for.
///
/// ```
/// use backendai_testing::bentocloud::Fault;
///
/// // The second and third part of a multipart upload are refused.
/// let fault = Fault::status(503, "slow down").on("PUT", "part=").skip(1).times(2);
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    method: &'static str,
    path: String,
    skip: u32,
    times: u32,
    pub(super) action: Action,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Status(u16, String),
    Close,
    Reset(u64),
    Stall,
    Lose,
    Cut(u64),
    Hang(u64),
    Shorten(u64),
    Without(&'static str),
    Merge(Value),
}

impl Fault {
    fn new(action: Action) -> Self {
        Self { method: "", path: String::new(), skip: 0, times: 1, action }
    }

    /// Reads the request, does not carry it out, and answers with this status.
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self::new(Action::Status(status, body.into()))
    }

    /// Reads the request, does not carry it out, and closes the connection.
    pub fn close() -> Self {
        Self::new(Action::Close)
    }

    /// Resets the connection once so many bytes of the request's body were read.
    pub fn reset_after(bytes: u64) -> Self {
        Self::new(Action::Reset(bytes))
    }

    /// Neither reads the request nor answers it.
    pub fn stall() -> Self {
        Self::new(Action::Stall)
    }

    /// Carries the request out, and closes the connection before the answer.
    pub fn lose() -> Self {
        Self::new(Action::Lose)
    }

    /// Breaks the connection after so many bytes of the answer's body.
    pub fn cut(bytes: u64) -> Self {
        Self::new(Action::Cut(bytes))
    }

    /// Stops after so many bytes of the answer's body, and leaves the connection open.
    pub fn hang(bytes: u64) -> Self {
        Self::new(Action::Hang(bytes))
    }

    /// Answers with only so many bytes of the body, and announces no more.
    pub fn shorten(bytes: u64) -> Self {
        Self::new(Action::Shorten(bytes))
    }

    /// Leaves out a header of the answer.
    pub fn without(header: &'static str) -> Self {
        Self::new(Action::Without(header))
    }

    /// Replaces members of the answer's JSON, or adds them.
    pub fn merge(members: Value) -> Self {
        Self::new(Action::Merge(members))
    }

    /// Limits it to requests of this method whose path and query contain `path`.
    pub fn on(mut self, method: &'static str, path: impl Into<String>) -> Self {
        (self.method, self.path) = (method, path.into());
        self
    }

    /// Leaves the first `requests` of them alone.
    pub fn skip(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Applies it to so many of them; to one by default.
    pub fn times(mut self, requests: u32) -> Self {
        self.times = requests;
        self
    }

    /// Counts this request, and returns whether the fault applies to it.
    pub(super) fn takes(&mut self, method: &str, target: &str) -> bool {
        let meant =
            (self.method.is_empty() || self.method == method) && target.contains(&self.path);
        if !meant || self.times == 0 {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.times -= 1;
        true
    }
}
