//! Keypairs: the same as the official client sees, all of them, and the life of one.

use backendai::{
    Client, MaybeUndefined,
    admin::{
        keypair::{
            KeyPairWithSecret, ListKeyPairsWithSecrets, PagedKeyPairs, PagedKeyPairsWithSecrets,
        },
        types::{KeyPairInput, ModifyKeyPairInput},
    },
};
use serde_json::Value;

use crate::support::{Manager, SUPERADMIN, USER, by_key, keys_of};

/// They change with every request of the caller.
const MOVING: [&str; 3] = ["last_used", "num_queries", "rolling_count"];

/// Compares what both have, field by field. Returns how many fields were compared.
#[track_caller]
fn compare(ours: &[impl serde::Serialize], theirs: &Value) -> usize {
    let (ours, theirs) = (by_key(ours), by_key(theirs.as_array().unwrap()));
    assert!(ours.keys().eq(theirs.keys()), "{:?}\n{:?}", ours.keys(), theirs.keys());
    let caller = SUPERADMIN.access_key();
    let mut compared = 0;
    for (key, ours) in &ours {
        for (field, value) in ours.as_object().unwrap() {
            if *key == caller && MOVING.contains(&field.as_str()) {
                continue;
            }
            let other = theirs[key].get(field);
            assert_eq!(
                other,
                Some(value),
                "{field} of {key}: official on the left, ours on the right"
            );
            compared += 1;
        }
    }
    compared
}

#[tokio::test]
async fn the_paged_list_is_the_official_clients() {
    let Some(manager) = Manager::turn().await else { return };
    let _seeds = manager.seed(250);
    let theirs = manager.official("keypairs.py", SUPERADMIN);
    let client = manager.client(SUPERADMIN);
    let mut pages =
        client.keypairs().paginated_list(PagedKeyPairsWithSecrets::new()).page_size(100);
    let mut ours: Vec<KeyPairWithSecret> = Vec::new();
    while let Some(page) = pages.next().await {
        ours.extend(page.unwrap().items);
    }
    assert_eq!(theirs["total"], ours.len());
    let fields = compare(&ours, &theirs["paginated"]);
    assert!(fields > ours.len() * 16, "only {fields} fields in {} rows", ours.len());
}

#[tokio::test]
async fn the_plain_list_is_the_official_clients() {
    let Some(manager) = Manager::turn().await else { return };
    let theirs = manager.official("keypairs.py", SUPERADMIN);
    let ours =
        manager.client(SUPERADMIN).keypairs().list(ListKeyPairsWithSecrets::new()).await.unwrap();
    compare(&ours, &theirs["listed"]);
}

#[tokio::test]
async fn a_pager_returns_each_of_a_thousand_once() {
    let Some(manager) = Manager::turn().await else { return };
    let _seeds = manager.seed(1000);
    let there = manager.access_keys();
    assert!(there.len() > 1000);
    // The time of creation is the same for ten in a row, and the pages cut through them. One order
    // is enough: the manager takes some 30 ms a row to count requests and sessions.
    let list = PagedKeyPairs::new().order("created_at");
    let mut pages = manager.client(SUPERADMIN).pages(list).page_size(97);
    let (mut seen, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        seen.extend(page.unwrap().items);
        count += 1;
    }
    assert_eq!(keys_of(&seen), there);
    assert_eq!(count, there.len().div_ceil(97));
    assert_eq!(pages.total_count(), Some(there.len() as u64));
}

#[tokio::test]
async fn the_life_of_a_keypair() {
    let Some(manager) = Manager::turn().await else { return };
    let admin = manager.client(SUPERADMIN);
    let keypairs = admin.keypairs();
    let before = manager.access_keys();

    let made = keypairs.create(USER.email(), KeyPairInput::new("default", 5000)).await.unwrap();
    let key = made.access_key.as_str();
    let owner = manager.client_with(key.to_owned(), made.secret_key.clone());

    let row = keypairs.info(key).await.unwrap().unwrap();
    assert_eq!(row.user_id, Some(USER.email()));
    assert_eq!(row.secret_key.as_deref(), Some(made.secret_key.as_str()));
    assert_eq!(row.resource_policy.as_deref(), Some("default"));
    assert_eq!(row.rate_limit, Some(5000));
    assert_eq!(
        (row.is_active, row.is_admin, row.is_default),
        (Some(true), Some(false), Some(false))
    );
    assert_eq!(own(&owner).await.unwrap(), key);

    let change = ModifyKeyPairInput::new().rate_limit(4321).resource_policy("small");
    keypairs.update(key, change).await.unwrap();
    let row = keypairs.info(key).await.unwrap().unwrap();
    assert_eq!(row.rate_limit, Some(4321));
    assert_eq!(row.resource_policy.as_deref(), Some("small"));
    assert_eq!((row.is_active, row.is_admin), (Some(true), Some(false)), "what was left out stays");

    keypairs.deactivate(key).await.unwrap();
    assert_eq!(keypairs.info(key).await.unwrap().unwrap().is_active, Some(false));
    let error = own(&owner).await.unwrap_err();
    assert!(error.is_auth(), "{error:?}");

    keypairs.activate(key).await.unwrap();
    assert_eq!(own(&owner).await.unwrap(), key);

    keypairs.delete(key).await.unwrap();
    assert_eq!(keypairs.info(key).await.unwrap(), None);
    let error = own(&owner).await.unwrap_err();
    assert!(error.is_auth(), "{error:?}");
    let error = keypairs.delete(key).await.unwrap_err();
    assert!(error.is_refused() && error.is_not_found(), "{error:?}");
    assert_eq!(manager.access_keys(), before);
}

/// The caller's own access key.
async fn own(client: &Client) -> backendai::Result<String> {
    Ok(client.keypairs().info(MaybeUndefined::Undefined).await?.unwrap().access_key)
}
