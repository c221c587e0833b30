//! The functions on users and projects that need more than one operation.

use backendai::admin::{
    group::PurgeGroup,
    types::{GroupInput, PurgeUserInput, UserInput},
    user::ListUsers,
};

use crate::support::{Manager, SUPERADMIN, USER};

/// A name that no user and no project has had: the manager keeps the personal project of a purged user.
fn unique() -> String {
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("handles-{}", time.as_nanos())
}

/// The e-mail address and the properties of a user of this name.
fn person(name: &str) -> (String, UserInput) {
    (format!("{name}@test.invalid"), UserInput::new(name, "Handles-1-of-them", false))
}

#[tokio::test]
async fn a_user_is_ensured_joins_a_project_and_is_purged() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let (users, projects) = (client.users(), client.projects());
    let name = unique();
    let (email, props) = person(&name);
    let team = format!("{name}-team");
    let project = projects.create(&team, GroupInput::new("default")).await.unwrap();
    let same = projects.create(&team, GroupInput::new("default")).await.unwrap_err();

    let first = users.ensure(&email, props.clone()).await.unwrap();
    let second = users.ensure(&email, props.clone()).await.unwrap();
    let taken = users.create(&email, props.clone()).await;
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

#[tokio::test]
async fn a_purged_user_leaves_the_personal_project() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let (users, projects) = (client.users(), client.projects());
    let name = unique();
    let (email, props) = person(&name);

    users.create(&email, props.clone()).await.unwrap();
    users.purge(&email, PurgeUserInput::new()).await.unwrap();
    let left = projects.find("default", &name).await.unwrap().unwrap();
    let purged = client.send(PurgeGroup::new(left.id)).await;
    let again = users.ensure(&email, props.clone()).await;
    let second = projects.find("default", format!("{name}-2")).await.unwrap();
    users.purge(&email, PurgeUserInput::new()).await.unwrap();

    assert_eq!(left.r#type.as_deref(), Some("PERSONAL"));
    assert!(purged.unwrap_err().is_graphql());
    assert!(again.unwrap().is_created());
    assert!(second.is_some());
}

#[tokio::test]
async fn members_come_and_go_together() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let (users, projects) = (client.users(), client.projects());
    let name = unique();
    let project = projects.create(&name, GroupInput::new("default")).await.unwrap();
    let mut members = Vec::new();
    for number in ["1", "2"] {
        let (email, props) = person(&format!("{name}-{number}"));
        let new = users.create(email, props).await.unwrap();
        members.push(new.user);
    }
    let ids = || members.iter().map(|user| user.uuid);
    let count = async || {
        let listed = client.send(ListUsers::new().group_id(project.id)).await.unwrap();
        listed.users.len()
    };

    projects.add_members(project.id, ids()).await.unwrap();
    let both = count().await;
    // Once more changes nothing.
    projects.add_members(project.id, ids()).await.unwrap();
    let same = count().await;
    projects.remove_members(project.id, ids().take(1)).await.unwrap();
    let one = count().await;
    let mine = manager.client(USER);
    let refused = mine.projects().remove_members(project.id, ids()).await;
    let rest = count().await;
    for user in &members {
        users.purge(&user.email, PurgeUserInput::new()).await.unwrap();
    }
    client.send(PurgeGroup::new(project.id)).await.unwrap();

    assert_eq!((both, same, one, rest), (2, 2, 1, 1));
    let refused = refused.unwrap_err();
    assert!(refused.is_permission_denied() || refused.is_not_found(), "{refused}");
}
