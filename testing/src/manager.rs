//! The embedded manager as tests see it: builder, accounts, faults and the request log.

use std::fmt;
use std::io;
use std::sync::Arc;

use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::date::Clock;
use crate::fault::{Fault, Faults};
use crate::fixture;
use crate::http::{self, Shared};
use crate::record::Recorded;
use crate::schema;
use crate::server::Server;
use crate::state::{Named, Seed, State, password_of, seed};
use crate::subscription::Subscriptions;
use crate::webserver::Webserver;

/// An embedded manager on 127.0.0.1; dropping it stops the server.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let manager = backendai_testing::Manager::start().await?;
/// let account = manager.superadmin();
/// println!("{} {}", manager.endpoint(), account.access_key);
/// # Ok(())
/// # }
/// ```
pub struct Manager {
    endpoint: String,
    accounts: Accounts,
    shared: Arc<Shared<Server>>,
    task: JoinHandle<()>,
}

impl Manager {
    /// Starts a manager with the defaults of [`ManagerBuilder`].
    ///
    /// # Errors
    ///
    /// When no port of 127.0.0.1 can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder with the default settings.
    #[must_use]
    pub fn builder() -> ManagerBuilder {
        ManagerBuilder::default()
    }

    /// Returns the address, `http://127.0.0.1:PORT`, without a trailing slash.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns an account that may see and change everything.
    #[must_use]
    pub fn superadmin(&self) -> &Account {
        &self.accounts.superadmin
    }

    /// Returns an admin of the domain `default`.
    #[must_use]
    pub fn domain_admin(&self) -> &Account {
        &self.accounts.domain_admin
    }

    /// Returns a user of the domain `default` without privileges.
    #[must_use]
    pub fn user(&self) -> &Account {
        &self.accounts.user
    }

    /// Returns the second keypair of [`user`](Self::user), which is inactive.
    #[must_use]
    pub fn inactive_key(&self) -> &Account {
        &self.accounts.inactive_key
    }

    /// Returns the active keypair of an inactive user without a project.
    #[must_use]
    pub fn inactive_user(&self) -> &Account {
        &self.accounts.inactive_user
    }

    /// Returns a user with a fixed rate limit of five requests in fifteen minutes.
    #[must_use]
    pub fn low_rate(&self) -> &Account {
        &self.accounts.low_rate
    }

    /// Returns an admin of the domain `other`.
    #[must_use]
    pub fn other_admin(&self) -> &Account {
        &self.accounts.other_admin
    }

    /// Starts a webserver in front of this manager, for logins. It shares the manager's state and
    /// clock; its faults and its request log are separate.
    ///
    /// # Errors
    ///
    /// When no port of 127.0.0.1 can be bound.
    pub async fn webserver(&self) -> io::Result<Webserver> {
        Webserver::start(Arc::clone(&self.shared)).await
    }

    /// Returns the access keys that exist now, sorted.
    #[must_use]
    pub fn access_keys(&self) -> Vec<String> {
        self.shared.server.read_state(|state| state.keypairs.keys().cloned().collect())
    }

    /// Returns the subscriptions, to script what their streams bring.
    #[must_use]
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.shared.server.subscriptions
    }

    /// Returns the queue of faults.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Queues a fault for the next request with this operation: the same as
    /// [`Faults::push_for`](crate::Faults::push_for).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use backendai_testing::{Fault, Manager};
    ///
    /// let manager = Manager::start().await?;
    /// // The user is created, but the program does not learn it.
    /// manager.fail_operation("CreateUser", Fault::Lose);
    /// // The manager refuses.
    /// manager.fail_operation("PurgeUser", Fault::graphql("user_purge_conflict", "sessions are running"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail_operation(&self, operation: impl Into<String>, fault: Fault) {
        self.shared.faults.push_for(operation, fault);
    }

    /// Returns the requests with this operation received so far, oldest first.
    #[must_use]
    pub fn requests_of(&self, operation: &str) -> Vec<Recorded> {
        let all = self.requests().into_iter();
        all.filter(|request| request.operation().as_deref() == Some(operation)).collect()
    }

    /// Returns the requests received so far, oldest first, including those with a fault.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.log().clone()
    }

    /// Clears the request log.
    pub fn forget_requests(&self) {
        self.shared.log().clear();
    }

    /// Shifts the manager's clock, forward or back: past the end of a rate-limit window, or out of
    /// the fifteen minutes by which a signature's date may differ.
    pub fn shift_clock(&self, by: SignedDuration) {
        self.shared.server.clock.advance(by);
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Settings of a manager. See [`Manager::builder`].
#[derive(Clone, Debug)]
pub struct ManagerBuilder {
    keypairs: usize,
    rate_limit: u32,
    anonymous_limit: u32,
    clock_offset: SignedDuration,
    version: String,
    release: bool,
}

impl Default for ManagerBuilder {
    fn default() -> Self {
        Self {
            keypairs: 0,
            rate_limit: 1_000_000,
            anonymous_limit: 1000,
            clock_offset: SignedDuration::ZERO,
            version: "26.9.6".to_owned(),
            release: false,
        }
    }
}

impl ManagerBuilder {
    /// Adds this number of users with one keypair each. The seven keypairs of the named accounts exist
    /// beside them. The keys are `EMBEDDED000000000001` and so on.
    #[must_use]
    pub fn keypairs(mut self, count: usize) -> Self {
        self.keypairs = count;
        self
    }

    /// Sets the rate limit of each account except [`Manager::low_rate`], in requests per fifteen
    /// minutes; the default is 1,000,000.
    #[must_use]
    pub fn rate_limit(mut self, requests: u32) -> Self {
        self.rate_limit = requests;
        self
    }

    /// Sets the rate limit of all anonymous requests together, in requests per fifteen minutes; the
    /// default is 1000.
    #[must_use]
    pub fn anonymous_limit(mut self, requests: u32) -> Self {
        self.anonymous_limit = requests;
        self
    }

    /// Sets how far the manager's clock is ahead of the clock of this machine; negative is behind.
    #[must_use]
    pub fn clock_offset(mut self, offset: SignedDuration) -> Self {
        self.clock_offset = offset;
        self
    }

    /// Sets the version that `GET /` and `GET /health` return; the default is `26.9.6`. The schema does
    /// not change.
    #[must_use]
    pub fn manager_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Emulates an older manager: it reports this version and lacks the parts of the schema that are
    /// marked as newer (see [`schema_of_release`](crate::schema_of_release)). Before 25.12.0 it also has
    /// an older API version. The SDL that `{ _service { sdl } }` returns stays complete.
    #[must_use]
    pub fn release(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self.release = true;
        self
    }

    /// Starts the manager on a free port, in the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When no port of 127.0.0.1 can be bound.
    pub async fn start(self) -> io::Result<Manager> {
        let contract =
            schema::contract(self.release.then_some(&*self.version)).map_err(io::Error::other)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let clock = Clock::new(self.clock_offset);
        let clamp = |limit| i32::try_from(limit).unwrap_or(i32::MAX);
        let plan = Seed { keypairs: self.keypairs, rate_limit: clamp(self.rate_limit) };
        let rows = fixture::rows().map_err(io::Error::other)?;
        let state = seed(plan, rows, clock.now());
        let accounts = Accounts::of(&state);
        let limit = clamp(self.anonymous_limit);
        let server = Server::new(contract, state, clock, self.version, self.release, limit);
        let shared = Arc::new(Shared::new(server));
        let task = tokio::spawn(http::serve(listener, Arc::clone(&shared)));
        Ok(Manager { endpoint, accounts, shared, task })
    }
}

/// A keypair and its owner. `Debug` redacts the secret key and the password.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Account {
    /// The public half of the keypair, 20 characters.
    pub access_key: String,
    /// The secret half, 40 characters.
    pub secret_key: String,
    /// The owner's email address.
    pub email: String,
    /// The owner's password at a [`Webserver`].
    pub password: String,
    /// The owner's user name.
    pub username: String,
    /// The owner's id, a UUID.
    pub user_id: String,
    /// The owner's domain.
    pub domain: String,
    /// The owner's role: `superadmin`, `admin` or `user`.
    pub role: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("access_key", &self.access_key)
            .field("secret_key", &"[redacted]")
            .field("password", &"[redacted]")
            .field("email", &self.email)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

struct Accounts {
    superadmin: Account,
    domain_admin: Account,
    user: Account,
    inactive_key: Account,
    inactive_user: Account,
    low_rate: Account,
    other_admin: Account,
}

impl Accounts {
    fn of(state: &State) -> Self {
        let account = |named: Named| {
            let found = state
                .keypairs
                .get(named.access_key())
                .and_then(|keypair| Some((keypair, state.users.get(&keypair.user)?)));
            found.map_or_else(Account::default, |(keypair, user)| Account {
                access_key: keypair.access_key.clone(),
                secret_key: keypair.secret_key.clone(),
                email: user.email.clone(),
                username: user.username.clone(),
                password: password_of(&user.username),
                user_id: user.id.to_string(),
                domain: user.domain.clone(),
                role: user.role.as_str().to_owned(),
            })
        };
        Self {
            superadmin: account(Named::Superadmin),
            domain_admin: account(Named::DomainAdmin),
            user: account(Named::User),
            inactive_key: account(Named::InactiveKey),
            inactive_user: account(Named::InactiveUser),
            low_rate: account(Named::LowRate),
            other_admin: account(Named::OtherAdmin),
        }
    }
}
