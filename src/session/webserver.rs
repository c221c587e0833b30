//! The webserver's own requests, about logins.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, de::DeserializeOwned};
use url::{Url, form_urlencoded};

use super::{Account, Session, cipher, cookie, cookie::Cookie};
use crate::{
    config::{Config, Endpoint, EndpointType},
    dispatch::{Auth, Call, Dispatcher},
    error::{Document, Error, Result},
    http::{HttpRequest, HttpResponse},
    operation::OperationKind,
    response::{self, RequestInfo},
};

const ENCODED: HeaderName = HeaderName::from_static("x-backendai-encoded");

/// The webserver of a client, and the session at it.
pub(crate) struct Webserver {
    dispatcher: Arc<Dispatcher>,
    session: RwLock<Option<Session>>,
}

/// The answer of the webserver to a login.
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

impl Webserver {
    /// Starts with this session.
    pub(crate) fn new(dispatcher: Arc<Dispatcher>, session: Option<Session>) -> Result<Self> {
        let webserver = Self { dispatcher, session: RwLock::new(None) };
        webserver.replace_session(session)?;
        Ok(webserver)
    }

    pub(crate) fn session(&self) -> Option<Session> {
        self.session.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Continues with this session, and returns the previous one.
    fn replace_session(&self, session: Option<Session>) -> Result<Option<Session>> {
        let header = session.as_ref().map(Session::header).transpose()?;
        let mut slot = self.session.write().unwrap_or_else(PoisonError::into_inner);
        self.dispatcher.set_session(header);
        Ok(std::mem::replace(&mut slot, session))
    }

    pub(super) fn config(&self) -> &Config {
        self.dispatcher.config()
    }

    /// Logs in, and continues with the new session.
    pub(super) async fn log_in(&self, path: &'static str, body: Body) -> Result<Session> {
        let encrypts = body.encrypts;
        let mut session = None;
        // The old session is not sent along: the webserver would refuse.
        let call = call("login", path, move |endpoint, request| body.put(endpoint, request));
        let call = Call { is_login: true, ..call };
        self.send(call, &mut |endpoint, response, mut info| {
            if encrypts && !is_secure(endpoint) {
                info.document = Document::EncryptedLogin;
            }
            let answer: Answer = response::json(response, info)?;
            if !answer.authenticated {
                return Err(Error::login_refused(response));
            }
            // A failed login sets a cookie as well.
            let now = self.dispatcher.clock().local();
            let Cookie { id, expires } = cookie::of(&response.headers, now)
                .ok_or_else(|| response::unexpected(response, "it names no session"))?;
            let made = Session::new(endpoint.clone(), id)?;
            session = Some(Session { account: answer.account(), expires, ..made });
            Ok(())
        })
        .await?;
        let session = session.ok_or_else(Error::unread)?;
        self.replace_session(Some(session.clone()))?;
        Ok(session)
    }

    pub(crate) async fn check_login(&self) -> Result<Option<Account>> {
        let Some(session) = self.session() else { return Ok(None) };
        let answer: Answer = self.query("login-check", "/server/login-check", &session).await?;
        Ok(answer.account())
    }

    pub(crate) async fn extend_login(&self) -> Result<Session> {
        #[derive(Deserialize)]
        struct Extended {
            expires: Option<Timestamp>,
        }
        // The webserver claims to extend a session that has ended.
        if self.check_login().await?.is_none() {
            return Err(Error::no_login());
        }
        let session = self.session().ok_or_else(Error::no_login)?;
        let path = "/server/extend-login-session";
        let extended: Extended = self.query("extend-login-session", path, &session).await?;
        let session = Session { expires: extended.expires, ..session };
        self.replace_session(Some(session.clone()))?;
        Ok(session)
    }

    pub(crate) async fn logout(&self) -> Result<()> {
        let Some(session) = self.replace_session(None)? else { return Ok(()) };
        let call = call("logout", "/server/logout", with_session(&session)?);
        self.send(call, &mut |_, response, info| response::empty(response, info)).await
    }

    /// Posts a body without a session. The caller is identified by the body.
    pub(super) async fn post<T: DeserializeOwned + Send>(
        &self,
        operation: &'static str,
        path: &'static str,
        body: Body,
    ) -> Result<T> {
        let call = call(operation, path, move |endpoint, request| body.put(endpoint, request));
        self.read(Call { is_login: true, ..call }).await
    }

    /// Begins a single sign-on, and returns the address of its page.
    pub(crate) async fn begin_sign_on(&self, return_to: &str) -> Result<Url> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let form = Bytes::from(form.append_pair("redirect_to", return_to).finish());
        let call = call("sign-on", "/func/openid/login", move |_, request| {
            let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers.insert(header::CONTENT_TYPE, content_type);
            request.body = form.clone();
            Ok(())
        });
        let mut address = None;
        self.send(Call { is_login: true, ..call }, &mut |_, response, info| {
            address = Some(response::redirection(response, info)?);
            Ok(())
        })
        .await?;
        address.ok_or_else(Error::unread)
    }

    /// Sends a request without a body that may be repeated.
    async fn query<T: DeserializeOwned + Send>(
        &self,
        operation: &'static str,
        path: &'static str,
        session: &Session,
    ) -> Result<T> {
        let call = call(operation, path, with_session(session)?);
        self.read(Call { idempotent: Some(true), ..call }).await
    }

    /// Sends a call, and reads its answer.
    async fn read<T: DeserializeOwned + Send>(&self, call: Call) -> Result<T> {
        let mut answer = None;
        self.send(call, &mut |_, response, info| {
            answer = Some(response::json(response, info)?);
            Ok(())
        })
        .await?;
        answer.ok_or_else(Error::unread)
    }

    async fn send(
        &self,
        mut call: Call,
        read: &mut (dyn FnMut(&Endpoint, &mut HttpResponse, RequestInfo) -> Result<()> + Send + '_),
    ) -> Result<()> {
        if self.config().endpoint_type() != EndpointType::Session {
            return Err(Error::config(
                "only an endpoint of type `session` has logins; an endpoint of type `api` takes an \
                 access key and a secret key",
            ));
        }
        self.dispatcher.run(&mut call, read).await
    }
}

/// Makes a call of the webserver's own. It writes nothing at the manager, and is sent again only
/// when it provably never left: a login counts against the user's attempts and sessions.
fn call(
    operation: &'static str,
    path: &'static str,
    complete: impl Fn(&Endpoint, &mut HttpRequest) -> Result<()> + Send + Sync + 'static,
) -> Call {
    Call {
        kind: Some(OperationKind::Query),
        idempotent: Some(false),
        auth: Auth::Webserver(Box::new(complete)),
        ..Call::post(operation, path, Bytes::new())
    }
}

fn with_session(
    session: &Session,
) -> Result<impl Fn(&Endpoint, &mut HttpRequest) -> Result<()> + Send + Sync + 'static> {
    let (name, value) = session.header()?;
    Ok(move |_: &Endpoint, request: &mut HttpRequest| {
        request.headers.insert(name.clone(), value.clone());
        Ok(())
    })
}

/// The body of a login.
pub(super) struct Body {
    pub(super) json: Zeroizing<Vec<u8>>,
    /// Whether it is encrypted where the connection is not.
    pub(super) encrypts: bool,
}

impl Body {
    fn put(&self, endpoint: &Endpoint, request: &mut HttpRequest) -> Result<()> {
        let content_type = if self.encrypts && !is_secure(endpoint) {
            let address = format!("{}://{}", endpoint.url().scheme(), endpoint.authority());
            request.body = cipher::encrypt(&address, &self.json)?.into();
            request.headers.insert(ENCODED, HeaderValue::from_static("true"));
            "application/octet-stream"
        } else {
            request.body = Bytes::copy_from_slice(&self.json);
            "application/json"
        };
        request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Ok(())
    }
}

fn is_secure(endpoint: &Endpoint) -> bool {
    endpoint.url().scheme() == "https"
}
