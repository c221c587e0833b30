//! Compiles what the generator writes for schemas of other servers, and reads their answers.

use std::sync::Arc;

use backendai::{DynamicOperation, Position, operation::Compiled};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use crate::support::transport::*;

/// Includes the code of each set.
macro_rules! sets {
    ($($name:ident),*) => {
        $(#[rustfmt::skip] mod $name {
            include!(concat!("../../codegen/tests/foreign/", stringify!($name), ".rs"));
        })*
    };
}

mod set_abstract {
    include!("../../codegen/tests/foreign/abstract.rs");
}

sets!(
    arguments,
    directives,
    docs,
    extended,
    github,
    hasura,
    ids,
    inputs,
    introspected,
    names,
    nested,
    nodes,
    older_server,
    relay,
    repeated,
    rust_names,
    scalar_list,
    shopify,
    windows
);

use nested::nested::{Files, files::Data};

/// A list of files below an object, as a server pages it whose rows have no cursors.
fn files(count: u64) -> Arc<Fake> {
    Fake::new(move |_, request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let variables = &body["variables"];
        let first = variables["first"].as_u64().unwrap();
        let after = variables["after"].as_str().map_or(0, |it| it.parse::<u64>().unwrap());
        let end = count.min(after + first);
        let nodes: Vec<_> = (after..end).map(|at| json!({"path": at.to_string()})).collect();
        let info = json!({"hasNextPage": end < count, "endCursor": end.to_string()});
        let files = json!({"totalCount": count, "nodes": nodes, "pageInfo": info});
        ok(json!({"data": {"project": {"files": files}}}).to_string())
    })
}

fn numbers(range: std::ops::Range<u64>) -> Vec<String> {
    range.map(|at| at.to_string()).collect()
}

fn path(file: nested::nested::files::ProjectFilesNodes) -> String {
    file.path
}

#[tokio::test]
async fn a_connection_by_nodes_below_an_object_is_read_to_its_end() {
    let fake = files(7);
    let pages = client(&fake).pages(Files::new("p")).page_size(3);
    let all: Vec<_> = pages.items().map_ok(path).try_collect().await.unwrap();
    assert_eq!(all, numbers(0..7));
    assert_eq!(fake.requests().len(), 3);
    // The same at run time.
    let list = DynamicOperation::new(<Files as Compiled>::INFO).variable("id", "p");
    let rows = client(&fake).pages(list.select(["path"]).unwrap()).page_size(3).items();
    let all: Vec<_> =
        rows.map_ok(|row| row["path"].as_str().unwrap().to_owned()).try_collect().await.unwrap();
    assert_eq!(all, numbers(0..7));
    assert_eq!(fake.requests().len(), 6);
}

#[tokio::test]
async fn a_position_between_rows_without_cursors_is_before_their_page() {
    let fake = files(7);
    let mut rows = client(&fake).pages(Files::new("p")).page_size(3).items();
    for expected in numbers(0..4) {
        assert_eq!(path(rows.next().await.unwrap().unwrap()), expected);
    }
    let position: Position = rows.position().to_string().parse().unwrap();
    assert_eq!(position.rows(), 3);
    let resumed = client(&fake).pages(Files::new("p")).page_size(3).start_at(position).items();
    let all: Vec<_> = resumed.map_ok(path).try_collect().await.unwrap();
    assert_eq!(all, numbers(3..7));
    // At the end of a page it is exact.
    let mut pages = client(&fake).pages(Files::new("p")).page_size(3).max_items(4);
    while pages.next().await.is_some() {}
    let resumed = client(&fake).pages(Files::new("p")).start_at(pages.position()).items();
    let all: Vec<_> = resumed.map_ok(path).try_collect().await.unwrap();
    assert_eq!(all, numbers(4..7));
}

#[tokio::test]
async fn a_connection_in_one_type_of_an_interface() {
    use github::github::OwnerRepositories;
    let fake = Fake::new(|count, _| {
        let node = json!({"name": count.to_string(), "owner": {"login": "o"}});
        let info = json!({"hasNextPage": count < 2, "endCursor": count.to_string()});
        let edges = json!([{"cursor": count.to_string(), "node": node}]);
        let list = json!({"edges": edges, "pageInfo": info});
        ok(json!({"data": {"node": {"__typename": "Organization", "id": 7, "repositories": list}}})
            .to_string())
    });
    let list = OwnerRepositories::new("7", 1);
    let rows: Vec<_> = client(&fake).pages(list).page_size(1).items().try_collect().await.unwrap();
    let names: Vec<_> = rows.into_iter().map(|row| row.unwrap().name).collect();
    assert_eq!(names, ["0", "1", "2"]);
    // An object of another type has no such list.
    let fake = Fake::new(|_, _| {
        ok(r#"{"data": {"node": {"__typename": "User", "id": "1", "login": "l"}}}"#)
    });
    let mut pages = client(&fake).pages(OwnerRepositories::new("7", 1));
    assert!(pages.next().await.unwrap().is_err());
}

#[test]
fn ids_may_be_numbers() {
    let item = json!({
        "item": {"id": 1, "parent": null, "others": [2, null, "3"], "label": null, "id2": -4,
            "ref": {"__typename": "Other", "id": 18_446_744_073_709_551_615_u64}},
        "ids": [["a", 5], null],
    });
    let data: ids::ids::item::Data = serde_json::from_value(item).unwrap();
    let item = data.item.unwrap();
    assert_eq!((item.id.as_str(), item.parent, item.id2.as_deref()), ("1", None, Some("-4")));
    assert_eq!(item.others.unwrap(), [Some("2".to_owned()), None, Some("3".to_owned())]);
    let Some(ids::ids::item::ItemRef::Other(other)) = item.r#ref else { panic!() };
    assert_eq!(other.id, "18446744073709551615");
    assert_eq!(data.ids.unwrap()[0].as_ref().unwrap(), &["a", "5"]);
    for wrong in [json!({"id": true}), json!({"id": 1.5}), json!({"id": {}})] {
        assert!(
            serde_json::from_value::<ids::ids::item::Data>(json!({"item": wrong, "ids": null}))
                .is_err()
        );
    }
}

#[test]
fn values_of_an_enum_may_have_any_name() {
    use rust_names::types::EErr;
    for (text, value) in [("ERR", EErr::Err), ("OK", EErr::Ok), ("K_N_O_W_N", EErr::KNOWN_)] {
        assert_eq!((text.parse::<EErr>().unwrap(), value.as_str()), (value.clone(), text));
    }
    assert!(EErr::KNOWN.contains(&EErr::Err));
}

#[test]
fn data_is_decoded_below_an_object_and_its_null() {
    let data: Data = serde_json::from_value(json!({"project": null})).unwrap();
    assert!(data.project.is_none());
}
