//! Paths to answers.

use std::collections::HashMap;

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, Query as Extract, Request as Incoming, State as Given},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};

use super::{
    Reply, Request, Shared,
    account::{Account, CLUSTERS, FIRST, instances, list},
    deployment::Outcome,
    lock,
};

/// No request to this server is larger, in bytes.
const LIMIT: usize = 1 << 20;

/// The query, where absent and empty are one.
pub(super) struct Query(HashMap<String, String>);

impl Query {
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, (u16, String)> {
        let text = self.get(name);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| (400, format!("`{name}` must be a number")))
    }
}

type Pairs = Extract<HashMap<String, String>>;

/// Whose token came along, put there by [`admit`].
type Who = axum::Extension<Account>;

pub(super) fn router(state: Shared) -> Router {
    let private = Router::new()
        .route("/api/v1/auth/current", get(async |who: Who| Json(who.user())))
        .route("/api/v1/current_org", get(async |who: Who| Json(who.organization())))
        .route("/api/v1/clusters", get(clusters))
        .route("/api/v1/clusters/{cluster}", get(cluster))
        .route("/api/v1/instance_types", get(async || Json(instances())))
        .route("/api/v1/bento_repositories/{name}", get(repository))
        .route("/api/v1/bento_repositories/{name}/bentos", get(bentos))
        .route("/api/v1/bento_repositories/{name}/bentos/{version}", get(bento))
        .route("/api/v2/deployments", get(list_deployments).post(create))
        .route("/api/v2/deployments/{name}", get(show).put(update).delete(delete))
        .route("/api/v2/deployments/{name}/void_update", put(void_update))
        .route("/api/v2/deployments/{name}/terminate", post(terminate))
        .layer(middleware::from_fn_with_state(state.clone(), admit));
    Router::new()
        .route("/api/v1/auth/code", get(code))
        .route("/api/v1/auth/token", get(token))
        .route("/apps/{name}/{route}", get(serve).post(serve))
        .merge(private)
        .fallback(async || error(404, "no such page"))
        .layer(middleware::from_fn_with_state(state.clone(), record))
        .with_state(state)
}

/// Writes every request down before anything else happens.
async fn record(Given(state): Given<Shared>, request: Incoming, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LIMIT).await else {
        return error(413, "the body is too large");
    };
    lock(&state).requests.push(Request {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts.headers.clone(),
        body: serde_json::from_slice(&body).ok(),
    });
    next.run(Incoming::from_parts(parts, Body::from(body))).await
}

/// Lets a known token in, unless the script has another answer for it.
async fn admit(Given(state): Given<Shared>, mut request: Incoming, next: Next) -> Response {
    match entitled(&state, request.headers(), request.uri().path()) {
        Ok(account) => {
            request.extensions_mut().insert(account);
        }
        Err(response) => return *response,
    }
    next.run(request).await
}

fn entitled(state: &Shared, headers: &HeaderMap, path: &str) -> Result<Account, Box<Response>> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let token = header("x-yatai-api-token");
    let token = token.ok_or_else(|| error(401, "the header X-YATAI-API-TOKEN is missing"))?;
    let version = header("x-bentoml-version").unwrap_or_default();
    if !version.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(error(400, "the header X-Bentoml-Version is missing or no version").into());
    }
    let mut state = lock(state);
    if let Some(reply) = scripted(&mut state.known.replies, token, path) {
        return Err(reply.into());
    }
    let account = state.known.accounts.iter().find(|(known, _)| known == token);
    let refused = || {
        let body = Json(json!({"message": "invalid api token"}));
        (StatusCode::UNAUTHORIZED, body).into_response()
    };
    Ok(account.map(|(_, account)| account.clone()).ok_or_else(refused)?)
}

fn scripted(replies: &mut [super::Scripted], token: &str, path: &str) -> Option<Response> {
    let scripted = replies.iter_mut().find(|scripted| {
        scripted.token == token
            && scripted.path.as_deref().is_none_or(|only| only == path)
            && scripted.times != Some(0)
    })?;
    scripted.times = scripted.times.map(|times| times - 1);
    let Reply { status, headers, body } = scripted.reply.clone();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Some(response)
}

fn error(status: u16, reason: &str) -> Response {
    answer(Err((status, reason.to_owned())))
}

fn answer(outcome: Outcome) -> Response {
    match outcome {
        Ok(body) => Json(body).into_response(),
        Err((status, reason)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
            (status, Json(json!({"error": reason}))).into_response()
        }
    }
}

fn missing() -> Response {
    error(404, "record not found")
}

async fn clusters(who: Who) -> Response {
    let items: Vec<_> = CLUSTERS.iter().map(|name| who.cluster(name)).collect();
    let total = items.len();
    Json(list(items, total, 0)).into_response()
}

async fn cluster(who: Who, Path(name): Path<String>) -> Response {
    let name = if name == "default" { FIRST } else { &name };
    if !CLUSTERS.contains(&name) {
        return missing();
    }
    Json(who.cluster_full(name)).into_response()
}

async fn repository(Given(state): Given<Shared>, Path(name): Path<String>) -> Response {
    let state = lock(&state);
    let known = state.known.bentos.iter().find(|bento| bento.name == name);
    known.map_or_else(missing, |bento| Json(bento.repository()).into_response())
}

async fn bentos(Given(state): Given<Shared>, Path(name): Path<String>) -> Response {
    let state = lock(&state);
    let known = state.known.bentos.iter().filter(|bento| bento.name == name);
    let items: Vec<_> = known.map(|bento| bento.show()).collect();
    let total = items.len();
    Json(list(items, total, 0)).into_response()
}

async fn bento(
    Given(state): Given<Shared>,
    Path((name, version)): Path<(String, String)>,
) -> Response {
    let state = lock(&state);
    let mut known = state.known.bentos.iter();
    let known = known.find(|bento| bento.name == name && bento.version == version);
    known.map_or_else(missing, |bento| Json(bento.show()).into_response())
}

async fn list_deployments(
    Given(state): Given<Shared>,
    who: Who,
    Extract(query): Pairs,
) -> Response {
    answer(lock(&state).list(&who, &Query(query)))
}

async fn create(
    Given(state): Given<Shared>,
    who: Who,
    Extract(query): Pairs,
    Json(body): Json<Value>,
) -> Response {
    answer(lock(&state).create(&who, Query(query).get("cluster"), &body))
}

async fn show(
    Given(state): Given<Shared>,
    who: Who,
    Path(name): Path<String>,
    Extract(query): Pairs,
) -> Response {
    answer(lock(&state).show(&who, &name, Query(query).get("cluster")))
}

async fn update(
    Given(state): Given<Shared>,
    who: Who,
    Path(name): Path<String>,
    Extract(query): Pairs,
    Json(body): Json<Value>,
) -> Response {
    answer(lock(&state).update(&who, &name, Query(query).get("cluster"), Some(&body)))
}

async fn void_update(
    Given(state): Given<Shared>,
    who: Who,
    Path(name): Path<String>,
    Extract(query): Pairs,
) -> Response {
    answer(lock(&state).update(&who, &name, Query(query).get("cluster"), None))
}

async fn terminate(
    Given(state): Given<Shared>,
    who: Who,
    Path(name): Path<String>,
    Extract(query): Pairs,
) -> Response {
    answer(lock(&state).terminate(&who, &name, Query(query).get("cluster")))
}

async fn delete(
    Given(state): Given<Shared>,
    who: Who,
    Path(name): Path<String>,
    Extract(query): Pairs,
) -> Response {
    answer(lock(&state).delete(&who, &name, Query(query).get("cluster")))
}

async fn code(Given(state): Given<Shared>) -> Response {
    let state = lock(&state);
    match &state.known.browser {
        Some(browser) => Json(json!({"code": browser.code})).into_response(),
        None => error(404, "there is no login by browser here"),
    }
}

async fn token(Given(state): Given<Shared>, Extract(query): Pairs) -> Response {
    let mut state = lock(&state);
    let browser = state.known.browser.as_mut();
    let Some(browser) = browser.filter(|browser| browser.code == Query(query).get("code")) else {
        return error(400, "the code is not known");
    };
    browser.polls = browser.polls.saturating_sub(1);
    if browser.polls > 0 {
        return error(404, "nobody has confirmed yet");
    }
    Json(json!({"token": browser.token})).into_response()
}

async fn serve(
    Given(state): Given<Shared>,
    Path((name, route)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
    let bearer = authorization.and_then(|value| value.strip_prefix("Bearer "));
    let body = serde_json::from_slice(&body).unwrap_or_default();
    answer(lock(&state).serve(&name, &route, bearer, body))
}
