//! What the manager says to requests that are signed wrongly, late, by nobody or too often.

use backendai::{Client, Error, admin::keypair::GetKeyPair};
use http::StatusCode;
use jiff::{Timestamp, ToSpan as _};

use crate::support::{INACTIVE_KEY, INACTIVE_USER, LOW_RATE, Manager, SUPERADMIN, USER};

async fn refused(client: &Client) -> Error {
    client.send(GetKeyPair::new()).await.unwrap_err()
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client_with(USER.access_key(), SUPERADMIN.secret_key());
    let error = refused(&client).await;
    assert!(error.is_auth() && error.is_http() && !error.is_clock_skew(), "{error:?}");
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(&SUPERADMIN.secret_key()), "{shown}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_named() {
    let Some(manager) = Manager::turn().await else { return };
    let config = manager
        .config()
        .access_key(USER.access_key())
        .secret_key(USER.secret_key())
        .build()
        .map(std::sync::Arc::new)
        .unwrap();
    for minutes in [-20, 20] {
        let off = move || Timestamp::now() + minutes.minutes();
        let client =
            Client::builder(config.clone()).clock(off).correct_clock_skew(false).build().unwrap();
        let error = refused(&client).await;
        assert!(error.is_auth() && error.is_clock_skew(), "{minutes} minutes: {error:?}");
    }
    let near = || Timestamp::now() - 10.minutes();
    let client = Client::builder(config).clock(near).build().unwrap();
    client.send(GetKeyPair::new()).await.unwrap();
}

#[tokio::test]
async fn inactive_keys_and_users_are_refused() {
    let Some(manager) = Manager::turn().await else { return };
    for role in [INACTIVE_KEY, INACTIVE_USER] {
        let error = refused(&manager.client(role)).await;
        assert!(error.is_auth() && !error.is_clock_skew(), "{role:?}: {error:?}");
        assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED), "{role:?}");
    }
}

#[tokio::test]
async fn an_anonymous_caller_gets_the_version_and_no_more() {
    let Some(manager) = Manager::turn().await else { return };
    let client =
        Client::new(manager.config().access_key("").secret_key("").build().unwrap()).unwrap();
    let server = client.negotiate().await.unwrap();
    assert_eq!(server.manager(), "26.9.6");
    assert_eq!(server.negotiated().to_string(), "v9.20250722");
    let error = refused(&client).await;
    assert!(error.is_auth(), "{error:?}");
}

#[tokio::test]
async fn too_many_requests_differ_from_other_failures() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(LOW_RATE);
    // Five are let through in 15 minutes, fewer when the test ran before.
    for _ in 0..5 {
        if client.send(GetKeyPair::new()).await.is_err() {
            break;
        }
    }
    let error = refused(&client).await;
    assert!(error.is_rate_limited() && !error.is_auth(), "{error:?}");
}
