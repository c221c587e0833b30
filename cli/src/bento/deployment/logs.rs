//! `backendai bento deployment logs`.

use bentocloud::{Client, Error, LogOptions, Pod};
use clap::Args;
use tokio::task::JoinSet;

use super::Named;
use crate::{bento::show, number::whole, output::Failure};

#[derive(Args, Debug)]
pub(in crate::bento) struct Logs {
    #[command(flatten)]
    named: Named,
    /// Only this pod.
    #[arg(long)]
    pod: Option<String>,
    /// The container of each pod.
    #[arg(long, default_value = "main")]
    container: String,
    /// Print the log of the image build.
    #[arg(long, conflicts_with_all = ["pod", "container"])]
    build: bool,
    /// Print new lines until the deployment ends.
    #[arg(short, long)]
    follow: bool,
    /// Number of last lines.
    #[arg(long, value_name = "N", default_value = "50", value_parser = whole(0, u32::MAX))]
    tail: u32,
}

fn failed(error: Error) -> Failure {
    Failure::of("bento deployment", "logs", &error)
}

impl Logs {
    pub(super) async fn run(&self, client: &Client) -> Result<(), Failure> {
        let Named { name, cluster } = &self.named;
        let (deployments, cluster) = (client.deployments(), cluster.as_deref());
        let mut pods = match self.build {
            true => {
                let builder = deployments.image_builder(name, cluster).await.map_err(failed)?;
                builder.into_iter().collect()
            }
            false => deployments.pods(name, cluster).await.map_err(failed)?,
        };
        pods.retain(|pod| {
            pod.is_image_builder() == self.build
                && self.pod.as_ref().is_none_or(|wanted| *wanted == pod.name)
        });
        if pods.is_empty() {
            return Err(Failure::new(format!("deployment {name} has no such pod now")));
        }
        let several = pods.len() > 1;
        let mut tasks = JoinSet::new();
        for pod in pods {
            let container = if self.build { "builder" } else { &self.container };
            let options = LogOptions {
                container: container.to_owned(),
                follow: self.follow,
                lines: self.tail,
            };
            let (client, name) = (client.clone(), name.clone());
            let cluster = cluster.map(str::to_owned);
            let prefix = if several { format!("[{}] ", pod.name) } else { String::new() };
            tasks.spawn(
                async move { print(&client, &name, cluster, &pod, &options, &prefix).await },
            );
            if !self.follow {
                // One log after the other.
                finished(&mut tasks).await?;
            }
        }
        while !tasks.is_empty() {
            finished(&mut tasks).await?;
        }
        Ok(())
    }
}

async fn finished(tasks: &mut JoinSet<Result<(), Failure>>) -> Result<(), Failure> {
    match tasks.join_next().await {
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(Failure::new("the log broke off").cause(error.to_string())),
        None => Ok(()),
    }
}

/// Prints whole lines, so that those of several pods do not mix.
async fn print(
    client: &Client,
    name: &str,
    cluster: Option<String>,
    pod: &Pod,
    options: &LogOptions,
    prefix: &str,
) -> Result<(), Failure> {
    let deployments = client.deployments();
    let deployment = deployments.get(name, cluster.as_deref()).await.map_err(failed)?;
    let mut log = deployments.logs(&deployment, pod, options).await.map_err(failed)?;
    let mut rest: Vec<u8> = Vec::new();
    while let Some(piece) = log.next().await.map_err(failed)? {
        rest.extend(piece);
        let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let later = rest.split_off(whole);
        write(&rest, prefix)?;
        rest = later;
    }
    if !rest.is_empty() {
        rest.push(b'\n');
    }
    write(&rest, prefix)
}

fn write(lines: &[u8], prefix: &str) -> Result<(), Failure> {
    let lines = lines.split_inclusive(|byte| *byte == b'\n');
    let text: Vec<u8> = lines.flat_map(|line| [prefix.as_bytes(), line].concat()).collect();
    show::bytes(&text)
}
