//! Every column of every list, filtered and ordered by on the manager.

use backendai::{
    Client, Error,
    admin::columns::LISTS,
    filter::{List, ListColumn, Variant},
};
use serde_json::{Value, json};

use crate::support::{Manager, SUPERADMIN};

/// A word that the manager knows in a column that takes no other.
fn word(list: &str, column: &str) -> &'static str {
    match (list, column) {
        ("audit_log_nodes", "status") | (_, "result") => "success",
        ("compute_container_list" | "compute_session_list" | "compute_session_nodes", "status") => {
            "RUNNING"
        }
        ("compute_session_list" | "compute_session_nodes", "type") => "interactive",
        ("endpoint_list", "lifecycle_stage") => "created",
        ("group_nodes", "type") | (_, "usage_mode") => "general",
        ("image_nodes", "status") => "ALIVE",
        ("image_nodes", "type") => "compute",
        ("user_list" | "user_nodes", "status") => "active",
        (_, "cluster_mode") => "single-node",
        (_, "ownership_type" | "role") => "user",
        (_, "permission") => "ro",
        (_, "status") => "ready",
        _ => panic!("no word is known for {column} of {list}"),
    }
}

/// A condition that fits what the column holds.
fn condition(list: &List, column: &ListColumn) -> String {
    let value = match column.holds {
        Variant::Text | Variant::Texts => "\"x\"".to_owned(),
        Variant::Word | Variant::Choice => format!("{:?}", word(list.name, column.name)),
        Variant::Number | Variant::Code => "1".to_owned(),
        Variant::Flag => "true".to_owned(),
        Variant::Time => "\"2020-06-01T00:00:00+00:00\"".to_owned(),
        Variant::Id => "\"00000000-0000-0000-0000-000000000001\"".to_owned(),
        other => panic!("{other:?} is new: say what fits it"),
    };
    format!("({} == {value})", column.name)
}

fn document(list: &str) -> String {
    let nil = "00000000-0000-0000-0000-000000000000";
    let (arguments, rows) = match list {
        "resource_presets" => (String::new(), "{ id }"),
        "image_nodes" => ("scope_id: \"system:\", first: 1,".to_owned(), "{ count }"),
        "compute_container_list" => {
            (format!("session_id: \"{nil}\", limit: 1, offset: 0,"), "{ total_count }")
        }
        _ if list.ends_with("_list") => ("limit: 1, offset: 0,".to_owned(), "{ total_count }"),
        _ => ("first: 1,".to_owned(), "{ count }"),
    };
    format!(
        "query($filter: String, $order: String) \
         {{ {list}({arguments} filter: $filter, order: $order) {rows} }}"
    )
}

async fn ask(client: &Client, list: &str, variables: Value) -> Result<(), Error> {
    client.send_document(&document(list), variables).await.map(drop)
}

#[tokio::test]
async fn the_manager_takes_every_column_of_the_table() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let mut failures = Vec::new();
    for list in LISTS {
        let filters = list.columns.iter().filter(|column| column.filter);
        let filter: Vec<_> = filters.map(|column| condition(list, column)).collect();
        let orders = list.columns.iter().filter(|column| column.order);
        let order: Vec<_> = orders.map(|column| format!("-{}", column.name)).collect();
        // All at once; one by one only to tell which it was.
        let all = json!({ "filter": filter.join(" | "), "order": order.join(",") });
        if ask(&client, list.name, all).await.is_ok() {
            continue;
        }
        for text in filter {
            if let Err(error) = ask(&client, list.name, json!({ "filter": text })).await {
                failures.push(format!("{} filter {text}: {error}", list.name));
            }
        }
        for text in order {
            if let Err(error) = ask(&client, list.name, json!({ "order": text })).await {
                failures.push(format!("{} order {text}: {error}", list.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn the_manager_refuses_a_column_that_no_list_has() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    for list in LISTS {
        for variables in [json!({ "filter": "nonesuch == 1" }), json!({ "order": "nonesuch" })] {
            let error = ask(&client, list.name, variables.clone()).await.unwrap_err();
            assert!(error.is_graphql(), "{} {variables}: {error}", list.name);
        }
    }
}

#[tokio::test]
async fn the_manager_reads_what_is_written_as_it_is_meant() {
    use backendai::{
        admin::columns::keypair_list as column, admin::keypair::PagedKeyPairs, filter::literal,
    };

    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let count = async |filter: backendai::Filter| {
        let list = client.send(PagedKeyPairs::new().limit(1).filter(filter)).await.unwrap();
        list.keypair_list.total_count
    };
    let all = count(column::RESOURCE_POLICY.is_not_null()).await;
    let default = count(column::RESOURCE_POLICY.equals("default")).await;
    assert!(default > 0 && default < all, "{default} of {all}");
    assert_eq!(count(column::RESOURCE_POLICY.like("defa_lt")).await, default);
    assert_eq!(count(column::RESOURCE_POLICY.contains("faul")).await, default);
    assert_eq!(count(column::RESOURCE_POLICY.contains("a_l")).await, 0);
    assert_eq!(count(column::RESOURCE_POLICY.like(literal("defa_lt"))).await, 0);
    // `!a & b` would be `!(a & b)`.
    let active = count(column::IS_ACTIVE.equals(true)).await;
    let inactive = !column::IS_ACTIVE.equals(true) & column::ACCESS_KEY.greater("A");
    assert_eq!(count(inactive).await, all - active);
    for text in ["", "say \"hi\"", r"a\\", "a\rb", r#"a\\"b"#] {
        assert_eq!(count(column::FULL_NAME.equals(text)).await, 0, "{text:?}");
    }
}
