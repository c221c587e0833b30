//! Faults by script: what a network, a storage or a gateway does to one request.

use serde_json::Value;

/// What happens to the requests that it is meant for.
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

    /// The request is read, not carried out, and answered with this status.
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self::new(Action::Status(status, body.into()))
    }

    /// The request is read, not carried out, and the connection is closed.
    pub fn close() -> Self {
        Self::new(Action::Close)
    }

    /// The connection is reset once so many bytes of the request's body were read.
    pub fn reset_after(bytes: u64) -> Self {
        Self::new(Action::Reset(bytes))
    }

    /// The request is not read and never answered.
    pub fn stall() -> Self {
        Self::new(Action::Stall)
    }

    /// The request is carried out, and the connection is closed before the answer.
    pub fn lose() -> Self {
        Self::new(Action::Lose)
    }

    /// The connection breaks after so many bytes of the answer's body.
    pub fn cut(bytes: u64) -> Self {
        Self::new(Action::Cut(bytes))
    }

    /// The answer's body stops after so many bytes, and the connection stays open.
    pub fn hang(bytes: u64) -> Self {
        Self::new(Action::Hang(bytes))
    }

    /// The answer has only so many bytes of the body, and announces no more.
    pub fn shorten(bytes: u64) -> Self {
        Self::new(Action::Shorten(bytes))
    }

    /// The answer lacks a header.
    pub fn without(header: &'static str) -> Self {
        Self::new(Action::Without(header))
    }

    /// The answer's JSON gets other members.
    pub fn merge(members: Value) -> Self {
        Self::new(Action::Merge(members))
    }

    /// Concerns only requests of this method whose path and query contain `path`.
    pub fn on(mut self, method: &'static str, path: impl Into<String>) -> Self {
        (self.method, self.path) = (method, path.into());
        self
    }

    /// Spares the first `requests` of them.
    pub fn skip(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Happens to so many of them; to one by default.
    pub fn times(mut self, requests: u32) -> Self {
        self.times = requests;
        self
    }

    /// Whether it happens to this request, which is counted.
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
