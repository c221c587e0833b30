//! Calls in a tokio runtime that cannot run them, and without one.

use std::panic;

use backendai::{Client, Config, admin::keypair::GetKeyPair};
use futures_util::FutureExt as _;
use tokio::runtime::Builder;

use crate::support::{
    embedded,
    transport::{Fake, client, ok},
};

fn real() -> Client {
    let config = Config::builder().endpoint("http://127.0.0.1:9").access_key("").build().unwrap();
    Client::new(config).unwrap()
}

#[test]
fn without_a_runtime_the_call_fails() {
    let call = real().negotiate().now_or_never();
    let error = call.expect("nothing is awaited").unwrap_err();
    assert!(error.is_config(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "negotiate: there is no tokio runtime: call it in an async function below `#[tokio::main]`, \
         or with `Runtime::block_on`"
    );
}

#[test]
fn a_runtime_without_io_or_timers_is_named() {
    let error = Builder::new_current_thread().enable_time().build().unwrap();
    let error = error.block_on(real().negotiate()).unwrap_err();
    assert!(error.is_config(), "{error:?}");
    let text = error.to_string();
    assert!(text.ends_with("the tokio runtime has no IO: build it with `enable_all()`"), "{text}");

    let error = Builder::new_current_thread().enable_io().build().unwrap();
    let error = error.block_on(real().negotiate()).unwrap_err();
    assert!(error.is_config(), "{error:?}");
    let text = error.to_string();
    assert!(
        text.ends_with("the tokio runtime has no timers: build it with `enable_all()`"),
        "{text}"
    );
}

#[test]
fn a_transport_that_needs_no_runtime_works_without_one() {
    let fake = Fake::new(|_, _| ok(r#"{"data":{"keypair":null},"errors":null}"#));
    let call = client(&fake).send(GetKeyPair::new()).into_future().now_or_never();
    assert!(call.expect("nothing is awaited").unwrap().keypair.is_none());
}

#[test]
fn another_panic_stays_one() {
    let fake = Fake::new(|_, _| panic!("a mistake of the transport"));
    let call = client(&fake).send(GetKeyPair::new()).into_future();
    let caught = panic::catch_unwind(panic::AssertUnwindSafe(|| call.now_or_never()));
    let text = caught.expect_err("it panics");
    assert_eq!(text.downcast_ref::<&str>(), Some(&"a mistake of the transport"));
}

#[test]
fn a_program_without_async_blocks_on_a_runtime() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let manager = runtime.block_on(backendai_testing::Manager::start()).unwrap();
    let account = manager.user();
    let client = embedded::client(&manager, account);
    let data = runtime.block_on(client.send(GetKeyPair::new()).into_future()).unwrap();
    assert_eq!(data.keypair.unwrap().access_key, account.access_key);
}
