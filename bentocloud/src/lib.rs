//! BentoCloud credentials and REST client.

pub mod container;
pub mod env;

mod client;
mod config;
mod context;
mod contexts;
mod deployment;
mod endpoint;
mod error;
mod file;
mod home;
mod login;
mod request;
mod schema;
mod time;
mod yaml;

pub use client::{BENTOML_VERSION, Client, ClientBuilder};
pub use config::Config;
pub use context::{Context, DEFAULT_ENDPOINT, Token, without_password};
pub use contexts::{Contexts, Saved};
pub use deployment::{
    Canary, CreateDeployment, Deployment, DeploymentConfig, Deployments, ListDeployments, Manifest,
    Policy, Revision, Routing, Scaling, Service, Status, Target, UpdateDeployment, Version,
};
pub use endpoint::Endpoint;
pub use env::Environment;
pub use error::{Error, Result};
pub use home::contexts_path;
pub use login::{BrowserLogin, Login, POLL};
pub use schema::{
    Bento, BentoManifest, BentoRepository, BentoService, Cluster, ClusterConfig, ClusterFull, Env,
    Gpu, InstanceConfig, InstanceType, Label, List, Organization, Resource, Resources, User,
};
pub use time::DateTime;
