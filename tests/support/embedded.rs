//! Clients of the embedded manager.

use backendai::{Client, Config, ConfigBuilder, Retry};
use backendai_testing::{Account, Manager};

pub(crate) fn config(endpoint: &str, account: &Account) -> ConfigBuilder {
    Config::builder()
        .endpoint(endpoint)
        .access_key(&account.access_key)
        .secret_key(&*account.secret_key)
}

pub(crate) fn client(manager: &Manager, account: &Account) -> Client {
    client_at(manager.endpoint(), account)
}

/// A client of what is in front of the manager.
pub(crate) fn client_at(endpoint: &str, account: &Account) -> Client {
    Client::new(config(endpoint, account).build().unwrap()).unwrap()
}

/// A client that sends each call once.
pub(crate) fn once(manager: &Manager, account: &Account) -> Client {
    let config = config(manager.endpoint(), account).build().unwrap();
    Client::builder(config).retry(Retry::disabled()).build().unwrap()
}
