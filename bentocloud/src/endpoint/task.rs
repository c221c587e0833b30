//! Tasks: calls whose answer is fetched later.

use std::{fmt, time::Duration};

use reqwest::Method;
use serde::Deserialize;
use tokio::time::Instant;

use super::{Endpoint, Input, Output, unreadable};
use crate::{
    error::{Error, Result},
    http::timed,
};

/// A submitted task.
#[derive(Debug)]
pub struct Task<'a> {
    endpoint: &'a Endpoint,
    route: String,
    id: String,
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TaskStatus {
    /// It waits for its turn.
    Pending,
    /// It runs.
    InProgress,
    /// Its answer can be fetched.
    Completed,
    /// It broke off.
    Failed,
    /// It was cancelled.
    #[serde(alias = "cancelled")]
    Canceled,
}

impl TaskStatus {
    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Canceled)
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        })
    }
}

#[derive(Deserialize)]
struct Submitted {
    task_id: String,
}

#[derive(Deserialize)]
struct Seen {
    status: TaskStatus,
}

impl Endpoint {
    /// Submits a task.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send).
    pub async fn submit(&self, route: &str, input: Input) -> Result<Task<'_>> {
        let Submitted { task_id } =
            self.about(route, "submit", Method::POST, None, Some(input)).await?;
        Ok(self.task(route, task_id))
    }

    /// A task that was submitted before.
    pub fn task(&self, route: &str, id: impl Into<String>) -> Task<'_> {
        Task { endpoint: self, route: route.trim_end_matches('/').to_owned(), id: id.into() }
    }

    async fn about<T: serde::de::DeserializeOwned>(
        &self,
        route: &str,
        verb: &str,
        method: Method,
        id: Option<&str>,
        input: Option<Input>,
    ) -> Result<T> {
        let route = format!("{}/{verb}", route.trim_end_matches('/'));
        let response = self.exchange(method, &route, id, input).await?;
        let body = timed(self.inner.timeout, response.bytes()).await;
        let body = body.map_err(|broken| self.broken(&route, broken))?;
        serde_json::from_slice(&body).map_err(|error| {
            unreadable(&route, String::from_utf8_lossy(&body).into_owned(), Some(error))
        })
    }
}

impl Task<'_> {
    /// The id, by which [`Endpoint::task`] finds it again.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns what the task is doing.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if the service does not know it; all that every call can end in.
    pub async fn status(&self) -> Result<TaskStatus> {
        let Seen { status } =
            self.endpoint.about(&self.route, "status", Method::GET, Some(&self.id), None).await?;
        Ok(status)
    }

    /// Returns the task's answer.
    ///
    /// # Errors
    ///
    /// As for [`status`](Self::status); the service's error if the task has failed or goes on.
    pub async fn get(&self) -> Result<Output> {
        let route = format!("{}/get", self.route);
        let response = self.endpoint.exchange(Method::GET, &route, Some(&self.id), None).await?;
        self.endpoint.output(&route, response).await
    }

    /// Waits until the task is done, and returns its answer.
    ///
    /// # Errors
    ///
    /// [`Error::is_state`] if it has failed, was cancelled, or is not done when `patience` is over;
    /// all that every call can end in.
    pub async fn wait(&self, patience: Duration) -> Result<Output> {
        let end = Instant::now() + patience;
        let mut pause = Duration::from_millis(50);
        loop {
            match self.status().await? {
                TaskStatus::Completed => return self.get().await,
                status if status.is_final() => {
                    return Err(Error::state(format!("task {} is {status}", self.id)));
                }
                status if Instant::now() + pause >= end => {
                    return Err(Error::state(format!("task {} is still {status}", self.id)));
                }
                _ => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    /// Cancels the task.
    ///
    /// # Errors
    ///
    /// As for [`status`](Self::status).
    pub async fn cancel(&self) -> Result<()> {
        let route = format!("{}/cancel", self.route);
        self.endpoint.exchange(Method::PUT, &route, Some(&self.id), None).await?;
        Ok(())
    }

    /// Runs the task again, as another one.
    ///
    /// # Errors
    ///
    /// As for [`status`](Self::status).
    pub async fn retry(&self) -> Result<Self> {
        let Submitted { task_id } =
            self.endpoint.about(&self.route, "retry", Method::POST, Some(&self.id), None).await?;
        Ok(self.endpoint.task(&self.route, task_id))
    }
}
