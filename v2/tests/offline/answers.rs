//! What a manager answers, decoded.

use std::sync::Arc;

use backendai::{
    Client, Config, ErrorKind, Retry, Uuid,
    transport::{HttpRequest, HttpResponse, Transport, TransportFuture},
};
use backendai_testing::Manager;
use backendai_v2::{
    ClientExt as _, GlobalId,
    keypair::{AdminCreateKeypair, AdminKeypairs},
    types::{AdminCreateKeypairInput, BulkPurgeUsersV2Input},
    user::{AdminBulkPurgeUsers, AdminUpdateUser, admin_bulk_purge_users},
};
use serde_json::{Value, json};

const ID: &str = "f38dea23-50fa-42a0-b5ae-338f5f4693f4";

/// A manager that gives the same answer to everything.
struct Fixed(Value);

impl Transport for Fixed {
    fn send(&self, _: HttpRequest) -> TransportFuture<'_> {
        let response = HttpResponse::new(http::StatusCode::OK, self.0.to_string());
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn client(answer: Value) -> Client {
    let config = Config::builder().endpoint("https://api.example").access_key("A").secret_key("S");
    let builder = Client::builder(config.build().unwrap()).transport(Arc::new(Fixed(answer)));
    builder.retry(Retry::disabled()).build().unwrap()
}

#[tokio::test]
async fn what_failed_of_several_objects_is_an_error_with_the_data() {
    let payload = |failed: Value| json!({ "data": { "adminBulkPurgeUsersV2": { "successes": [ID], "failed": failed } } });
    let purge = || AdminBulkPurgeUsers::new(BulkPurgeUsersV2Input::new(vec![ID.parse().unwrap()]));
    let failed = json!([{ "userId": ID, "message": "it owns folders" }]);
    let error = client(payload(failed)).send(purge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Partial);
    assert!(error.is_partial() && !error.is_outcome_unknown());
    assert_eq!(
        error.to_string(),
        "AdminBulkPurgeUsers: `adminBulkPurgeUsersV2` at https://api.example was done in part, 1 object \
         failed: it owns folders; the data has what was done and what failed"
    );
    let data: admin_bulk_purge_users::Data = error.partial_data().unwrap().unwrap();
    assert_eq!(data.admin_bulk_purge_users_v2.failed[0].message, "it owns folders");
    let done = client(payload(json!([]))).send(purge()).await.unwrap().admin_bulk_purge_users_v2;
    assert_eq!(done.successes, Some(vec![ID.parse().unwrap()]));
}

#[tokio::test]
async fn a_mutation_whose_answer_fails_may_have_been_done() {
    let error = |path: Value| {
        let code = json!({ "code": "permission_access_forbidden" });
        json!({
            "data": { "adminUpdateUserV2": null },
            "errors": [{ "message": "no", "path": path, "extensions": code }],
        })
    };
    let update = || {
        let input = backendai_v2::types::UpdateUserV2Input::new();
        AdminUpdateUser::new(ID.parse::<backendai::Uuid>().unwrap(), input)
    };
    let inside = json!(["adminUpdateUserV2", "user", "basicInfo"]);
    assert!(client(error(inside)).send(update()).await.unwrap_err().is_outcome_unknown());
    let refused = client(error(json!(["adminUpdateUserV2"]))).send(update()).await.unwrap_err();
    assert!(refused.is_permission_denied() && !refused.is_outcome_unknown());
    // Nothing is unknown about a query.
    let inside = client(error(json!(["adminKeypairsV2", "edges", 0])));
    assert!(!inside.send(AdminKeypairs::new()).await.unwrap_err().is_outcome_unknown());
}

/// An older manager is not asked for the fields that it lacks.
#[tokio::test]
async fn fields_that_a_manager_lacks_are_none() {
    let node = json!({
        "id": "S2V5UGFpclYyOkFL", "accessKey": "AK", "isActive": true, "isAdmin": false,
        "createdAt": null, "lastUsed": null, "rateLimit": 1, "resourcePolicy": "default", "userId": ID,
    });
    let data = json!({ "adminKeypairsV2": {
        "count": 1,
        "edges": [{ "cursor": "c", "node": node }],
        "pageInfo": { "hasNextPage": false, "endCursor": "c" },
    } });
    let client = client(json!({ "data": data }));
    let mut rows = client.pages(AdminKeypairs::new()).items();
    let row = rows.next().await.unwrap().unwrap();
    assert_eq!(row.is_default, None);
    assert_eq!(row.id.key().as_deref(), Some("AK"));
    assert!(rows.next().await.is_none());
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let keypair = json!({
        "id": "x", "accessKey": "AK", "isActive": true, "isAdmin": false, "createdAt": null,
        "modifiedAt": null, "lastUsed": null, "rateLimit": 1, "numQueries": 0,
        "resourcePolicy": "default", "sshPublicKey": null, "userId": ID,
    });
    let payload = json!({ "keypair": keypair, "secretKey": "hidden-value" });
    let client = client(json!({ "data": { "adminCreateKeypairV2": payload } }));
    let input = AdminCreateKeypairInput::new(ID.parse::<backendai::Uuid>().unwrap(), "default");
    let made = client.send(AdminCreateKeypair::new(input)).await.unwrap();
    assert_eq!(made.admin_create_keypair_v2.secret_key, "hidden-value");
    assert!(!format!("{made:?}").contains("hidden-value"), "{made:?}");
}

#[tokio::test]
async fn a_connection_is_read_by_offset_where_it_begins_at_one() {
    let manager = Manager::builder().keypairs(10).start().await.unwrap();
    let account = manager.superadmin();
    let config = Config::builder()
        .endpoint(manager.endpoint())
        .access_key(&account.access_key)
        .secret_key(account.secret_key.as_str());
    let client = Client::new(config.build().unwrap()).unwrap();
    let mut rows = client.pages(AdminKeypairs::new()).offset(3).items();
    let mut count = 0;
    while let Some(row) = rows.next().await {
        row.unwrap();
        count += 1;
    }
    assert_eq!(rows.total_count(), Some(count + 3));
    assert_eq!(manager.requests_of("AdminKeypairs")[0].variables()["offset"], 3);
}

#[tokio::test]
async fn sessions_are_found_and_terminated() {
    let id: Uuid = ID.parse().unwrap();
    let ended =
        json!({ "cancelled": [], "terminating": [ID], "forceTerminated": [], "skipped": [] });
    let answer = client(json!({ "data": { "terminateSessionsV2": ended } }));
    let sessions = answer.sessions();
    let ended = sessions.terminate([id]).await.unwrap();
    assert_eq!(ended.terminating, [ID.parse().unwrap()]);
    assert!(ended.cancelled.is_empty() && ended.skipped.is_empty());
    // As the rows of a list have it.
    let row = GlobalId::new("SessionV2", id);
    assert_eq!(sessions.terminate([&row]).await.unwrap(), ended);

    let failure = |code: &str| {
        let error =
            json!({ "message": "no", "path": ["sessionV2"], "extensions": { "code": code } });
        client(json!({ "data": { "sessionV2": null }, "errors": [error] }))
    };
    assert_eq!(failure("session_read_not-found").sessions().find(id).await.unwrap(), None);
    let refused = failure("session_read_forbidden").sessions().find(id).await.unwrap_err();
    assert!(refused.is_permission_denied(), "{refused}");
}
