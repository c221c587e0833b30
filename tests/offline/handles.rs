//! The functions over several operations, against the embedded manager with faults.

use backendai::admin::types::{GroupInput, PurgeUserInput, UserInput};
use backendai_testing::{Fault, Manager};

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
