//! What to do when the outcome of a mutation is unknown: read back, then decide.
//!
//! An embedded manager creates a keypair and loses the response. The program finds the keypair
//! instead of creating a second one.

use std::{collections::BTreeSet, time::Duration};

use backendai::{
    Client, Config, Error,
    admin::{keypair::KeyPairDetail, keypair::PagedKeyPairs, types::KeyPairInput},
};
use backendai_testing::{Fault, Manager};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the output is the purpose of the example")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manager = Manager::start().await?;
    let admin = manager.superadmin();
    let config = Config::builder()
        .endpoint(manager.endpoint())
        .access_key(&admin.access_key)
        .secret_key(admin.secret_key.as_str())
        .build()?;
    let client = Client::new(config)?;
    let user = &manager.user().email;
    let before = keypairs(&client, user).await?.len();

    // The mutation is executed, but its response is lost.
    manager
        .faults()
        .push_when(|request| request.body().starts_with(b"{\"query\":\"mutation"), Fault::Lose);
    let access_key = create(&client, user).await?;

    let after = keypairs(&client, user).await?.len();
    println!("created {access_key}: {before} keypairs before, {after} after");
    Ok(())
}

/// Creates one keypair, not two, and returns its access key.
async fn create(client: &Client, user: &str) -> Result<String, Error> {
    // The keypairs that existed before identify the new one; no other program may create keypairs
    // for this user meanwhile.
    let before: BTreeSet<_> =
        keypairs(client, user).await?.into_iter().map(|keypair| keypair.access_key).collect();
    loop {
        let error = match client.keypairs().create(user, KeyPairInput::new("default", 100)).await {
            Ok(new) => return Ok(new.access_key),
            Err(error) if error.is_outcome_unknown() => error,
            Err(error) => return Err(error),
        };
        tracing::warn!(%error, "reading back");
        // The manager may still be processing the request: read twice before repeating it.
        for pause in [Duration::ZERO, Duration::from_secs(5)] {
            tokio::time::sleep(pause).await;
            let now = keypairs(client, user).await?;
            if let Some(new) = now.into_iter().find(|now| !before.contains(&now.access_key)) {
                return Ok(new.access_key);
            }
        }
    }
}

async fn keypairs(client: &Client, user: &str) -> Result<Vec<KeyPairDetail>, Error> {
    let mut rows = client.pages(PagedKeyPairs::new().email(user)).items();
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row?);
    }
    Ok(all)
}
