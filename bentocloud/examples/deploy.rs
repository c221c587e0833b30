//! Log in, list, deploy, call, terminate: one round against an embedded BentoCloud.
//!
//! ```sh
//! cargo run -p bentocloud --example deploy
//! ```
//!
//! With a real account, `Client::from_env()` is all that is needed instead of the login.

#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::time::Duration;

use backendai_testing::bentocloud::{Account, BentoCloud};
use bentocloud::{Client, Contexts, CreateDeployment, Environment, ListDeployments, Scaling};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = BentoCloud::builder()
        .token("ok-ada", Account::new("ada", "acme"))
        .bento("summarization", "v1", &["Summarization"])
        .start()
        .await?;
    let home = tempfile::tempdir()?;
    let contexts = Contexts::at(home.path().join(".yatai.yaml"), Environment::default());

    let login = contexts.login(Client::builder(server.endpoint(), "ok-ada"), None).await?;
    println!("Logged in as {} at {}", login.user.email, login.organization.name);

    let client = Client::from_context(&contexts.current()?)?;
    let deployments = client.deployments();
    println!("{} deployments", deployments.list(&ListDeployments::default()).await?.len());

    let bento = client.bento("summarization", "v1").await?.ok_or("there is no such bento")?;
    let mut wanted = CreateDeployment::of(&bento, "summarization")?.named("chat");
    for service in wanted.config.services.values_mut() {
        service.scaling = Some(Scaling::between(0, 2));
    }
    let deployment = deployments.create(&wanted, None).await?;
    println!("{} is {} at {:?}", deployment.name, deployment.status, deployment.urls);

    let endpoint = client.connect("chat", None, None).await?;
    endpoint.ready(Duration::from_secs(30)).await?;
    let echo: String = endpoint.call("/echo", &serde_json::json!({"text": "hello"})).await?;
    println!("It says {echo:?}");

    for deployment in deployments.list(&ListDeployments::default()).await? {
        println!(
            "{} {}",
            deployment.name,
            deployments.terminate(&deployment.name, None).await?.status
        );
    }
    Ok(())
}
