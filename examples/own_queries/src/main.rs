//! A program with its own GraphQL documents, sent with `backendai` without the feature `admin`: none of
//! the operations of `backendai` is compiled. It starts an embedded manager unless `BACKEND_ENDPOINT`
//! is set.

use std::env;

use backendai::{Client, Config};
use backendai_testing::Manager;

/// The operations in `graphql/`, compiled by the build script.
mod queries {
    backendai::include_graphql!("queries");
}

use queries::{
    people::{AddKey, Overview, People, RemoveKey},
    types::KeyPairInput,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if env::var_os("BACKEND_ENDPOINT").is_some() {
        return report(Client::from_env()?).await;
    }
    let manager = Manager::start().await?;
    let admin = manager.superadmin();
    let config = Config::builder()
        .endpoint(manager.endpoint())
        .access_key(&admin.access_key)
        .secret_key(admin.secret_key.as_str())
        .build()?;
    let client = Client::new(config)?;
    spare_key(&client, &manager.user().email).await?;
    report(client).await
}

/// Creates a keypair and deletes it.
#[expect(clippy::print_stdout, reason = "the output is the purpose of the program")]
async fn spare_key(client: &Client, email: &str) -> Result<(), Box<dyn std::error::Error>> {
    let props = KeyPairInput::new("default", 100).is_active(false);
    let made = client.send(AddKey::new(email, props)).await?;
    let keypair = made.create_keypair.keypair.ok_or("no keypair was created")?;
    println!("keypair {} ({:?} requests)", keypair.access_key, keypair.rate_limit);
    client.send(RemoveKey::new(keypair.access_key)).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the output is the purpose of the program")]
async fn report(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    let overview = client.send(Overview::new()).await?;
    for domain in &overview.domains {
        println!("domain  {} (active: {:?})", domain.name, domain.is_active);
    }
    println!("keypairs {}", overview.keypair_list.total_count);
    let mut people = client.pages(People::new().filter("status == \"active\"")).items();
    while let Some(person) = people.next().await {
        let person = person?;
        let groups: Vec<_> = person.groups.iter().map(|group| group.name.as_str()).collect();
        println!("person  {} in {}", person.email, groups.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::KeyPairInput;

    /// The tests enable the feature `admin`.
    #[test]
    fn with_admin_a_type_of_the_schema_is_the_one_of_backendai() {
        let props: KeyPairInput = backendai::admin::types::KeyPairInput::new("default", 100);
        assert_eq!(props.rate_limit, 100);
    }
}
