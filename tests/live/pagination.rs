//! A long list that is read while others create and delete rows at full speed.
//!
//! It has 4,000 rows unless `BACKENDAI_PAGINATION_ROWS` sets another number; the full form has 20,000.

use std::{
    collections::BTreeSet,
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use backendai::{
    Client, ListChanges, Operation as _, Pagination,
    admin::{
        keypair::{CreateKeyPair, PagedKeyPairs},
        types::KeyPairInput,
    },
};

use crate::support::{Manager, SUPERADMIN, USER};

/// Number of clients that create and delete rows at the same time.
const OTHERS: usize = 6;

/// Creates keypairs and deletes older ones until `stop` is set. Their access keys are random, so that
/// they are before and after the position of the pager. `changes` counts.
async fn disturb(client: Client, stop: Arc<AtomicBool>, changes: Arc<AtomicUsize>) {
    let mut kept = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let create = CreateKeyPair::new(USER.email(), KeyPairInput::new("default", 1000));
        let created = match client.send(create).await {
            Ok(data) => data.create_keypair.keypair.unwrap(),
            // The manager inserts the user's membership once per keypair and rolls back the slower of two that do
            // so at the same time.
            Err(error) if error.to_string().contains("uq_entity_memberships_edge") => continue,
            Err(error) => panic!("{error}"),
        };
        changes.fetch_add(1, Ordering::Relaxed);
        kept.push(created.access_key);
        if kept.len() > 7 {
            client.keypairs().delete(kept.remove(0)).await.unwrap();
            changes.fetch_add(1, Ordering::Relaxed);
        }
    }
    for key in kept {
        client.keypairs().delete(key).await.unwrap();
    }
}

/// Reads the access keys of the list.
async fn read(
    client: &Client,
    strategy: Pagination,
    order: Option<&str>,
    size: u32,
    prefetch: usize,
) -> (Vec<String>, ListChanges) {
    let mut list = PagedKeyPairs::new();
    if let Some(order) = order {
        list = list.order(order);
    }
    // Only what costs the manager nothing: it counts requests row by row.
    let list = list.select(["access_key"]).unwrap();
    let pages = client.pages(list).strategy(strategy).page_size(size).prefetch(prefetch);
    let mut rows = pages.items();
    let mut keys = Vec::new();
    while let Some(row) = rows.next().await {
        keys.push(row.unwrap()["access_key"].as_str().unwrap().to_owned());
    }
    (keys, rows.list_changes())
}

#[tokio::test]
async fn rows_that_exist_throughout_are_returned_once_whatever_others_do() {
    let Some(manager) = Manager::turn().await else { return };
    let rows = env::var("BACKENDAI_PAGINATION_ROWS").map_or(4_000, |rows| rows.parse().unwrap());
    let _seeds = manager.seed(rows);
    let config = manager.config().access_key(SUPERADMIN.access_key());
    let config = config.secret_key(SUPERADMIN.secret_key()).build().unwrap();
    // Many short pages, so that much is changed between them.
    let size = (rows / 40).max(100);
    let client = Client::builder(config).max_page_size(size).build().unwrap();
    for (strategy, order, prefetch) in [
        (Pagination::Keyset, None, 0),
        (Pagination::Keyset, None, 8),
        (Pagination::Keyset, Some("-access_key"), 3),
        (Pagination::Offset, Some("-access_key"), 0),
    ] {
        let way = format!("{strategy:?}, {order:?}, prefetch {prefetch}");
        let before: BTreeSet<_> = manager.access_keys().into_iter().collect();
        let (stop, changes) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let others: Vec<_> = (0..OTHERS)
            .map(|_| {
                tokio::spawn(disturb(manager.client(SUPERADMIN), stop.clone(), changes.clone()))
            })
            .collect();
        // Several times, until enough was changed.
        let mut lists = Vec::new();
        while changes.load(Ordering::Relaxed) <= 10 * OTHERS {
            let begin = Instant::now();
            let (keys, noticed) = read(&client, strategy, order, size, prefetch).await;
            println!("{way}: {} rows in {:.1?}, {noticed:?}", keys.len(), begin.elapsed());
            lists.push((keys, noticed));
            let ended = others.iter().any(tokio::task::JoinHandle::is_finished);
            assert!(!ended && lists.len() < 100, "{way}: others change nothing");
        }
        stop.store(true, Ordering::Relaxed);
        for other in others {
            other.await.unwrap();
        }
        let after: BTreeSet<_> = manager.access_keys().into_iter().collect();
        // The others deleted what they created; a creation that was carried out twice would be left.
        let left: Vec<_> = before.symmetric_difference(&after).collect();
        assert!(left.is_empty(), "{way}: {left:?} of {}", before.len());
        let lasting: BTreeSet<_> = before.intersection(&after).cloned().collect();

        println!("{way}: {} existed throughout, {changes:?} changes", lasting.len());
        for (keys, noticed) in lists {
            let returned: BTreeSet<_> = keys.iter().cloned().collect();
            assert_eq!(keys.len(), returned.len(), "{way}: a row was returned twice");
            let lost: Vec<_> = lasting.difference(&returned).collect();
            assert!(
                lost.is_empty() && !noticed.missed,
                "{way}: {lost:?} of {}, {noticed:?}",
                lasting.len()
            );
        }
    }
}
