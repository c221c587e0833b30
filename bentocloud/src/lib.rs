#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
//!
//! # Guide
//!
//! [`Contexts`] is the file with the rules that choose a [`Context`]; [`Client`] is made from one.
//! [`Environment`] is always a value, so that tests and servers need not change their own. Every
//! failure is an [`Error`] with the predicates that a program needs and the text that a person needs.

pub mod container;
pub mod env;

#[doc = include_str!("../DIFFERENCES.md")]
pub mod differences {}

#[cfg(feature = "transfer")]
mod archive;
mod client;
mod config;
mod context;
mod contexts;
mod deployment;
mod endpoint;
mod error;
mod file;
mod home;
mod http;
mod login;
mod organization;
mod request;
mod schema;
#[cfg(feature = "transfer")]
pub mod store;
#[cfg(feature = "transfer")]
mod tag;
mod time;
#[cfg(feature = "transfer")]
pub mod transfer;
mod yaml;

#[cfg(feature = "transfer")]
pub use archive::{Format, Limits};
pub use client::{BENTOML_VERSION, Client, ClientBuilder};
pub use config::Config;
pub use context::{Context, DEFAULT_ENDPOINT, Token, without_password};
pub use contexts::{Contexts, Saved};
pub use deployment::{
    Canary, CreateDeployment, Deployment, DeploymentConfig, DeploymentFile, Deployments,
    ListDeployments, Manifest, Policy, Revision, Routing, Scaling, Service, Status, Target,
    UpdateDeployment, Version,
};
#[cfg(feature = "logs")]
pub use deployment::{LogOptions, Logs, Pod, PodStatus};
pub use endpoint::{Endpoint, Field, Input, Output, Route, Schema, Stream, Task, TaskStatus};
pub use env::Environment;
pub use error::{Error, Result};
pub use home::contexts_path;
pub use login::{BrowserLogin, Login, POLL};
pub use organization::{
    ApiToken, ApiTokens, CreateApiToken, Secret, SecretContent, SecretItem, SecretKind, Secrets,
};
pub use schema::{
    Bento, BentoManifest, BentoRepository, BentoService, Cluster, ClusterConfig, ClusterFull, Env,
    Gpu, InstanceConfig, InstanceType, Label, List, Model, ModelManifest, ModelRepository,
    Organization, Resource, Resources, User,
};
#[cfg(feature = "transfer")]
pub use tag::Tag;
pub use time::DateTime;
