//! The functions on users and projects that need more than one operation.

use backendai::admin::{
    group::PurgeGroup,
    types::{GroupInput, PurgeUserInput, UserInput},
};

use crate::support::{Manager, SUPERADMIN};

#[tokio::test]
async fn a_user_is_ensured_joins_a_project_and_is_purged() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let (users, projects) = (client.users(), client.projects());
    // The manager keeps the personal project of a purged user, and its name.
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let name = format!("handles-{}", time.as_millis());
    let email = format!("{name}@test.invalid");
    let props = || UserInput::new(&name, "Handles-1-of-them", false);
    let team = format!("{name}-team");
    let project = projects.create(&team, GroupInput::new("default")).await.unwrap();
    let same = projects.create(&team, GroupInput::new("default")).await.unwrap_err();

    let first = users.ensure(&email, props()).await.unwrap();
    let second = users.ensure(&email, props()).await.unwrap();
    let taken = users.create(&email, props()).await;
    users.add_to_project(&email, project.id).await.unwrap();
    let joined = users.find(&email).await.unwrap().unwrap();
    users.remove_from_project(&email, project.id).await.unwrap();
    let left = users.find(&email).await.unwrap().unwrap();
    users.purge(&email, PurgeUserInput::new()).await.unwrap();
    let rest = users.find(&email).await.unwrap();
    let gone = users.purge(&email, PurgeUserInput::new()).await.unwrap_err();
    client.send(PurgeGroup::new(project.id)).await.unwrap();

    assert!(first.is_created() && !second.is_created());
    assert_eq!(first.user().uuid, second.user().uuid);
    let taken = taken.unwrap_err();
    assert!(taken.is_conflict() && same.is_conflict());
    assert_eq!(same.conflicting_fields(), ["name"]);
    assert_eq!(taken.conflicting_fields(), ["email", "username"]);
    let is_member = |user: &backendai::admin::user::UserDetail| {
        user.groups.iter().flatten().flatten().any(|group| group.id == Some(project.id))
    };
    assert!(is_member(&joined) && !is_member(&left));
    assert!(rest.is_none() && gone.is_not_found(), "{rest:?} {gone}");
    assert!(projects.find("default", &team).await.unwrap().is_none());
}
