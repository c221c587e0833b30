//! The calls about deployments.

mod answer;
mod config;
#[cfg(feature = "logs")]
mod logs;

use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;

pub use answer::{Deployment, Manifest, Revision, Routing, Status, Target};
pub use config::{
    Canary, CreateDeployment, DeploymentConfig, DeploymentFile, ListDeployments, Policy, Scaling,
    Service, UpdateDeployment, Version,
};
#[cfg(feature = "logs")]
pub use logs::{LogOptions, Logs, Pod, PodStatus};

use crate::{
    error::{Error, Result},
    http::Inner,
    request::{self, Call},
    schema::List,
};

const PATH: &str = "/api/v2/deployments";

/// The calls about deployments. `cluster` is always optional; without one it is the
/// organisation's first.
#[derive(Clone, Copy)]
pub struct Deployments<'a> {
    pub(crate) client: &'a Inner,
}

impl Deployments<'_> {
    /// Creates a deployment. Services without complete scaling get the real client's defaults; see
    /// [`Scaling`].
    ///
    /// # Errors
    ///
    /// [`Error::is_input`] if the scaling is impossible; all that every call can end in.
    pub async fn create(
        &self,
        deployment: &CreateDeployment,
        cluster: Option<&str>,
    ) -> Result<Deployment> {
        let mut deployment = deployment.clone();
        deployment.config.complete()?;
        let call = clustered(Call::new(Method::POST, PATH), cluster).json(&deployment)?;
        request::must(self.client, call, None).await
    }

    /// A deployment by name.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is none; all that every call can end in.
    pub async fn get(&self, name: &str, cluster: Option<&str>) -> Result<Deployment> {
        self.named(Call::get(PATH).name(name)?, name, cluster).await
    }

    /// All deployments that fit, in as few calls as the server allows: one that also returns how
    /// many there are, and one for all of them if they were not all in it.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn list(&self, query: &ListDeployments) -> Result<Vec<Deployment>> {
        let page = self.page(query, None, None).await?;
        if page.items.len() as u64 >= page.total {
            return Ok(page.items);
        }
        Ok(self.page(query, None, Some(page.total)).await?.items)
    }

    /// One page of the deployments that fit: `count` of them after the first `start`, by default
    /// as the server likes.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn page(
        &self,
        query: &ListDeployments,
        start: Option<u64>,
        count: Option<u64>,
    ) -> Result<List<Deployment>> {
        let text = |number: Option<u64>| number.map(|number| number.to_string());
        let call = clustered(Call::get(PATH), query.cluster.as_deref())
            .query("all", query.all.unwrap_or(query.cluster.is_none()).then(|| "true".to_owned()))
            .query("count", text(count))
            .query("q", query.filter())
            .query("search", query.search.clone())
            .query("start", text(start));
        request::must_leniently(self.client, call, "Deployment".to_owned()).await
    }

    /// Changes a deployment: reads what it is, lets `change` work on that, and sends the whole.
    /// Labels are kept. Another client's change in between is lost.
    ///
    /// ```no_run
    /// # async fn example(client: bentocloud::Client) -> bentocloud::Result<()> {
    /// let deployments = client.deployments();
    /// let change = |next: &mut bentocloud::UpdateDeployment| next.config.access_authorization = true;
    /// deployments.update("chat", None, change).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is none; [`Error::is_state`] if the server does not describe
    /// what it runs; [`Error::is_input`] if the scaling is impossible; all that every call can end
    /// in.
    pub async fn update(
        &self,
        name: &str,
        cluster: Option<&str>,
        change: impl FnOnce(&mut UpdateDeployment),
    ) -> Result<Deployment> {
        let now = self.get(name, cluster).await?;
        let mut next = UpdateDeployment::of(&now)?;
        change(&mut next);
        self.replace(name, Some(&now.cluster.name), &next).await
    }

    /// Replaces all settings of a deployment, without looking at what they are.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is none; [`Error::is_input`] if the scaling is impossible;
    /// all that every call can end in.
    pub async fn replace(
        &self,
        name: &str,
        cluster: Option<&str>,
        next: &UpdateDeployment,
    ) -> Result<Deployment> {
        let mut next = next.clone();
        next.config.complete()?;
        let call = Call::new(Method::PUT, PATH).name(name)?.json(&next)?;
        self.named(call, name, cluster).await
    }

    /// Makes a deployment be exactly this: creates it, or replaces all its settings. It must have
    /// a name.
    ///
    /// # Errors
    ///
    /// [`Error::is_input`] without a name or with impossible scaling; [`Error::is_state`] if it
    /// exists on another cluster than `cluster`; all that every call can end in.
    pub async fn apply(
        &self,
        deployment: &CreateDeployment,
        cluster: Option<&str>,
    ) -> Result<Deployment> {
        let Some(name) = deployment.name.as_deref() else {
            return Err(Error::input("a deployment that is applied needs a name"));
        };
        let now = match self.get(name, cluster).await {
            Err(error) if error.is_not_found() => return self.create(deployment, cluster).await,
            now => now?,
        };
        let there = &now.cluster.name;
        if cluster.is_some_and(|cluster| cluster != there) {
            let problem =
                format!("Deployment cluster cannot be changed, current cluster is {there}");
            return Err(Error::state(problem));
        }
        let next =
            UpdateDeployment { config: deployment.config.clone(), bento: deployment.bento.clone() };
        self.replace(name, Some(there), &next).await
    }

    /// Starts a terminated deployment again, as it was.
    ///
    /// # Errors
    ///
    /// [`Error::is_state`] if it is not terminated; [`Error::is_not_found`] if there is none; all
    /// that every call can end in.
    pub async fn start(&self, name: &str, cluster: Option<&str>) -> Result<Deployment> {
        let now = self.get(name, cluster).await?;
        if now.status != Status::Terminated {
            return Err(Error::state(format!(
                "Deployment '{name}' is not terminated (current status: {}). Only terminated \
                 deployments can be started.",
                now.status
            )));
        }
        self.void_update(name, Some(&now.cluster.name)).await
    }

    /// Waits until a deployment has a status, and returns it. One that sleeps counts as running.
    ///
    /// # Errors
    ///
    /// [`Error::is_state`] if it fails instead, or has another status when `patience` is over; all
    /// that [`get`](Self::get) can end in.
    pub async fn wait(
        &self,
        name: &str,
        cluster: Option<&str>,
        wanted: &Status,
        patience: Duration,
    ) -> Result<Deployment> {
        let end = Instant::now() + patience;
        let pause = self.client.pause * 4;
        loop {
            let now = self.get(name, cluster).await?;
            let asleep = *wanted == Status::Running && now.status == Status::ScaledToZero;
            if now.status == *wanted || asleep {
                return Ok(now);
            }
            let failed = matches!(now.status, Status::Failed | Status::ImageBuildFailed);
            if failed || Instant::now() + pause >= end {
                let status = &now.status;
                return Err(Error::state(format!("Deployment {name} is {status}, not {wanted}")));
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Lets the server make a new revision without a change.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is none; all that every call can end in.
    pub async fn void_update(&self, name: &str, cluster: Option<&str>) -> Result<Deployment> {
        let call = Call::new(Method::PUT, PATH).name(name)?.part("void_update");
        self.named(call, name, cluster).await
    }

    /// Stops a deployment. It stays in the list and can be started again.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is none; all that every call can end in.
    pub async fn terminate(&self, name: &str, cluster: Option<&str>) -> Result<Deployment> {
        let call = Call::new(Method::POST, PATH).name(name)?.part("terminate");
        self.named(call, name, cluster).await
    }

    /// Deletes a deployment, and returns what it was.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is none; all that every call can end in.
    pub async fn delete(&self, name: &str, cluster: Option<&str>) -> Result<Deployment> {
        self.named(Call::new(Method::DELETE, PATH).name(name)?, name, cluster).await
    }

    async fn named(&self, call: Call<'_>, name: &str, cluster: Option<&str>) -> Result<Deployment> {
        let call = clustered(call, cluster);
        request::must_leniently(self.client, call, format!("Deployment {name}")).await
    }
}

impl std::fmt::Debug for Deployments<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deployments").finish_non_exhaustive()
    }
}

fn clustered<'a>(call: Call<'a>, cluster: Option<&str>) -> Call<'a> {
    call.query("cluster", cluster.map(str::to_owned))
}
