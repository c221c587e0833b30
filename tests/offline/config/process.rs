//! The process-wide default. No other test of this binary may set or read it.

use std::sync::Arc;

use backendai::{Client, Config};

#[test]
fn the_global_configuration_is_the_one_that_was_set() {
    let config = |host: &str| Config::builder().endpoint(host).access_key("").build().unwrap();
    Config::set_global(config("https://first.example"));
    let first = Config::global().unwrap();
    assert!(Arc::ptr_eq(&first, &Config::global().unwrap()));
    Config::set_global(config("https://second.example"));
    let authority = |config: &Config| config.endpoints().first().unwrap().authority().to_owned();
    assert_eq!(authority(&Config::global().unwrap()), "second.example");
    assert_eq!(authority(&first), "first.example");
    assert_eq!(authority(Client::from_global().unwrap().config()), "second.example");
}
