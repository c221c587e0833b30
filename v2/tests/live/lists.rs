//! Lists, read page by page while others create and delete rows.
//!
//! The long one has 1,000 rows unless `BACKENDAI_PAGINATION_ROWS` sets another number; the full form has
//! 20,000.

use std::{
    collections::BTreeSet,
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use backendai::{Client, Page, Pagination, Uuid};
use backendai_v2::{
    artifact_registry::{
        CreateHuggingfaceRegistry, DeleteHuggingfaceRegistry, HuggingfaceRegistries,
    },
    keypair::{AdminCreateKeypair, AdminDeleteKeypair, AdminKeypairs, KeyPairBrief},
    resource_policy::{
        AdminCreateProjectResourcePolicy, AdminDeleteProjectResourcePolicy,
        AdminProjectResourcePolicies,
    },
    types::{
        AdminCreateKeypairInput, BinarySizeInput, CreateHuggingFaceRegistryInput,
        CreateProjectResourcePolicyInputV2, DeleteHuggingFaceRegistryInput, KeypairOrderBy,
        KeypairOrderField,
    },
    user::MyUser,
};

use crate::support::{Manager, sql, unique};

/// Rows that exist throughout.
const ROWS: usize = 40;

async fn create(client: &Client, user: Uuid) -> String {
    let input = AdminCreateKeypairInput::new(user, "default");
    let made = client.send(AdminCreateKeypair::new(input)).await.unwrap().admin_create_keypair_v2;
    made.keypair.access_key
}

async fn delete(client: &Client, key: &str) {
    client.send(AdminDeleteKeypair::new(key)).await.unwrap();
}

/// Creates and deletes key pairs until it is stopped. The newest rows come first, so that they are where
/// a list begins.
async fn disturb(client: Client, user: Uuid, stop: Arc<AtomicBool>) -> usize {
    let mut kept = Vec::new();
    let mut changes = 0;
    while !stop.load(Ordering::Relaxed) {
        kept.push(create(&client, user).await);
        if kept.len() > 3 {
            delete(&client, &kept.remove(0)).await;
        }
        changes += 1;
    }
    for key in kept {
        delete(&client, &key).await;
    }
    changes
}

#[tokio::test]
async fn no_row_is_missed_or_repeated_while_others_change_the_list() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let user = client.send(MyUser::new()).await.unwrap().my_user_v2.id.uuid().unwrap();
    let mut stable = BTreeSet::new();
    for _ in 0..ROWS {
        stable.insert(create(&client, user).await);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let others: Vec<_> =
        (0..2).map(|_| tokio::spawn(disturb(client.clone(), user, stop.clone()))).collect();
    let mut wrong = Vec::new();
    let strategies = [(Pagination::Cursor, 0), (Pagination::Cursor, 4), (Pagination::Offset, 0)];
    for (strategy, prefetch) in strategies {
        for size in [1, 7] {
            let list = match strategy {
                Pagination::Offset => AdminKeypairs::new()
                    .order_by(vec![KeypairOrderBy::descending(KeypairOrderField::CreatedAt)]),
                _ => AdminKeypairs::new(),
            };
            // The strategy is chosen by whether there is an order.
            let mut rows = client.pages(list).page_size(size).prefetch(prefetch).items();
            let (mut seen, mut repeated) = (BTreeSet::new(), Vec::new());
            while let Some(row) = rows.next().await {
                let key = row.unwrap().access_key;
                if !seen.insert(key.clone()) {
                    repeated.push(key);
                }
            }
            let missed: Vec<_> = stable.difference(&seen).collect();
            let how = format!("{strategy:?} by {size}, {prefetch} ahead");
            println!("{how}: {} rows", seen.len());
            if !missed.is_empty() || !repeated.is_empty() {
                wrong.push(format!("{how}: missed {missed:?}, twice {repeated:?}"));
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    let mut changes = 0;
    for other in others {
        changes += other.await.unwrap();
    }
    println!("{changes} changes");
    for key in stable {
        delete(&client, &key).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(changes > 20, "{changes}");
}

#[tokio::test]
async fn rows_of_a_long_list_are_those_of_the_database_whatever_others_do() {
    let Some(manager) = Manager::turn().await else { return };
    let rows = env::var("BACKENDAI_PAGINATION_ROWS").map_or(1_000, |rows| rows.parse().unwrap());
    let _seeds = manager.seed(rows);
    let client = manager.superadmin();
    let user = client.send(MyUser::new()).await.unwrap().my_user_v2.id.uuid().unwrap();
    let in_database = || -> BTreeSet<String> {
        sql("select access_key from keypairs").lines().map(str::to_owned).collect()
    };
    for prefetch in [0, 8] {
        let before = in_database();
        let stop = Arc::new(AtomicBool::new(false));
        let others: Vec<_> =
            (0..4).map(|_| tokio::spawn(disturb(client.clone(), user, stop.clone()))).collect();
        let begin = Instant::now();
        let mut rows = client.pages(AdminKeypairs::new()).prefetch(prefetch).items();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().await {
            seen.push(row.unwrap().access_key);
        }
        let (took, noticed) = (begin.elapsed(), rows.list_changes());
        stop.store(true, Ordering::Relaxed);
        let mut changes = 0;
        for other in others {
            changes += other.await.unwrap();
        }
        let after = in_database();
        let lasting: BTreeSet<_> = before.intersection(&after).cloned().collect();
        let count = seen.len();
        println!(
            "{prefetch} ahead: {count} rows in {took:.1?}, {} existed throughout, {changes} changes, {noticed:?}",
            lasting.len()
        );
        let seen: BTreeSet<_> = seen.into_iter().collect();
        let missed: Vec<_> = lasting.difference(&seen).collect();
        assert_eq!(seen.len(), count, "{prefetch} ahead: a row was returned twice");
        assert!(missed.is_empty() && !noticed.missed, "{prefetch} ahead: {missed:?}, {noticed:?}");
        assert!(changes >= 4, "{prefetch} ahead: others change nothing");
    }
}

/// The manager ends a list silently when the row of the cursor is gone.
#[tokio::test]
async fn the_row_of_the_cursor_may_be_deleted() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let user = client.send(MyUser::new()).await.unwrap().my_user_v2.id.uuid().unwrap();
    let mut stable = BTreeSet::new();
    for _ in 0..6 {
        stable.insert(create(&client, user).await);
    }
    let read = |page: Page<KeyPairBrief>| page.items.into_iter().map(|row| row.access_key);
    let mut pages = client.pages(AdminKeypairs::new()).page_size(2);
    let mut seen = BTreeSet::new();
    let mut last = None;
    for _ in 0..2 {
        let keys: Vec<_> = read(pages.next().await.unwrap().unwrap()).collect();
        last = keys.last().cloned();
        seen.extend(keys);
    }
    // The last row of a page is the one of the cursor. Another pager resumes, as this one has requested
    // the next page already.
    let position = pages.position();
    drop(pages);
    let last = last.unwrap();
    assert!(stable.remove(&last), "another row than expected: {last}");
    delete(&client, &last).await;
    let mut pages = client.pages(AdminKeypairs::new()).page_size(2).start_at(position);
    while let Some(page) = pages.next().await {
        seen.extend(read(page.unwrap()));
    }
    let changes = pages.list_changes();
    let missed: Vec<_> = stable.difference(&seen).cloned().collect();
    for key in &stable {
        delete(&client, key).await;
    }
    assert!(missed.is_empty(), "{missed:?}");
    assert!(!changes.missed && changes.shifts > 0, "{changes:?}");
}

/// Every second row is deleted while pages are read ahead, among them those between two pages.
#[tokio::test]
async fn rows_may_be_deleted_while_pages_are_read_ahead() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let user = client.send(MyUser::new()).await.unwrap().my_user_v2.id.uuid().unwrap();
    let (mut stable, mut doomed) = (BTreeSet::new(), Vec::new());
    for _ in 0..ROWS {
        stable.insert(create(&client, user).await);
        doomed.push(create(&client, user).await);
    }
    let other = client.clone();
    // The newest rows come first.
    let deletes = tokio::spawn(async move {
        for key in doomed.iter().rev() {
            delete(&other, key).await;
        }
    });
    let mut rows = client.pages(AdminKeypairs::new()).page_size(4).prefetch(4).items();
    let mut seen = BTreeSet::new();
    let mut repeated = Vec::new();
    while let Some(row) = rows.next().await {
        let key = row.unwrap().access_key;
        if !seen.insert(key.clone()) {
            repeated.push(key);
        }
    }
    let changes = rows.list_changes();
    deletes.await.unwrap();
    println!("{changes:?}");
    let missed: Vec<_> = stable.difference(&seen).cloned().collect();
    for key in &stable {
        delete(&client, key).await;
    }
    assert!(missed.is_empty() && repeated.is_empty(), "missed {missed:?}, twice {repeated:?}");
    assert!(!changes.missed, "{changes:?}");
    assert_ne!(changes.first_total, changes.last_total, "nothing was deleted meanwhile");
}

/// `hasNextPage` is always false here.
#[tokio::test]
async fn policies_go_on_until_the_total() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let names = [unique("v2-policy"), unique("v2-policy")];
    for name in &names {
        let size = BinarySizeInput::new("1g");
        let input = CreateProjectResourcePolicyInputV2::new(name, 1, size, 1);
        client.send(AdminCreateProjectResourcePolicy::new(input)).await.unwrap();
    }
    let mut rows = client.pages(AdminProjectResourcePolicies::new()).page_size(1).items();
    let mut seen = BTreeSet::new();
    while let Some(row) = rows.next().await {
        assert!(seen.insert(row.unwrap().name));
    }
    for name in &names {
        client.send(AdminDeleteProjectResourcePolicy::new(name)).await.unwrap();
    }
    assert!(names.iter().all(|name| seen.contains(name)), "{seen:?}");
}

/// The count here is that of the page.
#[tokio::test]
async fn registries_go_on_until_an_empty_page() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let mut ids = BTreeSet::new();
    for _ in 0..3 {
        let input = CreateHuggingFaceRegistryInput::new(unique("v2-hf"), "https://example.com");
        let made = client.send(CreateHuggingfaceRegistry::new(input)).await.unwrap();
        ids.insert(made.create_huggingface_registry.huggingface_registry.id);
    }
    let mut rows = client.pages(HuggingfaceRegistries::new()).page_size(2).items();
    let mut seen = BTreeSet::new();
    while let Some(row) = rows.next().await {
        seen.insert(row.unwrap().id);
    }
    for id in &ids {
        let input = DeleteHuggingFaceRegistryInput::new(id);
        client.send(DeleteHuggingfaceRegistry::new(input)).await.unwrap();
    }
    assert!(seen.is_superset(&ids), "{seen:?}, not {ids:?}");
}
