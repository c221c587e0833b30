//! The life cycle of a keypair, and a list that is read page by page.
//!
//! Without configuration it starts an embedded manager. With `BACKEND_ENDPOINT`,
//! `BACKEND_ACCESS_KEY` and `BACKEND_SECRET_KEY` it uses that manager; the keys must be those of a
//! superadmin. It deletes what it creates.

use std::env;

use backendai::{
    Client, Config, MaybeUndefined,
    admin::{
        keypair::PagedKeyPairs,
        types::{KeyPairInput, ModifyKeyPairInput},
    },
};
use backendai_testing::Manager;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[tokio::main]
async fn main() -> Result {
    if env::var_os("BACKEND_ENDPOINT").is_some() {
        return tour(Client::from_env()?).await;
    }
    let manager = Manager::builder().keypairs(250).start().await?;
    let admin = manager.superadmin();
    let config = Config::builder()
        .endpoint(manager.endpoint())
        .access_key(&admin.access_key)
        .secret_key(admin.secret_key.as_str())
        .build()?;
    tour(Client::new(config)?).await
}

#[expect(clippy::print_stdout, reason = "the output is the purpose of the example")]
async fn tour(client: Client) -> Result {
    let server = client.negotiate().await?;
    println!("manager {}, API {}", server.manager(), server.negotiated());

    let keypairs = client.keypairs();
    let own = keypairs
        .info(MaybeUndefined::Undefined)
        .await?
        .ok_or("the caller's keypair is not visible")?;
    let user = own.user_id.ok_or("the caller's keypair has no owner")?;
    let policy = own.resource_policy.ok_or("the caller's keypair has no resource policy")?;
    println!("signed in as {user}");

    let new = keypairs.create(&user, KeyPairInput::new(&policy, 1000)).await?;
    println!("created     {new:?}");
    let key = &new.access_key;
    keypairs.update(key, ModifyKeyPairInput::new().rate_limit(2000)).await?;
    keypairs.deactivate(key).await?;
    let seen = keypairs.info(key).await?.ok_or("the new keypair is not visible")?;
    println!("changed     rate limit {:?}, active {:?}", seen.rate_limit, seen.is_active);
    keypairs.activate(key).await?;
    keypairs.delete(key).await?;
    println!("deleted     {:?}", keypairs.info(key).await?.map(|keypair| keypair.access_key));

    // A refusal is an error, although the status of the response is 200.
    if let Err(error) = keypairs.delete(key).await {
        println!("refused     {error}");
    }

    let mut rows = client.pages(PagedKeyPairs::new()).page_size(50).max_items(250).items();
    let (mut count, mut active) = (0, 0);
    while let Some(row) = rows.next().await {
        count += 1;
        active += u32::from(row?.is_active == Some(true));
    }
    println!("read        {count} keypairs, {active} of them active");
    Ok(())
}
