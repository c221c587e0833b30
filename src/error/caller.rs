//! How a request identifies its caller, which decides what helps.

use crate::credential::Credential;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// By a signature.
    Keys,
    /// Not at all: the access key is empty.
    Anonymous,
    /// By a session.
    Session,
    /// By the password or the token of a login.
    Login,
    /// The same, where the login ends the oldest sessions.
    #[cfg_attr(not(feature = "session"), expect(dead_code, reason = "only a session is logged in"))]
    ForcedLogin,
}

impl From<&Credential> for Caller {
    fn from(credential: &Credential) -> Self {
        match credential {
            Credential::KeyPair(_) => Self::Keys,
            Credential::Anonymous => Self::Anonymous,
            Credential::Session => Self::Session,
        }
    }
}
