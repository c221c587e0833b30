//! The manager accepts every document, and answers every list.

use backendai::{DynamicOperation, OperationKind};
use backendai_v2::OPERATIONS;

use crate::support::Manager;

/// A document with a mistake is refused before its variables are read, so that a missing variable shows
/// that it has none. Nothing is executed.
#[tokio::test]
async fn every_document_is_valid() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let mut validated = 0;
    for info in OPERATIONS {
        let required = info.variables.iter().any(|variable| variable.is_required());
        if info.kind == OperationKind::Subscription || !required {
            continue;
        }
        let error = client.send(DynamicOperation::new(info)).await.unwrap_err();
        let message = error.server_message_full().unwrap_or_default().into_owned();
        assert!(
            message.contains("of required type") && error.is_bad_argument(),
            "{}: {error}",
            info.name
        );
        validated += 1;
    }
    println!("{validated} documents with required variables are valid");
    assert!(validated > 250, "{validated}");
}

/// Queries that fail on rows of [`Manager::fill`], with the code, and why.
const FAILING: [(&str, &str); 1] = [
    // An agent has no compute plugins.
    ("Agents", "backendai_generic_internal-error"),
];

#[tokio::test]
async fn every_query_without_required_variables_answers() {
    let Some(manager) = Manager::turn().await else { return };
    let _filled = manager.fill();
    let client = manager.superadmin();
    let (mut rows, mut failed) = (0, Vec::new());
    for info in OPERATIONS {
        let required = info.variables.iter().any(|variable| variable.is_required());
        if info.kind != OperationKind::Query || required {
            continue;
        }
        match client.send(DynamicOperation::new(info)).await {
            Ok(data) => rows += data.into_vec().len(),
            Err(error) => {
                let code = error.error_code().unwrap_or_default();
                if !FAILING.contains(&(info.name, code)) {
                    failed.push(format!("{}: {error}", info.name));
                }
            }
        }
    }
    println!("{rows} rows");
    assert!(failed.is_empty(), "{failed:#?}");
}

/// An excluded root that works has no reason to be excluded.
#[tokio::test]
async fn excluded_roots_do_not_work() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    for list in
        ["adminEntities", "adminRoleInvitations", "myRoleInvitations", "mySentRoleInvitations"]
    {
        let document = format!("query Q {{ {list} {{ count }} }}");
        let data = raw(&client, &document).await.unwrap();
        assert_eq!(data[list]["count"], 0, "{list}");
    }
    for (mutation, input) in [
        ("createRoleInvitation", "roleId: \"00000000-0000-0000-0000-000000000000\", emails: []"),
        ("acceptRoleInvitation", "invitationId: \"00000000-0000-0000-0000-000000000000\""),
        ("rejectRoleInvitation", "invitationId: \"00000000-0000-0000-0000-000000000000\""),
        ("adminCancelRoleInvitation", "invitationId: \"00000000-0000-0000-0000-000000000000\""),
    ] {
        let document =
            format!("mutation M {{ {mutation}(input: {{ {input} }}) {{ __typename }} }}");
        let error = raw(&client, &document).await.unwrap_err();
        assert_eq!(error.error_code(), Some("api_generic_deprecated"), "{mutation}: {error}");
    }
}

async fn raw(client: &backendai::Client, document: &str) -> backendai::Result<serde_json::Value> {
    let request = client.send_document(document, serde_json::json!({}));
    let data = request.path("/admin/gql/strawberry").await?;
    Ok(serde_json::from_str(data.get()).unwrap())
}
