//! What the server answers, apart from deployments. Keys that are not here are ignored.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize};

use crate::time::{self, DateTime};

/// A type with the fields that every resource has in front.
macro_rules! resource {
    ($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            /// The server's id.
            pub uid: String,
            /// The name, which is what calls take.
            pub name: String,
            /// What kind of thing it is, in the server's words.
            pub resource_type: String,
            /// When it was made.
            #[serde(deserialize_with = "crate::time::maybe")]
            pub created_at: Option<crate::time::DateTime>,
            /// When it was last changed.
            #[serde(deserialize_with = "crate::time::maybe")]
            pub updated_at: Option<crate::time::DateTime>,
            /// When it was deleted, if it was.
            #[serde(deserialize_with = "crate::time::maybe")]
            pub deleted_at: Option<crate::time::DateTime>,
            /// Labels.
            pub labels: Vec<crate::schema::Label>,
            $($body)*
        }
    };
}
pub(crate) use resource;

/// A key and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

impl Label {
    /// A label.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// An environment variable of a deployment. `Debug` leaves the value out: it is often a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Env {
    /// The variable.
    pub name: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

impl Env {
    /// A variable.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("name", &self.name).field("value", &"***").finish()
    }
}

/// A person, or what acts for one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The login name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The first name; empty if there is none.
    #[serde(default, deserialize_with = "or_empty")]
    pub first_name: String,
    /// The last name; empty if there is none.
    #[serde(default, deserialize_with = "or_empty")]
    pub last_name: String,
}

/// Null is an empty text.
fn or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(deserializer).map(Option::unwrap_or_default)
}

resource! {
    /// An organisation.
    pub struct Organization {
        /// The description.
        #[serde(default)]
        pub description: String,
    }
}

resource! {
    /// A cluster that deployments run on.
    pub struct Cluster {
        /// The description.
        #[serde(default)]
        pub description: String,
        /// The organisation.
        pub organization_name: String,
        /// The creator.
        pub creator: User,
        /// Whether it is the organisation's first, which needs no naming in addresses.
        #[serde(default)]
        pub is_first: Option<bool>,
    }
}

resource! {
    /// A cluster with everything about it.
    pub struct ClusterFull {
        /// The description.
        #[serde(default)]
        pub description: String,
        /// The organisation.
        pub organization_name: String,
        /// The creator.
        pub creator: User,
        /// Whether it is the organisation's first, which needs no naming in addresses.
        #[serde(default)]
        pub is_first: Option<bool>,
        /// The organisation, in full.
        pub organization: Organization,
        /// Settings.
        pub config: ClusterConfig,
        /// The instance types that deployments can ask for.
        pub resource_instances: Vec<InstanceType>,
    }
}

/// Settings of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ClusterConfig {
    /// The namespace in which deployments land.
    pub default_deployment_kube_namespace: String,
}

resource! {
    /// A size of machine that a service can ask for by name.
    pub struct InstanceType {
        /// The name for people.
        pub display_name: String,
        /// The description.
        #[serde(default)]
        pub description: String,
        /// What it consists of.
        pub config: InstanceConfig,
    }
}

/// What an instance type consists of.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct InstanceConfig {
    /// The group of sizes to which it belongs.
    pub group: String,
    /// The requests and limits of a container.
    pub resources: Resources,
    /// The price as the server writes it, in US dollars an hour.
    pub price: String,
    /// Labels of the machines it runs on.
    #[serde(default)]
    pub node_selectors: Option<BTreeMap<String, String>>,
    /// The accelerator, if there is one.
    #[serde(default)]
    pub gpu_config: Option<Gpu>,
}

/// Requests and limits, as Kubernetes has them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Resources {
    /// What is set aside.
    #[serde(default)]
    pub requests: Option<Resource>,
    /// What may be used.
    #[serde(default)]
    pub limits: Option<Resource>,
}

/// Amounts in Kubernetes notation, such as `500m` or `2Gi`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Resource {
    /// Processor cores.
    #[serde(default)]
    pub cpu: Option<String>,
    /// Memory.
    #[serde(default)]
    pub memory: Option<String>,
    /// Accelerators.
    #[serde(default)]
    pub gpu: Option<String>,
    /// Other resources.
    #[serde(default)]
    pub custom: Option<BTreeMap<String, String>>,
}

/// An accelerator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Gpu {
    /// The model, such as `nvidia-l4`.
    #[serde(rename = "type")]
    pub model: String,
    /// Its memory, such as `24Gi`.
    pub memory: String,
}

resource! {
    /// A bento: one version of a packed service.
    pub struct Bento {
        /// The description.
        #[serde(default)]
        pub description: String,
        /// The version.
        pub version: String,
        /// How far the server is with its image.
        pub image_build_status: String,
        /// Whether its content is there: `success` if so.
        pub upload_status: String,
        /// Why not, in words.
        pub upload_finished_reason: String,
        /// What is in it.
        #[serde(default)]
        pub manifest: Option<BentoManifest>,
        /// When it was built.
        #[serde(default, deserialize_with = "time::maybe")]
        pub build_at: Option<DateTime>,
        /// The repository that it is a version of, where the server sends it.
        #[serde(default)]
        pub repository: Option<BentoRepository>,
    }
}

impl Bento {
    /// `repository:version`, if the server sends the repository.
    pub fn tag(&self) -> Option<String> {
        self.repository.as_ref().map(|repository| format!("{}:{}", repository.name, self.version))
    }
}

/// The content of a bento.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct BentoManifest {
    /// The import path of the service.
    pub service: String,
    /// The release of BentoML that built it.
    pub bentoml_version: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The service that takes the requests from outside.
    #[serde(default)]
    pub entry_service: String,
    /// The name.
    #[serde(default)]
    pub name: Option<String>,
    /// The services in it.
    #[serde(default)]
    pub services: Vec<BentoService>,
}

/// A service in a bento.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct BentoService {
    /// Its name, which is the key in a deployment's `services`.
    pub name: String,
}

resource! {
    /// All versions of a bento.
    pub struct BentoRepository {
        /// The description.
        #[serde(default)]
        pub description: String,
    }
}

resource! {
    /// A version of a model.
    pub struct Model {
        /// The description.
        #[serde(default)]
        pub description: Option<String>,
        /// The version.
        pub version: String,
        /// Whether its content is there: `success` if so.
        pub upload_status: String,
        /// Why not, in words.
        #[serde(default)]
        pub upload_finished_reason: Option<String>,
        /// What is in it.
        #[serde(default)]
        pub manifest: Option<ModelManifest>,
        /// When it was made.
        #[serde(default, deserialize_with = "time::maybe")]
        pub build_at: Option<DateTime>,
        /// The repository that it is a version of, where the server sends it.
        #[serde(default)]
        pub repository: Option<ModelRepository>,
    }
}

impl Model {
    /// `repository:version`, if the server sends the repository.
    pub fn tag(&self) -> Option<String> {
        self.repository.as_ref().map(|repository| format!("{}:{}", repository.name, self.version))
    }
}

/// The content of a model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ModelManifest {
    /// The module that loads it.
    #[serde(default)]
    pub module: Option<String>,
    /// The release of BentoML that made it.
    #[serde(default)]
    pub bentoml_version: Option<String>,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Metadata.
    #[serde(default)]
    pub metadata: Option<serde_json::Value>,
}

resource! {
    /// All versions of a model.
    pub struct ModelRepository {
        /// The description.
        #[serde(default)]
        pub description: Option<String>,
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct List<T> {
    /// How many come before this page.
    pub start: u64,
    /// The number of items requested, as the server understood it.
    pub count: u64,
    /// How many there are on all pages.
    pub total: u64,
    /// Those on this page.
    pub items: Vec<T>,
}
