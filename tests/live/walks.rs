//! Walks of a long list while somebody else makes and deletes rows at full speed.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use backendai::{Client, Drift, Select as _, Walk, keypair::PagedKeyPairs, types::KeyPairInput};

use crate::support::{Manager, SUPERADMIN, USER};

/// Makes keypairs and deletes every second at once and the others later, until told to stop.
/// Their access keys are random, so that they fall before and behind the place of the walk.
async fn disturb(client: Client, stop: Arc<AtomicBool>) -> usize {
    let mut kept = Vec::new();
    let mut made = 0;
    while !stop.load(Ordering::Relaxed) && made < 2000 {
        let input = KeyPairInput::new("default", 1000);
        let key = client.keypairs().create(USER.email(), input).await.unwrap().access_key;
        made += 1;
        kept.push(key);
        if kept.len() > 7 {
            client.keypairs().delete(kept.remove(0)).await.unwrap();
        }
    }
    for key in kept {
        client.keypairs().delete(key).await.unwrap();
    }
    made
}

/// All access keys that a walk brings, in its order, and what it noticed.
async fn walk(client: &Client, walk: Walk, order: Option<&str>) -> (Vec<String>, Drift) {
    let mut list = PagedKeyPairs::new();
    if let Some(order) = order {
        list = list.order(order);
    }
    // Only what costs the manager nothing: it counts requests row by row.
    let list = list.choose(["access_key"]).unwrap();
    let mut rows = client.pages(list).walk(walk).page_size(1000).items();
    let mut keys = Vec::new();
    while let Some(row) = rows.next().await {
        keys.push(row.unwrap()["access_key"].as_str().unwrap().to_owned());
    }
    (keys, rows.drift())
}

#[tokio::test]
async fn what_is_there_all_the_time_comes_once_whatever_others_do() {
    let Some(manager) = Manager::turn().await else { return };
    let _seeds = manager.seed(4_000);
    let config = manager.config().access_key(SUPERADMIN.access_key());
    let config = config.secret_key(SUPERADMIN.secret_key()).build().unwrap();
    let client = Client::builder(config).max_page_size(1000).build().unwrap();
    for (way, order) in [(Walk::Keyset, None), (Walk::Offset, Some("-access_key"))] {
        let before: BTreeSet<_> = manager.access_keys().into_iter().collect();
        let stop = Arc::new(AtomicBool::new(false));
        let other = tokio::spawn(disturb(manager.client(SUPERADMIN), stop.clone()));
        let (keys, drift) = walk(&client, way, order).await;
        stop.store(true, Ordering::Relaxed);
        let made = other.await.unwrap();
        let after: BTreeSet<_> = manager.access_keys().into_iter().collect();

        let came: BTreeSet<_> = keys.iter().cloned().collect();
        assert_eq!(keys.len(), came.len(), "{way:?}: a row came twice");
        let lost: Vec<_> = before.intersection(&after).filter(|key| !came.contains(*key)).collect();
        assert!(lost.is_empty(), "{way:?} {order:?}: {lost:?} of {}, {drift:?}", before.len());
        assert!(!drift.missed, "{drift:?}");
        println!("{way:?} {order:?}: {} rows, {made} made meanwhile, {drift:?}", keys.len());
    }
}
