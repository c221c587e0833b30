//! A webserver in front of the embedded manager: logins, and the manager's API below `/func`.
//!
//! Its answers are those observed of a webserver 26.9.6. It shares no code with the client's login, as
//! the manager shares none with the client's signer.

use std::fmt;
use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fault::Faults;
use crate::http::{Shared, serve};
use crate::record::Recorded;
use crate::server::Server;

mod front;

use front::{Front, Otp};

/// A webserver on 127.0.0.1; dropping it stops the server. See
/// [`Manager::webserver`](crate::Manager::webserver).
pub struct Webserver {
    endpoint: String,
    shared: Arc<Shared<Front>>,
    task: JoinHandle<()>,
}

impl Webserver {
    pub(crate) async fn start(manager: Arc<Shared<Server>>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(Front::new(manager)));
        let task = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self { endpoint, shared, task })
    }

    /// Returns the address, `http://127.0.0.1:PORT`, without a trailing slash.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns the queue of faults.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Returns the requests received so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.log().clone()
    }

    /// Returns the ids of the open sessions, sorted.
    #[must_use]
    pub fn sessions(&self) -> Vec<String> {
        self.shared.server.lock().sessions.keys().cloned().collect()
    }

    /// Allows each user this number of sessions: a further login is refused, or ends the oldest one if
    /// it is forced.
    pub fn limit_sessions(&self, sessions: usize) {
        self.shared.server.lock().max_sessions = Some(sessions);
    }

    /// Ends all sessions, as when the session store is emptied.
    pub fn forget_sessions(&self) {
        self.shared.server.lock().sessions.clear();
    }

    /// Requires this one-time password of the user with this address.
    pub fn require_otp(&self, email: impl Into<String>, code: impl Into<String>) {
        self.shared.server.lock().otp.insert(email.into(), Otp::Code(code.into()));
    }

    /// Refuses the user with this address until a one-time password is registered; the refusal carries
    /// this registration token. The code `123456` activates the registered key.
    pub fn require_otp_registration(&self, email: impl Into<String>, token: impl Into<String>) {
        self.shared.server.lock().otp.insert(email.into(), Otp::Register(token.into()));
    }

    /// Lets the password of the user with this address expire. Changing it ends this.
    pub fn expire_password(&self, email: impl Into<String>) {
        self.shared.server.lock().expired.insert(email.into());
    }

    /// Accepts this token (`sToken`) as a login of the user with this address.
    pub fn accept_token(&self, token: impl Into<String>, email: impl Into<String>) {
        self.shared.server.lock().tokens.insert(token.into(), email.into());
    }

    /// Offers a single sign-on, as the manager's OpenID Connect plugin does, whose page leads back with this
    /// token at once.
    pub fn offer_sign_on(&self, token: impl Into<String>) {
        self.shared.server.lock().sign_on = Some(token.into());
    }
}

impl Drop for Webserver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Webserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webserver").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
