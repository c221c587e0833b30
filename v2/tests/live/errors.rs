//! Failures of the v2 API are classified like those of the Admin API.

use backendai::{ErrorKind, Uuid};
use backendai_v2::{
    ClientExt as _, GlobalId, Id,
    domain::AdminCreateDomain,
    fair_share::DomainFairShares,
    login::{AdminCreateLoginClientType, AdminDeleteLoginClientType, LoginClientType},
    node::Node,
    project::Project,
    runtime_variant::RuntimeVariant,
    session::{AdminSessions, Kernel, TerminateSessions},
    types::{
        BulkPurgeUsersV2Input, CreateDomainInput, CreateLoginClientTypeInput, SessionV2Filter,
    },
    user::{AdminBulkPurgeUsers, AdminUsers, admin_bulk_purge_users},
};

use crate::support::{Manager, unique};

#[tokio::test]
async fn roles_and_permissions() {
    let Some(manager) = Manager::turn().await else { return };
    let user = manager.user();
    let role = user.send(AdminUsers::new()).await.unwrap_err();
    assert_eq!(role.kind(), ErrorKind::Permission, "{role}");
    assert!(!role.is_outcome_unknown());
    let permission = user.send(RuntimeVariant::new(Uuid::from_u128(1))).await.unwrap_err();
    assert_eq!(permission.kind(), ErrorKind::Permission, "{permission}");
    // An older root, which answers with the code of a bug.
    let older = user.send(DomainFairShares::new()).await.unwrap_err();
    assert_eq!(older.kind(), ErrorKind::Permission, "{older}");
    assert!(!older.is_server_bug());
    let mutation =
        user.send(AdminCreateDomain::new(CreateDomainInput::new("x"))).await.unwrap_err();
    assert_eq!(mutation.kind(), ErrorKind::Permission, "{mutation}");
    assert!(!mutation.is_outcome_unknown(), "{mutation}");
}

#[tokio::test]
async fn what_does_not_exist() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let nothing = Uuid::from_u128(1);
    let error = client.send(Project::new(nothing)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let error = client.send(LoginClientType::new(nothing)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    // Some are null.
    assert!(client.send(Kernel::new(nothing)).await.unwrap().kernel_v2.is_none());
    // Sessions that do not exist are reported as such.
    let ended = client.send(TerminateSessions::new(vec![Id::from(nothing)], false)).await.unwrap();
    assert_eq!(client.sessions().find(nothing).await.unwrap(), None);
    let again = client.sessions().terminate([nothing]).await.unwrap();
    assert_eq!(again, ended.terminate_sessions_v2);
    let skipped: Vec<_> =
        ended.terminate_sessions_v2.skipped.iter().map(GlobalId::as_str).collect();
    assert_eq!(skipped, [nothing.to_string()]);
}

#[tokio::test]
async fn what_exists_already() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let name = unique("v2-type");
    let create = || AdminCreateLoginClientType::new(CreateLoginClientTypeInput::new(&name));
    let made = client.send(create()).await.unwrap().admin_create_login_client_type;
    let error = client.send(create()).await.unwrap_err();
    let id = made.login_client_type.id.uuid().unwrap();
    client.send(AdminDeleteLoginClientType::new(id)).await.unwrap();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
}

#[tokio::test]
async fn what_is_wrong_in_a_request() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    // A key where the global id is needed.
    let error = client.send(Node::new("11111111-1111-1111-1111-111111111111")).await.unwrap_err();
    assert!(error.is_graphql(), "{error}");
    let error = client.send(AdminSessions::new().limit(-1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Argument, "{error}");
    let error = client.send(AdminSessions::new().limit(1).first(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Argument, "{error}");
    // An empty filter changes nothing.
    client.send(AdminSessions::new().filter(!SessionV2Filter::new())).await.unwrap();
}

/// What failed of several objects is an error that has the whole answer.
#[tokio::test]
async fn a_mutation_that_was_done_in_part() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let missing = Uuid::from_u128(2);
    let purge = AdminBulkPurgeUsers::new(BulkPurgeUsersV2Input::new(vec![missing]));
    let error = client.send(purge).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Partial, "{error}");
    assert!(error.to_string().contains("1 object failed"), "{error}");
    let data: admin_bulk_purge_users::Data = error.partial_data().unwrap().unwrap();
    let failed = data.admin_bulk_purge_users_v2.failed;
    assert_eq!(failed[0].user_id, missing);
}
