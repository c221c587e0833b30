//! The settings of a deployment. Every field is sent, nulls too: that is the wire format.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Deployment;
use crate::{
    error::{Error, Kind, Result},
    schema::{Bento, Env, Label},
    yaml,
};

/// The settings of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeploymentConfig {
    /// Whether callers must show a token.
    #[serde(default)]
    pub access_authorization: bool,
    /// Environment variables of all services.
    #[serde(default)]
    pub envs: Option<Vec<Env>>,
    /// Labels.
    #[serde(default)]
    pub labels: Option<Vec<Label>>,
    /// Names of secrets to mount or set.
    #[serde(default)]
    pub secrets: Option<Vec<String>>,
    /// Settings of each service of the bento, by its name.
    #[serde(default)]
    pub services: BTreeMap<String, Service>,
    /// Other versions that take a part of the requests.
    #[serde(default)]
    pub canary: Option<Canary>,
}

/// The settings of one service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// The size of machine; see [`Client::instance_types`](crate::Client::instance_types).
    #[serde(default)]
    pub instance_type: Option<String>,
    /// How many copies run.
    #[serde(default)]
    pub scaling: Option<Scaling>,
    /// Environment variables of this service.
    #[serde(default)]
    pub envs: Option<Vec<Env>>,
    /// How a new revision replaces the old one: `RollingUpdate`, `Recreate`, `RampedSlowRollout`
    /// or `BestEffortControlledRollout`.
    #[serde(default)]
    pub deployment_strategy: Option<String>,
    /// Overrides of what Kubernetes gets, in the server's own form.
    #[serde(default)]
    pub extras: Option<Value>,
    /// How long a request may wait for the first copy, in seconds.
    #[serde(default)]
    pub cold_start_timeout: Option<u32>,
    /// Overrides of the service's own configuration.
    #[serde(default = "no_overrides")]
    pub config_overrides: Option<Map<String, Value>>,
}

impl Service {
    /// The defaults of the real client, which sends an empty map of overrides and not null.
    pub fn new() -> Self {
        Self { config_overrides: no_overrides(), ..Self::default() }
    }
}

fn no_overrides() -> Option<Map<String, Value>> {
    Some(Map::new())
}

/// How many copies of a service run.
///
/// Without any scaling it is one. Without a maximum that is the minimum, but at least one. Without
/// a minimum the server decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// At least so many; zero lets it sleep.
    #[serde(default)]
    pub min_replicas: Option<i32>,
    /// At most so many; one or more.
    #[serde(default)]
    pub max_replicas: Option<i32>,
    /// When to add and remove copies.
    #[serde(default)]
    pub policy: Option<Policy>,
}

impl Scaling {
    /// Between `min` and `max` copies.
    pub fn between(min: i32, max: i32) -> Self {
        Self { min_replicas: Some(min), max_replicas: Some(max), policy: None }
    }

    fn complete(&mut self) -> Result<()> {
        let max = self.max_replicas.unwrap_or_else(|| self.min_replicas.unwrap_or(1).max(1));
        self.max_replicas = Some(max);
        let problem = match self.min_replicas {
            Some(min) if min > max => {
                "min scaling values must be less than or equal to max scaling values"
            }
            Some(min) if min < 0 => "min scaling values must be greater than or equal to 0",
            _ if max <= 0 => "max scaling values must be greater than 0",
            _ => return Ok(()),
        };
        Err(Error::input(problem))
    }
}

/// When copies are added and removed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What is measured, in the server's own form.
    #[serde(default)]
    pub metrics: Option<Vec<Value>>,
    /// How fast copies are removed.
    #[serde(default)]
    pub scale_down_behavior: Option<String>,
    /// How fast copies are added.
    #[serde(default)]
    pub scale_up_behavior: Option<String>,
    /// How long to look before removing any, in seconds.
    #[serde(default)]
    pub scale_down_stabilization_window: Option<u32>,
    /// How long to look before adding any, in seconds.
    #[serde(default)]
    pub scale_up_stabilization_window: Option<u32>,
}

/// Other versions that take a part of the requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Canary {
    /// What decides: `random`, `header` or `query`.
    #[serde(default)]
    pub route_type: Option<String>,
    /// The name of the header or parameter that decides.
    #[serde(default)]
    pub route_by: Option<String>,
    /// The versions by name.
    #[serde(default)]
    pub versions: Option<BTreeMap<String, Version>>,
}

/// One such version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// Environment variables of all its services.
    #[serde(default)]
    pub envs: Option<Vec<Env>>,
    /// Names of secrets.
    #[serde(default)]
    pub secrets: Option<Vec<String>>,
    /// Settings of each service.
    #[serde(default)]
    pub services: BTreeMap<String, Service>,
    /// Its bento, as `name:version`.
    #[serde(default)]
    pub bento: Option<String>,
    /// Its part of the requests.
    #[serde(default)]
    pub weight: Option<i32>,
}

impl DeploymentConfig {
    /// Fills in what the real client fills in, and refuses what it refuses.
    pub(super) fn complete(&mut self) -> Result<()> {
        let versions = self.canary.as_mut().and_then(|canary| canary.versions.as_mut());
        let others = versions.into_iter().flat_map(|versions| versions.values_mut());
        let services = others
            .flat_map(|version| version.services.values_mut())
            .chain(self.services.values_mut());
        for service in services {
            service.scaling.get_or_insert_with(|| Scaling::between(1, 1)).complete()?;
        }
        Ok(())
    }
}

/// A deployment to be made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateDeployment {
    /// Its settings.
    #[serde(flatten)]
    pub config: DeploymentConfig,
    /// Its bento, as `name:version`.
    pub bento: String,
    /// Its name; the server thinks of one if there is none.
    pub name: Option<String>,
    /// Whether it is a codespace.
    pub dev: bool,
}

impl CreateDeployment {
    /// A deployment of a bento, given as `name:version`, with the server's settings.
    pub fn new(bento: impl Into<String>) -> Self {
        Self { config: DeploymentConfig::default(), bento: bento.into(), name: None, dev: false }
    }

    /// A deployment of a bento with settings for each of its services, as the real client makes
    /// it.
    ///
    /// # Errors
    ///
    /// [`Error::is_state`] if the server does not describe the bento's content.
    pub fn of(bento: &Bento, repository: &str) -> Result<Self> {
        let Some(manifest) = &bento.manifest else {
            return Err(Error::state(format!(
                "the server has not said what is in bento {repository}:{}",
                bento.version
            )));
        };
        let mut deployment = Self::new(format!("{repository}:{}", bento.version));
        let names = manifest.services.iter().map(|service| service.name.clone());
        deployment.config.services = names.map(|name| (name, Service::new())).collect();
        Ok(deployment)
    }

    /// The same with a name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// A file that describes a deployment, as the real client reads it with `--config-file`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct DeploymentFile {
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its bento, as `name:version`.
    #[serde(default)]
    pub bento: Option<String>,
    /// Its cluster.
    #[serde(default)]
    pub cluster: Option<String>,
    /// Its settings.
    #[serde(flatten)]
    pub config: DeploymentConfig,
}

impl DeploymentFile {
    /// Reads YAML, of which JSON is a part.
    ///
    /// # Errors
    ///
    /// [`Error::is_input`] with the place if it is no YAML, or not of this form.
    pub fn parse(text: &str) -> Result<Self> {
        let node = yaml::parse(text).map_err(|problem| {
            let yaml::Problem { line, column, message } = problem;
            Error::input(format!("the deployment's file, {line}:{column}: {message}"))
        })?;
        let Some(node) = node else { return Err(Error::input("the deployment's file is empty")) };
        serde_path_to_error::deserialize(yaml::to_json(&node)).map_err(|error| {
            let problem = format!("the deployment's file does not fit at `{}`", error.path());
            Error::with_source(Kind::Input { problem }, error.into_inner())
        })
    }
}

/// What a deployment is to become.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpdateDeployment {
    /// Its settings.
    #[serde(flatten)]
    pub config: DeploymentConfig,
    /// Its bento, as `name:version`.
    pub bento: String,
}

impl UpdateDeployment {
    /// What a deployment is now.
    ///
    /// # Errors
    ///
    /// [`Error::is_state`] if the server does not describe what it runs.
    pub fn of(deployment: &Deployment) -> Result<Self> {
        let missing = |what| Error::state(format!("Deployment {} has no {what}", deployment.name));
        let revision =
            deployment.latest_revision.as_ref().ok_or_else(|| missing("latest revision"))?;
        let main = revision.main().ok_or_else(|| missing("latest revision targets"))?;
        let bento = main.bento.as_ref().and_then(Bento::tag).ok_or_else(|| missing("bento"))?;
        let mut config = main.config.clone().unwrap_or_default();
        // The server keeps labels on the deployment, and drops them if they are not sent again.
        if config.labels.is_none() && !deployment.labels.is_empty() {
            config.labels = Some(deployment.labels.clone());
        }
        config.canary = deployment.canary();
        Ok(Self { config, bento })
    }
}

/// Which deployments to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListDeployments {
    /// Only those on this cluster.
    pub cluster: Option<String>,
    /// Whether to ask for all clusters; by default if no cluster is given.
    pub all: Option<bool>,
    /// Words to look for.
    pub search: Option<String>,
    /// Only codespaces.
    pub dev: bool,
    /// Only those with all these labels.
    pub labels: Vec<Label>,
    /// More conditions in the server's own language.
    pub filter: Option<String>,
}

impl ListDeployments {
    pub(super) fn filter(&self) -> Option<String> {
        let mut parts = Vec::new();
        parts.extend(self.dev.then(|| "is:dev".to_owned()));
        parts
            .extend(self.labels.iter().map(|label| format!("label:{}={}", label.key, label.value)));
        parts.extend(self.filter.clone());
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}
