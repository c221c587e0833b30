//! Deployments as the server describes them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer};
use url::Url;

use super::config::{Canary, DeploymentConfig, Version};
use crate::schema::{Bento, Cluster, User, resource};

resource! {
    /// A deployment.
    pub struct Deployment {
        /// What it is doing.
        pub status: Status,
        /// The namespace it lives in.
        #[serde(default)]
        pub kube_namespace: String,
        /// The creator.
        pub creator: User,
        /// Where it runs.
        pub cluster: Cluster,
        /// The latest revision.
        pub latest_revision: Option<Revision>,
        /// How requests are shared between versions.
        #[serde(default)]
        pub manifest: Option<Manifest>,
        /// Where it can be called. Lists leave it empty.
        #[serde(default)]
        pub urls: Vec<String>,
    }
}

impl Deployment {
    /// Its bento, as `name:version`, if the server sends it.
    pub fn bento(&self) -> Option<String> {
        self.latest_revision.as_ref()?.main()?.bento.as_ref()?.tag()
    }

    /// Whether it is a codespace.
    pub fn is_dev(&self) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| manifest.dev)
    }

    /// Its page for people on the server at `endpoint`.
    pub fn console(&self, endpoint: &Url) -> Url {
        let mut url = endpoint.clone();
        // Basic authentication is for programs.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        if let Ok(mut path) = url.path_segments_mut() {
            let kind = if self.is_dev() { "codespaces" } else { "deployments" };
            path.pop_if_empty().extend([kind, &self.name]);
        }
        if self.cluster.is_first != Some(true) {
            url.query_pairs_mut()
                .append_pair("cluster", &self.cluster.name)
                .append_pair("namespace", &self.kube_namespace);
        }
        url
    }

    /// The other versions and their parts of the requests.
    pub(super) fn canary(&self) -> Option<Canary> {
        let routing = self.manifest.as_ref().and_then(|manifest| manifest.routing.as_ref());
        let mut canary = routing.map(|routing| Canary {
            route_type: routing.route_type.clone(),
            route_by: routing.route_by.clone(),
            versions: None,
        });
        let revision = self.latest_revision.as_ref()?;
        for target in revision.others() {
            let config = target.config.clone().unwrap_or_default();
            let weights = routing.and_then(|routing| routing.weights.as_ref());
            let version = Version {
                envs: config.envs,
                secrets: config.secrets,
                services: config.services,
                bento: target.bento.as_ref().and_then(Bento::tag),
                weight: weights.and_then(|weights| weights.get(&target.name).copied()),
            };
            let versions = &mut canary.get_or_insert_default().versions;
            versions.get_or_insert_default().insert(target.name.clone(), version);
        }
        canary
    }
}

/// What a deployment is doing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The server does not know.
    Unknown,
    /// It has never been deployed.
    NonDeployed,
    /// It works.
    Running,
    /// It runs, but not well.
    Unhealthy,
    /// It could not be deployed.
    Failed,
    /// It is on its way.
    Deploying,
    /// It is scaled to zero until the next call.
    ScaledToZero,
    /// It is being stopped.
    Terminating,
    /// It is stopped.
    Terminated,
    /// Its image is being built.
    ImageBuilding,
    /// Its image could not be built.
    ImageBuildFailed,
    /// Its image is built.
    ImageBuildSucceeded,
    /// Something that this client has not heard of, in the server's word.
    Other(String),
}

/// Each status with the server's word for it.
const STATUSES: [(Status, &str); 12] = [
    (Status::Unknown, "unknown"),
    (Status::NonDeployed, "non-deployed"),
    (Status::Running, "running"),
    (Status::Unhealthy, "unhealthy"),
    (Status::Failed, "failed"),
    (Status::Deploying, "deploying"),
    (Status::ScaledToZero, "scaled-to-zero"),
    (Status::Terminating, "terminating"),
    (Status::Terminated, "terminated"),
    (Status::ImageBuilding, "image-building"),
    (Status::ImageBuildFailed, "image-build-failed"),
    (Status::ImageBuildSucceeded, "image-build-succeeded"),
];

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = STATUSES.iter().find(|(status, _)| status == self);
        f.write_str(match (known, self) {
            (Some((_, word)), _) => word,
            (None, Self::Other(word)) => word,
            (None, _) => "unknown",
        })
    }
}

impl From<String> for Status {
    fn from(word: String) -> Self {
        let known = STATUSES.iter().find(|(_, known)| *known == word);
        known.map_or(Self::Other(word), |(status, _)| status.clone())
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

resource! {
    /// The settings of a deployment at one time.
    pub struct Revision {
        /// The creator.
        pub creator: Option<User>,
        /// Whether it is the one that counts.
        pub status: String,
        /// The versions that run side by side; mostly one.
        pub targets: Vec<Option<Target>>,
    }
}

impl Revision {
    /// The version that takes the requests which no other takes.
    pub fn main(&self) -> Option<&Target> {
        match self.targets.as_slice() {
            [only] => only.as_ref(),
            many => many.iter().flatten().find(|target| target.name == MAIN),
        }
    }

    fn others(&self) -> impl Iterator<Item = &Target> {
        let several = self.targets.len() > 1;
        self.targets.iter().flatten().filter(move |target| several && target.name != MAIN)
    }
}

/// The name of the main target where there are several.
const MAIN: &str = "main";

resource! {
    /// One version in a revision.
    pub struct Target {
        /// The creator.
        pub creator: Option<User>,
        /// Its settings.
        pub config: Option<DeploymentConfig>,
        /// Its bento.
        pub bento: Option<Bento>,
    }
}

/// How requests are shared between versions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Whether it is a codespace.
    #[serde(default)]
    pub dev: bool,
    /// The rule.
    #[serde(default)]
    pub routing: Option<Routing>,
}

/// The rule by which requests are shared.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Routing {
    /// What decides: `random`, `header` or `query`.
    #[serde(default)]
    pub route_type: Option<String>,
    /// The name of the header or parameter that decides.
    #[serde(default)]
    pub route_by: Option<String>,
    /// The part of each version.
    #[serde(default)]
    pub weights: Option<BTreeMap<String, i32>>,
}
