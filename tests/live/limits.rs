//! What the manager refuses before it looks into a request: so that a mutation may be sent again.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use backendai::{
    Client, Observer, OperationKind, Retry,
    admin::{
        keypair::{CreateKeyPair, GetKeyPair, ModifyKeyPair},
        types::{KeyPairInput, ModifyKeyPairInput},
    },
    observe::{Attempt, Outcome},
};
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use serde_json::json;

use crate::support::{Manager, SUPERADMIN, USER};

const CREATE: &str = "mutation($email: String!, $props: UserInput!) { create_user(email: $email, \
    props: $props) { ok msg keypair { access_key secret_key } } }";
const PURGE: &str = "mutation($email: String!) { purge_user(email: $email, props: { \
    purge_shared_vfolders: false }) { ok msg } }";

#[derive(Deserialize)]
struct Made {
    create_user: Created,
}

#[derive(Deserialize)]
struct Created {
    ok: bool,
    keypair: Option<Keys>,
}

#[derive(Deserialize)]
struct Keys {
    access_key: String,
    secret_key: String,
}

#[derive(Default)]
struct Statuses(Mutex<Vec<u16>>);

impl Observer for Statuses {
    fn after(&self, attempt: &Attempt<'_>, outcome: &Outcome<'_>) {
        assert_eq!(attempt.kind, Some(OperationKind::Mutation));
        self.0.lock().unwrap().push(outcome.status.unwrap().as_u16());
    }
}

#[tokio::test]
async fn a_mutation_over_the_limit_is_not_carried_out() {
    let Some(manager) = Manager::turn().await else { return };
    let admin = manager.client(SUPERADMIN);
    let email = format!("limited-{}@test.invalid", std::process::id());
    let props = json!({
        "username": email, "password": "made-for-a-test", "need_password_change": false,
        "domain_name": "default", "role": "superadmin", "resource_policy": "default",
        "group_ids": [],
    });
    let made =
        admin.send_document(CREATE, json!({ "email": email, "props": props })).await.unwrap();
    let made: Made = serde_json::from_str(made.get()).unwrap();
    let keys = made.create_user.keypair.filter(|_| made.create_user.ok).unwrap();
    let few = ModifyKeyPairInput::new().rate_limit(2);
    admin.send(ModifyKeyPair::new(&*keys.access_key, few)).await.unwrap();

    let limited = manager.client_with(keys.access_key, keys.secret_key);
    for left in [1, 0] {
        let response = limited.send(GetKeyPair::new()).response().await.unwrap();
        let limit = response.rate_limit().unwrap();
        assert_eq!((limit.limit, limit.remaining), (2, left));
        // Seconds from now, and not a moment.
        assert!(limit.reset.unwrap() <= Duration::from_secs(900), "{limit:?}");
        assert_eq!(limit.window, Some(Duration::from_secs(900)));
    }
    let before = manager.access_keys();
    let create = CreateKeyPair::new(USER.email(), KeyPairInput::new("default", 1));
    let error = limited.send(create).await.unwrap_err();
    assert!(error.is_rate_limited() && !error.is_outcome_unknown(), "{error:?}");
    // The end of the window is further than the budget of pauses.
    assert!(
        error.previous_attempts().is_empty()
            && error.retry_after() > Some(Duration::from_secs(800))
    );
    assert_eq!(manager.access_keys(), before);

    admin.send_document(PURGE, json!({ "email": email })).await.unwrap();
}

#[tokio::test]
async fn a_mutation_with_a_wrong_date_is_not_carried_out_and_then_is_with_the_managers() {
    let Some(manager) = Manager::turn().await else { return };
    let config = manager.config().access_key(SUPERADMIN.access_key());
    let config = config.secret_key(SUPERADMIN.secret_key()).build().map(Arc::new).unwrap();
    let slow = || Timestamp::now() - 2.hours();
    let create = || CreateKeyPair::new(USER.email(), KeyPairInput::new("default", 1));
    let before = manager.access_keys();
    let strict =
        Client::builder(config.clone()).clock(slow).correct_clock_skew(false).build().unwrap();
    let error = strict.send(create()).await.unwrap_err();
    assert!(error.is_clock_skew() && !error.is_outcome_unknown(), "{error:?}");
    assert_eq!(manager.access_keys(), before);

    let statuses = Arc::new(Statuses::default());
    let client = Client::builder(config).clock(slow).observer(statuses.clone());
    let client = client.retry(Retry::disabled()).build().unwrap();
    let new = client.send(create()).await.unwrap().create_keypair.keypair.unwrap();
    assert_eq!(*statuses.0.lock().unwrap(), [400, 200]);
    assert_eq!(manager.access_keys().len(), before.len() + 1);
    assert!((client.clock_offset().as_secs() - 7200).abs() <= 2, "{:?}", client.clock_offset());
    client.keypairs().delete(new.access_key).await.unwrap();
    assert_eq!(*statuses.0.lock().unwrap(), [400, 200, 200]);
    assert_eq!(manager.access_keys(), before);
}
