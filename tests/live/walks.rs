//! Walks of a long list while others make and delete rows at full speed.
//!
//! `BACKENDAI_WALK_ROWS=20000` is the full form; by itself it takes 4,000 rows.

use std::{
    collections::BTreeSet,
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use backendai::{
    Client, ListChanges, Operation as _, Pagination,
    admin::{
        keypair::{CreateKeyPair, PagedKeyPairs},
        types::KeyPairInput,
    },
};

use crate::support::{Manager, SUPERADMIN, USER};

/// Who makes and deletes rows at the same time.
const OTHERS: usize = 6;

/// Makes keypairs and deletes every second at once and the others later, until told to stop.
/// Their access keys are random, so that they fall before and behind the place of the walk.
async fn disturb(client: Client, stop: Arc<AtomicBool>) -> usize {
    let mut kept = Vec::new();
    let mut changes = 0;
    while !stop.load(Ordering::Relaxed) {
        let create = CreateKeyPair::new(USER.email(), KeyPairInput::new("default", 1000));
        let made = match client.send(create).await {
            Ok(data) => data.create_keypair.keypair.unwrap(),
            // The manager inserts the user's membership once per keypair and rolls back the slower of two that do
            // so at the same time.
            Err(error) if error.to_string().contains("uq_entity_memberships_edge") => continue,
            Err(error) => panic!("{error}"),
        };
        changes += 1;
        kept.push(made.access_key);
        if kept.len() > 7 {
            client.keypairs().delete(kept.remove(0)).await.unwrap();
            changes += 1;
        }
    }
    for key in kept {
        client.keypairs().delete(key).await.unwrap();
    }
    changes
}

/// All access keys that a walk brings, in its order, and what it noticed.
async fn walk(
    client: &Client,
    walk: Pagination,
    order: Option<&str>,
    size: u32,
) -> (Vec<String>, ListChanges) {
    let mut list = PagedKeyPairs::new();
    if let Some(order) = order {
        list = list.order(order);
    }
    // Only what costs the manager nothing: it counts requests row by row.
    let list = list.select(["access_key"]).unwrap();
    let mut rows = client.pages(list).strategy(walk).page_size(size).items();
    let mut keys = Vec::new();
    while let Some(row) = rows.next().await {
        keys.push(row.unwrap()["access_key"].as_str().unwrap().to_owned());
    }
    (keys, rows.list_changes())
}

#[tokio::test]
async fn what_is_there_all_the_time_comes_once_whatever_others_do() {
    let Some(manager) = Manager::turn().await else { return };
    let rows = env::var("BACKENDAI_WALK_ROWS").map_or(4_000, |rows| rows.parse().unwrap());
    let _seeds = manager.seed(rows);
    let config = manager.config().access_key(SUPERADMIN.access_key());
    let config = config.secret_key(SUPERADMIN.secret_key()).build().unwrap();
    // Many short pages, so that there is much to be changed between them.
    let size = (rows / 40).max(100);
    let client = Client::builder(config).max_page_size(size).build().unwrap();
    for (way, order) in [(Pagination::Keyset, None), (Pagination::Offset, Some("-access_key"))] {
        let before: BTreeSet<_> = manager.access_keys().into_iter().collect();
        let stop = Arc::new(AtomicBool::new(false));
        let others: Vec<_> = (0..OTHERS)
            .map(|_| tokio::spawn(disturb(manager.client(SUPERADMIN), stop.clone())))
            .collect();
        let (keys, drift) = walk(&client, way, order, size).await;
        stop.store(true, Ordering::Relaxed);
        let mut changes = 0;
        for other in others {
            changes += other.await.unwrap();
        }
        let after: BTreeSet<_> = manager.access_keys().into_iter().collect();
        // What others made they deleted; a creation that was carried out twice would be left.
        let left: Vec<_> = before.symmetric_difference(&after).collect();
        assert!(left.is_empty(), "{way:?}: {left:?} of {}", before.len());
        let all_the_time: BTreeSet<_> = before.intersection(&after).cloned().collect();

        let came: BTreeSet<_> = keys.iter().cloned().collect();
        println!(
            "{way:?}: {} rows came, {} were there all the time, {changes} changes meanwhile, {drift:?}",
            keys.len(),
            all_the_time.len()
        );
        assert_eq!(keys.len(), came.len(), "{way:?}: a row came twice");
        let lost: Vec<_> = all_the_time.difference(&came).collect();
        assert!(
            lost.is_empty() && !drift.missed,
            "{way:?}: {lost:?} of {}, {drift:?}",
            all_the_time.len()
        );
        assert!(changes > 10 * OTHERS, "{way:?}: only {changes} changes");
    }
}
