//! What a webserver is asked about logins.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{Account, Session, cipher, cookie};
use crate::{
    client::Client,
    config::{Endpoint, EndpointType, Field, Origin},
    error::{Error, Result},
    operation::OperationKind,
    request::Call,
    response::{self, Asked},
    transport::HttpResponse,
};

const ENCODED: HeaderName = HeaderName::from_static("x-backendai-encoded");

/// A login that is ready to be sent. Awaiting it logs in. `Debug` shows no secret.
///
/// ```no_run
/// # async fn run(client: backendai::Client, password: String) -> backendai::Result<()> {
/// let login = client.login("user@example.com", password).otp("123456").domain("research");
/// let session = login.await?;
/// println!("{:?}", session.account());
/// # Ok(())
/// # }
/// ```
#[must_use = "nobody is logged in before it is awaited"]
#[derive(Clone)]
pub struct Login {
    client: Client,
    by: By,
    otp: Option<SecretString>,
    domain: Option<String>,
    force: bool,
}

#[derive(Clone)]
enum By {
    Password { email: String, password: SecretString },
    Token(SecretString),
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(rename = "sToken", skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    otp: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    force: bool,
}

#[derive(Deserialize)]
struct Answer {
    authenticated: bool,
    data: Option<serde_json::Value>,
}

impl Answer {
    fn account(self) -> Option<Account> {
        serde_json::from_value(self.data.filter(|_| self.authenticated)?).ok()
    }
}

impl Login {
    /// The one-time password, for a user who has two-factor authentication. Without it, of the
    /// login's error [`is_otp_required`](Error::is_otp_required) holds.
    pub fn otp(mut self, code: impl Into<SecretString>) -> Self {
        self.otp = Some(code.into());
        self
    }

    /// The user's domain, where it is not the webserver's own. One that the configuration was given
    /// counts without this.
    pub fn domain(mut self, name: impl Into<String>) -> Self {
        self.domain = Some(name.into());
        self
    }

    /// Ends the oldest sessions of the user, where the manager allows only so many at a time.
    pub const fn force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

    async fn send(self) -> Result<Session> {
        let client = &self.client;
        let config = client.config();
        let known = *config.origin(Field::Domain) != Origin::Default;
        let mut body = Body {
            username: None,
            password: None,
            token: None,
            otp: self.otp.as_ref().map(|otp| otp.expose_secret().trim()),
            domain: self.domain.as_deref().or(known.then(|| config.domain())),
            force: self.force,
        };
        let (path, encrypts) = match &self.by {
            By::Password { email, password } => {
                body.username = Some(email);
                body.password = Some(password.expose_secret());
                ("/server/login", true)
            }
            By::Token(token) => {
                body.token = Some(token.expose_secret());
                // The webserver does not decrypt this one.
                ("/server/token-login", false)
            }
        };
        let body = serde_json::to_vec(&body).map(Zeroizing::new).map_err(Error::encode)?;
        // An old session is not sent along: with it, the webserver refuses.
        let body = Some(&**body);
        let ask = Ask { operation: "login", path, body, encrypts, session: None, repeats: false };
        let read = |endpoint: &Endpoint, response: &HttpResponse| {
            let answer: Answer = response::json(response, ask.asked())?;
            if !answer.authenticated {
                return Err(Error::login_refused(response));
            }
            // A failed login sets a cookie as well.
            let cookie = cookie::of(&response.headers, client.now())
                .ok_or_else(|| response::strange(response, "it names no session"))?;
            let session = Session::new(endpoint.clone(), cookie.id)?;
            Ok(Session { account: answer.account(), expires: cookie.expires, ..session })
        };
        let session = client.ask(&ask, |endpoint, response| {
            read(endpoint, response).map_err(|error| match ask.is_encrypted_for(endpoint) {
                true => error.of_encoded_login(),
                false => error,
            })
        });
        let session = session.await?;
        client.adopt(Some(session.clone()));
        Ok(session)
    }
}

impl IntoFuture for Login {
    type Output = Result<Session>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Session>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let email = match &self.by {
            By::Password { email, .. } => Some(email),
            By::Token(_) => None,
        };
        f.debug_struct("Login")
            .field("email", &email)
            .field("domain", &self.domain)
            .field("force", &self.force)
            .finish_non_exhaustive()
    }
}

/// Logging in, for an endpoint of type `session`. See [`session`](crate::session).
impl Client {
    /// Prepares a login by e-mail address and password. Awaiting it logs in: this client and its
    /// clones are that user from then on, until [`logout`](Self::logout) or another login.
    ///
    /// Over https the password is sent as it is. Over http it is encrypted in the way that the
    /// webserver expects, which keeps it from chance readers only.
    ///
    /// # Errors
    ///
    /// [`is_auth`](Error::is_auth) when the user is not let in: a wrong address or password, an
    /// inactive user, another domain than the webserver's (it says no more than that), or a
    /// one-time password that is missing. After ten wrong passwords for one address the webserver
    /// refuses that address for twenty minutes, unless it is configured otherwise:
    /// [`is_rate_limited`](Error::is_rate_limited). A wrong password is tried once, however many
    /// endpoints there are.
    pub fn login(&self, email: impl Into<String>, password: impl Into<SecretString>) -> Login {
        self.by(By::Password { email: email.into(), password: password.into() })
    }

    /// Prepares a login by a token (`sToken`), for clusters whose manager has a plugin that takes
    /// it. The token is sent as it is: use https.
    ///
    /// # Errors
    ///
    /// As [`login`](Self::login).
    pub fn login_by_token(&self, token: impl Into<SecretString>) -> Login {
        self.by(By::Token(token.into()))
    }

    fn by(&self, by: By) -> Login {
        Login { client: self.clone(), by, otp: None, domain: None, force: false }
    }

    /// Asks the webserver as whom this client is logged in; none when its session has ended. It
    /// knows nothing of a user who was deactivated meanwhile: the next request does.
    ///
    /// # Errors
    ///
    /// Everything that [`Error`] can be.
    pub async fn check_login(&self) -> Result<Option<Account>> {
        let Some(session) = self.session() else { return Ok(None) };
        let answer: Answer = self.about("login-check", "/server/login-check", &session).await?;
        Ok(answer.account())
    }

    /// Lets the session last longer: as long from now as the webserver is configured, which says
    /// until when.
    ///
    /// # Errors
    ///
    /// [`is_login_required`](Error::is_login_required) when it has ended already.
    pub async fn extend_login(&self) -> Result<Session> {
        #[derive(Deserialize)]
        struct Extended {
            expires: Option<Timestamp>,
        }
        // Asked to extend a session that has ended, the webserver says that it did.
        if self.check_login().await?.is_none() {
            return Err(Error::no_login());
        }
        let session = self.session().ok_or_else(Error::no_login)?;
        let path = "/server/extend-login-session";
        let extended: Extended = self.about("extend-login-session", path, &session).await?;
        let session = Session { expires: extended.expires, ..session };
        self.adopt(Some(session.clone()));
        Ok(session)
    }

    /// Ends the session at the webserver and forgets it. A file that it was saved in stays, until
    /// [`Session::remove`]. Without a session nothing is sent.
    ///
    /// # Errors
    ///
    /// When the webserver cannot be reached; this client is logged out all the same.
    pub async fn logout(&self) -> Result<()> {
        let Some(session) = self.adopt(None) else { return Ok(()) };
        let ask = Ask::empty("logout", "/server/logout", &session);
        self.ask(&ask, |_, response| response::empty(response, ask.asked())).await
    }

    async fn about<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &'static str,
        session: &Session,
    ) -> Result<T> {
        let ask = Ask { repeats: true, ..Ask::empty(operation, path, session) };
        self.ask(&ask, |_, response| response::json(response, ask.asked())).await
    }

    /// Sends it as every call is sent: in a span, with an event for each request, and once more only
    /// where that is safe.
    async fn ask<R>(
        &self,
        ask: &Ask<'_>,
        read: impl Fn(&Endpoint, &mut HttpResponse) -> Result<R>,
    ) -> Result<R> {
        if self.config().endpoint_type() != EndpointType::Session {
            return Err(Error::config(
                "only an endpoint of type `session` has logins; an endpoint of type `api` takes an \
                 access key and a secret key",
            ));
        }
        let call = Call {
            operation: ask.operation.into(),
            method: Method::POST,
            path: ask.path.into(),
            // Whether it is encrypted depends on the endpoint.
            body: Bytes::new(),
            // It writes nothing of the manager's.
            kind: Some(OperationKind::Query),
            idempotent: Some(ask.repeats),
            timeout: None,
            retry: None,
            signed: true,
        };
        let request = |_, endpoint: &Endpoint, deadline: Option<Instant>| {
            let mut request = self.request_about(ask, endpoint)?;
            request.timeout = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            Ok(request)
        };
        let result = self.call_by(&call, request, read).await;
        result.map_err(|error| error.with_operation(ask.operation.into()))
    }

    fn request_about(
        &self,
        ask: &Ask<'_>,
        endpoint: &Endpoint,
    ) -> Result<crate::transport::HttpRequest> {
        let mut request = self.request_to(Method::POST, endpoint.join(ask.path));
        self.dated(&mut request.headers);
        if let Some(session) = ask.session {
            let (name, value) = session.header()?;
            request.headers.insert(name, value);
        }
        let Some(body) = ask.body else { return Ok(request) };
        let kind = if ask.is_encrypted_for(endpoint) {
            let address = format!("{}://{}", endpoint.url().scheme(), endpoint.authority());
            request.body = cipher::encrypt(&address, body)?.into();
            request.headers.insert(ENCODED, HeaderValue::from_static("true"));
            "application/octet-stream"
        } else {
            request.body = Bytes::copy_from_slice(body);
            "application/json"
        };
        request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        Ok(request)
    }
}

/// A question that only a webserver answers.
struct Ask<'a> {
    operation: &'static str,
    path: &'static str,
    body: Option<&'a [u8]>,
    /// Whether the body is encrypted where the connection is not.
    encrypts: bool,
    session: Option<&'a Session>,
    /// Whether it does the same when it is sent twice. A login does not: it counts against the
    /// user's attempts and sessions. So it is sent again only when it provably never left.
    repeats: bool,
}

impl<'a> Ask<'a> {
    const fn empty(operation: &'static str, path: &'static str, session: &'a Session) -> Self {
        Self {
            operation,
            path,
            body: None,
            encrypts: false,
            session: Some(session),
            repeats: false,
        }
    }

    fn is_encrypted_for(&self, endpoint: &Endpoint) -> bool {
        self.encrypts && endpoint.url().scheme() != "https"
    }

    const fn asked(&self) -> Asked<'static> {
        Asked { mutation: false, writes: false, proved: true, body: b"" }
    }
}
