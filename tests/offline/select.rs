//! Fields that are chosen at run time, against the embedded manager.

use backendai::{
    Operation,
    admin::{
        keypair::{CreateKeyPair, GetKeyPair, KeyPairWithSecret, ListKeyPairs, PagedKeyPairs},
        types::KeyPairInput,
    },
};
use backendai_testing::Manager;

use crate::support::embedded::client;

#[tokio::test]
async fn a_list_is_paged_with_the_selected_fields() {
    let manager = Manager::builder().keypairs(130).start().await.unwrap();
    let client = client(&manager, manager.superadmin());
    let list = PagedKeyPairs::new().select(["user_id", "secret_key", "access_key"]).unwrap();
    let fields = list.fields().to_vec();
    let titles: Vec<_> = fields.iter().map(|field| field.title()).collect();
    assert_eq!(titles, ["Email", "Secret Key", "Access Key"]);

    let mut rows = client.pages(list).page_size(50).items();
    let mut keys = std::collections::BTreeSet::new();
    while let Some(row) = rows.next().await {
        let row = row.unwrap();
        let mut names: Vec<_> = row.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["access_key", "secret_key", "user_id"]);
        assert!(row["user_id"].as_str().unwrap().contains('@'));
        let secret = row["secret_key"].as_str().unwrap();
        assert!(!format!("{row:?}").contains(secret));
        assert!(format!("{row:?}").contains("[redacted]"));
        assert_eq!(row.get(fields[1].name()).unwrap(), secret);
        assert!(keys.insert(row["access_key"].as_str().unwrap().to_owned()));
    }
    assert!(keys.len() >= 130, "{}", keys.len());
}

#[tokio::test]
async fn every_field_of_the_table_can_be_chosen() {
    let manager = Manager::start().await.unwrap();
    let client = client(&manager, manager.superadmin());
    for field in KeyPairWithSecret::FIELDS {
        let chosen = GetKeyPair::new().select([field.name()]).unwrap();
        let rows = client.send(chosen).await.unwrap().into_vec();
        assert_eq!(rows.len(), 1, "{}", field.name());
        assert!(rows[0].contains_key(field.name()));
    }
    let all: Vec<_> = KeyPairWithSecret::FIELDS.iter().map(|field| field.name()).collect();
    let rows = client.send(ListKeyPairs::new().select(all.iter().copied()).unwrap()).await.unwrap();
    assert!(rows.into_vec().iter().all(|row| row.len() == all.len()));
}

#[tokio::test]
async fn one_object_gives_one_row_or_none() {
    let manager = Manager::start().await.unwrap();
    let client = client(&manager, manager.superadmin());
    let ask = |key: &str| GetKeyPair::new().access_key(key).select(["is_active"]).unwrap();
    let rows = client.send(ask(&manager.user().access_key)).await.unwrap().into_vec();
    assert_eq!(serde_json::to_value(&rows).unwrap(), serde_json::json!([{"is_active": true}]));
    assert!(client.send(ask("NOSUCHKEY")).await.unwrap().into_vec().is_empty());
}

#[tokio::test]
async fn a_mutation_gives_the_chosen_fields_or_is_refused() {
    let manager = Manager::start().await.unwrap();
    let user = manager.user();
    let create = || {
        CreateKeyPair::new(user.email.as_str(), KeyPairInput::new("default", 7))
            .select(["rate_limit", "user_id"])
            .unwrap()
    };
    let rows = client(&manager, manager.superadmin()).send(create()).await.unwrap().into_vec();
    assert_eq!(rows[0]["rate_limit"], 7);
    let error = client(&manager, user).send(create()).await.unwrap_err();
    assert!(error.is_refused() && error.is_permission_denied(), "{error:?}");
}

#[test]
fn an_invalid_selection_is_an_error_before_anything_is_sent() {
    let error = PagedKeyPairs::new().select(["acess_key"]).unwrap_err();
    assert!(error.is_config());
    assert!(
        error.to_string().contains("KeyPair has no field `acess_key`: did you mean `access_key`?"),
        "{error}"
    );
    let error = PagedKeyPairs::new().select(["zzzzzzzzz"]).unwrap_err();
    assert!(error.to_string().contains("only user_id, "), "{error}");
    // The names are often those that a user has entered.
    let none: Vec<String> = Vec::new();
    let error = PagedKeyPairs::new().select(none).unwrap_err();
    assert!(error.to_string().contains("name at least one of user_id, "), "{error}");
}
