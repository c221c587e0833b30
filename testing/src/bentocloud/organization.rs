//! What belongs to the organisation: secrets and API tokens.

#![allow(clippy::indexing_slicing, reason = "a key that a JSON value lacks is null")]

use serde_json::{Value, json};

use super::{
    State,
    account::{Account, FIRST, TIME, list, put, resource},
    deployment::Outcome,
    query::Query,
    store::complete,
};

impl State {
    pub(super) fn organized(
        &mut self,
        who: &Account,
        method: &str,
        path: &[&str],
        query: &Query,
        body: &Value,
    ) -> Outcome {
        match (method, path) {
            ("GET", [_, "org_secrets"]) => page(&self.secrets, "name", query),
            ("POST", [_, "org_secrets"]) => {
                complete(body, "the secret", &["name", "content", "description"])?;
                complete(&body["content"], "the content", &["type", "items", "path", "stage"])?;
                let name = body["name"].as_str().unwrap_or_default();
                if self.secrets.iter().any(|secret| secret["name"] == name) {
                    return Err((400, format!("the secret {name} exists")));
                }
                let mut secret = resource("org_secret", name);
                put(&mut secret, body.clone());
                let more = json!({
                    "description": "", "creator": who.user(), "cluster": who.cluster(FIRST),
                });
                put(&mut secret, more);
                self.secrets.push(secret.clone());
                Ok(secret)
            }
            ("PATCH", [_, "org_secrets", name]) => {
                complete(body, "the secret", &["content", "description"])?;
                let secret = self.secrets.iter_mut().find(|secret| secret["name"] == **name);
                let secret = secret.ok_or_else(absent)?;
                put(secret, json!({"content": body["content"]}));
                Ok(secret.clone())
            }
            (_, [_, "org_secrets", name]) => one(&mut self.secrets, "name", name, method),
            ("GET", [_, "api_tokens"]) => page(&self.tokens, "name", query),
            ("POST", [_, "api_tokens"]) => {
                complete(body, "the token", &["name", "description", "scopes", "expired_at"])?;
                self.made += 1;
                let mut token = resource("api_token", body["name"].as_str().unwrap_or_default());
                put(&mut token, body.clone());
                put(
                    &mut token,
                    json!({
                        "uid": format!("token-{}", self.made), "last_used_at": null,
                        "is_expired": false, "is_api_token": true, "updated_at": TIME,
                        "description": body["description"].as_str().unwrap_or_default(),
                        "scopes": body["scopes"].as_array().cloned().unwrap_or_default(),
                        "user": who.user(), "organization": who.organization(),
                    }),
                );
                self.tokens.push(token.clone());
                // The value is shown once.
                put(&mut token, json!({"token": format!("new-token-{}", self.made)}));
                Ok(token)
            }
            (_, [_, "api_tokens", uid]) => one(&mut self.tokens, "uid", uid, method),
            _ => Err(absent()),
        }
    }
}

fn absent() -> (u16, String) {
    (404, "record not found".to_owned())
}

fn page(all: &[Value], name: &str, query: &Query) -> Outcome {
    let fits = |one: &&Value| one[name].as_str().unwrap_or_default().contains(query.get("search"));
    let found: Vec<_> = all.iter().filter(fits).collect();
    let start = query.number("start")?.unwrap_or(0);
    let count = query.number("count")?.unwrap_or(20);
    let page = found.iter().skip(start).take(count).map(|&one| one.clone()).collect();
    Ok(list(page, found.len(), start))
}

/// Shows one of them, or deletes it.
fn one(all: &mut Vec<Value>, key: &str, value: &str, method: &str) -> Outcome {
    let at = all.iter().position(|one| one[key] == value).ok_or_else(absent)?;
    match method {
        "GET" => Ok(all[at].clone()),
        "DELETE" => Ok(all.remove(at)),
        _ => Err(absent()),
    }
}
