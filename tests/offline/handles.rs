//! The functions over several operations, against the embedded manager with faults.

use backendai::{
    OperationKind,
    admin::{
        keypair::{KeyPairDetail, KeyPairWithSecret},
        types::{GroupInput, PurgeUserInput, UserInput},
    },
};
use backendai_testing::{Fault, Manager};
use serde_json::json;

use crate::support::embedded::once;

const EMAIL: &str = "ada@example.com";

fn props() -> UserInput {
    UserInput::new("ada", "change me", true)
}

#[tokio::test]
async fn ensure_creates_once_whatever_happens_between() {
    let manager = Manager::start().await.unwrap();
    let client = once(&manager, manager.superadmin());
    let users = client.users();
    // Created, but the answer is lost.
    manager.fail_operation("CreateUser", Fault::Lose);
    let lost = users.ensure(EMAIL, props()).await.unwrap();
    assert!(!lost.is_created());
    assert_eq!(manager.requests_of("CreateUser").len(), 1);
    // Another client was faster.
    manager.fail_operation("GetUser", Fault::json(200, r#"{"data":{"user":null},"errors":null}"#));
    let late = users.ensure(EMAIL, props()).await.unwrap();
    assert_eq!(late.user().uuid, lost.user().uuid);
    assert_eq!(manager.requests_of("CreateUser").len(), 2);
    // The name is that of another user.
    let taken = users.ensure("other@example.com", props()).await.unwrap_err();
    assert!(taken.is_conflict(), "{taken}");
    assert_eq!(taken.conflicting_fields(), ["email", "username"]);
    // Not created, and the request did not arrive.
    manager.fail_operation("CreateUser", Fault::Reset);
    let props = UserInput::new("bob", "change me", true);
    let unknown = users.ensure("bob@example.com", props).await.unwrap_err();
    assert!(unknown.is_outcome_unknown(), "{unknown}");
}

#[tokio::test]
async fn a_user_joins_and_leaves_a_project_and_is_purged() {
    let manager = Manager::start().await.unwrap();
    let client = once(&manager, manager.superadmin());
    let (users, projects) = (client.users(), client.projects());
    let project = projects.create("vision", GroupInput::new("default")).await.unwrap();
    assert_eq!(projects.find("default", "vision").await.unwrap().unwrap().id, project.id);
    assert_eq!(projects.find("default", "none").await.unwrap(), None);
    let taken = projects.create("vision", GroupInput::new("default")).await.unwrap_err();
    assert_eq!(taken.conflicting_fields(), ["name"]);

    let new = users.create(EMAIL, props()).await.unwrap();
    assert!(!format!("{new:?}").contains(&new.keypair.as_ref().unwrap().secret_key));
    let groups = async || {
        let user = users.find(EMAIL).await.unwrap().unwrap();
        let named = user.groups.unwrap().into_iter().flatten().filter_map(|group| group.name);
        named.collect::<Vec<_>>()
    };
    users.add_to_project(EMAIL, project.id).await.unwrap();
    assert_eq!(groups().await, ["ada", "vision"]);
    users.remove_from_project(EMAIL, project.id).await.unwrap();
    assert_eq!(groups().await, ["ada"]);
    let unknown = users.add_to_project("none@example.com", project.id).await.unwrap_err();
    assert!(unknown.is_not_found(), "{unknown}");

    users.purge(EMAIL, PurgeUserInput::new()).await.unwrap();
    assert_eq!(users.find(EMAIL).await.unwrap(), None);
    assert!(users.purge(EMAIL, PurgeUserInput::new()).await.unwrap_err().is_not_found());
}

#[test]
fn a_row_is_built_from_what_a_test_needs() {
    let row = KeyPairDetail {
        access_key: "AKIA".to_owned(),
        is_active: Some(true),
        ..Default::default()
    };
    let same: KeyPairDetail =
        serde_json::from_value(json!({ "access_key": "AKIA", "is_active": true })).unwrap();
    assert_eq!(row, same);
    assert_eq!(row.last_used, None);
    let mut other = row.clone();
    assert_eq!(other, row);
    other.is_admin = Some(true);
    assert_ne!(other, row);
    let text = serde_json::to_string(&other).unwrap();
    assert_eq!(serde_json::from_str::<KeyPairDetail>(&text).unwrap(), other);
    // What must be given is named.
    let missing = serde_json::from_value::<KeyPairDetail>(json!({})).unwrap_err();
    assert_eq!(missing.to_string(), "missing field `access_key`");
}

/// The data of a query has a secret only where the name of its type or operation says so, or all of it is one.
#[test]
fn secrets_are_in_the_rows_that_say_so() {
    let is_secret =
        |word: &&str| ["secret_key", "wsproxy_api_token", "configuration"].contains(word);
    let with_secrets = backendai::admin::OPERATIONS.iter().filter(|info| {
        info.kind == OperationKind::Query
            && info
                .document
                .text
                .split(|c: char| c != '_' && !c.is_alphanumeric())
                .any(|it| is_secret(&it))
    });
    let expected = [
        "GetDomainNodeScalingGroups",
        "GetKeyPairWithSecret",
        "GetScalingGroup",
        "GetServiceConfig",
        "ListKeyPairsWithSecrets",
        "ListServiceConfigs",
        "PagedKeyPairsWithSecrets",
    ];
    let mut names: Vec<_> = with_secrets.map(|info| info.name).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn a_row_with_a_secret_hides_it_in_debug_and_writes_it() {
    let row = KeyPairWithSecret { secret_key: Some("hidden".to_owned()), ..Default::default() };
    assert!(!format!("{row:?}").contains("hidden"));
    assert!(serde_json::to_string(&row).unwrap().contains("hidden"));
    assert!(!serde_json::to_string(&KeyPairDetail::default()).unwrap().contains("secret"));
}
