//! The service that every deployment runs: one route of each kind.

#![allow(clippy::indexing_slicing, reason = "a key that a JSON value lacks is null")]

use bytes::Bytes;
use http::request::Parts;
use serde_json::{Value, json};

use super::{State, query::Query, route::Answer};

/// A submitted task.
#[derive(Clone, Debug)]
pub(super) struct Task {
    id: String,
    input: Value,
    status: &'static str,
}

impl State {
    /// `echo` answers JSON, `text` a text, `file` a file, `upload` what it was sent, `stream` pieces,
    /// `boom` an error, and `job` is a task that is done after two requests for its status.
    pub(super) fn serve(
        &mut self,
        parts: &Parts,
        route: &str,
        query: &Query,
        body: &Bytes,
    ) -> Answer {
        let json = || serde_json::from_slice(body).unwrap_or(Value::Null);
        let content_type = parts.headers.get("content-type");
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        match (parts.method.as_str(), route) {
            ("GET", "readyz") => Answer::of(200, "text/plain", ""),
            ("GET", "schema.json") => Answer::json(200, &schema()),
            ("POST", "echo") => Answer::json(200, &json()["text"]),
            ("POST", "text") => {
                let text = json()["text"].as_str().unwrap_or_default().to_owned();
                Answer::of(200, "text/plain; charset=utf-8", text)
            }
            ("POST", "file") => Answer::of(200, "image/png", &b"\x89PNG\xff"[..])
                .header("content-disposition", "attachment; filename=\"out.png\""),
            ("POST", "upload") => Answer::of(200, "application/json", {
                let body = String::from_utf8_lossy(body);
                json!({"content_type": content_type, "body": body}).to_string()
            }),
            ("POST", "stream") => Answer::of(200, "text/event-stream", "one\ntwo\n"),
            ("POST", "boom") => Answer::json(500, &json!({"error": "boom"})),
            ("POST", "job/submit") => self.submit(json()),
            (method, route) => match route.strip_prefix("job/") {
                Some(verb) => self.task(method, verb, query.get("task_id")),
                None => Answer::json(404, &json!({"error": "no such route"})),
            },
        }
    }

    fn submit(&mut self, input: Value) -> Answer {
        self.made += 1;
        let id = format!("task-{}", self.made);
        self.tasks.push(Task { id: id.clone(), input, status: "pending" });
        Answer::json(200, &json!({"task_id": id, "status": "pending"}))
    }

    fn task(&mut self, method: &str, verb: &str, id: &str) -> Answer {
        let Some(task) = self.tasks.iter_mut().find(|task| task.id == id) else {
            return Answer::json(404, &json!({"error": format!("Task {id} not found")}));
        };
        match (method, verb) {
            ("GET", "status") => {
                let shown = json!({
                    "task_id": id, "status": task.status, "created_at": null, "executed_at": null,
                });
                task.status = match task.status {
                    "pending" => "in_progress",
                    "in_progress" => "completed",
                    status => status,
                };
                Answer::json(200, &shown)
            }
            ("GET", "get") if task.status == "completed" => Answer::json(200, &task.input),
            ("GET", "get") => Answer::json(400, &json!({"error": "the task is not done"})),
            ("PUT", "cancel") => {
                task.status = "canceled";
                Answer::json(200, &json!({"task_id": id, "status": "canceled"}))
            }
            ("POST", "retry") => {
                let input = task.input.clone();
                self.submit(input)
            }
            _ => Answer::json(404, &json!({"error": "no such route"})),
        }
    }
}

fn schema() -> Value {
    let text = json!({
        "type": "object", "properties": {"text": {"type": "string", "default": "hi"}},
    });
    let route = |name: &str, input: &Value, output: Value| {
        json!({
            "name": name, "route": format!("/{name}"), "is_task": name == "job",
            "batchable": false, "input": input, "output": output,
        })
    };
    let upload = json!({
        "type": "object", "required": ["f"],
        "properties": {"f": {"type": "file"}, "n": {"type": "integer", "default": 1}},
    });
    let string = json!({"type": "string"});
    json!({
        "name": "Svc", "type": "service",
        "routes": [
            route("echo", &text, string.clone()), route("text", &text, string.clone()),
            route("file", &text, json!({"type": "file"})), route("upload", &upload, json!({})),
            route("stream", &text, json!({"type": "string", "is_stream": true})),
            route("boom", &text, string.clone()), route("job", &text, string),
        ],
    })
}
