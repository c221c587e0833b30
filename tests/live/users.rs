//! The functions on users and projects that need more than one operation.

use backendai::admin::{
    group::{GroupsByName, PurgeGroup},
    types::{GroupInput, PurgeUserInput, UserInput},
};

use crate::support::{Manager, SUPERADMIN};

const EMAIL: &str = "handles@test.invalid";

fn props() -> UserInput {
    UserInput::new("handles", "Handles-1-of-them", false)
}

#[tokio::test]
async fn a_user_is_ensured_joins_a_project_and_is_purged_without_a_trace() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let (users, projects) = (client.users(), client.projects());
    let project = projects.create("handles-project", GroupInput::new("default")).await.unwrap();

    let first = users.ensure(EMAIL, props()).await.unwrap();
    let second = users.ensure(EMAIL, props()).await.unwrap();
    let taken = users.create(EMAIL, props()).await;
    users.add_to_project(EMAIL, project.id).await.unwrap();
    let joined = users.find(EMAIL).await.unwrap().unwrap();
    users.remove_from_project(EMAIL, project.id).await.unwrap();
    let left = users.find(EMAIL).await.unwrap().unwrap();
    let personal = client.send(GroupsByName::new("handles")).await.unwrap().groups_by_name;
    users.purge(EMAIL, PurgeUserInput::new()).await.unwrap();
    let rest = client.send(GroupsByName::new("handles")).await.unwrap().groups_by_name;
    // The name is free again.
    let again = users.ensure(EMAIL, props()).await;
    users.purge(EMAIL, PurgeUserInput::new()).await.unwrap();
    let gone = users.purge(EMAIL, PurgeUserInput::new()).await.unwrap_err();
    client.send(PurgeGroup::new(project.id)).await.unwrap();

    assert!(first.is_created() && !second.is_created());
    assert_eq!(first.user().uuid, second.user().uuid);
    assert!(taken.unwrap_err().is_conflict());
    let is_member = |user: &backendai::admin::user::UserDetail| {
        user.groups.iter().flatten().flatten().any(|group| group.id == Some(project.id))
    };
    assert!(is_member(&joined) && !is_member(&left));
    assert_eq!((personal.len(), rest.len()), (1, 0));
    assert!(again.unwrap().is_created());
    assert!(gone.is_not_found(), "{gone}");
    assert!(projects.find("default", "handles-project").await.unwrap().is_none());
}
