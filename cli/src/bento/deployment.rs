//! `backendai bento deployment`.

mod logs;

use std::{fs, path::PathBuf, time::Duration};

use bentocloud::{
    CreateDeployment, Deployment, DeploymentFile, Env, Error, InstanceType, Label, ListDeployments,
    Scaling, Service, Status, UpdateDeployment,
};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    Session,
    show::{self, Object, object},
};
use crate::{global::Global, number::whole, output::Failure};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List deployments.
    List {
        /// Only those on this cluster.
        #[arg(long)]
        cluster: Option<String>,
        /// Only those whose name contains this.
        #[arg(long)]
        search: Option<String>,
        /// Only those with this label; can be given more than once.
        #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
        label: Vec<(String, String)>,
    },
    /// Show a deployment.
    Get(Named),
    /// Create a deployment of a bento that is on the server.
    #[command(after_help = "Examples:
  backendai bento deployment create summarization:v1 --name chat --scaling-max 3
  backendai bento deployment create --config-file chat.yaml --wait")]
    Create(Settings),
    /// Change some settings of a deployment, and keep the rest.
    Update(Settings),
    /// Create a deployment, or replace all its settings.
    Apply(Settings),
    /// Start a terminated deployment again.
    Start(Named),
    /// Stop a deployment.
    Terminate(Named),
    /// Delete a deployment.
    Delete(Named),
    /// Print the last lines of the log of each pod.
    #[command(after_help = "Example:
  backendai bento deployment logs chat --follow")]
    Logs(Box<logs::Logs>),
    /// Wait until a deployment has a status.
    #[command(after_help = "Example:
  backendai bento deployment wait chat --for running --timeout 600")]
    Wait {
        #[command(flatten)]
        named: Named,
        /// The status.
        #[arg(long = "for", value_name = "STATUS", default_value = "running")]
        wanted: String,
        /// Timeout in seconds.
        #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = whole(0, u64::MAX))]
        timeout: u64,
    },
    /// List the instance types for services.
    ListInstanceTypes {
        /// Only those of this cluster.
        #[arg(long)]
        cluster: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(super) struct Named {
    /// The deployment.
    name: String,
    /// Its cluster.
    #[arg(long)]
    cluster: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Settings {
    /// The bento, as `name:version`; for `update`, the deployment.
    target: Option<String>,
    /// The name of the deployment.
    #[arg(short, long)]
    name: Option<String>,
    /// The bento.
    #[arg(long)]
    bento: Option<String>,
    /// The cluster.
    #[arg(long)]
    cluster: Option<String>,
    /// YAML or JSON with the settings; options override it.
    #[arg(short = 'f', long, value_name = "FILE")]
    config_file: Option<PathBuf>,
    /// Whether callers must send a token.
    #[arg(long, value_name = "BOOL")]
    access_authorization: Option<bool>,
    /// Minimum number of replicas of each service.
    #[arg(long, value_name = "N", value_parser = whole(0, i32::MAX))]
    scaling_min: Option<i32>,
    /// Maximum number of replicas of each service.
    #[arg(long, value_name = "N", value_parser = whole(0, i32::MAX))]
    scaling_max: Option<i32>,
    /// The instance type of each service.
    #[arg(long, value_name = "NAME")]
    instance_type: Option<String>,
    /// How a new revision replaces the old one.
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// The name of a secret; can be given more than once.
    #[arg(long, value_name = "NAME")]
    secret: Vec<String>,
    /// An environment variable; can be given more than once.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    env: Vec<(String, String)>,
    /// A label; can be given more than once.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    label: Vec<(String, String)>,
    /// Wait until it runs.
    #[arg(long)]
    wait: bool,
    /// Timeout in seconds of --wait.
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = whole(0, u64::MAX))]
    timeout: u64,
}

/// `KEY=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("it must be KEY=VALUE".to_owned()),
    }
}

impl Settings {
    fn file(&self) -> Result<DeploymentFile, Failure> {
        let Some(path) = &self.config_file else { return Ok(DeploymentFile::default()) };
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::new(format!("cannot read {}", path.display())).cause(error.to_string())
        })?;
        DeploymentFile::parse(&text).map_err(Failure::from_error)
    }

    /// Overrides settings with the options.
    fn over(&self, config: &mut bentocloud::DeploymentConfig) {
        if let Some(authorization) = self.access_authorization {
            config.access_authorization = authorization;
        }
        if !self.secret.is_empty() {
            config.secrets = Some(self.secret.clone());
        }
        let envs = self.env.iter().map(|(name, value)| Env::new(name, value));
        config.envs = or(envs.collect(), config.envs.take());
        let labels = self.label.iter().map(|(key, value)| Label::new(key, value));
        config.labels = or(labels.collect(), config.labels.take());
        for service in config.services.values_mut() {
            if self.scaling_min.is_some() || self.scaling_max.is_some() {
                let scaling = service.scaling.get_or_insert_with(Scaling::default);
                scaling.min_replicas = self.scaling_min.or(scaling.min_replicas);
                scaling.max_replicas = self.scaling_max.or(scaling.max_replicas);
            }
            service.instance_type = self.instance_type.clone().or(service.instance_type.take());
            service.deployment_strategy =
                self.strategy.clone().or(service.deployment_strategy.take());
        }
    }
}

fn or<T>(given: Vec<T>, known: Option<Vec<T>>) -> Option<Vec<T>> {
    if given.is_empty() { known } else { Some(given) }
}

impl Verb {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::List { .. } => "list",
            Self::Get(_) => "get",
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::Apply(_) => "apply",
            Self::Start(_) => "start",
            Self::Terminate(_) => "terminate",
            Self::Delete(_) => "delete",
            Self::Logs(_) => "logs",
            Self::Wait { .. } => "wait",
            Self::ListInstanceTypes { .. } => "list-instance-types",
        }
    }

    pub(super) async fn run(self, global: &Global, session: &Session) -> Result<(), Failure> {
        let verb = self.name();
        let failed = |error: Error| Failure::of("bento deployment", verb, &error);
        let client = session.client().map_err(failed)?;
        let deployments = client.deployments();
        let deployment = match self {
            Self::Logs(logs) => {
                global.require_text()?;
                return logs.run(&client).await;
            }
            Self::List { cluster, search, label } => {
                let labels = label.iter().map(|(key, value)| Label::new(key, value)).collect();
                let query = ListDeployments { cluster, search, labels, ..Default::default() };
                let all = deployments.list(&query).await.map_err(failed)?;
                let columns = ["name", "cluster", "bento", "status", "created"];
                return show::rows(global, &columns, all.iter().map(shown).collect());
            }
            Self::ListInstanceTypes { cluster } => {
                let types = client.instance_types(cluster.as_deref()).await.map_err(failed)?;
                let columns = ["name", "price", "cpu", "memory", "gpu", "gpu_type"];
                return show::rows(global, &columns, types.iter().map(instance).collect());
            }
            Self::Get(Named { name, cluster }) => deployments.get(&name, cluster.as_deref()).await,
            Self::Start(Named { name, cluster }) => {
                deployments.start(&name, cluster.as_deref()).await
            }
            Self::Terminate(Named { name, cluster }) => {
                deployments.terminate(&name, cluster.as_deref()).await
            }
            Self::Delete(Named { name, cluster }) => {
                deployments.delete(&name, cluster.as_deref()).await
            }
            Self::Wait { named: Named { name, cluster }, wanted, timeout } => {
                let (wanted, max_wait) = (Status::from(wanted), Duration::from_secs(timeout));
                deployments.wait(&name, cluster.as_deref(), &wanted, max_wait).await
            }
            Self::Update(settings) => {
                let file = settings.file()?;
                let name = settings.target.as_ref().or(settings.name.as_ref());
                let Some(name) = name.or(file.name.as_ref()) else {
                    return Err(Failure::usage("there is no deployment to update"));
                };
                let cluster = settings.cluster.as_deref().or(file.cluster.as_deref());
                let change = |next: &mut UpdateDeployment| {
                    if settings.config_file.is_some() {
                        next.config = file.config.clone();
                    }
                    let bento = settings.bento.clone().or_else(|| file.bento.clone());
                    next.bento = bento.unwrap_or_else(|| next.bento.clone());
                    settings.over(&mut next.config);
                };
                let done = deployments.update(name, cluster, change).await.map_err(failed)?;
                return self::done(global, session, &settings, done).await;
            }
            Self::Create(ref settings) | Self::Apply(ref settings) => {
                let file = settings.file()?;
                let bento = settings.target.as_ref().or(settings.bento.as_ref());
                let Some(bento) = bento.or(file.bento.as_ref()) else {
                    return Err(Failure::usage("there is no bento to deploy"));
                };
                let cluster = settings.cluster.as_deref().or(file.cluster.as_deref());
                let mut wanted = CreateDeployment::new(bento);
                wanted.name = settings.name.clone().or(file.name);
                wanted.config = file.config;
                if let (true, Some((name, version))) =
                    (wanted.config.services.is_empty(), bento.split_once(':'))
                    && let Some(bento) = client.bento(name, version).await.map_err(failed)?
                    && let Some(manifest) = bento.manifest
                {
                    let names = manifest.services.into_iter().map(|service| service.name);
                    wanted.config.services = names.map(|name| (name, Service::new())).collect();
                }
                settings.over(&mut wanted.config);
                let made = match &self {
                    Self::Create(_) => deployments.create(&wanted, cluster).await,
                    _ => deployments.apply(&wanted, cluster).await,
                };
                return done(global, session, settings, made.map_err(failed)?).await;
            }
        };
        show::one(global, &shown(&deployment.map_err(failed)?))
    }
}

async fn done(
    global: &Global,
    session: &Session,
    settings: &Settings,
    deployment: Deployment,
) -> Result<(), Failure> {
    if !settings.wait {
        return show::one(global, &shown(&deployment));
    }
    let failed = |error: Error| Failure::of("bento deployment", "wait", &error);
    let client = session.client().map_err(failed)?;
    let (name, cluster) = (&deployment.name, Some(deployment.cluster.name.as_str()));
    let max_wait = Duration::from_secs(settings.timeout);
    let there = client.deployments().wait(name, cluster, &Status::Running, max_wait).await;
    show::one(global, &shown(&there.map_err(failed)?))
}

fn shown(deployment: &Deployment) -> Object {
    object([
        ("name", json!(deployment.name)),
        ("cluster", json!(deployment.cluster.name)),
        ("bento", json!(deployment.bento())),
        ("status", json!(deployment.status.to_string())),
        ("created", json!(deployment.created_at)),
        ("urls", json!(deployment.urls)),
    ])
}

fn instance(instance: &InstanceType) -> Object {
    let resources = &instance.config.resources;
    let amounts = resources.requests.as_ref().or(resources.limits.as_ref());
    let gpu = amounts.and_then(|amounts| amounts.gpu.clone()).filter(|gpu| !gpu.is_empty());
    object([
        ("name", json!(instance.name)),
        ("price", json!(instance.config.price)),
        ("description", json!(instance.description)),
        ("cpu", json!(amounts.and_then(|amounts| amounts.cpu.clone()))),
        ("memory", json!(amounts.and_then(|amounts| amounts.memory.clone()))),
        ("gpu", json!(gpu)),
        ("gpu_type", json!(instance.config.gpu_config.as_ref().map(|gpu| gpu.model.clone()))),
    ])
}
