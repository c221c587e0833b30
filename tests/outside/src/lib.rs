//! An office that invites users and looks for keypairs without use. It has no async code.

use backendai::{
    Client, Config, Result,
    admin::{
        keypair::{KeyPairDetail, PagedKeyPairs},
        types::UserInput,
    },
};
use tokio::runtime::{Builder, Runtime};

pub struct Office {
    client: Client,
    runtime: Runtime,
}

impl Office {
    /// Every request has the header `X-Ticket`.
    pub fn open(config: Config, ticket: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let client = Client::builder(config).header("X-Ticket", ticket).build()?;
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        Ok(Self { client, runtime })
    }

    /// Returns whether the user is new.
    pub fn invite(&self, email: &str) -> Result<bool> {
        let name = email.split('@').next().unwrap_or(email);
        let props = UserInput::new(name, "change me", true);
        let invited = self.runtime.block_on(self.client.users().ensure(email, props))?;
        Ok(invited.is_created())
    }

    /// Returns the keypairs that were never used.
    pub fn unused(&self) -> Result<Vec<String>> {
        self.runtime.block_on(async {
            let mut pages = self.client.pages(PagedKeyPairs::new());
            let mut found = Vec::new();
            while let Some(page) = pages.next().await {
                found.extend(unused(&page?.items).map(|it| it.access_key.clone()));
            }
            Ok(found)
        })
    }
}

/// Returns those that were never used.
pub fn unused(keypairs: &[KeyPairDetail]) -> impl Iterator<Item = &KeyPairDetail> {
    keypairs.iter().filter(|it| it.num_queries == Some(0))
}
