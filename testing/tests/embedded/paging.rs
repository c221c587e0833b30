//! Pages of a list: stable and unstable orders, and a client that pages carelessly.

use std::collections::BTreeSet;

use crate::support::{data, error};
use backendai_testing::Manager;
use serde_json::Value;

async fn page(manager: &Manager, arguments: &str) -> (u64, Vec<String>) {
    let query = format!("{{ keypair_list({arguments}) {{ total_count items {{ access_key }} }} }}");
    let list = data(manager, manager.superadmin(), &query).await["keypair_list"].clone();
    let key = |item: &Value| item["access_key"].as_str().unwrap().to_owned();
    let items = list["items"].as_array().unwrap().iter().map(key).collect();
    (list["total_count"].as_u64().unwrap(), items)
}

async fn all_pages(manager: &Manager, limit: usize, order: &str) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let offset = all.len();
        let arguments = format!("limit: {limit}, offset: {offset}, order: \"{order}\"");
        let (total, items) = page(manager, &arguments).await;
        assert_eq!(total, 257);
        if items.is_empty() {
            return all;
        }
        all.extend(items);
    }
}

#[tokio::test]
async fn a_unique_order_returns_every_row_once() {
    let manager = Manager::builder().keypairs(250).start().await.unwrap();
    for order in ["access_key", "-access_key", "created_at,access_key", "is_active,+access_key"] {
        let keys = all_pages(&manager, 40, order).await;
        let unique: BTreeSet<_> = keys.iter().cloned().collect();
        assert_eq!((keys.len(), unique.len()), (257, 257), "{order}");
    }
    assert_eq!(all_pages(&manager, 40, "access_key").await, manager.access_keys());
}

#[tokio::test]
async fn an_order_without_a_tie_break_misses_rows() {
    let manager = Manager::builder().keypairs(250).start().await.unwrap();
    for order in ["-created_at", "resource_policy", ""] {
        let keys = all_pages(&manager, 40, order).await;
        let unique: BTreeSet<_> = keys.iter().collect();
        assert_eq!(keys.len(), 257, "{order}");
        assert!(unique.len() < 257, "{order}: a careless client would not be caught");
    }
}

#[tokio::test]
async fn the_same_page_is_the_same_again() {
    let manager = Manager::builder().keypairs(50).start().await.unwrap();
    let first = page(&manager, "limit: 10, offset: 20").await;
    assert_eq!(page(&manager, "limit: 10, offset: 20").await, first);
}

#[tokio::test]
async fn a_filter_by_key_counts_the_remaining_rows() {
    let manager = Manager::builder().keypairs(50).start().await.unwrap();
    let keys = manager.access_keys();
    let last = &keys[19];
    let arguments = format!(
        "limit: 10, offset: 0, order: \"access_key\", filter: \"access_key > \\\"{last}\\\"\""
    );
    let (total, items) = page(&manager, &arguments).await;
    assert_eq!(total, 37);
    assert_eq!(items, keys[20..30]);
}

#[tokio::test]
async fn limits_and_offsets_have_bounds() {
    let manager = Manager::start().await.unwrap();
    assert_eq!(page(&manager, "limit: 0, offset: 0").await, (7, vec![]));
    assert_eq!(page(&manager, "limit: 5, offset: 1000000").await, (7, vec![]));
    assert_eq!(page(&manager, "limit: 100000, offset: 0").await.1.len(), 7);
    let negative = |arguments: &str| format!("{{ keypair_list({arguments}) {{ total_count }} }}");
    let (_, message) = error(&manager, manager.user(), &negative("limit: -1, offset: 0")).await;
    assert_eq!(message, "LIMIT must not be negative");
    let (_, message) = error(&manager, manager.user(), &negative("limit: 1, offset: -1")).await;
    assert_eq!(message, "OFFSET must not be negative");
}

#[tokio::test]
async fn filters_select_rows_or_fail() {
    let manager = Manager::start().await.unwrap();
    for (filter, expected) in [
        ("is_active == true", 6),
        (r#"email ilike \"%USER@%\""#, 3),
        ("rate_limit > 10 & is_admin == true", 3),
        ("!is_admin == true & is_active == true", 4),
        (r#"resource_policy in [\"small\", \"none\"]"#, 1),
        (r#"projects == \"default\""#, 5),
        ("projects is null", 1),
        (r#"created_at > \"2020-01-01\""#, 7),
    ] {
        let arguments = format!("limit: 100, offset: 0, filter: \"{filter}\"");
        assert_eq!(page(&manager, &arguments).await.0, expected, "{filter}");
    }
    for (argument, prefix) in [
        ("filter: \"nope == 1\"", "Query filter parsing error: "),
        ("filter: \"\"", "Query filter parsing error: "),
        ("order: \"nope\"", "Query ordering parsing error: "),
        (r#"filter: "rate_limit == \"abc\"""#, "operator does not exist"),
    ] {
        let query =
            format!("{{ keypair_list(limit: 1, offset: 0, {argument}) {{ total_count }} }}");
        let (code, message) = error(&manager, manager.user(), &query).await;
        assert_eq!(code, "backendai_generic_internal-error");
        assert!(message.starts_with(prefix), "{argument}: {message}");
    }
}
