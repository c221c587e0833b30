//! The one configuration of a process. No other test of this binary may set or read it.

use std::sync::Arc;

use backendai::{Config, get_config, set_config};

#[test]
fn what_is_set_is_what_everybody_gets() {
    let config = |host: &str| Config::builder().endpoint(host).access_key("").build().unwrap();
    set_config(config("https://first.example"));
    let first = get_config().unwrap();
    assert!(Arc::ptr_eq(&first, &get_config().unwrap()));
    set_config(config("https://second.example"));
    let authority = |config: &Config| config.endpoints().first().unwrap().authority().to_owned();
    assert_eq!(authority(&get_config().unwrap()), "second.example");
    assert_eq!(authority(&first), "first.example");
}
