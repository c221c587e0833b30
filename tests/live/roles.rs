//! Who sees what, and how a refusal is told.

use backendai::{
    Client, Error,
    admin::{
        keypair::{CreateKeyPair, GetKeyPair, ModifyKeyPair, PagedKeyPairs},
        types::{KeyPairInput, ModifyKeyPairInput},
    },
};

use crate::support::{
    DOMAIN_ADMIN, INACTIVE_KEY, Manager, OTHER_ADMIN, Role, SUPERADMIN, USER, keys_of, read_all,
};

/// Asks for a list that the caller may not see.
async fn refused_list(client: &Client, list: PagedKeyPairs) {
    let error = read_all(client, list).await.unwrap_err();
    assert!(error.is_graphql() && error.is_permission_denied(), "{error:?}");
    assert_eq!(error.graphql_errors()[0].path().as_deref(), Some("keypair_list"));
    assert!(!error.is_auth() && !error.is_outcome_unknown(), "{error:?}");
}

/// Tries everything that only a superadmin may do.
async fn refused_writes(manager: &Manager, role: Role) {
    let before = manager.access_keys();
    let client = manager.client(role);
    let made = CreateKeyPair::new(USER.email(), KeyPairInput::new("default", 1));
    let denied = |error: Error| {
        assert!(error.is_refused() && error.is_permission_denied(), "{error:?}");
    };
    denied(client.send(made).await.unwrap_err());
    let change = ModifyKeyPairInput::new().rate_limit(1);
    denied(client.send(ModifyKeyPair::new(role.access_key(), change)).await.unwrap_err());
    assert_eq!(manager.access_keys(), before);
}

#[tokio::test]
async fn a_superadmin_sees_all() {
    let Some(manager) = Manager::turn().await else { return };
    let rows = read_all(&manager.client(SUPERADMIN), PagedKeyPairs::new()).await.unwrap();
    assert_eq!(keys_of(&rows), manager.access_keys());
}

#[tokio::test]
async fn a_domain_admin_sees_the_own_domain() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(DOMAIN_ADMIN);
    let mut expected = manager.access_keys();
    expected.retain(|key| *key != OTHER_ADMIN.access_key());
    let rows = read_all(&client, PagedKeyPairs::new()).await.unwrap();
    assert_eq!(keys_of(&rows), expected);

    let other = read_all(&manager.client(OTHER_ADMIN), PagedKeyPairs::new()).await.unwrap();
    assert_eq!(keys_of(&other), [OTHER_ADMIN.access_key()]);

    refused_list(&client, PagedKeyPairs::new().domain_name("other")).await;
    refused_writes(&manager, DOMAIN_ADMIN).await;
}

#[tokio::test]
async fn a_user_sees_the_own_keypairs() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(USER);
    let mut expected = [USER.access_key(), INACTIVE_KEY.access_key()];
    expected.sort();
    let rows = read_all(&client, PagedKeyPairs::new()).await.unwrap();
    assert_eq!(keys_of(&rows), expected);
    let active = read_all(&client, PagedKeyPairs::new().is_active(true)).await.unwrap();
    assert_eq!(keys_of(&active), [USER.access_key()]);

    refused_list(&client, PagedKeyPairs::new().email(SUPERADMIN.email())).await;
    let foreign = GetKeyPair::new().access_key(SUPERADMIN.access_key());
    let error = client.send(foreign).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error:?}");
    refused_writes(&manager, USER).await;
}
