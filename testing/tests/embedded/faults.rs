//! Faults and the request log.

use std::io::ErrorKind;
use std::time::Duration;

use crate::support::{self, Ask, address, data};
use backendai_testing::{Fault, Manager};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const QUERY: &str = "{ __typename }";
const CREATE: &str = "mutation { create_keypair(user_id: \"user@embedded.invalid\", props: { \
    resource_policy: \"default\", rate_limit: 1 }) { ok } }";

async fn manager() -> Manager {
    Manager::start().await.unwrap()
}

/// Sends a mutation; returns the reply and the number of keypairs created.
async fn made(manager: &Manager, fault: Fault) -> (std::io::Result<support::Reply>, usize) {
    let before = manager.access_keys().len();
    manager.faults().push(fault);
    let reply = Ask::new(manager.superadmin(), CREATE).try_send(manager).await;
    (reply, manager.access_keys().len() - before)
}

#[tokio::test]
async fn an_answer_of_a_gateway_is_not_the_managers() {
    let manager = manager().await;
    let fault = Fault::gateway(502).with_header("retry-after", "3");
    let (reply, made) = made(&manager, fault).await;
    let reply = reply.unwrap();
    assert_eq!((reply.status, made), (502, 0));
    assert_eq!(reply.header("content-type"), "text/html");
    assert_eq!(reply.header("retry-after"), "3");
    let reply = Ask::new(manager.user(), QUERY).send(&manager).await;
    assert_eq!(reply.status, 200, "a fault happens once");
}

#[tokio::test]
async fn only_some_faults_carry_the_request_out() {
    let manager = manager().await;
    for (fault, expected) in [
        (Fault::Close, 0),
        (Fault::Reset, 0),
        (Fault::Lose, 1),
        (Fault::Cut, 1),
        (Fault::WrongLength(10), 1),
        (Fault::WrongLength(-10), 1),
    ] {
        let (reply, made) = made(&manager, fault.clone()).await;
        assert!(reply.is_err(), "{fault:?}");
        assert_eq!(made, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let manager = manager().await;
    manager.faults().push(Fault::Reset);
    let error = Ask::new(manager.user(), QUERY).try_send(&manager).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_garbled_body_has_a_good_head() {
    let manager = manager().await;
    let (reply, made) = made(&manager, Fault::Garble).await;
    let reply = reply.unwrap();
    assert_eq!((reply.status, made), (200, 1));
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    assert!(serde_json::from_str::<serde_json::Value>(&reply.text).is_err());
}

#[tokio::test]
async fn a_delayed_answer_comes_all_the_same() {
    let manager = manager().await;
    let (reply, made) = made(&manager, Fault::Delay(Duration::from_millis(20))).await;
    assert_eq!((reply.unwrap().status, made), (200, 1));
}

#[tokio::test]
async fn an_answer_is_delayed_after_the_request_is_carried_out() {
    let manager = manager().await;
    let before = manager.access_keys().len();
    manager.faults().push(Fault::DelayAnswer(Duration::from_secs(60)));
    let mut waiting = TcpStream::connect(address(&manager)).await.unwrap();
    let request = Ask::new(manager.superadmin(), CREATE).bytes(&manager);
    waiting.write_all(&request).await.unwrap();
    while manager.access_keys().len() == before {
        tokio::task::yield_now().await;
    }
    let (reply, made) = made(&manager, Fault::DelayAnswer(Duration::from_millis(20))).await;
    assert_eq!((reply.unwrap().status, made), (200, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_ends_delays() {
    let manager = manager().await;
    for fault in [Fault::Delay, Fault::DelayAnswer] {
        let before = manager.requests().len();
        let asked = made(&manager, fault(Duration::from_secs(3600)));
        let release = async {
            while manager.requests().len() == before {
                tokio::task::yield_now().await;
            }
            manager.faults().release();
        };
        let ((reply, made), ()) = tokio::join!(asked, release);
        assert_eq!((reply.unwrap().status, made), (200, 1));
    }
}

#[tokio::test]
async fn a_stalled_request_does_not_hold_up_the_others() {
    let manager = manager().await;
    manager.faults().push(Fault::Stall);
    let mut stalled = TcpStream::connect(address(&manager)).await.unwrap();
    let request = Ask::new(manager.superadmin(), CREATE).bytes(&manager);
    stalled.write_all(&request).await.unwrap();
    while manager.faults().pending() > 0 {
        tokio::task::yield_now().await;
    }
    data(&manager, manager.user(), QUERY).await;
    assert_eq!(manager.access_keys().len(), 7);
    // Dropping the manager closes stalled connections.
    drop(manager);
    let mut rest = Vec::new();
    let end = stalled.read_to_end(&mut rest).await;
    assert!(end.is_err() || rest.is_empty());
}

#[tokio::test]
async fn faults_wait_for_the_request_they_are_meant_for() {
    let manager = manager().await;
    let mutation = |request: &backendai_testing::Recorded| {
        let query = request.json().and_then(|body| body["query"].as_str().map(str::to_owned));
        query.is_some_and(|query| query.starts_with("mutation"))
    };
    manager.faults().push_when(mutation, Fault::json(503, "{}"));
    manager.faults().push(Fault::json(500, "{}"));
    assert_eq!(Ask::new(manager.user(), QUERY).send(&manager).await.status, 500);
    assert_eq!(Ask::new(manager.user(), QUERY).send(&manager).await.status, 200);
    assert_eq!(Ask::new(manager.user(), CREATE).send(&manager).await.status, 503);
    manager.faults().push(Fault::Close);
    manager.faults().clear();
    assert_eq!(Ask::new(manager.user(), QUERY).send(&manager).await.status, 200);
}

#[tokio::test]
async fn every_request_is_in_the_log() {
    let manager = manager().await;
    manager.faults().push(Fault::Close);
    let lost = Ask::new(manager.user(), QUERY).set(|ask| ask.path = "/admin/gql?a=1".into());
    assert!(lost.try_send(&manager).await.is_err());
    let requests = manager.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((request.method(), request.path()), ("POST", "/admin/gql?a=1"));
    assert_eq!(request.header("X-BackendAI-Version"), Some(support::VERSION));
    assert_eq!(request.json().unwrap()["query"], QUERY);
    let signature = request.header("authorization").unwrap().rsplit_once(':').unwrap().1;
    assert!(!format!("{request:?}").contains(signature));
    manager.forget_requests();
    assert!(manager.requests().is_empty());
}

#[tokio::test]
async fn connections_are_kept_for_the_next_request() {
    let manager = manager().await;
    let mut stream = TcpStream::connect(address(&manager)).await.unwrap();
    for _ in 0..3 {
        let request = Ask::new(manager.user(), QUERY).bytes(&manager);
        let request = String::from_utf8(request).unwrap().replace("Connection: close\r\n", "");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![0; 15];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, b"HTTP/1.1 200 OK");
        let mut seen = String::new();
        while !seen.ends_with("\"errors\":null}") {
            let mut byte = [0];
            stream.read_exact(&mut byte).await.unwrap();
            seen.push(char::from(byte[0]));
        }
    }
}

#[tokio::test]
async fn a_dropped_manager_listens_no_more() {
    let manager = manager().await;
    let address = address(&manager).to_owned();
    drop(manager);
    // Until the task ends, a connection may still be accepted or reset.
    let refused = |end: &std::io::Result<TcpStream>| {
        end.as_ref().is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    };
    while !refused(&TcpStream::connect(&address).await) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn debug_does_not_show_secrets() {
    let manager = manager().await;
    let account = manager.superadmin();
    assert!(!format!("{account:?}").contains(&account.secret_key));
    assert!(!format!("{manager:?}").contains(&account.secret_key));
}

#[tokio::test]
async fn a_fault_of_an_operation_waits_for_it() {
    let manager = manager().await;
    manager.fail_operation("Wanted", Fault::graphql("user_create_conflict", "taken"));
    assert_eq!(Ask::new(manager.user(), QUERY).send(&manager).await.status, 200);
    let other = Ask::new(manager.user(), "query Other { __typename }").send(&manager).await;
    assert!(other.json()["errors"].is_null());
    let wanted = Ask::new(manager.user(), "query Wanted { __typename }").send(&manager).await;
    assert_eq!(wanted.json()["errors"][0]["extensions"]["code"], "user_create_conflict");
    assert_eq!(manager.faults().pending(), 0);
    let [request] = &*manager.requests_of("Wanted") else { panic!("not one request") };
    assert!(request.variables().is_null() || request.variables().is_object());
    assert_eq!(manager.requests_of("Missing").len(), 0);
}
