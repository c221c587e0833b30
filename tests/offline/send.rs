//! Futures and streams can be sent between threads.

use backendai::{
    Client, Items, Pager, Request, Session, admin::keypair::PagedKeyPairs, session::Login,
};

fn assert_send<T: Send>() {}
fn assert_future<T: Future + Send>(_: impl FnOnce(Client) -> T) {}

#[test]
fn what_is_awaited_is_send() {
    assert_send::<Request<Box<serde_json::value::RawValue>>>();
    assert_send::<<Request<Box<serde_json::value::RawValue>> as IntoFuture>::IntoFuture>();
    assert_send::<Pager<PagedKeyPairs>>();
    assert_send::<Items<PagedKeyPairs>>();
    assert_send::<Login>();
    assert_send::<<Login as IntoFuture>::IntoFuture>();
    assert_send::<Session>();
    assert_future(|client| async move { client.send(PagedKeyPairs::new()).response().await });
    assert_future(
        |client| async move { client.pages(PagedKeyPairs::new()).next().await.is_some() },
    );
    assert_future(|client| async move { client.negotiate().await });
    assert_future(|client| async move { client.logout().await });
}
