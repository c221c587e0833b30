//! Create, read, change, read, delete, with the ids of rows as arguments.

use std::time::Duration;

use backendai::{MaybeUndefined, Uuid};
use backendai_v2::{
    ClientExt as _,
    domain::{AdminCreateDomain, AdminDeleteDomain, AdminRestoreDomain, AdminUpdateDomain, Domain},
    entity_label::{EntityLabels, PurgeEntityLabel, UpsertEntityLabel},
    keypair::{AdminCreateKeypair, AdminDeleteKeypair, AdminKeypair, AdminUpdateKeypair},
    project::{
        AdminCreateProject, AdminDeleteProject, AdminPurgeProject, AdminUpdateProject, Project,
    },
    role::{
        AdminAssignRole, AdminCreateRole, AdminDeleteRole, AdminPurgeRole, AdminRevokeRole,
        AdminRoleAssignments,
    },
    types::{
        AdminCreateKeypairInput, AdminUpdateKeypairInput, AssignRoleInput, CreateDomainInput,
        CreateProjectInput, CreateRoleInput, CreateUserV2Input, DeleteRoleInput, EntityTarget,
        PurgeRoleInput, PurgeUserV2Input, RevokeRoleInput, RoleAssignmentFilter, ScopeInput,
        SessionV2Status, UpdateDomainInput, UpdateProjectInput, UpdateUserV2Input,
        UpsertEntityLabelInput, UserRoleV2, UserStatusV2,
    },
    user::{AdminCreateUser, AdminDeleteUser, AdminPurgeUser, AdminUpdateUser, AdminUser},
};

use crate::support::{Manager, pending_session, unique};

#[tokio::test]
async fn a_project_and_its_labels() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let name = unique("v2-project");
    let input =
        CreateProjectInput::new(&name, "default").description("first").resource_policy("default");
    let made = client.send(AdminCreateProject::new(input)).await.unwrap().admin_create_project_v2;
    let id = made.project.id.uuid().unwrap();
    assert_eq!(made.project.basic_info.name, name);

    let update = UpdateProjectInput::new().description(MaybeUndefined::Null);
    client.send(AdminUpdateProject::new(id, update)).await.unwrap();
    let seen = client.send(Project::new(id)).await.unwrap().project_v2;
    // Null cleared the description, and what was left out stays.
    assert_eq!(
        (seen.basic_info.name.as_str(), &seen.basic_info.description),
        (name.as_str(), &None)
    );

    let target = EntityTarget::new("project", id);
    let input = UpsertEntityLabelInput::new(target.clone(), "team", "red");
    let label = client.send(UpsertEntityLabel::new(input)).await.unwrap().upsert_entity_label.label;
    let list = EntityLabels::new(vec![target]);
    let mut labels = client.pages(list).items();
    let found = labels.next().await.unwrap().unwrap();
    assert_eq!((&found.id, found.value.as_str()), (&label.id, "red"));
    client.send(PurgeEntityLabel::new(&found.id)).await.unwrap();

    client.send(AdminDeleteProject::new(id)).await.unwrap();
    let deleted = client.send(Project::new(id)).await.unwrap().project_v2;
    assert_eq!(deleted.lifecycle.is_active, Some(false));
    client.send(AdminPurgeProject::new(id)).await.unwrap();
    assert!(client.send(Project::new(id)).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_user_with_a_key_pair_and_a_role() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let name = unique("v2-user");
    let input = CreateUserV2Input::new(
        format!("{name}@example.com"),
        &name,
        "C0rrect-horse",
        "default",
        false,
        UserStatusV2::Active,
        UserRoleV2::User,
    )
    .full_name("First");
    let made = client.send(AdminCreateUser::new(input)).await.unwrap().admin_create_user_v2;
    let id = made.user.id.uuid().unwrap();
    let debug = format!("{made:?}");
    let secret = made.keypair.unwrap().secret_key;
    assert!(!secret.is_empty() && !debug.contains(&secret), "{debug}");

    let update = UpdateUserV2Input::new().full_name(MaybeUndefined::Null).description("second");
    client.send(AdminUpdateUser::new(id, update)).await.unwrap();
    let seen = client.send(AdminUser::new(id)).await.unwrap().admin_user_v2;
    assert_eq!(seen.basic_info.full_name, None);
    assert_eq!(seen.basic_info.description.as_deref(), Some("second"));

    let input = AdminCreateKeypairInput::new(id, "default").rate_limit(1234);
    let keypair =
        client.send(AdminCreateKeypair::new(input)).await.unwrap().admin_create_keypair_v2;
    let key = keypair.keypair.access_key;
    let update = AdminUpdateKeypairInput::new(&key).rate_limit(4321).is_active(false);
    client.send(AdminUpdateKeypair::new(update)).await.unwrap();
    let seen = client.send(AdminKeypair::new(&key)).await.unwrap().admin_keypair_v2;
    assert_eq!((seen.rate_limit, seen.is_active, seen.user_id), (4321, Some(false), id));
    client.send(AdminDeleteKeypair::new(&key)).await.unwrap();
    assert!(client.send(AdminKeypair::new(&key)).await.unwrap_err().is_not_found());

    let domain = client.send(Domain::new("default")).await.unwrap().domain_v2;
    let scope = ScopeInput::new("domain", domain.id.uuid().unwrap());
    let input = CreateRoleInput::new(unique("v2-role")).scope(scope);
    let role = client.send(AdminCreateRole::new(input)).await.unwrap().admin_create_role;
    let role_id = role.id.uuid().unwrap();
    client.send(AdminAssignRole::new(AssignRoleInput::new(id, role_id))).await.unwrap();
    let of_role =
        RoleAssignmentFilter::new().role_id(backendai_v2::filter::UUIDFilter::Equals(role_id));
    let mut assignments = client.pages(AdminRoleAssignments::new().filter(of_role)).items();
    let mut users = Vec::new();
    while let Some(assignment) = assignments.next().await {
        users.push(assignment.unwrap().user_id);
    }
    assert_eq!(users, [id]);
    client.send(AdminRevokeRole::new(RevokeRoleInput::new(id, role_id))).await.unwrap();
    client.send(AdminDeleteRole::new(DeleteRoleInput::new(role_id))).await.unwrap();
    client.send(AdminPurgeRole::new(PurgeRoleInput::new(role_id))).await.unwrap();

    client.send(AdminDeleteUser::new(id)).await.unwrap();
    let deleted = client.send(AdminUser::new(id)).await.unwrap().admin_user_v2;
    assert_eq!(deleted.status.status, UserStatusV2::Deleted);
    client.send(AdminPurgeUser::new(PurgeUserV2Input::new(id))).await.unwrap();
    assert!(client.send(AdminUser::new(id)).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_domain() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let name = unique("v2-domain");
    let input = CreateDomainInput::new(&name).description("first");
    let made = client.send(AdminCreateDomain::new(input)).await.unwrap().admin_create_domain_v2;
    assert_eq!(made.domain.basic_info.name, name);
    let update = UpdateDomainInput::new().description(MaybeUndefined::Null);
    client.send(AdminUpdateDomain::new(&name, update)).await.unwrap();
    let seen = client.send(Domain::new(&name)).await.unwrap().domain_v2;
    assert_eq!((seen.basic_info.description, seen.lifecycle.is_active), (None, true));
    client.send(AdminDeleteDomain::new(&name)).await.unwrap();
    client.send(AdminRestoreDomain::new(&name)).await.unwrap();
    client.send(AdminDeleteDomain::new(&name)).await.unwrap();
    let deleted = client.send(Domain::new(&name)).await.unwrap().domain_v2;
    assert!(!deleted.lifecycle.is_active);
}

#[tokio::test]
async fn a_pending_session_is_cancelled() {
    let Some(manager) = Manager::turn().await else { return };
    let _filled = manager.fill();
    let id: Uuid = pending_session().parse().unwrap();
    let client = manager.superadmin();
    let sessions = client.sessions();
    let before = sessions.find(id).await.unwrap().unwrap();
    assert_eq!(before.lifecycle.status, SessionV2Status::Pending);
    let other = manager.client("OTHER_ADMIN");
    let refused = other.sessions().terminate([id]).await.unwrap_err();
    assert!(refused.is_permission_denied(), "{refused}");

    let ended = sessions.terminate([id]).await.unwrap();
    assert_eq!(ended.cancelled.len(), 1, "{ended:?}");
    assert_eq!(ended.cancelled[0].uuid().unwrap(), id);
    let status = async || sessions.find(id).await.unwrap().unwrap().lifecycle.status;
    let cancelled = async {
        while status().await != SessionV2Status::Cancelled {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), cancelled).await.unwrap();
    let again = sessions.terminate([id]).await.unwrap();
    assert_eq!((again.cancelled.len(), again.skipped.len()), (0, 1), "{again:?}");
}
