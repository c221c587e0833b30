//! Faults that are more than one request: no server, servers that come and go, a manager that
//! loses its answers, clocks, connections that were idle.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use backendai::{
    Client, Error,
    admin::{
        keypair::{CreateKeyPair, DeleteKeyPair, GetKeyPair},
        types::KeyPairInput,
    },
};
use backendai_testing::{Fault, Manager};
use jiff::{SignedDuration, Timestamp};

use crate::{
    What, call, check, client, good, log,
    support::{
        embedded,
        server::{Act, Raw, answer, closed, ok},
    },
};

#[tokio::test]
async fn a_refused_connection() {
    let dead = format!("http://{}", closed().await);
    let server = Raw::start(Arc::new(|_, body| good(body))).await;
    for what in [What::Query, What::Mutation] {
        let error = call(&client(&[&dead], false), what).await.unwrap();
        check("refused", what, &error, 0);
        assert!(error.is_connect() && error.previous_attempts().len() == 2, "{error}");
        assert!(call(&client(&[&dead, &server.endpoint()], false), what).await.is_none());
    }
    assert_eq!(server.arrived().len(), 2);
}

#[tokio::test]
async fn endpoints_that_flap_take_each_mutation_once() {
    // Each is lost in one way or the other now and then.
    let flapping = || {
        Raw::start(Arc::new(|turn, body: &str| match turn % 7 {
            3 => Act::Say(answer("502 Bad Gateway", "text/html", "<html>")),
            5 => Act::Reset,
            _ => good(body),
        }))
    };
    let (one, two) = (flapping().await, flapping().await);
    let dead = format!("http://{}", closed().await);
    let client = client(&[&one.endpoint(), &two.endpoint(), &dead], false);
    let mut unknown = Vec::new();
    for number in 0..200 {
        assert!(call(&client, What::Query).await.is_none());
        let key = format!("KEY{number:03}");
        if let Err(error) = client.send(DeleteKeyPair::new(&*key)).await {
            assert!(error.is_outcome_unknown(), "{error}");
            unknown.push(key);
        }
    }
    let arrived = [one.arrived(), two.arrived()].concat();
    for number in 0..200 {
        let key = format!("KEY{number:03}");
        let times = arrived.iter().filter(|body| body.contains(&key)).count();
        assert_eq!(times, 1, "{key}");
    }
    assert!(!unknown.is_empty() && unknown.len() < 100, "{}", unknown.len());
}

#[tokio::test]
async fn what_a_manager_did_without_an_answer() {
    let (log, _guard) = log::capture().await;
    let manager = Manager::start().await.unwrap();
    let admin = manager.superadmin();
    let config = embedded::config(manager.endpoint(), admin);
    let config = config.read_timeout(Duration::from_millis(500));
    let client =
        Client::builder(config.build().unwrap()).sleep(|_| std::future::ready(())).build().unwrap();
    let owner = &manager.user().email;
    for (fault, carried_out) in [
        (Fault::Close, 0),
        (Fault::Reset, 0),
        (Fault::Stall, 0),
        (Fault::gateway(502), 0),
        (Fault::gateway(504), 0),
        (Fault::Lose, 1),
        (Fault::Cut, 1),
        (Fault::Garble, 1),
        (Fault::WrongLength(5), 1),
        (Fault::WrongLength(-5), 1),
    ] {
        let before = manager.access_keys().len();
        manager.forget_requests();
        manager.faults().push(fault.clone());
        let create = CreateKeyPair::new(owner, KeyPairInput::new("default", 100));
        let error = client.send(create).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{fault:?}: {error}");
        assert_eq!(manager.requests().len(), 1, "{fault:?}");
        assert_eq!(manager.access_keys().len(), before + carried_out, "{fault:?}");

        // A query comes through, unless the answer came and was wrong.
        manager.forget_requests();
        manager.faults().push(fault.clone());
        let wrong = matches!(fault, Fault::Garble | Fault::WrongLength(-5));
        let result = client.send(GetKeyPair::new()).await;
        assert_eq!(result.is_err(), wrong, "{fault:?}");
        assert_eq!(manager.requests().len(), 2 - usize::from(wrong), "{fault:?}");
        log::no_secret("manager", &log.take().replace(&*admin.secret_key, "s3cret"));
    }
}

#[tokio::test]
async fn clocks_that_jump() {
    let manager = Manager::start().await.unwrap();
    let admin = manager.superadmin();
    let config = embedded::config(manager.endpoint(), admin);
    let offset = Arc::new(Mutex::new(SignedDuration::ZERO));
    let own = Arc::clone(&offset);
    let client = Client::builder(config.build().unwrap())
        .clock(move || Timestamp::now() + *own.lock().unwrap())
        .build()
        .unwrap();
    let before = manager.access_keys().len();
    for (number, minutes) in [0, 20, -600, 14, 525_600, 0].into_iter().enumerate() {
        match number % 2 {
            0 => *offset.lock().unwrap() = SignedDuration::from_mins(minutes),
            _ => manager.shift_clock(SignedDuration::from_mins(minutes)),
        }
        let create = CreateKeyPair::new(&manager.user().email, KeyPairInput::new("default", 1));
        client.send(create).await.unwrap();
        assert_eq!(manager.access_keys().len(), before + number + 1);
    }
}

/// A message of the manager that quotes a row: what is shown ends before it.
#[tokio::test]
async fn a_refusal_that_quotes_a_row() {
    let (log, _guard) = log::capture().await;
    let message = "(sqlalchemy.dialects.postgresql.asyncpg.IntegrityError) <class 'x'>: insert or \
        update violates\\nDETAIL:  Failing row contains (s3cret-user, s3cret-key, -----BEGIN RSA";
    let body = format!(r#"{{"data":{{"delete_keypair":{{"ok":false,"msg":"{message}"}}}}}}"#);
    let server = Raw::start(Arc::new(move |_, _| Act::Say(ok(&body)))).await;
    let error = call(&client(&[&server.endpoint()], false), What::Mutation).await.unwrap();
    check("refusal", What::Mutation, &error, 1);
    assert!(error.is_refused() && error.to_string().contains("IntegrityError"), "{error}");
    assert!(error.server_message_full().unwrap().contains("s3cret-key"));
    log::no_secret("refusal", &log.take());
}

/// The server closes a connection that the client holds idle. What was not written is sent over a
/// new one; a mutation arrives once.
#[tokio::test]
async fn a_connection_that_was_closed_while_it_was_idle() {
    let server = Raw::start(Arc::new(|_, body| match good(body) {
        Act::Say(bytes) => Act::SayAndClose(bytes),
        act => act,
    }))
    .await;
    let client = client(&[&server.endpoint()], false);
    for number in 0..50 {
        let key = format!("KEY{number:03}");
        let result = client.send(DeleteKeyPair::new(&*key)).await;
        assert!(result.as_ref().err().is_none_or(Error::is_outcome_unknown), "{result:?}");
        let arrived = server.arrived().iter().filter(|body| body.contains(&key)).count();
        assert!(arrived == 1 || result.is_err() && arrived == 0, "{key}: {arrived}");
    }
}

/// Requests one after the other share a connection; those that are cancelled leave nothing behind.
#[tokio::test]
async fn connections_are_used_again_and_cancelling_is_safe() {
    let stall = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&stall);
    let server = Raw::start(Arc::new(move |_, body| match now.load(Ordering::Relaxed) {
        true => Act::Hang(Vec::new()),
        false => good(body),
    }))
    .await;
    let client = client(&[&server.endpoint()], true);
    for _ in 0..20 {
        assert!(call(&client, What::Query).await.is_none());
    }
    assert_eq!(server.connections(), 1);

    stall.store(true, Ordering::Relaxed);
    let hanging = tokio::spawn({
        let client = client.clone();
        async move { client.send(DeleteKeyPair::new("CANCELLED")).await }
    });
    while server.arrived().len() < 21 {
        tokio::task::yield_now().await;
    }
    hanging.abort();
    assert!(hanging.await.unwrap_err().is_cancelled());
    stall.store(false, Ordering::Relaxed);
    assert!(call(&client, What::Mutation).await.is_none());
    assert_eq!(server.arrived().len(), 22);
}
