//! The manager's answer as a function of a request and the state, without sockets.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue, serde_json_bytes};
use http::{HeaderMap, Uri};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::auth::{self, Request};
use crate::date::{self, Clock};
use crate::http::{Answer, Serve, Takeover, header, websocket};
use crate::limit::{Limits, Quota};
use crate::problem::Problem;
use crate::release;
use crate::resolve::{self, Context};
use crate::schema::{self, Contract, Rejection};
use crate::state::{Caller, State};
use crate::subscription::{Session, Subscriptions};

/// A body of this many bytes or more is refused.
const BODY_LIMIT: usize = 1024 * 1024;

/// The API version that `GET /` returns, and the first release that has it.
const NEW_API: ([u32; 3], &str) = ([25, 12, 0], "v9.20250722");
/// The first releases with the v2 schema, and with its public part.
const V2_SINCE: [u32; 3] = [25, 13, 0];
const PUBLIC_SINCE: [u32; 3] = [26, 7, 0];
/// The first release with subscriptions over WebSocket, and their protocol.
const SOCKETS_SINCE: [u32; 3] = [26, 4, 0];
const PROTOCOL: &str = "graphql-transport-ws";

/// The API version of earlier releases.
const OLD_API: &str = "v8.20240915";

/// The embedded manager without its sockets.
pub(crate) struct Server {
    contract: Arc<Contract>,
    /// The contract of the v2 schema, made with the first request that needs it.
    v2: OnceLock<Result<Arc<Contract>, String>>,
    /// Whether only the parts of the schemas are served that the version has.
    release: bool,
    /// The newest supported API version.
    api: &'static str,
    pub(crate) clock: Clock,
    pub(crate) version: String,
    pub(crate) anonymous_limit: i32,
    pub(crate) subscriptions: Subscriptions,
    inner: Mutex<Inner>,
}

struct Inner {
    state: State,
    limits: Limits,
}

/// The paths that are served.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Route {
    Version,
    Health,
    /// `older` is the path where GraphQL errors become problem responses.
    GraphQl {
        older: bool,
    },
    /// The v2 schema, over HTTP.
    V2,
    /// The part of the v2 schema that needs no credentials.
    Public,
    /// The v2 schema, over WebSocket.
    Subscriptions,
}

/// What a request is answered with.
enum Reply {
    Body(String),
    /// The connection becomes a WebSocket.
    Socket,
}

/// How the caller of a request is determined.
#[derive(Clone, Copy)]
enum Identity<'a> {
    /// By the signature.
    Signed,
    /// By this access key, which the webserver vouches for; `None` is anonymous.
    Trusted(Option<&'a str>),
}

impl Serve for Server {
    fn answer(&self, method: &str, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
        self.answer_as(Identity::Signed, &Request { method, uri, headers, body })
    }
}

impl Server {
    pub(crate) fn new(
        contract: Arc<Contract>,
        state: State,
        clock: Clock,
        version: String,
        release: bool,
        anonymous_limit: i32,
    ) -> Self {
        let inner = Mutex::new(Inner { state, limits: Limits::default() });
        let old = release::numbers(&version) < NEW_API.0;
        let api = if old { OLD_API } else { NEW_API.1 };
        let subscriptions = Subscriptions::default();
        let v2 = OnceLock::new();
        Self { contract, v2, release, api, clock, version, anonymous_limit, subscriptions, inner }
    }

    /// Reads the state.
    pub(crate) fn read_state<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.lock().state)
    }

    /// Answers a request that the webserver forwards for the owner of this access key, or anonymously.
    pub(crate) fn answer_for(
        &self,
        access_key: Option<&str>,
        method: &str,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Answer {
        self.answer_as(Identity::Trusted(access_key), &Request { method, uri, headers, body })
    }

    fn answer_as(&self, identity: Identity<'_>, request: &Request<'_>) -> Answer {
        let now = self.clock.now();
        let mut quota = None;
        let mut answer = match self.respond(identity, request, now, &mut quota) {
            Ok(Reply::Body(body)) => Answer {
                status: 200,
                content_type: "application/json; charset=utf-8",
                body,
                headers: Vec::new(),
                socket: None,
            },
            Ok(Reply::Socket) => self.socket(request.headers),
            Err(problem) => Answer {
                status: problem.status,
                content_type: "application/problem+json; charset=utf-8",
                body: problem.body(),
                headers: problem
                    .allow
                    .map(|allow| ("allow", allow.to_owned()))
                    .into_iter()
                    .collect(),
                socket: None,
            },
        };
        answer.headers.push(("date", date::http(now)));
        answer.headers.push(("server", "BackendAI".to_owned()));
        if let Some(quota) = quota {
            answer.headers.extend([
                ("x-ratelimit-limit", quota.limit.to_string()),
                ("x-ratelimit-remaining", quota.remaining().to_string()),
                ("x-ratelimit-reset", quota.reset.to_string()),
                ("x-ratelimit-window", Quota::window().to_string()),
            ]);
        }
        answer
    }

    /// Checks in the manager's order: path, signature, version, rate limit, privilege, body.
    fn respond(
        &self,
        identity: Identity<'_>,
        request: &Request<'_>,
        now: Timestamp,
        quota: &mut Option<Quota>,
    ) -> Result<Reply, Problem> {
        let route = self.route(request)?;
        let mut inner = self.lock();
        let Inner { state, limits } = &mut *inner;
        let caller = match route {
            Route::GraphQl { .. } | Route::V2 | Route::Subscriptions => match identity {
                Identity::Signed => auth::authenticate(state, request, now)?,
                Identity::Trusted(Some(key)) => Some(auth::by_key(state, key)?),
                Identity::Trusted(None) => None,
            },
            Route::Version | Route::Health | Route::Public => None,
        };
        auth::check_version(request.headers, self.api)?;
        if route != Route::Health {
            let user = caller.as_ref().map(|caller| caller.user);
            let limit = caller.as_ref().map_or(self.anonymous_limit, |caller| caller.rate_limit);
            let counted = limits.consume(user, limit, now);
            *quota = Some(counted);
            if counted.exceeded() {
                return Err(Problem::rate_limit());
            }
        }
        match route {
            Route::Version => {
                let version = json!({ "version": self.api, "manager": self.version });
                return Ok(Reply::Body(version.to_string()));
            }
            Route::Health => {
                let health = json!({ "status": "ok", "version": self.version });
                return Ok(Reply::Body(health.to_string()));
            }
            Route::Public => {
                let caller = Caller::anonymous();
                let contract = schema::public().map_err(|_| Problem::internal())?;
                let body = Body::parse(request)?;
                let context = Context { contract: &contract, state, limits, caller: &caller, now };
                return v2(&body, context).map(Reply::Body);
            }
            _ => {}
        }
        let caller = caller.ok_or_else(|| Problem::unauthorized("Unauthorized access"))?;
        let caller = &caller;
        match route {
            Route::GraphQl { older } => {
                let body = Body::parse(request)?;
                let context = Context { contract: &self.contract, state, limits, caller, now };
                self.graphql(&body, older, context).map(Reply::Body)
            }
            Route::V2 => {
                let release = self.release.then_some(&*self.version);
                let contract = self.v2.get_or_init(|| schema::v2(release)).as_ref();
                let contract = contract.map_err(|_| Problem::internal())?;
                let body = Body::parse(request)?;
                v2(&body, Context { contract, state, limits, caller, now }).map(Reply::Body)
            }
            _ => match header(request.headers, "upgrade") {
                Some(upgrade) if upgrade.eq_ignore_ascii_case("websocket") => Ok(Reply::Socket),
                _ => Err(Problem::bad_request()),
            },
        }
    }

    /// Agrees on a WebSocket. Observed: of the protocols, the one that is known is repeated.
    fn socket(&self, headers: &HeaderMap) -> Answer {
        let key = header(headers, "sec-websocket-key").unwrap_or_default();
        let mut answer = websocket(key);
        let protocols = header(headers, "sec-websocket-protocol").unwrap_or_default();
        if protocols.split(',').any(|protocol| protocol.trim() == PROTOCOL) {
            answer.push(("sec-websocket-protocol", PROTOCOL.to_owned()));
        }
        let session = Session { subscriptions: self.subscriptions.clone() };
        let socket: Takeover = Box::new(move |stream, read| Box::pin(session.run(stream, read)));
        let (content_type, body) = ("", String::new());
        Answer { status: 101, content_type, body, headers: answer, socket: Some(socket) }
    }

    fn graphql(&self, body: &Body, older: bool, context: Context<'_>) -> Result<String, Problem> {
        let (data, errors) = match schema::prepare(&self.contract, &body.query) {
            Ok(document) => {
                let operation = body.operation.as_deref();
                let outcome = resolve::execute(
                    &self.contract,
                    &document,
                    operation,
                    &body.variables,
                    context,
                );
                (outcome.data, outcome.errors)
            }
            Err(Rejection::Invalid(errors)) => (None, errors),
            Err(Rejection::Syntax) => return Err(Problem::internal()),
        };
        if older && !errors.is_empty() {
            return Err(Problem::graphql(json!(errors)));
        }
        envelope(data, &errors)
    }

    fn route(&self, request: &Request<'_>) -> Result<Route, Problem> {
        // The signature covers the path as it was sent; the route is that of the decoded path.
        let path = percent_decode_str(request.uri.path()).decode_utf8_lossy();
        let version = release::numbers(&self.version);
        let (route, methods, allow): (_, &[&str], _) = match path.as_ref() {
            "/" => (Route::Version, &["GET", "HEAD"], "GET,HEAD,OPTIONS"),
            "/health" => (Route::Health, &["GET", "HEAD"], "GET,HEAD,OPTIONS"),
            "/admin/gql" => (Route::GraphQl { older: false }, &["POST"], "OPTIONS,POST"),
            "/admin/graphql" => (Route::GraphQl { older: true }, &["POST"], "OPTIONS,POST"),
            "/admin/gql/strawberry" if version >= V2_SINCE && request.method == "POST" => {
                (Route::V2, &["POST"], "")
            }
            "/admin/gql/strawberry" if version >= SOCKETS_SINCE => {
                (Route::Subscriptions, &["GET"], "GET,OPTIONS,POST")
            }
            "/admin/gql/strawberry" if version >= V2_SINCE => {
                (Route::V2, &["POST"], "OPTIONS,POST")
            }
            "/admin/gql/strawberry/public" if version >= PUBLIC_SINCE => {
                (Route::Public, &["POST"], "OPTIONS,POST")
            }
            _ => return Err(Problem::not_found(&path)),
        };
        if methods.contains(&request.method) { Ok(route) } else { Err(Problem::method(allow)) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a request to the v2 schema.
fn v2(body: &Body, context: Context<'_>) -> Result<String, Problem> {
    let outcome =
        resolve::v2::answer(&body.query, body.operation.as_deref(), &body.variables, context);
    let outcome = outcome.ok_or_else(Problem::internal)?;
    envelope(outcome.data, &outcome.errors)
}

/// Serialises an answer; `errors` is present, as null, even when there are none.
fn envelope(data: Option<JsonMap>, errors: &[GraphQLError]) -> Result<String, Problem> {
    #[derive(serde::Serialize)]
    struct Envelope<'a> {
        data: Option<JsonMap>,
        errors: Option<&'a [GraphQLError]>,
    }
    let errors = Some(errors).filter(|errors| !errors.is_empty());
    serde_json::to_string(&Envelope { data, errors }).map_err(|_| Problem::internal())
}

/// A GraphQL request.
struct Body {
    query: String,
    operation: Option<String>,
    variables: JsonMap,
}

impl Body {
    fn parse(request: &Request<'_>) -> Result<Self, Problem> {
        if request.body.len() >= BODY_LIMIT {
            return Err(Problem::bad_request());
        }
        // Observed: the manager fails on a body that is not UTF-8.
        let text = std::str::from_utf8(request.body).map_err(|_| Problem::internal())?;
        let malformed = |_| {
            let host = header(request.headers, "host").unwrap_or_default();
            let url = format!("http://{host}{}", request.uri);
            Problem::malformed_body(&url, request.method)
        };
        let body: Value = serde_json::from_str(text).map_err(malformed)?;
        let Value::Object(mut members) = body else {
            return Err(Problem::invalid_body("the body should be an object"));
        };
        let query = match members.remove("query") {
            Some(Value::String(query)) => query,
            Some(_) => return Err(Problem::invalid_body("`query` should be a string")),
            None => return Err(Problem::invalid_body("`query` is required")),
        };
        let name = members.remove("operationName").or_else(|| members.remove("operation_name"));
        let operation = match name {
            Some(Value::String(name)) => Some(name),
            None | Some(Value::Null) => None,
            Some(_) => return Err(Problem::invalid_body("`operation_name` should be a string")),
        };
        let variables = match members.remove("variables") {
            Some(Value::Object(variables)) => variables,
            None | Some(Value::Null) => serde_json::Map::new(),
            Some(_) => return Err(Problem::invalid_body("`variables` should be an object")),
        };
        let variables = match JsonValue::from(Value::Object(variables)) {
            serde_json_bytes::Value::Object(variables) => variables,
            _ => JsonMap::new(),
        };
        Ok(Self { query, operation, variables })
    }
}
