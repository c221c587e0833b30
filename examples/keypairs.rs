//! Creates a keypair for a user and lists the active ones: the first program of the readme.
//!
//! It needs `BACKEND_ENDPOINT`, `BACKEND_ACCESS_KEY` and `BACKEND_SECRET_KEY`, with the keys of a
//! superadmin, and the user's e-mail address as its argument.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "it is an example")]

use backendai::{
    Client,
    admin::{keypair::PagedKeyPairs, types::KeyPairInput},
};

#[tokio::main]
async fn main() -> backendai::Result<()> {
    let client = Client::from_env()?;
    let email = std::env::args().nth(1).expect("usage: keypairs EMAIL");
    let new = client.keypairs().create(email, KeyPairInput::new("default", 5000)).await?;
    println!("{}", new.access_key);

    let mut keypairs = client.pages(PagedKeyPairs::new().filter("is_active == true")).items();
    while let Some(keypair) = keypairs.next().await {
        let keypair = keypair?;
        println!("{} {:?}", keypair.access_key, keypair.user_id);
    }
    Ok(())
}
