//! The local proxy: in front of the embedded manager, and of sockets that answer by script.

mod graphql;
mod guard;
mod support;
mod upgrade;
mod wire;

#[test]
fn serving_is_send() {
    fn assert_send<T: Send>(_: impl FnOnce(backendai::proxy::Proxy) -> T) {}
    assert_send(|proxy| proxy.serve(std::future::pending()));
}
